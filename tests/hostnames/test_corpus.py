"""Every recorded configuration with host names, read through the resolver from a name server with the recorded zone."""

from collections import Counter

import pytest
from knot import Knot, can_serve
from nameserver import NameServer, OneByOne, resolver_configuration
from recorded import records, shown, wire

from identify.config.hostnames import LockFile, SystemResolver
from identify.configuration import Configuration
from identify.engine import Engine
from identify.explain import transport_section
from identify.request import Request

CORPUS = "corpus-dns.jsonl.gz"
FAMILIES = sorted(records(CORPUS))
#: Seconds for each attempt where a server is silent for some names; everything else is answered at once.
SOON = 0.25

families = pytest.mark.parametrize("family", FAMILIES)


def lists(lines):
    """Return the items, header and URI of each identify as sets: the order of a name's addresses never matters."""
    found = {}
    current = set()
    for line in lines:
        line = line.strip()
        if line.startswith("Identify:  ") and "<" not in line:
            current = found[line] = Counter()
        elif line.startswith(("Match: ", "Header: ", "RequestURI: ")) and "<" not in line:
            current[line] += 1
    return found


def arguments(record, server, folder):
    """Return the arguments of a resolver that asks this server as the recorded machine did."""
    hosts = "127.0.0.1 localhost\n::1 localhost\n" + record["hosts"]
    files = resolver_configuration(folder, text=record["resolv"], hosts=hosts)
    silent = "timeout" in record["resolv"]
    return {**files, "port": server.port, "timeout": SOON if silent else None, "asterisk_here": True}


def place(record):
    """Return the name of a record for messages."""
    return f"{record['family']} {record['n']}"


def load(record, resolver):
    """Load a recorded configuration."""
    return Configuration.from_files(record["config"], resolver=resolver)


def wrong_answers(record, configuration):
    """Yield what differs from the recorded answers: endpoint, each identifier's own, the transport."""
    engine = Engine(configuration, {id: f"ln{id}" for id in configuration.registrations})
    for case in record["cases"]:
        expected = case["expect"]
        request = Request.from_message(**wire(case))
        match = engine.identify(request)
        own = {step.identifier: step.endpoint for step in engine.explain(request).steps}
        section = transport_section(configuration, request)
        found = (match.endpoint if match else None, own, section.id if section else None)
        if found != (expected["endpoint"], expected["methods"], expected["tp"]):
            yield f"{place(record)}, case {case['id']}: {found}, expected {expected}"


@families
def test_answers(family, tmp_path):
    """The lists have the recorded members, and every request the recorded answer of every identifier."""
    wrong = []
    for record in records(CORPUS)[family]:
        with NameServer(record["dns"]) as server:
            configuration = load(record, SystemResolver(**arguments(record, server, tmp_path)))
        listed = lists(configuration.show_identifies().split("\n"))
        if listed != lists(record["identifies"]):
            wrong.append(f"{place(record)}: {listed}")
        assert list(configuration.identifiers) == record["order"]
        assert not configuration.unknowns
        wrong += wrong_answers(record, configuration)
    assert not wrong, shown(wrong)


#: What no real name server answers: silence, and names that no zone file has.
REAL = [family for family in FAMILIES if family not in ("dns-timeout", "dns-weird")]


@pytest.mark.needs("knotd")
@pytest.mark.parametrize("family", REAL)
def test_answers_of_a_real_server(family, tmp_path):
    """The same with Knot as the name server."""
    wrong = []
    for record in records(CORPUS)[family]:
        assert can_serve(record["dns"]), place(record)
        with Knot(record["dns"]) as server:
            configuration = load(record, SystemResolver(**arguments(record, server, tmp_path)))
        if lists(configuration.show_identifies().split("\n")) != lists(record["identifies"]):
            wrong.append(f"{place(record)}: {configuration.show_identifies()}")
        wrong += wrong_answers(record, configuration)
    assert not wrong, shown(wrong)


@families
def test_questions(family, tmp_path):
    """Asked one by one, the name server gets the questions that Asterisk sent, and each as often as from Asterisk.

    But for names with more addresses than a datagram holds: the C library asks for those again with more and more
    memory, which needs no second question here.
    """
    wrong = []
    for record in records(CORPUS)[family]:
        with NameServer(record["dns"]) as server:
            load(record, OneByOne(SystemResolver(**arguments(record, server, tmp_path))))
        asked = Counter([*server.asked, *((*question, "tcp") for question in server.asked_by_tcp)])
        expected = Counter(map(tuple, record["asked"]))
        long = {name for name, _, *tcp in expected if tcp}
        for question in asked | expected:
            most = 1 if question[0] in long else expected[question]
            if min(asked[question], most) != min(expected[question], most) or asked[question] > most:
                wrong.append(
                    f"{place(record)}: {question} {asked[question]} times, expected {expected[question]}"
                )
        assert server.with_options == 0
    assert not wrong, shown(wrong)


@families
def test_prepared_questions(family, tmp_path):
    """Asked all at once, every question of Asterisk's is sent, and no other that a later name doesn't explain."""
    wrong = []
    for record in records(CORPUS)[family]:
        refused = any("failed when adding" in line for line in record["config_log"])
        with NameServer(record["dns"]) as server:
            load(record, SystemResolver(**arguments(record, server, tmp_path)))
        asked = {*server.asked, *((*question, "tcp") for question in server.asked_by_tcp)}
        expected = set(map(tuple, record["asked"]))
        if not expected <= asked or (asked != expected and not refused):
            wrong.append(f"{place(record)}: {asked - expected} too many, {expected - asked} missing")
    assert not wrong, shown(wrong)


@families
def test_lock_file(family, tmp_path):
    """A configuration that is loaded from the lock file of its answers is equal in every field."""
    for record in records(CORPUS)[family]:
        with NameServer(record["dns"]) as server:
            resolver = SystemResolver(**arguments(record, server, tmp_path))
            configuration = load(record, resolver)
        LockFile.write(tmp_path / "names.lock", resolver.answers)
        lock = LockFile(tmp_path / "names.lock")
        assert load(record, lock) == configuration, place(record)
        assert lock.answers == resolver.answers, place(record)
