"""What an explanation consists of, and how its sentences name things; no deciding.

An explanation has the answer, the possible answers where something isn't known, a step for each identifier with its
reasons.
"""

from __future__ import annotations

from typing import Any

import attrs

from identify.model import Match, Origin, Unknown
from identify.strings import SHOWN_VALUES, escaped, quoted, shown

__all__ = [
    "ALSO",
    "MATCH",
    "MISSING",
    "NEAR",
    "NO",
    "NOTE",
    "REASON_KINDS",
    "UNKNOWN",
    "Explanation",
    "Possibility",
    "Reason",
    "Step",
    "named",
    "place",
    "times",
    "unknown_as_dict",
    "unknown_line",
]

#: Unknowns that the text of an explanation lists; a configuration may have hundreds.
SHOWN_UNKNOWNS = 8

#: The rule matches and decides its identifier's answer.
MATCH = "match"
#: The rule matches too, but one before it has decided.
ALSO = "also"
#: The rule matches, but what it points to doesn't exist or may not be used: the identifier gives up.
MISSING = "missing"
#: The rule almost matches.
NEAR = "near"
#: The rule doesn't match.
NO = "no"
#: Whether the rule matches, or whether it exists, isn't known.
UNKNOWN = "unknown"
#: Background that decides nothing.
NOTE = "note"

REASON_KINDS = (MATCH, ALSO, MISSING, UNKNOWN, NEAR, NO, NOTE)


@attrs.frozen
class Reason:
    """One sentence: what was compared, and the outcome.

    ``origin`` is the line of configuration that the sentence is about, None where it is about the
    request alone or about several lines; ``verdict`` is one of :data:`REASON_KINDS`.
    """

    text: str
    origin: Origin | None = None
    verdict: str = NOTE

    def __str__(self) -> str:
        """Return the sentence."""
        return self.text


@attrs.frozen
class Step:
    """What one identifier answers when asked alone, regardless of the others, and why.

    ``section`` is the id of the identify or registration that decided; where its endpoint
    doesn't exist, ``endpoint`` and ``section`` are None and a reason says so.
    """

    identifier: str
    endpoint: str | None
    section: str | None
    reasons: tuple[Reason, ...]

    def __str__(self) -> str:
        """Return the answer on a line of its own, and the reasons below."""
        answer = shown(self.endpoint) if self.endpoint is not None else "-"
        return "\n".join(
            [
                f"{self.identifier}: {answer}",
                *(f"  [{reason.verdict}] {reason}" for reason in self.reasons),
            ]
        )


@attrs.frozen(kw_only=True)
class Possibility:
    """An answer that some content of the unknowns gives.

    ``endpoint`` is None if the request isn't identified.  With ``any_endpoint`` it is any endpoint: each one of a
    configuration whose endpoints are known, otherwise also one that isn't known; ``endpoint`` and ``section`` are then
    None.  ``unknowns`` are those whose content gives the answer, empty if what is known gives it.
    """

    endpoint: str | None
    identifier: str | None
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
    """

    match: Match | None
    steps: tuple[Step, ...]
    screening: str
    possible: tuple[Possibility, ...] = ()
    undetermined: tuple[Unknown, ...] = ()

    def __str__(self) -> str:
        """Return the answer on the first line, what it depends on if it is undetermined, then the trace."""
        lines = [self.answer, *self._unknown_lines()]
        if self.screening != "pass":
            lines.append(f"Asterisk answers this request before identifying it: {self.screening}")
        lines += [str(step) for step in self.steps]
        return "\n".join(lines)

    @property
    def answer(self) -> str:
        """Return the decision in one line."""
        if self.undetermined:
            return f"undetermined: {', else '.join(self._alternatives())}"
        if self.match is None:
            return "not identified"
        ways = [(self.match.identifier, self.match.section)]
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
        ``screening``: text; ``steps``: a list of objects with ``identifier``, ``endpoint`` (or null),
        ``section`` (or null) and ``reasons``, a list of objects with ``verdict`` (one of
        :data:`REASON_KINDS`), ``text`` and ``origin``: null, or an object with ``file``, ``line`` and
        ``template`` (or null).
        """
        return {
            "match": attrs.asdict(self.match) if self.match is not None else None,
            "undetermined": bool(self.undetermined),
            "possible": [
                {
                    "endpoint": each.endpoint,
                    "identifier": each.identifier,
                    "section": each.section,
                    "any_endpoint": each.any_endpoint,
                }
                for each in self.possible
            ],
            "unknowns": [unknown_as_dict(unknown) for unknown in self.undetermined],
            "screening": self.screening,
            "steps": [
                {
                    "identifier": step.identifier,
                    "endpoint": step.endpoint,
                    "section": step.section,
                    "reasons": [
                        {
                            "verdict": reason.verdict,
                            "text": reason.text,
                            "origin": reason.origin and attrs.asdict(reason.origin),
                        }
                        for reason in step.reasons
                    ],
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
        lines = [unknown_line(unknown) for unknown in self.undetermined[:SHOWN_UNKNOWNS]]
        if len(self.undetermined) > SHOWN_UNKNOWNS:
            lines.append(f"Not known: {len(self.undetermined) - SHOWN_UNKNOWNS} more")
        settles = dict.fromkeys(escaped(unknown.settles) for unknown in self.undetermined)
        lines += [f"To settle it: {text}" for text in list(settles)[:SHOWN_UNKNOWNS]]
        return lines


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


def place(origin: Origin) -> str:
    """Return the place of a line: ``pjsip.conf:14``, with the template it was inherited from."""
    via = f", from [{shown(origin.template)}]" if origin.template is not None else ""
    return f"{shown(origin.file)}:{origin.line}{via}"


def named(kind: str, id: str, origin: Origin) -> str:
    """Return an object's name and place: ``identify 'a' (pjsip.conf:14)``."""
    return f"{kind} {quoted(id)} ({place(origin)})"


def times(count: int) -> str:
    """Return how often something occurs: once, twice, 3 times."""
    return {1: "once", 2: "twice"}.get(count, f"{count} times")
