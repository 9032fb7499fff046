"""Documents that describe a release: one file each, all derived from the contract and the files."""
