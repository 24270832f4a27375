"""Rows of whole messages: one INVITE of 909 bytes in thousands of variants, against parsers of others."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

from benchmarks.against import peers
from benchmarks.against.floor import floor
from benchmarks.material import configurations
from benchmarks.material.messages import invites
from benchmarks.rows.row import OURS, Row, Target, Work, calls
from identify.configuration import Configuration
from identify.engine import Engine

__all__ = ["rows"]

IDENTIFIES = 10_000
VARIANTS = 2000
#: More than caches hold near: 18 MB.
MANY_VARIANTS = 20_000

HTTPTOOLS = "httptools"
SIPMESSAGE = "sipmessage"
EMPTY = "empty compiled method"

#: What an identification needs of a message.
WANTED = ("Via", "From", "To", "Contact", configurations.HEADER)

MOST_SECONDS = 350e-9
HTTPTOOLS_LEAST = 9
SIPMESSAGE_LEAST = 50
LITERALS_MOST = 1.3


def rows() -> list[Row]:
    """Return the rows."""
    ways = ("ip", "line", "header", "username")
    return [
        *[_against_parsers(way, VARIANTS) for way in ways],
        *[_against_parsers(way, MANY_VARIANTS) for way in ("ip", "header")],
        _nothing_found(),
        _literals(),
    ]


def engine_for(way: str, count: int) -> tuple[Engine, list[str], list[str], list[str], str]:
    """Return an engine that ``way`` decides in, users, trunks and tokens for its messages, and their source."""
    users: list[str] = []
    trunks: list[str] = []
    lines: list[str] = []
    source = "198.51.100.7"
    tokens: dict[str, str] = {}
    configuration: Configuration
    if way == "ip":
        configuration = configurations.by_address(count)
        source = "10.0.0.77" if count > 77 else "10.0.0.0"
    elif way == "line":
        configuration = configurations.by_line(count)
        tokens = configurations.line_tokens(configuration)
        lines = list(tokens.values())
    elif way == "header":
        configuration = configurations.by_header(count)
        trunks = [configurations.trunk(number) for number in range(count)]
    elif way == "username":
        configuration = configurations.by_username(count)
        users = [configurations.user(number) for number in range(count)]
    else:
        configuration = configurations.by_header(count)
    return Engine(configuration, line_tokens=tokens), users, trunks, lines, source


def ours(way: str, count: int, variants: int) -> Work:
    """Return the work of ``identify_message`` over variants; by ``ip`` the sources vary too."""
    engine, users, trunks, lines, source = engine_for(way, count)
    messages = invites(variants, users, trunks, lines)
    identify = engine.identify_message
    found = identify(messages[0], source, 5060)
    assert (found.identifier if found else None) == (way if way != "none" else None)
    if way != "ip":
        return Work(loop=_from_one_source(identify, messages, source), items=variants)
    random = Random(way)
    places = [random.randrange(count) for _ in messages]
    sources = [f"10.{place >> 16}.{place >> 8 & 255}.{place & 255}" for place in places]
    return Work(loop=_from_sources(identify, messages, sources), items=variants)


def _from_one_source(
    identify: Callable[[bytes, str, int], object], messages: list[bytes], source: str
) -> Callable[[], None]:
    def loop() -> None:
        for message in messages:
            identify(message, source, 5060)

    return loop


def _from_sources(
    identify: Callable[[bytes, str, int], object], messages: list[bytes], sources: list[str]
) -> Callable[[], None]:
    def loop() -> None:
        for message, source in zip(messages, sources, strict=True):
            identify(message, source, 5060)

    return loop


def _parser(make: Callable[[], Callable[[bytes], Any]], variants: int, *, http: bool) -> Callable[[], Work]:
    def side() -> Work:
        messages = invites(variants, [], [], [])
        if http:
            messages = [peers.as_http(message) for message in messages]
        return Work(loop=calls(make(), messages), items=variants)

    return side


def _httptools(variants: int) -> Callable[[], Work]:
    names = frozenset(name.encode() for name in WANTED)
    return _parser(lambda: peers.httptools_headers(names), variants, http=True)


def _sipmessage(variants: int) -> Callable[[], Work]:
    return _parser(lambda: peers.sipmessage_headers(WANTED), variants, http=False)


def _empty() -> Work:
    messages = invites(VARIANTS, [], [], [])
    return Work(
        loop=_from_one_source(floor(object()).identify_message, messages, "198.51.100.7"), items=VARIANTS
    )


def _against_parsers(way: str, variants: int) -> Row:
    usual = variants == VARIANTS
    targets = (
        Target(text="at most 350 ns", over=(OURS,), most=MOST_SECONDS),
        Target(text=f"at least 9 × {HTTPTOOLS}", over=(HTTPTOOLS,), under=OURS, least=HTTPTOOLS_LEAST),
        Target(text=f"at least 50 × {SIPMESSAGE}", over=(SIPMESSAGE,), under=OURS, least=SIPMESSAGE_LEAST),
    )
    more = "" if usual else f", {variants:,} variants"
    return Row(
        id=f"message-{way}" + ("" if usual else "-many"),
        title=f"{IDENTIFIES:,} {'registrations' if way == 'line' else 'endpoints'}, found by {way}{more}",
        group="message",
        sides={
            OURS: lambda: ours(way, IDENTIFIES, variants),
            HTTPTOOLS: _httptools(variants),
            SIPMESSAGE: _sipmessage(variants),
        },
        targets=targets if usual else targets[1:],
        short=usual and way in ("ip", "header"),
    )


def _nothing_found() -> Row:
    return Row(
        id="message-none",
        title=f"{IDENTIFIES:,} endpoints by header, nothing found",
        group="message",
        sides={OURS: lambda: ours("none", IDENTIFIES, VARIANTS), EMPTY: _empty},
        bounds=(EMPTY,),
    )


def _literals() -> Row:
    return Row(
        id="message-literals",
        title="header literal among 10,000 and among 10",
        bounds=("among 10",),
        group="message",
        sides={
            OURS: lambda: ours("header", IDENTIFIES, VARIANTS),
            "among 10": lambda: ours("header", 10, VARIANTS),
        },
        targets=(Target(text="at most 1.3 × among 10", over=(OURS,), under="among 10", most=LITERALS_MOST),),
    )
