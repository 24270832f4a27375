"""Lists in headers; offers nothing to Python."""
