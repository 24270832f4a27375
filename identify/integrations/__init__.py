"""Other people's programs: each module serves one of them, and only who uses it imports it."""
