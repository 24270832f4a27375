"""The compiled modules, and a stub for each; their sources and a map of them are in ``_ext/`` of a checkout.

A stub without its compiled module means an incomplete build: the first import of any of them fails and says how to
build, instead of working until the missing one is needed.
"""

import importlib.machinery
import os

from identify.importing import with_build_hint


def _missing(names: set[str]) -> list[str]:
    """Return the modules that have a stub among a folder's files, but nothing that Python can load."""
    stubs = sorted(name.removesuffix(".pyi") for name in names if name.endswith(".pyi"))
    return [
        stub
        for stub in stubs
        if not any(stub + suffix in names for suffix in importlib.machinery.EXTENSION_SUFFIXES)
    ]


for _name in _missing(set(os.listdir(os.path.dirname(__file__)))):
    _absent = f"{__name__}.{_name}"
    raise with_build_hint(ImportError(f"no file of {_absent} found", name=_absent))
