"""A second reading of which values options take: a short predicate for each kind, and values to compare both on.

It shares nothing with the first one but the lists of names: where that has regular expressions, this walks through the
characters or asks the C library.
"""

import ctypes
import errno
import json
import socket
from importlib import resources

#: Values that belong to no kind, or to several.
COMMON = (
    "", "0", "1", "-1", "-0", "+1", "08", "010", "0x10", "0X1F", "0b1", "1.0", "1 2", "60", "yes", "no", "none", "all",
    "x", "a b", "é", "\udcff", ",", ",,", " ", "sip:a@b", "10.0.0.1", "<>", "4294967295", "4294967296", "1e3", "=",
)  # fmt: skip
#: Pieces that values of a kind are made of.
PIECES = {
    "acl": (
        "10.0.0.1", "10.0.0.0/8", "!10.1.0.0/16", "10.0.0.0/33", "10.0.0.1/255.255.255.0", "2001:db8::/32", "::1",
        "[::1]", "::ffff:10.0.0.1", "1.2.3", "010.0.0.1", "08.0.0.1", "10.0.0.1:5060", "host", "/8", "/", "!", "10",
        "10.0.0.0/8x", "10.0.0.0/x", "10.0.0.0/::", "::/129", "fe80::1%lo", "10.0.0.1/32.0", " ", ",", ",", ",",
    ),
    "assignment": ("A", "=", "b", " ", ",", "\t"),
    "ciphers": (
        "AES128-SHA", "aes256-sha", "TLS_AES_128_GCM_SHA256", "DES-CBC3-SHA", "a-b", "0x2f", "47", "057", "1.5", "0",
        "08", "0x", "-1", "ALL", ",", ", ", " ",
    ),
    "codecs": (
        "ulaw", "ALAW", "!", "all", "none", "opus", "bogus", ":", "20", "+", "-", "20ms", ",", ",", "|", " ", "\t",
        "g722", "", "é", "(", ")",
    ),
    "contact": (
        "sip:", "sips:", "SIP:", "a@b", "h", "x", "<", ">", ",", " ", ":5060", ";lr", "?a=b", "@", "u" * 240, "h" * 5,
        "h" * 6, "\"N\" ", "[::1]", "é" * 3, "u" * 260,
    ),
    "digest": (
        "MD5", "md5", "SHA-256", "SHA-512-256", "SHA-512", "MD5-sess", ":", ":", " ", "g" * 32, "0" * 32, "0" * 31, "é",
        "AKAv1-MD5",
    ),
    "enum": (),
    "leading_number": ("+", "-", "1", "x", " ", "0", ".5"),
    "md5": ("MD5:", "md5:", "0" * 32, "g" * 16, "g" * 16, "é", " ", "0" * 28),
    "names": ("a", ",", " ", "\t", "b c"),
    "number": (
        "+", "-", "1", "0", ".", "e", "E3", "999", "inf", "INFINITY", "nan", "NaN(", ")", "0x", "p3", "a", "_", " ", "5",
        "(", "e-999",
    ),
    "preferences": (
        "prefer", "PREFER", "operation", "keep", "transcode", "bogus", ":", ":", " ", " ", "\t", ",", "pending",
        "configured", "union", "intersect", "only_preferred", "all", "first", "allow", "prevent", "PENDING",
    ),
    "tokens": (",", " ", "", "\t"),
    "tos": ("cs", "CS", "af", "ef", "EF", "0", "1", "3", "4", "8", "lowdelay", "reliability", "-", "+", "x", " "),
    "unsigned": ("0", "0x", "0X", "1", "7", "8", "f", "+", "-", " ", "0" * 30, "4294967295", "6", "."),
    "user": ("a", ":", "?", "/", "#", "&", "=", "+", "$", ",", ";", "(", "%zz", "é", " ", "@", "[", "'", "~"),
}  # fmt: skip
#: Kinds that take the pieces of another one.
LIKE = {
    "codecs_or_empty": "codecs",
    "enum_or_bool": "enum",
    "enum_or_number": "leading_number",
    "exact": "enum",
    "integer": "unsigned",
}
BLANKS = {chr(code) for code in range(33)}
PREFERENCES = {
    "prefer": {"pending", "configured"},
    "keep": {"all", "first"},
    "transcode": {"allow", "prevent"},
}
LENGTHS = {b"": 32, b"md5": 32, b"akav1-md5": 32, b"sha-256": 64, b"sha-512-256": 64}

_C = ctypes.CDLL(None, use_errno=True)
_C.strtoull.restype, _C.strtoull.argtypes = (
    ctypes.c_ulonglong,
    [ctypes.c_char_p, ctypes.c_void_p, ctypes.c_int],
)
_C.strtoll.restype, _C.strtoll.argtypes = ctypes.c_longlong, [ctypes.c_char_p, ctypes.c_void_p, ctypes.c_int]
_C.strtod.restype, _C.strtod.argtypes = ctypes.c_double, [ctypes.c_char_p, ctypes.c_void_p]


def trimmed(text):
    """Return the text without the blanks at its ends."""
    start, end = 0, len(text)
    while start < end and text[start] in BLANKS:
        start += 1
    while end > start and text[end - 1] in BLANKS:
        end -= 1
    return text[start:end]


def lowered(text):
    """Return the text with ASCII letters in lower case."""
    return "".join(chr(ord(c) + 32) if "A" <= c <= "Z" else c for c in text)


def raw(text):
    """Return the bytes that the text was read from."""
    return text.encode("utf-8", "surrogateescape")


def converted(function, text, *base):
    """Return what a function of C makes of all of the text, None if it doesn't take it."""
    data = raw(text)
    if not data or data[:1].isspace():
        return None
    buffer = ctypes.create_string_buffer(data)
    end = ctypes.c_void_p()
    ctypes.set_errno(0)
    number = function(ctypes.cast(buffer, ctypes.c_char_p), ctypes.byref(end), *base)
    if ctypes.get_errno() == errno.ERANGE or end.value != ctypes.addressof(buffer) + len(data):
        return None
    return number


def unsigned(value, entry):
    """Whole numbers of 32 bits without a sign but ``+``."""
    number = None if "-" in value else converted(_C.strtoull, value, 0)
    return number is not None and entry.get("minimum", 0) <= number <= entry.get("maximum", 0xFFFFFFFF)


def integer(value, entry):
    """Whole numbers of 32 bits with a sign."""
    number = converted(_C.strtoll, value, 0)
    return number is not None and entry.get("minimum", -0x80000000) <= number <= 0x7FFFFFFF


def leading(value):
    """Whether a text begins with a number."""
    rest = value[1:] if value[:1] in ("+", "-") else value
    return "0" <= rest[:1] <= "9"


def network(item):
    """Whether an item of an access list is a network: the C library says what an address is."""
    base, slash, mask = item.removeprefix("!").partition("/")
    family = numeric(base)
    if family is None:
        return False
    if not slash:
        return True
    if "." in mask or ":" in mask:
        return numeric(mask) == family
    digits = mask.lstrip(" \t\n\v\f\r")
    digits = digits[1:] if digits[:1] in ("+", "-") else digits
    count = 0
    while "0" <= digits[count : count + 1] <= "9":
        count += 1
    if not count or "-" in mask.partition(digits)[0]:
        return bool(count) and int(digits[:count]) == 0
    return int(digits[:count]) <= (32 if family == socket.AF_INET else 128)


def numeric(host):
    """Return the family of a numeric address, None if it is none or has a port."""
    if host.startswith("["):
        # An unclosed bracket ends at the end; behind a closed one only an empty port may stand.
        host, _, rest = host[1:].partition("]")
        if rest not in ("", ":"):
            return None
    elif host.count(":") == 1 and host.endswith(":"):
        host = host[:-1]
    if not host or any(c in BLANKS or ord(c) > 126 for c in host):
        return None
    try:
        if ":" not in host:
            socket.inet_aton(host)
            return socket.AF_INET
        address = socket.inet_pton(
            socket.AF_INET6, host.removesuffix("%lo") if host.startswith("fe80:") else host
        )
    except OSError:
        return None
    return socket.AF_INET if address.startswith(bytes(10) + b"\xff\xff") else socket.AF_INET6


def acl(value, entry):
    """Networks between commas, each exactly."""
    return not entry.get("nonempty") if not value else all(network(item) for item in value.split(","))


def codecs(value, names, *, empty):
    """Codecs between ``,`` and ``|``, with a number of milliseconds, all of it in parentheses or not."""
    if value[:1] == "(" and value[-1:] == ")":
        value = trimmed(value[1 : len(value) - 1])
    if not value:
        return empty
    for item in value.replace("|", ",").split(","):
        item = trimmed(item)
        name, colon, number = item.partition(":")
        if lowered(name[1:] if name[:1] == "!" else name) not in names:
            return False
        number = trimmed(number)
        number = number[1:] if number[:1] == "+" and number != "+" else number
        if colon and number and not ("0" <= number[0] <= "9" and ":" not in number):
            return False
    return True


def contact(value, entry):
    """SIP URIs by their beginning, and not too long."""
    for item in map(trimmed, value.split(",")):
        uri = item[1 : len(item) - 1] if item[:1] == "<" and item[-1:] == ">" and len(item) > 1 else item
        scheme, colon, rest = uri.partition(":")
        if not item:
            continue
        if not colon or lowered(scheme) not in ("sip", "sips"):
            return False
        host = rest.partition("@")[2] if "@" in rest else rest
        if host[:1] == "[" and "]" in host:
            host = host[: host.index("]") + 1]
        else:
            for end in ":;?>":
                host = host.partition(end)[0]
        if len(raw(host)) > 245 or len(raw(item)) > 511:
            return False
    return True


def digest(value, entry):
    """``ALGORITHM:digest``, the digest of the algorithm's length."""
    algorithm, colon, rest = raw(value).partition(b":")
    return not value or (
        colon == b":" and LENGTHS.get(raw(trimmed(algorithm.decode("latin-1"))).lower()) == len(rest)
    )


def md5(value, entry):
    """32 bytes, or these behind ``MD5:``."""
    data = raw(value)
    return len(data) in (0, 32) or (len(data) == 36 and data[:4].lower() == b"md5:")


def preferences(value, entry):
    """``name: value`` between commas, parted by colons and blanks."""
    for item in map(trimmed, value.split(",")):
        found = item.replace(":", " ").split(" ")
        found = [word for word in found if word != ""]
        if item and len(found) < 2:
            return False
        if item and found[1] not in {**PREFERENCES, "operation": entry["values"]}.get(found[0], found):
            return False
    return True


def ciphers(value, codes):
    """Names of ciphers, or their codes."""
    for item in map(trimmed, value.split(",")):
        number = next((converted(_C.strtoull, item[:end], 0) for end in range(len(item), 0, -1)
                       if converted(_C.strtoull, item[:end], 0) is not None), None)  # fmt: skip
        if item and lowered(item) not in codes and (item[0] == "-" or number not in codes.values()):
            return False
    return True


def tos(value, entry):
    """Numbers, and the classes of DiffServ."""
    names = ["ef", *(f"cs{n}" for n in range(8)), *(f"af{n}{m}" for n in range(1, 5) for m in range(1, 4))]
    return leading(value) or lowered(value) in names


def user(value, entry):
    """Characters of a user."""
    return all(c.isascii() and (c.isalnum() or c in "-_.!~*'()&=+$,;:%") for c in value)


def predicates(codec_names):
    """Return the predicates by kind of option; the names of codecs are given."""
    codes = json.loads(resources.files("identify.config").joinpath("objects/values/ciphers.json").read_text())
    truths = {"yes", "true", "y", "t", "1", "on", "no", "false", "n", "f", "0", "off"}
    return {
        "acl": acl,
        "assignment": lambda value, entry: value == "" or value.find("=") >= 0,
        "ciphers": lambda value, entry: ciphers(value, codes),
        "codecs": lambda value, entry: codecs(value, codec_names, empty=False),
        "codecs_or_empty": lambda value, entry: codecs(value, codec_names, empty=True),
        "contact": contact,
        "digest": digest,
        "enum": lambda value, entry: lowered(value) in entry["values"],
        "enum_or_bool": lambda value, entry: lowered(value) in {*entry["values"], *truths},
        "enum_or_number": lambda value, entry: lowered(value) in entry["values"] or leading(value),
        "exact": lambda value, entry: value in entry["values"],
        "integer": integer,
        "leading_number": lambda value, entry: leading(value),
        "md5": md5,
        "names": lambda value, entry: value == "" or any(map(trimmed, value.split(","))),
        "nonempty": lambda value, entry: value != "",
        "number": lambda value, entry: converted(_C.strtod, value) is not None,
        "preferences": preferences,
        "tokens": lambda value, entry: all(
            lowered(trimmed(item)) in ("", *entry["values"]) for item in value.split(",")
        ),
        "tos": tos,
        "unsigned": unsigned,
        "user": user,
    }


def value(choice, entry):
    """Return a value for an option, of a ``random.Random``: pieces of its kind, mostly, and then damaged."""
    kind = LIKE.get(entry["kind"], entry["kind"])
    pieces = [*PIECES.get(kind, ()), *entry.get("values", ()), *entry.get("values", ())]
    if not pieces or choice.random() < 0.1:
        made = choice.choice(COMMON)
    else:
        made = "".join(choice.choice(pieces) for _ in range(choice.choice((1, 1, 2, 2, 3, 3, 4, 5, 6, 8))))
    damage = choice.random()
    if damage < 0.08 and made:
        at = choice.randrange(len(made))
        made = made[:at] + made[at + 1 :]
    elif damage < 0.14:
        at = choice.randint(0, len(made))
        made = made[:at] + choice.choice(" ,:;|!\t=xX0é") + made[at:]
    elif damage < 0.2:
        made = choice.choice((made.upper, made.lower, made.title, made.swapcase))()
    return trimmed(made)
