"""The reader that all headers share: blanks and folds, tokens, quoted strings, escapes, and the end of a header.

Facts:

- Between tokens there may be blanks and one fold: a line end with a blank after it. A second fold drops.
- CRLF, CR and LF are line ends alike.
- ``&`` ends a header like a line end; what follows it, blanks and one fold aside, is the next header.
- A quoted string holds anything but LF and CRLF, a CR too; ``\\`` takes the next character with it.
- Escapes of a URI are decoded, and what may not stand there unescaped is escaped with lower-case digits.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterable

from pjsip.unobserved import unobserved

ALNUM = string.ascii_letters + string.digits
QUOTE = '"'
EMPTY = '""'
#: RFC 3261's token, and its unreserved characters.
TOKEN_CHARS = ALNUM + "-.!%*_+`'~"
UNRESERVED = ALNUM + "-_.!~*'()"

BACKSLASH_LINE_END = unobserved(
    "backslash-line-end",
    "A backslash before LF or CRLF in a quoted string: taken as without it, so it drops.",
)
EMPTY_QUOTED = unobserved(
    "empty-quoted-value",
    '`""` as value of a parameter that is kept apart (tag, branch, maddr, received, id, refresher, reason, to-tag, '
    "from-tag): taken as any other quoted value.",
)


class DroppedError(Exception):
    """The message never reaches identification; the text says why."""


def chars(allowed: str, least: int = 1) -> re.Pattern[str]:
    """Return the pattern of at least so many of these characters."""
    return re.compile(f"[{re.escape(allowed)}]{'+' if least else '*'}")


def escapes(kept: str) -> dict[int, str]:
    """Return the table by which ``str.translate`` escapes all but these characters."""
    return {code: f"%{code:02x}" for code in range(256) if chr(code) not in kept}


SKIP = re.compile(r"[ \t]*(?:(?:\r\n|\r|\n)[ \t]+)?")
LINE_END = re.compile(r"\r\n|\r|\n")
TO_LINE_END = re.compile(r"[^\r\n\0]*")
TOKEN = chars(TOKEN_CHARS)
DIGITS = chars(string.digits)
#: A quoted string that a backslash before a line end breaks.
BROKEN = re.compile(r'"(?:[^"\\\r\n]|\r(?!\n)|\\(?!\r\n)[^\n])*\\\r?\n', re.DOTALL)
QUOTED = re.compile(r'"(?:[^"\\\r\n]|\r(?!\n)|\\(?!\r\n)[^\n])*"', re.DOTALL)
TOKEN_ESCAPES = escapes(TOKEN_CHARS)
ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")


class Reader:
    """A place in a message's text, and the names of the unobserved places that were met on the way."""

    __slots__ = ("at", "noted", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.noted: set[str] = set()

    def note(self, name: str) -> None:
        """Note that an unobserved place was met."""
        self.noted.add(name)

    def drop(self, what: str) -> DroppedError:
        """Return what is raised where the text is not as it must be."""
        return DroppedError(f"{what} at {self.at}")

    @property
    def next(self) -> str:
        """The character here, empty at the end."""
        return self.text[self.at : self.at + 1]

    @property
    def at_line_end(self) -> bool:
        """Whether a line ends here."""
        return self.text[self.at : self.at + 1] in ("\r", "\n", "")

    def skip(self) -> None:
        """Pass blanks and at most one fold."""
        self.at = SKIP.match(self.text, self.at).end()  # type: ignore[union-attr]

    def take(self, pattern: re.Pattern[str], what: str) -> str:
        """Return what the pattern matches here, and pass it."""
        found = pattern.match(self.text, self.at)
        if found is None:
            raise self.drop(f"no {what}")
        self.at = found.end()
        return found[0]

    def token(self, pattern: re.Pattern[str] = TOKEN, what: str = "token") -> str:
        """Return a token, and pass it and what is blank after it."""
        token = self.take(pattern, what)
        self.skip()
        return token

    def expect(self, character: str) -> None:
        """Pass this character and what is blank after it."""
        if not self.text.startswith(character, self.at):
            raise self.drop(f"no {character!r}")
        self.at += 1
        self.skip()

    def quoted(self) -> str:
        """Return a quoted string with its quotes; nothing blank is passed."""
        found = QUOTED.match(self.text, self.at)
        if found is None:
            if BROKEN.match(self.text, self.at):
                self.note(BACKSLASH_LINE_END)
            raise self.drop("no whole quoted string")
        self.at = found.end()
        return found[0]

    def end_header(self) -> None:
        """Pass the end of a header that PJSIP reads itself."""
        if self.at >= len(self.text):
            return
        if self.text[self.at] == "&":
            self.at += 1
            self.skip()
        else:
            self.take(LINE_END, "end of the header")


def unescaped(text: str) -> str:
    """Return the text with its escapes decoded; what is no escape stays."""
    if "%" not in text:
        return text
    return ESCAPE.sub(lambda found: chr(int(found[1], 16)), text)


#: A parameter as it was sent: its name, and its value with its quotes; no value is an empty one.
Parameter = tuple[str, str]


def read_parameter(
    reader: Reader, name: re.Pattern[str] = TOKEN, value: re.Pattern[str] = TOKEN
) -> Parameter:
    """Read a header's parameter after its ``;``."""
    named = reader.token(name, "name of a parameter")
    if reader.next != "=":
        return named, ""
    reader.expect("=")
    if reader.next == '"':
        text = reader.quoted()
    else:
        found = value.match(reader.text, reader.at)
        if found is None:
            return named, ""
        text = found[0]
        reader.at = found.end()
    reader.skip()
    return named, text


def read_parameters(reader: Reader) -> list[Parameter]:
    """Read all parameters of a header, each after its ``;``."""
    found = []
    while reader.next == ";":
        reader.expect(";")
        found.append(read_parameter(reader))
    return found


def print_parameters(parameters: Iterable[Parameter], table: dict[int, str] = TOKEN_ESCAPES) -> str:
    """Return parameters as they are printed: a quoted value as it is, all else escaped."""
    return "".join(
        f";{name.translate(table)}"
        + (f"={value if value[0] == QUOTE else value.translate(table)}" if value else "")
        for name, value in parameters
    )


def leading_number(text: str) -> int:
    """Return the number of the leading digits as 32 bits without sign; no digits are 0."""
    found = DIGITS.match(text)
    return int(found[0][-400:]) & 0xFFFFFFFF if found else 0


def joined_parameters(reader: Reader, known: tuple[str, ...]) -> tuple[dict[str, str], list[Parameter]]:
    """Read parameters and return the last values of the known ones, and the others in order."""
    values: dict[str, str] = {}
    others = []
    for name, value in read_parameters(reader):
        lower = name.lower()
        if lower in known:
            if value == EMPTY:
                reader.note(EMPTY_QUOTED)
            values[lower] = value
        else:
            others.append((name, value))
    return values, others
