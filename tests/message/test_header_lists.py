"""Lists: elements, commas and folds, and how many there may be; by all ways of reading."""

import pytest
from ways import printed, printed_all

LISTS = ("Accept", "Allow", "Require", "Supported", "Unsupported")
every_list = pytest.mark.parametrize("name", LISTS)


def elements(count, letter="a"):
    """Return so many elements."""
    return ",".join(f"{letter}{number}" for number in range(count))


@every_list
@pytest.mark.parametrize("long", ["", "-" * 40])
def test_limit(name, long):
    """32 elements are taken, 33 drop, whatever they look like."""
    for count in (1, 2, 31, 32):
        text = elements(count, f"e{long}")
        assert printed(name, text) == [text.replace(",", ", ")]
    for count in (33, 34, 64, 65, 400):
        assert printed(name, elements(count, f"e{long}")) is None
    assert printed(name, ", ".join("a b" for _ in range(32))) is not None
    assert printed(name, ", ".join("a b" for _ in range(33))) is None


@every_list
def test_limit_with_empty_elements(name):
    """An empty element counts behind the last comma and nowhere else."""
    for text in (f"{elements(31)},", f"{elements(31)} , ", f"{elements(31)},,", f",{elements(32)}",
                 elements(32).replace(",", ",,"), ",".join([""] * 100 + ["a"] * 31 + [""])):  # fmt: skip
        assert printed(name, text) is not None
    for text in (f"{elements(32)},", f"{elements(32)}, ", f"{elements(32)},,", f",{elements(33)}"):
        assert printed(name, text) is None


@pytest.mark.parametrize("name", ["Supported", "Require"])
def test_limit_of_several(name):
    """Supported and Require count all their headers, with their empty last elements, and each apart from the other."""
    for lines in ((16, 16), (31, 1), (32, 0), (0, 32), (10, 10, 12), (1,) * 32):
        assert printed(name, *[elements(count) for count in lines]) is not None
    for lines in ((16, 17), (32, 1), (1, 32), (0, 33), (10, 10, 13), (1,) * 33):
        assert printed(name, *[elements(count) for count in lines]) is None
    assert printed(name, f"{elements(30)},", "a") is not None
    assert printed(name, f"{elements(30)},", "a,") is None
    assert (
        printed_all(f"Require: {elements(20)}", f"Supported: {elements(20)}", f"Require: {elements(12)}")
        is not None
    )
    assert printed_all(f"k: {elements(20)}", f"Supported: {elements(20)}") is None
    assert printed(name, *[""] * 3000, elements(32)) is not None


@pytest.mark.parametrize("name", ["Accept", "Allow", "Unsupported"])
def test_limit_of_each(name):
    """The others count each header alone."""
    assert printed(name, elements(32), elements(32)) is not None
    assert printed(name, elements(1), elements(33)) is None


@every_list
@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_folds(name, end):
    """A fold may stand around commas, not inside an element or in place of a comma."""
    for text in (f"a,{end} b", f"a{end} ,b", f"a{end}\t,{end}  b", f",{end} a,b", f"{end} a,b"):
        assert printed(name, text) == ["a, b"]
    for text in (f"a{end} b", f"a{end}\tb:c", f"a,b{end} c", f'a{end} "b"', f"a/{end} b", f"a {end} (b,c"):
        assert printed(name, text) is None
    for text in (f"a{end} ", f"a,{end} "):
        assert printed(name, text) == ["a"]


@every_list
@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a,b", "a, b"),
        ("a , b", "a , b"),
        ("a ,", "a"),
        ("a , ", "a"),
        (",", ""),
        (", ,b", "b"),
        ("a,,b", "a, b"),
        ("a, ,b", "a, b"),
        ('"a,b";x=1', '"a, b";x=1'),
        ("a&b, &c", "a&b, &c"),
        ("a,\x01", "a,"),
        ("a ,\x01", "a ,"),
        ("a,\x01,\x02", "a, \x01,"),
        ("a,\x01,b", "a, \x01, b"),
        ("a;b=c ,\td", "a;b=c , d"),
    ],
)
def test_print(name, text, value):
    """Elements are joined by a comma and a blank; blanks before a comma stay, empty elements don't."""
    assert printed(name, text) == [value]


def test_print_of_several():
    """An empty Supported or Require adds nothing to the one that is printed."""
    assert printed("Require", "a", " , ", "b,c") == ["a, b, c"]
    assert printed("Require", "a", " , ") == ["a"]
    assert printed("Supported", "", ",", "a") == ["a"]
    assert printed("Supported", "a,\x01", "b") == ["a, \x01, b"]
