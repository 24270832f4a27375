"""The simulation: what an Asterisk with a given configuration would do with given traffic."""

from typing import TYPE_CHECKING

from identify.missing_build import lazy_names

if TYPE_CHECKING:
    from identify.simulation.comparison import Change, Comparison, Standing, compare
    from identify.simulation.example import Example
    from identify.simulation.outcomes import Outcome
    from identify.simulation.results.result import Expectations, Mismatch, Reading, Result, UnusedRule
    from identify.simulation.results.sources import Sources, UnidentifiedSource, UnidentifiedSources
    from identify.simulation.rows import AnswerColumns, Row, Rows
    from identify.simulation.simulation import Simulation, simulate
else:
    __getattr__, __dir__ = lazy_names(
        __name__,
        {
            "identify.simulation.comparison": ("Change", "Comparison", "Standing", "compare"),
            "identify.simulation.example": ("Example",),
            "identify.simulation.outcomes": ("Outcome",),
            "identify.simulation.results.result": (
                "Expectations",
                "Mismatch",
                "Reading",
                "Result",
                "UnusedRule",
            ),
            "identify.simulation.results.sources": ("Sources", "UnidentifiedSource", "UnidentifiedSources"),
            "identify.simulation.rows": ("AnswerColumns", "Row", "Rows"),
            "identify.simulation.simulation": ("Simulation", "simulate"),
        },
    )

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
