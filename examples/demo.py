"""Run every request of the proxy scenarios and print what was identified and how (``make demo``).

Each scenario's ``requests.json`` lists its requests with their answers.  The command's answer is held against the
library's and against that; any difference ends this with status 1.  With ``--traces`` the table is followed by each
command with all that it prints, which is why.
"""

from __future__ import annotations

import itertools
import json
import os
import shlex
import sys
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from identify.commands.main import sip_identify
from identify.configuration import Configuration
from identify.engine import Engine
from identify.request import Request

EXAMPLES = Path(__file__).resolve().parent
SCENARIOS = (
    "outbound-proxy",
    "direct-media",
    "multiple-itsps",
    "header-matching",
    "inbound-proxy",
    "upgrade",
)
HEADING = ("Scenario", "Request", "Source", "Endpoint", "Identified by", "Section")


def arguments(case: dict[str, Any]) -> list[str]:
    """Return the arguments of ``sip-identify`` for one request."""
    return [
        "explain",
        "pjsip.conf",
        "--message",
        case["request"],
        "--source",
        case["source"],
        *case["options"],
    ]


def run_command(folder: Path, case: dict[str, Any]) -> tuple[str, int]:
    """Run the command in the scenario's folder; return what it prints and its status."""
    os.chdir(folder)
    ran = CliRunner().invoke(sip_identify, arguments(case), prog_name="sip-identify")
    if ran.exception is not None and not isinstance(ran.exception, SystemExit):
        raise ran.exception
    return ran.output, ran.exit_code


def ask_library(folder: Path, case: dict[str, Any]) -> dict[str, Any] | None:
    """Return the library's match for one request, None if it isn't identified."""
    options = case["options"]
    tokens = dict(
        value.split("=") for option, value in itertools.pairwise(options) if option == "--line-token"
    )
    engine = Engine(Configuration.from_path(folder), line_tokens=tokens)
    address, port = case["source"].rsplit(":", 1)
    match = engine.identify(Request.from_message((folder / case["request"]).read_bytes(), address, int(port)))
    if match is None:
        return None
    return {"endpoint": match.endpoint, "identifier": match.identifier, "section": match.section}


def first_line(answer: dict[str, Any] | None) -> str:
    """Return what the command's first line must be."""
    if answer is None:
        return "not identified"
    section = f", section {answer['section']}" if answer["section"] is not None else ""
    return f"{answer['endpoint']} (by {answer['identifier']}{section})"


def row(scenario: str, case: dict[str, Any], answer: dict[str, Any] | None) -> tuple[str, ...]:
    """Return the cells of one request's answer."""
    values = (answer or {}).values() or ("not identified", None, None)
    return (scenario, Path(case["request"]).name, case["source"], *(value or "-" for value in values))


def main() -> int:
    """Run all scenarios and return the exit status."""
    with_traces = sys.argv[1:] == ["--traces"]
    if sys.argv[1:] and not with_traces:
        print("usage: demo.py [--traces]", file=sys.stderr)
        return 2
    cases = [
        (scenario, case)
        for scenario in SCENARIOS
        for case in json.loads((EXAMPLES / scenario / "requests.json").read_text(encoding="utf-8"))[
            "requests"
        ]
    ]
    # As wide as what is expected, so that each row can be printed when it is known.
    wanted = [HEADING, *(row(scenario, case, case["answer"]) for scenario, case in cases)]
    widths = [max(map(len, column)) for column in zip(*wanted, strict=True)]
    failures: list[str] = []
    traces: list[str] = []

    def show(cells: tuple[str, ...]) -> None:
        line = "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()
        print(line, flush=True)

    print("== What was identified, and how ==\n")
    show(HEADING)
    show(tuple("-" * width for width in widths))
    for scenario, case in cases:
        folder, answer = EXAMPLES / scenario, case["answer"]
        printed, status = run_command(folder, case)
        found = ask_library(folder, case)
        shown = printed.partition("\n")[0]
        if found != answer or shown != first_line(answer) or status != (answer is None):
            failures.append(
                f"{scenario}/{case['request']}: expected {answer}; the library says {found}, "
                f"the command {shown!r} with status {status}"
            )
        show(row(scenario, case, found))
        command = f"$ sip-identify {shlex.join(arguments(case))}"
        traces.append(f"# {scenario}: {case['why']}\n{command}\n{printed}")
    print(f"\n{len(cases)} requests, {len(failures)} not as expected")
    if with_traces:
        print("\n== Why ==\n")
        print("\n".join(traces), end="")
    else:
        print("Why each of them: make demo ARGS=--traces, or the README.md of each scenario in examples/")
    for failure in failures:
        print(f"WRONG {failure}", file=sys.stderr)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
