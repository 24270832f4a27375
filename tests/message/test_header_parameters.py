"""Parameters of headers: which are known, what they print as, what drops a message; by all ways of reading."""

import pytest
from ways import printed

from identify.request import Request

HOST = "SIP/2.0/UDP h"


def contact(parameters):
    """Return what a Contact with these parameters prints behind its URI, None if it drops."""
    values = printed("Contact", f"<sip:a@b>{parameters}")
    return None if values is None else values[0].removeprefix("<sip:a@b>")


def second_via(parameters):
    """Return what a Via that isn't the first prints behind its host, None if it drops."""
    values = printed("Via", HOST, HOST + parameters)
    return None if values is None else values[1].removeprefix(HOST)


def first_via(parameters):
    """Return what the first Via prints behind its host, None if it drops."""
    values = printed("Via", HOST + parameters)
    return None if values is None else values[0].removeprefix(HOST)


# q of Contact


@pytest.mark.parametrize(
    ("sent", "value"),
    [
        ("0.5", "0.5"),
        ("0.50", "0.5"),
        ("0.05", "0.5"),
        ("0.001", "0.1"),
        ("0.010", "0.1"),
        ("0.077", "0.77"),
        ("0.0846", "0.84"),
        ("1", "1"),
        ("1.0", "1"),
        ("1.05", "1.5"),
        ("1.09", "1.9"),
        ("+3", "3"),
        ("+0.2", "0.2"),
        ("5x", "5"),
        ("5.", "5"),
        ("0.5x", "1.22"),
        ("0.1j", "0.68"),
        ("0.z", "7.4"),
        ("5.o", "11.3"),
        ("4.0g", "4.55"),
        ("0.~~~", "8.658"),
        ("0.tri", "7.517"),
        ("0.8-", "0.77"),
        ("0.-", "0.4294966996"),
        ("0..6", "0.4294967156"),
        ("0.%41", "18446744073709551615.4294967237"),
        ("0.3.", "0.28"),
        ("2147483.647", "2147483.647"),
        ("000000000000000000000000001", "1"),
        ("999999", "999999"),
        ("1000000", "1000000"),
    ],
)  # fmt: skip
def test_q(sent, value):
    """q is an integer of thousandths: the remainder is printed as a number without trailing zeros."""
    assert contact(f";q={sent}") == (None if value is None else f";q={value}")


@pytest.mark.parametrize("sent", ["0", "0.0", "00", "0x5", "0.000", "0.0009", "+0", "0g1"])
def test_q_of_zero(sent):
    """A q of 0 isn't printed."""
    assert contact(f";q={sent};x") == ";x"


@pytest.mark.parametrize(
    "sent",
    [
        ".5", ".", "..1", "abc", "-1", "--2", '"0.5"', '""', "%41", "%30", "+", "+.5", "x5", "2147484", "2147483.648",
        "4000000", "4294967", "4294967.296", "4294967296", "18446744073709552", "99999999999999999999999999",
    ],
)  # fmt: skip
def test_q_that_drops(sent):
    """A q without a digit first, or of more than 2147483647 thousandths, drops the message, in any case and place."""
    assert contact(f";q={sent}") is None
    assert contact(f";x=1;Q={sent}") is None
    assert contact(f" ;\tq = {sent} ;x") is None
    assert contact(f";q={sent};q=1") is None
    assert printed("To", f"<sip:a@b>;q={sent}") is not None


# Numbers of Contact and Via


@pytest.mark.parametrize(
    ("sent", "value"),
    [
        ("60", "60"),
        ("007", "7"),
        ("60x", "60"),
        ("x60", "0"),
        ('"60"', "0"),
        ("-1", "0"),
        ("4294967294", "4294967294"),
        ("4294967295", "4294967294"),
        ("4294967296", "0"),
        ("8589934591", "4294967294"),
        ("99999999999", "1215752191"),
    ],
)
def test_expires_of_contact(sent, value):
    """expires is a number modulo 2**32, of which the largest means none to PJSIP."""
    assert contact(f";EXPIRES={sent};x") == f";expires={value};x"


@pytest.mark.parametrize(
    ("name", "limit", "zero"), [("ttl", 255, ";ttl=0"), ("rport", 65535, ";rport")], ids=["ttl", "rport"]
)
def test_bounded_numbers(name, limit, zero):
    """ttl and rport take a sign, leave out what follows the digits, and drop the message without digits or above."""
    for sent, number in (
        (f"{limit}", limit),
        ("+5", 5),
        ("5x", 5),
        ("007", 7),
        ("1.9", 1),
        (f"{'0' * 30}9", 9),
    ):
        assert second_via(f";{name}={sent}") == f";{name}={number}"
        assert second_via(f";x;{name.upper()} = {sent} ;y") == f";{name}={number};x;y"
    for sent in ("0", "000", "0w8", "+0"):
        assert second_via(f";{name}={sent}") == zero
    for sent in (f"{limit + 1}", f"0{limit + 1}", "99999999", "4294967296", "18446744073709551616", "x", "-1", ".4",
                 '"7"', '""', "%35", "+", "++1", "[1]"):  # fmt: skip
        assert second_via(f";{name}={sent}") is None
        assert first_via(f";{name}={sent}") is None
        assert printed("Contact", f"<sip:a@b>;{name}={sent}") == (
            None if "[" in sent else [f"<sip:a@b>;{name}={sent}"]
        )


@pytest.mark.parametrize("sent", ["rport", "rport=", "rport=0", "rport = 00", "rport=0w8", "rport=9;rport"])
def test_rport_without_a_value(sent):
    """Without a value, or with 0, the first Via's rport is the packet's source port, others have none."""
    assert first_via(f";{sent}") == ";rport=5070;received=192.0.2.1"
    assert second_via(f";{sent}") == ";rport"


# Known parameters without a value


@pytest.mark.parametrize("name", ["q", "expires", "Q", "Expires"])
@pytest.mark.parametrize("equals", ["", "=", " = "])
def test_empty_in_contact(name, equals):
    """q and expires without a value are ordinary parameters, and clear nothing."""
    assert contact(f";x;{name}{equals};y") == f";x;{name};y"
    assert contact(f";{name}=1;{name}{equals};y") == f";{name.lower()}=1;{name};y"


@pytest.mark.parametrize("name", ["ttl", "maddr", "received", "branch", "TTL", "Branch"])
@pytest.mark.parametrize("equals", ["", "="])
def test_empty_in_via(name, equals):
    """ttl, maddr, received and branch without a value are ordinary parameters, and clear nothing."""
    assert second_via(f";x;{name}{equals};y") == f";x;{name};y"
    assert second_via(f";{name}=1;{name}{equals};y") == f";{name.lower()}=1;{name};y"
    if name.lower() != "received":
        assert first_via(f";{name}{equals}") == f";received=192.0.2.1;{name}"
    else:
        assert first_via(f";{name}=1;{name}{equals};branch=2") == f";received=192.0.2.1;branch=2;{name}"


@pytest.mark.parametrize(
    ("header", "value", "names"),
    [
        ("From", "<sip:a@b>", ["tag"]),
        ("To", "<sip:a@b>", ["tag"]),
        ("Event", "dialog", ["id"]),
        ("Session-Expires", "90", ["refresher"]),
        ("Subscription-State", "active", ["reason"]),
        ("Replaces", "c", ["to-tag", "from-tag"]),
    ],
)
def test_empty_that_clears(header, value, names):
    """These vanish without a value, and an earlier value with them; the last of several counts, in lower case."""
    for name in names:
        for empty in (name, f"{name}=", f"{name.upper()} = "):
            assert printed(header, f"{value};x;{empty};y") == [f"{value};x;y"]
            assert printed(header, f"{value};{name}=1;{empty};y") == [f"{value};y"]
            assert printed(header, f"{value};{empty};{name}=1;y") == [f"{value};{name}=1;y"]
        assert printed(header, f"{value};x=1;{name.upper()}=2;{name}=3") == [f"{value};{name}=3;x=1"]


def test_unknown_there():
    """A parameter that another header knows is an ordinary one."""
    assert printed("Route", "<sip:a@b>;q=x;tag=1;ttl=999;Expires") == ["<sip:a@b>;q=x;tag=1;ttl=999;Expires"]
    assert printed("Min-SE", "90;x;refresher=UAC;Refresher") == ["90;x;refresher=UAC;Refresher"]
    assert printed("Content-Type", "a/b;x;id=;rport=x") == ["a/b;x;id;rport=x"]


# Quotes, brackets, escapes


@pytest.mark.parametrize(
    ("sent", "value"),
    [
        ('"z"', "%22z%22"),
        ('"a;b"', "%22a%3bb%22"),
        ('"[5]"', "%22%5b5%5d%22"),
        ('""', "%22%22"),
        ('"a b\t"', "%22a%20b%09%22"),
        ('"a\\"b"', "%22a%5c%22b%22"),
        ('"é%41"', "%22%c3%a9%41%22"),
        ('"a\rb"', "%22a%0db%22"),
        ("a%41-.!%*_`'~+", "a%41-.!%*_`'~+"),
    ],
)
def test_escaped_values(sent, value):
    """tag, branch and reason are printed with %xx for what isn't allowed in a parameter, quotes too."""
    assert printed("From", f"<sip:a@b>;tag={sent}") == [f"<sip:a@b>;tag={value}"]
    assert printed("To", f"<sip:a@b>;x;tag={sent}") == [f"<sip:a@b>;tag={value};x"]
    assert second_via(f";branch={sent}") == f";branch={value}"
    assert printed("Subscription-State", f"a;x;Reason={sent}") == [f"a;reason={value};x"]


@pytest.mark.parametrize("sent", ['"z"', '"a;b,c>[::1]&x"', '""', '"\\"\\\\"', '"a\rb"', '"\r b"', '"\t%41"'])
def test_quoted_values(sent):
    """A quoted value is printed as sent; it may hold a CR, and brackets and ampersands."""
    for header, value in (
        ("From", "<sip:a@b>"),
        ("Contact", "<sip:a@b>"),
        ("Event", "e"),
        ("Content-Type", "a/b"),
    ):
        assert printed(header, f"{value};x={sent};y") == [f"{value};x={sent};y"]
    assert second_via(f";x={sent}") == f";x={sent}"
    assert printed("Event", f"e;id={sent}") == [f"e;id={sent}"]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r\n ", "\n "])
def test_line_feeds_in_quotes(end):
    """An LF in a quoted string drops the message, escaped too."""
    for text in (f'"a{end}b"', f'"a\\{end}b"'):
        assert printed("Event", f"e;x={text}") is None
        assert printed("From", f"{text} <sip:a@b>") is None
        assert printed("Authorization", f"Digest username={text}") is None


def test_zero_in_quotes():
    """A NUL is let through in a quoted string and in Replaces' Call-ID, nowhere else."""
    for line in (
        b'From: "a\0b" <sip:a@b>',
        b'To: <sip:a@b>;x="\0"',
        b'Event: e;x="a\0"',
        b"Replaces: j\0b;x",
    ):
        name, _, value = line.partition(b": ")
        assert printed(name.decode(), value) is not None
    for line in (
        b"From: a\0b <sip:a@b>",
        b"To: <sip:a@b>;x=\0",
        b"Event: e\0",
        b"Allow: a\0",
        b"Content-Type: a\0b",
    ):
        name, _, value = line.partition(b": ")
        assert printed(name.decode(), value) is None


@pytest.mark.parametrize("text", ["[::1]", "[a]", "[]", "a[", "a:b", "]", "a]b", "[::1"])
def test_brackets(text):
    """Outside of quotes only a Via's parameters hold brackets and colons; they are printed escaped, in names too."""
    for header, value in (
        ("From", "<sip:a@b>"), ("To", "<sip:a@b>"), ("Contact", "<sip:a@b>"), ("Route", "<sip:a@b>"), ("Event", "e"),
        ("Content-Type", "a/b"), ("Retry-After", "5"), ("Session-Expires", "90"), ("Min-SE", "90"), ("Replaces", "c"),
        ("Subscription-State", "a"),
    ):  # fmt: skip
        assert printed(header, f"{value};x={text}") is None
        assert printed(header, f"{value};{text}") is None
    escaped = text.replace(":", "%3a").replace("[", "%5b").replace("]", "%5d")
    assert second_via(f";x={text};y") == f";x={escaped};y"
    assert second_via(f";{text}=1;y") == f";{escaped}=1;y"
    assert second_via(f";branch={text};y") == f";branch={escaped};y"
    assert second_via(f";received={text};y") == f";received={text};y"
    assert first_via(f";received={text};y") == ";received=192.0.2.1;y"


@pytest.mark.parametrize(
    ("sent", "value"),
    [
        ("::1", "[::1]"),
        ("a:b", "[a:b]"),
        ("[::1]", "[::1]"),
        ("h", "h"),
        ('"z"', '"z"'),
        ("1.2:.3", "[1.2:.3]"),
    ],
)
def test_maddr(sent, value):
    """maddr is printed in brackets if it has a colon and doesn't begin with one."""
    assert second_via(f";x;maddr={sent}") == f";maddr={value};x"


def test_subscription_state():
    """reason, expires and retry-after come first and in that order, the numbers without a value as 0."""
    for sent, value in (
        ("Expires=59;n=y;RETRY-AFTER=7;Reason=x", "reason=x;expires=59;retry-after=7;n=y"),
        ("retry-after=0;expires=0", "expires=0;retry-after=0"),
        ("expires", "expires=0"),
        ("expires=", "expires=0"),
        ("expires=5;expires", "expires=0"),
        ("retry-after=abc", "retry-after=0"),
        ("expires=12abc", "expires=12"),
        ('expires="60"', "expires=0"),
        ("expires=-5", "expires=0"),
        ("expires=99999999999", "expires=1215752191"),
        ("expires=4294967295", "expires=4294967294"),
        ("retry-after=4294967294", "retry-after=4294967294"),
    ):  # fmt: skip
        assert printed("Subscription-State", f"active;{sent}") == [f"active;{value}"]
    assert printed("Subscription-State", "a;retry-after=4294967295;x") == ["a;x"]


def test_replaces():
    """to-tag and from-tag keep their quotes, early-only loses its value."""
    assert printed("Replaces", 'c;x;early-only=8;From-Tag=1;to-tag="3 5"') == [
        'c;to-tag="3 5";from-tag=1;early-only;x'
    ]


@pytest.mark.parametrize("release", ["16.2.1", None])
def test_escapes_of_releases(release):
    """Releases that resolve escapes print what isn't allowed in a parameter escaped again."""
    lines = {
        "From": ("<sip:a@b>;tag=%41%3b;x=%42%3B", "<sip:a@b>;tag=A%3b;x=B%3b"),
        "Event": ("e;id=%42", "e;id=B"),
    }
    for name, (sent, resolved) in lines.items():
        headers = dict(Request(source="192.0.2.1", headers={name: sent}, release=release).printed_headers)
        assert headers[name] in (sent, resolved)
        assert (headers[name] == sent) is (release is None)
