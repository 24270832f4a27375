"""The readable implementation, one module per subject; :mod:`identify.explain` is its entry point."""
