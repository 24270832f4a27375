"""The grammar as data: what the rows of the compiled part say, against what its readers and printers do."""

import pytest
from ways import REQUIRED, printed

from identify._compiled._headers import grammar_rows

GRAMMAR = {header["name"]: header for header in grammar_rows() if header["name"]}

#: A value of each syntax that parameters may follow.
VALUES = {
    "address": "<sip:a@b>",
    "via": "SIP/2.0/UDP h",
    "media-type": "a/b",
    "token": "a",
    "replaces": "a",
    "number-parameters": "5",
    "retry-after": "5",
}
KNOWN = [
    (header, rule)
    for header in GRAMMAR.values()
    if header["syntax"] in VALUES
    for rule in header["parameters"]
]


def named(case):
    """Return what a case is called."""
    return case["name"]


def print_of(header, parameters):
    """Return what is printed behind the value of a header that isn't the first of its name; None if it drops."""
    value = VALUES[header["syntax"]]
    # Of Via another one is printed than the first, which carries the source; Replaces would take up to the next ";".
    first = [value] if header["syntax"] == "via" else []
    values = printed(header["name"], *first, value + parameters)
    return None if values is None else values[-1].removeprefix(value)


def test_names():
    """Every kind has a name of its own, and what a request needs is among them."""
    names = [header[key] for header in grammar_rows() for key in ("name", "compact") if header[key]]

    assert len({name.lower() for name in names}) == len(names)
    assert set(REQUIRED) < set(GRAMMAR)
    assert sum(not header["name"] for header in grammar_rows()) == 1


def test_compact_names():
    """A compact name prints as the long one."""
    for header in GRAMMAR.values():
        if header["compact"] and header["syntax"] in VALUES:
            value = VALUES[header["syntax"]]
            assert printed(header["compact"], value) == []
            assert printed(header["name"], value) is not None


@pytest.mark.parametrize(("header", "rule"), KNOWN, ids=named)
def test_known_comes_first(header, rule):
    """A known parameter is found in any case and printed in lower case before the others."""
    found = print_of(header, f";x=1;{rule['name'].upper()}=5;y")

    assert found in (f";{rule['name']}=5;x=1;y", f";{rule['name']};x=1;y")
    assert (found == f";{rule['name']};x=1;y") is (rule["reading"] == "flag")


@pytest.mark.parametrize(("header", "rule"), KNOWN, ids=named)
def test_empty(header, rule):
    """Without a value a known parameter does what its rule says."""
    name = rule["name"]
    expected = {"stays": f";x;{name}", "clears": ";x", "zero": f";{name}=0;x", "bare": f";{name};x"}[
        rule["empty"]
    ]

    assert print_of(header, f";x;{name}") == expected
    assert print_of(header, f";x;{name}=") == expected


@pytest.mark.parametrize(("header", "rule"), KNOWN, ids=named)
def test_reading(header, rule):
    """Numbers with a limit drop without digits and above it; others take anything."""
    drops = rule["reading"] in ("bounded", "thousandths")

    assert (print_of(header, f";{rule['name']}=x") is None) is drops
    if rule["reading"] == "bounded":
        assert print_of(header, f";{rule['name']}={rule['limit']}") == f";{rule['name']}={rule['limit']}"
        assert print_of(header, f";{rule['name']}={rule['limit'] + 1}") is None


@pytest.mark.parametrize(
    "header", [header for header in GRAMMAR.values() if len(header["parameters"]) > 1], ids=named
)
def test_order(header):
    """All known parameters are printed in the order of their rules, whatever order they came in."""
    if header["syntax"] not in VALUES:
        return_of = printed(header["name"], "Digest " + ",".join(
            f"{rule['name']}=true" for rule in reversed(header["parameters"])
        ))  # fmt: skip
        text = return_of[0].replace(" ", ",").replace('"', "")
    else:
        text = print_of(header, "".join(f";{rule['name']}=5" for rule in reversed(header["parameters"])))
    places = [text.replace(";", ",").index(f",{rule['name']}") for rule in header["parameters"]]

    assert places == sorted(places)


@pytest.mark.parametrize(
    "header", [header for header in GRAMMAR.values() if header["syntax"] in VALUES], ids=named
)
def test_flags(header):
    """Brackets, comments and commas are allowed where a flag says so."""
    assert (print_of(header, ";x=[::1]") is not None) is ("brackets" in header["flags"])
    assert (print_of(header, " (a);x (b)") is not None) is ("comments" in header["flags"])
    repeated = printed(header["name"], f"{VALUES[header['syntax']]}, {VALUES[header['syntax']]}")
    if header["syntax"] != "replaces":
        assert (repeated is not None and len(repeated) == 2) is ("repeats" in header["flags"])
