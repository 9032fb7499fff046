"""HOW the public gets it: files, documents, releases, the ledger, and the portal."""
