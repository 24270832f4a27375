"""Header rules that one release compares with escapes and ``x-ast-...``, and the other one without."""

from __future__ import annotations

import pytest

from identify.questions.changes import escapes

HEAD = "[e]\ntype=endpoint\n[i]\ntype=identify\nendpoint=e\nmatch_header="


@pytest.mark.parametrize(
    ("rule", "before", "after", "change"),
    [
        ("From: <sip:z@b>;tag=Ab", "16.24", "18.10.0", None),
        ("From: <sip:z@b>;tag=Ab", "16.20", "18.10.0", "no longer matches '<sip:z@b>;tag=%41b'"),
        ("From: <sip:z@b>;tag=%41", "18.10.0", "16.20", "no longer matches '<sip:z@b>;tag=%41'"),
        ("From: <sip:a@b>", "16.20", "18.10.0", None),
        ("From: /^<sip:a@b>$/", "16.20", "18.10.0", None),
        ("To: /;line=b$/", "16.20", "18.10.0", "no longer matches"),
        ("Via: /alice/", "18.10.0", "16.20", "now matches"),
        ("Via: /^SIP.*;x=y$/", "16.20", "18.10.0", "no longer matches"),
        ("Content-Type: text/plain;charset=utf-8", "16.20", "18.10.0", "no longer matches"),
        ("X-A: a;x=A", "16.20", "18.10.0", None),
        ("Supported: /x=A/", "16.20", "18.10.0", None),
        ("Contact: <sip:a@b>", "16.7", "16.8", "now matches '<sip:a@b;x-ast-witness=1>'"),
        ("Contact: <sip:a@b;x-ast-a=1>", "16.7", "16.8", "no longer matches '<sip:a@b;x-ast-a=1>'"),
        ("Contact: /x-ast-/", "16.8", "16.7", "now matches"),
        ("Contact: /^<sip:a@b>/", "18.10.0", "22.6.0", None),
    ],
)
def test_meaning(upgraded, rule, before, after, change):
    """A rule that a parameter can satisfy has a witness; one that no parameter can change has no finding."""
    found = upgraded(HEAD + rule.replace(";", "\\;"), before=before, after=after)

    found.check_witnesses()
    assert found.answer.undecided == ()
    kinds = [finding.kind for finding in found.findings]
    assert kinds == ([] if change is None else ["expression"])
    assert change is None or change in found.findings[0].what


def test_many_expressions(upgraded, monkeypatch):
    """All searches together are bounded: what is left then is undecided."""
    monkeypatch.setattr(escapes, "MOST_STATES_TOGETHER", 500)
    objects = (
        f"[i{number}]\ntype=identify\nendpoint=a\nmatch_header=From: /trunk{number}-/\n"
        for number in range(50)
    )

    answer = upgraded("".join(objects), before="16.20", after="16.28.0").answer

    assert 0 < len(answer.findings) < 50
    assert len(answer.findings) + len(answer.undecided) == 50


def test_undecided(upgraded):
    """A rule of which no value is found is undecided, with its place; nothing says that nothing changes."""
    answer = upgraded(HEAD + r"From: /\btag=(.)\1/", before="16.20", after="18.10.0").answer

    (undecided,) = answer.undecided
    assert "From: /\\btag=(.)\\1/" in undecided.what
    assert len(undecided.origins) == 1
    assert "nothing changes" not in answer.verdict


def test_witness_is_not_answered_before(upgraded):
    """A request that a release answers 416 is no witness: its endpoint isn't what changes."""
    text = "[e]\ntype=endpoint\n[i]\ntype=identify\nendpoint=e\nmatch_header=To: /^<tel:.*;x=y$/\n".replace(
        ";", "\\;"
    )
    found = upgraded(text, before="18.9", after="22.6.0")

    assert all(
        finding.witness is None or b"tel:" not in finding.witness.message for finding in found.findings
    )
    assert found.answer.differently
