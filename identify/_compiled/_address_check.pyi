"""Checks of address tables from a file; offers nothing to Python."""
