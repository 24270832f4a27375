"""The version of this distribution, in a module of its own: another may own ``identify/__init__.py``."""

__all__ = ["__version__"]

__version__ = "0.1.0"
