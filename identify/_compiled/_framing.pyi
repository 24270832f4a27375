"""First lines and ends of messages; offers nothing to Python."""
