"""Header rules for which parameters of a request aren't the same in both releases: escapes and ``x-ast-...``.

Facts

- One release compares ``;tag=%41`` as it was sent, the other one as ``;tag=A``, in the parameters of headers that PJSIP
  reads.
- One release takes ``x-ast-...`` off the URI of a Contact, the other one compares it.

Strategy

1. Only rules for such headers matter, and literals only if they have a parameter; expressions only if they match a
   value that has one, or could have one.
2. Values that a rule matches are written with an escape in a parameter, and with such a parameter; both engines are
   asked.  What isn't found is undecided.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from identify.config.releases import PARAMETERS_DECODED, X_AST_KEPT
from identify.questions.changes.rules import Rule
from identify.questions.changes.single_rules import common_rules, first_difference, look_at_each
from identify.questions.findings import Finding, Undecided
from identify.questions.values.automata import Automaton, Budget, members
from identify.questions.values.reading import UnknownExpressionError, automaton
from identify.questions.values.spelling import shape_of, spelt
from identify.questions.witnesses import Sides
from identify.strings import encoded, folded_bytes

__all__ = ["parameter_changes"]

MOST_RULES = 5_000
#: States of automata for one search, and for all.
MOST_STATES = 4_000
MOST_STATES_TOGETHER = 200_000
#: Values of each kind of an expression that are written anew and asked about.
MOST_MEMBERS = 4

#: The headers whose parameters are read, each with what comes before a parameter.
ADDRESS = b"<sip:witness@witness.invalid>"
HEADERS = {
    b"from": ADDRESS,
    b"to": ADDRESS,
    b"contact": ADDRESS,
    b"route": b"<sip:witness.invalid;lr>",
    b"record-route": b"<sip:witness.invalid;lr>",
    b"via": b"SIP/2.0/UDP witness.invalid;branch=z9hG4bKwitness",
    b"content-type": b"text/plain",
    b"event": b"presence",
    b"subscription-state": b"active",
    b"session-expires": b"1800",
    b"min-se": b"90",
    b"replaces": b"witness;to-tag=a;from-tag=b",
}
#: Headers whose parameters are read, and of which no value is written here.
OTHERS = (b"authorization", b"proxy-authorization", b"retry-after")

TOKEN = re.compile(rb"[A-Za-z0-9_.-]+")
#: The value of a parameter that isn't quoted.
PARAMETER = re.compile(rb";[A-Za-z0-9_.-]+=([A-Za-z0-9_.-])")
OWN = b";x-ast-witness=1"

ADVICE = (
    "such requests are rare; to be sure, begin the expression with what comes before the parameters, "
    "such as /^<sip:trunk@/"
)


def parameter_changes(sides: Sides) -> tuple[list[Finding], list[Undecided]]:
    """Return a finding for each rule that gives a value another answer, and those that couldn't be decided."""
    differs = sides.before.release.dialect ^ sides.after.release.dialect
    if not differs & (PARAMETERS_DECODED | X_AST_KEPT):
        return [], []
    budget = Budget(MOST_STATES_TOGETHER)
    return look_at_each(
        common_rules(sides),
        lambda rule: first_difference(sides, rule, _values(rule, budget), ADVICE),
        concerned=lambda rule: _may_differ(rule, differs, budget),
        most=MOST_RULES,
        further="rules for headers",
        reason="parameters of this header are compared differently, and no value was found that shows it",
    )


def _may_differ(rule: Rule, differs: int, budget: Budget) -> bool:
    """Say whether a parameter may make a difference."""
    name = folded_bytes(rule.name)
    if differs & X_AST_KEPT and name == b"contact":
        return True
    if not differs & PARAMETERS_DECODED or (name not in HEADERS and name not in OTHERS):
        return False
    if rule.pattern.regex is None:
        return "=" in (rule.pattern.literal or "")
    try:
        known = automaton(rule.pattern.regex)
    except UnknownExpressionError:
        return True
    return any(True for _ in members([known, automaton("=")], most_states=MOST_STATES, budget=budget))


def _values(rule: Rule, budget: Budget) -> Iterator[bytes]:
    """Yield values that the two releases may compare differently."""
    before = HEADERS.get(folded_bytes(rule.name), b"")
    for value in _matched(rule, budget):
        yield value
        if before:
            yield b"%b;witness=%b" % (before, b"".join(b"%%%02X" % byte for byte in value))
        yield from (
            b"%b%%%02X%b" % (value[: found.start(1)], value[found.start(1)], value[found.end(1) :])
            for found in PARAMETER.finditer(value)
        )
        address, bracket, parameters = value.partition(b">")
        if bracket:
            yield address + OWN + bracket + parameters
        if TOKEN.fullmatch(value) and before:
            yield b"%b;x-ast-witness=%b>" % (before.rstrip(b">"), value)


def _matched(rule: Rule, budget: Budget) -> Iterator[bytes]:
    """Yield values that a rule matches: short ones, then those with a parameter, and of the header's usual shape."""
    if rule.pattern.regex is None:
        yield encoded(rule.pattern.literal or "")
        return
    try:
        known = automaton(rule.pattern.regex)
    except UnknownExpressionError:
        return
    shape = shape_of(rule.name)
    parameter = automaton(";[a-z]+=[A-Za-z0-9]")
    sought: list[list[Automaton]] = [[known], [known, parameter]]
    if shape is not None:
        sought += [[known, parameter, shape], [known, shape]]
    for matching in sought:
        for path in islice(members(matching, most_states=MOST_STATES, budget=budget), MOST_MEMBERS):
            if path is None:
                break
            yield spelt(path)
