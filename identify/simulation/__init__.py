"""The simulation: what an Asterisk with a given configuration would do with given traffic."""

from identify.missing_build import with_build_hint

try:
    from identify.simulation.comparison import Comparison, compare
    from identify.simulation.example import Example
    from identify.simulation.outcomes import Outcome
    from identify.simulation.results.arrow import tables_of
    from identify.simulation.results.changes import Change, Standing
    from identify.simulation.results.entries import Reading, UnusedRule
    from identify.simulation.results.expectations import Expectations, Mismatch
    from identify.simulation.results.result import Result
    from identify.simulation.results.sources import Sources, UnidentifiedSource, UnidentifiedSources
    from identify.simulation.rows import AnswerColumns, Row, Rows
    from identify.simulation.simulation import Simulation, simulate
except ImportError as error:
    raise with_build_hint(error) from error

__all__ = [
    "AnswerColumns",
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
    "compare",
    "simulate",
    "tables_of",
]
