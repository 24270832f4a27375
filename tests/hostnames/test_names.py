"""Each rule about host names with its example, through the resolver, from a name server that does what the test says."""

from __future__ import annotations

import asyncio
import struct
import subprocess
import sys
import threading
import time
from pathlib import Path

import dns.flags
import dns.message
import dns.rrset
import pytest
from loading import codes, items, problem
from nameserver import NameServer, OneByOne, resolver_configuration

from identify.config.hostnames import SystemResolver
from identify.configuration import Configuration

ROOT = Path(__file__).parents[2]
SOON = 0.25
A = {"A": ["10.0.0.1"]}
BOTH = {"A": ["10.0.0.1"], "AAAA": ["2001:db8::1"]}
TARGET = {"t.ex.com": {"A": ["10.0.0.9"]}}


def srv(*targets):
    """Return an entry with SRV records, each of its own priority."""
    return {"SRV": [[number, 1, 5060, target] for number, target in enumerate(targets, 1)]}


def loaded(
    folder,
    body,
    zone,
    *,
    wizard="",
    one_by_one=True,
    files=None,
    options="",
    hosts="",
    search="",
    server=None,
    **more,
):
    """Load an identify ``i`` with these lines; return the configuration, the questions as text, and the resolver."""
    with NameServer(zone, **(server or {})) as asked:
        files = files or resolver_configuration(folder, options=options, hosts=hosts, search=search)
        more = {"asterisk_here": True, "timeout": SOON if "timeout" in str(zone) else None, **more}
        resolver = SystemResolver(**files, port=asked.port, **more)
        configuration = Configuration.from_files(
            {
                "pjsip.conf": f"[e]\ntype=endpoint\n[i]\ntype=identify\nendpoint=e\n{body}\n",
                "pjsip_wizard.conf": wizard,
            },
            resolver=OneByOne(resolver) if one_by_one else resolver,
        )
    assert asked.with_options == 0
    return configuration, [f"{name} {kind}" for name, kind in asked.asked], resolver


def refused(configuration):
    """Return the reason why the identify ``i`` was refused, in the words of the resolver, without a hint."""
    assert "i" not in configuration.identifies
    assert not configuration.unknowns
    return problem(configuration, "match-name").message.partition("; ")[0].rpartition(": ")[2]


SERVICES = ["_sip._udp.a.ex.com SRV", "_sip._tcp.a.ex.com SRV", "_sips._tcp.a.ex.com SRV"]
ADDRESSES = ["a.ex.com A", "a.ex.com AAAA"]

#: What is asked: the lines of the identify, the zone, the items and the questions.
QUESTIONS = {
    "no SRV": ("match=a.ex.com", {"a.ex.com": BOTH}, ["10.0.0.1/32", "2001:db8::1/128"], SERVICES + ADDRESSES),
    "SRV of all three": (
        "match=a.ex.com",
        {
            "_sip._udp.a.ex.com": srv("u.ex.com"),
            "_sip._tcp.a.ex.com": srv("t.ex.com"),
            "_sips._tcp.a.ex.com": srv("s.ex.com"),
            "a.ex.com": A,
            "u.ex.com": {"A": ["10.0.0.2"]},
            "t.ex.com": {"AAAA": ["2001:db8::2"]},
            "s.ex.com": {"A": ["10.0.0.3"]},
        },
        ["10.0.0.2/32", "2001:db8::2/128", "10.0.0.3/32"],
        [
            SERVICES[0], "u.ex.com A", "u.ex.com AAAA",
            SERVICES[1], "t.ex.com A", "t.ex.com AAAA",
            SERVICES[2], "s.ex.com A", "s.ex.com AAAA",
        ],
    ),
    "SRV of sips only": (
        "match=a.ex.com", {"_sips._tcp.a.ex.com": srv("t.ex.com"), "a.ex.com": A, **TARGET}, ["10.0.0.9/32"],
        [*SERVICES, "t.ex.com A", "t.ex.com AAAA"],
    ),
    "by priority": (
        "match=a.ex.com",
        {
            "_sip._udp.a.ex.com": {"SRV": [[20, 1, 1, "10.0.0.4"], [5, 1, 1, "10.0.0.1"], [10, 0, 1, "10.0.0.2"], [10, 0, 1, "10.0.0.3"]]},
        },
        ["10.0.0.1/32", "10.0.0.2/32", "10.0.0.3/32", "10.0.0.4/32"],
        SERVICES,
    ),
    "srv_lookups=no": ("match=a.ex.com\nsrv_lookups=no", {"a.ex.com": A}, ["10.0.0.1/32"], ADDRESSES),
    "srv_lookups=maybe": ("srv_lookups=maybe\nmatch=a.ex.com", {"a.ex.com": A}, ["10.0.0.1/32"], ADDRESSES),
    "a port": ("match=a.ex.com:5070", {"a.ex.com": A, "_sip._udp.a.ex.com": srv("t")}, ["10.0.0.1:5070/32"], ADDRESSES),
    "port 0": ("match=a.ex.com:0", {"a.ex.com": A}, ["10.0.0.1/32"], ADDRESSES),
    "a colon": ("match=a.ex.com:", {"a.ex.com": A}, ["10.0.0.1/32"], ADDRESSES),
    "port sip": ("match=a.ex.com:sip", {"a.ex.com": A}, ["10.0.0.1:5060/32"], ADDRESSES),
    "port 70000": ("match=a.ex.com:70000", {"a.ex.com": A}, ["10.0.0.1:4464/32"], ADDRESSES),
    "a blank before the port": ("match=a.ex.com: 5061", {"a.ex.com": A}, ["10.0.0.1:5061/32"], ADDRESSES),
    "brackets": (
        "match=[a.ex.com]", {"a.ex.com": A}, ["10.0.0.1/32"],
        [*(name.replace("a.ex.com", "[a.ex.com]") for name in SERVICES), *ADDRESSES],
    ),
    "brackets and a port": ("match=[a.ex.com]:5061", {"a.ex.com": A}, ["10.0.0.1:5061/32"], ADDRESSES),
    "SRV of brackets": (
        "match=[a.ex.com]", {"_sip._udp.[a.ex.com]": srv("t.ex.com"), **TARGET}, ["10.0.0.9/32"],
        ["_sip._udp.[a.ex.com] SRV", "t.ex.com A", "t.ex.com AAAA", "_sip._tcp.[a.ex.com] SRV", "_sips._tcp.[a.ex.com] SRV"],
    ),
    "as written": ("match=A.Ex.COM.\nsrv_lookups=no", {"a.ex.com": A}, ["10.0.0.1/32"], ["A.Ex.COM A", "A.Ex.COM AAAA"]),
    "SRV of a name with a dot": ("match=a.ex.com.", {"a.ex.com": A}, ["10.0.0.1/32"], SERVICES + ADDRESSES),
    "an alias of the owner": (
        "match=a.ex.com",
        {"_sip._udp.a.ex.com": {"CNAME": "x.net"}, "x.net": srv("t.ex.com"), **TARGET},
        ["10.0.0.9/32"], [SERVICES[0], "t.ex.com A", "t.ex.com AAAA", *SERVICES[1:]],
    ),
    "an alias of a target": (
        "match=a.ex.com",
        {"_sip._udp.a.ex.com": srv("x.net"), "x.net": {"CNAME": "t.ex.com"}, **TARGET},
        ["10.0.0.9/32"], [SERVICES[0], "x.net A", "x.net AAAA", *SERVICES[1:]],
    ),
    "SRV below an alias": (
        "match=a.ex.com",
        {"a.ex.com": {"CNAME": "b.ex.com"}, "b.ex.com": A, "_sip._udp.b.ex.com": srv("t.ex.com"), **TARGET},
        ["10.0.0.1/32"], SERVICES + ADDRESSES,
    ),
    "a mapped address": ("match=a.ex.com:", {"a.ex.com": {"AAAA": ["::ffff:10.0.0.9"]}}, ["10.0.0.9/32"], ADDRESSES),
    "unusual addresses": (
        "match=a.ex.com:", {"a.ex.com": {"A": ["0.0.0.0"], "AAAA": ["fe80::1", "::"]}}, ["0.0.0.0/32", "fe80::1/128", "::/128"], ADDRESSES,
    ),
    "one address twice": ("match=a.ex.com:", {"a.ex.com": {"A": ["10.0.0.1", "10.0.0.1"]}}, ["10.0.0.1/32"], ADDRESSES),
    "a literal covers SRV": (
        "match=10.0.0.9,a.ex.com", {"_sip._udp.a.ex.com": srv("t.ex.com"), "a.ex.com": A, **TARGET}, ["10.0.0.9/32", "10.0.0.1/32"],
        [SERVICES[0], "t.ex.com A", "t.ex.com AAAA", *SERVICES[1:], *ADDRESSES],
    ),
}  # fmt: skip


@pytest.mark.parametrize("about", QUESTIONS)
def test_questions(about, tmp_path):
    """What is asked for a name, in which order, and what the answers add."""
    body, zone, expected, asked = QUESTIONS[about]
    configuration, questions, _ = loaded(tmp_path, body, zone)

    assert items(configuration) == expected
    assert questions == asked


@pytest.mark.parametrize("about", QUESTIONS)
def test_questions_all_at_once(about, tmp_path):
    """Prepared, the same questions are sent, and the answers add the same."""
    body, zone, expected, asked = QUESTIONS[about]
    configuration, questions, _ = loaded(tmp_path, body, zone, one_by_one=False)

    assert items(configuration) == expected
    assert sorted(questions) == sorted(asked)


@pytest.mark.parametrize("value", ["a.ex.com/32", "a.ex.com:5061/24", "!a.ex.com/32", "a.ex.com:abc"])
def test_nothing_is_asked_for_a_bad_item(value, tmp_path):
    """A name with a mask is never resolved, and a port that isn't one refuses without a question."""
    configuration, questions, _ = loaded(tmp_path, f"match={value}", {"a.ex.com": A})

    assert "i" not in configuration.identifies
    assert questions == []


def test_one_name_in_several_identifies(tmp_path):
    """It is asked again for each as Asterisk does, and once where it is prepared."""
    body = "match=a.ex.com:\n[j]\ntype=identify\nendpoint=e\nmatch=a.ex.com:"

    assert loaded(tmp_path, body, {"a.ex.com": A})[1] == ADDRESSES * 2
    assert loaded(tmp_path, body, {"a.ex.com": A}, one_by_one=False)[1] == ADDRESSES


def test_search_domains_for_services(tmp_path):
    """The number of dots of the whole name of the service decides which is asked first, and a dot ends the search."""
    zone = {"_sip._udp.pbx.ex.com": srv("10.0.0.9")}

    configuration, questions, _ = loaded(tmp_path, "match=pbx", zone, search="ex.com")
    assert items(configuration) == ["10.0.0.9/32"]
    assert questions[:2] == ["_sip._udp.pbx SRV", "_sip._udp.pbx.ex.com SRV"]
    _, questions, _ = loaded(tmp_path, "match=pbx", zone, search="ex.com", options="ndots:5")
    assert questions[:2] == ["_sip._udp.pbx.ex.com SRV", "_sip._tcp.pbx.ex.com SRV"]
    configuration, questions, _ = loaded(tmp_path, "match=pbx.", zone, search="ex.com")
    assert questions == [f"{name}.pbx SRV" for name in ("_sip._udp", "_sip._tcp", "_sips._tcp")] + [
        "pbx A",
        "pbx AAAA",
    ]
    assert refused(configuration) == "Name or service not known"


def test_a_search_domain_that_makes_the_name_too_long(tmp_path):
    """It is skipped; the name itself is asked."""
    name, domain = ".".join(["a" * 60] * 3), ".".join(["b" * 60] * 3)
    configuration, questions, _ = loaded(
        tmp_path, f"match={name}:", {name: A}, search=domain, options="ndots:9"
    )

    assert items(configuration) == ["10.0.0.1/32"]
    assert questions == [f"{name} A", f"{name} AAAA"]


def test_hosts_file(tmp_path):
    """All addresses of all lines, before DNS and in any case; SRV records are asked first all the same, and win."""
    hosts = "10.1.1.1 h.ex.com h # first\n10.1.1.2 H.EX.COM\n10.1.1.3 t.ex.com\n"
    services = [f"{name}.h.ex.com SRV" for name in ("_sip._udp", "_sip._tcp", "_sips._tcp")]
    zone = {"h.ex.com": A}

    configuration, questions, _ = loaded(tmp_path, "match=h.ex.com", zone, hosts=hosts)
    assert items(configuration) == ["10.1.1.1/32", "10.1.1.2/32"]
    assert questions == services
    assert items(loaded(tmp_path, "match=H:", zone, hosts=hosts)[0]) == ["10.1.1.1/32"]
    zone["_sip._udp.h.ex.com"] = srv("t.ex.com")
    assert items(loaded(tmp_path, "match=h.ex.com", {**zone, **TARGET}, hosts=hosts)[0]) == ["10.1.1.3/32"]
    assert items(loaded(tmp_path, "match=h.ex.com.:", {**zone, **TARGET}, hosts=hosts)[0]) == ["10.0.0.1/32"]


def test_localhost(tmp_path):
    """It is in the hosts file, and its SRV records are asked too."""
    configuration, questions, _ = loaded(
        tmp_path, "match=localhost", {}, hosts="127.0.0.1 localhost\n::1 localhost\n"
    )

    assert set(items(configuration)) == {"::1/128", "127.0.0.1/32"}
    assert len(questions) == 3


NO_NAME, NO_DATA, TEMPORARY = (
    "Name or service not known",
    "No address associated with hostname",
    "Temporary failure in name resolution",
)
FAILS = {
    "NXDOMAIN": ({}, NO_NAME),
    "an alias to nothing": ({"a.ex.com": {"CNAME": "b.ex.com"}}, NO_NAME),
    "aliases in a circle": ({"a.ex.com": {"CNAME": "b.c"}, "b.c": {"CNAME": "a.ex.com"}}, NO_NAME),
    "no data": ({"a.ex.com": {}}, NO_DATA),
    "something below it": ({"x.a.ex.com": A}, NO_DATA),
    "SERVFAIL": ({"a.ex.com": {"rcode": "SERVFAIL"}}, TEMPORARY),
    "REFUSED": ({"a.ex.com": {"rcode": "REFUSED"}}, TEMPORARY),
    "silence": ({"a.ex.com": {"rcode": "timeout"}}, TEMPORARY),
    "A silent": ({"a.ex.com": {**BOTH, "rcode": {"A": "timeout"}}}, TEMPORARY),
    "a target that isn't there": (
        {
            "a.ex.com": A,
            "_sip._udp.a.ex.com": srv("t.ex.com", "gone"),
            "_sip._tcp.a.ex.com": srv("t.ex.com"),
            **TARGET,
        },
        NO_NAME,
    ),
    "a target that isn't there, first": (
        {"a.ex.com": A, "_sip._udp.a.ex.com": srv("gone", "t.ex.com"), **TARGET},
        NO_NAME,
    ),
    "a target that isn't there, elsewhere": (
        {"a.ex.com": A, "_sip._udp.a.ex.com": srv("t.ex.com"), "_sips._tcp.a.ex.com": srv("gone"), **TARGET},
        NO_NAME,
    ),
    "a target without data": ({"_sip._udp.a.ex.com": srv("gone"), "gone": {}}, NO_DATA),
    "no service": ({"a.ex.com": A, "_sip._udp.a.ex.com": srv(".", "t.ex.com"), **TARGET}, NO_NAME),
    "a target with a hyphen first": ({"_sip._udp.a.ex.com": srv("-t.ex.com"), "-t.ex.com": A}, NO_NAME),
}


@pytest.mark.parametrize("about", FAILS)
@pytest.mark.parametrize("one_by_one", [True, False], ids=["one by one", "prepared"])
def test_refused(about, one_by_one, tmp_path):
    """Refused with getaddrinfo's reason, literals and all; another identify isn't affected."""
    zone, reason = FAILS[about]
    body = "match=a.ex.com,192.0.2.1\n[other]\ntype=identify\nendpoint=e\nmatch=192.0.2.2,good.ex.com:"
    configuration, _, _ = loaded(
        tmp_path, body, {"good.ex.com": A, **zone}, one_by_one=one_by_one, options="attempts:1"
    )

    assert refused(configuration) == reason
    assert items(configuration, "other") == ["192.0.2.2/32", "10.0.0.1/32"]


def test_names_after_a_failure_are_not_asked(tmp_path):
    """Of one identify, in the order of the hash table; prepared, all are asked at once."""
    body = "srv_lookups=no\nmatch=host12.ex.com,host10.ex.com"

    assert loaded(tmp_path, body, {"host10.ex.com": A})[1] == ["host12.ex.com A", "host12.ex.com AAAA"]
    assert len(loaded(tmp_path, body, {"host10.ex.com": A}, one_by_one=False)[1]) == 4


@pytest.mark.parametrize("rcode", ["NXDOMAIN", "SERVFAIL", "REFUSED", "timeout"])
def test_failing_services(rcode, tmp_path):
    """They are as if there were none: the others are asked, or the name itself; failures are sent twice."""
    zone = {"_sip._udp.a.ex.com": {"rcode": rcode}, "a.ex.com": A}
    times = 1 if rcode == "NXDOMAIN" else 2

    configuration, questions, _ = loaded(tmp_path, "match=a.ex.com", zone)
    assert items(configuration) == ["10.0.0.1/32"]
    assert questions == [SERVICES[0]] * times + SERVICES[1:] + ADDRESSES
    zone |= {"_sip._tcp.a.ex.com": srv("t.ex.com"), **TARGET}
    assert items(loaded(tmp_path, "match=a.ex.com", zone)[0]) == ["10.0.0.9/32"]


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ({**BOTH, "rcode": {"A": "SERVFAIL"}}, "2001:db8::1/128"),
        ({**BOTH, "rcode": {"AAAA": "SERVFAIL"}}, "10.0.0.1/32"),
        ({**BOTH, "rcode": {"AAAA": "NXDOMAIN"}}, "10.0.0.1/32"),
        ({**BOTH, "rcode": {"A": "NXDOMAIN"}}, "2001:db8::1/128"),
        ({**BOTH, "rcode": {"AAAA": "timeout"}}, "10.0.0.1/32"),
    ],
)
def test_one_type_fails(entry, expected, tmp_path):
    """The other type's addresses are used."""
    assert items(loaded(tmp_path, "match=a.ex.com:", {"a.ex.com": entry})[0]) == [expected]


def test_covered_services_need_an_address(tmp_path):
    """If literals cover all SRV targets and the name has no address, the identify is refused."""
    zone = {"_sip._udp.a.ex.com": srv("t.ex.com"), **TARGET}

    assert refused(loaded(tmp_path, "match=10.0.0.9,a.ex.com", zone)[0]) == NO_DATA
    configuration, _, _ = loaded(tmp_path, "match=10.0.0.0/8,a.ex.com", {**zone, "a.ex.com": A})
    assert codes(configuration) == {"match-name-adds-nothing"}


def test_truncated_answers(tmp_path):
    """They are asked again over TCP, and all of the answer is used, without any limit on addresses."""
    many = {
        "A": [f"10.{n // 250}.{n % 250}.1" for n in range(1000)],
        "AAAA": [f"2001:db8::{n:x}" for n in range(500)],
    }
    targets = {"SRV": [[1, 1, 5060, f"10.9.0.{n}"] for n in range(30)]}

    assert len(items(loaded(tmp_path, "match=a.ex.com:", {"a.ex.com": many})[0])) == 1500
    assert len(items(loaded(tmp_path, "match=a.ex.com", {"_sip._udp.a.ex.com": targets})[0])) == 30


def test_truncated_without_tcp(tmp_path):
    """Addresses then fail, and the part in the datagram isn't used; SRV records are as if there were none."""
    zone = {
        "a.ex.com": {**A, "tc": True},
        "_sip._udp.b.ex.com": {**srv("10.0.0.9"), "tc": True},
        "b.ex.com": A,
    }
    refusing = {"tcp": "refuse"}

    assert refused(loaded(tmp_path, "match=a.ex.com:", zone, server=refusing)[0]) == TEMPORARY
    assert items(loaded(tmp_path, "match=b.ex.com", zone, server=refusing)[0]) == ["10.0.0.1/32"]


def services_of(size):
    """Return SRV records whose answer has exactly that many bytes, names in full, and how many there are.

    A record has 18 bytes for its owner, 10 of numbers, 6 of priority, weight and port, and its target's name.
    """
    owner, head = len("_sip._udp.a.ex.com") + 2, 12 + len("_sip._udp.a.ex.com") + 2 + 4
    each = owner + 10 + 6 + len("n00000.ex.com") + 2
    count, rest = divmod(size - head, each)
    names = [f"n{number:05}.ex.com" for number in range(count)]
    names[0] = "x" * rest + names[0]
    return {"SRV": [[1, 1, 5060, name] for name in names]}, dict.fromkeys(names, A)


@pytest.mark.parametrize(("size", "usable"), [(4096, True), (4097, False), (4103, False)])
def test_long_service_answers(size, usable, tmp_path):
    """An SRV answer of more than 4096 bytes as sent is as if there were none."""
    services, targets = services_of(size)
    zone = {"_sip._udp.a.ex.com": services, **targets, "a.ex.com": {"A": ["10.0.0.2"]}}
    configuration, _, _ = loaded(
        tmp_path, "match=a.ex.com", zone, one_by_one=False, server={"compressed": False}
    )

    assert items(configuration) == ["10.0.0.1/32" if usable else "10.0.0.2/32"]


def test_compressed_service_answers(tmp_path):
    """The size counts as sent: compressed by the server, many more targets fit."""
    services, targets = services_of(4500)
    zone = {"_sip._udp.a.ex.com": services, **targets, "a.ex.com": {"A": ["10.0.0.2"]}}

    assert items(loaded(tmp_path, "match=a.ex.com", zone, one_by_one=False)[0]) == ["10.0.0.1/32"]


@pytest.mark.parametrize("kind", ["SRV", "A"])
def test_tcp_that_hangs(kind, tmp_path):
    """Where Asterisk would wait without limit, the name isn't known, and the reason says so."""
    zone = {"a.ex.com": {**A, "tc": True}, "_sip._udp.a.ex.com": {**srv("10.0.0.9"), "tc": True}}
    begun = time.monotonic()
    configuration, _, _ = loaded(
        tmp_path, "match=a.ex.com" + (":" if kind == "A" else ""), zone, server={"tcp": "hang"}, timeout=SOON
    )

    assert time.monotonic() - begun < 20 * SOON
    (unknown,) = configuration.unknowns
    assert "no answer over TCP" in unknown.reason
    assert unknown.reason.endswith("Asterisk waits for it without limit")


WORK = ["my_host", "_x", "x-.ex.com", "xn--bcher-kva.ex.com", "single", "dead.beef", "1.2.3.x", "999.1.1.1", "1.2.3.4.5",
        "10.0.0.300", "0x7f.x", "1.2.3.4-1.2.3.9", "1.2.3.4."]  # fmt: skip
SERVICE_ONLY = ["!a.ex.com", "-x.ex.com", "*.ex.com", "a@ex.com", "a b.ex.com", "b\u00fccher.ex.com"]
NEVER = ["x" * 64 + ".ex.com", "a..ex.com", ".ex.com", "fe80::1%eth9", "a:b:c"]


@pytest.mark.parametrize("name", WORK)
def test_odd_names_that_work(name, tmp_path):
    """Names that look like nothing, or like addresses, are asked and work if DNS has them."""
    configuration, questions, _ = loaded(tmp_path, f"match={name}", {name.rstrip("."): A})

    assert items(configuration) == ["10.0.0.1/32"]
    assert questions[-1] == f"{name.rstrip('.')} AAAA"


@pytest.mark.parametrize("name", SERVICE_ONLY)
@pytest.mark.parametrize("one_by_one", [True, False], ids=["one by one", "prepared"])
def test_odd_names_of_services(name, one_by_one, tmp_path):
    """SRV records are asked of the literal name, and work; addresses never are, though DNS has some."""
    configuration, questions, _ = loaded(tmp_path, f"match={name}", {name: A}, one_by_one=one_by_one)
    assert refused(configuration) == NO_NAME
    assert questions == [f"{service}.{name} SRV" for service in ("_sip._udp", "_sip._tcp", "_sips._tcp")]

    zone = {name: A, f"_sip._udp.{name}": srv("_t.ex.com"), "_t.ex.com": {"A": ["10.0.0.9"]}}
    assert items(loaded(tmp_path, f"match={name}", zone)[0]) == ["10.0.0.9/32"]


@pytest.mark.parametrize("name", NEVER)
def test_odd_names_that_nobody_is_asked_for(name, tmp_path):
    """They are refused without a question."""
    configuration, questions, _ = loaded(tmp_path, f"match={name}", {})

    assert "i" not in configuration.identifies
    assert questions == []


def test_root(tmp_path):
    """A single dot asks for the addresses of the root."""
    configuration, questions, _ = loaded(tmp_path, "match=.\nsrv_lookups=no", {})

    assert refused(configuration) in (NO_NAME, NO_DATA)
    assert questions == [" A", " AAAA"]


def test_wizard(tmp_path):
    """``remote_hosts`` are items of ``match``, ``srv_lookups`` is passed on, and what replaces them isn't asked."""
    wizard = (
        "[w]\ntype=wizard\nremote_hosts=a.ex.com:5070, b.ex.com\nidentify/srv_lookups=no\n"
        "[v]\ntype=wizard\nremote_hosts=c.ex.com\nidentify/match=192.0.2.9\n"
        "[r]\ntype=wizard\nremote_hosts=d.ex.com\naccepts_registrations=yes\n"
        "[f]\ntype=wizard\nremote_hosts=gone.ex.com\n"
    )
    zone = {"a.ex.com": A, "b.ex.com": {"A": ["10.0.0.2"]}, "c.ex.com": A, "d.ex.com": A}
    configuration, questions, _ = loaded(tmp_path, "match=192.0.2.1", zone, wizard=wizard)

    assert sorted(items(configuration, "w-identify")) == ["10.0.0.1:5070/32", "10.0.0.2/32"]
    assert items(configuration, "v-identify") == ["192.0.2.9/32"]
    assert "f-identify" not in configuration.identifies
    assert "f" in configuration.endpoints
    assert not any("c.ex.com" in one or "d.ex.com" in one for one in questions)


def test_servers_in_order(tmp_path):
    """A port that refuses costs no time; a silent server is given the timeout, for each attempt."""
    with NameServer({"a.ex.com": A}) as good:
        zone = {"a.ex.com": {"rcode": "timeout"}}
        with NameServer(zone, host="127.0.0.2", port=good.port) as silent:
            files = resolver_configuration(
                tmp_path, servers=("127.0.0.3", "127.0.0.2", "127.0.0.1"), options="attempts:1"
            )
            resolver = SystemResolver(**files, port=good.port, timeout=SOON)
            assert resolver.addresses("a.ex.com") == ("10.0.0.1",)

    outcomes = [(query.server, query.outcome) for query in resolver.queries if query.type == "A"]
    assert outcomes == [("127.0.0.3", "unreachable"), ("127.0.0.2", "no answer"), ("127.0.0.1", "answered")]
    assert len(silent.asked) == 2


def test_timeouts_add_up_as_asterisks_do(tmp_path):
    """Silence takes the timeout for each attempt, at each of four queries in a row."""
    zone = {"a.ex.com": {"rcode": "timeout"}, **{name.split()[0]: {"rcode": "timeout"} for name in SERVICES}}
    begun = time.monotonic()
    _, questions, _ = loaded(tmp_path, "match=a.ex.com", zone, options="attempts:2")

    assert questions == [name for name in SERVICES for _ in range(2)] + ADDRESSES * 2
    assert 8 * SOON <= time.monotonic() - begun < 16 * SOON


def test_silent_aaaa(tmp_path):
    """It is asked three times before A alone is used; a silent A twice, before the name fails."""
    for kind, asked in (("AAAA", ADDRESSES * 3), ("A", [*ADDRESSES, ADDRESSES[0]])):
        zone = {"a.ex.com": {**BOTH, "rcode": {kind: "timeout"}}}
        assert loaded(tmp_path, "match=a.ex.com:", zone, options="attempts:1")[1] == asked


def test_without_resolv_conf(tmp_path):
    """An empty or missing file asks 127.0.0.1."""
    files = resolver_configuration(tmp_path, text="")

    assert items(loaded(tmp_path, "match=a.ex.com:", {"a.ex.com": A}, files=files)[0]) == ["10.0.0.1/32"]
    files["resolv_conf"] = str(tmp_path / "missing")
    assert items(loaded(tmp_path, "match=a.ex.com:", {"a.ex.com": A}, files=files)[0]) == ["10.0.0.1/32"]


def test_answers_that_are_none(tmp_path):
    """A datagram that can't be read is as good as silence."""
    configuration, _, _ = loaded(
        tmp_path, "match=a.ex.com:", {"a.ex.com": A}, server={"garbage": b"\x80"}, timeout=SOON
    )

    assert refused(configuration) == TEMPORARY


def added(place, *records):
    """Return what adds records to a response, each an owner, a class, a type and a value."""

    def change(response):
        section = getattr(response, place)
        section[:] = [dns.rrset.from_text(owner, 300, *record) for owner, *record in records]

    return change


OTHERS = {
    "another name": ([("evil.net.", "IN", "A", "10.6.6.6"), ("a.ex.com.", "IN", "A", "10.0.0.1")], ["10.0.0.1/32"]),
    "another case": ([("A.EX.com.", "IN", "A", "10.0.0.1")], ["10.0.0.1/32"]),
    "only another name": ([("evil.net.", "IN", "A", "10.6.6.6")], NO_NAME),
    "beside an alias": ([("a.ex.com.", "IN", "CNAME", "b.net."), ("evil.net.", "IN", "A", "10.6.6.6")], NO_NAME),
    "before its alias": ([("b.net.", "IN", "A", "10.6.6.6"), ("a.ex.com.", "IN", "CNAME", "b.net.")], NO_NAME),
    "another class": ([("a.ex.com.", "CH", "A", "b.net. 12")], NO_NAME),
}  # fmt: skip


@pytest.mark.parametrize("about", OTHERS)
def test_records_of_others(about, tmp_path):
    """Addresses of other names and classes than what was asked for are ignored, as the C library does."""
    records, expected = OTHERS[about]
    configuration, _, _ = loaded(
        tmp_path, "match=a.ex.com:", {"a.ex.com": A}, server={"change": added("answer", *records)}
    )

    assert (refused(configuration) if isinstance(expected, str) else items(configuration)) == expected


def test_services_of_another_class(tmp_path):
    """They are as if there were none."""
    record = ("_sip._udp.a.ex.com.", "CH", "SRV", r"\# 3 000000")
    configuration, _, _ = loaded(
        tmp_path, "match=a.ex.com", {"a.ex.com": A}, server={"change": added("answer", record)}
    )

    assert refused(configuration) == NO_NAME


def without_recursion(response):
    """Make a response that of a server which doesn't ask others."""
    response.flags &= ~dns.flags.RA


REFERRAL = {"change": without_recursion}


def test_a_referral(tmp_path):
    """A server that neither recurses nor has the name says nothing about it: the next one is asked."""
    zone = {"a.ex.com": {}}
    configuration, questions, _ = loaded(tmp_path, "match=a.ex.com:", zone, server=REFERRAL)
    assert refused(configuration) == TEMPORARY
    assert questions == ADDRESSES * 2
    configuration, _, _ = loaded(
        tmp_path, "match=a.ex.com:", zone, server=REFERRAL, asterisk_here=False, options="attempts:1"
    )
    assert configuration.unknowns[0].reason == (
        "no answer here: 127.0.0.1 answered with a referral to others for A a.ex.com"
    )
    assert items(loaded(tmp_path, "match=a.ex.com:", {"a.ex.com": A}, server=REFERRAL)[0]) == ["10.0.0.1/32"]

    with NameServer({"a.ex.com": A}) as good, NameServer(zone, host="127.0.0.2", port=good.port, **REFERRAL):
        files = resolver_configuration(tmp_path, servers=("127.0.0.2", "127.0.0.1"))
        assert SystemResolver(**files, port=good.port).addresses("a.ex.com") == ("10.0.0.1",)


@pytest.mark.parametrize(
    ("rcode", "times"), [("SERVFAIL", 2), ("REFUSED", 2), ("NOTIMP", 2), ("FORMERR", 1), ("YXDOMAIN", 1)]
)
def test_response_codes_and_the_next_server(rcode, times, tmp_path):
    """After some the next server is asked; others end the query, and the name has no address."""
    entry = {"a.ex.com": {"rcode": rcode}}
    with NameServer({"a.ex.com": A}) as good, NameServer(entry, host="127.0.0.2", port=good.port):
        files = resolver_configuration(tmp_path, servers=("127.0.0.2", "127.0.0.1"), options="attempts:1")
        for here in (True, False):
            text = {"pjsip.conf": "[e]\ntype=endpoint\n[i]\ntype=identify\nendpoint=e\nmatch=a.ex.com:\n"}
            resolver = SystemResolver(**files, port=good.port, asterisk_here=here)
            configuration = Configuration.from_files(text, resolver=resolver)
            assert len(resolver.queries) == 2 * times
            if times == 2:
                assert items(configuration) == ["10.0.0.1/32"]
            elif here:
                assert refused(configuration) == NO_NAME
            else:
                assert configuration.unknowns[0].reason.endswith(f"answered {rcode} for A a.ex.com")


@pytest.mark.parametrize(
    ("first", "expected"),
    [
        ("REFUSED", TEMPORARY),
        ("FORMERR", NO_NAME),
        ("SERVFAIL", ["10.0.0.9/32"]),
        ("NXDOMAIN", ["10.0.0.9/32"]),
    ],
)
def test_the_root_as_search_domain(first, expected, tmp_path):
    """``search .`` stands for the name itself: if that has no answer, the domains after it aren't tried."""
    zone = {"a.ex.com": {"rcode": first}, "a.ex.com.net": {"A": ["10.0.0.9"]}}
    configuration, _, _ = loaded(tmp_path, "match=a.ex.com:", zone, search=". net", options="attempts:1")

    assert (refused(configuration) if isinstance(expected, str) else items(configuration)) == expected


def winding(links):
    """Return a response for A of a.ex.com without its id: many records, whose owner is a chain of pointers."""
    question = b"\1a\2ex\3com\0\0\1\0\1"
    chain = 12 + len(question) + 11
    pointers = [12, *(chain + 2 * number for number in range(links - 1))]
    data = b"".join(struct.pack("!H", 0xC000 | target) for target in pointers)
    body = question + b"\0" + struct.pack("!HHIH", 10, 1, 0, len(data)) + data
    owner = struct.pack("!H", 0xC000 | chain + 2 * (links - 1))
    record = owner + struct.pack("!HHIH4s", 1, 1, 300, 4, b"\x0a\0\0\1")
    count = 2900
    return struct.pack("!HHHHH", 0x8180, 1, 1 + count, 0, 0) + body + record * count


@pytest.mark.parametrize(("links", "parsed"), [(100, True), (128, False), (8000, False)])
def test_names_of_pointers(links, parsed, tmp_path, monkeypatch):
    """A response in which a name is a long chain of pointers isn't parsed, which could take minutes."""
    sizes = []
    from_wire = dns.message.from_wire

    def noted(data, *arguments, **options):
        sizes.append(len(data))
        return from_wire(data, *arguments, **options)

    monkeypatch.setattr("dns.message.from_wire", noted)
    configuration, _, _ = loaded(
        tmp_path,
        "match=a.ex.com:",
        {},
        files=resolver_configuration(tmp_path, options="no-aaaa attempts:1"),
        server={"garbage": winding(links)},
        timeout=2,
    )

    assert (max(sizes) > 10_000) is parsed
    assert parsed or refused(configuration) == TEMPORARY


def test_bind_of_a_transport(tmp_path):
    """A name in ``bind`` is asked for its addresses too."""
    body = "match=192.0.2.1\n[t]\ntype=transport\nbind=a.ex.com:5080"
    configuration, questions, _ = loaded(tmp_path, body, {"a.ex.com": A}, one_by_one=False)

    assert configuration.transports["t"].address == "10.0.0.1:5080"
    assert questions == ADDRESSES


UNKNOWN = {
    "silence": ({"a.ex.com": {"rcode": "timeout"}}, "gave no answer for A a.ex.com"),
    "SERVFAIL": ({"a.ex.com": {"rcode": "SERVFAIL"}}, "answered SERVFAIL for A a.ex.com"),
    "REFUSED": ({"a.ex.com": {"rcode": "REFUSED"}}, "answered REFUSED for A a.ex.com"),
    "a silent service": (
        {"_sip._tcp.a.ex.com": {"rcode": "timeout"}, "a.ex.com": A},
        "gave no answer for SRV _sip._tcp.a.ex.com",
    ),
    "a silent type": (
        {"a.ex.com": {**BOTH, "rcode": {"AAAA": "timeout"}}},
        "gave no answer for AAAA a.ex.com",
    ),
}


@pytest.mark.parametrize("about", UNKNOWN)
@pytest.mark.parametrize("one_by_one", [True, False], ids=["one by one", "prepared"])
def test_no_answer_here(about, one_by_one, tmp_path):
    """Without ``asterisk_here`` the identify is unknown, with a reason that says who didn't answer what."""
    zone, reason = UNKNOWN[about]
    configuration, questions, resolver = loaded(
        tmp_path,
        "match=a.ex.com,192.0.2.1",
        zone,
        one_by_one=one_by_one,
        asterisk_here=False,
        options="attempts:1",
    )

    assert not configuration.identifies
    (unknown,) = configuration.unknowns
    assert unknown.reason == f"no answer here: 127.0.0.1 {reason}"
    assert [rule.text for rule in unknown.identify.addresses] == ["192.0.2.1"]
    assert one_by_one or (ADDRESSES[0] in questions) == ("service" not in about)
    if not one_by_one:
        assert resolver.summary().startswith("resolved 1 name (1 without an answer) in ")


@pytest.mark.parametrize(
    "zone", [{}, {"a.ex.com": {}}, {"a.ex.com": {"CNAME": "gone"}}], ids=["NXDOMAIN", "no data", "alias"]
)
def test_answers_refuse_everywhere(zone, tmp_path):
    """That a name has no address is an answer, which Asterisk gets elsewhere too."""
    configuration, _, _ = loaded(tmp_path, "match=a.ex.com", zone, asterisk_here=False)

    assert refused(configuration) in (NO_NAME, NO_DATA)


def many(count):
    """Return the lines of an identify with many names, and a zone in which nobody answers."""
    names = [f"host{number}.ex.com" for number in range(count)]
    zone = {name: {"rcode": "timeout"} for name in names}
    return f"srv_lookups=no\nmatch={','.join(names)}", zone


def test_names_are_asked_in_parallel(tmp_path):
    """Many silent names take about as long as a few, where Asterisk waits for one after the other."""
    body, zone = many(48)
    begun = time.monotonic()
    loaded(tmp_path, body, zone, one_by_one=False, options="attempts:1")

    assert time.monotonic() - begun < 24 * SOON


def test_total_time(tmp_path):
    """After the time for all names, those without an answer aren't known, and nothing more is asked."""
    body, zone = many(80)
    begun = time.monotonic()
    configuration, questions, resolver = loaded(tmp_path, body, zone, one_by_one=False, timeout=30, total=0.3)

    assert time.monotonic() - begun < 10
    (unknown,) = configuration.unknowns
    assert {name.reason for name in unknown.identify.unresolved} == {"no answer here: not within 0.3 seconds"}
    assert len(unknown.identify.unresolved) == len(resolver.answers.addresses) == 80
    # Only what was sent before: queries wait for each other.
    assert len(questions) <= 2 * 16


def test_cancel(tmp_path):
    """An event ends the queries at once; the names aren't known then."""
    body, zone = many(3)
    cancel = threading.Event()
    timer = threading.Timer(0.2, cancel.set)
    timer.start()
    begun = time.monotonic()
    configuration, _, _ = loaded(tmp_path, body, zone, one_by_one=False, timeout=30, cancel=cancel)

    assert time.monotonic() - begun < 10
    assert configuration.unknowns[0].reason == "no answer here: cancelled"
    timer.join()


def test_progress(tmp_path):
    """It is called in the caller's thread with the number of names that are done, up to all of them."""
    calls = []

    def progress(done, total):
        calls.append((done, total, threading.current_thread() is threading.main_thread()))

    loaded(
        tmp_path,
        "match=a.ex.com,b.ex.com:",
        {"a.ex.com": A, "b.ex.com": A},
        one_by_one=False,
        progress=progress,
    )

    assert calls[0] == (0, 2, True)
    assert calls[-1] == (2, 2, True)
    assert calls == sorted(calls)


def test_summary(tmp_path):
    """One line counts the names by what gave their addresses."""
    zone = {"_sip._udp.a.ex.com": srv("t.ex.com"), **TARGET, "b.ex.com": A}
    body = "match=a.ex.com,b.ex.com,h.ex.com\n[j]\ntype=identify\nendpoint=e\nmatch=gone.ex.com"
    _, _, resolver = loaded(tmp_path, body, zone, hosts="10.1.1.1 h.ex.com\n", one_by_one=False)

    assert resolver.summary().startswith(
        "resolved 4 names (1 by SRV, 1 by hosts, 1 by address, 1 without an address) in "
    )
    assert resolver.summary().endswith(" s; --offline to ask nobody")


def test_a_program_with_a_loop_of_its_own(tmp_path):
    """Names are resolved inside a running event loop too: queries have a thread of their own."""

    async def inside():
        return loaded(tmp_path, "match=a.ex.com:", {"a.ex.com": A}, one_by_one=False)[0]

    assert items(asyncio.run(inside())) == ["10.0.0.1/32"]


def test_interrupt(tmp_path):
    """Ctrl-C while names are asked ends at once, in a program that lets Python handle it."""
    files = resolver_configuration(tmp_path)
    with NameServer({"a.ex.com": {"rcode": "timeout"}}) as server:
        program = (
            "import threading, _thread; from identify import Configuration, SystemResolver\n"
            "threading.Timer(0.3, _thread.interrupt_main).start()\n"
            "text = '[i]\\ntype=identify\\nendpoint=e\\nmatch=a.ex.com:'\n"
            f"resolver = SystemResolver(port={server.port}, timeout=30, **{files!r})\n"
            "Configuration.from_files({'pjsip.conf': text}, resolver=resolver)\n"
        )
        begun = time.monotonic()
        ran = subprocess.run(
            [sys.executable, "-c", program], cwd=ROOT, capture_output=True, timeout=60, check=False
        )

    assert b"KeyboardInterrupt" in ran.stderr
    assert time.monotonic() - begun < 15
