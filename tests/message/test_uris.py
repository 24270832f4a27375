"""sip and sips URIs at every place: what is taken, what it prints as, what identification reads of it."""

import pytest
from places import PLACES, REQUEST, at, is_dropped, message, printed
from readings import PLACE, REQUIRED, read

from identify.configuration import Configuration
from identify.engine import Engine

# The user and its password


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(
    ("user", "shown"),
    [
        ("*72#", "*72%23"),
        ("#", "%23"),
        ("##31#", "%23%2331%23"),
        ("a#b;c", "a%23b;c"),
        ("%23%2a", "%23*"),
        ("a#:pw", "a%23:pw"),
    ],
)
def test_hash_in_user(place, user, shown):
    """A user may hold ``#``, which is printed escaped, wherever the URI is."""
    assert printed(at(place, f"sip:{user}@h"), place) == f"sip:{shown}@h"


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(
    "uri", ["sip:a:#@h", "sip:a:p#w@h", "sip:h#", "sip:a@h#", "sip:a@h;x#", "sip:a@h;x=#", "sip:a@h?x=#"]
)
def test_hash_elsewhere(place, uri):
    """Outside of the user ``#`` is a syntax error."""
    assert is_dropped(at(place, uri))


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("uri", ["sip:a:@h", "sips:a:@h:5060;x", "sip:#:@[::1]"])
def test_empty_password(place, uri):
    """A colon without a password behind it is a syntax error."""
    assert is_dropped(at(place, uri))
    assert printed(at(place, uri.replace(":@", ":0@")), place).startswith("sip")


@pytest.mark.parametrize("user", ["*72#", "%2a72%23", "*72#:pw"])
def test_user_is_looked_up_decoded(user):
    """The username method looks up what the user is decoded, with its ``#``."""
    files = {"pjsip.conf": "[*72#]\ntype=endpoint\nallow=ulaw\n[e@1.2.3.4]\ntype=endpoint\nallow=ulaw\n"}
    engine = Engine(Configuration.from_files(files))
    data = at("From", f"sip:{user}@h")

    assert read(data).from_uri.user == "*72#"
    assert engine.identify_message(data, *PLACE).endpoint == "*72#"
    assert engine.explain(read(data)).match.endpoint == "*72#"


# The host and its port


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("before", ["", "u@", "u#:p@"])
@pytest.mark.parametrize(
    "host",
    ["1.2.3.4", "h", "a b", " ", "\t", ";", "?", "[", "a>b", "a;b=c", "a,b", '"', "\\", "a\r\n b", "a\nb c", "\r", "\x01\x7f",
     "\udc80\udcff", "é", "%", "%25", "x/y"],
)  # fmt: skip
def test_host_in_brackets(place, before, host):
    """Between brackets anything is a host, also what would end the URI, the header or the line; they aren't printed."""
    data = at(place, f"sip:{before}[{host}]")

    assert printed(data, place) == f"sip:{before.replace('#', '%23')}{host}"
    assert not is_dropped(at(place, f"sips:{before}[{host}]:5061;x"))


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(
    "host", ["::1", "::1%lo", "::1%25eth0", "2001:db8::>", "a:b", ":", "a b:", "[:", "x\r\n :"]
)
def test_host_with_colon(place, host):
    """A host that holds a ``:`` is printed in brackets."""
    assert printed(at(place, f"sip:u@[{host}]"), place) == f"sip:u@[{host}]"


@pytest.mark.parametrize("place", PLACES)
def test_at_in_brackets(place):
    """A ``@`` between brackets is the host's if there is a user before; without one it would be the user's end."""
    assert printed(at(place, "sip:u@[a@b]"), place) == "sip:u@a@b"
    assert is_dropped(at(place, "sip:[a@b]"))
    # The search for it ends at a blank.
    assert printed(at(place, "sip:[a b@c]"), place) == "sip:a b@c"


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(
    "uri", ["sip:[]", "sip:u@[]", "sip:[::1", "sip:u@[", "sip:[a]b", "sip:a[b]", "sip:[a]:", "sip:[a]:x"]
)
def test_bad_brackets(place, uri):
    """Empty brackets, one without the other, and text beside them are syntax errors."""
    assert is_dropped(at(place, uri))


@pytest.mark.parametrize("place", PLACES)
def test_brackets_reach_over_headers(place):
    """What closes a bracket may be lines away; the message goes on behind it."""
    request = read(at(place, "sip:[x\r\nX-A: 1\r\n\r\nX-B: 2]"))

    assert request is not None
    assert "X-A" not in [name for name, _ in request.printed_headers]
    assert len(request.printed_headers) == len(REQUIRED) + (place not in REQUIRED and place != REQUEST)


def test_nul_in_brackets():
    """A NUL between brackets ends what is compared: the print, and the domain."""
    files = {"pjsip.conf": "[e@h]\ntype=endpoint\nallow=ulaw\n[anonymous@g]\ntype=endpoint\nallow=ulaw\n"
             "[i]\ntype=identify\nendpoint=e@h\nmatch_request_uri=sip:[a:\n"}  # fmt: skip
    engine = Engine(Configuration.from_files(files))
    for data, endpoint in (
        (at("From", "sip:e@[h\0x]"), "e@h"),
        (at("From", "sip:e@[hx\0]"), None),
        (at("From", "sip:e%00@[h\0:]"), "e@h"),
        (at("From", "sip:x@[g\0\0]"), "anonymous@g"),
        (at(REQUEST, "sip:[a:\0b]:5060"), "e@h"),
    ):
        match = engine.identify_message(data, *PLACE)
        assert (match and match.endpoint) == endpoint, data
        assert engine.explain(read(data)).match == match
    assert printed(at(REQUEST, "sip:[a:\0b]:5060"), REQUEST) == "sip:[a:"
    assert printed(at(REQUEST, "sip:[a\0:b]:5060"), REQUEST) == "sip:[a"


def test_nul_doesn_t_shorten():
    """A request URI that is too long to be compared isn't compared up to its NUL either."""
    files = {
        "pjsip.conf": "[e]\ntype=endpoint\nallow=ulaw\n[i]\ntype=identify\nendpoint=e\nmatch_request_uri=/^sip:h/\n"
    }
    engine = Engine(Configuration.from_files(files))
    for size, endpoint in ((511 - len("sip:h") - 1, "e"), (511 - len("sip:h"), None)):
        data = at(REQUEST, f"sip:[h\0{'x' * size}]")
        match = engine.identify_message(data, *PLACE)
        assert (match and match.endpoint) == endpoint
        assert engine.explain(read(data)).match == match


def test_request_uri_is_not_stripped():
    """A blank at the end of a printed request URI is compared, other than one at the end of a header."""
    files = {
        "pjsip.conf": "[e]\ntype=endpoint\nallow=ulaw\n[i]\ntype=identify\nendpoint=e\nmatch_request_uri=/b $/\n"
    }
    engine = Engine(Configuration.from_files(files))
    data = at(REQUEST, "sip:a@h;user=b%20")

    assert printed(data, REQUEST) == "sip:a@h;user=b "
    assert engine.identify_message(data, *PLACE).endpoint == "e"
    assert engine.explain(read(data)).match.endpoint == "e"


@pytest.mark.parametrize(
    ("uri", "host", "endpoint"),
    [
        ("sip:u@[1.2.3.4]:5", "1.2.3.4", "u@1.2.3.4"),
        ("sip:u@[::1]", "::1", "u@::1"),
        ("sip:u@[a b]", "a b", "u@a b"),
    ],
)
def test_domain_in_brackets(uri, host, endpoint):
    """A domain is looked up without brackets."""
    sections = "".join(f"[u@{each}]\ntype=endpoint\nallow=ulaw\n" for each in ("1.2.3.4", "::1", "a b"))
    engine = Engine(Configuration.from_files({"pjsip.conf": sections}))
    data = at("From", uri)

    assert read(data).from_uri.host == host
    assert engine.identify_message(data, *PLACE).endpoint == endpoint
    assert engine.explain(read(data)).match.endpoint == endpoint


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("[a b]", "a b"),
        ("[a]:3", "a:3"),
        ("[::1]:5060", "[::1]:5060"),
        ("[;x=y,]", ";x=y,"),
        ("[a\r\n b] : 05", "a\r\n b:5"),
        (f"h:{'0' * 40}5060", "h:5060"),
        ("h:0000", "h"),
    ],
)
def test_sent_by(sent, shown):
    """A Via's host and port are read like a URI's."""
    assert printed(message("Via", f"SIP/2.0/UDP {sent}"), "Via") == f"SIP/2.0/UDP {shown};received={PLACE[0]}"


@pytest.mark.parametrize("sent", ["[]", "[a", "h:", "h:65536", f"h:{'0' * 40}65536", "h:4294967297", "h:5x"])
def test_bad_sent_by(sent):
    """A Via's host and port are refused like a URI's."""
    assert is_dropped(message("Via", f"SIP/2.0/UDP {sent}"))


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(
    ("port", "shown"),
    [("0" * 300 + "5060", ":5060"), ("00000", ""), ("65535", ":65535"), ("000000001", ":1")],
)
def test_port(place, port, shown):
    """Leading zeros of a port are skipped, however many; port 0 is none.  From and To print no port."""
    shown = "" if place in ("From", "To") else shown

    assert printed(at(place, f"sip:h:{port}"), place) == f"sip:h{shown}"


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(
    "port", ["65536", "99999", "4294967296", "18446744073709551617", "", "-1", "+1", "0x1"]
)
def test_bad_port(place, port):
    """A port without digits, or above 65535, is a syntax error."""
    assert is_dropped(at(place, f"sip:h:{port}"))


# Parameters and headers of sip and sips


@pytest.mark.parametrize("place", [REQUEST, "Contact", "Route", "Record-Route"])
@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("maddr=::1", "maddr=[::1]"),
        ("maddr=a:b", "maddr=[a:b]"),
        ("maddr=%3a", "maddr=[:]"),
        ("MADDR=a%20b:c", "maddr=[a b:c]"),
        ("maddr=%22%3a", 'maddr=[":]'),
        ("maddr=[::1]", "maddr=[::1]"),
        ("maddr=%5b::1%5d", "maddr=[::1]"),
        ("maddr=[::1", "maddr=[::1"),
        ("maddr=[a]", "maddr=[a]"),
        ("maddr=%22%20", "maddr=%22%20"),
        ("maddr=a%20b", "maddr=a%20b"),
        ("maddr=a:b;maddr=c", "maddr=c"),
        ("maddr=a:b;maddr=", "maddr=[a:b];maddr"),
    ],
)
def test_maddr(place, sent, shown):
    """``maddr`` with a ``:`` is printed in brackets, as a host is, unless it begins with one."""
    assert printed(at(place, f"sip:h;{sent}"), place) == f"sip:h;{shown}"
    assert "[" not in printed(at("From", "sip:h;maddr=::1"), "From")


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("user=a%3bb", "user=a;b"),
        ("user=%20x%20y", "user= x y"),
        ("user=%c3%a9", "user=é"),
        ("user=%3e", "user=>"),
        ("USER=%41", "user=A"),
        ("us%65r=%22%20z", 'user=" z'),
        ('user="p"', 'user="p"'),
        ("user=%zz", "user=%zz"),
        ("user=a;user=b", "user=b"),
        ("user=a;user", "user=a;user"),
        ("x=1;user=%2525", "user=%25;x=1"),
    ],
)
def test_user_parameter(place, sent, shown):
    """``user`` is printed decoded, whatever comes out of it."""
    assert printed(at(place, f"sip:h;{sent}"), place) == f"sip:h;{shown}"


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("x=%22%20%3b", 'x=" ;'),
        ("x=%22", 'x="'),
        ("x=%22%3e%40", 'x=">@'),
        ("x=a%22%20", "x=a%22%20"),
        ("x=%20%22", "x=%20%22"),
        ("%22x=%20", "%22x=%20"),
        ('x="a b"', 'x="a b"'),
        ("x=%3b%41%C3%A9", "x=%3bA%c3%a9"),
    ],
)
def test_value_that_begins_with_a_quote(place, sent, shown):
    """The value of an unknown parameter whose decoded value begins with ``"`` is printed decoded as a whole."""
    assert printed(at(place, f"sip:a@h;{sent}"), place) == f"sip:a@h;{shown}"


@pytest.mark.parametrize("place", [REQUEST, "Contact", "Route"])
@pytest.mark.parametrize("value", ["%22", "%22%20", "a%3bb", "%c3%a9"])
def test_transport_is_escaped(place, value):
    """``transport`` is escaped, also if it begins with ``"``."""
    assert printed(at(place, f"sip:h;transport={value}"), place) == f"sip:h;transport={value}"


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("a=%22%20%3f", 'a=" ?'),
        ("%22a=b%20", "%22a=b%20"),
        ("a=b&c=%22%26&d=", 'a=b&c="&&d'),
        ("a=x%22", "a=x%22"),
    ],
)
def test_headers_of_a_contact(sent, shown):
    """URI headers are printed like unknown parameters, in Contact only."""
    assert printed(at("Contact", f"sip:a@h?{sent}"), "Contact") == f"sip:a@h?{shown}"
    assert printed(at("Route", f"sip:a@h?{sent}"), "Route") == "sip:a@h"


TTL = [("%31", 1), ("5x", 5), ("+5", 5), ("%2b5", 5), ("255", 255), ("0", 0), ("000000000000000255", 255), ("1.9", 1),
       ("+0x", 0), ("25%35%zz", 255), ("2%", 2)]  # fmt: skip
BAD_TTL = [
    "abc",
    ".5",
    "-1",
    '""',
    '"5"',
    "256",
    "00256",
    "99999999999",
    "4294967297",
    "+",
    "++1",
    "%20",
    "%FF9",
    "+%",
    "%2d1",
]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("name", ["ttl", "TTL", "t%74l", "%74%74%6c", "tT%4C"])
@pytest.mark.parametrize(("value", "number"), TTL)
def test_ttl(place, name, value, number):
    """A ttl is the digits at the beginning of its decoded value, with a ``+`` before them or not."""
    shown = f";ttl={number}" if place in (REQUEST, "Contact") else ""

    assert printed(at(place, f"sip:h;a;{name}={value}"), place) == f"sip:h{shown};a"


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("name", ["ttl", "Ttl", "%74tl", "tt%6C"])
@pytest.mark.parametrize("value", BAD_TTL)
def test_bad_ttl(place, name, value):
    """A ttl without digits or above 255 drops the message, also at a place where none is printed, also if another follows."""
    assert is_dropped(at(place, f"sip:h;{name}={value}"))
    assert is_dropped(at(place, f"sip:u@h:5;a=b;{name}={value};ttl=1"))


@pytest.mark.parametrize("place", PLACES)
def test_ttl_of_others(place):
    """A parameter that isn't called ttl may hold anything, and so may that of a tel URI or of a header."""
    assert not is_dropped(at(place, "sip:h;ttl2=x;xttl=x;tt=x;t=x;tt%66=x;%74=x"))
    assert not is_dropped(at(place, "tel:1;ttl=x"))
    assert not is_dropped(message("From", "sip:h;ttl=x"))


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("name", ["user", "transport", "ttl", "maddr", "method", "Transport", "METHOD"])
@pytest.mark.parametrize("sign", ["", "="])
def test_known_without_value(place, name, sign):
    """A known parameter without a value is one as any other: its name as sent, in its place, everywhere."""
    assert printed(at(place, f"sip:h;a=1;{name}{sign};b"), place) == f"sip:h;a=1;{name};b"


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("transport=tcp;transport=", "transport=tcp;transport"),
        ("transport=;transport=tcp", "transport=tcp;transport"),
        ("method=X;method=", "method"),
        ("method=;method=X", "method"),
        ("ttl=7;ttl=", "ttl=7;ttl"),
        ("lr=;lr", "lr"),
        ("x;LR=on;lr=", "lr;x"),
        ("p=5;transport=;y=9", "p=5;transport;y=9"),
    ],
)
def test_empty_doesn_t_clear(sent, shown):
    """A known parameter without a value leaves an earlier one alone; ``lr`` never has one."""
    assert printed(at(REQUEST, f"sip:h;{sent}"), REQUEST) == f"sip:h;{shown}"
