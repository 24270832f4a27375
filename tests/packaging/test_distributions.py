"""The sdist and the wheel: contents, tag, installation in empty environments, PyPI's "identify" beside it."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest
from consoles import ROOT

pytestmark = pytest.mark.network

EXAMPLE = ROOT / "examples" / "outbound-proxy"
COMMAND = [
    "explain",
    str(EXAMPLE / "pjsip.conf"),
    "--message",
    str(EXAMPLE / "requests" / "invite.sip"),
    "--source",
    "192.168.0.1:5060",
]
ANSWER = "myitsp (by ip, section myitsp)"
#: What the other distribution is used by.
THEIRS = "from identify.identify import tags_from_filename; print(sorted(tags_from_filename('a.py')))"
THEIR_ANSWER = "['python', 'text']"


def run(*command: str | Path, cwd: Path, **environment: str) -> str:
    """Return what a command prints, which must succeed; nothing of this checkout is on its path."""
    inherited = {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "LD_PRELOAD"))
    }
    ran = subprocess.run(
        [str(argument) for argument in command],
        capture_output=True,
        text=True,
        cwd=cwd,
        env={**inherited, **environment},
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout.strip()


def modules() -> list[str]:
    """Return the names of the compiled modules."""
    text = (ROOT / "setup.py").read_text(encoding="utf-8")
    return ast.literal_eval(re.search(r"^MODULES = (\[.*?\])$", text, re.MULTILINE | re.DOTALL)[1])


class Venv:
    """An empty virtual environment."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        run(sys.executable, "-m", "venv", folder, cwd=folder.parent)

    def python(self, *arguments: str | Path) -> str:
        """Run its interpreter in a folder that has nothing to import."""
        return run(self.folder / "bin" / "python", *arguments, cwd=self.folder)

    def install(self, *what: str | Path) -> None:
        """Install with pip."""
        self.python("-m", "pip", "install", "--quiet", "--disable-pip-version-check", *what)

    def command(self) -> str:
        """Run the installed command and return its first line."""
        return run(self.folder / "bin" / "sip-identify", *COMMAND, cwd=self.folder).partition("\n")[0]


@pytest.fixture(scope="module")
def distributions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the sdist of what git would commit, and the wheel from the sdist."""
    sources, built = tmp_path_factory.mktemp("sources"), tmp_path_factory.mktemp("dist")
    listed = run("git", "ls-files", "--cached", "--others", "--exclude-standard", cwd=ROOT)
    for name in listed.split("\n"):
        if (ROOT / name).is_file():
            (sources / name).parent.mkdir(parents=True, exist_ok=True)
            (sources / name).write_bytes((ROOT / name).read_bytes())
    run(sys.executable, "-m", "build", "--outdir", built, sources, cwd=sources, IDENTIFY_BUILD="release")
    return built


@pytest.fixture(scope="module")
def wheel(distributions: Path) -> Path:
    """Give the wheel's path."""
    (path,) = distributions.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Venv:
    """Give an environment that has the wheel and what it depends on, nothing else."""
    venv = Venv(tmp_path_factory.mktemp("installed") / "venv")
    venv.install(wheel)
    return venv


def test_sdist_has_all_sources(distributions: Path) -> None:
    """The sdist has everything that building, testing and reading need, and nothing that was built."""
    (path,) = distributions.glob("*.tar.gz")
    with tarfile.open(path) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}

    assert set(modules()) <= {
        name.rpartition("/")[2].removesuffix(".pyx") for name in names if name.endswith(".pyx")
    }
    for needed in ("setup.py", "Makefile", "LICENSE", "README.md", "CHANGELOG.md", "identify/py.typed"):
        assert needed in names
    for needed in (
        "CONTRIBUTING.md",
        "SECURITY.md",
        ".ci/progress.py",
        "examples/upgrade/expected.jsonl",
        "_ext/README.md",
        "_ext/message/_chars.h",
        ".ci/run",
        "tests/data/torture",
    ):
        assert needed in names
    for needed in (
        "tests/conftest.py",
        "examples/demo.py",
        "docs/README.md",
        "identify/config/objects/options.json",
        "identify/config/objects/values/ciphers.json",
        "identify/config/older_options.json",
    ):
        assert needed in names
    assert not [name for name in names if name.endswith((".so", ".pyc")) or re.match(r"_ext/.*\.c$", name)]


def test_wheel_is_tagged_for_this_python(wheel: Path) -> None:
    """A wheel of compiled modules is never tagged as fit for every machine."""
    python = f"cp{sys.version_info[0]}{sys.version_info[1]}"

    assert wheel.name.startswith(f"sip_identify-0.1.0-{python}-{python}-linux_")


def test_wheel_has_every_module_and_stub(wheel: Path) -> None:
    """The wheel has each compiled module with its stub, the marker of types, the data and the licence."""
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())

    for module in modules():
        assert [
            name for name in names if re.fullmatch(rf"identify/_compiled/{module}\.cpython-.*\.so", name)
        ], module
        assert f"identify/_compiled/{module}.pyi" in names
    python = {str(path.relative_to(ROOT)) for path in (ROOT / "identify").rglob("*.py")}
    assert python <= names
    data = {
        "identify/config/objects/options.json",
        "identify/config/objects/values/ciphers.json",
        "identify/config/older_options.json",
    }
    assert {"identify/py.typed", *data} <= names
    materials = "identify/commands/materials/"
    listed = run(
        "git", "ls-files", "--cached", "--others", "--exclude-standard", "docs", "examples", cwd=ROOT
    )
    tops = {"README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md"}
    assert {name.removeprefix(materials) for name in names if name.startswith(materials)} == {
        *(name for name in listed.split("\n") if (ROOT / name).is_file()),
        *tops,
    }
    assert "sip_identify-0.1.0.dist-info/licenses/LICENSE" in names
    foreign = {name for name in names if not name.startswith(("identify/", "sip_identify-0.1.0.dist-info/"))}
    assert foreign == set()
    assert not [name for name in names if name.endswith((".pyx", ".pxd", ".c", ".h"))]


def test_installed_wheel_imports_and_answers(installed: Venv) -> None:
    """In an empty environment the package imports and the command answers."""
    assert installed.python("-c", "import identify; print(identify.__version__)") == "0.1.0"
    assert installed.command() == ANSWER
    assert installed.python("-m", "identify.commands", "--version").endswith("0.1.0")


def test_installed_wheel_has_the_examples(installed: Venv) -> None:
    """The installed command writes the examples, and every answer that they expect comes from the installed package."""
    assert "answers as expected" in installed.python(ROOT / "tests" / "packaging" / "smoke.py")


def test_checkout_says_that_it_hides_the_installed_wheel(installed: Venv, tmp_path: Path) -> None:
    """In a folder that has the sources without compiled modules, the error names the wheel that would work."""
    for path in (ROOT / "identify").rglob("*.py"):
        target = tmp_path / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(path.read_bytes())
    code = "import identify\ntry:\n  identify.Engine\nexcept ImportError as error: print(error)"

    said = run(installed.folder / "bin" / "python", "-c", code, cwd=tmp_path)

    assert "where sip-identify is installed: run this from another folder" in said


def test_installed_wheel_needs_nothing_else(installed: Venv) -> None:
    """What was installed satisfies every requirement, and nothing of the build is among it."""
    assert "No broken requirements" in installed.python("-m", "pip", "check")
    listed = installed.python("-m", "pip", "list", "--format=freeze").lower()
    assert "cython" not in listed
    assert "attrs" in listed


def test_theirs_installed_first(wheel: Path, tmp_path: Path) -> None:
    """Over PyPI's "identify" ours works in every way, and theirs through its own modules."""
    venv = Venv(tmp_path / "venv")

    venv.install("identify")
    venv.install(wheel)

    assert venv.python("-c", "import identify; print(identify.Engine.__name__)") == "Engine"
    assert venv.command() == ANSWER
    assert venv.python("-c", THEIRS) == THEIR_ANSWER


def test_theirs_installed_last(wheel: Path, tmp_path: Path) -> None:
    """Under PyPI's "identify" our modules and the command work; only the names at the top are gone."""
    venv = Venv(tmp_path / "venv")

    venv.install(wheel)
    venv.install("identify")

    assert venv.python("-c", "import identify; print(hasattr(identify, 'Engine'))") == "False"
    assert venv.python("-c", "from identify.engine import Engine; print(Engine.__name__)") == "Engine"
    assert venv.command() == ANSWER
    assert venv.python("-m", "identify.commands", "--version").endswith("0.1.0")
    assert venv.python("-c", THEIRS) == THEIR_ANSWER


def test_theirs_removed_again(wheel: Path, tmp_path: Path) -> None:
    """Removing PyPI's "identify" takes our top away; our modules still work, and installing anew mends it."""
    venv = Venv(tmp_path / "venv")
    venv.install(wheel)
    venv.install("identify")

    venv.python("-m", "pip", "uninstall", "--quiet", "--yes", "identify")

    assert venv.python("-c", "import identify; print(identify.__file__)") == "None"
    assert venv.command() == ANSWER
    venv.install("--force-reinstall", "--no-deps", wheel)
    assert venv.python("-c", "import identify; print(identify.Engine.__name__)") == "Engine"
