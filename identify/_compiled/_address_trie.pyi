"""Search structures over intervals; offers nothing to Python."""
