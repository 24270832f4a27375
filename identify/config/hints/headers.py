"""Names of headers that no request has, or not as PJSIP compares them.

Facts

- PJSIP compares headers that it knows under their long names: ``f: ...`` never matches.
- A line of a message whose name isn't a token, with a blank in it or a quote, is no header.
"""

from __future__ import annotations

import re
from functools import lru_cache

from identify.config.hints.characters import any_odd
from identify.config.hints.nearest import Names
from identify.config.language.sections import words
from identify.strings import ascii_lower, folded_bytes, quoted, shown

__all__ = ["COMPACT_NAMES", "LONG_NAMES", "colon_hint", "header_name_hint"]

#: Compact names of headers that PJSIP prints under their long names, so that these never match.
COMPACT_NAMES = {
    b"c": "Content-Type",
    b"f": "From",
    b"i": "Call-ID",
    b"k": "Supported",
    b"l": "Content-Length",
    b"m": "Contact",
    b"o": "Event",
    b"t": "To",
    b"v": "Via",
    b"x": "Session-Expires",
}

#: Compact and long names of headers that PJSIP doesn't know, so that each matches only as it is sent.
LONG_NAMES = {
    b"a": b"accept-contact",
    b"b": b"referred-by",
    b"d": b"request-disposition",
    b"e": b"content-encoding",
    b"j": b"reject-contact",
    b"r": b"refer-to",
    b"s": b"subject",
    b"u": b"allow-events",
}

#: Headers by which people identify; one that is similar to them and has no X- is probably mistyped.
_USUAL = words(
    "Accept Allow Authorization Call-ID Contact Content-Length Content-Type CSeq Diversion Event Expires From"
    " History-Info Max-Forwards Organization P-Access-Network-Info P-Asserted-Identity P-Called-Party-ID"
    " P-Charging-Vector P-Preferred-Identity P-Visited-Network-ID Privacy Proxy-Authorization Record-Route Referred-By"
    " Refer-To Remote-Party-ID Reply-To Require Route Server Session-Expires Subject Supported To Unsupported"
    " User-Agent User-to-User Via"
)
#: What people call them.
_SHORT = {
    "pai": "P-Asserted-Identity",
    "ppi": "P-Preferred-Identity",
    "rpid": "Remote-Party-ID",
    "ua": "User-Agent",
    "ruri": "match_request_uri",
    "r-uri": "match_request_uri",
    "request-uri": "match_request_uri",
}
_KNOWN = {ascii_lower(name) for name in _USUAL}
_NAMES = Names(sorted(_USUAL))
_TOKEN = re.compile(r"[-A-Za-z0-9.!%*_+`'~]+")
_WITHOUT_COLON = re.compile(r"([A-Za-z][-A-Za-z0-9]*)\s*[=\s]\s*(\S.*)")
#: Longer names aren't looked at.
LONGEST = 64


def colon_hint(value: str) -> str:
    """Return how a value of match_header without a colon has one, as a clause; "" if that isn't clear.

    >>> colon_hint("X-A=1"), colon_hint("X-A")
    ('write X-A: 1', '')
    """
    found = _WITHOUT_COLON.fullmatch(value[:LONGEST])
    return f"write {found[1]}: {shown(found[2])}" if found is not None and len(value) <= LONGEST else ""


@lru_cache(maxsize=1_024)
def header_name_hint(name: str) -> str:
    """Return why no request has a header of this name, or which was probably meant, as a clause; "" if nothing is odd.

    >>> header_name_hint("f"), header_name_hint("P-Asserted-Identiy")
    ("'f' never matches: PJSIP prints this header as From", "is the header 'P-Asserted-Identity' meant?")
    """
    long_name = COMPACT_NAMES.get(folded_bytes(name))
    if long_name is not None:
        return f"{quoted(name)} never matches: PJSIP prints this header as {long_name}"
    if len(name) > LONGEST:
        return ""
    if _TOKEN.fullmatch(name) is None:
        odd = any_odd(name)
        if odd:
            return f"{quoted(name)} {odd}"
        stripped = name.strip("\"'</>^([ ")
        meant = f", write {stripped}" if _TOKEN.fullmatch(stripped) else ""
        quotes = ": quotes are not removed" if '"' in name else ""
        return f"{quoted(name)} can't be the name of a header{quotes}{meant}"
    lower = ascii_lower(name)
    if lower in _SHORT:
        kind = "option" if "_" in _SHORT[lower] else "header"
        return f"is the {kind} {quoted(_SHORT[lower])} meant?"
    if lower in _KNOWN or lower.startswith("x-"):
        return ""
    near = _NAMES.near(name)
    return f"is the header {quoted(near)} meant?" if near and ascii_lower(near) != lower else ""
