"""``floor.pyx``, compiled when it is first needed."""

from __future__ import annotations

import hashlib
import importlib.machinery
import importlib.util
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

from benchmarks.material.address_tables import CACHE

__all__ = ["floor"]

SOURCE = Path(__file__).with_suffix(".pyx")


@cache
def _module() -> Any:
    suffix = importlib.machinery.EXTENSION_SUFFIXES[0]
    text = SOURCE.read_bytes()
    folder = CACHE / f"floor-{hashlib.sha256(text + suffix.encode()).hexdigest()[:12]}"
    path = folder / f"floor{suffix}"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        (folder / SOURCE.name).write_bytes(text)
        command = [sys.executable, "-m", "Cython.Build.Cythonize", "--inplace", "--quiet", SOURCE.name]
        subprocess.run(command, cwd=folder, check=True, capture_output=True)
    spec = importlib.util.spec_from_file_location("floor", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def floor(answer: object) -> Any:
    """Return an object whose methods take the arguments of an engine's and return ``answer``."""
    return _module().Floor(answer)
