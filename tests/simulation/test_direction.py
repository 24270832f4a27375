"""Which messages of a capture Asterisk received, by its addresses."""

import pytest
from calls import OFFICE, Traffic, request, response

from identify.errors import ConfigError
from identify.simulation import Simulation
from identify.traffic.batch import Direction

WILD = OFFICE.replace("bind=192.0.2.254:5060", "bind=0.0.0.0:5060")
WILD6 = WILD + "[transport-udp6]\ntype=transport\nprotocol=udp\nbind=[::]:5060\n"
PBX, PHONE, OTHER = ("192.0.2.254", 5060), ("192.0.2.1", 5060), ("192.0.2.2", 5060)


def flow(*messages, transport="udp"):
    """Return traffic of messages (data, source, target) of which the direction isn't known."""
    traffic = Traffic()
    for data, source, target in messages:
        traffic.add(
            data,
            direction=Direction.UNKNOWN,
            source=source[0],
            port=source[1],
            local=target[0],
            local_port=target[1],
            transport=transport,
        )
    return traffic


def test_concrete_bind():
    """What goes to a transport's address was received, what comes from one was sent, the rest is foreign."""
    traffic = flow(
        (request(), PHONE, PBX),
        (request(call="c2"), PBX, PHONE),
        (request(call="c3"), PHONE, OTHER),
        (request(call="c4"), PHONE, ("192.0.2.254", 5070)),
        (request(call="c5"), ("192.0.2.254", 5070), PHONE),
    )

    assert traffic.outcomes() == ["identified", "sent", "foreign", "foreign", "foreign"]


def test_streams_have_ports_of_the_moment():
    """Over TCP any port of such an address is Asterisk's, unless the other end is one of its sockets."""
    config = OFFICE.replace("protocol=udp", "protocol=tcp")
    traffic = flow(
        (request(), PHONE, PBX),
        (request(call="c2"), ("192.0.2.254", 41000), PHONE),
        (request(call="c3"), PHONE, ("192.0.2.254", 41000)),
        (request(call="c4"), ("192.0.2.254", 41000), PBX),
        transport="tcp",
    )

    assert traffic.outcomes(config) == ["identified", "sent", "identified", "identified"]


def test_between_its_own():
    """A message from one of Asterisk's sockets to another one was received."""
    assert flow((request(), PBX, PBX)).outcomes() == ["identified"]


@pytest.mark.parametrize("local", ["192.0.2.254", "192.0.2.254:5060", " 192.0.2.254"])
def test_given(local):
    """Addresses that are given count in place of the configuration's."""
    config = OFFICE.replace("192.0.2.254", "10.0.0.1")
    traffic = flow((request(), PHONE, PBX), (request(call="c2"), PBX, PHONE))

    assert traffic.outcomes(config) == ["foreign", "foreign"]
    assert traffic.outcomes(config, local=[local]) == ["identified", "sent"]


def test_given_with_port():
    """A port that is given counts; without one every port does."""
    traffic = flow((request(), PHONE, ("192.0.2.254", 5070)))

    assert traffic.outcomes(local=["192.0.2.254:5060"]) == ["foreign"]
    assert traffic.outcomes(local=["192.0.2.254"]) == ["identified"]


def test_given_ipv6():
    """An IPv6 address may have brackets and a port."""
    traffic = flow((request(), ("2001:db8::1", 5060), ("2001:db8::f", 5060)))

    for local in ("2001:db8::f", "[2001:db8::f]:5060"):
        assert traffic.outcomes(local=[local]) == ["identified"]


@pytest.mark.parametrize("local", ["pbx.example", "", "192.0.2.0/24"])
def test_given_no_address(local):
    """What is no address is said so."""
    with pytest.raises(ConfigError, match="local"):
        flow((request(), PHONE, PBX)).rows(local=[local])


def test_direction_that_is_known():
    """A reader that knows the direction is believed."""
    traffic = Traffic().add(request(), local="203.0.113.1").add(request(call="c2"), direction=Direction.SENT)

    assert traffic.outcomes() == ["identified", "sent"]


def test_local_address_unknown():
    """A message without a local address was received."""
    assert Traffic().add(request(), direction=Direction.UNKNOWN, local=None, local_port=0).outcomes() == [
        "identified"
    ]


def test_no_transports():
    """Without any transport in the configuration everything was received."""
    config = OFFICE.partition("[alice]")[1] + OFFICE.partition("[alice]")[2]

    assert (
        flow((request(), PHONE, PBX), (request(call="c2"), PBX, PHONE)).outcomes(config) == ["identified"] * 2
    )


def test_wildcard_common_address():
    """Of a wildcard bind the address is found that most messages have in common, though all ports are the same."""
    traffic = flow(
        (request(), PBX, PHONE),
        (response(200, "OPTIONS"), PHONE, PBX),
        (request(call="c2"), OTHER, PBX),
        (request(call="c3"), PBX, OTHER),
    )

    assert traffic.outcomes(WILD) == ["sent", "response", "identified", "sent"]


def test_wildcard_registrar():
    """Of two addresses the one is Asterisk's to which REGISTERs go."""
    traffic = flow(
        (request(), PBX, PHONE),
        (request(call="c3"), PBX, PHONE),
        (request("REGISTER", call="c2"), PHONE, PBX),
    )

    assert traffic.outcomes(WILD) == ["sent", "sent", "identified"]


def test_wildcard_by_port():
    """An end whose port isn't the bind's can't be Asterisk."""
    traffic = flow((request(), ("192.0.2.1", 40000), PBX), (request(call="c2"), PBX, ("192.0.2.1", 40000)))

    assert traffic.outcomes(WILD) == ["identified", "sent"]


def test_wildcard_of_both_families():
    """Each family has its address; one that only shows later is found by its port."""
    pbx6, phone6, other6 = ("2001:db8::f", 5060), ("2001:db8::1", 41000), ("2001:db8::e", 5060)
    simulation = fed_with(WILD6)
    first = flow((request(), PHONE, PBX), (request(call="c2"), OTHER, PBX))
    second = flow(
        (request(call="c4"), phone6, pbx6),
        (request(call="c5"), pbx6, other6),
        (request(call="c6"), ("2001:db8::1", 41000), ("2001:db8::2", 5070)),
    )

    assert [row.outcome.value for row in simulation.feed(first.batch)] == ["identified"] * 2
    assert [row.outcome.value for row in simulation.feed(second.batch)] == ["identified", "sent", "foreign"]


def test_forged_registers_teach_nothing():
    """A stranger's REGISTER in the wire's own traffic, from the port of a wildcard, teaches no token of Asterisk's."""
    lined = WILD + (
        "[trunk]\ntype=endpoint\n[reg]\ntype=registration\nserver_uri=sip:itsp\nclient_uri=sip:me@itsp\n"
        "line=yes\nendpoint=trunk\n"
    )
    stranger, itsp = ("203.0.113.66", 5060), ("198.51.100.1", 5060)
    register = request("REGISTER", uri="sip:itsp", contact="<sip:s@192.0.2.254;line=%b>", call="r")
    register = register.replace(b"<sip:100@192.0.2.254>", b"<sip:me@itsp>")
    forged, own = register.replace(b"%b", b"aaaaaaa"), register.replace(b"%b", b"bbbbbbb")
    common = [(request(call=f"c{n}"), PHONE, PBX) for n in range(3)]
    nobody = [(forged, stranger, (address, 5060)) for address in ("203.0.113.255", "255.255.255.255")]
    for targets in (nobody[:1], nobody, nobody * 4):
        simulation = fed_with(lined)
        simulation.feed(flow(*targets, *common).batch)
        simulation.feed(flow(*targets).batch)
        assert simulation.result.line_tokens == {}
    for target in (PBX, ("192.0.2.254", 9)):
        for messages in ([(forged, stranger, target), *common], [*common, (forged, stranger, target)]):
            simulation = fed_with(lined)
            simulation.feed(flow(*messages).batch)
            simulation.feed(flow((forged, stranger, target)).batch)

            assert simulation.result.line_tokens == {}
            simulation.feed(flow((own, PBX, itsp)).batch)
            assert simulation.result.line_tokens == {"reg": "bbbbbbb"}


def fed_with(text):
    """Return a simulation of a pjsip.conf."""
    return Simulation(Traffic().simulation(text)[0].result.configuration)


def taken(*messages, config=WILD, local=(), transport="udp"):
    """Return the result of messages whose direction isn't known, and which addresses were taken for Asterisk's."""
    simulation = Traffic().simulation(config, local=local)[0]
    simulation.feed(flow(*messages, transport=transport).batch)
    return simulation.result, simulation.result.own_sockets.as_dict(simulation.result.outcomes)


PROVIDER, FORWARDED = ("198.51.100.7", 5060), ("203.0.113.5", 5160)
OTHER_PORT = ("198.51.100.7", 5070)
PROVIDER_6, FORWARDED_6 = ("2001:db8::7", 5060), ("2001:db8::5", 5160)
MOVED = WILD.replace("5060", "5080")


@pytest.mark.parametrize(
    ("messages", "config", "basis", "addresses", "likeliest"),
    [
        # The other end has the port of the bind.
        ([(request(), PROVIDER, FORWARDED)], WILD, "guess", ["198.51.100.7:5060"], "203.0.113.5:5160"),
        (
            [(request(), PROVIDER_6, FORWARDED_6)],
            WILD6,
            "guess",
            ["[2001:db8::7]:5060"],
            "[2001:db8::5]:5160",
        ),
        (
            [(request(), PROVIDER, FORWARDED), (response(200, "OPTIONS"), FORWARDED, PROVIDER)],
            WILD,
            "guess",
            ["198.51.100.7:5060"],
            "203.0.113.5:5160",
        ),
        # Neither end has it.
        ([(request(), OTHER_PORT, FORWARDED)], WILD, "guess", [], "203.0.113.5:5160"),
        ([(request(), PROVIDER, PBX)], MOVED, "guess", [], "192.0.2.254:5060"),
        # The bind names an address that the capture doesn't show, as behind NAT.
        ([(request(), PROVIDER, FORWARDED)], OFFICE, "transports", ["192.0.2.254:5060"], "203.0.113.5:5160"),
        # Asterisk is an end of all messages, and sends more requests than it gets.
        (
            [
                (request(call="c1"), FORWARDED, PHONE),
                (request(call="c2"), FORWARDED, PHONE),
                (request(call="c3"), FORWARDED, PROVIDER),
            ],
            MOVED,
            "guess",
            [],
            "203.0.113.5:5160",
        ),
        # Nobody is alone at these.
        ([(request(), OTHER_PORT, ("224.0.1.75", 5160))], WILD, "guess", [], "198.51.100.7:5070"),
        ([(request(), OTHER_PORT, ("255.255.255.255", 5160))], WILD, "guess", [], "198.51.100.7:5070"),
    ],
)
def test_nothing_received(messages, config, basis, addresses, likeliest):
    """If not one request was received, the addresses that were taken for Asterisk's are named, and the likeliest other."""
    result, found = taken(*messages, config=config)

    assert (found["basis"], found["addresses"], found["likeliest"]) == (basis, addresses, likeliest)
    (remark,) = result.remarks
    assert f"--local {likeliest}" in remark
    assert all(address in remark for address in addresses)
    line = result.own_sockets.line(result.outcomes)
    assert "--local" in line
    assert all(address in line for address in addresses)
    again, _ = taken(*messages, config=config, local=[likeliest])
    assert not any(likeliest in remark for remark in again.remarks)


def test_ports_of_the_moment_are_not_likely():
    """Over TCP the likeliest address is the one that requests go to, not a port of the moment."""
    clients = [("192.0.2.7", 40000), ("192.0.2.8", 40001)]
    messages = [(request(call=f"c{n}"), client, FORWARDED) for n, client in enumerate(clients)]

    assert taken(*messages, transport="tcp")[1]["likeliest"] == "203.0.113.5:5160"


def test_sent_besides_received():
    """Where requests were received too there is no warning, but the addresses are named."""
    result, found = taken(
        (request(), PHONE, PBX), (request(call="c2"), OTHER, PBX), (request(call="c3"), PBX, PHONE)
    )

    assert result.remarks == []
    assert (found["addresses"], found["likeliest"]) == (["192.0.2.254:5060"], None)
    assert result.own_sockets.line(result.outcomes) == (
        "taken for Asterisk's: 192.0.2.254:5060 (guessed by the port of bind=0.0.0.0:5060 of transport-udp alone); "
        "--local names others"
    )


def test_given_addresses_that_meet_nothing():
    """Addresses that are given and meet no request are named too."""
    result, found = taken((request(), PHONE, PBX), local=["192.0.2.253"])

    assert (found["basis"], found["addresses"]) == ("given", ["192.0.2.253"])
    assert "--local 192.0.2.254:5060" in result.remarks[0]


@pytest.mark.parametrize("config", [WILD, OFFICE])
def test_nothing_to_say(config):
    """Nothing is said where all requests were received, or where the traffic says itself what Asterisk sent."""
    received, _ = taken((request(), PHONE, PBX), config=config)
    sent = Traffic().add(request(), direction=Direction.SENT).result(config)
    silent = Traffic().result(config)

    for result in (received, sent, silent):
        assert result.remarks == []
        assert result.own_sockets.line(result.outcomes) is None


def test_no_transport_no_guess():
    """Without transports nothing is guessed."""
    config = OFFICE.partition("[alice]")[1] + OFFICE.partition("[alice]")[2]

    assert taken((request(), PHONE, PBX), config=config)[1] == {
        "basis": "none",
        "binds": [],
        "addresses": [],
        "likeliest": None,
    }


def test_traffic_of_both_kinds():
    """Where a log comes first, what a capture after it doesn't say is still told."""
    simulation = fed_with(WILD)
    simulation.feed(Traffic().receive().add(request(), direction=Direction.SENT).batch)
    assert simulation.own_sockets.basis == "traffic"
    simulation.feed(flow((request(call="c5"), OTHER_PORT, FORWARDED)).batch)
    result = simulation.result

    assert (result.own_sockets.basis, result.own_sockets.likeliest(result.outcomes)) == (
        "guess",
        "203.0.113.5:5160",
    )
    assert "most foreign messages have 203.0.113.5:5160" in result.own_sockets.line(result.outcomes)


def test_addresses_of_parts():
    """Parts that are added up name the addresses of all, each once."""
    first, _ = taken((request(), PROVIDER, FORWARDED))
    second, _ = taken(
        (request(), PROVIDER, FORWARDED), (request(call="c2"), ("198.51.100.8", 5060), OTHER_PORT)
    )
    silent = Traffic().result(WILD)
    silent.merge(first)
    silent.merge(second)
    found = silent.own_sockets.as_dict(silent.outcomes)

    assert (found["basis"], found["addresses"]) == ("guess", ["198.51.100.7:5060", "198.51.100.8:5060"])
    assert found["binds"] == [{"transport": "transport-udp", "bind": "0.0.0.0:5060"}]
    assert found["likeliest"] == "203.0.113.5:5160"
