"""Host names in ``match``: which questions are asked, in which order, and what the answers add."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest
from loading import codes, items, problem

from identify.configuration import Configuration, OfflineResolver, ResolutionError


class Zone:
    """Answers from two tables and keeps the questions."""

    def __init__(
        self,
        addresses: Mapping[str, Sequence[str]] | None = None,
        services: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        self.asked: list[str] = []
        self._addresses = addresses or {}
        self._services = services or {}

    def services(self, name: str) -> Sequence[str]:
        """Return the targets of SRV records."""
        self.asked.append("SRV " + name)
        return self._services.get(name, ())

    def addresses(self, name: str) -> Sequence[str]:
        """Return addresses."""
        self.asked.append(name)
        if name not in self._addresses:
            raise ResolutionError("Name or service not known")
        return self._addresses[name]


def load(body: str, zone: Zone | OfflineResolver) -> Configuration:
    """Load an identify ``i`` with these lines."""
    text = f"[e]\ntype=endpoint\n[i]\ntype=identify\nendpoint=e\n{body}\n"
    return Configuration.from_files({"pjsip.conf": text}, resolver=zone)


def test_questions_without_service_records() -> None:
    """Three SRV questions come first, then the name itself."""
    zone = Zone({"a.ex.com": ["10.0.0.1", "2001:db8::1"]})

    assert items(load("match=a.ex.com", zone)) == ["10.0.0.1/32", "2001:db8::1/128"]
    assert zone.asked == [
        "SRV _sip._udp.a.ex.com",
        "SRV _sip._tcp.a.ex.com",
        "SRV _sips._tcp.a.ex.com",
        "a.ex.com",
    ]


def test_service_records_of_all_three() -> None:
    """All targets are used, each asked before the next SRV question; the name itself isn't asked."""
    zone = Zone(
        {"a.ex.com": ["10.0.0.9"], "u1": ["10.0.0.1"], "t1": ["10.0.0.2"]},
        {"_sip._udp.a.ex.com": ["u1"], "_sips._tcp.a.ex.com": ["t1", "10.0.0.3"]},
    )

    assert items(load("match=a.ex.com", zone)) == ["10.0.0.1/32", "10.0.0.2/32", "10.0.0.3/32"]
    assert zone.asked == [
        "SRV _sip._udp.a.ex.com",
        "u1",
        "SRV _sip._tcp.a.ex.com",
        "SRV _sips._tcp.a.ex.com",
        "t1",
    ]


def test_without_service_lookups() -> None:
    """``srv_lookups=no`` asks for the name alone, wherever the option stands."""
    zone = Zone({"a.ex.com": ["10.0.0.1"]})
    load("match=a.ex.com\nsrv_lookups=no", zone)

    assert zone.asked == ["a.ex.com"]


def test_a_port_switches_service_lookups_off() -> None:
    """With a colon only addresses are asked, and match only from that port."""
    zone = Zone({"a.ex.com": ["10.0.0.1"]})

    assert items(load("match=a.ex.com:5070", zone)) == ["10.0.0.1:5070/32"]
    assert items(load("match=a.ex.com:", zone)) == ["10.0.0.1/32"]
    assert items(load("match=[a.ex.com]:5061", zone)) == ["10.0.0.1:5061/32"]
    assert zone.asked == ["a.ex.com"] * 3


def test_brackets_stay_in_service_questions() -> None:
    """``[a.ex.com]`` is asked literally for SRV and without brackets for addresses."""
    zone = Zone({"a.ex.com": ["10.0.0.1"]})
    load("match=[a.ex.com]", zone)

    assert zone.asked[0] == "SRV _sip._udp.[a.ex.com]"
    assert zone.asked[-1] == "a.ex.com"


def test_a_target_without_address_refuses() -> None:
    """Even beside a good target and an address of the name."""
    zone = Zone({"a.ex.com": ["10.0.0.1"], "good": ["10.0.0.2"]}, {"_sip._udp.a.ex.com": ["good", "bad"]})
    configuration = load("match=a.ex.com,1.1.1.1", zone)

    assert not configuration.identifies
    assert "'bad'" in problem(configuration, "match-name").message


def test_names_follow_literals() -> None:
    """Addresses of names stand behind all literals, so that no negation takes them away."""
    zone = Zone({"a.ex.com": ["10.0.0.1"]})

    for value in ("a.ex.com,!10.0.0.0/24", "!10.0.0.0/24,a.ex.com"):
        assert items(load(f"match={value}", zone)) == ["!10.0.0.0/24", "10.0.0.1/32"]


def test_names_in_hash_order() -> None:
    """Names are asked in the order of Asterisk's hash table."""
    names = [f"host{number}.ex.com" for number in range(1, 21)]
    zone = Zone({name: [f"10.0.0.{number}"] for number, name in enumerate(names, 1)})
    configuration = load(f"srv_lookups=no\nmatch={','.join(names)}", zone)

    order = [12, 10, 16, 9, 17, 2, 14, 8, 19, 6, 13, 3, 5, 11, 20, 7, 4, 15, 1, 18]
    assert zone.asked == [f"host{number}.ex.com" for number in order]
    assert items(configuration) == [f"10.0.0.{number}/32" for number in order]


def test_covered_addresses_are_left_out() -> None:
    """What matches already isn't added, which is a warning where nothing is left."""
    configuration = load("match=10.0.0.0/8,a.ex.com", Zone({"a.ex.com": ["10.0.0.1"]}))

    assert items(configuration) == ["10.0.0.0/8"]
    assert codes(configuration) == {"match-name-adds-nothing"}


def test_coverage_looks_at_ports() -> None:
    """An item for one port doesn't cover an address for all."""
    zone = Zone({"a.ex.com": ["10.0.0.1"]})

    assert items(load("match=10.0.0.1:5061,a.ex.com", zone)) == ["10.0.0.1:5061/32", "10.0.0.1/32"]
    assert items(load("match=10.0.0.1,a.ex.com:5061", zone)) == ["10.0.0.1/32"]


def test_covered_service_records_count_as_nothing() -> None:
    """Then the name itself is asked, and must have an address."""
    services = {"_sip._udp.a.ex.com": ["10.0.0.9"]}

    assert items(load("match=10.0.0.9,a.ex.com", Zone({"a.ex.com": ["10.0.0.1"]}, services))) == [
        "10.0.0.9/32",
        "10.0.0.1/32",
    ]
    assert not load("match=10.0.0.9,a.ex.com", Zone({}, services)).identifies


def test_mapped_answers_are_ipv4() -> None:
    """An IPv4-mapped AAAA record is kept as IPv4."""
    assert items(load("match=a.b", Zone({"a.b": ["::ffff:10.0.0.9"]}))) == ["10.0.0.9/32"]


def test_names_that_nobody_asks_for() -> None:
    """For some names the C library asks no address; their SRV records work all the same."""
    for name in ("-x.ex.com", "*.ex.com", "a@ex.com", "a b.ex.com", "!a.ex.com", "a..ex.com", "x" * 64):
        zone = Zone({name: ["10.0.0.1"]})
        assert not load(f"match={name}", zone).identifies
        assert name not in zone.asked

    zone = Zone({"t": ["10.0.0.1"]}, {"_sip._udp.!a.ex.com": ["t"]})
    assert items(load("match=!a.ex.com", zone)) == ["10.0.0.1/32"]


def test_nothing_is_asked_for_a_refused_identify() -> None:
    """Names are resolved last, once all else is good."""
    zone = Zone({"a.ex.com": ["10.0.0.1"]})
    load("match=a.ex.com\nmatch_header=nocolon", zone)

    assert zone.asked == []


def test_offline_resolver_says_so() -> None:
    """The default asks nobody: the identify isn't among the objects, but an unknown that says why."""
    configuration = load("match=192.0.2.1,sip.example.com", OfflineResolver())

    assert not configuration.identifies
    (unknown,) = configuration.unknowns
    assert (unknown.kind, unknown.place) == ("names", 0)
    assert unknown.identify is not None
    assert [name.text for name in unknown.identify.unresolved] == ["sip.example.com"]
    assert [rule.text for rule in unknown.identify.addresses] == ["192.0.2.1"]
    assert (
        "'sip.example.com': names aren't looked up here"
        in problem(configuration, "match-name-unknown").message
    )


def test_endpoint_of_an_object_with_an_unknown_name_is_checked() -> None:
    """A misspelt endpoint is reported, though it isn't known whether the identify exists."""
    text = "[i]\ntype=identify\nendpoint=nope\nmatch=sip.example.com\n"
    configuration = Configuration.from_files({"pjsip.conf": text})

    assert "'nope'" in problem(configuration, "identify-dangling").message


def test_name_that_cannot_be_asked_refuses_the_identify_offline_too() -> None:
    """It needs nobody to know that a name with an empty label has no address."""
    configuration = load("match=a..ex.com,sip.example.com", OfflineResolver())

    assert not configuration.identifies
    assert not configuration.unknowns


def test_offline_localhost_may_have_more_addresses() -> None:
    """A hosts file with ::1 can be told."""
    configuration = load("match=localhost", OfflineResolver(("::1", "127.0.0.1")))

    assert items(configuration) == ["::1/128", "127.0.0.1/32"]


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        (["10.0.0.1", "banana\x1b"], r"the resolver's answer 'banana\x1b' is not a valid address"),
        ([], "Name or service not known"),
        (["10.0.0.1"] * 5001, "more than 5000 addresses"),
    ],
)
def test_answers_that_cannot_be_used_refuse(answers: list[str], reason: str) -> None:
    """Nothing of an answer is left out in silence: the identify is refused, and the reason has the value."""
    configuration = load("match = 192.0.2.1, a.ex.com", Zone({"a.ex.com": answers}))

    assert "i" not in configuration.identifies
    assert problem(configuration, "match-name").message == f"match item 'a.ex.com': {reason}"
