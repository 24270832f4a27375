r"""Literal values of ``match_header`` and ``match_request_uri`` that were meant as expressions, or never are a print.

A literal is compared with the whole printed value.  This knows what looks like an expression, and which expression
says what a literal seems to mean.

Facts

- An expression has a slash at both ends and nothing behind; there are no flags.
- From and To are printed with ``<`` and ``>`` around the URI, without its port, and with all parameters, the tag first.
"""

from __future__ import annotations

import re
from functools import lru_cache

import attrs

from identify._compiled._regex import Regex
from identify._compiled._regex_library import RegexError
from identify.config.expansion import expansion_excess
from identify.errors import IdentifyError
from identify.request import Request
from identify.strings import ascii_lower, encoded, shown

__all__ = [
    "CANONICAL_URI",
    "REPRINTED",
    "Meant",
    "as_expression",
    "canonical",
    "compiles",
    "literal_reprint",
    "matches",
    "meant_by",
    "uri_reprint",
    "written",
]

#: Longer values aren't looked at, and longer expressions aren't proposed: nobody could read them in a message.
LONGEST = 256
PROPOSED = 100

#: What only an expression has, of text that addresses and URIs may not have otherwise.
_SIGNS = re.compile(
    r"""^\^            # an anchor
      | (?<![\w.])\$$|[>)\]/.*+]\$$
      | \\[].+*?()[{}|^$/dDwWsSbB]
      | \.[*+?](?![A-Za-z0-9])|\.\*
      | \[\^?[^]:]*[A-Za-z0-9]-[A-Za-z0-9][^]:]*\]
      | \[\^?[^]:]+\][+*?{]
      | \)[+*?{]
      | \([^()]*\|[^()]*\)
      | \{[0-9]+(?:,[0-9]*)?\}
      | \(\?[:i=!<]
      | \[\[:[a-z]+:\]\]""",
    re.VERBOSE,
)
#: Without one of these a literal has none of the signs, and no slash or quote at an end.
_SUSPECT = re.compile(r"""[][^$\\*?({|/"']|\.\+|(?:^|:)_""")
_FLAGGED = re.compile(r"/(.+)/[A-Za-z]{1,4}", re.DOTALL)
_QUOTED = re.compile(r"""(["'])/(.+)/\1""", re.DOTALL)
#: _1NXXNXXXXXX, as a number or as the user of a URI.
_DIALPLAN = re.compile(r"(?:^|(?<=:))_(?P<pattern>[0-9+*#]*[NXZnxz.!][0-9+*#NXZnxz]*[.!]?)(?=@|$)")
_CLASSES = {"N": "[2-9]", "X": "[0-9]", "Z": "[1-9]", ".": ".+", "!": ".*"}
#: Asterisk*, sip:*@h and *.example; not *72, nor * alone, which Contact may be.
_GLOB = re.compile(r"^[^\\^$()[{|/]*(?:[A-Za-z0-9@+]\*$|:\*@|@\*\.|^\*[.@])[^\\^$()[{|/]*$")
_SPECIAL = re.compile(r"[].[()*+?{}|^$\\]")
#: What PJSIP prints as it is.
_CANONICAL = re.compile(r'(?:"[A-Za-z0-9 .-]+" )?<sips?:[A-Za-z0-9.+*_-]+@[A-Za-z][A-Za-z0-9.-]*>', re.ASCII)
#: Request URIs that are printed as they are.
CANONICAL_URI = re.compile(r"sips?:(?:[A-Za-z0-9.+*_-]+@)?[A-Za-z0-9.-]+(?::[1-9][0-9]{0,4})?", re.ASCII)
_NOTHING = re.compile(r"(?!)")
_TAG = re.compile(r";tag=[^;]*")
#: Headers whose URI is printed in angle brackets, and never with its port.
_NAMES = ("from", "to")
_BRACKETED = ("contact", "record-route", "route", *_NAMES)
#: Headers that PJSIP reads and prints in its own way, but for those of which each request has its own; other headers
#: stay as they were sent.
REPRINTED = frozenset(
    {
        "accept",
        "allow",
        "content-type",
        "cseq",
        "event",
        "expires",
        "max-forwards",
        "min-se",
        "require",
        "session-expires",
        "supported",
        *_BRACKETED,
    }
)


@attrs.frozen
class Meant:
    """Why a literal isn't the expression that was meant or never equals a print, and the expression."""

    why: str
    regex: str


def is_plain(literal: str) -> bool:
    """Return whether a literal surely has nothing of an expression; nearly all are so, and this is quick."""
    return _SUSPECT.search(literal) is None


@lru_cache(maxsize=4_096)
def meant_by(literal: str) -> Meant | None:
    r"""Return the expression that a literal looks like, None if it looks like none.

    >>> meant_by(r"^sip:\+?1202@")
    Meant(why='it has no slashes', regex='^sip:\\+?1202@')
    >>> meant_by("sip:1202@192.0.2.1")
    """
    if not 1 < len(literal) <= LONGEST or is_plain(literal):
        return None
    if found := _FLAGGED.fullmatch(literal):
        return Meant("something follows its second slash, and there are no flags", found[1])
    if found := _QUOTED.fullmatch(literal):
        return Meant("it has quotes around its slashes", found[2])
    if found := _DIALPLAN.search(literal):
        return Meant("patterns of the dialplan are not known here", _of_dialplan(literal, found))
    if _GLOB.search(literal):
        parts = [as_expression(part) for part in literal.split("*")]
        return Meant("a '*' is not a wildcard here", "^" + ".*".join(parts) + ("$" if parts[-1] else ""))
    first, last = literal[0] == "/", literal[-1] == "/"
    inner = literal[first : len(literal) - last]
    if first:
        return Meant("it has no slash at its end", inner)
    if _SIGNS.search(inner) is None:
        return None
    return Meant("it has no slash at its beginning" if last else "it has no slashes", inner)


def _of_dialplan(literal: str, found: re.Match[str]) -> str:
    """Return the expression of a literal with a pattern such as ``_1NXX``, which ``found`` is."""
    pattern = "".join(_CLASSES.get(letter.upper(), as_expression(letter)) for letter in found["pattern"])
    before, behind = literal[: found.start("pattern") - 1], literal[found.end("pattern") :]
    return f"{as_expression(before)}{pattern}{as_expression(behind)}"


def as_expression(text: str) -> str:
    r"""Return the expression that matches a text anywhere.

    >>> as_expression("<sip:291@198.51.100.7>")
    '<sip:291@198\\.51\\.100\\.7>'
    """
    return _SPECIAL.sub(lambda found: "\\" + found[0] if found[0] not in "]}" else found[0], text)


def written(regex: str) -> str:
    r"""Return an expression as a line of a configuration has it, "" if it is too long to be shown whole.

    >>> written("a;b")
    '/a\\;b/'
    """
    return f"/{shown(regex).replace(';', chr(92) + ';')}/" if 0 < len(regex) <= PROPOSED else ""


def compiles(regex: str, *, bytewise: bool = False) -> bool:
    """Return whether an expression may be proposed: it compiles, and takes linear time."""
    return _regex(regex, bytewise) is not None


def matches(regex: str, value: str, *, bytewise: bool = False) -> bool:
    """Return whether an expression that may be proposed matches a printed value, which ends at its first NUL."""
    compiled = _regex(regex, bytewise)
    return compiled is not None and compiled.search(encoded(value).partition(b"\0")[0])


@lru_cache(maxsize=1_024)
def _regex(regex: str, bytewise: bool) -> Regex | None:
    if not 0 < len(regex) <= LONGEST or expansion_excess(regex):
        return None
    try:
        compiled = Regex(encoded(regex), bytewise)
    except RegexError:
        return None
    return compiled if compiled.obstacle is None else None


@lru_cache(maxsize=4_096)
def _reprint(name: str, value: str) -> str | None:
    """Return how PJSIP prints a header with this value, None if it drops requests with it."""
    try:
        request = Request(source="192.0.2.1", method="OPTIONS", headers=((name, value),))
        printed = request.header_prints(None)
    except (IdentifyError, ValueError):
        return None
    return printed[0][1] if printed else None


def literal_reprint(name: str, literal: str) -> Meant | None:
    """Return why a literal never equals a header that PJSIP prints in its own way, and the expression instead.

    None for other headers, and if a request could be printed so.
    """
    lower = ascii_lower(name)
    if lower not in REPRINTED or not 0 < len(literal) <= LONGEST:
        return None
    printed = literal if _CANONICAL.fullmatch(literal) else _reprint(name, literal)
    if printed is None:
        if lower not in _BRACKETED:
            return Meant(f"isn't a valid {name}, all of which a literal must equal", as_expression(literal))
        form = '"Name" <sip:user@host>' + (";tag=..." if lower == "from" else "")
        return Meant(f"isn't all of a header {name}, which is printed as {form}", as_expression(literal))
    if printed == literal and (lower != "from" or _TAG.search(literal)):
        return None
    named = as_expression(_TAG.sub("", printed) if lower in _NAMES else printed)
    if lower == "from" and not _TAG.search(literal):
        return Meant("has no tag, but the printed From ends in ;tag=..., so a literal never equals it", named)
    return Meant(f"isn't what PJSIP prints: it would print {shown(printed)}", named)


def canonical(header: str) -> re.Pattern[str] | None:
    """Return an expression that only literals match that surely are how a header may be printed; None if all are.

    Without the name of a header it is the request URI's.
    """
    lower = ascii_lower(header)
    if not header:
        return CANONICAL_URI
    if lower not in REPRINTED:
        return None
    return _CANONICAL if lower in _BRACKETED and lower != "from" else _NOTHING


def uri_reprint(literal: str) -> Meant | None:
    """Return why a literal never equals a printed request URI, and the expression instead; None if one may be so."""
    if not 0 < len(literal) <= LONGEST or CANONICAL_URI.fullmatch(literal):
        return None
    bare = literal.strip("<>\"' ")
    if bare != literal:
        return Meant(
            "has what no request URI has: angle brackets, quotes or blanks around it", as_expression(bare)
        )
    printed = _reprint_uri(literal)
    if printed is None:
        return Meant("isn't all of a request URI, such as sip:user@host", as_expression(literal))
    if printed == literal:
        return None
    return Meant(f"isn't what PJSIP prints: it would print {shown(printed)}", as_expression(printed))


@lru_cache(maxsize=4_096)
def _reprint_uri(uri: str) -> str | None:
    """Return how PJSIP prints a request URI, None if it drops requests with it."""
    try:
        return Request(source="192.0.2.1", method="OPTIONS", request_uri=uri).request_uri_print()[0]
    except (IdentifyError, ValueError):
        return None
