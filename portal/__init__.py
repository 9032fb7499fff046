"""A real CKAN on this machine for trying and testing; no room of the pipeline imports it."""
