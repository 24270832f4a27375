"""The identifier line: which token is looked up, and how that is said."""

import pytest

TOKENS = {"reg1": "lnreg1", "reg2": "lnreg2", "gone": "lngone", "noline": "lnnoline"}


@pytest.fixture
def configuration(make):
    """Two good registrations, one whose endpoint is missing, one without line."""
    return make.configuration(
        make.registration("reg1", "e1"),
        make.registration("reg2", "e2"),
        make.registration("gone", "nope"),
        make.registration("noline"),
        make.endpoint("e1"),
        make.endpoint("e2", "header"),
    )


@pytest.mark.parametrize(
    ("to_uri", "request_uri", "found"),
    [
        ("sip:s@h;line=lnreg1", "sip:s@h", ("e1", "reg1")),
        ("sip:s@h", "sip:s@h;line=lnreg2", ("e2", "reg2")),
        ("sip:s@h;line=lnreg1", "sip:s@h;line=lnreg2", ("e1", "reg1")),
        ("sip:s@h;line=other", "sip:s@h;line=lnreg2", (None, None)),
        ("sip:s@h;line", "sip:s@h;line=lnreg2", (None, None)),
        ("sip:s@h;LINE=lnreg1", "sip:s@h", ("e1", "reg1")),
        ("sip:s@h;line=LNREG1", "sip:s@h", (None, None)),
        ("sip:s@h;line=lnreg1;line=lnreg2", "sip:s@h", ("e1", "reg1")),
        ("sip:s@h;line=lnreg1%00", "sip:s@h", (None, None)),
        ("sip:s@h;lines=lnreg1", "sip:s@h", (None, None)),
        ("sip:s@h;line=lngone", "sip:s@h;line=lnreg1", (None, None)),
        ("sip:s@h;line=lnnoline", "sip:s@h", (None, None)),
        (None, "sip:s@h;line=lnreg1", ("e1", "reg1")),
        (None, None, (None, None)),
    ],
)
def test_token(configuration, step, to_uri, request_uri, found):
    """To's parameter is looked up, and the request URI's only if To has none."""
    answer = step("line", configuration, TOKENS, to_uri=to_uri, request_uri=request_uri)

    assert (answer.endpoint, answer.section) == found


def test_empty_token_finds_nothing(configuration, step):
    """An empty value is nobody's, even if a registration were given an empty token."""
    assert step("line", configuration, {"reg1": ""}, to_uri="sip:s@h;line=").endpoint is None


@pytest.mark.parametrize(
    ("to_uri", "request_uri", "reasons"),
    [
        ("sip:h", "sip:h", [("no", "neither the To URI nor the request URI has a line parameter")]),
        (
            "sip:h;line=lnreg1",
            "sip:h",
            [
                (
                    "match",
                    "To has line='lnreg1', the token of registration 'reg1' (pjsip.conf:1): endpoint 'e1'",
                )
            ],
        ),
        (
            "sip:h",
            "sip:h;line=lngone",
            [
                (
                    "missing",
                    "the request URI has line='lngone', the token of registration 'gone' (pjsip.conf:3), but "
                    "it points to endpoint 'nope', which doesn't exist: this identifier gives up",
                )
            ],
        ),
        (
            "sip:h;line=LNREG1",
            "sip:h;line=lnreg1",
            [
                ("no", "To has line='LNREG1', which matches no registration's token"),
                (
                    "near",
                    "the token of registration 'reg1' (pjsip.conf:1) is 'lnreg1' (tokens are case-sensitive)",
                ),
                ("near", "the request URI has line='lnreg1', but To has one too, so this one is ignored"),
            ],
        ),
        (
            "sip:h;line=lnnoline",
            "sip:h",
            [("no", "To has line='lnnoline', which matches no registration's token")],
        ),
        ("sip:h;line", "sip:h", [("no", "To has an empty line parameter, which never matches a token")]),
    ],
)
def test_wording(configuration, step, said, to_uri, request_uri, reasons):
    """Each way of carrying a token or not has its sentence."""
    assert said(step("line", configuration, TOKENS, to_uri=to_uri, request_uri=request_uri)) == reasons


def test_no_registration_with_line(make, step, said):
    """A token that comes while no registration has line is said so."""
    configuration = make.configuration(make.registration("r"))

    assert said(step("line", configuration, {}, to_uri="sip:h;line=x")) == [
        ("no", "To has line='x', but no registration has line=yes")
    ]
