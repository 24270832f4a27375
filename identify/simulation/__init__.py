"""The simulation: what an Asterisk with a given configuration would do with given traffic."""

from identify.missing_build import with_build_hint

try:
    from identify.simulation.comparison import Change, Comparison, Standing, compare
    from identify.simulation.example import Example
    from identify.simulation.outcomes import Outcome
    from identify.simulation.results.result import Expectations, Mismatch, Reading, Result, UnusedRule
    from identify.simulation.results.sources import Sources, UnidentifiedSource, UnidentifiedSources
    from identify.simulation.rows import AnswerColumns, Row, Rows
    from identify.simulation.simulation import Simulation, simulate
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
    "UnidentifiedSource",
    "UnidentifiedSources",
    "UnusedRule",
    "AnswerColumns",
    "compare",
    "simulate",
]
