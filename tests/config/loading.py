"""Short ways for tests to load configurations and to look at what came out."""

from __future__ import annotations

from collections.abc import Mapping

from identify.configuration import Configuration
from identify.model import Problem

ENDPOINT = "[e]\ntype=endpoint\n"
TRANSPORT = "[t]\ntype=transport\nprotocol=udp\nbind=127.0.0.1:5060\n"


def load(text: str | bytes, **others: str | bytes) -> Configuration:
    """Load a pjsip.conf; further files by name without ``.conf``."""
    return Configuration.from_files(
        {"pjsip.conf": text, **{f"{name}.conf": other for name, other in others.items()}}
    )


def read(text: str, release: str, **others: str) -> Configuration:
    """Read a pjsip.conf, and further files by name without ``.conf``, for a release."""
    files = {"pjsip.conf": text, **{f"{name}.conf": other for name, other in others.items()}}
    return Configuration.from_files(files, release=release)


def one(body: str, release: str) -> Configuration:
    """Read an identify ``i`` of endpoint ``e`` with these lines, for a release."""
    return read(f"{ENDPOINT}[i]\ntype=identify\nendpoint=e\n{body}\n", release)


def identify(body: str, **others: str) -> Configuration:
    """Load an identify ``i`` of endpoint ``e`` with these lines."""
    return load(f"{ENDPOINT}[i]\ntype=identify\nendpoint=e\n{body}\n", **others)


def items(configuration: Configuration, name: str = "i") -> list[str]:
    """Return the items of an identify as Asterisk prints them."""
    lines = configuration.show_identifies().split("\n")
    start = next(index for index, line in enumerate(lines) if line.startswith(f" Identify:  {name}/"))
    found = []
    for line in lines[start + 1 :]:
        if not line.startswith("      Match: "):
            break
        found.append(line.removeprefix("      Match: "))
    return found


def codes(configuration: Configuration) -> set[str]:
    """Return the codes of the problems, without notes."""
    return {problem.code for problem in configuration.problems if problem.severity != "note"}


def problem(configuration: Configuration, code: str) -> Problem:
    """Return the only problem of that code."""
    (found,) = (problem for problem in configuration.problems if problem.code == code)
    return found


def matches(configuration: Configuration) -> Mapping[str, list[str]]:
    """Return the items of all identifies."""
    return {name: items(configuration, name) for name in configuration.identifies}
