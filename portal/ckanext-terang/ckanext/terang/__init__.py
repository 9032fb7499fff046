"""A whole release on CKAN at once: files, metadata and DataStore tables change together, and can be taken back.

Nothing is imported from outside CKAN and its own datastore extension.
"""

VERSION = "0.1.0"
