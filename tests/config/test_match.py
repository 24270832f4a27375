"""Values of ``match``, ``match_header`` and ``match_request_uri``: identification sections 2 to 6."""

from __future__ import annotations

import pytest
from loading import codes, identify, items, load, problem


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("10.1.2.3/8", "10.0.0.0/8"),
        ("10.1.2.3/0", "0.0.0.0/0"),
        ("1.2.3.4/24abc", "1.2.3.0/24"),
        ("1.2.3.4/+24", "1.2.3.0/24"),
        ("1.2.3.4/ 24", "1.2.3.0/24"),
        ("1.2.3.4/08", "1.0.0.0/8"),
        ("1.2.3.4/00", "0.0.0.0/0"),
        ("1.2.3.4/24/24", "1.2.3.0/24"),
        ("1.2.3.4/255.255.255", "1.2.0.4/24"),
        ("192.168.1.1/32.0", "0.0.0.0/1"),
        ("10.0.0.5/255.0.0.255", "10.0.0.5/16"),
        ("192.168.9.3/255.255.0.1", "192.168.0.1/17"),
        ("2001:db8:1::/ffff:ffff::", "2001:db8::/32"),
        ("1.2.3", "1.2.0.3/32"),
        ("10/8", "0.0.0.0/8"),
        ("16909060", "1.2.3.4/32"),
        ("0x01020304", "1.2.3.4/32"),
        ("010.0.0.1", "8.0.0.1/32"),
        ("01.02.03.04", "1.2.3.4/32"),
        ("[1.2.3.4]", "1.2.3.4/32"),
        ("[1.2.3.4]:5061", "1.2.3.4:5061/32"),
        ("[2001:db8::1", "2001:db8::1/128"),
        ("1.2.3.4:5061", "1.2.3.4:5061/32"),
        ("1.2.3.4:5062/24", "1.2.3.0:5062/24"),
        ("1.2.3.4:5062/255.255.255.0", "1.2.3.0:5062/24"),
        ("1.2.3.4:", "1.2.3.4/32"),
        ("1.2.3.4:0", "1.2.3.4/32"),
        ("1.2.3.4:65536", "1.2.3.4/32"),
        ("1.2.3.4:99999", "1.2.3.4:34463/32"),
        ("1.2.3.4: 5061", "1.2.3.4:5061/32"),
        ("1.2.3.4:05061", "1.2.3.4:5061/32"),
        ("1.2.3.4:sip", "1.2.3.4:5060/32"),
        ("2001:db8::1", "2001:db8::1/128"),
        ("2001:DB8::1", "2001:db8::1/128"),
        ("[2001:db8::1]:5060", "[2001:db8::1]:5060/128"),
        ("[2001:db8::]:5060/32", "[2001:db8::]:5060/32"),
        ("[2001:db8::]/32", "2001:db8::/32"),
        ("::/0", "::/0"),
        ("fe80::1%lo", "fe80::1/128"),
        ("fe80::%lo/10", "fe80::/10"),
        ("::ffff:1.2.3.4", "1.2.3.4/32"),
        ("::ffff:1.2.3.0/24", "1.2.3.0/24"),
        ("::1.2.3.4", "::1.2.3.4/128"),
        ("!1.2.3.4/32", "!1.2.3.4/32"),
        ("!1.2.3.4:5061/32", "!1.2.3.4:5061/32"),
        ("localhost", "127.0.0.1/32"),
        ("localhost:5061", "127.0.0.1:5061/32"),
    ],
)
def test_accepted(value: str, expected: str) -> None:
    """One item, and how Asterisk lists it."""
    assert items(identify(f"match={value}")) == [expected]


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("1.2.3.4/33", "match-address"),
        ("1.2.3.4/-1", "match-address"),
        ("1.2.3.4/", "match-address"),
        ("2001:db8::/129", "match-address"),
        ("1.2.3.4/::", "match-address"),
        ("2001:db8::/255.0.0.0", "match-address"),
        ("1.2.3.4 /24", "match-address"),
        ("1.2.3.4/24:5061", "match-address"),
        ("localhost/24", "match-address"),
        ("1.2.3.4/localhost", "match-address"),
        ("/24", "match-address"),
        ("! 1.2.3.4/32", "match-address"),
        ("!!5.6.7.8/32", "match-address"),
        ("::ffff:1.2.3.0/120", "match-address"),
        ("::ffff:0:0/96", "match-address"),
        ("1.2.3.4/24,bad/xx,1.2.3.9", "match-address"),
        ("999.1.1.1", "match-name"),
        ("1.2.3.4.", "match-name"),
        ("1.2.3.4 1.2.3.9", "match-name"),
        ("*", "match-name"),
        ("1.2.3.4-1.2.3.9", "match-name"),
        ('"1.2.3.4"', "match-name"),
        ("!", "match-name"),
        (r"1.2.3.4\;", "match-name"),
        ("!1.2.3.4", "match-name"),
        ("!1.2.3.4:5061", "match-name"),
        ("1.2.3.4:abc", "match-name"),
        ("1.2.3.4:-1", "match-name"),
        ("1.2.3.4:5061x", "match-name"),
        ("4294967296", "match-name"),
        ("08.1.1.1", "match-name"),
        ("fe80::1%eth9", "match-name"),
        ("2001:db8::1%lo", "match-name"),
    ],
)
def test_refused(value: str, code: str) -> None:
    """One bad item refuses the identify, whatever else it has; others stay."""
    text = "[e]\ntype=endpoint\n[g]\ntype=identify\nendpoint=e\nmatch=5.5.5.5\n"
    configuration = load(f"{text}[i]\ntype=identify\nendpoint=e\nmatch_header=A: b\nmatch={value}\n")

    assert list(configuration.identifies) == ["g"]
    found = problem(configuration, code)
    assert (found.severity, found.line, found.lost) == ("error", 11, "the identify 'i'")


def test_list_of_items() -> None:
    """Commas and lines append; items are trimmed and empty ones skipped."""
    configuration = identify("match= 10.0.0.0/8 , ,!10.1.0.0/16,\nmatch=\nmatch=10.1.2.0/24")

    assert items(configuration) == ["10.0.0.0/8", "!10.1.0.0/16", "10.1.2.0/24"]


def test_rules_in_the_model() -> None:
    """A rule has numbers with the host bits cleared, and its text and place."""
    (rule,) = identify("match=!10.1.2.3:5061/255.0.0.255").identifies["i"].addresses

    assert (rule.negated, rule.family, rule.port, rule.host) == (True, 4, 5061, None)
    assert (rule.address, rule.mask) == (0x0A000003, 0xFF0000FF)
    assert (rule.text, rule.origin.line) == ("!10.1.2.3:5061/255.0.0.255", 6)


def test_negation_first_is_pointed_out() -> None:
    """Asterisk accepts it, but it takes nothing away there."""
    configuration = identify("match=!10.1.0.0/16,10.0.0.0/8")

    assert items(configuration) == ["!10.1.0.0/16", "10.0.0.0/8"]
    assert problem(configuration, "match-negation").severity == "note"


@pytest.mark.parametrize("lines", ["", "match=", "match= , ,", "match_header=", "match_request_uri="])
def test_nothing_to_match(lines: str) -> None:
    """An identify without any rule is refused."""
    configuration = identify(lines)

    assert not configuration.identifies
    assert codes(configuration) == {"match-nothing"}


@pytest.mark.parametrize("line", ["", "endpoint=", "endpoint=e\nendpoint="])
def test_endpoint_is_required(line: str) -> None:
    """An identify without an endpoint is refused."""
    configuration = load(f"[i]\ntype=identify\nmatch=1.1.1.1\n{line}\n")

    assert not configuration.identifies
    assert codes(configuration) == {"identify-without-endpoint"}


def test_missing_endpoint_stays_and_is_a_warning() -> None:
    """The endpoint's existence isn't checked; the warning knows an id that differs in case."""
    configuration = load("[Alice]\ntype=endpoint\n[i]\ntype=identify\nendpoint=alice\nmatch=1.1.1.1\n")

    assert configuration.identifies["i"].endpoint == "alice"
    found = problem(configuration, "identify-dangling")
    assert found.severity == "warning"
    assert "'Alice' does" in found.message


class TestHeader:
    """``match_header``."""

    @pytest.mark.parametrize(
        ("value", "name", "regex", "literal"),
        [
            ("X-A: 1", "X-A", None, "1"),
            ("X-A:1", "X-A", None, "1"),
            ("X-A :  1 2 ", "X-A", None, "1 2"),
            ("X-A: b:c", "X-A", None, "b:c"),
            ("X-A:", "X-A", None, ""),
            ("X-A: //", "X-A", None, ""),
            ("X-A: /", "X-A", None, "/"),
            ("X-A: /foo/i", "X-A", None, "/foo/i"),
            ("X-A: ///", "X-A", "/", None),
            ("X-A: /a/b/", "X-A", "a/b", None),
            ("X-A: /^a+$/", "X-A", "^a+$", None),
        ],
    )
    def test_split(self, value: str, name: str, regex: str | None, literal: str | None) -> None:
        """Split at the first colon, trimmed; an expression stands between slashes."""
        rule = identify(f"match_header={value}").identifies["i"].header

        assert rule is not None
        assert (rule.name, rule.pattern.regex, rule.pattern.literal) == (name, regex, literal)

    @pytest.mark.parametrize(
        ("value", "code"),
        [("X-A 1", "match-header"), (": 1", "match-header"), ("X: /(foo/", "match-regex")]
        + [("X: /*a/", "match-regex"), ("X: /a{2/", "match-regex"), ("X: /[a/", "match-regex")],
    )
    def test_refused(self, value: str, code: str) -> None:
        """A missing colon or name, and an expression that doesn't compile."""
        configuration = identify(f"match_header={value}")

        assert not configuration.identifies
        assert problem(configuration, code).lost == "the identify 'i'"

    def test_own_empty_value_cancels_the_templates(self) -> None:
        """The last line holds, also if it is empty."""
        text = "[e]\ntype=endpoint\n[t](!)\ntype=identify\nendpoint=e\nmatch=1.1.1.1\nmatch_header=A: b\n"

        assert load(text + "[i](t)\nmatch_header=\n").identifies["i"].header is None
        assert load(text + "[i](t)\nmatch_header=C: d\n").identifies["i"].header.name == "C"  # type: ignore[union-attr]

    def test_cut_by_a_semicolon_is_pointed_out(self) -> None:
        """``/a;b/`` is the literal ``/a``, which nobody means."""
        configuration = identify("match_header=X: /a;b/")

        assert configuration.identifies["i"].header.pattern.literal == "/a"  # type: ignore[union-attr]
        assert problem(configuration, "match-header-cut").line == 6

    def test_listing_shows_the_value_as_written(self) -> None:
        """``show identifies`` has blanks around the colon as they were."""
        assert "     Header: X-A :  1\n" in identify("match_header=X-A :  1").show_identifies()


@pytest.mark.parametrize(
    ("value", "regex", "literal"),
    [("sip:a@b", None, "sip:a@b"), ("//", None, ""), ("/^sip:/", "^sip:", None), ("/a", None, "/a")],
)
def test_request_uri(value: str, regex: str | None, literal: str | None) -> None:
    """``match_request_uri`` is a literal or an expression."""
    rule = identify(f"match_request_uri={value}").identifies["i"].request_uri

    assert rule is not None
    assert (rule.pattern.text, rule.pattern.regex, rule.pattern.literal) == (value, regex, literal)


def test_expressions_that_would_take_gigabytes_are_refused() -> None:
    """The C library writes repetitions out; more than a limit isn't tried."""
    configuration = identify("match_request_uri=/(((a{255}){255}){255}){255}/")

    assert not configuration.identifies
    assert "too large" in problem(configuration, "match-regex").message
    assert not codes(identify("match_request_uri=/^sip:([0-9]{1,15}|[a-z]{2,32})@/"))


def test_listing() -> None:
    """The whole text that ``pjsip show identifies`` prints."""
    configuration = identify("match=1.2.3.4,!1.2.0.0/16\nmatch_header=X: 1\nmatch_request_uri=sip:a")

    assert configuration.show_identifies() == (
        "\n"
        " Identify:  <Identify/Endpoint...........................................................>\n"
        "      Match:  <criteria...........................>\n"
        "==========================================================================================\n"
        "\n"
        " Identify:  i/e\n"
        "      Match: 1.2.3.4/32\n"
        "      Match: !1.2.0.0/16\n"
        "     Header: X: 1\n"
        " RequestURI: sip:a\n"
        "\n"
        "Objects found: 1\n"
        "\n"
    )


def test_listing_of_nothing() -> None:
    """An empty list says so."""
    assert load("").show_identifies() == "No objects found.\n\n"
