"""The language of .conf files: what identification section 4 states."""

from __future__ import annotations

import pytest
from loading import codes, identify, items, load, matches, problem

IDENTIFY = "type=identify\nendpoint=e\n"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("match=1.1.1.1", ["1.1.1.1/32"]),
        ("match = 1.1.1.1", ["1.1.1.1/32"]),
        ("  match\t=\t1.1.1.1  ", ["1.1.1.1/32"]),
        ("match=>1.1.1.1", ["1.1.1.1/32"]),
        ("match => 1.1.1.1", ["1.1.1.1/32"]),
        ("MATCH=1.1.1.1", ["1.1.1.1/32"]),
        ("match=1.1.1.1\r", ["1.1.1.1/32"]),
        ("match=1.1.1.1;comment", ["1.1.1.1/32"]),
        ("match=1.1.1.1 ;--- no block", ["1.1.1.1/32"]),
        ("match=1.1.1.1 ;-- x --; ,2.2.2.2", ["1.1.1.1/32", "2.2.2.2/32"]),
        ("match=1.1.1.1 ;-- a ;-- b --; c --; ,2.2.2.2", ["1.1.1.1/32", "2.2.2.2/32"]),
        ("match=1.1.1.1 ;--\nmatch=3.3.3.3\n--;\nmatch=2.2.2.2", ["1.1.1.1/32", "2.2.2.2/32"]),
        ("match=1.1.1.1\nmatch=2.2.2.2", ["1.1.1.1/32", "2.2.2.2/32"]),
        ("match=1.1.1.1\nmatch+=,2.2.2.2", ["1.1.1.1/32", "2.2.2.2/32"]),
        ("match=1.1.1.1\nmatch+=/8", ["1.0.0.0/8"]),
        ("match=1.1.1.1\nMATCH += 2.2.2.2", ["1.1.1.1/32", "2.2.2.2/32"]),
        ("match+=1.1.1.1", ["1.1.1.1/32"]),
        ("@match=nonsense\nmatch=1.1.1.1", ["1.1.1.1/32"]),
    ],
)
def test_option_lines(line: str, expected: list[str]) -> None:
    """An option line is read as Asterisk reads it."""
    assert items(identify(line)) == expected


def test_appended_text_has_no_separator() -> None:
    """``+=`` puts the texts together: 1.1.1.1 and 2.2.2.2 are 1.1.1.12.2.2.2, which is no address."""
    configuration = identify("match=1.1.1.1\nmatch+=2.2.2.2")

    assert "1.1.1.12.2.2.2" in problem(configuration, "match-name").message


def test_appending_to_an_inherited_line_leaves_the_template_alone() -> None:
    """``+=`` changes the heir's copy of a line only."""
    configuration = load(f"[t](!)\n{IDENTIFY}match=1.1.1.1\n[a](t)\nmatch+=/8\n[b](t)\n")

    assert matches(configuration) == {"a": ["1.0.0.0/8"], "b": ["1.1.1.1/32"]}


@pytest.mark.parametrize(
    ("value", "expected"),
    [(r"X: a\;b", "X: a;b"), ("X: a;b", "X: a"), (r'X: "a;b"', 'X: "a'), (r"X: a\b\n", r"X: a\b\n")],
)
def test_escapes(value: str, expected: str) -> None:
    r"""Only ``\;`` is an escape; quotes protect nothing."""
    configuration = identify(f"match_header={value}")

    assert f"     Header: {expected}\n" in configuration.show_identifies()


def test_byte_order_mark_is_skipped() -> None:
    """A UTF-8 byte order mark before the first section is no text."""
    assert list(load(b"\xef\xbb\xbf[e]\ntype=endpoint\n").endpoints) == ["e"]


def test_bytes_that_are_not_utf8_survive() -> None:
    """Ids keep bytes that aren't UTF-8 as surrogate escapes."""
    (name,) = load(b"[e\xff]\ntype=endpoint\n").endpoints

    assert name.encode("utf-8", "surrogateescape") == b"e\xff"


def test_nul_ends_a_line() -> None:
    """What follows a NUL isn't part of the line, as in C."""
    assert items(identify("match=1.1.1.1\0,2.2.2.2")) == ["1.1.1.1/32"]


def test_only_line_feeds_end_lines() -> None:
    """Characters that Python's splitlines() would split at are part of a line."""
    configuration = load("[a\x0bb\x85c\u2028d]\ntype=endpoint\n")

    assert list(configuration.endpoints) == ["a\x0bb\x85c\u2028d"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("[i](nope)\ntype=endpoint\n", "section-unknown-parent"),
        ("[i]( t )\n", "section-unknown-parent"),
        ("[i](later)\n[later](!)\n", "section-unknown-parent"),
        ("[nope](+)\n", "section-unknown-addition"),
        ("[t](+)\n", "section-unknown-addition"),
        ("[i\n", "section-unclosed"),
        ("[i](t\n", "section-unclosed"),
        ("#include missing.conf\n", "include-missing"),
        ("#include *.missing\n", "include-missing"),
    ],
)
def test_what_spoils_the_whole_file(text: str, code: str) -> None:
    """One such line, and nothing of the file is loaded."""
    configuration = load(f"[e]\ntype=endpoint\n[t](!)\n{text}")

    assert not configuration.endpoints
    found = problem(configuration, code)
    assert (found.severity, found.line, found.lost) == ("error", 4, "the whole file pjsip.conf")


def test_option_before_any_section_spoils_the_file() -> None:
    """An option outside sections loses all that follows too."""
    configuration = load("a=b\n[e]\ntype=endpoint\n")

    assert not configuration.endpoints
    assert problem(configuration, "option-outside-section").line == 1


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("garbage", "line-without-equals"),
        ("=x", "line-without-name"),
        ("#bogus x", "directive-unknown"),
        ("#include", "directive-without-file"),
        ("#exec /bin/true", "exec-not-run"),
        ("x=" + "y" * 8190, "line-too-long"),
        (";-- never closed\n[x]\ntype=endpoint", "comment-unterminated"),
    ],
)
def test_what_is_only_a_warning(line: str, code: str) -> None:
    """Such a line is passed over and the file stays."""
    configuration = load(f"[e]\ntype=endpoint\n{line}\n")

    assert list(configuration.endpoints) == ["e"]
    assert (problem(configuration, code).severity, problem(configuration, code).line) == ("warning", 3)


def test_longest_line() -> None:
    """8190 characters are read, one more aren't."""
    value = "y" * (8190 - len("context="))
    configuration = load(f"[e]\ntype=endpoint\ncontext={value}\n[f]\ntype=endpoint\ncontext={value}y\n")

    assert configuration.endpoints["e"].options == {"context": value}
    assert configuration.endpoints["f"].options == {}


def test_line_length_is_counted_in_bytes() -> None:
    """A line of fewer characters can be too long."""
    configuration = load("[e]\ntype=endpoint\ncontext=" + "é" * 4095 + "\n")

    assert codes(configuration) == {"line-too-long"}


def test_nested_block_comments_have_a_limit() -> None:
    """More than 128 block comments in each other don't count."""
    configuration = load("[e]\n" + ";-- " * 200 + "--; " * 128 + "\ntype=endpoint\n")

    assert list(configuration.endpoints) == ["e"]
    assert "comment-too-deep" in codes(configuration)


class TestInheritance:
    """Templates and additions."""

    def test_template_makes_no_object(self) -> None:
        """``(!)`` sections are only for others."""
        assert list(load("[t](!)\ntype=endpoint\n[e](t)\n").endpoints) == ["e"]

    @pytest.mark.parametrize("head", ["[t](!,u)", "[t](u,!)"])
    def test_a_template_may_inherit(self, head: str) -> None:
        """``!`` may stand anywhere among the names."""
        configuration = load(
            f"[u](!)\n{IDENTIFY}match=1.1.1.1\n{head}\nmatch=2.2.2.2\n[i](t)\nmatch=3.3.3.3\n"
        )

        assert matches(configuration) == {"i": ["1.1.1.1/32", "2.2.2.2/32", "3.3.3.3/32"]}

    def test_single_options_override_and_lists_append(self) -> None:
        """Later templates override earlier ones, own lines all of them."""
        configuration = load(
            "[t](!)\ntype=identify\nendpoint=a\nmatch=1.1.1.1\n[u](!)\nendpoint=b\nmatch=2.2.2.2\n"
            "[i](t,u)\n[j](t,u)\nendpoint=c\n[k](u,t)\n"
        )

        assert [identify.endpoint for identify in configuration.identifies.values()] == ["b", "c", "a"]
        assert items(configuration, "k") == ["2.2.2.2/32", "1.1.1.1/32"]

    def test_twice_the_same_template_counts_twice(self) -> None:
        """``(t,t)`` appends a list twice."""
        configuration = load(f"[t](!)\n{IDENTIFY}match=1.1.1.1\n[i](t,t)\n")

        assert items(configuration) == ["1.1.1.1/32", "1.1.1.1/32"]

    def test_from_a_normal_section(self) -> None:
        """One may inherit from what isn't a template."""
        configuration = load(f"[a]\n{IDENTIFY}match=1.1.1.1\n[b](a)\nmatch=2.2.2.2\n")

        assert matches(configuration) == {"a": ["1.1.1.1/32"], "b": ["1.1.1.1/32", "2.2.2.2/32"]}

    def test_template_names_have_no_case(self) -> None:
        """``[T](!)`` is found by ``(t)``."""
        assert list(load("[T](!)\ntype=endpoint\n[e](t)\n").endpoints) == ["e"]

    def test_of_two_templates_the_first_is_used(self) -> None:
        """A second template of a name has no effect."""
        configuration = load(f"[t](!)\n{IDENTIFY}match=1.1.1.1\n[t](!)\n{IDENTIFY}match=2.2.2.2\n[i](t)\n")

        assert items(configuration) == ["1.1.1.1/32"]

    def test_lines_are_copied_at_that_point(self) -> None:
        """What is added to a template later isn't seen by earlier heirs."""
        configuration = load(f"[a]\n{IDENTIFY}match=1.1.1.1\n[b](a)\n[a](+)\nmatch=2.2.2.2\n[c](a)\n")

        assert matches(configuration) == {
            "a": ["1.1.1.1/32", "2.2.2.2/32"],
            "b": ["1.1.1.1/32"],
            "c": ["1.1.1.1/32", "2.2.2.2/32"],
        }

    def test_empty_name_means_the_first_section(self) -> None:
        """``[j]()`` inherits from the first section of the file."""
        assert list(load("[e]\ntype=endpoint\n[x]\ntype=aor\n[j]()\n").endpoints) == ["e", "j"]

    def test_addition_goes_to_the_first_section_of_the_name(self) -> None:
        """``(+)`` doesn't look at types, ``(+type=identify)`` does."""
        text = f"[k]\n{IDENTIFY}[k]\ntype=aor\n"

        assert items(load(text + "[k](+)\nmatch=1.1.1.1\n"), "k") == ["1.1.1.1/32"]
        other = "[k]\ntype=aor\n[k]\n" + IDENTIFY
        assert items(load(other + "[k](+type=identify)\nmatch=1.1.1.1\n"), "k") == ["1.1.1.1/32"]
        assert codes(load(other + "[k](+type=nothing)\n")) == {"section-unknown-addition"}

    def test_addition_with_template(self) -> None:
        """``(+,t)`` adds a template's lines at the end."""
        configuration = load(f"[t](!)\nmatch=9.9.9.9\n[i]\n{IDENTIFY}match=1.1.1.1\n[i](+,t)\n")

        assert items(configuration) == ["1.1.1.1/32", "9.9.9.9/32"]

    def test_origin_says_through_which_template(self) -> None:
        """A rule knows the file, line and section in which it is written."""
        configuration = load(f"[t](!)\n{IDENTIFY}match=1.1.1.1\n[u](!,t)\n[i](u)\nmatch=2.2.2.2\n")
        inherited, own = (rule.origin for rule in configuration.identifies["i"].addresses)

        assert (inherited.file, inherited.line, inherited.template) == ("pjsip.conf", 4, "t")
        assert (own.line, own.template) == (7, None)
        assert configuration.identifies["i"].origin.line == 6


class TestSectionNames:
    """What stands between the brackets."""

    def test_blanks_are_kept(self) -> None:
        """``[ i ]`` has the id " i "."""
        assert list(load("[ e ]\ntype=endpoint\n").endpoints) == [" e "]

    def test_text_behind_is_ignored(self) -> None:
        """Text after the brackets has no meaning."""
        assert list(load("[t](!) x\ntype=endpoint\n[e](t) trailing\n").endpoints) == ["e"]

    def test_parentheses_must_follow_at_once(self) -> None:
        """``[e] (t)`` inherits nothing, which is pointed out."""
        configuration = load("[t](!)\ntype=endpoint\n[e] (t)\n")

        assert not configuration.endpoints
        assert problem(configuration, "section-text-ignored").line == 3

    def test_cut_to_79_bytes(self) -> None:
        """Longer names lose their end, in the middle of a character if need be."""
        configuration = load(f"[{'a' * 78}éb]\ntype=endpoint\n")

        (name,) = configuration.endpoints
        assert name.encode("utf-8", "surrogateescape") == b"a" * 78 + b"\xc3"
        assert codes(configuration) == {"section-name-cut"}

    def test_empty_name_gets_a_stable_id(self) -> None:
        """``[]`` makes an object with a made-up id, the same one each time."""
        text = "[]\ntype=endpoint\n"

        (first,), (second,) = load(text).endpoints, load(text).endpoints
        assert first == second != ""


class TestIncludes:
    """``#include`` within a given set of files."""

    @pytest.mark.parametrize(
        "line",
        ["#include extra.conf", '#include "extra.conf"', "#include <extra.conf>", "#include ext*.conf"]
        + ["#include {extra,other}.conf", "#include ./extra.conf", "#include /etc/asterisk/extra.conf"]
        + ["#tryinclude extra.conf", "#INCLUDE extra.conf ; comment"],
    )
    def test_forms(self, line: str) -> None:
        """The file's sections stand in the place of the line."""
        configuration = load(f"[a]\ntype=endpoint\n{line}\n", extra="[b]\ntype=endpoint\n")

        assert list(configuration.endpoints) == ["a", "b"]

    def test_inside_a_section(self) -> None:
        """A section goes on in an included file and after it."""
        configuration = load(f"[i]\n{IDENTIFY}#include extra.conf\nmatch=2.2.2.2\n", extra="match=1.1.1.1\n")

        assert items(configuration) == ["1.1.1.1/32", "2.2.2.2/32"]
        assert configuration.identifies["i"].addresses[0].origin.file == "extra.conf"

    def test_missing_optional_file_is_silent(self) -> None:
        """``#tryinclude`` of nothing says nothing."""
        configuration = load("[e]\ntype=endpoint\n#tryinclude nope.conf\n")

        assert list(configuration.endpoints) == ["e"]
        assert not configuration.problems

    def test_globs_are_sorted(self) -> None:
        """Files of a pattern are read in the order of their names."""
        configuration = load(f"[i]\n{IDENTIFY}#include x*.conf\n", x2="match=2.2.2.2\n", x1="match=1.1.1.1\n")

        assert items(configuration) == ["1.1.1.1/32", "2.2.2.2/32"]

    def test_block_comments_end_with_their_file(self) -> None:
        """A comment left open in an included file doesn't reach the including one."""
        configuration = load("#include extra.conf\n[e]\ntype=endpoint\n", extra=";-- open\n")

        assert list(configuration.endpoints) == ["e"]
