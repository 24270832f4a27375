"""Sections of a file, many at once: their types, which of them need no words, and the objects that these make."""
