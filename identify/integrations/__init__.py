"""Other people's programs: each module serves one of them, and nothing else in the package imports it."""
