"""The Dagster entry."""
