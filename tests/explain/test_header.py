"""The identifier header: match_header against printed headers, and how that is said."""

import pytest

from identify.explanation.header import PRINTED_HEADER_LIMIT


@pytest.mark.parametrize(
    ("rule", "headers", "matches"),
    [
        ("X-A: 1", [("X-A", "1")], True),
        ("x-a: 1", [("X-A", "1")], True),
        ("X-A: 1", [("X-A", "2"), ("x-a", "1")], True),
        ("X-A: 1", [("X-A", "1, 2")], False),
        ("X-A: 1", [("X-A", "11")], False),
        ("X-A: a", [("X-A", "A")], False),
        ("X-A:", [("X-A", "")], True),
        ("X-A: //", [("X-A", "")], True),
        ("X-A:", [("X-A", "1")], False),
        ("X-A:", [("X-B", "")], False),
        ("X-A: /", [("X-A", "/")], True),
        ("X-A: /1/", [("X-A", "213")], True),
        ("X-A: /^1$/", [("X-A", "213"), ("X-A", "1")], True),
        ("X-A: /a/", [("X-A", "A")], False),
        ("X-A: ///", [("X-A", "a/b")], True),
        ("X-A: /^.$/", [("X-A", "é")], True),
        (r"X-A: /(a|b)\1/", [("X-A", "xbb")], True),
        ("Event: /a$/", [("Event", 'dialog;id="a\0b"')], True),
        ('Event: dialog;id="a', [("Event", 'dialog;id="a\0b"')], True),
        ('Event: dialog;id="a', [("Event", 'dialog;id="a \0b"')], True),
        ("f: /./", [("From", "<sip:a@b>")], False),
        ("From: /./", [("From", "<sip:a@b>")], True),
        ("s: subj", [("s", "subj")], True),
        ("Subject: subj", [("s", "subj")], False),
        ("X-A: \udce9", [("X-A", "\udce9")], True),
    ],
)
def test_values_and_names(make, step, rule, headers, matches):
    """Names are compared without ASCII case, whole values byte by byte, expressions anywhere in the value."""
    configuration = make.configuration(make.identify("i", "e", header=rule), make.endpoint("e"))

    answer = step("header", configuration, headers=tuple(headers))

    assert (answer.endpoint, answer.section) == (("e", "i") if matches else (None, None))


@pytest.mark.parametrize(
    ("size", "matches"), [(PRINTED_HEADER_LIMIT, True), (PRINTED_HEADER_LIMIT + 1, False)]
)
def test_long_headers_are_passed_over(make, step, size, matches):
    """A header that prints too long isn't compared; its size counts the name, colon and blank too."""
    configuration = make.configuration(make.identify("i", "e", header="X-L: /y$/"), make.endpoint("e"))

    answer = step("header", configuration, headers=(("X-L", "y" * (size - len("X-L: "))),))

    assert (answer.endpoint == "e") is matches


def test_other_occurrences_of_a_long_header_count(make, step):
    """Passing over one occurrence leaves the others."""
    configuration = make.configuration(make.identify("i", "e", header="X-L: y"), make.endpoint("e"))

    assert step("header", configuration, headers=(("X-L", "y" * 5000), ("X-L", "y"))).endpoint == "e"


def test_missing_endpoint_ends_the_identifier(make, step):
    """A matching object without its endpoint lets no later object of the identifier have a say."""
    configuration = make.configuration(
        make.identify("i1", "nope", header="X-A: 1"),
        make.identify("i2", "e", header="X-A: 1"),
        make.endpoint("e"),
    )

    answer = step("header", configuration, headers=(("X-A", "1"),))

    assert (answer.endpoint, answer.section) == (None, None)


def test_symmetric_transport_marks_the_contact(make, step):
    """A symmetric transport's mark in the first Contact is part of the value."""
    rule = make.identify("i", "e", header="Contact: <sip:a@b>")
    marked = make.identify("j", "m", header="Contact: <sip:a@b;x-ast-txp=t>")
    objects = (rule, marked, make.endpoint("e"), make.endpoint("m"))
    plain = make.configuration(*objects, make.transport("t", "udp", "127.0.0.1:5060"))
    symmetric = make.configuration(*objects, make.transport("t", "udp", "127.0.0.1:5060", symmetric=True))

    answers = [
        step("header", configuration, headers=(("Contact", "<sip:a@b>"),)).endpoint
        for configuration in (plain, symmetric)
    ]

    assert answers == ["e", "m"]


@pytest.mark.parametrize(
    ("rule", "headers", "verdict", "sentence"),
    [
        ("X-A: 1", [("X-A", "1")], "match", "X-A '1' equals '1': endpoint 'e'"),
        ("X-A: /1/", [("X-A", "21")], "match", "X-A '21' matches /1/: endpoint 'e'"),
        ("X-A: 1", [], "no", "X-A isn't in the request"),
        ("X-A: 1", [("X-A", "2")], "near", "X-A is '2', which doesn't equal '1'"),
        ("X-A: /1/", [("X-A", "2")], "near", "X-A is '2', which doesn't match /1/"),
        (
            "X-Account: 12345678",
            [("X-Account", "12345678 0"), ("X-Account", "x")],
            "near",
            "X-Account is present twice, neither value equals '12345678': got '12345678 0', 'x' "
            "(a literal must equal the whole value; as /12345678/ it would match)",
        ),
        (
            "X-A: 1",
            [("X-A", str(n)) for n in range(2, 8)],
            "near",
            "X-A is present 6 times, no value equals '1': got '2', '3', '4', '5', ...",
        ),
        (
            "X-A: blue",
            [("X-A", "Blue")],
            "near",
            "X-A is 'Blue', which doesn't equal 'blue' (only letter case differs)",
        ),
        (
            "X-A: a  b",
            [("X-A", "a b")],
            "near",
            "X-A is 'a b', which doesn't equal 'a  b' (only whitespace differs)",
        ),
        ("X-A: a", [("X-A", '"a"')], "near", "X-A is '\"a\"', which doesn't equal 'a' (only quotes differ)"),
        (
            "To: /:5080/",
            [("To", "<sip:a@b>")],
            "near",
            "To is '<sip:a@b>', which doesn't match /:5080/ (PJSIP prints the URI of To without its port)",
        ),
        (
            "m: 1",
            [("Contact", "<sip:a@b>")],
            "near",
            "'m' never matches: PJSIP prints this header as Contact",
        ),
        ("X-A: 1", [("X-A", "a\x1b[2J\udcff")], "near", r"X-A is 'a\x1b[2J\xff', which doesn't equal '1'"),
    ],
)
def test_wording(make, step, said, rule, headers, verdict, sentence):
    """Each way of matching or missing a header has its sentence."""
    configuration = make.configuration(make.identify("i", "e", header=rule), make.endpoint("e"))

    answer = said(step("header", configuration, headers=tuple(headers)))

    assert answer == [(verdict, f"identify 'i' (pjsip.conf:1): {sentence}")]


def test_near_misses_come_before_others_in_the_limit(make, step, said):
    """Among very many rules for a header that is there, the one that differs in blanks only is told."""
    rules = [make.identify(f"i{n:03}", "e", header=f"X-A: {n}") for n in range(100)]
    near = make.identify("z", "e", header="X-A: YES")
    configuration = make.configuration(*rules, near, make.endpoint("e"))

    reasons = said(step("header", configuration, headers=(("X-A", "yes"),)))

    assert any("'z'" in sentence for _, sentence in reasons)
    assert reasons[-1] == (
        "no",
        "93 other identify objects require headers or values that the request doesn't have",
    )


def test_notes(make, step, said):
    """No rules, a header too long and a symmetric transport are said."""
    transport = make.transport("t", "udp", "127.0.0.1:5060", symmetric=True)
    with_rule = make.configuration(make.identify("i", "e", header="X-A: 1"), transport)
    headers = (("Contact", "<sip:a@b>"), ("X-A", "y" * 5000))

    assert said(step("header", make.configuration())) == [("note", "no identify object has match_header")]
    assert said(step("header", with_rule, headers=headers))[1:] == [
        ("note", "a header 'X-A' of 5005 bytes is too long to be compared"),
        ("note", "transport 't' is symmetric: it adds ;x-ast-txp to the first Contact"),
    ]
