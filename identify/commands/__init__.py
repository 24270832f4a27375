"""The command ``sip-identify``: a module for each command; it reads arguments, calls, and prints the result."""
