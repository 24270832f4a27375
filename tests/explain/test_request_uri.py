"""The identifier request_uri: match_request_uri against the printed URI, and how that is said."""

import pytest

from identify.explanation.request_uri import PRINTED_URI_LIMIT


@pytest.mark.parametrize(
    ("rule", "uri", "matches"),
    [
        ("sip:1@h", "sip:1@h", True),
        ("sip:1@h", "sip:1@H", False),
        ("sip:1@h", "sip:1@h:5060", False),
        ("/1@/", "sip:1@h", True),
        ("/^1@/", "sip:1@h", False),
        ("//", "sip:1@h", False),
        ("/tel:.+/", "tel:+1-234", True),
        ("/./", None, False),
        ("//", None, False),
    ],
)
def test_printed_uri(make, step, rule, uri, matches):
    """A literal equals the whole printed URI, an expression matches anywhere in it."""
    configuration = make.configuration(make.identify("i", "e", request_uri=rule), make.endpoint("e"))

    answer = step("request_uri", configuration, request_uri=uri)

    assert (answer.endpoint, answer.section) == (("e", "i") if matches else (None, None))


@pytest.mark.parametrize(("size", "matches"), [(PRINTED_URI_LIMIT, True), (PRINTED_URI_LIMIT + 1, False)])
def test_long_uris_never_match(make, step, size, matches):
    """511 bytes are compared, 512 aren't."""
    configuration = make.configuration(make.identify("i", "e", request_uri="/./"), make.endpoint("e"))

    answer = step("request_uri", configuration, request_uri="sip:@h".replace("@", "u" * (size - 6) + "@"))

    assert (answer.endpoint == "e") is matches


def test_missing_endpoint_ends_the_identifier(make, step):
    """A matching object without its endpoint lets no later object of the identifier have a say."""
    configuration = make.configuration(
        make.identify("i1", "nope", request_uri="/./"),
        make.identify("i2", "e", request_uri="/./"),
        make.endpoint("e"),
    )

    assert step("request_uri", configuration, request_uri="sip:1@h").endpoint is None


@pytest.mark.parametrize(
    ("rule", "uri", "verdict", "sentence"),
    [
        ("sip:1@h", "sip:1@h", "match", "the request URI 'sip:1@h' equals 'sip:1@h': endpoint 'e'"),
        (
            "sip:1@h",
            "sip:2@h",
            "no",
            "the request URI is 'sip:2@h', which doesn't equal 'sip:1@h'",
        ),
        ("//", "sip:2@h", "no", "the empty literal // never equals a request URI"),
        (
            "sip:1@h:5060",
            "sip:1@h",
            "near",
            "the request URI is 'sip:1@h', which doesn't equal 'sip:1@h:5060' (only the port differs)",
        ),
        (
            "sip:1@h;b;a=1",
            "sip:1@h;a=1;b",
            "near",
            "the request URI is 'sip:1@h;a=1;b', which doesn't equal 'sip:1@h;b;a=1' "
            "(only the order of parameters differs)",
        ),
        (
            "sip:1@h",
            "sip:1@h;a",
            "near",
            "the request URI is 'sip:1@h;a', which doesn't equal 'sip:1@h' "
            r"(only parameters differ; in a file ';' begins a comment unless it is written \;)",
        ),
        (
            "sip:1@H",
            "sip:1@h",
            "near",
            "the request URI is 'sip:1@h', which doesn't equal 'sip:1@H' (only letter case differs)",
        ),
        (
            "/^1/",
            "sip:1@h",
            "no",
            "the request URI is 'sip:1@h', which doesn't match /^1/",
        ),
    ],
)
def test_wording(make, step, said, rule, uri, verdict, sentence):
    """Each way of matching or missing a request URI has its sentence."""
    configuration = make.configuration(make.identify("i", "e", request_uri=rule), make.endpoint("e"))

    answer = said(step("request_uri", configuration, request_uri=uri))

    assert answer == [(verdict, f"identify 'i' (pjsip.conf:1): {sentence}")]


def test_notes(make, step, said):
    """No request URI, a long one and no rules are said."""
    configuration = make.configuration(make.identify("i", "e", request_uri="/./"))

    assert said(step("request_uri", configuration)) == [("note", "the request has no request URI")]
    assert said(step("request_uri", configuration, request_uri="sip:" + "h" * 600)) == [
        ("note", "the request URI has 604 bytes in print; more than 511 never match")
    ]
    assert said(step("request_uri", make.configuration(), request_uri="sip:h")) == [
        ("note", "no identify object has match_request_uri")
    ]
