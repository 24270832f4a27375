"""The readable implementation, one subject a module; :mod:`identify.explain` is its face."""
