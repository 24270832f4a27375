"""Parameters of headers; offers nothing to Python."""
