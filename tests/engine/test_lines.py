"""The tokens of registrations with ``line=yes``: minted or given, and handed out in Contact values."""

import re

import pytest

from identify.errors import ConfigError
from identify.model import Match
from identify.request import Request

URIS = "type=registration\nserver_uri=sip:provider.example\nclient_uri=sip:me@provider.example\n"
ENDPOINT = "[e]\ntype=endpoint\n"


def registration(id, *lines, endpoint="e"):
    """Return the section of a registration with ``line=yes``."""
    return "\n".join([f"[{id}]", f"{URIS}line=yes", f"endpoint={endpoint}", *lines, ""])


def asked_with(engine, token):
    """Ask for a token in the request URI."""
    return engine.identify(Request(source="192.0.2.1", request_uri=f"sip:s@192.0.2.9;line={token}"))


def test_minted(engine):
    """Tokens that aren't given are seven letters a-z, one for each registration with line, all unlike."""
    text = ENDPOINT + "".join(registration(f"r{number}") for number in range(300)) + f"[plain]\n{URIS}"

    first, second = engine(text), engine(text)

    for made in (first, second):
        assert set(made.line_tokens) == {f"r{number}" for number in range(300)}
        assert all(re.fullmatch("[a-z]{7}", token) for token in made.line_tokens.values())
        assert len(set(made.line_tokens.values())) == 300
    assert first.line_tokens != second.line_tokens
    letters = set("".join(first.line_tokens.values()))
    assert letters == set("abcdefghijklmnopqrstuvwxyz")


def test_minted_tokens_identify(engine):
    """Each registration is found by its own token, and by no other engine's."""
    text = ENDPOINT + registration("a") + registration("b")
    made, other = engine(text), engine(text)

    for id, token in made.line_tokens.items():
        assert asked_with(made, token) == Match("e", "line", id)
        assert asked_with(other, token) is None


def test_given(engine):
    """Given tokens are kept as they are, the others are minted and differ from them."""
    text = ENDPOINT + registration("a") + registration("b")

    made = engine(text, {"a": "Token-1"})

    assert made.line_tokens["a"] == "Token-1"
    assert re.fullmatch("[a-z]{7}", made.line_tokens["b"])
    assert asked_with(made, "Token-1") == Match("e", "line", "a")
    assert asked_with(made, "token-1") is None


def test_given_for_others(engine):
    """Tokens of ids that have no line, or no longer exist, are passed over: one mapping may outlive reloads."""
    text = ENDPOINT + registration("a") + f"[plain]\n{URIS}"

    made = engine(text, {"a": "lna", "plain": "lnplain", "gone": "lngone"})

    assert dict(made.line_tokens) == {"a": "lna"}
    assert asked_with(made, "lnplain") is None
    assert asked_with(made, "lngone") is None


def test_given_twice(engine):
    """Of two registrations with the same token the first in the order of ids is found."""
    made = engine(ENDPOINT + registration("b") + registration("a"), {"a": "same", "b": "same"})

    assert asked_with(made, "same") == Match("e", "line", "a")
    assert made.explain(Request(source="::", request_uri="sip:s@h;line=same")).match == Match(
        "e", "line", "a"
    )


def test_empty_token_is_refused(engine):
    """An empty token, which could identify nobody, is the caller's mistake."""
    with pytest.raises(ConfigError, match="'a'"):
        engine(ENDPOINT + registration("a"), {"a": ""})


def test_contact(engine):
    """The Contact has contact_user or s, the local address as given, and the token as a URI parameter."""
    text = ENDPOINT + registration("a") + registration("b", "contact_user=me") + f"[plain]\n{URIS}"
    made = engine(text, {"a": "lna", "b": "lnb"})

    assert made.contact("a", local="192.168.0.2:5060") == "<sip:s@192.168.0.2:5060;line=lna>"
    assert made.contact("b", local="[2001:db8::2]:5061") == "<sip:me@[2001:db8::2]:5061;line=lnb>"
    assert made.contact("plain", local="192.168.0.2:5060") == "<sip:s@192.168.0.2:5060>"


@pytest.mark.parametrize(
    "text", [registration("a"), registration("a", "contact_user=me", "contact_header_params=x=y")]
)
def test_contact_identifies(engine, text):
    """A registrar that sends to the Contact reaches the registration's endpoint, with a minted token too."""
    made = engine(ENDPOINT + text)
    contact = made.contact("a", local="192.168.0.2:5060")
    request = Request(
        source="192.0.2.1", request_uri=re.match("<([^>]*)>", contact)[1], headers={"Contact": contact}
    )

    assert made.identify(request) == Match("e", "line", "a")
    assert request.screening == "pass"


def test_contact_of_nobody(engine):
    """A registration that doesn't exist is the caller's mistake."""
    with pytest.raises(ConfigError, match="'nope'"):
        engine(ENDPOINT + registration("a")).contact("nope", local="192.168.0.2:5060")
