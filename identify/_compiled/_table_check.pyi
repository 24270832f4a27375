"""Checks of an engine's tables from a file; offers nothing to Python."""
