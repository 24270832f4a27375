"""Which of the steps people are shown, and in which order: the lines of an explanation's text below its answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import attrs

from identify.explanation.telling.nearest import NearestMiss
from identify.explanation.telling.reasons import ALSO, LOST, MATCH, NO, NOTE, UNKNOWN, Step
from identify.model import Match
from identify.strings import shown

__all__ = ["Line", "trace_lines"]

#: What is shown of the step that decides.
OF_DECIDING = (MATCH, ALSO, UNKNOWN)
#: Verdicts of reasons that are about the request alone, if they have no line of the configuration.
BACKGROUND = (NO, NOTE)


@attrs.frozen
class Line:
    """One line of the text: ``verdict`` is that of a reason, empty for other lines.

    ``heading`` says that it begins a step or a list, ``found`` that this step has an answer.
    """

    text: str
    verdict: str = ""
    heading: bool = False
    found: bool = False

    def __str__(self) -> str:
        """Return the line."""
        return f"  [{self.verdict}] {self.text}" if self.verdict else self.text


def trace_lines(
    steps: Sequence[Step], nearest: Sequence[NearestMiss], match: Match | None, *, everything: bool
) -> Iterator[Line]:
    """Yield the nearest misses, then the steps that say more, and in one line those that don't.

    With a ``match`` these are the step that decides and the others that have an answer.  With ``everything`` no step
    and no reason is left out.
    """
    told = set()
    if nearest:
        yield Line("Nearest misses:", heading=True)
        for miss in nearest:
            told.add(miss.reason.text)
            verdict, _, text = str(miss).partition("] ")
            yield Line(text, verdict[1:])
    silent: list[Step] = []
    for step in steps:
        if everything:
            shown_step = step
        elif match is not None:
            shown_step = _of_identified(step, match)
        else:
            shown_step = attrs.evolve(
                step,
                reasons=tuple(reason for reason in step.reasons if reason.text not in told),
            )
            if not shown_step.reasons:
                continue
        if everything or (shown_step.reasons and not _is_silent(shown_step, match)):
            yield from _of_step(shown_step)
        else:
            silent.append(step)
    if silent:
        yield Line(f"{'No match by' if match else 'Nothing to say'}: {', '.join(map(_brief, silent))}")


def _of_identified(step: Step, match: Match) -> Step:
    """Return what matters of a step of a request that is identified."""
    if step.endpoint is not None and step.identifier != match.identifier:
        return step
    kinds = OF_DECIDING if step.identifier == match.identifier else (UNKNOWN, LOST)
    return attrs.evolve(step, reasons=tuple(reason for reason in step.reasons if reason.verdict in kinds))


def _is_silent(step: Step, match: Match | None) -> bool:
    """Return whether a step without an answer has compared nothing of the configuration."""
    if step.endpoint is not None or match is not None:
        return False
    return bool(step.brief) and all(
        reason.verdict in BACKGROUND and reason.origin is None for reason in step.reasons
    )


def _brief(step: Step) -> str:
    return f"{step.identifier} ({step.brief})" if step.brief else step.identifier


def _of_step(step: Step) -> Iterator[Line]:
    answer = shown(step.endpoint) if step.endpoint is not None else "-"
    yield Line(f"{step.identifier}: {answer}", heading=True, found=step.endpoint is not None)
    for reason in step.reasons:
        yield Line(str(reason), reason.verdict)
