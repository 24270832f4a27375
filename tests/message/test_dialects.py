"""What releases do differently when they read, print and screen a request, each difference alone."""

import re
from pathlib import Path

import pytest
from dialects import BITS, DIALECTS, EVERY, Dialect, name_of

from identify.config.releases import NEWEST, release_of
from identify.errors import MessageError
from identify.request import Request

ROOT = Path(__file__).parent.parent.parent

FROM, TO = "<sip:alice@example.com>", "<sip:bob@example.com>"

every_release = pytest.mark.parametrize("release", DIALECTS, ids=name_of)


def wire(*lines, method="OPTIONS", uri="sip:100@h", from_=FROM, to=TO, via=""):
    """Return a request with more header lines behind the required ones."""
    required = [
        f"{method} {uri} SIP/2.0",
        f"Via: SIP/2.0/UDP h;branch=z9hG4bK1{via}",
        f"From: {from_}",
        f"To: {to}",
        "Call-ID: c1",
        f"CSeq: 1 {method}",
    ]
    return "\r\n".join([*required, *lines, "", ""]).encode()


def read(data, release):
    """Return the request as a release reads it."""
    return Request.from_message(data, "192.0.2.1", 5060, release=release)


def has(release, name):
    """Return whether a release has the difference of that name."""
    return bool(release.dialect & BITS[name])


def test_bits():
    """The bits of releases are those of the compiled part, and there are no others."""
    source = (ROOT / "_ext" / "message" / "_dialect.pxd").read_text()
    found = {name: int(value) for name, value in re.findall(r"^    ([A-Z_]+) = (\d+)$", source, re.MULTILINE)}

    assert found.pop("DIALECTS") == EVERY.dialect
    assert {name.lower().replace("_", "-"): bit for name, bit in found.items()} == BITS


# Which release reads


@pytest.mark.parametrize("release", ["18.10.0", release_of("18.10.0")], ids=["str", "Release"])
def test_release(release):
    """A request knows the release that reads it; without one it is the newest."""
    assert read(wire(), release).release == "18.10.0"
    assert Request(source="192.0.2.1", release=release).release == "18.10.0"
    assert read(wire(), None).release == Request(source="192.0.2.1").release == NEWEST.name


def test_unknown_release():
    """What isn't a release is the caller's mistake, and not the message's."""
    for make in (lambda: read(wire(), "soon"), lambda: Request(source="192.0.2.1", release="soon")):
        with pytest.raises(ValueError, match="soon") as caught:
            make()
        assert not isinstance(caught.value, MessageError)


@every_release
def test_read_again(release):
    """A request that another release has read is the same as if it had read it itself, and has all its parts."""
    lines = [f"X-{number}: {number}" for number in range(100)]
    data = wire("Contact: <sip:a@b>;x=%41", *lines, uri="tel:+1;x-ast-a=1;x=y", via=";x=%41")
    own = read(data, release)

    for other in DIALECTS:
        again = read(data, other).as_read_by(release)
        assert again.printed_headers == own.printed_headers
        assert again.printed_request_uri == own.printed_request_uri
        assert again.screening == own.screening
        assert (again.source, again.port, again.transport) == (own.source, own.port, own.transport)
        assert (str(again.from_uri), again.method) == (str(own.from_uri), own.method)


def test_read_again_is_itself():
    """Nothing is read again for a release that reads alike."""
    request = read(wire(), "18.10.0")

    assert request.as_read_by("18.12") is request
    assert request.as_read_by("16.2.1") is not request
    assert request.as_read_by("16.2.1").release == "16.2.1"


# Screening


@every_release
@pytest.mark.parametrize(
    ("parts", "refused", "newest"),
    [
        ({"uri": "tel:+1"}, "416 request uri", "pass"),
        ({"from_": "<tel:+1>"}, "416 from", "pass"),
        ({"to": "<tel:+1>"}, "416 to", "pass"),
        ({"uri": "tel:+1", "from_": "<tel:+1>", "to": "<tel:+1>"}, "416 request uri", "pass"),
        ({"from_": "<tel:+1>", "to": "<tel:+1>"}, "416 from", "pass"),
        ({"uri": "tel:+1", "from_": "<http:x>"}, "416 request uri", "416 from"),
        ({"from_": "<tel:+1>", "to": "<http:x>"}, "416 from", "416 to"),
        ({"uri": "tel:+1", "method": "INVITE"}, "416 request uri", "400 missing contact"),
        ({"to": "<tel:+1>", "method": "INVITE"}, "416 to", "400 missing contact"),
        ({"uri": "tel:+1", "method": "BYE"}, "416 request uri", "481 BYE/CANCEL outside a dialog"),
        ({"from_": "<tel:+1>", "method": "CANCEL"}, "416 from", "481 BYE/CANCEL outside a dialog"),
        ({"uri": "tel:+1", "method": "ACK"}, "416 request uri", "pass"),
        ({"uri": "sips:a@h", "from_": "<sips:a@b>"}, "pass", "pass"),
    ],
)
def test_tel_refused(release, parts, refused, newest):
    """A tel URI is answered 416 in the request URI, then From, then To, before everything else."""
    expected = refused if has(release, "tel-refused") else newest

    assert read(wire(**parts), release).screening == expected


@every_release
def test_tel_of_several(release):
    """Of several From the last is looked at; a tel URI in Contact is refused by every release."""
    both = wire("From: <tel:+1>")
    first = wire("From: <sip:a@b>", from_="<tel:+1>")

    assert read(both, release).screening == ("416 from" if has(release, "tel-refused") else "pass")
    assert read(first, release).screening == "pass"
    assert read(wire("Contact: <tel:+1>"), release).screening == "416 contact"


# Print


@every_release
def test_own_parameters_of_asterisk(release):
    """``x-ast-...`` stays in the request URI, in its place, or goes."""
    request = read(wire(uri="sip:100@h;x-ast-txp=t;x=y;X-Ast-a=1"), release)

    kept = ";x-ast-txp=t" if has(release, "x-ast-kept") else ""
    assert request.printed_request_uri == f"sip:100@h{kept};x=y;X-Ast-a=1"


@every_release
def test_own_parameters_of_asterisk_in_headers(release):
    """``x-ast-...`` goes from the URI of each Contact, and stays in its parameters and in other headers' URIs."""
    uri = "<sip:a@b;x-ast-txp=1;X-Ast-a=1;x-ast-foo=1>"
    sent = uri.replace("x-ast-foo", "x%2Dast-f%6fo")
    lines = (
        f"Contact: {sent};x-ast-a=1, {uri}",
        f"Route: {sent}",
        f"Record-Route: {uri}",
        f"To: {sent}",
        f"From: {uri}",
    )
    headers = dict[str, list[str]]()
    for name, value in read(wire(*lines), release).printed_headers:
        headers.setdefault(name, []).append(value)

    contact = uri if has(release, "x-ast-kept") else "<sip:a@b;X-Ast-a=1>"
    assert headers["Contact"] == [f"{contact};x-ast-a=1", contact]
    assert all(headers[name][-1] == uri for name in ("Route", "Record-Route", "To", "From"))


@every_release
@pytest.mark.parametrize(
    ("line", "decoded"),
    [
        ("From: <sip:z@x;u=%41>;tag=%41b;x=%42", "<sip:z@x;u=A>;tag=Ab;x=B"),
        ("From: <sip:z@x>;x=%42;t%61g=%41", "<sip:z@x>;tag=A;x=B"),
        ("To: <sip:z@x>;%78=%79;tag=%7e", "<sip:z@x>;tag=~;x=y"),
        ("To: <sip:z@x>;a=%", "<sip:z@x>;a=%"),
        ("To: <sip:z@x>;a=%4;b=%zz;c=%2525", "<sip:z@x>;a=%4;b=%zz;c=%25"),
        ("Via: SIP/2.0/UDP h;%61=b;branch=z9hG4bK%41", "SIP/2.0/UDP h;branch=z9hG4bKA;a=b"),
        ("Contact: <sip:z@x>;x=%42;q=0.50;expires=%37", "<sip:z@x>;q=0.5;expires=7;x=B"),
        ("Route: <sip:z@x;lr>;x=%42", "<sip:z@x;lr>;x=B"),
        ("Content-Type: a%41/b%41;x=%42", "a%41/b%41;x=B"),
        ("Event: d%41;id=%42", "d%41;id=B"),
        ("Replaces: c%41;to-tag=%42;x=%43", "c%41;to-tag=B;x=C"),
        ("Subscription-State: active;reason=%42", "active;reason=B"),
        (
            'Authorization: Digest username="%41", realm="r", nonce="n", response="0", algorithm=%41, %78=%42, y="%43"',
            'Digest username="%41", realm="r", nonce="n", response="0", algorithm=%41,x=B,y=%43',
        ),
        ('To: "%41" <sip:z@x>;x="%42"', '"%41" <sip:z@x>;x="%42"'),
        ("Supported: a%41", "a%41"),
        ("Accept: a/b;x=%41", "a/b;x=%41"),
        ("X-A: a;x=%41", "a;x=%41"),
    ],
)
def test_parameters_decoded(release, line, decoded):
    """Names and values of header parameters are printed without escapes, but not what is quoted, and not values."""
    name, _, value = line.partition(": ")
    required = {
        "Via": "SIP/2.0/UDP h",
        "From": "<sip:a@b>",
        "To": "<sip:c@d>",
        "Call-ID": "c1",
        "CSeq": "1 OPTIONS",
    }
    # The second Via: the first one carries the source.
    lines = [f"{known}: {value if known == name != 'Via' else text}" for known, text in required.items()]
    if name not in required or name == "Via":
        lines.append(line)
    data = "\r\n".join(["OPTIONS sip:100@h SIP/2.0", *lines, "", ""]).encode()
    request = read(data, release)
    raw = dict(read(data, NEWEST).printed_headers)[name]

    assert dict(request.printed_headers)[name] == (decoded if has(release, "parameters-decoded") else raw)


# Empty lists


@every_release
@pytest.mark.parametrize("name", ["Accept", "Allow", "Require", "Supported", "k", "Unsupported"])
@pytest.mark.parametrize("value", [" ,,", ",,", " ,", " , a", "\r\n ,a"])
def test_list_that_begins_with_a_comma(release, name, value):
    """A list that begins with a comma drops the message; the error is at the comma, however it was read."""
    data = wire(f"{name}:{value}")
    if not has(release, "empty-list-refused"):
        read(data, release)
        return

    with pytest.raises(MessageError, match="a list begins with a comma") as caught:
        read(data, release)
    assert caught.value.offset == data.index(b",", data.index(f"{name}:".encode()))
    with pytest.raises(
        MessageError, match=f"Asterisk {release.name} drops this request: a list begins"
    ) as again:
        read(data, NEWEST).as_read_by(release)
    assert again.value.offset == caught.value.offset
    with pytest.raises(MessageError, match="a list begins with a comma"):
        Request(source="192.0.2.1", headers={name: value.replace("\r\n", "")}, release=release)


@pytest.mark.parametrize(
    "line", ["Supported:", "Supported: ", "Allow: a,b", "Allow: a ,b", "X-A: ,,", "Call-ID: ,,"]
)
def test_other_lists(line):
    """An empty list, usual ones, and what isn't a list are accepted by every release."""
    for release in DIALECTS:
        assert read(wire(line), release).screening == "pass"


def test_streams():
    """Nothing of this depends on the transport."""
    data = wire("Content-Length: 0", "Allow: ,,")

    assert Request.from_message(data, "192.0.2.1", 5060, "tcp").method == "OPTIONS"
    with pytest.raises(MessageError):
        Request.from_message(data, "192.0.2.1", 5060, "tcp", release=Dialect(name="x", bits=EVERY.bits))
