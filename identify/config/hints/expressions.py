r"""What in an expression means something else to POSIX, and what of a header's value an expression can't match.

It looks at the text only and says nothing where that isn't certain.

Facts

See section 5 of docs/explanation/identification.md: ``\d`` is the letter d, there is no ``(?``, ``+`` repeats what is
before it.  PJSIP prints From, To, Contact, Route and Record-Route as ``"Name" <sip:...>`` or ``<sip:...>``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from identify.strings import ascii_lower, shown

__all__ = ["header_oddity", "is_odd", "oddities", "repairs"]

#: Longer expressions aren't looked at.
LONGEST = 512
#: Without their anchors shorter expressions match nearly everything.
SHORTEST = 5

#: Escapes of Perl that are only the letter here, and what to write.
_ESCAPES = {"d": "[0-9]", "D": "[^0-9]", "h": "[[:blank:]]", "A": "^", "z": "$", "Z": "$"} | dict.fromkeys(
    "nrtfvxupPKQEG", ""
)
#: What an expression has if one of the functions below finds anything: quick searches, as nearly none has it.
_LETTER = re.compile(rf"\\[{''.join(_ESCAPES)}sSwW]")
_PAIR = re.compile(r"[(+}*?:@<|^/](?<!\\.)[+?*]")
_DIGITS = re.compile(r"[0-9]\.[0-9]")
_TOKEN = re.compile(r"\\(?P<escape>.)|\[\^?\]?(?:\[[:.=][^]]*[:.=]\]|[^]])*\]|.", re.DOTALL)
_ADDRESS = re.compile(r"(?<![0-9\\.])[0-9]{1,3}(?:\\?\.[0-9]{1,3}){3}(?![0-9])")
_LAZY = re.compile(r"(?<!\\)(?:[+}]\?|[+*?}]\+)")
_GROUP = re.compile(r"\(\?(?P<kind>[:=!<a-zA-Z])")
_PLUS = re.compile(r"(?:^|[:@<(|^/])\+(?=\\?[0-9\[(])")
_STAR = re.compile(r"(?<=:)\*(?=[0-9])")
_IPV6 = re.compile(r"(?<!\\)\[(?!\^)[0-9a-fA-F]{1,4}:[0-9a-fA-F:.]*\]")
#: Headers printed with angle brackets around the URI.
_BRACKETED = frozenset({"contact", "from", "record-route", "route", "to"})
_ESCAPED_DIGIT = re.compile(r"\\(?P<letter>[dD])|(?P<other>\\.|\[\^?\]?[^]]*\])", re.DOTALL)
_NUMBER = re.compile(r"(\bsips?:|^\^?)(?=[0-9])")
_SIGNED = re.compile(r"(\bsips?:|^\^?)\\\+(?![?*])")
_BEGINS = re.compile(r"\^(?:\\?\+)?[A-Za-z0-9]")
_PORT = re.compile(r"(?P<host>@(?:\\?\[[^]]*\]|[^@:>;\s\[]+)):[0-9]+")
_LAST_PORT = re.compile(r"(?<!sip)(?<!sips)(?<!tel):[0-9]{2,5}(?:[>;$]|$)")
_HOST_PORT = re.compile(r"@(?:\\?\[[^]]*\]|[^@:>;\s\[]+):[0-9]")


def is_odd(regex: str) -> bool:
    """Return whether something in an expression may be odd; in nearly all nothing is, and this is quick."""
    return bool(
        _PAIR.search(regex)
        or _LETTER.search(regex)
        or ("." in regex and _DIGITS.search(regex))
        or ("[" in regex and ":" in regex and _IPV6.search(regex))
        or regex.startswith("+")
        or not regex.isascii()
    )


@lru_cache(maxsize=4_096)
def oddities(regex: str) -> tuple[str, ...]:
    r"""Return what in an expression is probably meant otherwise, as clauses; it need not compile.

    >>> oddities(r"^sip:\d+@")
    ("'\\d' is the letter d, write [0-9]",)
    """
    if len(regex) > LONGEST or not is_odd(regex):
        return ()
    return tuple(hint for hint in (_perl(regex), _repeated(regex), _dotted(regex), _set(regex)) if hint)


def header_oddity(name: str, regex: str) -> str:
    """Return why an expression never matches a header because of how PJSIP prints it, "" if that isn't certain."""
    lower = ascii_lower(name)
    if lower not in _BRACKETED or len(regex) > LONGEST or "|" in regex:
        return ""
    if _BEGINS.match(regex) and not re.match(r"\^.[*?{]", regex):
        begins = shown(regex[1:].partition(":")[0][:20])
        return f'{name} is printed as "Name" <sip:...> or <sip:...>, so it never begins with {begins}'
    if lower == "from" and re.search(r"(?<!\\)>\$$", regex):
        return "the printed From ends in ;tag=..., not in >"
    if lower in ("from", "to") and _LAST_PORT.search(regex):
        return f"PJSIP prints the URI of {name} without its port"
    return ""


def repairs(regex: str) -> Iterator[tuple[str, str]]:
    r"""Yield what may be wrong with an expression that doesn't match, as a clause, and the expression without it.

    >>> [repaired for _, repaired in repairs(r"^sip:\d+@")]
    ['^sip:[0-9]+@', 'sip:[0-9]+@']
    """
    if len(regex) > LONGEST:
        return
    plain = _ESCAPED_DIGIT.sub(lambda found: found[0] if found["other"] else _ESCAPES[found["letter"]], regex)
    plain = _PLUS.sub(lambda found: found[0].removesuffix("+") + r"\+", _STAR.sub(r"\*", plain))
    plain = _IPV6.sub(lambda found: "\\" + found[0], plain)
    if plain != regex:
        yield next(iter(oddities(regex)), "it has characters with a special meaning"), plain
    if _HOST_PORT.search(plain):
        yield "the port isn't printed here", _PORT.sub(r"\g<host>", plain)
    begins, ends = plain.startswith("^"), plain.endswith("$") and not plain.endswith(r"\$")
    if "|" not in plain and len(plain) > SHORTEST:
        if begins:
            yield "'^' is the beginning of the value", plain[1:]
        if ends:
            yield "'$' is the end of the value", plain[:-1]
        if begins and ends:
            yield "'^' and '$' are the ends of the value", plain[1:-1]
    if (signed := _NUMBER.sub(r"\1\+?", plain)) != plain:
        yield "the number has a leading +", signed
    if (unsigned := _SIGNED.sub(r"\1", plain)) != plain:
        yield "the number has no leading +", unsigned


def _perl(regex: str) -> str:
    """Return what of Perl's syntax isn't that of POSIX."""
    if group := _GROUP.search(regex):
        kind = group["kind"]
        if kind == ":":
            return "there is no '(?:', write '('"
        if kind in "=!<":
            return f"there is no '(?{kind}': POSIX expressions don't look ahead or behind"
        return f"there is no '(?{kind}': write both cases, as in [Xx]"
    for token in _TOKEN.finditer(regex):
        letter = token["escape"]
        if letter is not None and letter in _ESCAPES:
            instead = _ESCAPES[letter]
            return f"'\\{letter}' is the letter {letter}" + (f", write {instead}" if instead else "")
        if token[0].startswith("[") and (inner := re.search(r"\\([dswDSW])", token[0])):
            return f"in [...] '\\{inner[1]}' is a backslash and the letter {inner[1]}" + (
                ", write 0-9" if inner[1] == "d" else ""
            )
    if lazy := _LAZY.search(regex):
        makes = "makes the part before it optional" if lazy[0].endswith("?") else "repeats the repetition"
        return f"'{lazy[0]}' isn't lazy or possessive: the '{lazy[0][-1]}' {makes}"
    return ""


def _repeated(regex: str) -> str:
    """Return what is wrong with the plus or the star of a number."""
    if found := _PLUS.search(regex):
        before = f"the '{found[0][0]}' before it" if found[0][0] in ":@</" else "what is before it"
        return rf"'+' repeats {before}, for the character write \+"
    return r"'*' repeats the ':' before it, for the character write \*" if _STAR.search(regex) else ""


def _dotted(regex: str) -> str:
    """Return what is wrong with an address whose dots stand for any character."""
    found = next((found[0] for found in _ADDRESS.finditer(regex) if re.search(r"(?<!\\)\.", found[0])), None)
    if found is None:
        return ""
    escaped = re.sub(r"\\?\.", r"\\.", found)
    return f"'.' in {found} is any character, write {escaped}"


def _set(regex: str) -> str:
    """Return what is wrong with an IPv6 address in brackets, which are a set of characters."""
    found = _IPV6.search(regex)
    if found is None:
        return ""
    return rf"{found[0]} is one of these characters, for the address write \{found[0]}"
