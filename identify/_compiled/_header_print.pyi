"""The canonical print of headers; offers nothing to Python."""
