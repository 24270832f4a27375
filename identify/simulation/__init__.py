"""The simulation: what an Asterisk with a given configuration would do with given traffic."""

from typing import TYPE_CHECKING

from identify.importing import lazy_names

if TYPE_CHECKING:
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
else:
    __getattr__, __dir__ = lazy_names(
        __name__,
        {
            "identify.simulation.comparison": ("Comparison", "compare"),
            "identify.simulation.example": ("Example",),
            "identify.simulation.outcomes": ("Outcome",),
            "identify.simulation.results.arrow": ("tables_of",),
            "identify.simulation.results.changes": ("Change", "Standing"),
            "identify.simulation.results.entries": ("Reading", "UnusedRule"),
            "identify.simulation.results.expectations": ("Expectations", "Mismatch"),
            "identify.simulation.results.result": ("Result",),
            "identify.simulation.results.sources": ("Sources", "UnidentifiedSource", "UnidentifiedSources"),
            "identify.simulation.rows": ("AnswerColumns", "Row", "Rows"),
            "identify.simulation.simulation": ("Simulation", "simulate"),
        },
    )

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
