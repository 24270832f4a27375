"""Knot, an authoritative name server, with a zone of the recorded answers: one zone, the root, has all names.

What a real server can't do is told by ``can_serve``: silence, and names that no zone file has.  A name that fails is a
zone of its own whose file is missing, for which Knot answers SERVFAIL; where only one type fails, that has no data.
"""

import socket
import subprocess
import tempfile
import time
from pathlib import Path

import dns.exception
import dns.message
import dns.query

__all__ = ["Knot", "can_serve"]

#: Seconds to start.
MOST_WAIT = 20
FAILING = ("SERVFAIL", "REFUSED")


def can_serve(zone):
    """Return whether a real name server can answer like this zone."""
    return all(owner.isascii() and "timeout" not in str(entry.get("rcode")) for owner, entry in zone.items())


class Knot:
    """The server, on a free port of loopback; a context manager."""

    host = "127.0.0.1"

    def __init__(self, zone):
        self._folder = tempfile.TemporaryDirectory()
        self._zone = zone
        self._process = None
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.bind((self.host, 0))
            self.port = probe.getsockname()[1]

    def __enter__(self):
        folder = Path(self._folder.name)
        (folder / "root.zone").write_text("\n".join(_records(self._zone)) + "\n")
        failing = [owner for owner, entry in self._zone.items() if str(entry.get("rcode")) in FAILING]
        zones = [
            "  - domain: .\n    file: root.zone\n",
            *(f"  - domain: {name}.\n    file: missing\n" for name in failing),
        ]
        (folder / "knot.conf").write_text(
            f"server:\n  rundir: {folder}\n  listen: {self.host}@{self.port}\n  udp-workers: 1\n  tcp-workers: 1\n"
            "  background-workers: 1\n"
            f"log:\n  - target: {folder}/log\n    any: info\n"
            f"database:\n  storage: {folder}/db\n"
            f"template:\n  - id: default\n    storage: {folder}\n    zonefile-load: whole\n    journal-content: none\n"
            "    semantic-checks: off\nzone:\n" + "".join(zones)
        )
        self._process = subprocess.Popen(
            ["knotd", "-c", str(folder / "knot.conf")], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        query = dns.message.make_query("started.test.", "TXT", use_edns=False)
        deadline = time.monotonic() + MOST_WAIT
        while time.monotonic() < deadline:
            try:
                if dns.query.udp(query, self.host, timeout=0.2, port=self.port).answer:
                    return self
            except (OSError, dns.exception.DNSException):
                time.sleep(0.02)
        self.__exit__()
        raise OSError(f"knotd doesn't answer: {(folder / 'log').read_text()}")

    def __exit__(self, *_):
        self._process.terminate()
        self._process.wait()
        self._folder.cleanup()


def _records(zone):
    """Yield the lines of the zone file."""
    yield "$TTL 300"
    yield ". SOA ns.test. root.test. 1 3600 600 86400 300"
    yield ". NS ns.test."
    yield "ns.test. A 127.0.0.1"
    yield 'started.test. TXT "yes"'
    for owner, entry in zone.items():
        failed = entry.get("rcode")
        if isinstance(failed, str):
            continue
        entry = {kind: values for kind, values in entry.items() if kind not in (failed or ())}
        name = f"{owner}."
        if "CNAME" in entry:
            yield f"{name} CNAME {entry['CNAME'].rstrip('.')}."
        elif not any(entry.get(kind) for kind in ("A", "AAAA", "SRV")):
            # It exists, with nothing of what is asked for.
            yield f'{name} TXT "nothing"'
        for kind in ("A", "AAAA"):
            for value in entry.get(kind, ()):
                yield f"{name} {kind} {value}"
        for priority, weight, port, target in entry.get("SRV", ()):
            yield f"{name} SRV {priority} {weight} {port} {target.rstrip('.')}."
