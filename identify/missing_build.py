"""What to say where a compiled module is missing."""

from __future__ import annotations

__all__ = ["with_build_hint"]


def with_build_hint(error: ImportError) -> ImportError:
    """Return what to raise for an error of an import: with the remedy where one of our compiled modules is missing.

    There is no matcher in Python to fall back to, and a silent one would only be found by its slowness.
    """
    if not (error.name or "").startswith("identify._compiled."):
        return error
    return ImportError(
        f"the compiled module {error.name} of sip-identify is missing or can't be loaded ({error}); "
        "build it with 'python -m pip install .' or, in a checkout, with 'make'",
        name=error.name,
        path=error.path,
    )
