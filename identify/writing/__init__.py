"""How files are written: beside their place, and put there once all of them are whole; never over an input."""

from identify.writing.leftovers import begin_process, clear_up_on_signals, end_process, not_interrupted
from identify.writing.output import Output, StandardStream
from identify.writing.outputs import Outputs, Place, check_apart, same_file

__all__ = [
    "Output",
    "Outputs",
    "Place",
    "StandardStream",
    "begin_process",
    "check_apart",
    "clear_up_on_signals",
    "end_process",
    "not_interrupted",
    "same_file",
]
