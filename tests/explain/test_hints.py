r"""What is said of a request that nearly matches, and that it matches once the configuration is changed so."""

from __future__ import annotations

import re

import pytest

from identify.configuration import Configuration
from identify.engine import Engine
from identify.request import Request

ENDPOINT = "[e]\ntype=endpoint\n"
LINE = re.compile(r"; as (/.+/) it would match")


def request(
    uri="sip:+12025550199@203.0.113.5",
    sender="<sip:+12025550100@h.example>;tag=t1",
    source="198.51.100.7",
    **headers,
):
    """Return a request over UDP; names of headers have ``_`` for ``-``."""
    lines = [
        f"INVITE {uri} SIP/2.0",
        f"Via: SIP/2.0/UDP {source}:5060;branch=z9hG4bK-c1",
        f"From: {sender}",
        "To: <sip:+12025550199@203.0.113.5>",
        "Call-ID: c1",
        "CSeq: 1 INVITE",
        "Contact: <sip:+12025550100@198.51.100.7>",
        *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items()),
        "",
        "",
    ]
    return Request.from_message("\r\n".join(lines).encode(), source, 5060)


def loaded(text):
    """Return a configuration of one file."""
    return Configuration.from_files({"pjsip.conf": text})


def identifying(line):
    """Return a configuration with one identify object, which has this line."""
    return loaded(f"{ENDPOINT}[i]\ntype=identify\nendpoint=e\n{line}\n")


def reasons_of(configuration, identifier, asked):
    """Return an identifier's reasons, verdict and text."""
    steps = Engine(configuration).explain(asked).steps
    return [
        (each.verdict, str(each)) for step in steps if step.identifier == identifier for each in step.reasons
    ]


PROPOSED = [
    (r"match_request_uri=^sip:\+?12025550199@", {}, "as it has no slashes"),
    (r"match_request_uri=^sip:+12025550199@.*", {}, r"it would match ('+' repeats the ':' before it"),
    ("match_request_uri=/^sip:.12025550199@", {}, "as it has no slash at its end"),
    ("match_request_uri=/12025550199@/i", {}, "and there are no flags"),
    (r"match_request_uri=/^sip:\+\d+@/", {}, r"'\d' is the letter d"),
    ("match_request_uri=/^sip:+12025550199@/", {}, "'+' repeats the ':' before it"),
    ("match_request_uri=/^sip:12025550199@/", {}, "the number has a leading +"),
    (r"match_request_uri=/^sip:\+72@/", {"uri": "sip:72@h"}, "the number has no leading +"),
    ("match_request_uri=/^sip:*72@/", {"uri": "sip:*72@h"}, "'*' repeats the ':' before it"),
    ("match_request_uri=/sip:a@[2001:db8::1]/", {"uri": "sip:a@[2001:db8::1]"}, "is one of these characters"),
    (r"match_request_uri=/^\+12025550199/", {}, "'^' is the beginning of the value"),
    (r"match_request_uri=/12025550199$/", {}, "'$' is the end of the value"),
    ("match_request_uri=12025550199", {}, "a literal must equal the whole value"),
    (
        "match_header=From: <sip:+12025550100@h.example>",
        {},
        "the printed From ends in ';tag=t1', so a literal never equals it",
    ),
    ("match_header=From: sip:+12025550100@h.example", {}, "a literal must equal all of From"),
    ("match_header=From: Bob <sip:a@h>", {"sender": "Bob <sip:a@h>;tag=t1"}, "a literal never equals it"),
    ("match_header=From: +12025550100", {}, "a literal must equal all of From"),
    (
        r"match_header=From: <sip:a@h\;user=phone>",
        {"sender": "<sip:a@h;user=phone>;tag=t1"},
        "never equals it",
    ),
    ("match_header=From: /^sip:.12025550100@/", {}, "'^' is the beginning of the value"),
    (r"match_header=From: /@h\.example>$/", {}, "'$' is the end of the value"),
    (r"match_header=From: /@h\.example:5060>/", {}, "the port isn't printed here"),
    ("match_header=Contact: sip:+12025550100@198.51.100.7", {}, "a literal must equal all of Contact"),
    ("match_header=X-A: 12025550100", {"X_A": "sip:12025550100@h"}, "a literal must equal the whole value"),
    ("match_request_uri=sip:*@203.0.113.5", {}, "a '*' is not a wildcard here"),
    ("match_request_uri=sip:_+12.@203.0.113.5", {}, "patterns of the dialplan are not known here"),
    ("match_header=Via: 198.51.100.7", {}, "a literal must equal the whole value"),
    ("match_header=From: .*@h.example.*", {}, "as it has no slashes"),
    ("match_request_uri=<sip:+12025550199@203.0.113.5>", {}, "angle brackets, quotes or blanks around it"),
    (
        "match_request_uri=SIP:+12025550199@203.0.113.5",
        {"uri": "sip:+12025550199@203.0.113.5;x=y"},
        "would print sip:",
    ),
    ("match_header=X-A: tr.*", {"X_A": "trunk"}, "as it has no slashes"),
]


@pytest.mark.parametrize(("line", "changes", "said"), PROPOSED)
def test_what_would_match_does_match(line, changes, said):
    """An expression of which a reason says that the request would match makes an engine give the endpoint."""
    asked = request(**changes)
    configuration = identifying(line)
    identifier = "header" if line.startswith("match_header") else "request_uri"
    assert Engine(configuration).identify(asked) is None

    ((verdict, text),) = reasons_of(configuration, identifier, asked)

    assert verdict == "near"
    assert said in text
    proposed = LINE.search(text)
    assert proposed is not None, text
    head = re.match(r"match_header=[^:]*: |match_request_uri=", line)
    match = Engine(identifying(head[0] + proposed[1])).identify(asked)
    assert match is not None
    assert (match.endpoint, match.identifier) == ("e", identifier)


@pytest.mark.parametrize(
    ("line", "changes", "verdict", "said"),
    [
        (
            "match_request_uri=^sip:1303.*",
            {},
            "no",
            "has no slashes; as /^sip:1303.*/ it wouldn't match either",
        ),
        (
            "match_request_uri=sip:0012025550199@203.0.113.5",
            {},
            "near",
            "only the leading + or 00 of the number differs",
        ),
        (
            "match_request_uri=sip:12025550199@203.0.113.5",
            {},
            "near",
            "only the leading + or 00 of the number differs",
        ),
        ("match_request_uri=sip:a%20b@h", {"uri": "sip:a b@h".replace(" ", "%20")}, "match", "endpoint 'e'"),
        ("match_request_uri=sip:a%62@h", {"uri": "sip:ab@h"}, "near", "only what is escaped by % differs"),
        ("match_request_uri=/ABC/", {"uri": "sip:abc@h"}, "near", "only letter case differs"),
        ("match_request_uri=/zzz/", {}, "no", "which doesn't match /zzz/"),
        (
            "match_header=X-Trunk: 1",
            {"X_Trunks": "1"},
            "near",
            "isn't in the request (the request has 'X-Trunks')",
        ),
        ("match_header=X_Trunk: 1", {"X_Trunk": "1"}, "near", "(the request has 'X-Trunk')"),
        ("match_header=X-Trunk: 1", {"X_Trunk_ID": "1"}, "near", "(the request has 'x-trunk-id')"),
        ("match_header=Subject: a", {"s": "a"}, "near", "the request has it as 's'"),
        ("match_header=P-Asserted-Identiy: 1", {}, "no", "is the header 'P-Asserted-Identity' meant?"),
        ('match_header=X-A: "1"', {"X_A": "1"}, "near", "only quotes differ"),
        ("match_header=X-A: 1\u00a0", {"X_A": "1"}, "near", "NO-BREAK SPACE; without it, it would match"),
        ("match_header=From: <sip:zzz@h>", {}, "near", "so a literal never equals it)"),
    ],
)
def test_what_else_is_said(line, changes, verdict, said):
    """What differs is named, and nothing is said to match that doesn't."""
    identifier = "header" if line.startswith("match_header") else "request_uri"

    ((got, text),) = reasons_of(identifying(line), identifier, request(**changes))

    assert got == verdict
    assert said in text
    assert ("it would match" in text) == ("it would match" in said)


@pytest.mark.parametrize(
    ("item", "source", "said"),
    [
        ("010.0.0.7", "10.0.0.7", "is 8.0.0.7: a number with a leading zero is octal"),
        ("10.1/16", "10.1.2.3", "the network is 10.1.0.0/16, which would cover it"),
        ("198.51.100.0/0.0.0.255", "198.51.100.7", "write /24, which would cover it"),
    ],
)
def test_items_with_another_meaning(item, source, said):
    """An item that would cover the source if it meant what it seems to is a near miss."""
    ((verdict, text),) = reasons_of(identifying(f"match={item}"), "ip", request(source=source))

    assert verdict == "near"
    assert said in text


@pytest.mark.parametrize(
    ("ids", "sender", "verdict", "said"),
    [
        (["12025550100"], "<sip:+12025550100@h>", "near", "exists: it differs only by the leading + or 00"),
        (["+12025550100"], "<sip:0012025550100@h>", "near", "exists: it differs only by the leading + or 00"),
        (["12025550100@h"], "<sip:+12025550100@h>", "near", "'12025550100@h'"),
        (["2025550100"], "<sip:+12025550100@h>", "near", "exists: it differs only by its first digits"),
        (["+12025550100"], "<sip:2025550100@h>", "near", "exists: it has more digits before this number"),
        (["alice"], "<sip:alice%20@h>", "near", "exists: it differs only by blanks"),
        (
            ["alice"],
            "<sip:alice%40h@h>",
            "near",
            "exists: it differs by '@h', which is part of the user here",
        ),
        (
            ["+12025550199"],
            "<sip:bob@h>",
            "note",
            "is named by the request URI, but this identifier compares only",
        ),
        (["alice@other"], "<sip:alice@h>", "near", "exists, but for another domain"),
    ],
)
def test_endpoints_that_are_nearly_named(ids, sender, verdict, said):
    """An endpoint whose id is another form of the user, or that another header names, is mentioned."""
    text = "".join(f"[{id}]\ntype=endpoint\n" for id in ids)

    found = reasons_of(loaded(text), "username", request(sender=f"{sender};tag=t1"))

    assert [got for got, text in found if said in text] == [verdict], found


def test_domain_alias_that_would_help():
    """The domain_alias that is proposed for an endpoint of another domain makes the request its own."""
    endpoint = "[alice@other]\ntype=endpoint\n"
    asked = request(sender="<sip:alice@h>;tag=t1")
    (text,) = [text for verdict, text in reasons_of(loaded(endpoint), "username", asked) if verdict == "near"]
    found = re.search(r"(\[.+\]) with (type=domain_alias) and (domain=\S+) would", text)

    match = Engine(loaded(endpoint + "\n".join([*found.groups(), ""]))).identify(asked)

    assert (match.endpoint, match.identifier) == ("alice@other", "username")


def test_anonymous_endpoints_of_other_domains():
    """An endpoint for anonymous requests of another domain, or in other case, is a near miss."""
    found = reasons_of(
        loaded("[anonymous@other]\ntype=endpoint\n[Anonymous]\ntype=endpoint\n"), "anonymous", request()
    )

    assert [verdict for verdict, _ in found] == ["near", "near"]
    assert "'Anonymous' exists (ids are case-sensitive)" in found[0][1]
    assert "'anonymous@other' (pjsip.conf:1) exists, but for another domain" in found[1][1]


def test_what_is_tried_is_bounded():
    """Of many expressions only some are tried, whatever their number; the others are said not to match."""
    text = ENDPOINT + "".join(
        f"[i{n}]\ntype=identify\nendpoint=e\nmatch_request_uri=/^12025550199{n}?x?@/\n" for n in range(1_000)
    )

    steps = Engine(loaded(text)).explain(request(), everything=True).steps
    (verdicts,) = [
        [each.verdict for each in step.reasons] for step in steps if step.identifier == "request_uri"
    ]

    assert len(verdicts) == 1_000
    assert 0 < verdicts.count("near") < 500
