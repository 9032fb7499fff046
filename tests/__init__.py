"""Tests mirror the rooms; `portal_fixture` starts the real CKAN for those marked `portal`."""
