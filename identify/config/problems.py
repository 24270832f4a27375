"""The problems that reading a configuration can find: their stable codes, and the list they gather in.

A problem is something that Asterisk would log, refuse or silently ignore.  This module knows the codes
and severities; the other modules know the words.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from identify.model import Problem

__all__ = ["CODES", "MAX_ITEMS_MADE", "MAX_PROBLEMS", "Budget", "Problems"]

#: So many problems are kept: one wrong template can spoil each of 100,000 sections, and nobody reads more.
MAX_PROBLEMS = 10_000
#: Addresses, hosts and the like of a whole configuration; each takes some hundred bytes.
MAX_ITEMS_MADE = 2_000_000

#: Every code that can occur, with its severity and what it means.
CODES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        # The text of a file; the first group makes Asterisk refuse the whole file.
        "file-missing": ("error", "a file that must be there isn't"),
        "file-unreadable": ("error", "a file exists but can't be read"),
        "include-missing": ("error", "#include names no existing file"),
        "include-too-deep": ("warning", "includes are nested too deeply"),
        "section-unclosed": ("error", "a section line has no closing ']' or ')'"),
        "section-unknown-parent": ("error", "a section inherits from one that doesn't exist yet"),
        "section-unknown-addition": ("error", "a section adds to one that doesn't exist"),
        "option-outside-section": ("error", "an option stands before the first section"),
        "limit-exceeded": ("error", "there is more of something than this program reads"),
        "exec-not-run": ("warning", "#exec is never run"),
        "directive-unknown": ("warning", "a line starts with # and an unknown word"),
        "directive-without-file": ("warning", "an include names no file"),
        "line-too-long": ("warning", "a line is longer than Asterisk reads"),
        "line-without-equals": ("warning", "a line is neither a section nor an option"),
        "line-without-name": ("warning", "a line has no option name before its equals sign"),
        "comment-unterminated": ("warning", "a block comment is never closed"),
        "comment-too-deep": ("warning", "block comments are nested too deeply"),
        "section-name-cut": ("warning", "a section name is longer than Asterisk keeps"),
        "section-text-ignored": ("note", "text after a section name that Asterisk ignores looks meant"),
        "section-without-name": ("note", "a section has an empty name"),
        "problems-cut": ("error", "more problems were found than are kept"),
        # Sections becoming objects.
        "type-missing": ("warning", "a section has no type"),
        "type-unknown": ("warning", "a section's type isn't one that Asterisk knows"),
        "type-ignored": ("note", "a later type of a section has no effect"),
        "duplicate-object": ("error", "two sections have the same name and type"),
        "too-many-globals": ("error", "more sections of a type of which Asterisk takes one"),
        "overridden": ("note", "another section takes this one's place"),
        "option-unknown": ("error", "an option that the type doesn't have"),
        "option-value": ("error", "a value that the option doesn't take"),
        "option-combination": ("error", "options that don't go together, or one that is missing"),
        "option-unchecked": ("note", "a value that can't be checked without the machine it is for"),
        "boolean-value": ("note", "a value that is neither yes nor no, taken as no"),
        # Identify objects.
        "match-address": ("error", "an item of match is no address, network or mask"),
        "match-name": ("error", "an item of match is a name that doesn't resolve"),
        "match-name-adds-nothing": ("warning", "a name resolves only to addresses that already match"),
        "match-negation": ("note", "an item of match can't take anything away where it stands"),
        "match-header": ("error", "match_header isn't 'Name: value'"),
        "match-header-cut": ("note", "a semicolon seems to have cut the value"),
        "match-regex": ("error", "a regular expression doesn't compile"),
        "match-nothing": ("error", "an identify has nothing to match"),
        "identify-without-endpoint": ("error", "an identify names no endpoint"),
        "identify-dangling": ("warning", "an identify points to an endpoint that doesn't exist"),
        # Registrations and transports.
        "registration-uri": ("error", "a registration's URI is missing or no SIP URI"),
        "registration-line": ("error", "line and endpoint of a registration don't go together"),
        "registration-unreachable": ("error", "no transport can reach a registration's server"),
        "registration-transport": ("warning", "a registration names a transport that doesn't exist"),
        "registration-dangling": ("warning", "a registration's endpoint doesn't exist"),
        "transport-bind": ("error", "a transport has no address that it can listen on"),
        # Access lists.
        "acl-file": ("error", "acl.conf has a mistake, so there is no named ACL"),
        "acl-unavailable": (
            "warning",
            "a named ACL is left out because acl.conf is missing or has a mistake",
        ),
        "acl-undefined": ("warning", "a named ACL doesn't exist, so everybody is denied"),
        # The order of identifiers and the wizard.
        "order-unknown": ("warning", "endpoint_identifier_order has an entry that names no identifier"),
        "order-line": ("note", "endpoint_identifier_order lists 'line', which is always first"),
        "wizard-hosts": ("error", "a wizard has no remote_hosts"),
        "wizard-option": ("note", "a wizard has an option that Asterisk ignores"),
        "wizard-misplaced": ("warning", "a wizard stands in pjsip.conf, where it does nothing"),
    }
)


class Budget:
    """How many items may still be made of lines: one line can list a thousand, and heirs repeat it."""

    def __init__(self, items: int = MAX_ITEMS_MADE) -> None:
        self._left = items

    def spend(self, items: int) -> bool:
        """Return whether so many items may be made, and count them."""
        self._left -= items
        return self._left >= 0


class Problems:
    """The problems found so far, in the order in which they were found."""

    def __init__(self) -> None:
        self._found: list[Problem] = []
        self._errors = 0

    def add(
        self, code: str, file: str, line: int, message: str, *, section: str | None = None, lost: str = ""
    ) -> None:
        """Note one problem.

        The one that reaches the limit is replaced by a notice of it.  Errors have a limit of their own, so
        that a flood of trifles can't hide them.
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

    def all(self) -> tuple[Problem, ...]:
        """Return what was found."""
        return tuple(self._found)
