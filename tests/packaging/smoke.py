"""Ask an installed sip-identify for everything the examples expect; for an environment that has nothing but the wheel.

    python tests/packaging/smoke.py

Run by an interpreter into which the wheel is installed; nothing of this checkout is imported.  Writes the examples into
a temporary folder with the installed command, and holds the library's and the command's answers against them.
"""

from __future__ import annotations

import json
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

import identify

#: Beside this file are only tests; in a checkout the package is two folders up.
CHECKOUT = Path(__file__).resolve().parents[2]


def command(*arguments: str, folder: Path, status: int = 0) -> str:
    """Run the installed command in a folder and return what it prints."""
    program = Path(sysconfig.get_path("scripts"), "sip-identify")
    ran = subprocess.run([program, *arguments], cwd=folder, capture_output=True, text=True, check=False)
    if ran.returncode != status:
        raise SystemExit(
            f"sip-identify {' '.join(arguments)}: status {ran.returncode}\n{ran.stdout}{ran.stderr}"
        )
    return ran.stdout


def scenario(folder: Path) -> int:
    """Check a folder of the examples and return the number of its requests."""
    cases = json.loads((folder / "requests.json").read_text(encoding="utf-8"))["requests"]
    configuration = identify.Configuration.from_path(folder)
    for case in cases:
        tokens = dict(value.split("=") for value in case["options"] if "=" in value)
        engine = identify.Engine(configuration, line_tokens=tokens)
        data = (folder / case["request"]).read_bytes()
        address, port = case["source"].rsplit(":", 1)
        match = engine.identify_message(data, address, int(port))
        found = match and {
            "endpoint": match.endpoint,
            "identifier": match.identifier,
            "section": match.section,
        }
        if found != case["answer"]:
            raise SystemExit(f"{folder.name}/{case['request']}: {found}, expected {case['answer']}")
    said = command("simulate", "pjsip.conf", "traffic.pcap", "--expect", "expected.jsonl", folder=folder)
    if f"{len(cases)} of {len(cases)} as expected" not in said:
        raise SystemExit(f"{folder.name}: {said}")
    return len(cases)


def main() -> None:
    """Check all of the examples."""
    if CHECKOUT in Path(identify.__file__).resolve().parents:
        raise SystemExit(f"{identify.__file__} is the checkout's, not the installed one")
    with tempfile.TemporaryDirectory() as temporary:
        command("examples", "new", folder=Path(temporary))
        command("examples", "new", folder=Path(temporary), status=2)
        folders = [path.parent for path in sorted(Path(temporary).glob("new/examples/*/requests.json"))]
        counts = [scenario(folder) for folder in folders]
    if not counts:
        raise SystemExit("the wheel has no examples")
    print(
        f"sip-identify {identify.__version__}, Python {sys.version.split()[0]}: {sum(counts)} answers as expected"
    )


if __name__ == "__main__":
    main()
