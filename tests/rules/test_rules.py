"""The rules of this project: each planted offence is reported with its place, and nothing else is."""

from __future__ import annotations

from pathlib import Path

import pytest
import rules

TEXTS = rules.read(Path(rules.__file__).parents[1])
#: What a planted text must not say here, where the rules read it too.
LATER = "TO" + "DO"
SKIP = "pytest" + ".skip"
LONG = "x = 1\n" * rules.LONGEST_MODULE


def new_offences(rule, planted):
    """Return what a rule reports of this tree with planted files beyond what it reports without them.

    Other modules in Python, which take long to parse, are left out.
    """
    tree = {
        path: text
        for path, text in TEXTS.items()
        if not path.endswith(".py") or path == "setup.py" or path in planted
    }
    known = set(rule(tree))
    return [offence for offence in rule({**tree, **planted}) if offence not in known]


def added(path, line):
    """Return a file of this tree with a line at its end, and the line's number."""
    assert path in TEXTS
    return {path: f"{TEXTS[path]}{line}\n"}, TEXTS[path].count("\n") + 1


def test_every_rule_reads_something():
    """The tree has files of each kind, so a rule that reports nothing has looked at something."""
    for folder, ending in (
        ("identify", ".py"),
        ("identify", ".pyi"),
        ("_ext", ".pyx"),
        ("_ext", ".pxd"),
        ("tests", ".py"),
    ):
        assert len(list(rules.files(TEXTS, folder, ending))) > 20


@pytest.mark.parametrize(
    "path", ["identify/cli.py", "identify/vendor/__init__.py", "_ext/base/interpreters.pyx"]
)
def test_taken_names(path):
    """A module or folder must not be called what PyPI's "identify" calls one of its own."""
    assert new_offences(rules.names, {path: ""}) == [
        f"{path}: the name is taken by PyPI's distribution 'identify'"
    ]


def test_long_modules():
    """A module of the package may have as many lines as the limit says, and no more."""
    assert new_offences(rules.lengths, {"identify/config/planted.py": LONG}) == []
    assert new_offences(rules.lengths, {"identify/config/planted.py": LONG + "x = 1\n"}) == [
        f"identify/config/planted.py: {rules.LONGEST_MODULE + 1} lines, at most {rules.LONGEST_MODULE}"
    ]


def test_large_folders():
    """A folder of the package may have as many files as the limit says, and no more, of whatever kind."""
    planted = {f"identify/config/planted/m{number}.py": "" for number in range(rules.LARGEST_FOLDER)}

    assert new_offences(rules.folders, planted) == []
    assert new_offences(rules.folders, {**planted, "identify/config/planted/more.json": ""}) == [
        f"identify/config/planted: {rules.LARGEST_FOLDER + 1} files, at most {rules.LARGEST_FOLDER}"
    ]


def test_entries_of_the_package() -> None:
    """The package shows as many files and folders as a reader takes in at a glance, and no more."""
    shown = [f"identify/m{number}.py" for number in range(rules.LARGEST_PACKAGE)]

    assert list(rules.folders(dict.fromkeys(shown, ""))) == []
    assert list(rules.folders({**dict.fromkeys(shown, ""), "identify/more/m.py": ""})) == [
        f"identify: {rules.LARGEST_PACKAGE + 1} entries, at most {rules.LARGEST_PACKAGE}"
    ]


def test_long_sources() -> None:
    """A source of the compiled part has a limit of its own."""
    long = "cdef int x\n" * rules.LONGEST_SOURCE

    assert list(rules.lengths({"_ext/base/_planted.pyx": long})) == []
    assert list(rules.lengths({"_ext/base/_planted.h": f"{long}\n"})) == [
        f"_ext/base/_planted.h: {rules.LONGEST_SOURCE + 1} lines, at most {rules.LONGEST_SOURCE}"
    ]


@pytest.mark.parametrize(
    "figure", ["3,500,000 a second", "130 ns", "2 µs", "4.8 MB", "5.4 M/s", "2 million per second"]
)
def test_figures_without_their_file(figure: str) -> None:
    """A measured figure in a docstring or a comment is reported; a limit that is named isn't one."""
    assert list(rules.figures({"identify/planted.py": f'"""It takes {figure}."""'})) == [
        f'identify/planted.py:1: a figure without its file: """It takes {figure}."""'
    ]
    assert list(rules.figures({"identify/planted.py": "# A second later, 64 KiB, 500 ms."})) == []


def test_this_tree_keeps_to_the_rules() -> None:
    """No rule has anything to report of this tree."""
    assert [offence for rule in rules.RULES for offence in rule(TEXTS)] == []


@pytest.mark.parametrize(
    "line", ["from . import errors", "from .errors import IdentifyError", "from ..x import y"]
)
def test_relative_imports(line):
    """An import that doesn't say whom it is of is reported: the rules on who may know whom go by names."""
    planted, number = added("identify/model.py", line)

    assert new_offences(rules.imports, planted) == [
        f"identify/model.py:{number}: import by the full name, not relative to the package"
    ]


@pytest.mark.parametrize("line", ["import identify", "from identify import Engine"])
def test_imports_from_the_top(line):
    """Inside the package nothing is imported from its top; what is there itself may be."""
    planted, number = added("identify/model.py", line)

    assert new_offences(rules.imports, planted) == [
        f"identify/model.py:{number}: import from the module that has the name, not from 'identify'"
    ]
    assert new_offences(rules.imports, added("identify/__init__.py", line)[0]) == []


@pytest.mark.parametrize(
    "path",
    ["identify/model.py", "identify/_compiled/_image.pyi", "_ext/tables/_image.pyx", "tests/conftest.py"],
)
def test_unfinished(path):
    """What is left for later is reported wherever there are sources."""
    planted, number = added(path, f"# {LATER}: later")

    assert new_offences(rules.unfinished, planted) == [f"{path}:{number}: unfinished: # {LATER}: later"]


def test_tests_that_do_not_run():
    """A test that skips itself is reported; only the root's conftest.py may leave tests out."""
    line = f"{SKIP}('not today')"
    planted, number = added("tests/rules/test_rules.py", line)

    assert new_offences(rules.tests, planted) == [
        f"tests/rules/test_rules.py:{number}: a test that doesn't run: {line}"
    ]
    assert new_offences(rules.tests, added("tests/conftest.py", line)[0]) == []


def test_tests_without_a_docstring():
    """A test says what it pins; a helper needn't."""
    planted = {"tests/rules/test_planted.py": "def helper(): ...\n\n\ndef test_something(): ...\n"}

    assert new_offences(rules.tests, planted) == [
        "tests/rules/test_planted.py:4: test_something doesn't say what it pins"
    ]


def test_sources_that_are_not_compiled():
    """A Cython source must be compiled and have a stub."""
    assert new_offences(rules.modules, {"_ext/base/_planted.pyx": ""}) == [
        "_ext/*/_planted.pyx: it and MODULES of setup.py don't agree"
    ]


def test_stubs_of_nothing():
    """A stub must be of a compiled module."""
    assert new_offences(rules.modules, {"identify/_compiled/_planted.pyi": ""}) == [
        "identify/_compiled/_planted.pyi: it and MODULES of setup.py don't agree"
    ]


def test_compiled_modules_without_source_and_stub():
    """What setup.py compiles must have a source and a stub."""
    planted = {"setup.py": TEXTS["setup.py"].replace("MODULES = [", 'MODULES = [\n    "_planted",')}

    assert new_offences(rules.modules, planted) == [
        "_ext/*/_planted.pyx: it and MODULES of setup.py don't agree",
        "identify/_compiled/_planted.pyi: it and MODULES of setup.py don't agree",
    ]


@pytest.mark.parametrize(
    ("path", "line", "name"),
    [
        ("identify/engine.py", "from identify._compiled._image import sealed", "sealed"),
        ("identify/engine.py", "from identify._compiled._image import sealed as door", "sealed"),
        ("identify/engine.py", "_image.sealed(b'')", "sealed"),
        ("identify/engine.py", "sealed(b'')", "sealed"),
        ("identify/engine.py", "index.lookup_text('192.0.2.1', 0)", "lookup_text"),
        ("_ext/tables/_compile.pyx", "from identify._compiled._image import sealed", "sealed"),
        ("_ext/tables/_image.pyx", "made = sealed(image)", "sealed"),
        ("_ext/tables/_image.pxd", "made = sealed(image)", "sealed"),
    ],
)
def test_what_is_for_tests(path, line, name):
    """What a compiled module has for tests must not be used by the package, in Python or in Cython."""
    planted, number = added(path, line)

    assert new_offences(rules.doors, planted) == [f"{path}:{number}: {name} is for tests"]


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("identify/engine.py", "structure = checksum = 0"),
        ("_ext/tables/_image.pyx", "header.checksum = 0"),
        ("tests/engine/test_file.py", "sealed(b'')"),
        ("tests/engine/test_file.py", "index.lookup_text('192.0.2.1', 0)"),
    ],
)
def test_what_only_looks_like_what_is_for_tests(path, line):
    """Variables and fields may be called like methods that are for tests, and tests use them."""
    assert new_offences(rules.doors, added(path, line)[0]) == []


def test_stubs_mark_what_is_for_tests():
    """A function or method that is marked in a stub is listed, and a listed one is marked."""
    image, addresses = "identify/_compiled/_image.pyi", "identify/_compiled/_addresses.pyi"
    planted = {
        image: f"{TEXTS[image]}def opened(image: bytes) -> bytes: ...  {rules.MARK}\n",
        addresses: TEXTS[addresses].replace(
            f"port: int) -> int: ...  {rules.MARK}", "port: int) -> int: ..."
        ),
    }

    assert new_offences(rules.doors, planted) == [
        f"identify/_compiled/{module}.pyi: {name}: it and FOR_TESTS of .ci/rules.py don't agree"
        for module, name in (
            ("_addresses", "AddressIndex.checksum"),
            ("_addresses", "AddressIndex.lookup_text"),
            ("_image", "opened"),
        )
    ]


def test_every_rule_is_run():
    """``make lint`` leaves no rule of the module out."""
    of_a_rule = {"texts": "Texts", "return": "Iterator[str]"}
    public = [value for name, value in vars(rules).items() if not name.startswith("_")]
    written = {value for value in public if getattr(value, "__annotations__", None) == of_a_rule}

    assert rules.doors in written
    assert written <= set(rules.RULES)
    assert set(rules.MAP_RULES) == {rules.layers.layers, rules.layers.circles}


@pytest.mark.parametrize(("found", "status"), [([], 0), (["a.py:1: planted"], 1), (["one", "another"], 1)])
def test_offences_are_printed(capsys, monkeypatch, found, status):
    """What rules report is printed, with how much it is, and decides the exit status."""
    monkeypatch.setattr(rules, "RULES", (lambda texts: iter(found[:1]), lambda texts: iter([])))
    monkeypatch.setattr(rules, "MAP_RULES", (lambda texts: iter(found[1:]),))

    assert rules.main() == status

    assert capsys.readouterr().out.splitlines() == [*found, f"project rules: {len(found)} broken"]
