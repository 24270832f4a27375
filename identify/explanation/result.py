"""What an explanation consists of, and how its sentences name things; no deciding.

An explanation has the answer, the possible answers where something isn't known, a step for each identifier with its
reasons.
"""

from __future__ import annotations

from typing import Any

import attrs

from identify.explanation.around.refusals import NOTHING, Refusal, Screened
from identify.explanation.places import place
from identify.explanation.telling.lines import Line, trace_lines
from identify.explanation.telling.nearest import NearestMiss, nearest_of
from identify.explanation.telling.reasons import Reason, Step
from identify.identifiers import IdentifierName
from identify.model import Match, Unknown
from identify.strings import SHOWN_VALUES, escaped, shown

__all__ = [
    "DENIED",
    "PASS",
    "Explanation",
    "NearestMiss",
    "Possibility",
    "unknown_as_dict",
    "unknown_line",
]

#: Unknowns that the text of an explanation lists; a configuration may have hundreds.
SHOWN_UNKNOWNS = 8

#: Access lists that deny the request, in the text of an explanation.
SHOWN_REFUSALS = 8

#: The screening of a request that goes on.
PASS = "pass"
#: The screening of a request that an object of type=acl refuses.
DENIED = "403 acl"
#: What the simulation calls a screening, by its number.
SCREENED = {"400": "missing contact", "416": "bad scheme", "481": "outside dialog"}
#: Outcomes of requests that aren't identified.
ANSWERED_BEFORE = frozenset({"acl", *SCREENED.values()})


@attrs.frozen(kw_only=True)
class Possibility:
    """An answer that some content of the unknowns gives.

    ``endpoint`` is None if the request isn't identified.  With ``any_endpoint`` it is any endpoint: each one of a
    configuration whose endpoints are known, otherwise also one that isn't known; ``endpoint`` and ``section`` are then
    None.  ``unknowns`` are those whose content gives the answer, empty if what is known gives it.
    """

    endpoint: str | None
    identifier: IdentifierName | None
    section: str | None
    any_endpoint: bool = False
    unknowns: tuple[Unknown, ...] = ()


@attrs.frozen
class Explanation:
    """The whole decision; ``match`` is the answer of the first step that has one, None if none has.

    ``screening`` is "pass", or what Asterisk answers without identifying the request; the steps then say
    what identification would have found.

    ``possible`` are the answers for all contents of the unknowns.  If they have more than one endpoint, the request is
    undetermined: ``undetermined`` are the unknowns that its answer depends on, and ``match`` and the steps are the
    answers for what is known, as if Asterisk had refused everything else.  Otherwise ``undetermined`` is empty and
    ``match`` has the endpoint of all of them.

    ``before`` is what the objects of type=acl make of the request, ``after`` what the lists of its endpoint do.
    ``unseen`` may have further objects of type=acl, which aren't considered.  ``everything`` says that every rule has
    a reason, and that the text has all of them.  ``whole`` says that the request has the
    headers that every message has, so that one without a Contact lacks it.
    """

    match: Match | None
    steps: tuple[Step, ...]
    screening: str
    possible: tuple[Possibility, ...] = ()
    undetermined: tuple[Unknown, ...] = ()
    before: Screened = NOTHING
    after: Screened = NOTHING
    unseen: tuple[Unknown, ...] = ()
    method: str = ""
    to_tag: str = ""
    whole: bool = True
    everything: bool = attrs.field(default=False, eq=False)

    def __str__(self) -> str:
        """Return the answer on the first line, what comes of it and what it depends on, then the trace."""
        return "\n".join([self.answer, *self.consequences, *map(str, self.trace)])

    @property
    def consequences(self) -> list[str]:
        """Return the lines below the answer: what it depends on, and what happens around identification."""
        return [*self._unknown_lines(), *self._stage_lines()]

    @property
    def trace(self) -> list[Line]:
        """Return the lines of the trace: the nearest misses, and the steps that say something else."""
        match = None if self.undetermined else self.match
        return list(trace_lines(self.steps, self.nearest_misses, match, everything=self.everything))

    @property
    def nearest_misses(self) -> tuple[NearestMiss, ...]:
        """Return what comes nearest to an identification, the nearest first; nothing if there is one."""
        return nearest_of(self.steps) if self.match is None or self.undetermined else ()

    @property
    def outcome(self) -> str:
        """Return what Asterisk makes of the request, as the simulation calls it.

        It is that of a request alone: whether it belongs to a dialog or transaction that is live isn't known here.
        """
        if self.before.verdict == "denied":
            return "acl"
        if self.before.verdict == "unknown":
            return "undetermined"
        if self.screening != PASS and (self.whole or not self.screening.startswith("400")):
            return SCREENED[self.screening[:3]]
        if self.undetermined or self.after.verdict == "unknown":
            return "undetermined"
        if self.after.verdict == "denied":
            return "endpoint acl"
        if self.to_tag and self.method not in ("ACK", "REGISTER"):
            return "unknown dialog"
        return "identified" if self.match is not None else "unidentified"

    @property
    def refusals(self) -> tuple[Refusal, ...]:
        """Return the access lists that deny the request, those before identification or those after it."""
        return self.before.refusals or (self.after.refusals if self.outcome == "endpoint acl" else ())

    @property
    def depends_on(self) -> tuple[Unknown, ...]:
        """Return the unknowns that the identification or the outcome depends on."""
        found = list(self.undetermined)
        if self.outcome == "undetermined":
            for unknown in (*self.before.unknowns, *self.after.unknowns):
                if unknown not in found:
                    found.append(unknown)
        return tuple(found)

    @property
    def answer(self) -> str:
        """Return the decision in one line."""
        found = self.found
        outcome = self.outcome
        if outcome in ANSWERED_BEFORE:
            nothing = self.match is None and not self.undetermined
            return "not identified" if nothing else f"not identified; identification would find: {found}"
        if outcome == "endpoint acl":
            return f"not identified: {found} denies it"
        if outcome == "undetermined" and not self.undetermined:
            return f"undetermined: {found}, unless an access list denies it"
        return found

    @property
    def found(self) -> str:
        """Return what identification finds, in one line."""
        if self.undetermined:
            return f"undetermined: {', else '.join(self._alternatives())}"
        if self.match is None:
            return "not identified"
        ways: list[tuple[str, str | None]] = [(self.match.identifier, self.match.section)]
        ways += [(each.identifier or "", each.section) for each in self.possible]
        words = [
            f"by {identifier}{f', section {shown(section)}' if section is not None else ''}"
            for identifier, section in dict.fromkeys(ways)
        ]
        listed = ", or ".join(words[:SHOWN_VALUES]) + (", ..." if len(words) > SHOWN_VALUES else "")
        return f"{shown(self.match.endpoint)} ({listed})"

    def as_dict(self) -> dict[str, Any]:
        """Return the explanation as JSON values; the shape is stable.

        ``match``: null, or an object with ``endpoint``, ``identifier`` and ``section`` (or null);
        ``undetermined``: whether the answer depends on what isn't known, so that ``match`` is only the answer for what
        is known; ``possible``: a list of objects with ``endpoint`` (null for none), ``identifier``, ``section`` and
        ``any_endpoint`` (true if it may be any); ``unknowns``: what the answer depends on if it is undetermined, a list
        of objects with ``kind``, ``what``, ``reason``, ``settles`` and ``origin``;
        ``screening`` and ``outcome``: text; ``refusals``: a list of objects, as
        :meth:`~identify.explanation.around.refusals.Refusal.as_dict` returns them;
        ``nearest``: the nearest misses, a list of objects with ``identifier``, ``verdict``, ``text``, ``origin`` and
        ``advice`` (or null);
        ``steps``: a list of objects with ``identifier``, ``endpoint`` (or null),
        ``section`` (or null) and ``reasons``, a list of objects with ``verdict`` (one of
        :data:`REASON_KINDS`), ``text`` and ``origin``: null, or an object with ``file``, ``line`` and
        ``template`` (or null).
        """
        return {
            "match": attrs.asdict(self.match) if self.match is not None else None,
            "undetermined": bool(self.undetermined) or self.outcome == "undetermined",
            "possible": [
                {
                    "endpoint": each.endpoint,
                    "identifier": each.identifier,
                    "section": each.section,
                    "any_endpoint": each.any_endpoint,
                }
                for each in self.possible
            ],
            "unknowns": [unknown_as_dict(unknown) for unknown in self.depends_on],
            "screening": self.screening,
            "outcome": self.outcome,
            "refusals": [refusal.as_dict() for refusal in self.refusals],
            "nearest": [
                {
                    "identifier": miss.identifier,
                    **_reason_as_dict(miss.reason),
                    "advice": miss.reason.advice or None,
                }
                for miss in self.nearest_misses
            ],
            "steps": [
                {
                    "identifier": step.identifier,
                    "endpoint": step.endpoint,
                    "section": step.section,
                    "reasons": [_reason_as_dict(reason) for reason in step.reasons],
                }
                for step in self.steps
            ],
        }

    def _alternatives(self) -> list[str]:
        """Return the possible answers in words, one text for each identifier or several with the same answers."""
        endpoints: dict[str, list[str]] = {}
        for each in self.possible:
            if each.identifier is not None:
                name = "any endpoint" if each.any_endpoint else shown(each.endpoint or "")
                endpoints.setdefault(each.identifier, []).append(name)
        answers: list[tuple[list[str], list[str]]] = []
        for identifier, names in endpoints.items():
            names = ["any endpoint"] if "any endpoint" in names else list(dict.fromkeys(names))
            if answers and answers[-1][0] == names:
                answers[-1][1].append(identifier)
            else:
                answers.append((names, [identifier]))
        words = []
        for names, identifiers in answers:
            more = f" or {len(names) - SHOWN_VALUES} others" if len(names) > SHOWN_VALUES else ""
            words.append(f"{' or '.join(names[:SHOWN_VALUES])}{more} by {' or '.join(identifiers)}")
        if any(each.identifier is None for each in self.possible):
            words.append("not identified")
        return words

    def _unknown_lines(self) -> list[str]:
        """Return what the answer depends on, and what would settle it."""
        unknowns = self.depends_on
        lines = [unknown_line(unknown) for unknown in unknowns[:SHOWN_UNKNOWNS]]
        if len(unknowns) > SHOWN_UNKNOWNS:
            lines.append(f"Not known: {len(unknowns) - SHOWN_UNKNOWNS} more")
        settles = dict.fromkeys(escaped(unknown.settles) for unknown in unknowns)
        lines += [f"To settle it: {text}" for text in list(settles)[:SHOWN_UNKNOWNS]]
        return lines

    def _stage_lines(self) -> list[str]:
        """Return what comes of the request before and after its identification."""
        ack = self.method == "ACK"
        lines = [
            f"Asterisk {'ignores this ACK' if ack else 'answers this request'} before it would identify it: "
        ]
        if self.outcome == "acl":
            lines[0] += ("" if ack else "403, ") + f"refused by {self.refusals[0]}"
        elif self.screening != PASS:
            # Whether there is such a dialog isn't known; its requests aren't identified either.
            live = ", unless that is live" if self.screening.startswith("481") else ""
            lines[0] += f"{self.screening}{live}"
            if self.outcome != SCREENED[self.screening[:3]]:
                lines[0] = f"Without a Contact {lines[0].replace('this', 'such a')}"
        elif self.outcome == "endpoint acl":
            dialog = self.to_tag and self.method != "REGISTER"
            then = "481, unless the dialog of its To tag is live" if dialog else "401"
            lines[0] = f"Refused by {self.refusals[0]}"
            lines.append(
                f"Asterisk goes on as if nothing had identified it: {'an ACK is ignored' if ack else then}"
            )
        else:
            lines = self._dialog_lines()
        if self.refusals:
            lines[1:1] = [f"Refused too by {each}" for each in self.refusals[1:SHOWN_REFUSALS]]
            if len(self.refusals) > SHOWN_REFUSALS:
                lines.append(f"Refused by {len(self.refusals) - SHOWN_REFUSALS} more access lists")
            lines.append(f"Asterisk logs: {self.refusals[0].logged}")
        else:
            lines += [
                f"Not known: {escaped(unknown.what)}; an object of type=acl there may refuse this request"
                for unknown in self.unseen[:SHOWN_UNKNOWNS]
            ]
        return lines

    def _dialog_lines(self) -> list[str]:
        """Say what isn't known of a request with a To tag."""
        if not self.to_tag or self.method == "REGISTER":
            return []
        then = "it is ignored" if self.method == "ACK" else "the answer is 481"
        return [
            "If its To tag belongs to a live dialog, it keeps the dialog's endpoint and isn't identified; "
            f"otherwise it is identified, and {then}"
        ]


def _reason_as_dict(reason: Reason) -> dict[str, Any]:
    """Return a reason as JSON values."""
    return {
        "verdict": reason.verdict,
        "text": reason.text,
        "origin": reason.origin and attrs.asdict(reason.origin),
    }


def unknown_as_dict(unknown: Unknown) -> dict[str, Any]:
    """Return what isn't known as JSON values."""
    return {
        "kind": unknown.kind,
        "what": unknown.what,
        "reason": unknown.reason,
        "settles": unknown.settles,
        "origin": unknown.origin and attrs.asdict(unknown.origin),
    }


def unknown_line(unknown: Unknown) -> str:
    """Return a sentence for people: what isn't known, where that stands, and why."""
    at = f" ({place(unknown.origin)})" if unknown.origin is not None else ""
    return f"Not known: {escaped(unknown.what)}{at}: {escaped(unknown.reason)}"
