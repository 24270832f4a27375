"""Expressions that mean something else on bytes and on characters, each with a value that shows it."""

from __future__ import annotations

import pytest

RULE = "[i]\ntype = identify\nendpoint = a\nmatch_header = {header}: {pattern}\n"
RELEASES = {"before": "22.6.0", "after": "22.8.1"}


@pytest.mark.parametrize(
    ("pattern", "change"),
    [
        ("/^.$/", "now matches"),
        ("/^..$/", "now matches"),
        ("/^[[:alpha:]]+[[:digit:]]$/", "now matches"),
        (r"/^\w+$/", "now matches"),
        ("/^[^a]$/", "now matches"),
        ("/^.*$/", "no longer matches"),
        ("/a.b/", "now matches"),
        ("/^é+$/", "now matches"),
        ("/^[é]$/", "now matches"),
    ],
)
def test_meaning(upgraded, pattern, change):
    """A value that one release matches and the other doesn't is found for each form of expression."""
    found = upgraded(RULE.format(header="X-A", pattern=pattern), **RELEASES)

    (finding,) = found.findings
    assert finding.kind == "expression"
    assert change in finding.what
    assert found.answer.undecided == ()
    assert not finding.witness.message.isascii()


@pytest.mark.parametrize(
    "pattern", ["/^[0-9]{3}$/", "/abc/", "/foo.*/", "/.*foo/", "é", "/^(a|b)c$/", "/[[:digit:]]/"]
)
def test_meaning_stays(upgraded, pattern):
    """Expressions that no character beyond ASCII can meet change nothing, nor do literals."""
    answer = upgraded(RULE.format(header="X-A", pattern=pattern), **RELEASES).answer

    assert answer.findings == ()
    assert answer.undecided == ()


def test_header_that_is_read(upgraded):
    """A header that PJSIP reads gets a value of its form."""
    found = upgraded(RULE.format(header="From", pattern='/^".{4}" <sip:x@h>/'), **RELEASES)

    assert found.findings[0].kind == "expression"


def test_request_uri_is_ascii(upgraded):
    """PJSIP takes no request URI with anything beyond ASCII, so expressions for it mean the same."""
    text = "[i]\ntype = identify\nendpoint = a\nmatch_request_uri = /^sip:.@/\n"

    assert upgraded(text, **RELEASES).findings == ()


def test_undecided(upgraded):
    """An expression that could meet other characters and shows no difference is undecided."""
    answer = upgraded(RULE.format(header="X-A", pattern="/a.|a/"), **RELEASES).answer

    assert answer.findings == ()
    (undecided,) = answer.undecided
    assert "no value was found that shows a difference" in undecided.reason


def test_environment(upgraded):
    """22.8.0 works on characters only in some environments, so that is undecided."""
    answer = upgraded(RULE.format(header="X-A", pattern="/^.$/"), before="22.8.0", after="22.8.1").answer

    assert any("22.8.0" in undecided.what for undecided in answer.undecided)
    assert not answer.verdict.startswith("nothing changes")


def test_same_locale(upgraded):
    """Between two releases that work on bytes nothing is said of expressions."""
    answer = upgraded(RULE.format(header="X-A", pattern="/^.$/"), before="18.10.0", after="22.6.0").answer

    assert answer.findings == ()
    assert answer.undecided == ()
