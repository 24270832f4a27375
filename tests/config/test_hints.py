r"""What is usually meant by lines that Asterisk takes otherwise: what the problems say, and that it holds."""

from __future__ import annotations

import re

import pytest
from loading import ENDPOINT, identify, items, load, one

from identify.config.hints.nearest import Names
from identify.configuration import Configuration
from identify.strings import ascii_lower

RANGE = "Asterisk has no ranges with a hyphen and takes this for a host name: write networks such as"
#: Items of ``match`` that refuse the identify, what is said, and the items that are proposed, as Asterisk prints them.
REFUSED = [
    ("198.51.100.0-198.51.100.255", f"{RANGE} 198.51.100.0/24", ["198.51.100.0/24"]),
    ("198.51.100.0-127", f"{RANGE} 198.51.100.0/25", ["198.51.100.0/25"]),
    ("198.51.100.0 – 198.51.100.3", f"{RANGE} 198.51.100.0/30", ["198.51.100.0/30"]),  # noqa: RUF001 a dash
    (
        "198.51.100.1..198.51.100.2",
        f"{RANGE} 198.51.100.1,198.51.100.2",
        ["198.51.100.1/32", "198.51.100.2/32"],
    ),
    ("2001:db8::0-2001:db8::f", f"{RANGE} 2001:db8::/124", ["2001:db8::/124"]),
    ("198.51.100.9-198.51.100.1", "the last address comes before the first", None),
    ("0.0.0.1-255.255.255.254", "write networks", None),
    ("198.51.100.7:5060-5070", "a range of ports isn't possible", None),
    ('"198.51.100.7"', "quotes are not removed: write 198.51.100.7", ["198.51.100.7/32"]),
    ("'198.51.100.7'", "quotes are not removed: write 198.51.100.7", ["198.51.100.7/32"]),
    ('"198.51.100.7,198.51.100.8"', "a comma inside them separates items", None),
    (
        "198.51.100.7 198.51.100.8",
        "items are separated by commas, not blanks: write 198.51.100.7,198.51.100.8",
        ["198.51.100.7/32", "198.51.100.8/32"],
    ),
    (
        "198.51.100.7|198.51.100.8",
        "items are separated by commas, not |",
        ["198.51.100.7/32", "198.51.100.8/32"],
    ),
    (
        r"198.51.100.7\;198.51.100.8",
        "items are separated by commas, not ;",
        ["198.51.100.7/32", "198.51.100.8/32"],
    ),
    ("198.51. 100.7", "write it without blanks: 198.51.100.7", ["198.51.100.7/32"]),
    ("198.51.100.*", "there are no wildcards: write 198.51.100.0/24", ["198.51.100.0/24"]),
    ("198.51.*.*", "there are no wildcards: write 198.51.0.0/16", ["198.51.0.0/16"]),
    ("198.51.100.", "there are no wildcards: write 198.51.100.0/24", ["198.51.100.0/24"]),
    ("*", "there are no wildcards: 0.0.0.0/0 is every IPv4 address", None),
    ("sip:198.51.100.7", "an item is an address, not a URI: write 198.51.100.7", ["198.51.100.7/32"]),
    ("sip:a@198.51.100.7:5061", "not a URI: write 198.51.100.7:5061", ["198.51.100.7:5061/32"]),
    ("https://198.51.100.7/", "not a URI: write 198.51.100.7", ["198.51.100.7/32"]),
    ("<sip:198.51.100.7>", "not a URI: write 198.51.100.7", ["198.51.100.7/32"]),
    ("<198.51.100.7>", "no angle brackets or parentheses: write 198.51.100.7", ["198.51.100.7/32"]),
    (
        "198.51.100.0/24:5060",
        "the port comes before the mask: write 198.51.100.0:5060/24",
        ["198.51.100.0:5060/24"],
    ),
    ("198.51.100.7/udp", "no transport or parameters: write 198.51.100.7", ["198.51.100.7/32"]),
    ("198.51.100.7/255.255.255.256", "each number of a mask is at most 255", None),
    ("198.51.100.7/33", "expected 0 to 32", None),
    ("198.51.100.0 /24", "write it without blanks: 198.51.100.0/24", ["198.51.100.0/24"]),
    ("::ffff:198.51.100.0/120", "write 198.51.100.0/24", ["198.51.100.0/24"]),
    ("2001:db8::1]", "the brackets don't enclose the address: write 2001:db8::1", ["2001:db8::1/128"]),
    ("!198.51.100.7", "an address to exclude needs a mask: write !198.51.100.7/32", ["!198.51.100.7/32"]),
    ("198.51.100.300", "300 is more than 255", None),
    ("sip.example.com/24", "only an address can have a mask, not a host name", None),
    ("198.51.100.7\u00a0", "U+00A0 NO-BREAK SPACE: write 198.51.100.7", ["198.51.100.7/32"]),
    ("198.51.100.7\u200b", "U+200B ZERO WIDTH SPACE: write 198.51.100.7", ["198.51.100.7/32"]),
    ("198.51.100.\u0417", "U+0417 CYRILLIC CAPITAL LETTER ZE", None),
]
#: Lines that are valid, the code of the only note on them, and what it says.
NOTED = [
    (
        "match=010.0.0.1",
        "match-meaning",
        "is 8.0.0.1: a number with a leading zero is octal; without the zeros",
    ),
    (
        "match=10.1/16",
        "match-meaning",
        "is 10.0.0.0/16: the last of fewer than four numbers fills the address",
    ),
    ("match=198.51.100.7/24", "match-meaning", "is the whole network 198.51.100.0/24"),
    ("match=198.51.100.0/0.0.0.255", "match-meaning", "masks aren't inverted as in routers, write /24"),
    ("match=198.51.100.0/255.0.255.0", "match-meaning", "a mask with holes"),
    ("match=198.51.100.0/24x", "match-meaning", "a mask of 24 bits: Asterisk ignores what follows"),
    ("match=2001:db8::1:5060", "match-meaning", "for the port 5060 write [2001:db8::1]:5060"),
    (r"match_request_uri=^sip:\+?1202@", "match-literal", r"has no slashes: write /^sip:\+?1202@/"),
    ("match_request_uri=sip:[0-9]+@", "match-literal", "write /sip:[0-9]+@/"),
    ("match_request_uri=sip:.*@h/", "match-literal", "no slash at its beginning: write /sip:.*@h/"),
    ("match_header=X-A: /x/i", "match-literal", "there are no flags: write /x/"),
    ('match_header=X-A: "/x/"', "match-literal", "quotes around its slashes: write /x/"),
    (
        "match_header=User-Agent: Asterisk*",
        "match-literal",
        "a '*' is not a wildcard here: write /^Asterisk.*/",
    ),
    (
        "match_request_uri=sip:*@h.example",
        "match-literal",
        r"a '*' is not a wildcard here: write /^sip:.*@h\.example$/",
    ),
    (
        "match_request_uri=sip:_1NXX.@h",
        "match-literal",
        "dialplan are not known here: write /sip:1[2-9][0-9][0-9].+@h/",
    ),
    ("match_header=X-A: /x", "match-header-cut", "doesn't end with it"),
    ("match_header=X-A: a\u00a0b", "match-character", "NO-BREAK SPACE"),
    ("match_header=X-A: /\u0430b/", "match-character", "CYRILLIC SMALL LETTER A"),
    (r"match_request_uri=/^sip:\d+@/", "expression-meaning", r"'\d' is the letter d, write [0-9]"),
    (r"match_request_uri=/^sip:[\d]+@/", "expression-meaning", "a backslash and the letter d, write 0-9"),
    ("match_request_uri=/^sip:[0-9]+?@/", "expression-meaning", "the '?' makes the part before it optional"),
    ("match_request_uri=/^sip:+1202@/", "expression-meaning", r"'+' repeats the ':' before it"),
    ("match_request_uri=/^sip:*72@/", "expression-meaning", r"for the character write \*"),
    ("match_request_uri=/@198.51.100.7/", "expression-meaning", r"any character, write 198\.51\.100\.7"),
    ("match_request_uri=/@[2001:db8::1]/", "expression-meaning", r"for the address write \[2001:db8::1]"),
    ("match_header=From: <sip:a@h.example>", "match-header-print", r"equals it: write /<sip:a@h\.example>/"),
    ("match_header=From: sip:a@h:5060", "match-header-print", "equals it: write /<sip:a@h>/"),
    ("match_header=From: h", "match-header-print", 'printed as "Name" <sip:user@host>;tag=...: write /h/'),
    ("match_header=To: sip:a@h", "match-header-print", "it would print <sip:a@h>"),
    (r"match_header=Contact: <sip:a@h>\;q=0.50", "match-header-print", "it would print <sip:a@h>;q=0.5"),
    ("match_header=Supported: timer,100rel", "match-header-print", "it would print timer, 100rel"),
    ("match_header=Content-Type: application", "match-header-print", "must equal: write /application/"),
    (
        r"match_header=Route: sip:a@b\;lr=on",
        "match-header-print",
        r"it would print <sip:a@b;lr>: write /<sip:a@b\;lr>/",
    ),
    ("match_header=From: /^sip:a/", "match-header-print", "it never begins with sip"),
    ("match_header=From: /a@h>$/", "match-header-print", "ends in ;tag=..., not in >"),
    ("match_header=To: /a@h:5060>/", "match-header-print", "without its port"),
    ("match_header=PAI: x", "match-header-name", "is the header 'P-Asserted-Identity' meant?"),
    ("match_header=Request-URI: x", "match-header-name", "is the option 'match_request_uri' meant?"),
    (
        "match_request_uri=<sip:a@h>",
        "match-uri-print",
        "angle brackets, quotes or blanks around it: write /sip:a@h/",
    ),
    (
        "match_request_uri=+12025550199",
        "match-uri-print",
        r"isn't all of a request URI, such as sip:user@host: write /\+",
    ),
    ("match_request_uri=SIP:a@h", "match-uri-print", "it would print sip:a@h: write /sip:a@h/"),
    ("match_header=f: x", "match-header-name", "PJSIP prints this header as From"),
    ("match_header=P-Asserted-Identiy: x", "match-header-name", "is the header 'P-Asserted-Identity' meant?"),
    ("match_header=User_Agent: x", "match-header-name", "is the header 'User-Agent' meant?"),
    ('match_header="X-A: x', "match-header-name", "quotes are not removed, write X-A"),
    ("match_header=X-\u0410: x", "match-header-name", "CYRILLIC CAPITAL LETTER A"),
    (
        "match=198.51.100.7;198.51.100.8",
        "value-cut",
        "ends before ';198.51.100.8', which is a comment: items are",
    ),
    (
        "match_request_uri=sip:a@b;user=phone",
        "value-cut",
        r"before ';user=phone', which is a comment: a ';' of",
    ),
    ("match_header=X-A: <a;b>", "value-cut", "the value of match_header ends before ';b>'"),
]
#: Lines without any note: addresses, expressions and values as they should be.
USUAL = [
    "match=198.51.100.7,198.51.100.0/24,2001:db8::/32,[2001:db8::1]:5060,198.51.100.7:5061,10.0.0.0/255.0.0.0",
    r"match_request_uri=/^sip:\+?1202[0-9]{7}@198\.51\.100\.7(:5060)?$/",
    "match_request_uri=sip:*72@[2001:db8::1]:5060",
    "match_header=X-A: a$b c.d (e) [f] {g} h*i \\;j",
    r'match_header=From: /^"?Bob"? <sip:[^@]+@h>\;tag=/',
    "match_header=To: <sip:a@h>",
    "match_header=To: /<sip:a@h>$/",
    "match_header=Contact: *",
    "match_request_uri=sip:a@h.example:5060",
    r"match_request_uri=sip:a@h\;user=phone",
    "match_request_uri=//",
    "match_header=Allow: INVITE, ACK",
    "match_header=P-Asserted-Identity: <sip:+12025550100@h:5060>",
    "match_header=User-Agent: M\u00fcller 1.0",
    "match_header=s: subject",
    r"match_request_uri=/\w+\b[[:digit:]]/",
    "match=198.51.100.7 ;198.51.100.8",
    "match=198.51.100.7;x",
]


@pytest.mark.parametrize(("item", "said", "proposed"), REFUSED)
def test_refused_items(item: str, said: str, proposed: list[str] | None) -> None:
    """An item that refuses the identify has what is to be written instead, and that is accepted."""
    configuration = identify(f"match={item}")

    messages = [problem.message for problem in configuration.problems if problem.severity == "error"]
    assert messages
    assert said in messages[0]
    if proposed is not None:
        found = re.search(
            r"(?:write|such as|without blanks:) (?:networks such as )?(\S+)(?: \(|$)", messages[0]
        )
        assert found is not None
        assert items(identify(f"match={found[1]}")) == proposed


def test_case_of_a_short_range() -> None:
    """A range is given exactly, and by the one network that has it; with too many networks only by that."""
    short, long = (
        identify(f"match={item}").problems[0].message for item in ("10.0.0.1-9", "10.0.0.1-10.0.255.254")
    )

    assert short.endswith(
        "such as 10.0.0.1,10.0.0.2/31,10.0.0.4/30,10.0.0.8/31 (10.0.0.0/28 has all of these addresses and more)"
    )
    assert long.endswith("such as 10.0.0.0/16, the smallest that has all of the range")


def test_no_port_is_proposed_to_a_release_without_ports() -> None:
    """An older release refuses ports in match, so none is in what is proposed for it."""
    messages = [problem.message for problem in one("match=sip:198.51.100.7:5061", "16.2.1").problems]

    assert any("write 198.51.100.7" in message for message in messages)
    assert not any("write 198.51.100.7:5061" in message for message in messages)


@pytest.mark.parametrize(("line", "code", "said"), NOTED)
def test_valid_lines_with_another_meaning(line: str, code: str, said: str) -> None:
    """A valid line that probably means something else has one note, and the identify stays."""
    configuration = identify(line)

    (problem,) = configuration.problems
    assert (problem.code, problem.severity, problem.line) == (code, "note", 6)
    assert said in problem.message
    assert "i" in configuration.identifies


@pytest.mark.parametrize("value", ["X-A 1", "X-A=1", "X-A = 1"])
def test_header_without_a_colon(value: str) -> None:
    """A value of match_header without a colon is shown with one."""
    assert (
        identify(f"match_header={value}")
        .problems[0]
        .message.endswith("has no ':' after the name: write X-A: 1")
    )


@pytest.mark.parametrize(
    ("name", "said"), [("E", "'e' does (ids are case"), ("e-", "'e' does;"), ("f", "doesn't exist;")]
)
def test_endpoint_of_another_spelling(name: str, said: str) -> None:
    """An endpoint that doesn't exist is compared with those that do, without case, hyphens and underscores."""
    (problem,) = load(f"{ENDPOINT}[i]\ntype=identify\nendpoint={name}\nmatch=10.0.0.1\n").problems

    assert said in problem.message


@pytest.mark.parametrize("line", USUAL)
def test_usual_lines_have_no_note(line: str) -> None:
    """What is written as it should be has no problem."""
    assert identify(line).problems == ()


@pytest.mark.parametrize(
    ("section", "said"),
    [
        ("type=endpoint\nmatch=1.2.3.4", "endpoint has no option 'match' (it is an option of type=identify)"),
        ("type=identify\noutbound_auth=a", "(it is an option of type=endpoint, type=registration, "),
        ("type=identify\nmatchs=a", "(did you mean 'match'?)"),
        ("type=identify\nmatch-header=a", "(did you mean 'match_header'?)"),
        ("type=identify\nmatch header=a", "(did you mean 'match_header'?)"),
        ("type=identify\nmatch_haeder=a", "(did you mean 'match_header'?)"),
        ("type=endpoint\nsecret=a", "(an option of chan_sip; for PJSIP write password in type=auth)"),
        ("type=endpoint\nfromuser=a", "(did you mean 'from_user'?)"),
        ("type=endpoint\n\u0430llow=a", "CYRILLIC SMALL LETTER A"),
        ("type=identity", "(did you mean 'identify'?)"),
        ("type=identfy", "(did you mean 'identify'?)"),
        ("type=Endpoint", "(did you mean 'endpoint'?)"),
        ("type=endpoint,aor", "(a section has one type: write a section of the same name for each)"),
        ("type=friend", "(a type of chan_sip; PJSIP has type=endpoint, "),
        ("type=zzz", "type 'zzz' is unknown, so Asterisk skips the section"),
    ],
)
def test_options_and_types(section: str, said: str) -> None:
    """An unknown option or type comes with the one that is meant, or with the type that has it."""
    messages = [problem.message for problem in load(f"{ENDPOINT}[x]\n{section}\n").problems]

    assert any(said in message for message in messages), messages


def test_names_are_found_by_what_they_have_in_common() -> None:
    """A name is found with a letter too many, too few or another, and neither a short nor a long one."""
    names = Names(["identify", "match", "type"])

    assert [
        names.near(text) for text in ("identfy", "identiffy", "idemtify", "dientify", "Match", "match")
    ] == [
        *["identify"] * 4,
        "match",
        "",
    ]
    assert [names.near(text) for text in ("tip", "identi", "m", "", "x" * 10_000)] == [""] * 5


def test_one_hint_for_all_that_inherit_a_line() -> None:
    """A line of a template has its hint once, not once for each section that inherits it."""
    template = "[t](!)\ntype=identify\nendpoint=e\nmatch_header=X-A: /x/i\nmatch=010.0.0.1\n"

    problems = load(ENDPOINT + template + "".join(f"[i{n}](t)\n" for n in range(3))).problems

    assert [(problem.code, problem.line) for problem in problems] == [
        ("match-meaning", 7),
        ("match-literal", 6),
    ]


def test_hints_of_one_line_are_bounded() -> None:
    """A line of thousands of odd items has some notes, and each is as short as any."""
    configuration: Configuration = identify(
        "match=" + ",".join(f"010.{n // 256}.{n % 256}.1" for n in range(600))
    )

    notes = [problem for problem in configuration.problems if problem.code == "match-meaning"]
    assert 0 < len(notes) <= 64
    assert max(len(note.message) for note in notes) < 200
    assert all(ascii_lower(note.message).startswith("match item") for note in notes)
