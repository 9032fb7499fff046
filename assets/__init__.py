"""WHAT exists: contracts, where their data comes from, and how persons in it are protected."""
