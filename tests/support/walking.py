"""Every byte at a position, through all ways of reading: what each way makes of the messages, and where two differ.

The ways are the four of the scan, ``from_message`` of other buffers, ``identify_message``, ``identify`` and ``explain``
of a request, batches of both kinds, a request made of its parts, UDP and TCP, the newest release and one with every
difference in how requests are read.  All must come to the same; anything but ``MessageError`` ends the walk.

A model may be held against them: a function that says of a message and a transport what PJSIP makes of it (``Model``).
"""

from __future__ import annotations

import collections
import random
import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache

import attrs
import dialects
import positions

from identify._compiled._request import WAYS, read_request
from identify._compiled._spans import spans_of
from identify.configuration import Configuration
from identify.engine import DROPPED, NO_MATCH, Engine
from identify.errors import MessageError
from identify.request import Request

PLACE = ("192.0.2.1", 5060)
#: Of the newest release, and of one with all differences in how requests are read.
RELEASES = (dialects.NEWEST, dialects.EVERY)

#: What PJSIP makes of a message over a transport: its printed request URI, its printed headers as pairs and how it is
#: screened; DROPPED; or None for what the model doesn't know.
Model = Callable[[bytes, str], "tuple[str, tuple[tuple[str, str], ...], str] | int | None"]

#: Expressions of which each matches some prints of a header and not others; the rare ones come first.
EXPRESSIONS = (
    '/^"[^"]*["]$/',
    "/%[0-9a-f][a-f]/",
    "/[^ -~]/",
    "/%[0-9]/",
    "/[][(){}<>]$/",
    "/,[^ ]/",
    "/\\;[a-z]+\\;/",
    "/=$/",
    "/[A-Z][A-Z0-9]/",
)
#: Headers whose parts are looked up as names of endpoints, before their text is compared.
USER_PLACES = ("From", "Authorization", "Proxy-Authorization")
USER_FIRST = "auth_username,username,header,request_uri,ip"
#: The token of a registration: the URI of a sample has it as its parameter ``line``.
TOKEN = "ab"
#: Characters that a value in pjsip.conf may have; a semicolon has a backslash there.
PLAIN = re.compile(r"[!-~](?:[ -~]*[!-~])?")
HEADER_ENDS = re.compile(rb"\r\n(?![ \t])")
LINE_ENDS = re.compile(rb"\r\n|[\r\n&\0]")

#: Differences that are kept; the others are only counted.
MOST_SHOWN = 20


@attrs.define
class Counts:
    """What a walk has seen."""

    positions: int = 0
    messages: int = 0
    parsed: int = 0
    dropped: int = 0
    apart: int = 0
    explained: int = 0
    modelled: int = 0
    differences: int = 0
    answers: collections.Counter[str] = attrs.field(factory=collections.Counter)
    shown: list[str] = attrs.field(factory=list)

    def add(self, other: Counts) -> None:
        """Add what another walk has seen."""
        for field in attrs.fields(Counts):
            setattr(self, field.name, getattr(self, field.name) + getattr(other, field.name))
        del self.shown[MOST_SHOWN:]


@attrs.frozen(kw_only=True)
class Plan:
    """What a walk asks: of each position these bytes, and how many of the requests are explained."""

    #: Special bytes and others at each position; 0 and 256 are all.
    special: int = 0
    others: int = 256
    #: The share of parsed messages that are explained, which takes longer than all the rest.
    explained: float = 0.25
    seed: int = 1
    model: Model | None = None


@cache
def engines(place: str) -> tuple[Engine, ...]:
    """Return the engines, one for each release, that the samples of a place are decided by.

    Each sample's own print is a literal of them, and each expression is one of theirs; the endpoint says which it was.
    """
    return tuple(
        Engine(Configuration.from_files({"pjsip.conf": configuration(place)}, release=release), {"r": TOKEN})
        for release in RELEASES
    )


def configuration(place: str) -> str:
    """Return a configuration whose identify objects are about the header of that place, or the request URI."""
    rules = [value.replace(";", "\\;") for value in literals(place)]
    rules += EXPRESSIONS
    order = USER_FIRST if place in USER_PLACES else "header,request_uri,auth_username,username,ip"
    lines = [f"[global]\ntype=global\nendpoint_identifier_order={order}\n"]
    for number, rule in enumerate(rules):
        option = f"match_header={place}: {rule}" if place else f"match_request_uri={rule}"
        lines.append(
            f"[e{number:02}]\ntype=endpoint\n[i{number:02}]\ntype=identify\nendpoint=e{number:02}\n{option}\n"
        )
    lines.append(
        f"[empty]\ntype=endpoint\n[j]\ntype=identify\nendpoint=empty\nmatch_header={place or 'X'}: //\n"
    )
    lines.append("[r]\ntype=registration\nserver_uri=sip:h\nclient_uri=sip:a@h\nline=yes\nendpoint=empty\n")
    for user in ("a", "bob", "u", "a@h", 'u\\"x'):
        lines.append(f"[{user}]\ntype=endpoint\nidentify_by=username,auth_username\n")
    return "".join(lines)


def literals(place: str) -> Iterator[str]:
    """Yield the prints of the samples of a place that a configuration can have as they are."""
    for sample in positions.samples():
        if sample.place != place:
            continue
        try:
            request = read_request("general", sample.message(sample.text), *PLACE)
        except MessageError:
            continue
        found = [value for name, value in request.printed_headers if name == place]
        for value in found[:1] if place else [request.printed_request_uri]:
            if PLAIN.fullmatch(value) and not value.startswith("/"):
                yield value


def found_by(way: str, data: bytes, transport: str) -> tuple[Request | None, object]:
    """Return the request that a way of reading makes and all that its scan found, or None and why it is refused."""
    try:
        request = read_request(way, data, *PLACE, transport)
    except MessageError as error:
        return None, (error.reason, error.offset)
    return request, spans_of(request)


def printed(request: Request) -> tuple[str, tuple[tuple[str, str], ...], str]:
    """Return all that a request is printed as, and how it is screened."""
    return request.printed_request_uri, request.printed_headers, request.screening


def index_of(ask: Callable[[], object], matches: dict[object, int]) -> int:
    """Return an answer as batches do."""
    try:
        match = ask()
    except MessageError:
        return DROPPED
    return NO_MATCH if match is None else matches[match]


def apart(data: bytes, request: Request) -> Request:
    """Return a request of the same parts, given apart as they stand in a message all of whose lines end in CRLF."""
    head = data.partition(b"\r\n\r\n")[0]
    lines = HEADER_ENDS.split(head)[1:]
    headers = [(name.rstrip(b" \t"), value) for name, _, value in (line.partition(b":") for line in lines)]
    return Request(
        source=PLACE[0],
        port=PLACE[1],
        method=request.method,
        request_uri=request.request_uri.text,
        headers=headers,
    )


class Walk:
    """A walk over samples: the counts, and what was found to differ."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.counts = Counts()

    def differs(self, data: bytes, what: str, one: object, other: object) -> None:
        """Note that two ways don't come to the same."""
        self.counts.differences += 1
        if len(self.counts.shown) < MOST_SHOWN:
            self.counts.shown.append(f"{what}\n  {data!r}\n  {one!r}\n  {other!r}")

    def over(self, samples: Iterable[positions.Sample]) -> Counts:
        """Walk all positions of these samples; return the counts."""
        for sample in samples:
            for position in positions.positions(sample):
                self.at(sample, position)
        return self.counts

    def at(self, sample: positions.Sample, position: int) -> None:
        """Try the bytes of the plan at a position of a sample."""
        plan = self.plan
        source = random.Random(f"{plan.seed}/{sample.text!r}/{position}")
        choice = positions.EVERY
        if plan.others < len(choice):
            choice = positions.chosen(source, plan.special, plan.others)
        # Where in a block of the index a sample's bytes stand changes with the position, as does what follows it.
        before, after = sample.around(source.randrange(positions.BLOCK), position % 2 == 1)
        messages = [before + text + after for text in positions.changed(sample.text, position, choice)]
        self.counts.positions += 1
        self.counts.messages += len(messages)
        self.decided(sample, messages, [self.scanned(sample, data) for data in messages], source)

    def scanned(self, sample: positions.Sample, data: bytes) -> tuple[Request | None, Request | None]:
        """Read a message in all ways; return the requests over UDP and TCP, None for a dropped one."""
        request, print_ = self.read(data, "udp")
        stream, stream_print = self.read(data, "tcp")
        if print_ is None:
            self.counts.dropped += 1
            return request, stream
        self.counts.parsed += 1
        if not lines_are_plain(data):
            return request, stream
        # The Content-Length that is asked for may be of the sample's making.
        lengths = sum(name == "Content-Length" for name, _ in print_[1])
        if lengths == 1 and sample.place != "Content-Length" and stream_print != print_:
            self.differs(data, "over TCP and over UDP", stream_print, print_)
        # The value of Replaces may have a line end, which would be taken for the header's here.
        if sample.place != "Replaces" or b"\r\n" not in sample.text:
            self.made_of_parts(data, request, print_)
        return request, stream

    def read(self, data: bytes, transport: str) -> tuple[Request | None, tuple | None]:
        """Read a message over a transport in all ways of the scan; return the request and its print."""
        request, found = found_by("general", data, transport)
        print_ = None if request is None else printed(request)
        for way in WAYS[1:]:
            other, other_found = found_by(way, data, transport)
            if other_found != found:
                self.differs(data, f"{way} and general over {transport}", other_found, found)
        if request is not None and printed(other) != print_:
            self.differs(data, f"{way} and general over {transport} print", printed(other), print_)
        try:
            made = printed(Request.from_message(memoryview(data), *PLACE, transport))
        except MessageError:
            made = None
        if made != print_:
            self.differs(data, f"from_message over {transport}", made, print_)
        self.modelled(data, transport, print_)
        return request, print_

    def modelled(self, data: bytes, transport: str, print_: object) -> None:
        """Compare with the model, if there is one and it knows the message."""
        expected = None if self.plan.model is None else self.plan.model(data, transport)
        if expected is None:
            return
        self.counts.modelled += 1
        ours = DROPPED if print_ is None else print_
        if ours != expected:
            self.differs(data, f"the model over {transport}", ours, expected)

    def made_of_parts(self, data: bytes, request: Request, print_: object) -> None:
        """Compare with a request that is made of the message's parts."""
        self.counts.apart += 1
        try:
            made = printed(apart(data, request))
        except MessageError as error:
            made = f"refused: {error}"
        if made != print_:
            self.differs(data, "made of parts", made, print_)

    def decided(
        self,
        sample: positions.Sample,
        messages: list[bytes],
        requests: list[tuple[Request | None, Request | None]],
        source: random.Random,
    ) -> None:
        """Ask the engines in all ways about messages and the requests that were read from them."""
        newest, _ = engines(sample.place)
        packed, offsets = pack(messages)
        for engine in engines(sample.place):
            matches = {match: index for index, match in enumerate(engine.matches)}
            batch = list(engine.identify_messages(messages, *PLACE))
            stream = list(engine.identify_messages((packed, offsets), *PLACE, transport="tcp"))
            if list(engine.identify_messages((packed, offsets), *PLACE)) != batch:
                self.differs(packed, "batches of a list and of packed messages", "", "")
            for number, data in enumerate(messages):
                for transport, request, index in zip(
                    ("udp", "tcp"), requests[number], (batch[number], stream[number]), strict=True
                ):
                    self.decided_alike(engine, matches, data, transport, request, index)
                request = requests[number][0]
                if engine is newest and request is not None:
                    self.counts.answers[identifier_of(engine, batch[number])] += 1
                    if source.random() < self.plan.explained:
                        self.explained(engine, matches, data, request, batch[number])

    def decided_alike(
        self,
        engine: Engine,
        matches: dict[object, int],
        data: bytes,
        transport: str,
        request: Request | None,
        index: int,
    ) -> None:
        """Compare a batch's answer with those to the message alone and to the request that was read from it."""
        alone = index_of(lambda: engine.identify_message(data, *PLACE, transport), matches)
        if alone != index:
            self.differs(data, f"a batch and identify_message over {transport}", index, alone)
        asked = DROPPED if request is None else index_of(lambda: engine.identify(request), matches)
        if asked != alone:
            self.differs(data, f"identify and identify_message over {transport}", asked, alone)

    def explained(
        self, engine: Engine, matches: dict[object, int], data: bytes, request: Request, index: int
    ) -> None:
        """Compare with the answer that has its reasons."""
        self.counts.explained += 1
        match = engine.explain(request).match
        places = {(one.endpoint, one.identifier, one.section): number for one, number in matches.items()}
        told = NO_MATCH if match is None else places.get((match.endpoint, match.identifier, match.section))
        if told != index:
            self.differs(data, "explain and identify", match, index)


def identifier_of(engine: Engine, index: int) -> str:
    """Name what has decided, for the counts."""
    return "none" if index in (NO_MATCH, DROPPED) else engine.matches[index].identifier


def lines_are_plain(data: bytes) -> bool:
    """Say whether all line ends are CRLF, nothing else may stand for one, and the head ends with an empty line."""
    return data.endswith(b"\r\n\r\n") and len(LINE_ENDS.findall(data)) == data.count(b"\r\n")


def pack(messages: list[bytes]) -> tuple[bytes, memoryview]:
    """Return messages as packed data and offsets."""
    offsets = [0]
    for data in messages:
        offsets.append(offsets[-1] + len(data))
    return b"".join(messages), memoryview(bytearray(b"".join(n.to_bytes(8, "little") for n in offsets))).cast(
        "q"
    )
