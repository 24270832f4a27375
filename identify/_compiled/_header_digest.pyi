"""Credentials and challenges; offers nothing to Python."""
