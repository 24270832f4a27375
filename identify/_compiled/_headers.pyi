"""The table of headers; offers nothing to Python."""
