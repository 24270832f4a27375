"""Whatever the text, loading ends in reasonable time, raises nothing, and the result can't be changed."""

from __future__ import annotations

import pickle
import re
from pathlib import Path
from time import process_time

import attrs
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from loading import codes, load, problem

from identify.config import problems
from identify.config.expansion import expansion, expansion_excess
from identify.config.language import globs, limits
from identify.config.objects.uris import is_route
from identify.config.problems import CODES, MAX_PROBLEMS
from identify.configuration import Configuration

WORDS = st.sampled_from(
    [
        "[",
        "]",
        "(",
        ")",
        "!",
        "+",
        ",",
        ";",
        ";--",
        "--;",
        "\\;",
        "=",
        "=>",
        "+=",
        "#include ",
        "#tryinclude ",
    ]
    + [
        "[i]",
        "[e](i)",
        "[e](!)",
        "(+type=",
        "type=",
        "identify",
        "endpoint",
        "registration",
        "transport",
        "global",
    ]
    + [
        "match=",
        "match_header=",
        "match_request_uri=",
        "endpoint=",
        "/",
        "/(a|b){2,",
        "}/",
        ":",
        "X: /",
        "%lo",
    ]
    + [
        "1.2.3.4",
        "::1",
        "/24",
        "/255.0.0.255",
        "localhost",
        "server_uri=sip:",
        "bind=",
        "allow=",
        "pjsip.conf",
    ]
    + [
        "remote_hosts=",
        "wizard",
        "sends_registrations=yes",
        "*",
        "{a,b}",
        "\n",
        "\n",
        "\n",
        "\r",
        "\0",
        "\udcff",
    ]
)


@given(data=st.binary(max_size=400))
@example(data=b"")
@example(data=b"[\xff](!)\n[](\xff")
def test_arbitrary_bytes_never_raise(data: bytes) -> None:
    """No bytes in either file raise anything, and all problems have known codes."""
    configuration = Configuration.from_files({"pjsip.conf": data, "pjsip_wizard.conf": data})

    assert {problem.code for problem in configuration.problems} <= CODES.keys()
    configuration.show_identifies()


@given(pieces=st.lists(WORDS, max_size=60))
def test_arbitrary_configurations_never_raise(pieces: list[str]) -> None:
    """Nor does any jumble of what files consist of."""
    jumble = "".join(pieces)

    for problem_found in load(jumble, pjsip_wizard=jumble).problems:
        assert str(problem_found)


@given(jumble=st.text(max_size=50))
def test_text_with_any_characters(jumble: str) -> None:
    """Text may have lone surrogates; every id can be written back as bytes."""
    for name in load(f"[{jumble}]\ntype=endpoint\n").endpoints:
        name.encode("utf-8", "surrogateescape")


def test_exponential_inheritance_ends() -> None:
    """Templates that double with each step are cut off at the limit."""
    steps = "".join(f"[t{number + 1}](!,t{number},t{number})\n" for number in range(64))

    assert codes(load("[t0](!)\nmatch=1.1.1.1\n" + steps)) == {"limit-exceeded"}


def test_branching_includes_end() -> None:
    """Files that include the next one many times over are cut off at the limit."""
    files = {f"a{number}": f"#tryinclude a{number + 1}.conf\n" * 8 for number in range(10)}

    assert codes(load("#tryinclude a0.conf\n", **files)) == {"limit-exceeded"}


def test_braces_end() -> None:
    """Braces that double the names are cut off at the limit."""
    assert codes(load("#tryinclude " + "{a,b}" * 64 + "\n")) == {"limit-exceeded"}


def test_includes_of_nothing_are_counted() -> None:
    """A pattern that means no file takes time too."""
    text = "#tryinclude {a,b}{a,b}{a,b}*\n"

    assert codes(load(text * limits.MAX_INCLUDES)) == set()
    assert codes(load(text * (limits.MAX_INCLUDES + 1))) == {"limit-exceeded"}


def test_filtered_additions_take_linear_time() -> None:
    """Many additions to the first of many sections of one name."""
    started = process_time()

    load("[k]\nx=1\n" * 60_000 + "[k](+x=1)\n" * 60_000)

    assert process_time() - started < 10


@pytest.mark.parametrize(
    ("additions", "reason"),
    [
        ("[k](+x=a{255}{255}{255})\n", "'x=a{255}{255}{255}' is too large once its repetitions are expanded"),
        ("[k](+x=1|a{250}{250})\n" * 1_000, "more than 1000000 comparisons for filtered additions"),
    ],
)
def test_large_filters_end(additions: str, reason: str) -> None:
    """Expressions whose repetitions the C library would expand to gigabytes, in one filter or in many."""
    configuration = load("[k]\ntype=endpoint\nx=1\n" + additions)

    (found,) = configuration.problems
    assert (found.code, found.message) == ("limit-exceeded", reason)


def test_growing_values_end() -> None:
    """A value can't be made ever longer by ``+=``."""
    assert codes(load("[e]\nx=\n" + "x+=yyyyyyyy\n" * 10_000)) == {"limit-exceeded"}


def test_lines_have_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file with too many lines isn't read."""
    monkeypatch.setattr(limits, "MAX_LINES", 100)

    assert codes(load("[e]\ntype=endpoint\n" + "\n" * 100)) == {"limit-exceeded"}


def test_items_have_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Items that heirs repeat are counted over the whole configuration."""
    monkeypatch.setattr(problems.Budget.__init__, "__defaults__", (5,))
    text = "[e]\ntype=endpoint\n[t](!)\ntype=identify\nendpoint=e\nmatch=1.1.1.1,2.2.2.2\n[a](t)\n[b](t)\n[c](t)\n"

    configuration = load(text)
    assert list(configuration.identifies) == ["a", "b"]
    assert problem(configuration, "limit-exceeded").lost == "the identify 'c'"


@pytest.mark.parametrize(
    ("type_name", "line"),
    [
        ("endpoint", "permit=10.0.0.1,10.0.0.2"),
        ("endpoint", "contact_acl=a,b"),
        ("acl", "deny=10.0.0.1\ncontact_deny=10.0.0.2"),
        ("aor", "contact=sip:a,sip:b"),
    ],
)
def test_items_of_other_lists_have_the_same_limit(
    monkeypatch: pytest.MonkeyPatch, type_name: str, line: str
) -> None:
    """Rules of access lists and contacts that heirs repeat are counted too; the object that is too much is lost."""
    monkeypatch.setattr(problems.Budget.__init__, "__defaults__", (5,))
    configuration = load(f"[t](!)\ntype={type_name}\n{line}\n[a](t)\n[b](t)\n[c](t)\n", acl="[a]\n[b]\n")

    assert list(getattr(configuration, f"{type_name}s")) == ["a", "b"]
    assert problem(configuration, "limit-exceeded").lost == f"the {type_name} 'c'"


def test_items_of_named_lists_have_the_same_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond it acl.conf is lost because of this program's limit, not because of a mistake in the file."""
    monkeypatch.setattr(problems.Budget.__init__, "__defaults__", (5,))
    configuration = load("[e]\ntype=endpoint\nacl=a\n", acl="[a]\ndeny=" + ",".join(["10.0.0.1"] * 6) + "\n")

    assert problem(configuration, "limit-exceeded").lost == "every named ACL"
    assert configuration.endpoints["e"].source_access == ()


@pytest.mark.parametrize("end", ["", "@", " @", ">@", '"'])
def test_long_outbound_proxies_take_linear_time(end: str) -> None:
    """A list of as many proxies as a value may hold is read in less than a second."""
    before = process_time()
    is_route("sip:a," * 10_000 + "sip:b" + end)

    assert process_time() - before < 1


def test_large_files_have_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file above the limit is lost as a whole, and said so."""
    monkeypatch.setattr("identify.config.language.files.MAX_FILE_BYTES", 20)

    assert problem(load("[e]\ntype=endpoint\n\n\n\n"), "limit-exceeded").lost == "the whole file pjsip.conf"


def test_problems_have_a_limit() -> None:
    """The last warning of a flood says that there are more; an error after it isn't lost."""
    found = load("[e]\n" + "x\n" * (MAX_PROBLEMS + 10) + "[f](nope)\n").problems

    assert len(found) == MAX_PROBLEMS + 1
    assert [item.code for item in found[-2:]] == ["problems-cut", "section-unknown-parent"]


def test_errors_have_a_limit() -> None:
    """So has a flood of errors."""
    found = load("[e]\ntype=endpoint\n" + "x=1\n" * (MAX_PROBLEMS + 10)).problems

    assert len(found) == MAX_PROBLEMS
    assert (found[-1].code, found[-1].severity) == ("problems-cut", "error")


@pytest.mark.parametrize(
    ("regex", "size"),
    [
        ("", 0),
        ("abc", 3),
        ("(ab{3}){10}", 40),
        ("((a{9}){9}){9}", 732),
        ("a{0003}", 3),
        ("[{]{3}", 3),
        (r"\{{3}", 3),
        ("[]{9}]", 1),
        ("[[:alpha:]{9}]{2}", 2),
        ("a{2", 1),
    ],
)
def test_expansion(regex: str, size: int) -> None:
    """The size of an expression with its repetitions written out; brackets and escapes are one element."""
    assert expansion(regex) == size


@pytest.mark.parametrize(
    "regex",
    [
        "((a{255}){255}){255}",
        "a{255}{255}{255}",
        "a{0255}{00255}{255}",
        "(a?){32767}",
        "(a*){10000}",
        "a{0,32767}",
        "a|" * 30_000 + "b",
        "()" * 30_000,
        "a*" * 30_000,
        r"\b" * 64,
        "(^)?" * 128,
        r"x|(b^\<|(\>^))y{,2}{,2}{2}{2}{2,}{,}",
        r"\W{,2}+{0,}{1,3}{3}{,2}{2}",
        "(" * 25 + "a" + "+)" * 25,
        "(a{255}{255}{255}[[.nothing.]])",
        "(a{255}{255}{255}",
        "\udcff{255}{255}{255}",
        "(" * 1001 + "a" + ")" * 1001,
        "a" + "*" * 1001,
    ],
)
def test_expressions_that_would_grow_too_large_are_refused(regex: str) -> None:
    """Before the C library sees them: it would take seconds or gigabytes; so are those that nest too deeply."""
    assert expansion_excess(regex) is not None


@pytest.mark.parametrize(
    "regex",
    [
        r"^\+?1[0-9]{10}$",
        "[0-9]{1,15}",
        "^(" + "|".join(f"1202555{number:04}" for number in range(1000)) + ")$",
        r"(^|[;,])[[:space:]]*id=\w+\b([;,]|$)",
        r"\<sips?:[^@]*@([a-z0-9-]+\.)+example\.(com|net|org)\>",
        "(" * 1000 + "a" + ")" * 1000,
        "a+" * 1000,
        "(a?){1000}",
    ],
)
def test_expressions_of_usual_size_are_not_refused(regex: str) -> None:
    """What configurations have, and more."""
    assert expansion_excess(regex) is None


@pytest.mark.parametrize(
    ("regex", "text"),
    [
        (r"(a)\1", "has a back-reference"),
        ("(a?){3000}", "is too large for an automaton"),
        (r"(\ba|b)+", "repeats an anchor or a word boundary"),
        (r"\ba.*\w+é$", None),
    ],
)
def test_expressions_without_automaton(regex: str, text: str | None) -> None:
    """An expression that the C library has to run is a warning; the object isn't lost."""
    found = load(f"[e]\ntype=endpoint\n[i]\ntype=identify\nendpoint=e\nmatch_header=X-A: /{regex}/\n")

    said = [item for item in found.problems if item.code == "expression-backtracks"]
    assert len(found.identifies) == 1
    assert len(said) == (text is not None)
    assert all(text in item.message and (item.severity, item.line) == ("warning", 6) for item in said)


@pytest.mark.parametrize("condition", ["x=a{9999}{99}", "a{255}{255}{255}=1", "x=" + "(" * 1001 + ")" * 1001])
def test_filters_that_would_grow_too_large_are_refused(condition: str) -> None:
    """So are the expressions in the filter of an addition."""
    assert problem(load(f"[t]\nx=1\n[t](+{condition})\ny=1\n"), "limit-exceeded").severity == "error"


def test_heirs_share_what_they_inherit() -> None:
    """Thousands of sections that inherit a line of thousands of items have the same rules, not copies."""
    configuration = load(
        "[t](!)\ntype=identify\nendpoint=e\nmatch=10.0.0.1,10.0.0.0/8\n[a](t)\n[b](t)\n"
        "[u](!)\ntype=endpoint\ndeny=0/0\nacl=x,nope\n[e](u)\n[f](u)\n",
        acl="[x]\npermit=10.0.0.0/8\n",
    )
    a, b = configuration.identifies.values()
    e, f = configuration.endpoints.values()

    assert [rule is other for rule, other in zip(a.addresses, b.addresses, strict=True)] == [True, True]
    assert e.source_access == f.source_access
    assert e.source_access[0].rules[0] is f.source_access[0].rules[0]
    assert [found.section for found in configuration.problems if found.code == "acl-undefined"] == ["e", "f"]


def test_inherited_text_has_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is counted by itself, apart from the text of the files."""
    monkeypatch.setattr(limits, "MAX_INHERITED_CHARACTERS", 10)
    text = "[t](!)\ntype=endpoint\n[a](t)\n"

    assert codes(load(text)) == set()
    assert codes(load(text + "[b](t)\n")) == {"limit-exceeded"}


@pytest.mark.parametrize("pattern", ["{a,{b,c}}", "d/*", "d/[ab]*", ".*/.*/*", "d/a", "d/../d/../d/a"])
def test_the_search_for_included_files_ends(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, pattern: str
) -> None:
    """Many includes that each look for a while are too many together, in a set of texts and in a directory."""
    monkeypatch.setattr(limits, "MAX_STEPS", 2_000)
    names = [f"d/{name}{number}" for name in "ab" for number in range(20)]
    files = {"pjsip.conf": f"#tryinclude {pattern}\n" * 400, "d/a": "", **dict.fromkeys(names, "")}
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)

    for configuration in (Configuration.from_files(files), Configuration.from_path(tmp_path)):
        found = problem(configuration, "limit-exceeded")
        assert found.message == "more than 2000 steps to find the files that includes mean"


def test_open_brackets_are_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The end of brackets that are never closed isn't looked for again from each of them."""
    looked = 0

    class Counting:
        """The expression for what stands in brackets, counted."""

        def match(self, pattern: str, at: int) -> re.Match[str] | None:
            nonlocal looked
            looked += 1
            return item.match(pattern, at)

    item = globs._BRACKET_ITEM
    monkeypatch.setattr(globs, "_BRACKET_ITEM", Counting())
    size = 1_000

    assert not globs.matches("x", "*" + "[" * size)
    assert looked <= 4 * size
    # An end that is part of a class for the first bracket is one for the second.
    assert globs.matches("[a", "[[:a:]")


@pytest.mark.parametrize(
    "line",
    [
        "registration/outbound_proxy=sip:" + "a" * 400,
        "server_uri_pattern=sip:$[" + "1+" * 30 + "1]",
        "server_uri_pattern=sip:${REMOTE_HOST:0:1}${REMOTE_HOST:1:1}",
    ],
)
def test_text_for_the_hosts_of_wizards_is_counted(monkeypatch: pytest.MonkeyPatch, line: str) -> None:
    """Long lines that each host's registration has, and parts and sums that are made for each, count by their length."""
    monkeypatch.setattr(problems.Budget.__init__, "__defaults__", (150,))
    wizard = "[w]\ntype=wizard\nsends_registrations=yes\nremote_hosts=a,b,c,d,e,f,g,h\n"

    assert "limit-exceeded" not in codes(load("", pjsip_wizard=wizard))
    assert "limit-exceeded" in codes(load("", pjsip_wizard=wizard + line + "\n"))


def test_names_count_more_than_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a name resolves to is compared with all that the object has."""
    monkeypatch.setattr(problems.Budget.__init__, "__defaults__", (30,))
    text = "[e]\ntype=endpoint\n[i]\ntype=identify\nendpoint=e\nmatch=" + "10.0.0.1," * 10

    assert codes(load(text + "localhost\n")) == set()
    assert codes(load(text + "localhost,localhost\n")) == {"limit-exceeded"}


def test_long_values_of_filters_are_counted() -> None:
    """A filter that looks through a long value takes more than one that looks at a short one."""
    addition = "[k](+x=b)\n"
    long = "[k]\nx=" + "a" * 8_000 + "\n" + "x+=" + "a" * 8_000 + "\n[k]\nx=b\n"

    assert codes(load(long + addition * 7_000)) - {"type-missing"} == set()
    assert codes(load(long + addition * 9_000)) == {"limit-exceeded"}


def test_configuration_is_immutable() -> None:
    """Neither attributes nor mappings can be assigned to."""
    configuration = load("[e]\ntype=endpoint\n")

    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        configuration.problems = ()  # type: ignore[misc]
    with pytest.raises(TypeError):
        configuration.endpoints["x"] = configuration.endpoints["e"]  # type: ignore[index]


def test_configuration_can_be_pickled() -> None:
    """What comes back is equal and in the same order."""
    configuration = load(
        "[e]\ntype=endpoint\n[b]\ntype=identify\nendpoint=e\nmatch_header=X: /a/\n"
        "[a]\ntype=identify\nendpoint=e\nmatch=localhost,10.0.0.0/8\n"
    )
    copy = pickle.loads(pickle.dumps(configuration))

    assert copy == configuration
    assert list(copy.identifies) == ["a", "b"]


def test_problem_in_words() -> None:
    """A problem prints as one line with place, severity, code and loss."""
    (found,) = load("[e]\ntype=endpoint\nfoo=1\n").problems

    assert str(found) == (
        "pjsip.conf:3: error: endpoint has no option 'foo' (option-unknown) [lost: the endpoint 'e']"
    )
