"""Libraries of others that do a part of what is measured, each as a function to call; each may be missing.

Every function imports what it needs by itself, so that a missing library ends one side of one row and not the run:
its ImportError is the reason that is published.  Each peer gets the fastest use of it that its documentation shows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from importlib import metadata
from typing import Any

from benchmarks.against.processes import tshark_version
from benchmarks.against.readers import glib_version
from benchmarks.material.address_tables import CACHE, EDITION, Table

__all__ = [
    "DISTRIBUTIONS",
    "httptools_headers",
    "hyperscan_first",
    "maxminddb_get",
    "pytricia_get",
    "radix_search",
    "re2_first",
    "sipmessage_headers",
    "subnettree_get",
    "versions",
]

#: Distributions whose versions are published.
DISTRIBUTIONS = (
    "pytricia",
    "py-radix",
    "pysubnettree",
    "maxminddb",
    "mmdb_writer",
    "httptools",
    "sipmessage",
    "google-re2",
    "hyperscan",
    "dpkt",
    "scapy",
    "configparserc",
    "pyst2",
    "pyperf",
    "Cython",
    "attrs",
)

Lookup = Callable[[str], Any]

#: Its default of 8 MB doesn't suffice for 10,000 expressions.
RE2_MEMORY = 1 << 30


def versions() -> dict[str, str]:
    """Return the versions of the distributions that are installed, of tshark and of GLib."""
    found = {}
    for name in DISTRIBUTIONS:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    others = {"tshark": tshark_version(), "GLib": glib_version()}
    return found | {name: version for name, version in others.items() if version is not None}


def pytricia_get(table: Table) -> Lookup:
    """Return ``get`` of a frozen trie whose values are the numbers of the identifies."""
    import pytricia

    trie = pytricia.PyTricia(table.width)
    # One object for each identify, as ours has one answer for each.
    values = [str(number) for number in range(table.identifies)]
    for number in range(len(table.prefixes)):
        trie.insert(table.text(number), values[table.identify_of(number)])
    trie.freeze()
    get: Lookup = trie.get
    return get


def radix_search(table: Table) -> Lookup:
    """Return ``search_best`` of py-radix, which answers with the node."""
    import radix

    tree = radix.Radix()
    for number in range(len(table.prefixes)):
        tree.add(table.text(number)).data["identify"] = str(table.identify_of(number))
    search: Lookup = tree.search_best
    return search


def subnettree_get(table: Table) -> Lookup:
    """Return the look-up of pysubnettree by ``tree[text]``, which raises KeyError for a miss."""
    import SubnetTree

    tree = SubnetTree.SubnetTree()
    for number in range(len(table.prefixes)):
        tree[table.text(number)] = str(table.identify_of(number))
    get: Lookup = tree.__getitem__
    return get


def maxminddb_get(table: Table) -> Lookup:
    """Return ``get`` of the reader in C over a mapped database; built once by mmdb_writer, which takes a minute."""
    import maxminddb

    path = CACHE / f"{table.name}.{EDITION}.mmdb"
    if not path.exists():
        import netaddr
        from mmdb_writer import MMDBWriter

        writer = MMDBWriter(ip_version=6 if table.width == 128 else 4, int_type="u32")
        # The shorter prefixes first: what is inserted later stands on top.
        for number in reversed(range(len(table.prefixes))):
            writer.insert_network(netaddr.IPSet([table.text(number)]), table.identify_of(number))
        temporary = path.with_suffix(".new")
        writer.to_db_file(str(temporary))
        temporary.replace(path)
    get: Lookup = maxminddb.open_database(str(path), maxminddb.MODE_MMAP_EXT).get
    return get


def httptools_headers(names: frozenset[bytes]) -> Callable[[bytes], object]:
    """Return a function that parses a request with httptools and keeps the wanted header fields.

    The messages need a first line of HTTP; the caller replaces it.
    """
    import httptools

    class Wanted:
        """Takes what the parser calls back."""

        __slots__ = ("headers", "url")

        def __init__(self) -> None:
            self.headers: list[tuple[bytes, bytes]] = []
            self.url = b""

        def on_url(self, url: bytes) -> None:
            self.url = url

        def on_header(self, name: bytes, value: bytes) -> None:
            if name in names:
                self.headers.append((name, value))

    parser = httptools.HttpRequestParser

    def parse(data: bytes) -> object:
        wanted = Wanted()
        parser(wanted).feed_data(data)
        return wanted

    return parse


def sipmessage_headers(names: Sequence[str]) -> Callable[[bytes], object]:
    """Return a function that parses a request with sipmessage and gets the wanted header fields as text."""
    import sipmessage

    def parse(data: bytes) -> object:
        message = sipmessage.Message.parse(data)
        return [message.headers.get(name) for name in names]

    return parse


def re2_first(patterns: Sequence[str]) -> Callable[[bytes], object]:
    """Return a function from a value to the least number of google-re2's set that matches, None for none."""
    import re2

    options = re2.Options()
    options.max_mem = RE2_MEMORY
    many = re2.Set.SearchSet(options)
    for pattern in patterns:
        many.Add(pattern.encode())
    many.Compile()
    match = many.Match

    def first(value: bytes) -> object:
        # None where nothing matches.
        return min(match(value) or (), default=None)

    return first


def hyperscan_first(patterns: Sequence[str], name: str) -> Callable[[bytes], object]:
    """Return the same of Hyperscan; the compiled database is kept under ``name``, compiling takes a minute."""
    import hyperscan

    path = CACHE / f"{name}.{EDITION}.hyperscan"
    if path.exists():
        database = hyperscan.loadb(path.read_bytes(), hyperscan.HS_MODE_BLOCK)
    else:
        database = hyperscan.Database()
        database.compile(
            expressions=[pattern.encode() for pattern in patterns],
            ids=list(range(len(patterns))),
            elements=len(patterns),
            flags=hyperscan.HS_FLAG_SINGLEMATCH,
        )
        CACHE.mkdir(parents=True, exist_ok=True)
        path.write_bytes(hyperscan.dumpb(database))
    database.scratch = hyperscan.Scratch(database)
    scan = database.scan
    found: list[int] = []

    def taken(id: int, begin: int, end: int, flags: int, context: object) -> None:
        found.append(id)

    def first(value: bytes) -> object:
        found.clear()
        scan(value, match_event_handler=taken)
        return min(found, default=None)

    return first


def as_http(message: bytes) -> bytes:
    """Return a request with a first line of HTTP in place of SIP's, at the same length but for the version."""
    return re.sub(rb"^(\S+) sip:(\S+) SIP/2\.0", rb"POST /\2 HTTP/1.1", message, count=1)
