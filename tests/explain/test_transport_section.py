"""The transport section that the identifiers find for a request."""

import pytest

from identify.explanation.transport_section import bucket


@pytest.mark.parametrize(
    ("id", "expected"),
    [
        ("transport-udp", 44),
        ("transport-tcp", 18),
        ("a-udp", 16),
        ("b-tcp", 18),
        ("udp", 52),
        ("tcp", 32),
        ("t1", 42),
        ("t3", 44),
    ],
)
def test_buckets(id, expected):
    """An id's bucket is what Asterisk's container was seen to use."""
    assert bucket(id) == expected


@pytest.mark.parametrize(
    ("udp", "tcp", "found"),
    [
        ("transport-udp", "transport-tcp", "tcp"),
        ("a-udp", "b-tcp", "udp"),
        ("tcp", "udp", "udp"),
        ("t1", "t3", "udp"),
    ],
)
def test_shared_address_is_decided_by_bucket(make, ask, udp, tcp, found):
    """A UDP request finds the TCP section on the same address if that one's bucket comes first."""
    configuration = make.configuration(
        make.transport(udp, "udp", "127.0.0.1:5060", domain="udp"),
        make.transport(tcp, "tcp", "127.0.0.1:5060", domain="tcp"),
        make.endpoint("a@udp"),
        make.endpoint("a@tcp"),
    )

    assert ask(configuration, from_uri="sip:a@h").match.endpoint == f"a@{found}"


@pytest.mark.parametrize(
    ("request_", "found"),
    [
        ({}, "u1"),
        ({"transport_section": "u2"}, "u2"),
        ({"transport_section": "unknown", "local": "127.0.0.1:5070"}, "u2"),
        ({"local": "127.0.0.1:5070"}, "u2"),
        ({"local": "127.0.0.9:5060"}, None),
        ({"local": "127.0.0.1:5071"}, "t"),
        ({"local": "192.0.2.10:5080"}, "w"),
        ({"local": "[2001:db8::1]:5080"}, None),
        ({"source": "2001:db8::1"}, "u6"),
        ({"source": "::ffff:192.0.2.1"}, "u6"),
        ({"transport": "tcp"}, "t"),
        ({"transport": "tcp", "local": "127.0.0.1:5071"}, "t"),
        ({"transport": "tcp", "local": "127.0.0.1:5060"}, None),
        ({"transport": "tcp", "source": "2001:db8::1"}, None),
        ({"transport": "tls"}, None),
        ({"transport": "udp", "transport_section": "t"}, "t"),
    ],
)
def test_section_of_a_request(make, ask, request_, found):
    """The section given, or the one with the local address, or the first of protocol and family; or none."""
    sections = [
        make.transport("u1", "udp", "127.0.0.1:5060", domain="u1"),
        make.transport("u2", "udp", "127.0.0.1:5070", domain="u2"),
        make.transport("w", "udp", "0.0.0.0:5080", domain="w"),
        make.transport("u6", "udp", "[::1]:5060", domain="u6"),
        make.transport("t", "tcp", "127.0.0.1:5071", domain="t"),
    ]
    configuration = make.configuration(*sections, *(make.endpoint(f"a@{section.id}") for section in sections))

    match = ask(configuration, from_uri="sip:a@h", **request_).match

    assert (match.endpoint if match else None) == (f"a@{found}" if found else None)
