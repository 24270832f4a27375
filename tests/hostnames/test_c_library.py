"""The rules of the C library: what ``getaddrinfo`` and ``res_search`` of glibc 2.36 did with the same name server.

tests/long/record_names.py recorded it.
"""

import json
from collections import Counter
from pathlib import Path

import pytest
from nameserver import NameServer, resolver_configuration

from identify.config.hostnames import NotAskedError, ResolutionError, SystemResolver
from identify.config.hostnames.rules import host_of

CASES = json.loads((Path(__file__).parent.parent / "data" / "names-glibc.json").read_text(encoding="utf-8"))
#: Seconds for each attempt where a server is silent; everything else is answered at once.
SOON = 0.25


def resolver(case, server, folder, **more):
    """Return a resolver for the files of a case, asking the server of the test."""
    resolv = case["resolv"].replace("127.0.0.9", server.host)
    files = resolver_configuration(folder, text=resolv, hosts=case["hosts"])
    silent = "timeout" in json.dumps(case["zone"])
    return SystemResolver(**files, port=server.port, timeout=SOON if silent else None, **more)


def outcome(case, asking):
    """Return what the resolver answers, as the recorded program printed it."""
    try:
        if case["srv"]:
            return ["found" if asking.services(case["name"]) else "none"]
        # What isn't asked for at all is decided before a resolver is asked.
        if host_of(case["name"]) is None:
            return ["error Name or service not known"]
        return list(asking.addresses(case["name"]))
    except ResolutionError as error:
        return [f"error {error}"]


@pytest.mark.parametrize("case", CASES, ids=[case["about"] for case in CASES])
def test_as_recorded(case, tmp_path):
    """The same addresses or the same reason, after the same questions; again and again only for a larger buffer."""
    with NameServer(case["zone"], tcp=case["tcp"]) as server:
        found = outcome(case, resolver(case, server, tmp_path, asterisk_here=True))

    assert sorted(found) == sorted(case["result"])
    if case["about"] == "90 addresses, TCP answer":
        assert set(map(tuple, case["asked"])) == set(server.asked) == set(server.asked_by_tcp)
        return
    asked = Counter(map(tuple, case["asked"])), Counter(map(tuple, case["asked_by_tcp"]))
    assert (Counter(server.asked), Counter(server.asked_by_tcp)) == asked


@pytest.mark.parametrize("case", CASES, ids=[case["about"] for case in CASES])
def test_elsewhere(case, tmp_path):
    """Without ``asterisk_here`` an answer is the same or not known, and is known if every query had an answer."""
    with NameServer(case["zone"], tcp=case["tcp"]) as server:
        asking = resolver(case, server, tmp_path)
        try:
            found = asking.services(case["name"]) if case["srv"] else asking.addresses(case["name"])
        except NotAskedError as error:
            assert str(error).startswith("no answer here: 127.0.0.")
            failed = {"SERVFAIL", "REFUSED", "no answer", "unreachable"}
            assert failed & {query.outcome for query in asking.queries}
            return
        except ResolutionError as error:
            found = [f"error {error}"]
    if case["srv"]:
        found = ["found" if found else "none"]
    if case["srv"] or host_of(case["name"]) is not None:
        assert sorted(found) == sorted(case["result"])
