"""Index of the identifies that can't be flattened; offers nothing to Python."""
