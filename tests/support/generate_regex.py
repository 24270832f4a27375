"""Generated POSIX extended expressions, and values that they often match.

A choice (see ``generate.py`` and ``strategies.py``) decides; the alphabet is small so that parts meet.  Values are
written along with the expression: what it says literally, something for what it repeats, and now and then a mistake.
"""

from identify._compiled._regex import Regex
from identify._compiled._regex_library import RegexError

CHARACTERS = [
    "a",
    "b",
    "ab",
    "abc",
    "sip:",
    "trunk-",
    "0",
    "1",
    "2",
    "-",
    "@",
    ":",
    " ",
    "é",
    "€",
    "/",
    ",",
    "=",
    "\n",
]
ESCAPED = [".", "*", "+", "?", "(", ")", "[", "]", "{", "}", "|", "^", "$", "\\", "/", "-"]
#: Brackets with something that they match; where that is None, nothing simple does.
BRACKETS = [
    ("[ab]", "b"),
    ("[a-c]", "c"),
    ("[0-9]", "1"),
    ("[12]", "2"),
    ("[^a]", "b"),
    ("[^]a]", "b"),
    ("[]a]", "]"),
    ("[a-]", "-"),
    ("[-a]", "a"),
    ("[[:digit:]]", "0"),
    ("[[:alpha:]a-]", "-"),
    ("[[=a=]b]", "a"),
    ("[[.a.]]", "a"),
    ("[[.-.]b]", "-"),
    ("[.]", "."),
    ("[*]", "*"),
    ("[\\]", "\\"),
    ("[a\\]", "\\"),
    ("[é]", "é"),
    ("[aé]", "a"),
    ("[A-Z]", "B"),
    ("[a-bA-B]", "A"),
    ("[^[:space:]]", "a"),
    ("[[.].]]", "]"),
    ("[^0-9a]", "b"),
    ("[[a]", "["),
    ("[%--]", "-"),
    ("[a-b-]", "-"),
]
GNU = [
    (r"\w", "a"),
    (r"\W", "-"),
    (r"\s", " "),
    (r"\S", "a"),
    (r"\b", ""),
    (r"\B", ""),
    (r"\<", ""),
    (r"\>", ""),
    (r"\`", ""),
    (r"\'", ""),
    (r"\d", "d"),
    (r"\n", "n"),
    (r"\x", "x"),
    (r"\_", "_"),
    (r"\é", "é"),
]
REPETITIONS = [
    "*",
    "+",
    "?",
    "{2}",
    "{1,2}",
    "{,2}",
    "{2,}",
    "{0}",
    "{0,1}",
    "{1}",
    "{3,4}",
    "*?",
    "+?",
    "{,}",
]
BAD = ["(", "[", "*", "{", "a{2", "[[:alpha:", "\\"]
NOISE = ["", "a", "b", "ab", "1", "é", "-", "x", "\n", "trunk-"]
ODD_BYTES = [b"\xff", b"\xfe", b"\x80", b"\xc3", b"\xe2\x82", b"\xed\xa0\x80", b"\0", b"\xf5"]

#: What values are made of at random, and expressions with much of everything.
PIECES = [
    "a",
    "b",
    "1",
    "_",
    "-",
    " ",
    "é",
    "ß",
    "€",
    "٣",
    "ǅ",
    "漢",
    "\u00a0",
    "\u0085",
    "\u2028",
    ".",
    "\n",
]
PIECE_BYTES = [piece.encode() for piece in PIECES] + [
    *(
        b"\xff",
        b"\xe9",
        b"\xaa",
        b"\x80",
        b"\xc3",
        b"\xe2\x82",
        b"\xed\xa0\x80",
        b"\xed\xb0\x80",
        b"\xc0\x80",
    ),
    *(b"\xf4\x90\x80\x80", b"\xf8\x88\x80\x80\x80", b"\xfc\x84\x80\x80\x80\x80", b"\xf0\x80\x80\x80"),
]
CLASS_NAMES = [
    "alpha",
    "digit",
    "alnum",
    "upper",
    "lower",
    "space",
    "blank",
    "cntrl",
    "print",
    "graph",
    "punct",
    "xdigit",
]
ELEMENTS = [
    *("a", "b", "é", "€", ".", "_", "漢", "1", "-"),
    *(
        "[ab]",
        "[^a]",
        "[é]",
        "[^é]",
        "[a-é]",
        "[ß-€]",
        "[^ß-€]",
        "[[:alpha:]]",
        "[^[:alpha:]]",
        "[[:upper:][:digit:]]",
    ),
    *(
        "[[:space:]]",
        "[[:punct:]é]",
        "[[:lower:]]",
        "[[:cntrl:]]",
        "[[:print:]]",
        "[[:blank:]]",
        "[[:xdigit:]]",
    ),
    *(r"\w", r"\W", r"\s", r"\S", "[[=a=]b]", "[[.-.]a]", "[[.a.]-c]", ")", "}", r"\n", r"\q", r"\A"),
]
ASSERTIONS = ["^", "$", r"\b", r"\B", r"\<", r"\>", r"\`", r"\'"]
DENSE_REPETITIONS = ["*", "+", "?", "{2}", "{,2}", "{1,3}", "{2,}", "{0}", "{0,}", "{3}", "{,}", "{002}"]


def expression(choice, depth=3):
    """Return an expression as bytes and a value as bytes that it may match."""
    pattern, value = _alternatives(choice, depth)
    if choice.happens(25):
        pattern = "^" + pattern
    if choice.happens(25):
        pattern += "$"
    if choice.happens(1):
        pattern += choice.pick(BAD)
    return _odd(choice, pattern.encode()), value.encode()


def dense(choice):
    """Return an expression with much of everything: assertions, repetitions, characters beyond ASCII."""
    return _dense(choice, 2).encode()


def any_value(choice):
    """Return a value of a few characters, and of bytes that are none."""
    return b"".join(choice.pick(PIECE_BYTES) for _ in range(choice.number(1, 7)))


def compiling(pairs, bytewise=False):
    """Return those of the pairs whose expression the C library takes."""
    found = []
    for pattern, value in pairs:
        try:
            Regex(pattern, bytewise)
        except RegexError:
            continue
        found.append((pattern, value))
    return found


def around(choice, value):
    """Return a value near to another one: as it is, within noise, or with a mistake."""
    if choice.happens(40):
        value = choice.pick(NOISE).encode() + value + choice.pick(NOISE).encode()
    if value and choice.happens(15):
        at = choice.number(0, len(value) - 1)
        value = value[:at] + choice.pick(NOISE).encode() + value[at + 1 :]
    if choice.happens(10):
        at = choice.number(0, len(value))
        value = value[:at] + choice.pick(ODD_BYTES) + value[at:]
    return value


def _odd(choice, pattern):
    if choice.happens(2):
        at = choice.number(0, len(pattern))
        return pattern[:at] + choice.pick(ODD_BYTES[:-2]) + pattern[at:]
    return pattern


def _alternatives(choice, depth):
    branches = [_branch(choice, depth) for _ in range(choice.pick([1, 1, 1, 2, 3]))]
    return "|".join(pattern for pattern, _ in branches), choice.pick(branches)[1]


def _branch(choice, depth):
    pattern = value = ""
    for _ in range(choice.number(0, 4)):
        part, text = _element(choice, depth)
        if choice.happens(30) and part not in ("^", "$"):
            repetition = choice.pick(REPETITIONS)
            repeated = text if len(part) <= 2 or part[0] in "([\\" else text[-1:]
            times = choice.number(0, 3)
            text = text[: len(text) - len(repeated)] + repeated * times
            part += repetition
        pattern += part
        value += text
    return pattern, value


def _element(choice, depth):
    kind = choice.number(0, 99)
    if kind < 45:
        text = choice.pick(CHARACTERS)
        return text, text
    if kind < 52:
        text = choice.pick(ESCAPED)
        return "\\" + text, text
    if kind < 66:
        return choice.pick(BRACKETS)
    if kind < 74:
        return ".", choice.pick(["a", "b", "1", "é"])
    if kind < 78:
        return choice.pick(GNU)
    if kind < 80:
        return choice.pick([("\\1", "a"), ("\\1", "ab"), ("\\2", "b")])
    if kind < 84:
        return choice.pick([("^", ""), ("$", "")])
    if kind < 86:
        return choice.pick([(")", ")"), ("}", "}"), ("]", "]")])
    if depth:
        pattern, value = _alternatives(choice, depth - 1)
        return f"({pattern})", value
    return "b", "b"


def _dense(choice, depth):
    parts = []
    for _ in range(choice.number(0, 4)):
        kind = choice.number(0, 99)
        if kind < 25:
            parts.append(choice.pick(ASSERTIONS))
            continue
        part = f"({_dense(choice, depth - 1)})" if kind < 45 and depth else choice.pick(ELEMENTS)
        while choice.happens(35):
            part += choice.pick(DENSE_REPETITIONS)
        parts.append(part)
    text = "".join(parts)
    return text + "|" + _dense(choice, depth) if choice.happens(20) else text
