"""Flattening of prefixes into intervals; offers nothing to Python."""
