"""What the searches have in common that look at each header rule by itself: which rules, what is asked, what is said.

Which values are worth asking about, ``expressions`` and ``escapes`` know.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from identify.questions.changes.rules import Rule, rules_of
from identify.questions.findings import Finding, Undecided
from identify.questions.witnesses import Sides
from identify.strings import quoted, shown

__all__ = ["common_rules", "first_difference", "look_at_each"]


def common_rules(sides: Sides) -> list[Rule]:
    """Return the header rules that both sides have, in the order before."""
    after = {rule.key for rule in rules_of(sides.after, "header")}
    return [rule for rule in rules_of(sides.before, "header") if rule.key in after]


def look_at_each(
    rules: Sequence[Rule],
    find: Callable[[Rule], Finding | None],
    *,
    concerned: Callable[[Rule], bool],
    most: int,
    further: str,
    reason: str,
) -> tuple[list[Finding], list[Undecided]]:
    """Return what is found of each rule that is concerned; of those without a finding, that they are undecided and why.

    Only the first ``most`` rules are looked at; ``further`` names the others.
    """
    findings: list[Finding] = []
    undecided: list[Undecided] = []
    for rule in rules[:most]:
        if not concerned(rule):
            continue
        finding = find(rule)
        if finding is not None:
            findings.append(finding)
            continue
        what = f"whether {shown(rule.name)}: {rule} means something else"
        undecided.append(Undecided(what=what, reason=reason, origins=(rule.identify.origin,)))
    if len(rules) > most:
        what = f"whether {len(rules) - most:,} further {further} mean something else"
        undecided.append(Undecided(what=what, reason=f"only {most:,} are tried"))
    return findings, undecided


def first_difference(sides: Sides, rule: Rule, values: Iterable[bytes], advice: str) -> Finding | None:
    """Return the first value of the rule's header to which the rule gives another answer, None if none does."""
    if sides.quiet is None:
        return None
    for value in values:
        witness = sides.ask(sides.message([(rule.name, value)]), sides.quiet)
        sections = {match.section for match in (witness.before, witness.after) if match} if witness else ()
        if witness is None or rule.identify.id not in sections:
            continue
        loses = witness.before is not None and witness.before.section == rule.identify.id
        text = shown(value.decode("utf-8", "surrogateescape"))
        return Finding(
            kind="expression",
            what=f"{shown(rule.name)}: {rule} {'no longer matches' if loses else 'now matches'} {quoted(text)}",
            advice=advice,
            origins=(rule.identify.origin,),
            witness=witness,
            details=(text,),
            depends_on=sides.depends_on(witness),
        )
    return None
