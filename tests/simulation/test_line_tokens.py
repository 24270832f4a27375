"""Line tokens: given, or learned from the REGISTERs that Asterisk sends, from then on."""

import pytest
from calls import OFFICE, Traffic

CARRIERS = OFFICE + (
    "[carrier]\ntype=endpoint\n"
    "[one]\ntype=registration\nserver_uri=sip:reg.example\nclient_uri=sip:me@reg.example\nline=yes\nendpoint=carrier\n"
    "[two]\ntype=registration\nserver_uri=sip:reg.example:5060\nclient_uri=<sip:me2@reg.example>\nline=yes\nendpoint=gone\n"
)


def register(
    traffic, token, *, user="me", uri="sip:reg.example", to="reg.example", contact_user="s", **parts
):
    """Append a REGISTER of Asterisk's with a token in its Contact."""
    data = Traffic().send(
        "REGISTER",
        uri=uri,
        contact=f"<sip:{contact_user}@192.0.2.254:5060;line={token}>",
        call=f"r{token}",
        **parts,
    )
    message = data.batch.message(0).replace(b"<sip:100@192.0.2.254>", f"<sip:{user}@{to}>".encode())
    return traffic.add(message, direction=2)


def called(traffic, token, number):
    """Append a call to a token."""
    return traffic.receive(
        "INVITE",
        user="nobody",
        uri=f"sip:s@192.0.2.254;line={token}",
        call=f"i{number}",
        branch=f"z9hG4bKi{number}",
    )


def test_learned_from_then_on():
    """Before the REGISTER the token is unknown, after it the registration's endpoint is found."""
    traffic = called(Traffic(), "abcdefg", 1)
    register(traffic, "abcdefg")
    called(traffic, "abcdefg", 2)
    simulation, rows = traffic.simulation(CARRIERS)

    assert [(row.endpoint, row.identifier, row.section) for row in rows] == [
        (None, None, None),
        (None, None, None),
        ("carrier", "line", "one"),
    ]
    assert simulation.result.line_tokens == {"one": "abcdefg"}
    assert simulation.explain(traffic.batch, 2).match.section == "one"


def test_given():
    """A token that is given is known from the beginning."""
    traffic = called(Traffic(), "abcdefg", 1)

    assert traffic.rows(CARRIERS, line_tokens={"one": "abcdefg"})[0].endpoint == "carrier"
    assert traffic.rows(CARRIERS, line_tokens={"unknown": "abcdefg"})[0].endpoint is None


def test_new_token():
    """A token that changes, as after a restart, is learned anew."""
    traffic = Traffic()
    register(traffic, "aaaaaaa")
    register(traffic, "bbbbbbb")
    called(traffic, "bbbbbbb", 1)
    simulation, rows = traffic.simulation(CARRIERS)

    assert rows[-1].endpoint == "carrier"
    assert simulation.result.line_tokens == {"one": "bbbbbbb"}


def test_endpoint_missing():
    """A registration whose endpoint doesn't exist finds none."""
    traffic = register(Traffic(), "abcdefg", user="me2")
    called(traffic, "abcdefg", 1)
    simulation, rows = traffic.simulation(CARRIERS)

    assert rows[-1].endpoint is None
    assert simulation.result.line_tokens == {"two": "abcdefg"}


@pytest.mark.parametrize(
    "parts",
    [
        {"user": "other"},
        {"uri": "sip:reg2.example"},
        {"uri": "sip:reg.example:5070"},
        {"to": "other.example"},
    ],
)
def test_of_no_registration(parts):
    """A REGISTER of another account or to another registrar teaches nothing, and is counted."""
    result = register(Traffic(), "abcdefg", **parts).result(CARRIERS)

    assert (result.line_tokens, result.unclear_registers) == ({}, 1)


def test_host_without_case_and_port():
    """Hosts are compared without case, 5060 is what no port means."""
    result = register(Traffic(), "abcdefg", uri="sip:REG.example:5060", to="Reg.Example").result(CARRIERS)

    assert result.line_tokens == {"one": "abcdefg"}


def test_same_account_twice():
    """Of two registrations of one account the Contact's user tells which; without that nothing is learned."""
    more = CARRIERS + (
        "[three]\ntype=registration\nserver_uri=sip:reg.example\nclient_uri=sip:me@reg.example\nline=yes\n"
        "endpoint=carrier\ncontact_user=third\n"
    )
    traffic = register(Traffic(), "aaaaaaa")
    register(traffic, "bbbbbbb", contact_user="third")
    register(traffic, "ccccccc", contact_user="fourth")
    result = traffic.result(more)

    assert result.line_tokens == {"one": "aaaaaaa", "three": "bbbbbbb"}
    assert result.unclear_registers == 1


def test_received_registers_teach_nothing():
    """Only what Asterisk sends counts."""
    traffic = Traffic().receive("REGISTER", contact="<sip:s@192.0.2.254;line=abcdefg>")

    assert traffic.result(CARRIERS).line_tokens == {}


def test_escapes():
    """The token of a request is compared with its escapes resolved."""
    traffic = register(Traffic(), "abcdefg")
    called(traffic, "%61bcdef%67", 1)

    assert traffic.rows(CARRIERS)[-1].endpoint == "carrier"
