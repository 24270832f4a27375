"""Run every request of the proxy scenarios and print what was identified and how (``make demo``).

Each scenario's ``expected.json`` lists its requests.  The command is run as a user runs it, and its answer
is held against the library's and against what is expected; any difference ends this with status 1.
"""

from __future__ import annotations

import itertools
import json
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

from identify.configuration import Configuration
from identify.engine import Engine
from identify.request import Request

EXAMPLES = Path(__file__).parent
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


def run_command(folder: Path, case: dict[str, Any]) -> subprocess.CompletedProcess[str]:
    """Run the command in the scenario's folder."""
    command = [sys.executable, "-m", "identify.commands", *arguments(case)]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


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


def main() -> int:
    """Run all scenarios and return the exit status."""
    rows: list[tuple[str, ...]] = []
    failures: list[str] = []
    for scenario in SCENARIOS:
        folder = EXAMPLES / scenario
        expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
        print(f"\n== {expected['title']}: examples/{scenario}/pjsip.conf ==")
        for case in expected["requests"]:
            answer = case["answer"]
            ran = run_command(folder, case)
            print(
                f"\n# {case['why']}\n$ sip-identify {shlex.join(arguments(case))}\n{ran.stdout}{ran.stderr}",
                end="",
            )
            found = ask_library(folder, case)
            shown = ran.stdout.partition("\n")[0]
            if found != answer or shown != first_line(answer) or ran.returncode != (answer is None):
                failures.append(
                    f"{scenario}/{case['request']}: expected {answer}; the library says {found}, "
                    f"the command {shown!r} with status {ran.returncode}"
                )
            values = (found or {}).values() or ("not identified", None, None)
            name = Path(case["request"]).name
            rows.append((scenario, name, case["source"], *(value or "-" for value in values)))
    print("\n== What was identified, and how ==\n")
    widths = [max(map(len, column)) for column in zip(HEADING, *rows, strict=True)]
    for row in (HEADING, tuple("-" * width for width in widths), *rows):
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    for failure in failures:
        print(f"WRONG {failure}", file=sys.stderr)
    print(f"\n{len(rows)} requests, {len(failures)} not as expected")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
