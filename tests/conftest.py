"""Fixtures that every room's tests can use."""

pytest_plugins = ["tests.portal_fixture", "tests.systems_fixture"]
