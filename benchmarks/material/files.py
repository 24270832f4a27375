"""Configurations as files: what an operator's generator writes, in the sizes that reading is measured with.

Facts

1. Nothing is drawn at random: a file is made from its name and its size alone, and all numbers have leading zeros.
2. ``endpoints`` has four sections for each endpoint, all with its name: endpoint, aor, auth and identify, of about 230
   bytes together.  ``templates`` has the same with what they have in common in templates, and comments behind options.
3. ``identifies`` and ``headers`` have one endpoint, and identify sections that compare the source address or a header.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from benchmarks.material.address_tables import CACHE, EDITION

__all__ = ["HEADER", "KINDS", "SECTIONS", "address", "endpoint", "literal", "text", "written"]

#: The header that ``headers`` compares.
HEADER = "X-Trunk-ID"
#: The sections of one endpoint.
SECTIONS = 4
#: 10.0.0.0 and those that follow.
FIRST = 0x0A000000

TRANSPORT = "[transport-udp]\ntype=transport\nprotocol=udp\nbind=0.0.0.0:5060\n\n"
#: The endpoint of all identify sections.
ONE = f"{TRANSPORT}[trunk]\ntype=endpoint\n\n"
TEMPLATES = (
    "[endpoints](!)\ntype=endpoint\ncontext=from-trunk\ndisallow=all\nallow=ulaw,alaw\n"
    "identify_by=ip,username\ndirect_media=no\nrtp_symmetric=yes\nforce_rport=yes\n\n"
    "[auths](!)\ntype=auth\nauth_type=userpass\n\n"
    "[aors](!)\ntype=aor\nmax_contacts=1\n\n"
    "[identifies](!)\ntype=identify\nsrv_lookups=no\n\n"
)


#: By the beginning of a file's name: what it begins with, and what it has for each number.
KINDS = {
    "endpoints": (
        TRANSPORT,
        "[{name}]\ntype=endpoint\ncontext=trunks\nallow=alaw\naors={name}\nauth={name}\n\n"
        "[{name}]\ntype=aor\ncontact=sip:{host}\n\n"
        "[{name}]\ntype=auth\nusername={name}\npassword=secret{number}\n\n"
        "[{name}]\ntype=identify\nendpoint={name}\nmatch={host}\n\n",
    ),
    "templates": (
        TRANSPORT + TEMPLATES,
        "[{name}](endpoints)\naors={name}\nauth={name} ; of this trunk\n\n"
        "[{name}](aors)\ncontact=sip:{host}:5060\n\n"
        "[{name}](auths)\nusername={name}\npassword=secret{number}\n\n"
        "[{name}](identifies)\nendpoint={name}\nmatch={host} ; its proxy\n\n",
    ),
    "identifies": (ONE, "[identify{number:07}]\ntype=identify\nendpoint=trunk\nmatch={host}\n"),
    "headers": (
        ONE,
        "[identify{number:07}]\ntype=identify\nendpoint=trunk\nmatch_header=" + HEADER + ": {literal}\n",
    ),
}


def text(kind: str, count: int) -> str:
    """Return the text of a configuration."""
    return "".join(_written(*KINDS[kind], count))


def written(kind: str, count: int) -> Path:
    """Return the path of a configuration's file, which is written when it is first needed."""
    path = CACHE / f"{kind}-{count}.{EDITION}.conf"
    if not path.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        temporary = path.with_suffix(f".{os.getpid()}")
        with temporary.open("w", encoding="utf-8", buffering=1 << 20) as file:
            file.writelines(_written(*KINDS[kind], count))
        temporary.replace(path)
    return path


def endpoint(number: int) -> str:
    """Return the name of an endpoint and of its other sections."""
    return f"t{number:06}"


def address(number: int) -> str:
    """Return the address of an identify section."""
    return ".".join(str(FIRST + number >> shift & 255) for shift in (24, 16, 8, 0))


def literal(number: int) -> str:
    """Return the header value of an identify section."""
    return f"trunk{number:05}"


def _written(head: str, each: str, count: int) -> Iterator[str]:
    yield head
    for number in range(count):
        yield each.format(number=number, name=endpoint(number), host=address(number), literal=literal(number))
