"""Traffic by hand: messages with the parts that dialogs and transactions are told apart by, and what becomes of them."""

from identify.configuration import Configuration
from identify.simulation import Simulation
from identify.traffic.batch import Batch, Direction

SECOND = 10**9
START = 1_700_000_000 * SECOND

#: alice and bob by user, bob with a password; a trunk by address.
OFFICE = """
[transport-udp]
type=transport
protocol=udp
bind=192.0.2.254:5060
[alice]
type=endpoint
[bob]
type=endpoint
auth=bob
[trunk]
type=endpoint
[trunk]
type=identify
endpoint=trunk
match=198.51.100.0/24
"""


def configuration(text=OFFICE, release="newest", **files):
    """Return a configuration; further files by name, ``_`` for the dot."""
    more = {name.replace("_conf", ".conf"): content for name, content in files.items()}
    return Configuration.from_files({"pjsip.conf": text, **more}, release=release)


def request(
    method="OPTIONS",
    *,
    user="alice",
    from_uri=None,
    call="c1",
    branch="z9hG4bK1",
    sequence=1,
    from_tag="f1",
    to_tag=None,
    contact="<sip:x@192.0.2.1>",
    uri="sip:100@192.0.2.254",
    headers=(),
):
    """Return the bytes of a request; without ``contact`` it has none."""
    lines = [
        f"{method} {uri} SIP/2.0",
        f"Via: SIP/2.0/UDP 192.0.2.1:5060;rport;branch={branch}",
        f"From: <{from_uri or f'sip:{user}@example.com'}>;tag={from_tag}",
        f"To: <sip:100@192.0.2.254>{f';tag={to_tag}' if to_tag else ''}",
        f"Call-ID: {call}",
        f"CSeq: {sequence} {method}",
        *([f"Contact: {contact}"] if contact else []),
        *headers,
        "Content-Length: 0",
    ]
    return "\r\n".join([*lines, "", ""]).encode("utf-8", "surrogateescape")


def response(
    status,
    method="INVITE",
    *,
    call="c1",
    branch="z9hG4bK1",
    sequence=1,
    from_tag="f1",
    to_tag="t1",
    headers=(),
):
    """Return the bytes of a response."""
    lines = [
        f"SIP/2.0 {status} Some Reason",
        f"Via: SIP/2.0/UDP 192.0.2.1:5060;rport=5060;received=192.0.2.1;branch={branch}",
        f"From: <sip:alice@example.com>;tag={from_tag}",
        f"To: <sip:100@192.0.2.254>{f';tag={to_tag}' if to_tag else ''}",
        f"Call-ID: {call}",
        f"CSeq: {sequence} {method}",
        *headers,
        "Content-Length: 0",
    ]
    return "\r\n".join([*lines, "", ""]).encode()


class Traffic:
    """Messages one after the other, a second apart if no time is said, all between 192.0.2.1 and Asterisk."""

    def __init__(self):
        self.batch = Batch()

    def add(self, data, *, direction=Direction.RECEIVED, after=1.0, **place):
        """Append a message ``after`` so many seconds; ``place`` is what ``Batch.append`` takes."""
        last = self.batch.times[-1] if len(self.batch) else START - SECOND
        place = {"source": "192.0.2.1", "port": 5060, "local": "192.0.2.254", "local_port": 5060, **place}
        self.batch.append(
            data,
            frame=len(self.batch) + 1,
            time=last + round(after * SECOND),
            direction=direction,
            **place,
        )
        return self

    def receive(self, method="OPTIONS", *, place=None, after=1.0, **parts):
        """Append a request to Asterisk."""
        return self.add(request(method, **parts), after=after, **(place or {}))

    def answer(self, status, method="INVITE", **parts):
        """Append a response of Asterisk's."""
        return self.add(response(status, method, **parts), direction=Direction.SENT)

    def send(self, method, **parts):
        """Append a request of Asterisk's."""
        return self.add(request(method, **parts), direction=Direction.SENT)

    def simulation(self, config=OFFICE, **options):
        """Return a simulation that was fed with it, and the rows."""
        if isinstance(config, str):
            config = configuration(config)
        simulation = Simulation(config, **options)
        return simulation, list(simulation.feed(self.batch))

    def rows(self, config=OFFICE, **options):
        """Return the rows."""
        return self.simulation(config, **options)[1]

    def outcomes(self, config=OFFICE, **options):
        """Return the outcomes' names."""
        return [row.outcome.value for row in self.rows(config, **options)]

    def result(self, config=OFFICE, **options):
        """Return the result."""
        return self.simulation(config, **options)[0].result
