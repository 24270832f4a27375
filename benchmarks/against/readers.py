"""Other readers of files in sections, each with how it is asked for an option afterwards; each may be missing.

All of them read the very files that ours reads, and all do far less: they keep lines as text, have no templates and
check no value.  Only pyst2 keeps sections of one name apart, the others merge them.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import weakref
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import attrs

__all__ = ["CONFIGPARSER", "GLIB", "READERS", "Reader", "glib_version"]

CONFIGPARSER = "configparser"
GLIB = "GLib's key file, in C"


@attrs.frozen
class Reader:
    """``read`` returns what it makes of a file, ``option`` an option of the last section of a name."""

    read: Callable[[Path], Any]
    option: Callable[[Any, str, str], str]


def configparser() -> Reader:
    """Return the standard library's, as fast as it is: without interpolation, and sections of one name are merged."""
    from configparser import RawConfigParser

    def read(path: Path) -> Any:
        parser = RawConfigParser(strict=False)
        with path.open(encoding="utf-8") as file:
            parser.read_file(file)
        return parser

    return Reader(read, lambda parser, section, name: str(parser[section][name]))


def configparserc() -> Reader:
    """Return the one of that name, which is compiled by Cython."""
    from configparserc import ConfigParserC

    def read(path: Path) -> Any:
        parser = ConfigParserC()
        parser.parse_files([str(path)])
        return parser

    return Reader(read, lambda parser, section, name: str(parser[section][name]))


def pyst2() -> Reader:
    """Return pyst2's reader of Asterisk's configuration files."""
    from asterisk.config import Config

    def option(config: Any, section: str, name: str) -> str:
        last = [category for category in config.categories if category.name == section][-1]
        return next(str(item.value) for item in last.items if item.name == name)

    return Reader(lambda path: Config(str(path)), option)


def key_file() -> Reader:
    """Return GLib's, which is written in C and makes no Python object until it is asked."""
    glib = _glib()
    glib.g_key_file_new.restype = ctypes.c_void_p
    glib.g_key_file_load_from_file.argtypes = (
        *(ctypes.c_void_p, ctypes.c_char_p),
        *(ctypes.c_int, ctypes.c_void_p),
    )
    glib.g_key_file_get_string.argtypes = (
        *(ctypes.c_void_p, ctypes.c_char_p),
        *(ctypes.c_char_p, ctypes.c_void_p),
    )
    # As an address: a text has to be given back.
    glib.g_key_file_get_string.restype = ctypes.c_void_p
    glib.g_key_file_unref.argtypes = glib.g_free.argtypes = (ctypes.c_void_p,)

    class KeyFile:
        """Given back with the last reference, as Python's objects are."""

        def __init__(self, path: Path) -> None:
            self.address = glib.g_key_file_new()
            weakref.finalize(self, glib.g_key_file_unref, self.address)
            if not glib.g_key_file_load_from_file(self.address, str(path).encode(), 0, None):
                raise ValueError(f"GLib can't read {path.name}")

    def option(file: KeyFile, section: str, name: str) -> str:
        text = glib.g_key_file_get_string(file.address, section.encode(), name.encode(), None)
        try:
            return ctypes.string_at(text).decode()
        finally:
            glib.g_free(text)

    return Reader(KeyFile, option)


def glib_version() -> str | None:
    """Return GLib's version, None where it isn't installed."""
    try:
        glib = _glib()
    except FileNotFoundError:
        return None
    parts = (ctypes.c_uint.in_dll(glib, f"glib_{part}_version").value for part in ("major", "minor", "micro"))
    return ".".join(map(str, parts))


#: By the names in tables.
READERS: dict[str, Callable[[], Reader]] = {
    CONFIGPARSER: configparser,
    "configparserc": configparserc,
    "pyst2": pyst2,
    GLIB: key_file,
}


@cache
def _glib() -> ctypes.CDLL:
    found = ctypes.util.find_library("glib-2.0")
    if found is None:
        raise FileNotFoundError("GLib is not installed")
    return ctypes.CDLL(found)
