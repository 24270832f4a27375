"""A model of how PJSIP reads and prints a request, written from the facts alone: the second implementation.

It shares nothing with the compiled parser.
Each module knows one kind of value: what is taken, what drops the message, and how it is printed for comparison.
Texts are latin-1 here, a character for each byte; what leaves the model is text with surrogate escapes.
Only the newest release is modelled.
"""
