"""Imports that wait for the first use of a name, and what to say where a compiled module is missing.

A package's ``__init__`` names what it has and where; a module is imported when one of its names is first asked for.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib.machinery import EXTENSION_SUFFIXES

__all__ = ["lazy_names", "with_build_hint"]

COMPILED = "identify._compiled"
COMPILED_FOLDER = os.path.join(os.path.dirname(__file__), "_compiled")


def lazy_names(
    package: str, names_by_module: Mapping[str, Sequence[str]]
) -> tuple[Callable[[str], object], Callable[[], list[str]]]:
    """Return ``__getattr__`` and ``__dir__`` (PEP 562) of a package that imports its names when they are asked for."""
    modules = {name: module for module, names in names_by_module.items() for name in names}

    def get(name: str) -> object:
        if name not in modules:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        try:
            module = importlib.import_module(modules[name])
        except ImportError as error:
            raise with_build_hint(error) from error
        value: object = getattr(module, name)
        # The next look-up finds it without coming here.
        setattr(sys.modules[package], name, value)
        return value

    def names() -> list[str]:
        return sorted({*vars(sys.modules[package]), *modules})

    return get, names


def with_build_hint(error: ImportError) -> ImportError:
    """Return what to raise for an error of an import: with the remedy where one of our compiled modules is missing.

    There is no matcher in Python to fall back to, and a silent one would only be found by its slowness.
    """
    name = error.name or ""
    # The loader of shared libraries says the last part of the name only.
    if error.path is not None and os.path.dirname(error.path) == COMPILED_FOLDER:
        name = f"{COMPILED}.{name.rpartition('.')[2]}"
    if not name.startswith(f"{COMPILED}."):
        return error
    said = f"the compiled module {name} of sip-identify is missing or can't be loaded ({error})"
    hidden = _hidden_installation(name.rpartition(".")[2])
    if hidden is not None:
        remedy = (
            f"{os.path.dirname(os.path.dirname(COMPILED_FOLDER))!r} is searched before {hidden!r}, where sip-identify "
            "is installed: run this from another folder, or build here with 'make'"
        )
    else:
        remedy = "build it with 'python -m pip install .' or, in a checkout, with 'make'"
    return ImportError(f"{said}; {remedy}", name=name, path=error.path)


def _hidden_installation(module: str) -> str | None:
    """Return the entry of the path that has another copy of this package with a compiled module; None if none has."""
    for entry in sys.path:
        folder = os.path.join(entry or os.curdir, "identify", "_compiled")
        if os.path.realpath(folder) != os.path.realpath(COMPILED_FOLDER) and any(
            os.path.exists(os.path.join(folder, module + suffix)) for suffix in EXTENSION_SUFFIXES
        ):
            return entry or os.curdir
    return None
