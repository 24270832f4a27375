"""The columns of a batch, whatever they are given."""

import pytest

from identify.traffic import Batch, Direction

MESSAGE = {"frame": 1, "source": "192.0.2.1", "port": 5060}


@pytest.mark.parametrize(
    "wrong",
    [
        {"time": 1 << 63},
        {"time": -2},
        {"time": 1.5},
        {"time": None},
        {"frame": -1},
        {"frame": 1 << 64},
        {"frame": "1"},
        {"port": -1},
        {"port": 5060.5},
        {"local_port": 65536},
        {"local_port": "5060"},
        {"direction": 4},
        {"direction": "in"},
        {"transport": "sctp"},
        {"source": "nowhere"},
        {"source": "\ud800"},
        {"local": "nowhere"},
        {"data": "text"},
        {"data": None},
        {"data": 5},
    ],
)
def test_a_message_is_taken_whole_or_not_at_all(wrong):
    """What append refuses leaves no trace in any column, and the next message is taken."""
    batch = Batch()
    batch.append(b"first", **MESSAGE)
    given = {"data": b"second"} | MESSAGE | wrong
    with pytest.raises((ValueError, TypeError)):
        batch.append(given.pop("data"), **given)
    batch.append(b"third", **{**MESSAGE, "port": 7}, time=(1 << 63) - 1, direction=Direction.SENT)
    assert [batch.message(number) for number in range(len(batch))] == [b"first", b"third"]
    assert (list(batch.ports), list(batch.times), batch.source(1)) == (
        [5060, 7],
        [-1, (1 << 63) - 1],
        "192.0.2.1",
    )
    columns = (batch.times, batch.frames, batch.ports, batch.local_ports, batch.directions, batch.transports)
    assert {len(column) for column in columns} == {2}
    assert (len(batch.sources), len(batch.locals), len(batch.offsets)) == (32, 32, 3)
