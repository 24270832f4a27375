"""The documents say of upgrades what the program does."""

from __future__ import annotations

import re

import pytest
from consoles import ROOT

from identify.questions.changes import asking, combinations, expressions, sources, texts
from identify.questions.findings import KINDS, Finding, Upgrade
from identify.questions.values import reading

LIMITS = {
    "addresses that are asked about": sources.MOST_POINTS,
    "parts that addresses are split into by masks with holes": sources.MOST_PARTS,
    "literals of one identifier": texts.MOST_VALUES,
    "pairs of rules that are compared": texts.MOST_PAIRS,
    "pairs of expressions that are searched": texts.MOST_SEARCHED,
    "pairs of rules that are tried for two header names": combinations.MOST_COMBINED,
    "pairs of header names with a finding": combinations.MOST_FOUND,
    "values that are tried in one search of a pair": asking.MOST_ROUNDS,
    "states of one search": asking.MOST_STATES,
    "states of all searches of an identifier": asking.MOST_STATES_TOGETHER,
    "positions of an expression, with its repetitions written out": reading.MOST_POSITIONS,
    "groups of an expression inside each other": reading.MOST_DEPTH,
    "expressions that are tried with characters beyond ASCII": expressions.MOST_EXPRESSIONS,
}


@pytest.mark.parametrize("what", LIMITS)
def test_limits(what):
    """The page has each bound as the program has it."""
    page = (ROOT / "docs" / "reference" / "limits.md").read_text(encoding="utf-8")
    (shown,) = re.findall(rf"^\| {re.escape(what)} \| ([\d,]+) \|", page, re.MULTILINE)

    assert int(shown.replace(",", "")) == LIMITS[what]


def test_fields():
    """The page on JSON has every field of the answer and of a finding, and every kind."""
    page = (
        (ROOT / "docs" / "reference" / "json.md").read_text(encoding="utf-8").partition("\n## upgrade\n")[2]
    )
    names = set(re.findall(r"`([a-z_-]+)`", page))

    assert set(Upgrade(before="a", after="b").as_dict()) <= names
    assert set(Finding(kind="winner", what="", advice="").as_dict()) <= names
    assert set(KINDS) <= names
