"""What the command writes: whole or not at all, and never over what it reads or over another output."""

from __future__ import annotations

import os
import stat
import subprocess
import sys

import pytest
from consoles import ROOT

from identify.errors import OutputError
from identify.writing import Output, Outputs

CONFIG = "[e]\ntype=endpoint\nacl=named\n#include more.conf\n"
ROW = '{"source":"192.0.2.1","from_uri":"sip:alice@example.com","method":"OPTIONS"}\n'
#: Every input of a run, and each option that can name it as its output.
WRITERS = ["--output", "--record", "--html"]
INPUTS = [
    *((read, option) for read in ("t.jsonl", "pjsip.conf", "more.conf", "tokens.json") for option in WRITERS),
    ("acl.conf", "--record"),
    ("e.jsonl", "--record"),
    ("names", "--record"),
    ("other.conf", "--html"),
]
#: What makes a file an input, where it isn't one of every run.
MORE = {
    "e.jsonl": ["--expect", "e.jsonl"],
    "other.conf": ["--against", "other.conf"],
    "names": ["--names", "names"],
}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Give a folder with everything that a run can read, as the current one."""
    monkeypatch.chdir(tmp_path)
    for name, text in (
        ("pjsip.conf", CONFIG),
        ("more.conf", ""),
        ("acl.conf", ""),
        ("other.conf", CONFIG),
        ("t.jsonl", ROW),
        ("e.jsonl", ""),
        ("names", ""),
        ("tokens.json", "{}"),
    ):
        (tmp_path / name).write_text(text)
    return tmp_path


def contents(folder):
    """Return the content of every file, by name."""
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def other_name(path, kind):
    """Return another name for a file."""
    if kind == "symlink":
        os.symlink(path, f"link-{kind}.jsonl")
    elif kind == "hard link":
        os.link(path, f"link-{kind}.jsonl")
    else:
        return f"./{path}"
    return f"link-{kind}.jsonl"


@pytest.mark.parametrize("kind", ["path", "symlink", "hard link"])
@pytest.mark.parametrize(("read", "option"), INPUTS)
def test_an_input_is_not_written(run, folder, read, option, kind):
    """An output that is any of the inputs, by any name, ends the command and changes nothing."""
    name = other_name(read, kind)
    before = contents(folder)
    arguments = ["simulate", "pjsip.conf", "t.jsonl", "--line-tokens", "tokens.json", option, name]
    result = run(*arguments, *MORE.get(read, ()))

    assert result.exit_code == 2
    assert f"can't write {option} {name}: it is also read" in result.stderr
    assert read in result.stderr
    assert contents(folder) == before


@pytest.mark.parametrize(
    "options",
    [
        ("-o", "a.jsonl", "--record", "a.jsonl"),
        ("-o", "a.jsonl", "--record", "./a.jsonl"),
        ("--record", "a.html", "--html", "a-link"),
        ("-o", "old.jsonl", "--record", "old-link.jsonl"),
    ],
)
def test_outputs_are_not_the_same(run, folder, options):
    """Two outputs that are one file, whether it exists or not, end the command and change nothing."""
    (folder / "old.jsonl").write_text("old")
    os.link("old.jsonl", "old-link.jsonl")
    os.symlink("a.html", "a-link")
    before = contents(folder)

    result = run("simulate", "pjsip.conf", "t.jsonl", *options)

    assert result.exit_code == 2
    assert "it is also written by another name" in result.stderr
    assert contents(folder) == before


@pytest.mark.parametrize(("output", "jobs"), [("o.csv", "1"), ("o.parquet", "1"), ("o.csv", "2")])
def test_bad_traffic_keeps_old_outputs(run, folder, output, jobs):
    """A run that fails at its last file leaves what every output had, and no other file."""
    (folder / "bad.jsonl").write_text("neither\n")
    for name in ("o.csv", "r.jsonl", "h.html", "o.parquet"):
        (folder / name).write_text("old")
    before = contents(folder)
    options = ("-o", output, "--record", "r.jsonl", "--html", "h.html", "-j", jobs)

    assert run("simulate", "pjsip.conf", "t.jsonl", "bad.jsonl", *options).exit_code == 2
    assert contents(folder) == before


#: Lets the files of a command have at most 2,048 bytes, as if the disk were full.
SMALL_FILES = ("sh", "-c", 'ulimit -f 4; exec "$@"', "sh")


def process(*arguments, under=(), **options):
    """Run the command as a process, perhaps under another command."""
    command = [*under, sys.executable, "-m", "identify.commands", *arguments]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
    return subprocess.run(command, env=environment, text=True, timeout=120, check=False, **options)


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_a_full_disk_keeps_old_outputs(folder, ending):
    """A file that can't be written to its end leaves all outputs as they were; one line says which and why."""
    (folder / "t.jsonl").write_text(ROW * 3000)
    for name in (f"o.{ending}", "r.jsonl"):
        (folder / name).write_text("old")
    before = contents(folder)

    ran = process(
        "simulate", "pjsip.conf", "t.jsonl", "-o", f"o.{ending}", "--record", "r.jsonl", under=SMALL_FILES
    )

    assert ran.returncode == 2
    assert ran.stderr.startswith("sip-identify: error: can't write ")
    assert ran.stderr.endswith(": File too large\n")
    assert ran.stderr.count("\n") == 1
    assert contents(folder) == before


@pytest.mark.parametrize("options", [(), ("-o", "-")])
def test_a_full_standard_output_is_an_error(folder, options):
    """What can't be written is said in a line, without a traceback."""
    with open("/dev/full", "w") as full:
        ran = process("simulate", "pjsip.conf", "t.jsonl", *options, stdout=full)

    assert ran.returncode == 2
    assert "sip-identify: error: can't write standard output: No space left on device\n" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_a_full_device_is_an_error(run, folder):
    """A device is written straight, and named if it takes nothing."""
    ran = run("simulate", "pjsip.conf", "t.jsonl", "--record", "/dev/full")

    assert ran.exit_code == 2
    assert ran.stderr == "sip-identify: error: can't write /dev/full: No space left on device\n"


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_streams_are_outputs(folder, stream):
    """``>> traffic`` ends the command before anything is appended, even the message about it."""
    with open("t.jsonl", "a") as traffic:
        ran = process("simulate", "pjsip.conf", "t.jsonl", **{stream: traffic})

    assert ran.returncode == 2
    assert (ran.stderr or ran.stdout).startswith("sip-identify: error: can't write standard ")
    assert contents(folder)["t.jsonl"] == ROW.encode()


def test_descriptors_are_written_straight(folder):
    """``/dev/stdout`` goes on where the shell's redirection is, and replaces nothing."""
    (folder / "out").write_text("before\n")
    with open("out", "a") as out:
        ran = process("simulate", "pjsip.conf", "t.jsonl", "--record", "/dev/stdout", stdout=out)

    assert (ran.returncode, ran.stderr) == (0, "")
    lines = (folder / "out").read_text().splitlines()
    assert lines[0] == "before"
    assert lines[1].startswith('{"traffic"')
    assert lines[2] == "1 message"


def test_links_and_permissions_stay(tmp_path):
    """The file behind a link is replaced, with its permissions; a new one has those of the umask."""
    (tmp_path / "real").write_text("old")
    (tmp_path / "real").chmod(0o640)
    (tmp_path / "link").symlink_to("real")
    with Outputs() as outputs:
        outputs.open(tmp_path / "link").file.write(b"new")
        outputs.open(tmp_path / "another").file.write(b"new")

    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_bytes() == b"new"
    assert stat.S_IMODE((tmp_path / "real").stat().st_mode) == 0o640
    mask = os.umask(0)
    os.umask(mask)
    assert stat.S_IMODE((tmp_path / "another").stat().st_mode) == 0o666 & ~mask


@pytest.mark.parametrize("unnamed", [True, False])
def test_nothing_is_seen_until_all_is_whole(tmp_path, monkeypatch, unnamed):
    """An old file stays until the end, also on a file system whose files have names; what fails leaves nothing."""
    if not unnamed:
        monkeypatch.setattr("os.O_TMPFILE", os.O_DIRECTORY | os.O_WRONLY)
    path = tmp_path / "file"
    path.write_text("old")
    output = Output(path)
    output.file.write(b"new")
    output.finish()

    assert path.read_text() == "old"
    assert len(list(tmp_path.iterdir())) == (1 if unnamed else 2)
    output.commit()
    assert path.read_text() == "new"

    def fail():
        with Outputs() as outputs:
            outputs.open(path).file.write(b"half")
            raise ValueError("bad")

    with pytest.raises(ValueError, match=r"^bad$"):
        fail()
    assert [one.name for one in tmp_path.iterdir()] == ["file"]
    assert path.read_text() == "new"


def test_errors_name_the_file(tmp_path):
    """A file that can't be made is an OutputError with the path as it was given."""
    for path, said in ((tmp_path / "no" / "file", "No such file"), (tmp_path, "Is a directory")):
        with pytest.raises(OutputError, match=rf"^can't write {path}: {said}"):
            Output(path)
