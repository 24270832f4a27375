"""The columns that a replay reads and writes; offers nothing to Python."""
