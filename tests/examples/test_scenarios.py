"""The proxy scenarios: every request's answer, by the library and by the command, and the demonstration."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from consoles import ROOT

from identify.commands.main import sip_identify
from identify.configuration import Configuration
from identify.engine import Engine
from identify.request import Request

EXAMPLES = ROOT / "examples"
SCENARIOS = (
    "outbound-proxy",
    "direct-media",
    "multiple-itsps",
    "header-matching",
    "inbound-proxy",
    "upgrade",
)
ADDRESS_OF_PROXY = "192.168.0.1"


def cases() -> list[Any]:
    found = []
    for scenario in SCENARIOS:
        expected = json.loads((EXAMPLES / scenario / "requests.json").read_text(encoding="utf-8"))
        for case in expected["requests"]:
            name = f"{scenario}-{Path(case['request']).stem}-{case['source']}"
            found.append(pytest.param(EXAMPLES / scenario, case, id=name))
    return found


def tokens(case: dict[str, Any]) -> dict[str, str]:
    return dict(value.split("=") for value in case["options"] if "=" in value)


def answer(match: Any) -> dict[str, Any] | None:
    if match is None:
        return None
    return {"endpoint": match.endpoint, "identifier": match.identifier, "section": match.section}


@pytest.mark.parametrize("line_end", ["\n", "\r\n"], ids=["lf", "crlf"])
@pytest.mark.parametrize(("folder", "case"), cases())
def test_library_answers_as_expected(folder: Path, case: dict[str, Any], line_end: str) -> None:
    """Engine and explanation give each scenario's answers, whichever line ends the file has."""
    engine = Engine(Configuration.from_path(folder), line_tokens=tokens(case))
    data = (folder / case["request"]).read_bytes().replace(b"\n", line_end.encode())
    address, port = case["source"].rsplit(":", 1)

    request = Request.from_message(data, address, int(port))

    assert answer(engine.identify(request)) == case["answer"]
    assert answer(engine.explain(request).match) == case["answer"]
    assert answer(engine.identify_message(data, address, int(port))) == case["answer"]


@pytest.mark.parametrize(("folder", "case"), cases())
def test_command_answers_as_expected(folder: Path, case: dict[str, Any]) -> None:
    """The command's JSON and its exit status give each scenario's answers."""
    arguments = [
        "explain",
        str(folder),
        "--message",
        str(folder / case["request"]),
        "--source",
        case["source"],
    ]

    result = CliRunner().invoke(sip_identify, [*arguments, *case["options"], "--json"])

    assert json.loads(result.output)["match"] == case["answer"]
    assert result.exit_code == (0 if case["answer"] else 1)


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_nothing_of_a_configuration_is_lost(scenario: str) -> None:
    """Asterisk would load the examples without a word."""
    assert Configuration.from_path(EXAMPLES / scenario / "pjsip.conf").problems == ()


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_every_request_is_listed(scenario: str) -> None:
    """No request lies in a folder without being run."""
    listed = json.loads((EXAMPLES / scenario / "requests.json").read_text(encoding="utf-8"))["requests"]

    files = {f"requests/{path.name}" for path in (EXAMPLES / scenario / "requests").iterdir()}

    assert files == {case["request"] for case in listed}


def test_every_scenario_has_a_folder() -> None:
    """The folders are the scenarios that the demonstration runs."""
    assert {path.name for path in EXAMPLES.iterdir() if path.is_dir() and path.name != "__pycache__"} == set(
        SCENARIOS
    )


def test_line_token_goes_round() -> None:
    """The Contact offered for the registration's REGISTER has the token that brings requests back."""
    folder = EXAMPLES / "multiple-itsps"
    engine = Engine(Configuration.from_path(folder), line_tokens={"itsp-one": "eylpkkv"})

    contact = engine.contact("itsp-one", local="192.168.0.2:5060")

    assert contact == "<sip:s@192.168.0.2:5060;line=eylpkkv>"
    request = (folder / "requests" / "token-in-request-uri.sip").read_bytes()
    assert contact.strip("<>").encode() in request


def test_demonstration() -> None:
    """The demonstration is a table of all requests first, then, only if asked, every trace; it ends with status 0."""
    ran, silent, wrong = [
        subprocess.run(
            [sys.executable, str(EXAMPLES / "demo.py"), *arguments],
            capture_output=True,
            text=True,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            check=False,
        )
        for arguments in (["--traces"], [], ["--trace"])
    ]

    assert (ran.stderr, ran.returncode) == (silent.stderr, silent.returncode) == ("", 0)
    table, why = ran.stdout.split("\n\n== Why ==\n\n")
    rows = table.removeprefix("== What was identified, and how ==\n\n").split("\n")
    assert len(rows) == 2 + len(cases()) + 2
    assert rows[-1] == f"{len(cases())} requests, 0 not as expected"
    assert ADDRESS_OF_PROXY in rows[2]
    assert why.count("$ sip-identify explain pjsip.conf") == len(cases())
    assert "make demo ARGS=--traces" in silent.stdout.removeprefix(table + "\n")
    assert silent.stdout.startswith(table)
    assert len(silent.stdout.split("\n")) == len(table.split("\n")) + 2
    assert wrong.returncode == 2
