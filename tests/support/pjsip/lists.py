"""Lists: Supported, Require, Unsupported, Allow and Accept.

Facts:

- An element is whatever stands between commas on a line, ``&`` too; a blank before a comma belongs to it.
- A fold stands next to a comma only; after one, ``&`` ends the header.
- Empty elements aren't printed. At most 32 elements, an empty one after a last comma counts;
  Supported and Require count all their headers together, and an empty header isn't one.
"""

from __future__ import annotations

import re

from pjsip.scanning import Reader
from pjsip.unobserved import unobserved

ELEMENT = re.compile(r"[^,\r\n\0]*")
MOST = 32

EMPTY_COUNTS = unobserved(
    "list-only-commas",
    "A Supported or Require of commas only after 32 elements in others: taken as one element more, so it drops.",
)


def read_list(reader: Reader, before: int = 0) -> tuple[list[str], int]:
    """Read a list; ``before`` are the elements of earlier headers. Return what is printed, and the count."""
    found: list[str] = []
    count = before
    while True:
        commas = False
        while reader.next == ",":
            reader.expect(",")
            commas = True
        if not found and not commas and reader.at_line_end:
            break
        element = reader.take(ELEMENT, "element")
        if element:
            reader.skip()
        if element or commas:
            count += 1
            if count > MOST:
                if before == MOST and not element:
                    reader.note(EMPTY_COUNTS)
                raise reader.drop(f"more than {MOST} elements")
        if element:
            found.append(element)
        if reader.next != ",":
            break
    reader.end_header()
    return found, count
