"""An access list that denies a request, in words; which of them do is decided in ``access``."""

from __future__ import annotations

from typing import Any

import attrs

from identify.explanation.places import place
from identify.model import BASELINE, Origin, Unknown
from identify.strings import quoted, shown

__all__ = ["NOTHING", "Refusal", "Screened"]


@attrs.frozen(kw_only=True)
class Refusal:
    """A list that denies a request.

    ``type`` ("acl" or "endpoint"), ``id`` and ``origin`` are those of the object whose list it is; ``list`` is
    Asterisk's name for it.  ``address`` is the one that it denies, that of a Contact if ``contact``; ``printed`` is how
    Asterisk prints it, such as 127.0.0.1 for ``localhost``.  ``rule`` is the
    rule that decides, such as ``deny 0.0.0.0/0``, ``place`` its line; of a list that doesn't exist ``rule`` is empty,
    and ``place`` the line that names it.
    """

    type: str
    id: str
    origin: Origin
    list: str
    address: str
    printed: str
    contact: bool
    rule: str
    place: Origin | None

    @property
    def reason(self) -> str:
        """Return which rule denies what: ``deny 0.0.0.0/0 (pjsip.conf:8) covers 192.0.2.1``."""
        tested = f"{shown(self.address)}, the host of a Contact" if self.contact else shown(self.address)
        at = f" ({place(self.place)})" if self.place is not None else ""
        if not self.rule:
            return f"there is no named ACL {quoted(self.list)}{at}, so {tested} is denied"
        of = "" if self.list == BASELINE else f" of named ACL {quoted(self.list)}"
        return f"{self.rule}{of}{at} covers {tested}"

    @property
    def logged(self) -> str:
        """Return what Asterisk logs about it."""
        lists = "SIP Contact ACL" if self.contact else "SIP ACL"
        why = f"a failure to pass ACL '{shown(self.list)}'"
        if not self.rule:
            why = f"use of an invalid ACL '{shown(self.list)}'."
        return f"{lists}: Rejecting '{self.printed}' due to {why}"

    def __str__(self) -> str:
        """Return whose list it is, and the rule: ``acl 'office' (pjsip.conf:6): deny ...``."""
        return f"{self.type} {quoted(self.id)} ({place(self.origin)}): {self.reason}"

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "type": self.type,
            "id": self.id,
            "origin": attrs.asdict(self.origin),
            "list": self.list,
            "address": self.address,
            "contact": self.contact,
            "rule": self.rule or None,
            "place": self.place and attrs.asdict(self.place),
        }


@attrs.frozen(kw_only=True)
class Screened:
    """What access lists make of a request: ``refusals`` by those that deny it, ``unknowns`` of those that may."""

    refusals: tuple[Refusal, ...] = ()
    unknowns: tuple[Unknown, ...] = ()

    @property
    def verdict(self) -> str:
        """Return "denied", "unknown" or "allowed"."""
        if self.refusals:
            return "denied"
        return "unknown" if self.unknowns else "allowed"


#: What lists make of a request that they aren't asked about.
NOTHING = Screened()
