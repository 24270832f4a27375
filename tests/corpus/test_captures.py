"""Every record as a capture: its requests as packets from their sources, and what the simulation makes of them."""

import ipaddress
import itertools

import captures
import pytest
from recorded import data, engines, every_family, records, shown

from identify.simulation import Outcome
from identify.simulation.simulation import Simulation
from identify.traffic import open_traffic

#: So far apart that no transaction is live when the next request comes: the requests of a record share Call-IDs.
NANOSECONDS_APART = 1_000_000_000_000

FILTERS = {
    "416 request uri": Outcome.BAD_SCHEME,
    "416 from": Outcome.BAD_SCHEME,
    "416 to": Outcome.BAD_SCHEME,
    "416 contact": Outcome.BAD_SCHEME,
    "400 missing contact": Outcome.MISSING_CONTACT,
    "481 BYE/CANCEL outside a dialog": Outcome.OUTSIDE_DIALOG,
}


def address(text):
    """Return an address without its scope, None for what no packet can come from."""
    try:
        return ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None


def socket_of(case, configuration, version):
    """Return the address and port at which a case arrived, of the packet's version."""
    section = configuration.transports.get(case.get("transport_id") or "")
    if section is None:
        same = [
            transport
            for transport in sorted(
                configuration.transports.values(), key=lambda section: section.id.encode()
            )
            if transport.protocol == case["transport"] and transport.family == version
        ]
        section = same[0] if same else None
    if (local := case.get("local")) is not None:
        host, _, port = local.rpartition(":")
        host, port = host.strip("[]"), int(port)
    elif section is not None:
        host, port = section.host, section.port
    else:
        host, port = "0.0.0.0", 5060
    place = ipaddress.ip_address(host)
    if place.is_unspecified:
        place = ipaddress.ip_address("192.0.2.5" if place.version == 4 else "2001:db8::5")
    return place, port


def packets_of(case, configuration, sequence):
    """Return a case's message in packets, None where no packet can carry it as it was recorded.

    Over TCP it is a connection of its own, whose numbers begin with ``sequence``.
    """
    source = address(case["src"])
    if source is None or case["transport"] not in {"udp", "tcp"}:
        return None
    target, port = socket_of(case, configuration, source.version)
    if target.version != source.version:
        return None
    ends = {"source": str(source), "target": str(target), "port": case["port"], "target_port": port}
    message = data(case)
    if case["transport"] == "udp":
        return [captures.datagram(message, **ends)]
    pieces = [message[at : at + 1400] for at in range(0, len(message), 1400)]
    starts = itertools.accumulate(map(len, pieces), initial=sequence + 1)
    opened = captures.segment(b"", sequence, flags=captures.SYN, **ends)
    return [
        opened,
        *(captures.segment(piece, start, **ends) for piece, start in zip(pieces, starts, strict=False)),
    ]


def capture_of(record, configuration):
    """Return a capture of a record's cases, and each packet's case by the packet's number."""
    file = captures.pcap_header()
    cases = {}
    number = 0
    for place, case in enumerate(record["cases"]):
        for packet in packets_of(case, configuration, 1_000_000 * (1 + place)) or ():
            number += 1
            cases[number] = case
            frame = captures.framed(packet, captures.ETHERNET)
            stamp = captures.BEGIN + place * NANOSECONDS_APART
            file += captures.record(frame, stamp)
    return file, cases


def difference(row, case):
    """Return what is wrong with a row, None if it is right."""
    expected = case["expect"]
    if expected["parse"] != "ok":
        endpoint = None
        if expected["parse"].startswith("response"):
            wanted = {Outcome.RESPONSE}
        elif data(case).startswith(b"SIP/2.0 "):
            # The log doesn't always say that what was dropped was a response.
            wanted = {Outcome.RESPONSE, Outcome.DROPPED}
        else:
            wanted = {Outcome.DROPPED, Outcome.NOT_SIP}
    elif expected["filter"] != "pass":
        wanted, endpoint = {FILTERS[expected["filter"]]}, None
    else:
        endpoint = expected["endpoint"]
        # A To tag names no dialog here.
        wanted = {Outcome.UNKNOWN_DIALOG, Outcome.UNIDENTIFIED if endpoint is None else Outcome.IDENTIFIED}
    if row.outcome in wanted and row.endpoint == endpoint:
        return None
    return f"{row.outcome} {row.endpoint!r}, expected {expected['parse']}, {expected.get('filter')}, {endpoint!r}"


@pytest.mark.parametrize(("corpus", "family"), every_family())
def test_captures(corpus, family, tmp_path):
    """The simulation of a record's capture comes to the recorded endpoints, and to the recorded filter."""
    wrong = []
    seen = 0
    possible = 0
    for record, engine in zip(records(corpus)[family], engines(corpus, family), strict=True):
        file, cases = capture_of(record, engine.configuration)
        path = tmp_path / "record.pcap"
        path.write_bytes(file)
        local = {f"{place}:{port}" if place.version == 4 else f"[{place}]:{port}"
                 for case in record["cases"] if (source := address(case["src"])) is not None
                 for place, port in [socket_of(case, engine.configuration, source.version)]}  # fmt: skip
        simulation = Simulation(engine.configuration, engine=engine, local=sorted(local))
        with open_traffic(path) as reader:
            rows = [row for rows in simulation.rows(reader) for row in rows]
        # Of two messages in a case the first one was asked about.
        first = {id(cases[row.frame]): row for row in reversed(rows)}
        possible += len({id(case) for case in cases.values()})
        for row in first.values():
            seen += 1
            case = cases[row.frame]
            if (told := difference(row, case)) is not None:
                wrong.append(f"{family} {record['n']}, case {case['id']}: {told}")
        wrong += [
            f"{family} {record['n']}, case {case['id']}: not in the capture"
            for case in cases.values()
            if id(case) not in first and case["expect"]["parse"] == "ok"
        ]
    assert not wrong, shown(wrong)
    assert seen > 0.8 * possible > 0
