"""Kinds of link and headers of IP; offers nothing to Python."""
