"""The simulation: what an Asterisk with a given configuration would do with given traffic."""

from identify.missing_build import with_build_hint

try:
    from identify.simulation.comparison import Change, Comparison, Standing, compare
    from identify.simulation.outcomes import Outcome
    from identify.simulation.result import Expectations, Mismatch, Reading, Result, UnusedRule
    from identify.simulation.rows import Row, Rows, Verdicts
    from identify.simulation.simulation import Simulation, simulate
    from identify.simulation.tables import Sources, Stranger, Strangers
    from identify.simulation.trace import Example
except ImportError as error:
    raise with_build_hint(error) from error

__all__ = [
    "Change",
    "Comparison",
    "Example",
    "Expectations",
    "Mismatch",
    "Outcome",
    "Reading",
    "Result",
    "Row",
    "Rows",
    "Simulation",
    "Sources",
    "Standing",
    "Stranger",
    "Strangers",
    "UnusedRule",
    "Verdicts",
    "compare",
    "simulate",
]
