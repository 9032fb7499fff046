"""WHEN it happens: the Dagster code location, schedules, sensors and the command line."""
