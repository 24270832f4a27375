"""SIP URIs in options, as far as they decide whether Asterisk refuses an object.

It knows which texts PJSIP accepts as a URI or a part of one; what a URI means is no concern of this module.

Facts

- The characters are those of RFC 3261 25.1, without those that probes showed to be refused.
- PJSIP refuses URIs longer than 511 characters, and hosts longer than 255.
"""

from __future__ import annotations

import re

__all__ = ["CONTACT_USER", "PARAMETERS", "USER", "is_uri", "uri_host"]

USER = re.compile(r"[A-Za-z0-9\-_.!~*'()&=+$,;:%]*")
CONTACT_USER = re.compile(r"[A-Za-z0-9\-_.!~*'()&=+$,;?/%]*")
PARAMETERS = re.compile(r"[A-Za-z0-9\-_.~*'()+&$%=;]*")
MAX_URI = 511
MAX_HOST = 255

# A SIP URI, bare or in angle brackets with a display name.
_URI = re.compile(
    r"(?:[^<>]*<)?sips?:(?:[^@<>\s\x00-\x20]+@)?(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::[0-9]*)?"
    r"(?:;[^<>?\s]*)?(?:\?[^<>\s]*)?(?:>.*)?",
    re.IGNORECASE | re.ASCII,
)


def is_uri(value: str) -> bool:
    """Return whether PJSIP accepts ``value`` as a SIP or SIPS URI."""
    match = _URI.fullmatch(value) if len(value) <= MAX_URI else None
    return match is not None and len(match[1]) <= MAX_HOST


def uri_host(value: str) -> str:
    """Return the host of a URI that :func:`is_uri` accepts, IPv6 in brackets."""
    match = _URI.fullmatch(value)
    return match[1] if match is not None else ""
