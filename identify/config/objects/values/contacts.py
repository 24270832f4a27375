"""Contacts of an aor: which texts Asterisk takes for one.

A contact isn't parsed as a URI when it is read, so most of it may be anything.

Facts

- The items are parted by ``,`` and trimmed; empty ones are ignored.
- Each begins with ``sip:`` or ``sips:`` in any case, and may be in angle brackets, but without a display name.
- The host has at most 245 bytes, all of it at most 511; one that begins with ``[`` needs a ``]``.

Judgements

- The host begins behind the first ``@``, or else behind the scheme, and ends before ``:``, ``;``, ``?`` or ``>``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from identify.config.language.sections import BLANKS
from identify.strings import encoded, quoted

__all__ = ["contact_reason", "contacts"]

MOST_HOST = 245
MOST_CONTACT = 511

_SCHEME = re.compile(r"sips?:", re.IGNORECASE)
_HOST = re.compile(r"\[[^\]]*\]|(?!\[)[^:;?>]*")


def contacts(value: str) -> Iterator[str]:
    """Yield the contacts of a line."""
    for item in value.split(","):
        item = item.strip(BLANKS)
        if item:
            yield item


def contact_reason(value: str) -> str | None:
    """Return the reason why Asterisk refuses a line of contacts, None if it accepts it."""
    for item in contacts(value):
        bare = item[1:-1] if item.startswith("<") and item.endswith(">") else item
        scheme = _SCHEME.match(bare)
        if scheme is None:
            return f"{quoted(item)} is not a SIP URI, expected sip:... or sips:..."
        rest = bare[scheme.end() :]
        host = _HOST.match(rest, rest.find("@") + 1)
        if host is None:
            return f"the host of {quoted(item)} has no closing ']'"
        # No text of fewer characters can have too many bytes.
        if len(item) <= MOST_HOST // 4:
            continue
        if len(encoded(host[0])) > MOST_HOST:
            return f"the host of {quoted(item)} has more than {MOST_HOST} bytes"
        if len(encoded(item)) > MOST_CONTACT:
            return f"{quoted(item)} has more than {MOST_CONTACT} bytes"
    return None
