"""The rules of ``match_header`` and ``match_request_uri``: what their values say, and what there is to say about them.

Facts

See sections 5 and 6 of docs/explanation/identification.md.

- ``match_header`` is split at its first colon; of it and of ``match_request_uri`` the last line is used, and an
  empty line removes the template's.
- ``/re/`` with something between the slashes is an expression, ``//`` the empty text, everything else is literal.
"""

from __future__ import annotations

import re
from functools import lru_cache

from identify._compiled._regex import Regex
from identify._compiled._regex_library import RegexError
from identify.config.expansion import expansion_excess
from identify.config.hints.headers import colon_hint
from identify.config.hints.values import expression_hints, header_name_hint, literal_hints
from identify.config.language.sections import BLANKS, Variable
from identify.config.objects.candidates import Candidate
from identify.config.problems import Problems
from identify.config.releases import BYTES, Release
from identify.model import HeaderRule, RequestUriRule, TextPattern
from identify.strings import encoded, escaped, quoted, shown

__all__ = ["PatternBuilder", "header_parts", "is_text", "pattern_of"]

#: What an expression has that means something else for characters than for bytes: ``.``, a class, ``[^``, ``\w``.
_LOCAL = re.compile(r"\\[wWsSbB<>]|\\(?P<other>.)|\.|\[\^|\[[:.=]|[^\x00-\x7f]", re.DOTALL)
#: What an expression without an automaton may cost.
BACKTRACKS = "the time it takes can be exponential in the length of the value that is sent"


def header_parts(value: str) -> tuple[str, str]:
    """Return the name and the value that ``match_header`` has."""
    name, _, rest = value.partition(":")
    return name.strip(BLANKS), rest.strip(BLANKS)


def is_text(value: str) -> bool:
    """Return whether a value is a literal as it is, rather than an expression or the empty text ``//``."""
    return len(value) < 2 or value[0] != "/" or value[-1] != "/"


def pattern_of(value: str) -> TextPattern:
    """Return the expression or literal that a value is, for header and request URI."""
    if is_text(value):
        return TextPattern(text=value, regex=None, literal=value)
    regex = value[1:-1]
    return TextPattern(text=value, regex=regex or None, literal=None if regex else "")


class PatternBuilder:
    """Builds the rules with patterns of one identify, and reports what there is to say about it."""

    def __init__(self, candidate: Candidate, refused: bool, release: Release, problems: Problems) -> None:
        self.refused = refused
        self.faults: list[str] = []
        self.candidate = candidate
        self.release = release
        self.problems = problems

    def refuse(self, code: str, message: str, line: Variable | None) -> None:
        """Note what refuses the object."""
        self.refused = True
        self.note(code, message, line, self.candidate.described)

    def note(self, code: str, message: str, line: Variable | None, lost: str = "") -> None:
        """Note a problem, by default at the section itself."""
        candidate = self.candidate
        file, number = (candidate.file, candidate.line) if line is None else (line.file, line.line)
        if line is not None and line.template is not None:
            message += f" (inherited from [{shown(line.template)}])"
        self.problems.add(code, file, number, message, section=candidate.id, lost=lost)

    def hint(self, code: str, message: str, line: Variable) -> None:
        """Note what may be a mistake, once for a line that many sections inherit, unless there are enough notes."""
        if not self.problems.full(code) and self.problems.is_new(code, line.file, line.line, message):
            self.note(code, message, line)

    def header(self, line: Variable) -> HeaderRule | None:
        """Return the rule of a line of ``match_header``, None if it isn't valid."""
        name, value = header_parts(line.value)
        colon = ":" in line.value
        if not colon:
            message, hint = (
                f"match_header {quoted(line.value)} has no ':' after the name",
                colon_hint(line.value),
            )
            self.refuse("match-header", message + (f": {hint}" if hint else ""), line)
        elif not name:
            self.refuse("match-header", f"match_header {quoted(line.value)} has no name before the ':'", line)
        elif hint := header_name_hint(name):
            self.hint("match-header-name", f"match_header {quoted(line.value)}: {hint}", line)
        pattern = self._pattern("match_header", value, line, name)
        if not colon or not name or pattern is None:
            return None
        return HeaderRule(name=name, pattern=pattern, origin=line.origin, text=line.value)

    def request_uri(self, line: Variable) -> RequestUriRule | None:
        """Return the rule of a line of ``match_request_uri``, None if it isn't valid."""
        pattern = self._pattern("match_request_uri", line.value, line)
        return None if pattern is None else RequestUriRule(pattern=pattern, origin=line.origin)

    def _pattern(self, option: str, value: str, line: Variable, header: str = "") -> TextPattern | None:
        pattern = pattern_of(value)
        regex = pattern.regex
        if regex is None:
            # "//" is the empty text.
            for code, hint in literal_hints(value, header) if pattern.literal == value else ():
                self.hint(code, f"{option} {quoted(value)} {hint}", line)
            return pattern
        excess = _excess(regex)
        if excess:
            self.refuse("match-regex", f"{option} {quoted(value)} {excess}", line)
            return None
        bytewise = bool(self.release.dialect & BYTES)
        error, obstacle = _compiled(regex, bytewise=bytewise)
        hints = expression_hints(regex, header)
        if error:
            clauses = "".join(f"; {hint}" for _, hint in hints)
            self.refuse(
                "match-regex", f"{option} {quoted(value)} doesn't compile: {escaped(error)}{clauses}", line
            )
        else:
            for code, hint in hints:
                self.hint(code, f"{option} {quoted(value)}: {hint}", line)
        if self.release.characters_by_environment and _is_local(regex):
            works = not _compiled(regex, bytewise=not bytewise)[0]
            effect = "compiles, and works on bytes," if error else "works on bytes, not on characters,"
            message = f"{option} {quoted(value)} {effect} if Asterisk's environment"
            if works:
                self.note("regex-locale", message + " has no UTF-8 locale (LC_ALL, LC_CTYPE, LANG)", line)
        if obstacle:
            message = f"{option} {quoted(value)} {obstacle}: {BACKTRACKS}"
            self.note("expression-backtracks", message, line)
        return None if error else pattern


@lru_cache(maxsize=64)
def _excess(regex: str) -> str | None:
    """Return why an expression isn't compiled, None if it may be; thousands of sections may inherit it."""
    return expansion_excess(regex)


@lru_cache(maxsize=64)
def _compiled(regex: str, *, bytewise: bool) -> tuple[str, str]:
    """Return why an expression doesn't compile, and what keeps it from linear time, each nothing if it does."""
    try:
        return "", Regex(encoded(regex), bytewise=bytewise).obstacle or ""
    except RegexError as error:
        return str(error), ""


def _is_local(regex: str) -> bool:
    """Return whether an expression could match other texts if it works on bytes."""
    return any(found["other"] is None for found in _LOCAL.finditer(regex))
