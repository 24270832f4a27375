"""Every recorded request, one at a time, as a batch: the recorded endpoint, and the recorded answer before it."""

import ipaddress

import pytest
from recorded import cases, engines, every_family, records, shown, wire

from identify.simulation import Outcome, Simulation
from identify.traffic.batch import Batch, Direction

FILTERED = {
    "416 request uri": Outcome.BAD_SCHEME,
    "416 from": Outcome.BAD_SCHEME,
    "416 to": Outcome.BAD_SCHEME,
    "416 contact": Outcome.BAD_SCHEME,
    "400 missing contact": Outcome.MISSING_CONTACT,
    "481 BYE/CANCEL outside a dialog": Outcome.OUTSIDE_DIALOG,
}


def asked(corpus, family):
    """Yield name, case and engine of each case whose source a batch can hold: a plain address."""
    every = iter(cases(corpus, family))
    for record, engine in zip(records(corpus)[family], engines(corpus, family), strict=True):
        for _ in record["cases"]:
            place, case = next(every)
            try:
                source = ipaddress.ip_address(case["src"])
            except ValueError:
                continue
            # A source of IPv4 in IPv6 is printed as IPv4 by a batch.
            if source.version == 4 or source.ipv4_mapped is None:
                yield place, case, engine


def batch_of(case, engine):
    """Return a case as a batch; a section stands for its socket."""
    asked = wire(case)
    local = asked["local"]
    section = engine.configuration.transports.get(asked["transport_section"] or "")
    if local is None and section is not None:
        local = section.address
    host, _, port = (local or "").rpartition(":")
    batch = Batch()
    batch.append(
        asked["data"],
        frame=1,
        transport=asked["transport"],
        source=asked["source"],
        port=asked["port"],
        local=host.strip("[]") or None,
        local_port=int(port or 0),
        direction=Direction.RECEIVED,
    )
    return batch


@pytest.mark.parametrize(("corpus", "family"), every_family())
def test_recorded(corpus, family):
    """A request has the recorded outcome and, if the identifiers are asked, the recorded endpoint."""
    wrong = []
    for place, case, engine in asked(corpus, family):
        simulation = Simulation(engine.configuration, engine=engine)
        (row,) = simulation.feed(batch_of(case, engine))
        expected = case["expect"]
        if expected["parse"] != "ok":
            good = row.outcome in (Outcome.DROPPED, Outcome.NOT_SIP, Outcome.RESPONSE)
        elif expected["filter"] != "pass":
            good = row.outcome is FILTERED[expected["filter"]]
        else:
            good = row.outcome.is_identification and row.endpoint == expected["endpoint"]
        if not good:
            wrong.append(f"{place}: {row.outcome} {row.endpoint}, expected {expected}")
    assert not wrong, shown(wrong)
