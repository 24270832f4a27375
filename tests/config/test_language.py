"""The odd sides of the language: what an included file takes and leaves, line by line, and additions."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path

import pytest
from loading import codes, identify, items, load, matches, problem

from identify.config.language.files import DirectoryFiles, GivenFiles
from identify.config.language.reader import read_document
from identify.config.problems import Problems
from identify.configuration import Configuration

HEAD = "[e]\ntype=endpoint\n[t](!)\ntype=identify\nendpoint=e\n"


def read(files: str | Mapping[str, str]) -> list[tuple[str, list[tuple[str, str]]]] | None:
    """Return the sections of pjsip.conf with their lines, None if it is invalid."""
    texts = {"pjsip.conf": files} if isinstance(files, str) else files
    document = read_document(GivenFiles(texts), "pjsip.conf", Problems())
    assert document is not None
    if not document.valid:
        return None
    return [
        (section.name, [(line.name, line.value) for line in section.variables])
        for section in document.sections
    ]


def lines(text: str) -> list[tuple[str, str]] | None:
    """Return the lines of a section ``a`` with that text, None if that makes the file invalid."""
    sections = read(f"[a]\n{text}\n")
    return None if sections is None else sections[0][1]


class TestIncludedFiles:
    """What an include costs, and to which section lines belong."""

    @pytest.mark.parametrize(
        ("error", "code"),
        [
            ("[c](nosuch)", "section-unknown-parent"),
            ("[c](+)", "section-unknown-addition"),
            ("[c", "section-unclosed"),
            ("#include nosuch.conf", "include-missing"),
            ("\\", "line-backslash"),
        ],
    )
    def test_an_error_costs_the_rest_of_the_file(self, error: str, code: str) -> None:
        """What the included file said before its error stays, and so does all of the including one."""
        configuration = load(
            "[a]\ntype=endpoint\n#include x.conf\ncontext=c\n[z]\ntype=endpoint\n",
            x=f"[b]\ntype=endpoint\n{error}\n[d]\ntype=endpoint\n",
        )

        assert list(configuration.endpoints) == ["a", "b", "z"]
        assert configuration.endpoints["a"].options == {"context": "c"}
        found = problem(configuration, code)
        assert (found.file, found.line, found.lost) == ("x.conf", 3, "the rest of the file x.conf")

    def test_an_option_before_any_section_is_such_an_error(self) -> None:
        """Where no file began a section yet, an included one can't start with an option."""
        configuration = load("#include x.conf\n[z]\ntype=endpoint\n", x="match=1.2.3.4\n[b]\ntype=endpoint\n")

        assert list(configuration.endpoints) == ["z"]
        assert problem(configuration, "option-outside-section").lost == "the rest of the file x.conf"

    def test_an_error_ends_a_pattern(self) -> None:
        """The files after the invalid one aren't read, which is said."""
        configuration = load(
            "#include d*.conf\n[z]\ntype=endpoint\n",
            d1="[a]\ntype=endpoint\n",
            d2="[x](nosuch)\n",
            d3="[b]\ntype=endpoint\n",
        )

        assert list(configuration.endpoints) == ["a", "z"]
        lost = problem(configuration, "section-unknown-parent").lost
        assert lost == "the rest of the file d2.conf, and the files after it that 'd*.conf' means"

    def test_only_the_main_file_spoils_everything(self) -> None:
        """A missing file that the main file names loses all, with what was included before."""
        configuration = load("#include x.conf\n#include nosuch.conf\n", x="[b]\ntype=endpoint\n")

        assert not configuration.endpoints
        assert problem(configuration, "include-missing").lost == "the whole file pjsip.conf"

    def test_an_include_does_not_move_the_section(self) -> None:
        """Lines behind an include belong to the including file's section, whatever the include began."""
        sections = read({"pjsip.conf": "[a]\nx=1\n#include i.conf\nx=2\n", "i.conf": "[b]\ny=1\n"})

        assert sections == [("a", [("x", "1"), ("x", "2")]), ("b", [("y", "1")])]

    def test_an_included_file_starts_in_the_latest_section(self) -> None:
        """Leading lines of a second include go to the last section of the first one, or to one continued there."""
        main = "[a]\n[k]\n[a](+)\n#include i.conf\n#include j.conf\n"

        assert read({"pjsip.conf": main, "i.conf": "x=0\n[b]\n", "j.conf": "x=1\n"}) == [
            ("a", [("x", "0")]),
            ("k", []),
            ("b", [("x", "1")]),
        ]
        assert read({"pjsip.conf": main, "i.conf": "[k](+)\n", "j.conf": "x=1\n"}) == [
            ("a", []),
            ("k", [("x", "1")]),
        ]

    def test_a_file_that_begins_with_an_include_has_no_section_behind_it(self) -> None:
        """The included file's section isn't the including one's."""
        assert read({"pjsip.conf": "#include i.conf\nx=1\n", "i.conf": "[a]\n"}) is None

    def test_files_of_a_pattern_go_on_where_the_former_ended(self) -> None:
        """Section and block comment go from one file of a pattern to the next, and not out of them."""
        files = {
            "pjsip.conf": "[z]\n#include d*\nx=9\n",
            "d1": "[a]\nx=1\n;-- open\n",
            "d2": "x=2\n--;\nx=3\n[b]\n",
        }

        assert read(files) == [("z", [("x", "9")]), ("a", [("x", "1"), ("x", "3")]), ("b", [])]

    def test_the_first_file_of_a_pattern_may_have_a_byte_order_mark(self) -> None:
        """In the next one it is text: a line without ``=``."""
        files = {"pjsip.conf": "#include d*\n", "d1": "\ufeff[a]\n", "d2": "\ufeff[b]\nx=1\n"}

        assert read(files) == [("a", [("x", "1")])]

    def test_a_byte_order_mark_in_each_include(self) -> None:
        """Each include has a first file."""
        files = {"pjsip.conf": "\ufeff#include d1\n#include d2\n", "d1": "\ufeff[a]\n", "d2": "\ufeff[b]\n"}

        assert read(files) == [("a", []), ("b", [])]

    @pytest.mark.parametrize(
        "name",
        [
            '"i.conf" trailing',
            '"i.conf',
            "<i.conf",
            '<i.conf"',
            "'i.conf'",
            "i.conf x",
            '""',
            '"',
            "<>",
            "<",
            "nosuch",
        ],
    )
    def test_what_names_no_file(self, name: str) -> None:
        """Quotes are part of the name unless the last character closes the first one's; then nothing is left."""
        files = {"pjsip.conf": f"[a]\n#include {name}\n", "i.conf": "x=1\n"}

        assert read(files) is None
        assert read({**files, "pjsip.conf": files["pjsip.conf"].replace("#", "#try")}) == [("a", [])]

    @pytest.mark.parametrize(
        "name", ['"i.conf"', "<i.conf>", '"i.conf" ; c', "i.conf", '"i.conf"\r', '"q"r"']
    )
    def test_what_names_a_file(self, name: str) -> None:
        """The quotes around a name are removed, comments and carriage returns don't count."""
        assert read({"pjsip.conf": f"[a]\n#include {name}\n", "i.conf": "x=1", 'q"r': "x=1"}) == [
            ("a", [("x", "1")])
        ]

    @pytest.mark.parametrize("last", [10, 11])
    @pytest.mark.parametrize("word", ["include", "tryinclude"])
    def test_depth(self, word: str, last: int) -> None:
        """Ten levels are read; the eleventh ``#include`` costs the rest of the tenth, ``#tryinclude`` nothing."""
        files = {f"x{n}": f"[b{n}]\n#{word} x{n + 1}\n[c{n}]\n" for n in range(1, last)}
        sections = read({"pjsip.conf": "#include x1\n[z]\n", f"x{last}": f"[b{last}]\n", **files})

        assert sections is not None
        names = {name for name, _ in sections}
        assert {f"b{n}" for n in range(1, 11)} | {f"c{n}" for n in range(1, 10)} | {"z"} <= names
        assert ("b11" in names, "c10" in names) == (False, last == 11 and word == "tryinclude")

    def test_a_file_that_includes_itself(self) -> None:
        """Asterisk crashes, which is said; the file is read once."""
        configuration = load(
            "[a]\ntype=endpoint\n#tryinclude x.conf\n", x="[b]\ntype=endpoint\n#include *.conf\n"
        )

        assert list(configuration.endpoints) == ["a", "b"]
        found = [each for each in configuration.problems if each.code == "include-circle"]
        assert [(each.file, each.line, each.severity) for each in found] == [("x.conf", 3, "error")] * 2
        assert "Asterisk crashes" in found[0].message

    def test_a_directory_is_skipped(self, tmp_path: Path) -> None:
        """A directory that a pattern means is no error, in a set of files neither."""
        (tmp_path / "d" / "sub").mkdir(parents=True)
        texts = {
            "pjsip.conf": "[a]\ntype=endpoint\n#include d/*\n",
            "d/x.conf": "context=c\n",
            "d/sub/y.conf": "[b]\n",
        }
        for name, text in texts.items():
            (tmp_path / name).write_text(text, encoding="utf-8")

        for configuration in (Configuration.from_files(texts), Configuration.from_path(tmp_path)):
            assert configuration.endpoints["a"].options == {"context": "c"}
            assert problem(configuration, "include-directory").message.startswith("the included name 'd/sub'")

    @pytest.mark.parametrize(
        ("pattern", "found"),
        [
            (r"d/\x1.conf", ["x1"]),
            (r"d/\*", []),
            (r"d/x[12].conf", ["x1", "x2"]),
            (r"d/x[!1].conf", ["x2", "xx"]),
            (r"d/x[^1].conf", ["x2", "xx"]),
            (r"d/x[[:digit:]].conf", ["x1", "x2"]),
            (r"d/x[a-z].conf", ["xx"]),
            (r"d/x[]x].conf", ["xx"]),
            (r"d/x[\x].conf", ["xx"]),
            (r"d/?[1.conf", ["x[1"]),
            (r"d/x\[1.conf", ["x[1"]),
            (r"d/{x2,x1}.conf", ["x2", "x1"]),
            (r"d/x{2.conf,1.conf,nosuch}", ["x2", "x1"]),
            (r"d/\{x1\}.conf", []),
            ("d/*1*c*f", ["x1", "x[1"]),
            ("d/*", ["x1", "x2", "x[1", "xx"]),
            ("*/x1.conf", ["x1"]),
            ("[d]/./x1.conf", ["x1"]),
            ("d/*x", []),
            ("d/{x2,{xx,x1}}.conf", ["x2", "xx", "x1"]),
            ("d/{x{x,2},x1}.conf", ["xx", "x2", "x1"]),
            ("d/{x1.conf", []),
            ("{,d/x1.conf}", ["x1"]),
            ("{}", []),
            ("d/*/", []),
            ("d/.x*", [".x1"]),
        ],
    )
    def test_patterns(self, tmp_path: Path, pattern: str, found: list[str]) -> None:
        """A set of files and a directory mean the same by a pattern."""
        texts = {"pjsip.conf": f"#tryinclude {pattern}\n"}
        texts |= {f"d/{name}.conf": f"[{name}]\ntype=endpoint\n" for name in ("x1", "x2", "xx", "x[1", ".x1")}
        (tmp_path / "d").mkdir()
        for name, text in texts.items():
            (tmp_path / name).write_text(text, encoding="utf-8")

        for source in (GivenFiles(texts), DirectoryFiles(str(tmp_path))):
            document = read_document(source, "pjsip.conf", Problems())
            assert document is not None
            assert [section.name for section in document.sections] == found

    @pytest.mark.parametrize("pattern", ["d/.*", "d/*/", "d", ".", "./", "..", "{e,d}"])
    def test_a_directory_is_found(self, tmp_path: Path, pattern: str) -> None:
        """What means only directories isn't missing: a pattern that begins with a dot means the directory itself."""
        (tmp_path / "d" / "sub").mkdir(parents=True)
        (tmp_path / "pjsip.conf").write_text(f"[a]\ntype=endpoint\n#include {pattern}\n", encoding="utf-8")
        (tmp_path / "d" / "sub" / "x").touch()

        configuration = Configuration.from_path(tmp_path)

        assert list(configuration.endpoints) == ["a"]
        assert {each.code for each in configuration.problems} == {"include-directory"}

    def test_a_pattern_may_go_deep(self, tmp_path: Path) -> None:
        """A pattern of a thousand directories is read like others."""
        (tmp_path / "d").mkdir()
        (tmp_path / "d" / "x").write_text("[a]\ntype=endpoint\n", encoding="utf-8")
        (tmp_path / "pjsip.conf").write_text("#include [d]/" + "./" * 1_500 + "x\n", encoding="utf-8")

        assert list(Configuration.from_path(tmp_path).endpoints) == ["a"]

    def test_a_pattern_is_matched_in_bounded_time(self) -> None:
        """Many stars before something that never comes don't take long."""
        files = {"pjsip.conf": "#tryinclude " + "*a" * 60 + "b\n", "a" * 2_000: "[e]\n"}
        started = time.process_time()

        assert read(files) == []
        assert time.process_time() - started < 5


class TestLines:
    """Lengths, NULs, backslashes and ``+=``."""

    @pytest.mark.parametrize(("size", "kept"), [(8189, True), (8190, True), (8191, False), (8192, False)])
    @pytest.mark.parametrize("end", ["\n", ""])
    def test_length(self, size: int, kept: bool, end: str) -> None:
        """8,191 bytes without the line's end are too many, at the end of the file too."""
        value = "y" * (size - 2)

        assert read(f"[a]\nx={value}{end}") == [("a", [("x", value)] if kept else [])]

    def test_carriage_returns_count(self) -> None:
        """The ``\\r`` of CRLF is a byte of the line."""
        assert read(f"[a]\r\nx={'y' * 8188}\r\n") == [("a", [])]

    def test_a_line_that_is_too_long_has_no_comments(self) -> None:
        """It can't open or close one."""
        assert lines(f";-- {'x' * 9000}\nx=1\n;--\n--; {'x' * 9000}\nx=2\n--;\nx=3") == [
            ("x", "1"),
            ("x", "3"),
        ]

    def test_nul(self) -> None:
        """A NUL ends a line, also the text of a comment."""
        assert lines("x=1\0,2\ny=1;--\0 --;\nz=1\n--;\nw=1") == [("x", "1"), ("y", "1"), ("w", "1")]

    def test_a_long_line_with_a_nul_is_read_in_pieces(self) -> None:
        """Each piece of 8,191 bytes is a line."""
        piece = "x=1\0".ljust(8191, "y")

        assert lines(f"{piece}z=2") == [("x", "1"), ("z", "2")]
        assert lines(f"{piece}{piece}z=2") == [("x", "1"), ("x", "1"), ("z", "2")]
        assert lines(f"{piece}{'y' * 8191}z=2\nv=3") == [("x", "1"), ("v", "3")]

    @pytest.mark.parametrize(
        ("line", "expected"),
        [
            (r"\x=1", ("x", "1")),
            (r"\@x=1", ("@x", "1")),
            (r"\[x]=1", ("[x]", "1")),
            (r"\#x=1", ("#x", "1")),
            (r"\=x=1", ("=x", "1")),
            (r"\\x=1", (r"\x", "1")),
            (r"\;x=1", (";x", "1")),
            (r"  \x = > 1", ("x", "> 1")),
        ],
    )
    def test_a_backslash_makes_an_option(self, line: str, expected: tuple[str, str]) -> None:
        """The backslash at the start of a line goes, and the next character begins a name."""
        assert lines(line) == [expected]

    @pytest.mark.parametrize("line", ["\\", "\\ x=1", "\\\tx=1", "\\éx=1", "\\\udcffx=1"])
    def test_a_backslash_that_makes_the_file_invalid(self, line: str) -> None:
        """Nothing, a blank and a byte that isn't ASCII can't follow it."""
        assert lines(line) is None

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("m=1\nm+=2", [("m", "12")]),
            ("m=1\nm += ,2 ", [("m", "1 ,2")]),
            ("m=1\nm+= ", [("m", "1")]),
            ("m=\nm+= 2", [("m", "2")]),
            ("m=1\nM+=2", [("m", "1"), ("M", "2")]),
            ("m=1\nM=2\nm+=3", [("m", "13"), ("M", "2")]),
            ("m=1\nm+=>2", [("m", "1>2")]),
            ("m+=>2", [("m", ">2")]),
            ("m+= 2", [("m", "2")]),
            ("m=1\nm++=2", [("m", "1"), ("m+", "2")]),
            ("m=1\nm+ =2", [("m", "1"), ("m+", "2")]),
        ],
    )
    def test_appending(self, text: str, expected: list[tuple[str, str]]) -> None:
        """``+=`` continues the last line of exactly that name, with the blanks behind it."""
        assert lines(text) == expected


class TestComments:
    """``;``, ``;--`` and ``--;`` where they are odd."""

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("x=1 --; y\nx=2\n;--\nx=3", ["1 --; y", "3"]),
            ("x=1 --; y\nx=2\n a ;-- x=3", ["1 --; y", "3"]),
            ("--;\n--;\nx=1\n;--\nx=2\n;--\nx=3", ["3"]),
            ("x=1\n;-- a --;-- b --;\nx=2\n--;\nx=3", ["1", "3"]),
            ("x=1\n;-- a --;--; b --;\nx=2\n--;\nx=3", ["1", "3"]),
            ("x=1 ;--; y\nx=2\n--;\nx=3", ["1", "3"]),
            ("x=1 \\;-- y --;\nx=2\n;--\nx=3", ["1 ;-- y --;", "3"]),
            ("x=1 ;-- \\;-- y --;\nx=2", ["1", "2"]),
            ("x=1 ;-- y --\\;\nx=2\n--;\nx=3", ["1", "3"]),
            ("x=1 ;--- y\nx=2 ;-- ;--- --; ,3\nx=4", ["1", "2  ,3", "4"]),
            ("x=1;-- a ; b --;,2;c", ["1,2"]),
        ],
    )
    def test_odd_comments(self, text: str, expected: list[str]) -> None:
        """What is text, and what is lost."""
        found = lines(text)

        assert found is not None
        assert [value for _, value in found] == expected

    def test_a_stray_end_is_reported(self) -> None:
        """So much is lost that it must be said."""
        configuration = identify("match=1.2.3.4 --; c\nmatch=2.2.2.2")

        assert problem(configuration, "comment-unopened").line == 6


class TestAdditions:
    """Inheritance by and after additions, and their filters."""

    def test_heirs_after_an_addition_that_inherits(self) -> None:
        """What ``(+,t)`` adds reaches later heirs, though an heir came before."""
        text = f"{HEAD}[u](!)\nmatch=!192.0.2.66/32\n[z](t)\nmatch=192.0.2.0/24\n[y](!,z)\n[z](+,u)\n[a](z)\n"

        assert matches(load(text)) == {
            "a": ["192.0.2.0/24", "!192.0.2.66/32"],
            "z": ["192.0.2.0/24", "!192.0.2.66/32"],
        }

    @pytest.mark.parametrize(
        "change",
        ["[k](+,u)", "[k](+)\nx=2", "[k](+)\nx+=2", "[k](u,+)", "[k](u,+,u)", "[k](+,!,u)", "[k](k,+)"],
    )
    def test_every_change_reaches_later_heirs(self, change: str) -> None:
        """An heir before a change has the former lines, one after it all of them, in the section's order."""
        sections = read(f"[u](!)\ny=1\n[k](u)\nx=1\n[b](k)\n{change}\n[c](k)\n")

        assert sections is not None
        found = dict(sections)
        assert found["b"] == [("y", "1"), ("x", "1")]
        assert found["c"] == found["k"] != found["b"]

    def test_a_section_that_inherits_from_itself_by_an_addition(self) -> None:
        """Asterisk doesn't start, which is said; here the lines are there twice, for later heirs too."""
        configuration = load(f"{HEAD}[k](t)\nmatch=1.1.1.1\n[b](k)\n[K](+,k)\n[c](k)\n")

        assert matches(configuration) == {
            "b": ["1.1.1.1/32"],
            "c": ["1.1.1.1/32"] * 2,
            "k": ["1.1.1.1/32"] * 2,
        }
        found = problem(configuration, "section-inherits-itself")
        assert (found.severity, found.line) == ("error", 9)
        assert "Asterisk doesn't start" in found.message

    def test_the_empty_name_can_mean_the_section_itself(self) -> None:
        """``(+,)`` on the very first section is such a one."""
        assert codes(load("[e]\ntype=endpoint\n[e](+,)\n")) == {"section-inherits-itself"}

    def test_inheriting_from_a_section_of_the_same_name(self) -> None:
        """``[k](k)`` is another section."""
        assert read("[k]\nx=1\n[k](k)\n[k](k,+)\n") == [("k", [("x", "1"), ("x", "1")]), ("k", [("x", "1")])]

    def test_several_additions(self) -> None:
        """Each looks alone: lines so far go to the first, what follows to the last."""
        text = "[t](!)\nx=1\n[u](!)\nx=2\n[v](!)\nx=3\n[k]\na=1\n[k]\nb=2\n[k](t,+a=1,u,+b=2,v)\nx=4\n"

        assert read(text) == [
            ("t", [("x", "1")]),
            ("u", [("x", "2")]),
            ("v", [("x", "3")]),
            ("k", [("a", "1"), ("x", "1"), ("x", "2")]),
            ("k", [("b", "2"), ("x", "3"), ("x", "4")]),
        ]

    @pytest.mark.parametrize(
        ("filters", "expected"),
        [
            ("+type=aor", [0, 1, 0]),
            ("+type=", [1, 0, 0]),
            ("+=aor", [0, 1, 0]),
            ("+type=aor&x=1", [0, 1, 0]),
            ("+type=aor&x=2", None),
            ("+type", None),
            ("+type=aor&x", None),
            ("+TYPE=aor", None),
            ("+TEMPLATES=include", [1, 0, 0]),
            ("+TEMPLATES=restrict", [0, 0, 1]),
            ("+TEMPLATES=include&type=t", [0, 0, 1]),
            ("+templates=include", None),
            ("+TEMPLATES", None),
            ("+type=(", None),
        ],
    )
    def test_filters(self, filters: str, expected: list[int] | None) -> None:
        """Names of lines have their case, ``TEMPLATES`` is in upper case, and without ``=`` nothing is meant."""
        sections = read(f"[k]\ntype=ii\n[k]\ntype=aor\nx=1\n[k](!)\ntype=t\n[k]({filters})\nnew=1\n")

        found = None if sections is None else [sum(name == "new" for name, _ in own) for _, own in sections]
        assert found == expected

    @pytest.mark.parametrize("size", [79, 80])
    def test_long_names(self, size: int) -> None:
        """Names are stored cut to 79 bytes but looked up whole."""
        name = "n" * size

        assert (read(f"[{name}](!)\nx=1\n[a]({name})\n") is None) == (size > 79)
        assert (read(f"[{name}]\nx=1\n[{name}](+)\n") is None) == (size > 79)
        assert read(f"[{name}]\nx=1\n[{'n' * 79}](+)\ny=1\n") == [("n" * 79, [("x", "1"), ("y", "1")])]

    @pytest.mark.parametrize("line", ["[a]({})", "[{}](+)"])
    def test_a_missing_file_has_no_section_that_is_looked_up_whole(self, line: str) -> None:
        """With ``partial`` a name may be in a missing file, but not one that is stored cut."""
        for size, endpoints in (79, ["e"]), (80, []):
            text = f"[e]\ntype=endpoint\n#include nosuch.conf\n{line.format('n' * size)}\n"
            configuration = Configuration.from_files({"pjsip.conf": text}, partial=True)

            assert list(configuration.endpoints) == endpoints

    @pytest.mark.parametrize("addition", ["[a](+)\n", "[](+)\n"])
    def test_additions_after_many_templates(self, addition: str) -> None:
        """The time for additions doesn't grow with the templates of the name before them."""
        started = time.process_time()

        sections = read("[a](!)\n" * 20_000 + "[a]\n" + addition * 20_000)
        assert sections is not None
        assert len(sections) == 20_001
        assert time.process_time() - started < 5


def test_listing_after_an_include() -> None:
    """A match behind an include is the including section's, and its place is the line's."""
    configuration = load(f"{HEAD}[a](t)\n#include x.conf\nmatch=1.2.3.4\n", x="[b](t)\nmatch=2.2.2.2\n")

    assert items(configuration, "a") == ["1.2.3.4/32"]
    origin = configuration.identifies["a"].addresses[0].origin
    assert (origin.file, origin.line, origin.template) == ("pjsip.conf", 8, None)
