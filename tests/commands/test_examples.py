"""``sip-identify examples``: what it writes, that the first commands it names work, and what it refuses."""

from __future__ import annotations

import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from consoles import ROOT
from example_traffic import SCENARIOS

from identify.commands.ask import examples as module
from identify.commands.main import sip_identify


def write(folder: Path | str):
    """Run the command."""
    return CliRunner().invoke(sip_identify, ["examples", str(folder)])


def contents(folder: Path) -> dict[str, bytes]:
    """Return the files below a folder, without what Python leaves."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_everything_is_written_as_it_is(tmp_path):
    """A new folder has the examples, the documents and the README, byte for byte, and the output names each part."""
    result = write(tmp_path / "new" / "tryout")

    assert result.exit_code == 0, result.output
    written = contents(tmp_path / "new" / "tryout")
    wanted = {
        f"{name}/{path}": data for name in module.FOLDERS for path, data in contents(ROOT / name).items()
    } | {name: (ROOT / name).read_bytes() for name in module.NAMES}
    assert written == wanted
    for part in ("README.md", "docs/reference", *(f"examples/{scenario}" for scenario in SCENARIOS)):
        assert f"  {part}" in result.output


def test_first_commands_work(tmp_path, monkeypatch):
    """What is named to try first works as it is printed, also in a folder whose name needs quotes."""
    result = write(tmp_path / "try out")
    first, *commands = result.output.partition("To try first:\n")[2].partition("\n\n")[0].split("\n")
    monkeypatch.chdir(shlex.split(first)[1])

    ran = [CliRunner().invoke(sip_identify, shlex.split(command)[1:]) for command in commands]

    assert [one.exit_code for one in ran] == [0, 0]
    assert ran[0].output.startswith("myitsp (by ip, section myitsp)\n")
    assert "3 of 3 as expected" in ran[1].output


def test_copied_package_has_the_same(tmp_path):
    """Where the files stand beside the package, as in a wheel, those are written, without a checkout."""
    package = tmp_path / "site" / "identify"
    shutil.copytree(ROOT / "identify", package, ignore=shutil.ignore_patterns("_compiled", "__pycache__"))
    shutil.copytree(
        ROOT / "examples" / "upgrade", package / "commands" / "materials" / "examples" / "upgrade"
    )
    code = "from identify.commands.main import sip_identify; sip_identify(['examples', 'new'])"

    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path / "site", capture_output=True, check=False
    )

    assert ran.returncode == 0, ran.stderr
    assert contents(tmp_path / "site" / "new") == contents(package / "commands" / "materials")


@pytest.mark.parametrize(
    ("present", "said"),
    [("full/mine.txt", "is not empty"), ("full", "Not a directory"), ("full/.hidden", "is not empty")],
)
def test_nothing_is_overwritten(tmp_path, monkeypatch, present, said):
    """A folder that has anything, or a file of that name, is refused and stays as it is."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / present).parent.mkdir(exist_ok=True)
    (tmp_path / present).write_text("mine")

    result = write("full")

    assert result.exit_code == 2
    assert f"full: {said}" in result.output
    assert contents(tmp_path) == {present: b"mine"}


def test_empty_folder_is_used(tmp_path, monkeypatch):
    """An empty folder is filled, also the one that we stand in."""
    monkeypatch.chdir(tmp_path)

    assert write(".").exit_code == 0
    assert (tmp_path / "examples" / "README.md").exists()


def test_nothing_is_left_of_a_failure(tmp_path, monkeypatch):
    """If a file can't be written, those before it are removed, and the folder too."""
    (tmp_path / "source.md").write_text("text")
    broken = tmp_path / "gone.md"
    monkeypatch.setattr(
        module, "_materials", lambda: iter([("a/b.md", tmp_path / "source.md"), ("a/c/d.md", broken)])
    )

    result = write(tmp_path / "new")

    assert result.exit_code == 2
    assert contents(tmp_path) == {"source.md": b"text"}
    assert not (tmp_path / "new").exists()


def test_installation_without_examples(tmp_path, monkeypatch):
    """An installation that has none says so, and makes no folder."""
    monkeypatch.setattr(module, "_materials", lambda: iter(()))

    result = write(tmp_path / "new")

    assert result.exit_code == 2
    assert "has no examples" in result.output
    assert not (tmp_path / "new").exists()
