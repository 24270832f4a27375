"""The facts that generated cases seldom or never meet, each with the answer that was observed."""

import pytest

from identify.request import Request


def endpoint(*ids, **options):
    """Return sections of endpoints."""
    lines = "".join(f"{name}={value}\n" for name, value in options.items())
    return "".join(f"[{id}]\ntype=endpoint\n{lines}" for id in ids)


def identify(id, endpoint, *lines):
    """Return the section of an identify."""
    return "\n".join([f"[{id}]\ntype=identify\nendpoint={endpoint}", *lines, ""])


def transport(id, protocol="udp", bind="127.0.0.1:5060", **options):
    """Return the section of a transport."""
    lines = "".join(f"{name}={value}\n" for name, value in options.items())
    return f"[{id}]\ntype=transport\nprotocol={protocol}\nbind={bind}\n{lines}"


def by_header(rule):
    """Return a configuration with one header rule."""
    return endpoint("e") + identify("i", "e", f"match_header={rule}")


def by_uri(rule):
    """Return a configuration with one rule for the request URI."""
    return endpoint("e") + identify("i", "e", f"match_request_uri={rule}")


def digest(username, realm="r"):
    """Return an Authorization header."""
    return (
        f'Authorization: Digest username="{username}", realm="{realm}", nonce="n", uri="sip:x", response="0"'
    )


# Bounds


@pytest.mark.parametrize(("size", "found"), [(4085, True), (4089, False), (5000, False), (60000, False)])
def test_long_header(ask, size, found):
    """A header that prints to more than a line of 4 KiB is passed over; X-L with 4085 bytes is compared."""
    answer = ask(by_header("X-L: /y$/"), f"X-L: {'y' * size}")

    assert answer == (("e", "header", "i") if found else None)


@pytest.mark.parametrize("size", range(4085, 4091))
def test_border_of_long_headers(ask, size):
    """All ways agree about sizes where observation doesn't say which is the last to be compared."""
    text = by_header("X-L: /y$/")

    shorter, longer = (ask(text, f"X-L: {'y' * length}") for length in (size, size + 1))

    assert shorter is not None or longer is None


def test_other_occurrence_of_a_long_header(ask):
    """Passing over one occurrence leaves the others, before it and after it."""
    long = f"X-L: {'y' * 5000}"

    assert ask(by_header("X-L: y"), long, "X-L: y") == ("e", "header", "i")
    assert ask(by_header("X-L: y"), "X-L: y", long) == ("e", "header", "i")


@pytest.mark.parametrize("rule", ["/y/", "/^sip:/", None])
@pytest.mark.parametrize(("size", "found"), [(511, True), (512, False), (3000, False)])
def test_long_request_uri(ask, rule, size, found):
    """A request URI that prints to more than 511 bytes never matches, by an expression or as a literal."""
    uri = f"sip:{'y' * (size - len('sip:@h'))}@h"

    answer = ask(by_uri(rule or uri), request_uri=uri)

    assert answer == (("e", "request_uri", "i") if found else None)


def test_printing_may_shorten_the_request_uri(ask):
    """What counts is the printed length: escapes that are decoded make a URI of 1200 bytes short enough."""
    text = by_uri("/^sip:y{400}@h$/")

    assert ask(text, request_uri=f"sip:{'%79' * 400}@h") == ("e", "request_uri", "i")


@pytest.mark.parametrize("size", [79, 80, 254, 255, 256, 4000])
def test_long_user(ask, size):
    """A user is compared whole up to 255 bytes, and a longer one is survived."""
    text = endpoint("u" * 79)

    assert ask(text, from_uri=f"<sip:{'u' * size}@h>") == (
        ("u" * 79, "username", None) if size == 79 else None
    )


def test_long_user_with_options(ask):
    """Options behind the bytes that are kept of a user are cut like others."""
    text = "[global]\ntype=global\nignore_uri_user_options=yes\n" + endpoint("alice")

    assert ask(text, from_uri=f"<sip:alice;{'x' * 500}@h>") == ("alice", "username", None)


def test_many_headers(ask):
    """A rule finds its header behind hundreds of others, also of its own name."""
    others = [f"X-{number}: {number}" for number in range(700)] + ["X-A: no"] * 300

    assert ask(by_header("X-A: yes"), *others, "X-A: yes") == ("e", "header", "i")
    assert ask(by_header("X-A: /^y/"), *others, "X-A: yes") == ("e", "header", "i")
    assert ask(by_header("Contact: <sip:z@h>"), *others, "m: <sip:a@h>, <sip:z@h>") == ("e", "header", "i")
    assert ask(by_header("X-A: yes"), *others) is None


def test_many_rules_for_one_header(ask):
    """Of many rules for one header the first in the order of ids decides, literals and expressions alike."""
    rules = [identify(f"i{number:03}", "e", f"match_header=X-A: {number}") for number in range(200)]
    expression = identify("i150a", "f", "match_header=X-A: /^1[0-9]*$/")
    text = endpoint("e", "f") + "".join(rules) + expression

    assert ask(text, "X-A: 17") == ("e", "header", "i017")
    assert ask(text, "X-A: 190") == ("f", "header", "i150a")
    assert ask(text, "X-A: 190", "X-A: 3") == ("e", "header", "i003")
    assert ask(text, "X-A: 999") is None


# Order


def test_ids_are_sorted_by_bytes(ask):
    """Identifies are tried in the order of their ids' bytes, whatever their place in the file."""
    ids = ["ü", "i9", "i_1", "i2", "i10", "i1", "i-1", "a", "B", "A"]
    for count in range(len(ids), 0, -1):
        text = endpoint("e") + "".join(identify(id, "e", "match=192.0.2.0/24") for id in ids[:count])
        assert ask(text) == ("e", "ip", min(ids[:count], key=str.encode))


def test_missing_endpoint_ends_the_method(ask):
    """A matching identify without its endpoint keeps the next identify from being tried, but not the next method."""
    text = (
        identify("a", "nope", "match=192.0.2.1", "match_header=X-A: 1", "match_request_uri=/100/")
        + identify("b", "e", "match=192.0.2.1", "match_header=X-A: 1", "match_request_uri=/100/")
        + endpoint("e", "alice")
    )

    assert ask(text, "X-A: 1") is None
    assert ask(text, "X-A: 1", from_uri="<sip:alice@h>") == ("alice", "username", None)
    assert ask(text, "X-A: 1", request_uri="sip:200@h", source="192.0.2.2") is None
    assert ask(text.replace("nope", "E"), "X-A: 1") is None


def test_alternatives_of_one_identify(ask):
    """Address, header and request URI of one identify are each checked at their method's place."""
    text = endpoint("e", "alice") + identify(
        "i", "e", "match=192.0.2.1", "match_header=X-A: 1", "match_request_uri=/100/"
    )

    assert ask(text, "X-A: 1") == ("e", "ip", "i")
    assert ask(text, "X-A: 1", source="192.0.2.2") == ("e", "header", "i")
    assert ask(text, source="192.0.2.2") == ("e", "request_uri", "i")
    assert ask(text, "X-A: 1", source="192.0.2.2", from_uri="<sip:alice@h>") == ("alice", "username", None)
    header_first = "[global]\ntype=global\nendpoint_identifier_order=header,request_uri\n" + text
    assert ask(header_first, "X-A: 1") == ("e", "header", "i")


@pytest.mark.parametrize(
    ("items", "source", "found"),
    [
        ("10.0.0.0/8,!10.1.0.0/16,10.1.2.0/24", "10.1.2.3", True),
        ("10.0.0.0/8,!10.1.0.0/16,10.1.2.0/24", "10.1.3.3", False),
        ("!10.1.0.0/16,10.0.0.0/8", "10.1.0.1", True),
        ("!10.1.0.0/16", "10.2.0.1", False),
        ("10.0.0.5/255.0.0.255", "10.77.88.5", True),
        ("10.0.0.5/255.0.0.255", "10.77.88.6", False),
        ("0.0.0.0/0", "2001:db8::1", False),
        ("::/0", "10.0.0.1", False),
        ("::/0", "::ffff:10.0.0.1", False),
        ("10.0.0.0/8", "::ffff:10.0.0.1", True),
        ("::ffff:10.0.0.0/8", "10.9.9.9", True),
        ("::10.0.0.1", "10.0.0.1", False),
        ("fe80::1", "fe80::1%lo", True),
        ("fe80::1", "fe80::1%nosuchif0", True),
        ("0.0.0.0/0,::/0", "", False),
    ],
)
def test_sources(ask, items, source, found):
    """The last item that covers the source decides; one that isn't known is covered by none."""
    text = endpoint("e") + identify("i", "e", f"match={items}")

    assert ask(text, source=source) == (("e", "ip", "i") if found else None)


def test_source_ports(ask):
    """An item with a port covers requests from that port only; port 0 stands for any."""
    text = (
        endpoint("e", "f")
        + identify("a", "e", "match=192.0.2.1:5061")
        + identify("b", "f", "match=192.0.2.1:0")
    )

    assert ask(text, port=5061) == ("e", "ip", "a")
    assert ask(text, port=0) == ("f", "ip", "b")
    assert ask(text, port=65535) == ("f", "ip", "b")


# Printed headers


def test_symmetric_transport(ask):
    """A symmetric transport adds its name to the first Contact only, and only to requests that it got."""
    text = (
        endpoint("e", "f")
        + identify("a", "e", "match_header=Contact: <sip:a@h\\;x-ast-txp=sym>")
        + identify("b", "f", "match_header=Contact: /b@h.*x-ast-txp/")
        + transport("sym", symmetric_transport="yes")
        + transport("plain", bind="127.0.0.1:5070")
    )

    assert ask(text, "Contact: <sip:a@h>", section="sym") == ("e", "header", "a")
    assert ask(text, "Contact: <sip:a@h>", local="127.0.0.1:5060") == ("e", "header", "a")
    assert ask(text, "Contact: <sip:a@h>", section="plain") is None
    assert ask(text, "Contact: <sip:a@h>, <sip:b@h>", section="sym") == ("e", "header", "a")
    assert ask(text, "Contact: <sip:c@h>, <sip:b@h>", section="sym") is None
    # A sender's own is removed first.
    assert ask(text, "Contact: <sip:a@h;x-ast-txp=other>", section="sym") == ("e", "header", "a")
    assert ask(text, "Contact: <sip:a@h;x-ast-txp=sym>", section="plain") is None


@pytest.mark.parametrize("name", ["Supported", "Require"])
def test_merged_headers(ask, name):
    """Several Supported (or Require) headers are one list in the place of the first."""
    headers = (f"{name}: timer,100rel", "X-A: 1", f"{name}: path")

    assert ask(by_header(f"{name}: timer, 100rel, path"), *headers) == ("e", "header", "i")
    assert ask(by_header(f"{name}: path"), *headers) is None
    assert ask(by_header(f"{name}: timer, 100rel"), *headers) is None
    assert ask(by_header("Allow: ACK"), "Allow: INVITE", "Allow: ACK") == ("e", "header", "i")


@pytest.mark.parametrize(
    ("rule", "header", "found"),
    [
        ("f: /./", "f: <sip:a@h>", False),
        ("s: subj", "s: subj", True),
        ("Subject: subj", "s: subj", False),
        ("Contact: <sip:a@h>", "m: <sip:a@h>", True),
        ("m: <sip:a@h>", "m: <sip:a@h>", False),
        ("X-A:", "X-A:", True),
        ("X-A: //", "X-A:  ", True),
        ("X-A:", "X-B:", False),
        ("X-A: 1", "X-A: 1, 2", False),
        ("X-A: a b", "X-A: a\r\n b", True),
        ("X-A: a  b", "X-A: a \r\n\t b", True),
        ("X-A: /", "X-A: /", True),
        ("X-A: /a/i", "X-A: A", False),
        ("X-A: ///", "X-A: a/b", True),
        ("X-A: /^.$/", "X-A: é", True),
        ("X-A: /^..$/", "X-A: é", False),
        ("X-A: /(a|b)\\1/", "X-A: bb", True),
        ("X-A: /(a|b)\\1/", "X-A: ab", False),
        ("X-A: \udcff", "X-A: \udcff", True),
        ("X-A: /^.$/", "X-A: \udcff", False),
        ("Event: dialog\\;id=\"a", 'Event: dialog;id="a\0b"', True),
        ("Via: SIP/2.0/UDP 10.0.0.1:5060\\;received=192.0.2.1\\;branch=z9hG4bK1", "X-A: 1", True),
        ("Via: /10.8.8.8.*received=/", "Via: SIP/2.0/UDP 10.8.8.8;branch=z9", False),
        ("Via: /received=10.7.7.7/", "Via: SIP/2.0/UDP 10.8.8.8;received=10.7.7.7;branch=z9", True),
    ],
)  # fmt: skip
def test_headers(ask, rule, header, found):
    """Names are PJSIP's long ones, or those that were sent; values are compared as PJSIP prints them."""
    assert ask(by_header(rule), header) == (("e", "header", "i") if found else None)


@pytest.mark.parametrize(
    ("rule", "uri", "found"),
    [
        ("sip:100@h\\;user=phone\\;x=y", "SIP:100@h;x=y;method=INVITE;user=phone?a=b", True),
        ("sip:100@h:5060", "sip:100@h", False),
        ("sip:100@h", "sip:100@h:0", True),
        ("sip:100@h\\;x=y", "sip:100@h;x-ast-orig-host=1;x=y", True),
        ("sip:100@h\\;X-ast-a=1", "sip:100@h;X-ast-a=1", True),
        ("sip:%c3%a9@h", "sip:%C3%A9@h", True),
        ("sip:a%40b@h", "sip:a%40b@h", True),
        ("sip:100@h", "sip:100@H", False),
        ("sip:100@h\\;lr", "sip:100@h;lr=on", True),
        ("tel:+1-234", "tel:+1234", False),
        ("tel:+1-234", "tel:+1-234", True),
        ("//", "sip:h", False),
    ],
)
def test_request_uris(ask, rule, uri, found):
    """The request URI is compared as PJSIP prints it in a request line."""
    assert ask(by_uri(rule), request_uri=uri) == (("e", "request_uri", "i") if found else None)


# Names


def test_order_of_domains(ask):
    """A user is looked up with From's domain, the alias's, the transport's and without; the first endpoint decides."""
    ids = ["alice@example.com", "alice@real.example", "alice@tp.example", "alice"]
    rest = "[example.com]\ntype=domain_alias\ndomain=real.example\n" + transport("t", domain="tp.example")
    for first in range(4):
        text = endpoint(*ids[first:]) + rest
        assert ask(text, from_uri="<sip:alice@example.com>") == (ids[first], "username", None)
        lacking = endpoint(ids[first], identify_by="ip") + endpoint(*ids[first + 1 :]) + rest
        assert ask(lacking, from_uri="<sip:alice@example.com>") is None
    assert ask(endpoint(*ids[:3]) + rest, from_uri="<sip:alice@other>") == (
        "alice@tp.example",
        "username",
        None,
    )
    single = "[global]\ntype=global\ndisable_multi_domain=yes\n" + rest
    assert ask(endpoint(*ids[:3]) + single, from_uri="<sip:alice@example.com>") is None
    assert ask(endpoint(*ids) + single, from_uri="<sip:alice@example.com>") == ("alice", "username", None)


def test_aliases_are_no_chain(ask):
    """An alias is followed by one step only, and its id is compared with its case."""
    text = endpoint("alice@c") + "[a]\ntype=domain_alias\ndomain=b\n[b]\ntype=domain_alias\ndomain=c\n"

    assert ask(text, from_uri="<sip:alice@a>") is None
    assert ask(text, from_uri="<sip:alice@b>") == ("alice@c", "username", None)
    assert ask(text, from_uri="<sip:alice@B>") is None


@pytest.mark.parametrize(
    ("ids", "from_uri", "found"),
    [
        ("alice", "<sip:%61lice@h>", True),
        ("alice", "<sip:Alice@h>", False),
        ("alice", '"x" <sips:alice:secret@h:5062;user=phone>', True),
        ("alice", "sip:alice@h", True),
        ("alice", "<sip:alice%00b@h>", True),
        ("alice@2001:db8::1", "<sip:alice@[2001:db8::1]:5060>", True),
        ("+1555", "<tel:+1555>", False),
        ("alice", "<http://alice@h>", False),
        ("é", "<sip:%C3%A9@h>", True),
        ("\udcff", "<sip:%FF@h>", True),
        ("alice\\;x=y", "<sip:alice;x=y@h>", True),
        ("alice", "<sip:alice;x=y@h>", False),
        ("h", "<sip:h>", False),
    ],
)
def test_from_users(ask, ids, from_uri, found):
    """The From user is decoded and compared with its case, without password, port and display name."""
    expected = (ids.replace("\\", ""), "username", None) if found else None

    assert ask(endpoint(ids), from_uri=from_uri) == expected


def test_several_from(ask):
    """The first From identifies; the last is what the screening looks at."""
    text = endpoint("alice", "bob")

    assert ask(text, "From: <sip:bob@h>;tag=2", from_uri="<sip:alice@h>") == ("alice", "username", None)
    assert ask(text, "From: <http://h>;tag=2", from_uri="<sip:alice@h>") == ("alice", "username", None)


def test_transports_in_hash_order(ask):
    """A UDP request finds a TCP section on the same address and port if that stands first in the container."""
    for udp, tcp, found in (
        ("transport-udp", "transport-tcp", "tcp"),
        ("a-udp", "b-tcp", "udp"),
        ("tcp", "udp", "udp"),
        ("t1", "t3", "udp"),
    ):
        text = (
            endpoint("alice@udp", "alice@tcp")
            + transport(udp, domain="udp")
            + transport(tcp, protocol="tcp", domain="tcp")
        )
        assert ask(text, from_uri="<sip:alice@h>") == (f"alice@{found}", "username", None)


def test_unknown_transport_section(ask):
    """A section that doesn't exist is as if none had been named; an unknown local address belongs to none."""
    text = endpoint("alice@tp") + transport("t", domain="tp")

    assert ask(text, from_uri="<sip:alice@h>", section="nope") == ("alice@tp", "username", None)
    assert ask(text, from_uri="<sip:alice@h>", local="127.0.0.9:5060") is None
    assert ask(text, from_uri="<sip:alice@h>", transport="ws") is None


def test_many_authorizations(ask):
    """Each Authorization is tried in turn, behind any number of others; Proxy-Authorization isn't."""
    text = endpoint("alice", identify_by="auth_username") + endpoint("carol")
    nobody = [digest(f"nobody{number}") for number in range(80)]

    assert ask(text, *nobody, digest("alice")) == ("alice", "auth_username", None)
    assert ask(text, digest("carol"), *nobody, digest("alice")) == ("alice", "auth_username", None)
    assert ask(text, *nobody, digest("Alice"), digest("%61lice"), digest("alice;x")) is None
    assert ask(text, f"Proxy-{digest('alice')}") is None
    assert ask(text, "Authorization: DIGEST username=carol, realm=r, username=alice") == (
        "alice",
        "auth_username",
        None,
    )


def test_auth_username_with_realm(ask):
    """The realm stands for the domain."""
    text = endpoint("alice@r", identify_by="auth_username") + endpoint(
        "alice@real", identify_by="auth_username"
    )
    text += "[a]\ntype=domain_alias\ndomain=real\n"

    assert ask(text, digest("alice", "r")) == ("alice@r", "auth_username", None)
    assert ask(text, digest("alice", "a")) == ("alice@real", "auth_username", None)
    assert ask(text, digest("alice", "R")) is None


def test_anonymous(ask):
    """Without another answer the endpoint anonymous of the domain, or the plain one, takes sip requests."""
    text = endpoint("anonymous", "anonymous@example.com", identify_by="ip")

    assert ask(text) == ("anonymous@example.com", "anonymous", None)
    assert ask(text, from_uri="<sip:a@h>") == ("anonymous", "anonymous", None)
    assert ask(text, from_uri="<tel:+1>") is None
    single = "[global]\ntype=global\ndisable_multi_domain=yes\n"
    assert ask(text + single) == ("anonymous", "anonymous", None)


# Lines


@pytest.mark.parametrize(
    ("to_uri", "request_uri", "found"),
    [
        ("<sip:s@h>", "sip:s@h;line=lnr", True),
        ("<sip:s@h;line=lnr>", "sip:s@h;line=other", True),
        ("<sip:s@h;line=other>", "sip:s@h;line=lnr", False),
        ("<sip:s@h;line=>", "sip:s@h;line=lnr", False),
        ("<sip:s@h;line>", "sip:s@h;line=lnr", False),
        ("<sip:s@h;LINE=%6cnr>", "sip:s@h", True),
        ("<sip:s@h;%6Cine=lnr>", "sip:s@h", True),
        ("<sip:s@h;line=LNR>", "sip:s@h", False),
        ("<sip:s@h;line=x;line=lnr>", "sip:s@h", False),
        ("<sip:s@h>;line=lnr", "sip:s@h", False),
        ("sip:s@h;line=lnr", "sip:s@h", False),
        ("<sip:s@h?line=lnr>", "sip:s@h?line=lnr", False),
        ("<tel:+1;line=lnr>", "sip:s@h", True),
        ("<sip:s@h>", "sips:s@h;line=lnr", True),
        ("<sip:s@h>", "sip:s@h;line=", False),
        ("<sip:s@h>", "sip:s@h;line=lngone", False),
        ("<sip:s@h>", "sip:s@h;line=lnplain", False),
    ],
)
def test_lines(ask, to_uri, request_uri, found):
    """To's line parameter is looked up, the request URI's only if To has none; then the line is first of all."""
    registration = "type=registration\nserver_uri=sip:p.example\nclient_uri=sip:me@p.example\n"
    text = (
        endpoint("e", "nobody")
        + f"[r]\n{registration}line=yes\nendpoint=e\n"
        + f"[gone]\n{registration}line=yes\nendpoint=nope\n"
        + f"[plain]\n{registration}"
    )
    tokens = {"r": "lnr", "gone": "lngone", "plain": "lnplain"}

    answer = ask(text, to_uri=to_uri, request_uri=request_uri, tokens=tokens)

    assert answer == (("e", "line", "r") if found else ("nobody", "username", None))


# Screening


@pytest.mark.parametrize(
    ("parts", "headers", "screening"),
    [
        ({"from_uri": "<http://h>"}, (), "416 from"),
        ({}, ("From: <urn:x>;tag=2",), "416 from"),
        ({"to_uri": "<http://h>"}, (), "416 to"),
        ({"to_uri": "<tel:+1>"}, (), "pass"),
        ({}, ("Contact: <tel:+1>",), "416 contact"),
        ({}, ("Contact: <sip:a@h>, <http://h>",), "416 contact"),
        ({"method": "INVITE"}, (), "400 missing contact"),
        ({"method": "NOTIFY"}, (), "400 missing contact"),
        ({"method": "INVITE"}, ("Contact: <sip:a@h>",), "pass"),
        ({"method": "REGISTER"}, ("Contact: *",), "pass"),
        ({"method": "BYE"}, (), "481 BYE/CANCEL outside a dialog"),
        ({"method": "CANCEL"}, ("Contact: <tel:+1>",), "416 contact"),
    ],
)
def test_screening(engine, message, ask, parts, headers, screening):
    """What is answered before identification is said, and doesn't change what identification would say."""
    text = endpoint("e") + identify("i", "e", "match=192.0.2.1")
    explanation = engine(text).explain(Request.from_message(message(headers, **parts), "192.0.2.1", 5060))

    assert explanation.screening == screening
    assert ask(text, *headers, **parts) == ("e", "ip", "i")


# Size


def test_long_literals(ask):
    """Literals are compared to their last byte, however long and alike they are."""
    value = "x" * 4000
    rules = [identify(f"i{last}", "e", f"match_header=X-A: {value}{last}") for last in "abc"]
    text = endpoint("e") + "".join(rules)

    assert ask(text, f"X-A: {value}b") == ("e", "header", "ib")
    assert ask(text, f"X-A: {value}d") is None
    assert ask(text, f"X-A: {value}") is None


def test_many_rules_of_every_kind(ask, engine):
    """Among thousands of rules each request finds the one that was made for it, and no other."""
    numbers = range(1500)
    asked = engine(
        endpoint("e", *(f"u{number}" for number in numbers))
        + "".join(
            identify(f"a{number}", "e", f"match=10.0.{number % 250}.{number // 250}")
            + identify(f"h{number}", "e", f"match_header=X-A: value {number}")
            + identify(f"n{number}", "e", f"match_header=X-{number}: 1")
            + identify(f"r{number}", "e", f"match_request_uri=sip:{number}@h")
            for number in numbers
        )
    )

    for number in (0, 1, 249, 250, 777, 1498, 1499):
        assert ask(asked, source=f"10.0.{number % 250}.{number // 250}") == ("e", "ip", f"a{number}")
        assert ask(asked, f"X-A: value {number}") == ("e", "header", f"h{number}")
        assert ask(asked, f"x-{number}: 1") == ("e", "header", f"n{number}")
        assert ask(asked, request_uri=f"sip:{number}@h") == ("e", "request_uri", f"r{number}")
        assert ask(asked, from_uri=f"<sip:u{number}@h>") == (f"u{number}", "username", None)
    for wrong in (1500, 99999):
        assert ask(asked, f"X-A: value {wrong}", f"X-{wrong}: 1", request_uri=f"sip:{wrong}@h") is None
        assert ask(asked, from_uri=f"<sip:u{wrong}@h>", source="10.0.251.0") is None


@pytest.mark.parametrize("size", [7, 170, 171, 255, 256, 512, 513, 3000, 15000])
def test_long_tokens(ask, size):
    """A token of any length is found, sent plainly or escaped, and nothing longer or shorter is."""
    registration = "[r]\ntype=registration\nserver_uri=sip:h\nclient_uri=sip:h\nline=yes\nendpoint=e\n"
    text = endpoint("e") + registration
    token = "abcdefg" * size
    token = token[:size]
    escaped = "".join(f"%{ord(letter):02x}" for letter in token)

    for sent in (token, escaped):
        assert ask(text, request_uri=f"sip:s@h;line={sent}", tokens={"r": token}) == ("e", "line", "r")
        assert ask(text, to_uri=f"<sip:s@h;line={sent}>", tokens={"r": token}) == ("e", "line", "r")
        assert ask(text, request_uri=f"sip:s@h;line={sent}x", tokens={"r": token}) is None
        assert ask(text, request_uri=f"sip:s@h;line={sent[:-3]}", tokens={"r": token}) is None


@pytest.mark.parametrize("size", [70, 250, 256, 500, 506, 507, 5000, 20000])
def test_long_domains(ask, size):
    """A domain or realm too long for any endpoint's id is passed over, and the plain user is found."""
    text = (
        endpoint("alice", "anonymous", "bob@" + "h" * 75, identify_by="username,auth_username")
        + transport("t", domain="h" * size)
        + "[global]\ntype=global\nendpoint_identifier_order=username,auth_username\n"
    )
    host = "h" * size

    assert ask(text, from_uri=f"<sip:alice@{host}>") == ("alice", "username", None)
    assert ask(text, digest("alice", host)) == ("alice", "auth_username", None)
    assert ask(text, digest(host, "alice")) == ("anonymous", "anonymous", None)
    assert ask(text, from_uri=f"<sip:nobody@{host}>") == ("anonymous", "anonymous", None)
    assert ask(text, from_uri=f"<sip:bob@{'h' * 75}>") == ("bob@" + "h" * 75, "username", None)
    assert ask(text, from_uri=f"<sip:{'%61' * min(size, 9000)}@{host}>") == ("anonymous", "anonymous", None)
    assert ask(text, from_uri=f"<sip:alice%00{host}@{host}>") == ("alice", "username", None)


@pytest.mark.parametrize("size", [1, 30, 100, 255, 256, 300, 1000, 4000])
def test_long_header_names(ask, size):
    """A header's name is compared whole, in any case and of any length."""
    name = "X" + "aB" * size

    assert ask(by_header(f"{name}: 1"), f"{name.upper()}: 1") == (
        ("e", "header", "i") if size < 2000 else None
    )
    assert ask(by_header(f"{name}: 1"), f"{name}c: 1") is None
    assert ask(by_header(f"{name}: 1"), f"{name[:-1]}: 1") is None
    assert ask(by_header(f"{name}: /^1$/"), f"{name.lower()}: 1") == (
        ("e", "header", "i") if size < 2000 else None
    )
