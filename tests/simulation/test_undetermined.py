"""Requests whose answer depends on what isn't known: each one held against all contents of it, loaded and asked one by one."""

from __future__ import annotations

import itertools
import random
from collections import Counter

import attrs
import generate
import pytest
import universes
from calls import OFFICE, Traffic, request

from identify.config.hostnames.rules import NotAskedError, ResolutionError
from identify.configuration import Configuration
from identify.engine import Engine
from identify.explain import explain
from identify.model import Unknown
from identify.simulation import Outcome, Simulation
from identify.simulation import undetermined as module
from identify.simulation.example import example_of
from identify.traffic.batch import Batch, Direction

#: The whole universe of sources: two that names may have, one that no content has.
FIRST, SECOND, ELSEWHERE = "192.0.2.1", "2001:db8::2", "198.51.100.9"
#: What a name may have: no address, so that its identify is refused, or one of these.
ANSWERS = (None, FIRST, SECOND, ELSEWHERE)
TOKENS = ("aaaaaaa", "bbbbbbb", "Aaaaaaa", "aaaaaaaa", "aaaaaa")
ORDERS = (
    "ip,username,anonymous",
    "header,ip,request_uri",
    "username,request_uri,header",
    "auth_username,anonymous,header,ip",
)


class Names:
    """A resolver that has one answer for each name."""

    def __init__(self, answers):
        self._answers = answers

    def services(self, name):
        """Return no SRV records."""
        return ()

    def addresses(self, name):
        """Return the address of a name, or say that it has none, or that nobody knows."""
        if name not in self._answers:
            raise NotAskedError("not asked")
        if self._answers[name] is None:
            raise ResolutionError("no address")
        return (self._answers[name],)


def generated(source):
    """Return the text of a configuration with up to three host names, and the names."""
    lines = [
        "[udp]\ntype=transport\nprotocol=udp\nbind=192.0.2.254",
        f"[global]\ntype=global\nendpoint_identifier_order={source.choice(ORDERS)}",
    ]
    for endpoint in ("alice", "bob", "carol"):
        by = source.choice(("username,ip", "ip", "auth_username"))
        lines.append(f"[{endpoint}]\ntype=endpoint\nidentify_by={by}")
    if source.random() < 0.3:
        lines.append("[anonymous]\ntype=endpoint")
    names = []
    for id in "abcde"[: source.randint(1, 5)]:
        endpoint = source.choice(("alice", "alice", "bob", "carol", "gone"))
        lines.append(f"[{id}]\ntype=identify\nendpoint={endpoint}\nsrv_lookups=no")
        matches = []
        if source.random() < 0.5:
            matches.append(
                source.choice((FIRST, f"!{FIRST}", "192.0.2.0/24", f"[{SECOND}]:5070", "0.0.0.0/0"))
            )
        if len(names) < 3 and source.random() < 0.6:
            name = f"{id}.example"
            names.append(name)
            matches.append(name + source.choice(("", "", ":5070")))
        lines += [f"match={item}" for item in matches]
        if not matches or source.random() < 0.4:
            lines.append("match_header=X-Id: " + source.choice(("one", "/^t/")))
        if source.random() < 0.2:
            lines.append("match_request_uri=" + source.choice(("sip:100@192.0.2.254", "/200/")))
    for number in range(source.randint(0, 2)):
        endpoint = source.choice(("alice", "bob", "gone"))
        lines.append(
            f"[r{number}]\ntype=registration\nserver_uri=sip:reg{number}.example\n"
            f"client_uri=sip:me@reg{number}.example\nline=yes\nendpoint={endpoint}"
        )
    return "\n".join(lines) + "\n", names


def contents(text, names, told):
    """Yield an engine for each content: what each name has, and which token each registration made."""
    known = Configuration.from_files({"pjsip.conf": text}, resolver=Names({}))
    untold = [id for id, each in known.registrations.items() if each.line and id not in told]
    free = [token for token in TOKENS[:2] if token not in told.values()]
    for answers in itertools.product(ANSWERS, repeat=len(names)):
        loaded = Configuration.from_files(
            {"pjsip.conf": text}, resolver=Names(dict(zip(names, answers, strict=True)))
        )
        for tokens in itertools.product([*free, *(f"zzzzzz{place}" for place in "yz")], repeat=len(untold)):
            if len(set(tokens)) == len(tokens):
                yield Engine(loaded, told | dict(zip(untold, tokens, strict=True)))


def messages(source, count):
    """Return traffic of requests that vary in all that identifiers compare."""
    traffic = Traffic()
    for number in range(count):
        headers = source.choice(((), (), ("X-Id: one",), ("X-Id: two",)))
        if source.random() < 0.2:
            user = source.choice(("alice", "carol"))
            headers += (
                f'Authorization: Digest username="{user}", realm="a", nonce="n", uri="sip:x", response="r"',
            )
        line = f";line={source.choice(TOKENS)}" if source.random() < 0.4 else ""
        traffic.receive(
            user=source.choice(("alice", "bob", "nobody")),
            uri=f"sip:{source.choice(('100', '200'))}@192.0.2.254{line}",
            headers=headers,
            call=f"c{number}",
            branch=f"z9hG4bK{number}",
            place={
                "source": source.choice((FIRST, SECOND, ELSEWHERE)),
                "port": source.choice((5060, 5070)),
                "local": None,
            },
        )
    return traffic


def judged(text, names, batch, told):
    """Return for each message what all contents say: its endpoint, or UNDETERMINED."""
    found = [set() for _ in range(len(batch))]
    for engine in contents(text, names, told):
        for number, endpoints in enumerate(found):
            match = engine.identify(example_of(batch, number).request)
            endpoints.add(match.endpoint if match is not None else None)
    return [endpoints.pop() if len(endpoints) == 1 else Outcome.UNDETERMINED for endpoints in found]


def answers(rows):
    """Return the endpoint of each row, or UNDETERMINED."""
    return [row.outcome if row.outcome is Outcome.UNDETERMINED else row.endpoint for row in rows]


@pytest.mark.parametrize("seed", range(60))
def test_all_contents(seed):
    """An answer is given where all contents have it, and only there; what it depends on is named."""
    source = random.Random(seed)
    text, names = generated(source)
    told = {"r0": TOKENS[0]} if source.random() < 0.3 else {}
    known = Configuration.from_files({"pjsip.conf": text}, resolver=Names({}))
    told = {id: token for id, token in told.items() if id in known.registrations}
    batch = messages(source, 40).batch
    rows = list(Simulation(known, line_tokens=told).feed(batch))

    assert answers(rows) == judged(text, names, batch, told)
    for row in rows:
        assert (row.unknown is not None) == (row.outcome is Outcome.UNDETERMINED)
        assert (
            row.outcome is not Outcome.UNDETERMINED
            or (row.endpoint, row.identifier, row.section) == (None,) * 3
        )


def test_generated_cases(monkeypatch):
    """The generated ones have all that matters: undetermined, same endpoint, missing endpoints, tokens."""
    seen = Counter()
    leave_out = module.Undetermined.leave_out

    def counted(self, endpoint):
        seen["same endpoint"] += 1
        return leave_out(self, endpoint)

    monkeypatch.setattr(module.Undetermined, "leave_out", counted)
    for seed in range(60):
        source = random.Random(seed)
        text, _ = generated(source)
        known = Configuration.from_files({"pjsip.conf": text}, resolver=Names({}))
        seen["missing"] += any(
            unknown.identify is not None and unknown.identify.endpoint == "gone" for unknown in known.unknowns
        )
        seen["several"] += len(known.unknowns) > 1
        seen["tokens"] += bool(known.registrations)
        source.random()
        simulation = Simulation(known)
        outcomes = Counter(row.outcome for row in simulation.feed(messages(source, 40).batch))
        seen["both"] += len({Outcome.UNDETERMINED, Outcome.IDENTIFIED} & set(outcomes)) == 2
        seen["looked"] += simulation._asterisk.undetermined.looked > 0

    assert (
        min(seen[what] for what in ("missing", "several", "tokens", "both", "looked", "same endpoint")) >= 5
    ), seen


@pytest.mark.parametrize("seed", range(60, 90))
def test_as_explained(seed):
    """The possible answers of an explanation have several endpoints exactly where the simulation says undetermined."""
    source = random.Random(seed)
    text, _ = generated(source)
    known = Configuration.from_files({"pjsip.conf": text}, resolver=Names({}))
    batch = messages(source, 30).batch
    for number, row in enumerate(Simulation(known).feed(batch)):
        explanation = explain(known, {}, example_of(batch, number).request)

        assert bool(explanation.undetermined) == (row.outcome is Outcome.UNDETERMINED)
        if explanation.undetermined:
            assert row.unknown in {unknown.what for unknown in explanation.undetermined}
        else:
            assert {each.endpoint for each in explanation.possible} == {row.endpoint}


KINDS = ("identify", "endpoint", "registration", "domain_alias", "transport", "global")


def further(types):
    """Return an unknown of further objects."""
    return Unknown(
        kind="objects",
        what="a database",
        reason="it isn't read",
        settles="its objects",
        types=frozenset(types),
    )


@pytest.mark.parametrize("seed", range(40))
@pytest.mark.parametrize("kinds", [*[(kind,) for kind in KINDS], ("endpoint", "identify"), ("contact",)])
def test_further_objects(kinds, seed):
    """Where further objects may exist, it is as explained; types that identify nothing change nothing."""
    source = random.Random(seed)
    text, _ = generated(source)
    known = Configuration.from_files({"pjsip.conf": text}, resolver=Names({}))
    known = attrs.evolve(known, unknowns=(*known.unknowns, further(kinds)))
    batch = messages(source, 12).batch
    simulation = Simulation(known)
    for number, row in enumerate(simulation.feed(batch)):
        explanation = explain(known, {}, example_of(batch, number).request)

        assert bool(explanation.undetermined) == (row.outcome is Outcome.UNDETERMINED)
        assert explanation.undetermined or {each.endpoint for each in explanation.possible} == {row.endpoint}


def test_types_that_identify_nothing():
    """Further objects of types that no identifier looks at leave everything known, without a closer look."""
    source = random.Random(3)
    known = attrs.evolve(
        Configuration.from_files({"pjsip.conf": OFFICE}), unknowns=(further(["contact", "aor"]),)
    )
    simulation = Simulation(known)
    simulation.feed(messages(source, 20).batch)

    assert simulation.result.outcomes[Outcome.UNDETERMINED] == 0
    assert simulation._asterisk.undetermined.looked == 0


def as_message(asked, number):
    """Return the bytes of a request that was made of its parts."""
    headers = [
        f"{name}: {value}"
        for name, value in asked.printed_headers
        if name.lower() in ("x-a", "authorization")
    ]
    return request(
        uri=asked.request_uri.text,
        from_uri=asked.from_uri.text,
        call=f"c{number}",
        branch=f"z9hG4bK{number}",
        headers=headers,
    ).replace(b"To: <sip:100@192.0.2.254>", f"To: <{asked.to_uri.text}>".encode())


def compared(case, choice, count):
    """Compare a case's requests with their explanations; return how many are undetermined, and more than explained."""
    known = case.configuration()
    batch = Batch()
    for number in range(count):
        asked = universes.request(choice)
        if asked.source_address is not None:
            place = {"source": asked.source, "port": asked.port}
            batch.append(
                as_message(asked, number), frame=number + 1, time=0, direction=Direction.RECEIVED, **place
            )
    found, beyond = 0, 0
    for number, row in enumerate(Simulation(known, line_tokens=case.told).feed(batch)):
        asked = example_of(batch, number).request
        explanation = explain(known, case.told, asked)
        found += row.outcome is Outcome.UNDETERMINED
        if explanation.undetermined:
            assert row.outcome is Outcome.UNDETERMINED
        elif row.outcome is Outcome.UNDETERMINED:
            # Of two identifies one exists in any case: no content is what is known alone.
            plain = explain(known, case.told, asked, unknowns=())
            assert plain.match != explanation.match
            beyond += 1
        else:
            assert {each.endpoint for each in explanation.possible} == {row.endpoint}
    return found, beyond


def test_wizards():
    """Where a wizard's identify exists only if another one is refused, it is as explained."""
    choice = generate.RandomChoice(random.Random(11))
    cases = [universes.names_case(choice) for _ in range(250)]
    counts = [compared(case, choice, 10) for case in cases]

    assert sum(any(unknown.instead_of for unknown in case.configuration().unknowns) for case in cases) > 5
    assert sum(found for found, _ in counts) > 200
    assert sum(beyond for _, beyond in counts) < 5


def test_one_of_two():
    """One of two identifies exists in any case, so what is known alone is no content: undetermined, never unidentified."""
    files = {
        "pjsip.conf": "[w-identify]\ntype=identify\nendpoint=w\nmatch=192.0.2.1,n.example\n",
        "pjsip_wizard.conf": "[w]\ntype=wizard\nremote_hosts=192.0.2.1\n",
    }
    known = Configuration.from_files(files, resolver=Names({}))
    batch = Traffic().receive(user="nobody", place={"source": FIRST, "local": None}).batch
    (row,) = Simulation(known).feed(batch)

    assert {each.endpoint for each in explain(known, {}, example_of(batch, 0).request).possible} == {"w"}
    assert row.outcome is Outcome.UNDETERMINED


@pytest.mark.parametrize("types", [*universes.TYPES, ("endpoint",), ("global",)], ids=" ".join)
def test_objects_of_small_universes(types):
    """The same with further objects, names, aliases and domains of transports."""
    choice = generate.RandomChoice(random.Random(12))
    counts = [compared(universes.objects_case(choice, types), choice, 10) for _ in range(20)]

    assert sum(found for found, _ in counts) > 0
