"""Nothing that is fed may crash: bytes of any kind, columns that don't fit, objects that were never initialised."""

from array import array

import pytest
from calls import Traffic, configuration, request, response
from hypothesis import given
from hypothesis import strategies as st

from identify._compiled._doubt import Doubts
from identify._compiled._replay import Replay, Replayer
from identify._compiled._sockets import Sockets
from identify.engine import Engine
from identify.simulation import AnswerColumns, Outcome, Simulation
from identify.simulation.replay_setup import make_replay
from identify.traffic.batch import TRANSPORTS, Batch, Direction

CONFIG = configuration()
ENGINE = Engine(CONFIG)

pieces = st.sampled_from(
    [
        b"\r\n", b"\n", b" ", b";tag=", b"tag", b"\"", b"<", b">", b";branch=z9hG4bK", b"SIP/2.0 200 OK\r\n", b"\\", b"=",
        b"INVITE sip:a@b SIP/2.0\r\n", b"Via: SIP/2.0/UDP h", b"v:", b"From: <sip:a@b>", b"To: <sip:a@b>", b"Call-ID: 1",
        b"CSeq: 1 INVITE", b"CSeq: 4294967295 X", b"Contact: *", b"\0", b"\xff", b"Content-Length: 0\r\n\r\n", b"SIP/", b"sip/2.0",
    ]
)  # fmt: skip
whole = st.sampled_from([request(), request("INVITE", to_tag="t"), response(200), response(100, to_tag=None)])


@st.composite
def messages(draw):
    """Draw bytes that resemble SIP, or SIP with a few bytes changed."""
    if draw(st.booleans()):
        return b"".join(draw(st.lists(pieces | st.binary(max_size=4), max_size=30)))
    data = bytearray(draw(whole))
    for _ in range(draw(st.integers(0, 4))):
        place = draw(st.integers(0, len(data) - 1))
        data[place : place + draw(st.integers(0, 2))] = draw(st.binary(max_size=2))
    return bytes(data)


@given(
    st.lists(st.tuples(messages(), st.sampled_from(TRANSPORTS), st.sampled_from(Direction)), max_size=12),
    st.booleans(),
)
def test_any_bytes(drawn, assumed):
    """Every message has an outcome, whatever it is, and an answer only if the identifiers were asked."""
    traffic = Traffic()
    for data, transport, direction in drawn:
        traffic.add(data, transport=transport, direction=direction)
    simulation, rows = traffic.simulation(CONFIG, engine=ENGINE, assume_dialogs=assumed, remembered=3)

    assert len(rows) == len(drawn) == sum(simulation.result.outcomes.values())
    assert all(row.outcome.is_identification for row in rows if row.endpoint is not None)


@given(messages())
def test_agrees_with_the_engine(data):
    """A message alone gets what the engine answers, or is dropped if the engine refuses it."""
    (row,) = Traffic().add(data).rows(CONFIG, engine=ENGINE)
    try:
        match = ENGINE.identify_message(data, "192.0.2.1", 5060)
    except ValueError:
        assert row.outcome in (Outcome.DROPPED, Outcome.NOT_SIP, Outcome.RESPONSE)
        return
    assert row.outcome not in (Outcome.DROPPED, Outcome.NOT_SIP, Outcome.RESPONSE)
    if row.outcome.is_identification:
        assert (row.endpoint, row.identifier) == (
            (match.endpoint, match.identifier) if match else (None, None)
        )


def test_long_message():
    """A message longer than any that is read is dropped."""
    assert Traffic().add(request(headers=["X: " + "x" * 66000])).outcomes() == ["dropped"]


def run(batch, *, verdicts=None, replays=None, methods=None, notable=None):
    """Run a batch with columns of the right length, but for those that are given."""
    count = len(batch)
    replays = (make_replay(CONFIG, ENGINE),) if replays is None else replays
    return Replayer(Sockets(always=True), lambda batch, number: None).run(
        batch,
        replays,
        tuple(AnswerColumns.for_messages(count) for _ in replays) if verdicts is None else verdicts,
        bytearray(count) if methods is None else methods,
        array("I", bytes(4 * count)) if notable is None else notable,
    )


@pytest.mark.parametrize(
    "column", ["offsets", "times", "transports", "sources", "ports", "locals", "local_ports", "directions"]
)
def test_columns_of_other_lengths(column):
    """A batch whose columns don't have the same length is refused."""
    batch = Traffic().receive().receive(call="c2").batch
    setattr(batch, column, getattr(batch, column)[:-1])

    with pytest.raises(ValueError, match="length"):
        run(batch)


@pytest.mark.parametrize("offsets", [[-1, 5], [0, 10**6], [7, 3], [2**62, 2**62]])
def test_offsets_outside(offsets):
    """Offsets outside of the data, or that go back, are refused."""
    batch = Traffic().receive().batch
    batch.offsets = array("q", offsets)

    with pytest.raises(ValueError, match="offsets"):
        run(batch)


def test_unknown_transport():
    """A code that stands for no transport is refused."""
    batch = Traffic().receive().batch
    batch.transports[0] = 5

    with pytest.raises(ValueError, match="transport"):
        run(batch)


@pytest.mark.parametrize(
    "given",
    [
        {"verdicts": ()},
        {"verdicts": (AnswerColumns.for_messages(2),)},
        {"methods": bytearray(2)},
        {"notable": array("I")},
        {"replays": ()},
    ],
)
def test_results_of_other_lengths(given):
    """Columns for the results that don't fit are refused."""
    with pytest.raises(ValueError, match=r"columns|replays"):
        run(Traffic().receive().batch, **given)


def test_never_initialised():
    """A replay or replayer that was never initialised is refused, and frees nothing that it hasn't."""
    with pytest.raises(TypeError):
        run(Traffic().receive().batch, replays=(Replay.__new__(Replay),))
    replayer = Replayer.__new__(Replayer)
    columns = (AnswerColumns.for_messages(0),), bytearray(), array("I")
    with pytest.raises(TypeError):
        replayer.run(Batch(), (make_replay(CONFIG, ENGINE),), *columns)
    assert Replay.__new__(Replay).hits == []


def test_initialised_twice():
    """A replay keeps the engine that it was made with."""
    replay = make_replay(CONFIG, ENGINE)

    with pytest.raises(TypeError):
        replay.__init__(ENGINE, {})


@pytest.mark.parametrize(
    "change",
    [
        {"access_of": []},
        {"access_of": [5] * 99},
        {"remembered": 0},
        {"remembered": 2**40},
        {"auth_flags_of": []},
        {"doubts": Doubts(object(), [0], [-1], [], None, None)},
    ],
)
def test_settings_that_do_not_fit(change):
    """Settings for other answers, or of senseless sizes, are refused."""
    count = len(ENGINE.matches)
    settings = {
        "everybody": (None, None, -1, -1, -1),
        "accesses": [],
        "access_of": [-1] * count,
        "auth_flags_of": [0] * count,
        "counting": False,
        "least_count": 5,
        "period": 5,
        "prune_interval": 30,
        "assume_dialogs": False,
        "remembered": 100,
        "doubts": None,
    }
    Replay(ENGINE, settings)
    change = {key: value[:count] if isinstance(value, list) else value for key, value in change.items()}

    with pytest.raises(ValueError, match=r"answers|access list|remembered"):
        Replay(ENGINE, settings | change)


def test_error_while_learning():
    """An error of what is told of REGISTERs comes out."""

    def broken(batch, number):
        raise RuntimeError(f"message {number}")

    batch = Traffic().receive().send("REGISTER").batch
    replayer = Replayer(Sockets(always=True), broken)

    with pytest.raises(RuntimeError, match="message 1"):
        replayer.run(
            batch,
            (make_replay(CONFIG, ENGINE),),
            (AnswerColumns.for_messages(2),),
            bytearray(2),
            array("I", bytes(8)),
        )


def test_addresses_of_other_lengths():
    """A local address has 16 bytes."""
    with pytest.raises(ValueError, match="16"):
        Sockets([(b"1234", 5060)])


def test_too_many_local_addresses():
    """More local sockets than a host can have are refused."""
    with pytest.raises(ValueError, match="1025 local sockets"):
        Sockets([(bytes(16), port) for port in range(1025)])
    with pytest.raises(ValueError, match="1025 local sockets"):
        Sockets(wildcards=[(4, port) for port in range(1025)])


def test_more_sockets_than_are_remembered():
    """The transport section is right for more sockets than the compiled part remembers."""
    sections = "".join(
        f"[t{port}]\ntype=transport\nprotocol=udp\nbind=192.0.2.254:{port}\ndomain=d{port}\n[alice@d{port}]\ntype=endpoint\n"
        for port in range(6000, 6100)
    )
    traffic = Traffic()
    for number, port in enumerate([*range(6000, 6100)] * 2):
        traffic.receive(call=str(number), place={"local_port": port})

    assert [row.endpoint for row in traffic.rows(sections)] == [
        f"alice@d{port}" for port in range(6000, 6100)
    ] * 2


def test_two_replays_are_as_good_as_one():
    """A message scanned for two replays has the same verdicts as for each alone."""
    traffic = (
        Traffic()
        .receive("INVITE")
        .receive("INVITE")
        .receive(user="nobody", call="c2")
        .add(b"\r\n")
        .answer(200)
    )
    alone = list(Simulation(CONFIG, engine=ENGINE).feed(traffic.batch))
    verdicts = tuple(AnswerColumns.for_messages(5) for _ in range(2))
    run(traffic.batch, replays=(make_replay(CONFIG, ENGINE), make_replay(CONFIG, ENGINE)), verdicts=verdicts)

    assert verdicts[0] == verdicts[1]
    assert [list(Outcome)[code] for code in verdicts[0].outcomes] == [row.outcome for row in alone]


def test_doubts_that_do_not_fit():
    """Numbers of unknowns and of answers that don't exist are refused, and a second initialisation is."""
    matcher = (ENGINE, [0] * len(ENGINE.matches))
    doubts = Doubts(object(), [0, 0], [-1, 0], [0], None, None)

    with pytest.raises(TypeError, match="twice"):
        doubts.__init__(object(), [0], [-1], [], None, None)
    with pytest.raises(ValueError, match="no unknown 1"):
        doubts.tell_untold([0, 1])
    with pytest.raises(ValueError, match="numbers for answers"):
        Doubts(object(), [0, 0], [-1], [], None, None)
    with pytest.raises(ValueError, match="unknowns for 0 answers"):
        Doubts(object(), [0], [-1], [0], (ENGINE, []), None)
    with pytest.raises(ValueError, match="no unknown 0"):
        Doubts(object(), [0], [-1], [], None, matcher)


def test_unknowns_of_another_batch():
    """A column of unknowns that isn't for the batch's messages is refused."""
    batch = Traffic().receive().batch
    columns = AnswerColumns.for_messages(1, unknowns=True)
    columns.unknowns.append(0)

    with pytest.raises(ValueError, match="column of unknowns"):
        Replayer(Sockets(always=True), print).run(
            batch, (make_replay(ENGINE.configuration, ENGINE),), (columns,), bytearray(1), array("I", [0])
        )
