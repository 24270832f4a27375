"""Names and kinds of header fields; offers nothing to Python."""
