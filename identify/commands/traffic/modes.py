"""The options of ``simulate``, its modes, and which options each of them takes.

Every option is either honoured in a mode or refused with the reason; the table below has a cell for each pair, and so
has docs/reference/command.md.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence

import attrs
import click

from identify.commands.config_options import ConfigOptions

__all__ = ["HONOURED", "NEEDS_OUTPUT", "TABLE", "Mode", "SimulateOptions", "check_combination", "mode_of"]


class Mode(str, enum.Enum):
    """How traffic is simulated; the value is the option that asks for it, the first one that is given decides."""

    EXPLAIN = "--explain"
    AGAINST = "--against"
    DASK = "--dask"
    JOBS = "--jobs"
    RUN = "plain"


HONOURED = ""
#: Honoured where rows are written, refused where none are.
NEEDS_OUTPUT = "needs --output"
#: The option is what asks for another mode.
OTHER_MODE = "asks for another mode"

TOTALS = "only totals come back from the workers"
ALL_COMPARED = "all requests are compared"
ONE_CONFIGURATION = "only one configuration's answers can be written or expected"
TRACES = "only traces of single messages are printed"
IN_ORDER = "a trace depends on all messages before it"
OWN_WORKERS = "the scheduler has its own workers"
COMPARES = "a comparison prints the traces of its changes"
DASK_COMPARES = "the workers simulate one configuration"
APART = "a process doesn't know how many rows the others write"
OTHER_PROCESS = "other processes can't read this one's input"


def _row(run: str, jobs: str, dask: str, against: str, explain: str) -> Mapping[Mode, str]:
    return {
        Mode.RUN: run,
        Mode.JOBS: jobs,
        Mode.DASK: dask,
        Mode.AGAINST: against,
        Mode.EXPLAIN: explain,
    }


#: What each mode says to an option: one of the constants above, or the reason why it is refused.
TABLE: Mapping[str, Mapping[Mode, str]] = {
    "--output": _row(HONOURED, HONOURED, TOTALS, ONE_CONFIGURATION, TRACES),
    "--only": _row(NEEDS_OUTPUT, NEEDS_OUTPUT, TOTALS, ALL_COMPARED, HONOURED),
    "--where": _row(NEEDS_OUTPUT, NEEDS_OUTPUT, TOTALS, ALL_COMPARED, HONOURED),
    "--limit": _row(NEEDS_OUTPUT, APART, TOTALS, ALL_COMPARED, HONOURED),
    "--html": _row(HONOURED, HONOURED, HONOURED, HONOURED, TRACES),
    "--record": _row(HONOURED, HONOURED, TOTALS, ONE_CONFIGURATION, TRACES),
    "--expect": _row(HONOURED, HONOURED, HONOURED, ONE_CONFIGURATION, TRACES),
    "--json": _row(HONOURED, HONOURED, HONOURED, HONOURED, HONOURED),
    "--assume-dialogs": _row(HONOURED, HONOURED, HONOURED, HONOURED, HONOURED),
    "--release": _row(HONOURED, HONOURED, HONOURED, HONOURED, HONOURED),
    "--offline": _row(HONOURED, HONOURED, HONOURED, HONOURED, HONOURED),
    "--names": _row(HONOURED, HONOURED, HONOURED, HONOURED, HONOURED),
    "--partial": _row(HONOURED, HONOURED, HONOURED, HONOURED, HONOURED),
    "--strict": _row(HONOURED, HONOURED, HONOURED, HONOURED, HONOURED),
    "--jobs": _row(OTHER_MODE, HONOURED, OWN_WORKERS, HONOURED, IN_ORDER),
    "--dask": _row(OTHER_MODE, OWN_WORKERS, HONOURED, DASK_COMPARES, IN_ORDER),
    "--against": _row(OTHER_MODE, HONOURED, DASK_COMPARES, HONOURED, COMPARES),
    "--explain": _row(OTHER_MODE, IN_ORDER, IN_ORDER, COMPARES, HONOURED),
    "standard input": _row(HONOURED, OTHER_PROCESS, OTHER_PROCESS, HONOURED, HONOURED),
}


@attrs.frozen(kw_only=True)
class SimulateOptions:
    """What is simulated, written and printed; the fields are the options of the command."""

    against: str | None
    expect: str | None
    record: str | None
    output: str | None
    page: str | None
    only: tuple[str, ...]
    where: tuple[str, ...]
    limit: int | None
    #: Numbers of frames, each with the file that it is in, or None for any.
    frames: tuple[tuple[int, str | None], ...]
    assume_dialogs: bool
    jobs: int
    dask: str | None
    as_json: bool

    def given(self, traffic: Sequence[str], config_options: ConfigOptions) -> list[str]:
        """Return the names, in the table, of what is asked for."""
        values = {
            "--output": self.output,
            "--only": self.only,
            "--where": self.where,
            "--limit": self.limit is not None,
            "--html": self.page,
            "--record": self.record,
            "--expect": self.expect,
            "--json": self.as_json,
            "--assume-dialogs": self.assume_dialogs,
            "--release": config_options.release,
            "--offline": config_options.offline,
            "--names": config_options.names,
            "--partial": config_options.partial,
            "--strict": config_options.strict,
            "--jobs": self.jobs > 1,
            "--dask": self.dask is not None,
            "--against": self.against,
            "--explain": self.frames,
            "standard input": "-" in traffic,
        }
        return [name for name, value in values.items() if value]

    def mode(self, traffic: Sequence[str], config_options: ConfigOptions) -> Mode:
        """Return the mode that is asked for, or end the command where the options can't go together."""
        given = self.given(traffic, config_options)
        check_combination(given)
        return mode_of(given)


def mode_of(given: Sequence[str]) -> Mode:
    """Return the mode that the given options, names of the table, ask for."""
    return next((mode for mode in Mode if mode.value in given), Mode.RUN)


def check_combination(given: Sequence[str]) -> None:
    """End the command where the given options, names of the table, can't go together.

    Where several of them ask for a mode, such as --against and --jobs, each of these is held against all the others.
    """
    chosen = mode_of(given)
    for mode in [mode for mode in Mode if mode is chosen or mode.value in given]:
        for option in given:
            reason = TABLE[option][mode]
            if reason == NEEDS_OUTPUT:
                if mode is chosen and "--output" not in given:
                    raise click.UsageError(
                        f"{option} needs --output or --explain: it selects their rows or messages"
                    )
            elif reason != HONOURED:
                raise click.UsageError(f"{option} cannot be used with {mode.value}: {reason}")
