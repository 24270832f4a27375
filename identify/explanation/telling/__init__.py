"""What people are told first of an explanation: its reasons, the nearest misses, and the lines of its text."""
