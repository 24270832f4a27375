"""The engine as an object: what it is given, what it hands out, and what many threads may do with it."""

import gc
import re
import threading
import weakref

import pytest

from identify.configuration import Configuration
from identify.engine import Engine
from identify.errors import MessageError
from identify.model import Match
from identify.request import Request

SOURCE = ("192.0.2.1", 5060)
TRUNK = "[e]\ntype=endpoint\n[i]\ntype=identify\nendpoint=e\nmatch=192.0.2.1\nmatch_header=X-A: 1\n"

THREADS = 8
ROUNDS = 400


def test_answer_is_the_same_object(engine, message):
    """An answer is made once: every request that it answers gets the same object, however it is asked."""
    asked = engine(TRUNK + "[alice]\ntype=endpoint\n")
    other_source = ("192.0.2.2", 5060)

    for data, place in (
        (message(), SOURCE),
        (message(["X-A: 1"]), other_source),
        (message(from_uri="<sip:alice@h>"), other_source),
    ):
        first = asked.identify_message(data, *place)
        assert isinstance(first, Match)
        assert asked.identify_message(bytes(bytearray(data)), *place) is first
        assert asked.identify(Request.from_message(data, *place)) is first


def test_no_answer(engine, message):
    """Where no identifier has an endpoint the answer is None, also of an empty configuration."""
    assert engine(TRUNK).identify_message(message(), "192.0.2.2", 5060) is None
    nothing = Engine(Configuration.from_files({}))
    assert nothing.identify_message(message(), *SOURCE) is None
    assert nothing.identify(Request(source="192.0.2.1")) is None


def test_identifiers(engine):
    """The effective order is the configuration's."""
    order = "[global]\ntype=global\nendpoint_identifier_order=header,ip\n"

    assert engine("").identifiers == (
        "line",
        "ip",
        "username",
        "anonymous",
        "header",
        "request_uri",
        "auth_username",
    )
    assert engine(order).identifiers[:3] == ("line", "header", "ip")


def test_positional_and_named_arguments(engine, message):
    """All arguments of a message may be given by position and by name."""
    asked = engine(TRUNK)
    named = {
        "data": message(),
        "source": "192.0.2.1",
        "port": 5060,
        "transport": "udp",
        "local": None,
        "transport_section": None,
    }

    assert asked.identify_message(*named.values()) == asked.identify_message(**named) == Match("e", "ip", "i")
    assert asked.identify_message(message(), "192.0.2.1", port=1, transport="TCP") == Match("e", "ip", "i")


@pytest.mark.parametrize("data", ["OPTIONS", None, 5, ["a"]])
def test_data_must_be_bytes(engine, data):
    """Anything but bytes is the caller's mistake, and the error says what is wanted."""
    with pytest.raises(TypeError, match="bytes"):
        engine(TRUNK).identify_message(data, *SOURCE)
    with pytest.raises(TypeError, match="bytes"):
        Request.from_message(data, *SOURCE)


def test_other_buffers(engine, message):
    """A message may stand in any contiguous buffer, which is free again after the answer."""
    asked = engine(TRUNK)
    data = bytearray(message())

    answers = [
        asked.identify_message(message, *SOURCE)
        for message in (data, memoryview(data), memoryview(data)[:-1])
    ]

    assert answers == [Match("e", "ip", "i")] * 3
    data.clear()
    with pytest.raises(BufferError):
        asked.identify_message(memoryview(message() * 2)[::2], *SOURCE)


@pytest.mark.parametrize("name", ["transport", "local", "transport_section"])
def test_names_must_be_text(engine, message, name):
    """So is another argument that isn't text."""
    for wrong in (5, b"udp", ["udp"]):
        with pytest.raises(TypeError, match="str"):
            engine(TRUNK).identify_message(message(), *SOURCE, **{name: wrong})
        with pytest.raises(TypeError, match="str"):
            Request.from_message(message(), *SOURCE, **{name: wrong})
        with pytest.raises(TypeError, match="str"):
            Request(source="192.0.2.1", **{name: wrong})


@pytest.mark.parametrize("port", [-1, 65536, 1 << 31, 1 << 63, -(1 << 63), 1 << 200])
def test_ports_out_of_range(engine, message, port):
    """A port that can't be one raises ValueError that names it."""
    for ask in (
        lambda: engine(TRUNK).identify_message(message(), "192.0.2.1", port),
        lambda: Request.from_message(message(), "192.0.2.1", port),
        lambda: Request(source="192.0.2.1", port=port),
    ):
        with pytest.raises(ValueError, match=f"port {port} ") as caught:
            ask()
        assert not isinstance(caught.value, MessageError)


@pytest.mark.parametrize("request_", [None, 5, b"OPTIONS sip:h SIP/2.0\r\n\r\n", {"source": "192.0.2.1"}])
def test_only_requests_are_identified(engine, request_):
    """Something else than a Request is the caller's mistake."""
    with pytest.raises(TypeError, match="Request"):
        engine(TRUNK).identify(request_)


def test_uninitialised_request(engine):
    """A Request that was never initialised is an empty one, and no initialised one can be changed."""
    empty = Request.__new__(Request)
    asked = engine(TRUNK)

    assert asked.identify(empty) is None
    assert asked.explain(empty).match is None
    assert (empty.from_uri, empty.request_uri, empty.printed_headers, empty.authorizations) == (
        None,
        None,
        (),
        (),
    )
    request = Request(source="192.0.2.1")
    with pytest.raises(TypeError, match="immutable"):
        request.__init__(source="192.0.2.2")
    with pytest.raises(AttributeError):
        request.source = "192.0.2.2"
    assert asked.identify(request) == Match("e", "ip", "i")


def test_uninitialised_engine(message):
    """An engine that was never initialised has no answer, and an initialised one can't be changed."""
    empty = Engine.__new__(Engine)
    asked = Engine(Configuration.from_files({"pjsip.conf": TRUNK}))

    assert empty.identifiers == ()
    assert empty.identify_message(message(), *SOURCE) is None
    assert empty.identify(Request(source="192.0.2.1")) is None
    with pytest.raises(TypeError, match="twice"):
        asked.__init__(Configuration.from_files({}))
    assert asked.identify_message(message(), *SOURCE) == Match("e", "ip", "i")


def test_engine_in_a_cycle(message):
    """An engine that is part of a cycle is collected with it, tables and answers too."""
    collected = []
    for _ in range(50):
        asked = Engine(
            Configuration.from_files(
                {"pjsip.conf": TRUNK + "[j]\ntype=identify\nendpoint=e\nmatch_header=X-B: /1/\n"}
            )
        )
        asked.identify_message(message(["X-B: 1"]), *SOURCE)
        asked.itself = asked
        weakref.finalize(asked, collected.append, True)
    del asked
    gc.collect()

    assert len(collected) == 50


def test_answer_outlives_its_engine(engine, message):
    """An answer is a Match like any other, also when its engine is gone."""
    answer = engine(TRUNK).identify_message(message(), *SOURCE)

    assert answer == Match("e", "ip", "i")
    assert hash(answer) == hash(Match("e", "ip", "i"))


def test_metadata_alone(engine):
    """A request needs no more than what the deciding identifier looks at."""
    asked = engine(TRUNK + "[alice@h]\ntype=endpoint\n")

    assert asked.identify(Request(source="192.0.2.1")) == Match("e", "ip", "i")
    assert asked.identify(Request(source="", headers={"x-a": "1"})) == Match("e", "header", "i")
    assert asked.identify(Request(source="::", from_uri="sip:alice@h")) == Match("alice@h", "username", None)
    assert asked.identify(Request(source="::1", from_uri=b"sip:%61lice@h")) == Match(
        "alice@h", "username", None
    )
    assert asked.identify(Request(source="")) is None


# Threads


def test_threads_and_a_reload(engine, message):
    """While one thread replaces the engine, every answer in others is one of the old engine or the new one."""
    old = engine("[old]\ntype=endpoint\n[i]\ntype=identify\nendpoint=old\nmatch=192.0.2.0/24\n")
    new = engine("[new]\ntype=endpoint\n[j]\ntype=identify\nendpoint=new\nmatch_header=X-A: /^1$/\n")
    expected = {old: Match("old", "ip", "i"), new: Match("new", "header", "j")}
    holder = [old]
    data = message(["X-A: 1"])
    request = Request.from_message(data, *SOURCE)
    wrong = []
    start = threading.Barrier(THREADS + 1)
    done = threading.Event()

    def ask():
        start.wait()
        try:
            while not done.is_set():
                current = holder[0]
                answers = (current.identify_message(data, *SOURCE), current.identify(request))
                if answers != (expected[current],) * 2:
                    wrong.append(answers)
        except BaseException as error:
            wrong.append(error)
            raise

    threads = [threading.Thread(target=ask) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    start.wait()
    for number in range(ROUNDS):
        holder[0] = (new, old)[number % 2]
        # Engines come and go while others are asked.
        engine(TRUNK).identify_message(data, *SOURCE)
    done.set()
    for thread in threads:
        thread.join()

    assert not wrong


def test_threads_share_a_request(engine, message):
    """One request may be asked about, and read, in several threads at a time."""
    asked = engine(TRUNK)
    request = Request.from_message(message([f"X-{number}: {number}" for number in range(100)]), *SOURCE)
    expected = (request.printed_headers, asked.identify(request), request.from_uri.user)
    seen = []

    def read():
        for _ in range(50):
            seen.append((request.printed_headers, asked.identify(request), request.from_uri.user))

    threads = [threading.Thread(target=read) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(seen) == THREADS * 50
    assert all(answer == expected for answer in seen)


def test_engine_outlives_what_it_was_made_of(message):
    """An engine keeps what it needs: the text, the mapping of tokens and other engines may go."""
    tokens = {"r": "lnr"}
    text = (
        "[t]\ntype=transport\nprotocol=udp\nbind=127.0.0.1:5060\n[e]\ntype=endpoint\n"
        "[r]\ntype=registration\nserver_uri=sip:h\nclient_uri=sip:h\nline=yes\nendpoint=e\n"
    )
    engines = [Engine(Configuration.from_files({"pjsip.conf": text}), tokens) for _ in range(20)]
    tokens["r"] = "changed"
    asked = engines.pop()
    del engines, text

    assert asked.identify_message(message(request_uri="sip:s@h;line=lnr"), *SOURCE) == Match("e", "line", "r")
    assert asked.identify_message(message(request_uri="sip:s@h;line=changed"), *SOURCE) is None
    assert re.fullmatch("lnr", asked.line_tokens["r"])
