"""The problems that reading a configuration can find: their stable codes, and the list they gather in.

A problem is something that Asterisk would log, refuse or silently ignore.  This module knows the codes
and severities; the modules that find problems write the messages.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import islice
from types import MappingProxyType
from typing import Any

from identify.model import Problem, Severity

__all__ = ["CODES", "MAX_ITEMS_MADE", "MAX_PROBLEMS", "Budget", "Problems"]

#: The maximum number of problems kept: one wrong template can spoil 100,000 sections, and nobody reads more.
MAX_PROBLEMS = 10_000
#: The maximum number of addresses, hosts and similar items in a configuration; each takes some hundred bytes.
MAX_ITEMS_MADE = 2_000_000

#: Every code, with its severity and meaning.
CODES: Mapping[str, tuple[Severity, str]] = MappingProxyType(
    {
        # The text of a file; errors among these cost the rest of an included file, or the whole main file.
        "file-missing": ("error", "a required file doesn't exist"),
        "file-unreadable": ("error", "a file exists but can't be read"),
        "include-missing": ("error", "#include names a file that doesn't exist"),
        "objects-elsewhere": ("warning", "sorcery.conf or extconfig.conf takes objects from elsewhere"),
        "sorcery-line": ("error", "a line of sorcery.conf has a mistake"),
        "include-too-deep": ("error", "includes are nested too deeply"),
        "include-circle": ("error", "a file includes itself, at which Asterisk crashes"),
        "include-directory": ("warning", "an include means a directory"),
        "section-unclosed": ("error", "a section line has no closing ']' or ')'"),
        "section-unknown-parent": ("error", "a section inherits from one that isn't defined yet"),
        "section-unknown-addition": ("error", "a section adds to one that doesn't exist"),
        "section-inherits-itself": (
            "error",
            "a section inherits from itself by an addition, so that Asterisk doesn't start",
        ),
        "option-outside-section": ("error", "an option comes before the first section"),
        "byte-order-mark": ("error", "a file begins with a byte order mark that isn't skipped"),
        "line-backslash": (
            "error",
            "a line begins with a backslash before something that can't begin a name",
        ),
        "limit-exceeded": ("error", "something exceeds a limit of this program"),
        "exec-not-run": ("warning", "#exec is never run"),
        "directive-unknown": ("warning", "a line starts with an unknown # directive"),
        "directive-without-file": ("warning", "an include names no file"),
        "line-too-long": ("warning", "a line is longer than Asterisk reads"),
        "line-without-equals": ("warning", "a line is neither a section nor an option"),
        "line-without-name": ("warning", "a line has no option name before its equals sign"),
        "comment-unterminated": ("warning", "a block comment is never closed"),
        "comment-unopened": ("warning", "the end of a block comment closes none, so what follows is ignored"),
        "value-cut": (
            "note",
            "a semicolon without a backslash ends a value, and what follows looks like a part of it",
        ),
        "comment-too-deep": ("warning", "block comments are nested too deeply"),
        "section-name-cut": ("warning", "a section name is longer than Asterisk keeps"),
        "section-text-ignored": ("note", "Asterisk ignores text after a section name that looks intended"),
        "section-without-name": ("note", "a section has an empty name"),
        "problems-cut": ("error", "there are more problems than are listed"),
        # Sections becoming objects.
        "type-missing": ("warning", "a section has no type"),
        "type-unknown": ("warning", "a section has a type that Asterisk doesn't know"),
        "type-unread": ("note", "a section has a type that Asterisk doesn't read from pjsip.conf"),
        "type-ignored": ("note", "a later type of a section has no effect"),
        "duplicate-object": ("error", "two sections have the same name and type"),
        "too-many-globals": ("error", "too many sections of a type that allows only one"),
        "overridden": ("note", "another section replaces this one"),
        "option-unknown": ("error", "the object's type has no such option"),
        "option-release": ("warning", "it isn't known whether the release has this option or value"),
        "option-value": ("error", "the option doesn't accept this value"),
        "option-combination": ("error", "options conflict, or a required option is missing"),
        "option-unchecked": ("note", "the value can only be checked on the machine that runs Asterisk"),
        "boolean-value": ("note", "the value is neither yes nor no, so it means no"),
        # Identify objects.
        "match-address": ("error", "an item of match is not a valid address, network or mask"),
        "match-name": ("error", "an item of match is a name that doesn't resolve"),
        "match-name-unknown": ("warning", "an item of match is a name whose addresses aren't known here"),
        "match-name-adds-nothing": ("warning", "a name resolves only to addresses that already match"),
        "match-address-adds-nothing": ("warning", "an address already matches, so the release leaves it out"),
        "match-negation": ("note", "a negated item of match excludes nothing"),
        "match-meaning": ("note", "an item of match is valid, but may mean something else than intended"),
        "match-header": ("error", "match_header isn't 'Name: value'"),
        "match-header-name": ("note", "no request has a header of this name as Asterisk compares it"),
        "match-header-print": ("note", "a header is never printed as the value has it, so it doesn't match"),
        "match-header-cut": ("note", "a semicolon seems to have cut off the value"),
        "match-uri-print": (
            "note",
            "a request URI is never printed as the value has it, so it doesn't match",
        ),
        "match-literal": ("note", "a value looks like an expression, but it is compared literally"),
        "match-character": ("note", "a value has an invisible character or one that looks like another"),
        "match-regex": ("error", "a regular expression doesn't compile"),
        "expression-meaning": ("note", "a part of an expression means something else than intended"),
        "expression-backtracks": (
            "warning",
            "the time that an expression takes isn't linear in the value: it can be exponential",
        ),
        "regex-locale": (
            "note",
            "whether an expression works on characters depends on Asterisk's environment",
        ),
        "match-nothing": ("error", "an identify has nothing to match"),
        "identify-without-endpoint": ("error", "an identify names no endpoint"),
        "identify-dangling": ("warning", "an identify points to an endpoint that doesn't exist"),
        # Registrations and transports.
        "registration-uri": ("error", "a registration's URI is missing or is not a valid SIP URI"),
        "registration-line": ("error", "only one of line and endpoint is set in a registration"),
        "registration-unreachable": ("error", "no transport can reach a registration's server"),
        "registration-transport": ("warning", "a registration names a transport that doesn't exist"),
        "registration-dangling": ("warning", "a registration's endpoint doesn't exist"),
        "transport-leftovers": ("warning", "a transport takes over what a refused one left"),
        "transport-bind": ("error", "a transport has no address to listen on, or another one has taken it"),
        "transport-bind-unknown": ("warning", "bind is a name whose addresses aren't known here"),
        # Access lists.
        "acl-file": (
            "error",
            "acl.conf has an error, so no named ACL exists and every acl line allows everybody",
        ),
        "acl-unavailable": (
            "warning",
            "a named ACL allows everybody because acl.conf is missing or has an error",
        ),
        "acl-undefined": ("warning", "a named ACL doesn't exist, so every address is denied"),
        # The order of identifiers and the wizard.
        "order-unknown": ("warning", "endpoint_identifier_order has an entry that is not an identifier"),
        "order-line": ("note", "endpoint_identifier_order lists 'line', which is always first"),
        "wizard-hosts": ("error", "a wizard has no remote_hosts"),
        "wizard-username": ("error", "a wizard sends auth without a username"),
        "wizard-pattern": ("warning", "a pattern of a wizard needs a value that isn't known here"),
        "wizard-option": ("note", "a wizard has an option that Asterisk ignores"),
        "wizard-port": ("note", "the release ignores the port of a remote host"),
        "wizard-misplaced": ("warning", "a wizard is in pjsip.conf, where it has no effect"),
    }
)


class Budget:
    """How many items may still be made: one line can list a thousand, and every section that inherits it repeats it."""

    def __init__(self, items: int = MAX_ITEMS_MADE) -> None:
        self._left = items

    @property
    def left(self) -> int:
        """How many items may still be made, 0 if there are too many."""
        return max(self._left, 0)

    def spend(self, items: int) -> bool:
        """Count items, and return whether they may be made."""
        self._left -= items
        return self._left >= 0


class Problems:
    """The problems found so far, in the order in which they were found, and the sections that became no object.

    ``lost`` has a section or candidate, how it was lost (a key of :data:`identify.config.lost.HOW`), and the problems
    that cost it, if they are known.
    """

    def __init__(self) -> None:
        self.lost: list[tuple[Any, str, tuple[Problem, ...]]] = []
        self._found: list[Problem] = []
        self._errors = 0
        self._hints: set[tuple[str, str, int, str]] = set()

    def __len__(self) -> int:
        """Return how many there are, for :meth:`lose`."""
        return len(self._found)

    def lose(self, what: Any, how: str, since: int) -> None:
        """Remember a section or candidate that the problems since a number of them cost."""
        self.lost.append((what, how, tuple(problem for problem in self._found[since:] if problem.lost)))

    def lose_file(self, sections: Iterable[Any], how: str, since: int) -> None:
        """Remember the sections of a file that the first error since a number of problems cost."""
        # Other problems cost a line each, of which a file may have thousands.
        errors = (problem for problem in self._found[since:] if problem.severity == "error" and problem.lost)
        causes = tuple(islice(errors, 1))
        self.lost += [(section, how, causes) for section in sections]

    def add(
        self, code: str, file: str, line: int, message: str, *, section: str | None = None, lost: str = ""
    ) -> None:
        """Add one problem.

        The problem that reaches the limit is replaced by a notice.  Errors have a limit of their own, so
        that a flood of minor problems can't hide them.
        """
        severity, _ = CODES[code]
        if severity == "error":
            self._errors += 1
            number = self._errors
        else:
            number = len(self._found) - self._errors + 1
        if number > MAX_PROBLEMS:
            self._errors -= severity == "error"
            return
        if number == MAX_PROBLEMS:
            kind = "errors" if severity == "error" else "warnings and notes"
            code, message, section, lost = "problems-cut", f"further {kind} are not listed", None, ""
        self._found.append(
            Problem(
                code=code,
                severity=severity,
                file=file,
                line=line,
                section=section,
                message=message,
                lost=lost,
            )
        )

    def is_new(self, code: str, file: str, line: int, message: str) -> bool:
        """Return whether a hint is new; it is given once for a line, which many sections may inherit."""
        hint = (code, file, line, message)
        new = hint not in self._hints
        self._hints.add(hint)
        return new

    def full(self, code: str) -> bool:
        """Return whether no further problem of a code is kept, so that its text needn't be made."""
        if CODES[code][0] == "error":
            return self._errors >= MAX_PROBLEMS
        return len(self._found) - self._errors >= MAX_PROBLEMS

    def all(self) -> tuple[Problem, ...]:
        """Return the problems found so far."""
        return tuple(self._found)
