"""What a simulation writes and reads beside the traffic: rows of answers, expected answers."""

from identify.simulation.files.expected import Expected, Recorder, read_expected
from identify.simulation.files.rows import RowWriter, open_rows
from identify.simulation.files.selection import Selection

__all__ = ["Expected", "Recorder", "RowWriter", "Selection", "open_rows", "read_expected"]
