"""The compiled modules, and a stub for each; their sources and a map of them are in ``_ext/`` of a checkout."""
