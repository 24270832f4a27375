"""Every syntactic position of a request: samples of each header and URI place, and each offset of their texts.

Knows which headers PJSIP reads itself, what may stand in them, and where in a message a sample goes; nothing of what
comes of a byte.  Together the samples of a place contain every production of its grammar: quoted strings, comments,
escapes, parameters with and without values, known and unknown, elements of lists, folds, and several elements.

A position is an offset of a sample's text, both ends included.  The text of a header is its whole line, name and
colon included, that of the request line is the whole line; so their edges are positions too.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

import attrs

FIRST = b"OPTIONS sip:u@h.example.com:5060 SIP/2.0"
#: A line of each header that a message must have, and of Content-Length, which one of a stream must have.
REQUIRED = {
    "Via": b"Via: SIP/2.0/UDP 198.51.100.7:5060;branch=z9hG4bK-1;rport",
    "From": b"From: <sip:bob@carrier.example.com>;tag=1",
    "To": b"To: <sip:alice@pbx.example.com>",
    "Call-ID": b"Call-ID: a84b4c76e66710",
    "CSeq": b"CSeq: 31 OPTIONS",
}
CONTENT_LENGTH = b"Content-Length: 0"
PAD = b"X-Pad: "
#: What the index of the fast path is made of: samples are moved through this many offsets by the pad.
BLOCK = 64

#: SIP URIs that together contain every production; the tel and other ones stand in every place as well.
URIS = {
    "sip": b"sip:a%41;x?:p%20w@h-1.Example.COM:05060;user=phone;transport=udp;ttl=5;maddr=192.0.2.1;method=INVITE;lr"
    b';q=%41;z;y="w"?a=b&c=%20',
    "ipv6": b"sip:u@[2001:db8::1]:5062;lr=on;x=[::1]",
    "sips": b"SIPS:h;line=ab",
    "user": b"sip:+1(2)=&$,/~*'!_@1.2.3.4",
    "tel": b"tel:+1-2(3).4;ext=12;isub=a/b;phone-context=+1.b;x=y%41;z",
    "other": b"urn:service:sos;x=%41?y",
}
#: Places of URIs that are headers: what stands before the URI and behind it.
PLACES = {
    "From": (b"<", b">;tag=1;x=y"),
    "To": (b"<", b">"),
    "Contact": (b'"b" <', b">;q=0.5"),
    "Route": (b"<", b">;lr"),
    "Record-Route": (b"r <", b">;x"),
}
#: A URI without <> ends at the parameters of its header, or where the line ends.
BARE = (b"sip:a%20@h:5060;tag=z;x=y", b"sip:h", b"sips:a@[::1]")

#: What a name-addr may begin with and end with, shared by the five headers that have one.
DISPLAYS = (
    b'"q\\"d, \xc3\xa9 <>" <sip:a@h>;tag="a b";x',
    b"tok-1 Bob  B. <sip:a@h> ; x=y ; z",
    b"\t<sip:a@h>\r\n ;tag=t%41;x=%42",
)

#: The values of each header that PJSIP reads itself, beside its URIs; then those of headers that it doesn't read.
VALUES = {
    "Accept": (b"application/sdp , text/*;q=0.1,\r\n x/y", b"a"),
    "Allow": (b"INVITE, ACK ,BYE,\r\n\tX", b"A,"),
    "Authorization": (
        b'Digest username="u\\"x", realm="a;b", nonce=n, uri="sip:h", response="0f",nc=00000001, x="y z"',
        b"dIgEsT\r\n username=bob,\r\n algorithm=MD5, cnonce=c, opaque=o, qop=auth,foo",
    ),
    "Call-ID": (b"a84b@[2001:db8::7] \xff", b"c\r\n "),
    "Contact": (
        *DISPLAYS,
        *BARE,
        b"*",
        b"<sip:a@h>;expires=60;q=0.25;+sip.x=\"<y>\", sip:b@h;q=1,\r\n <sip:c>;q",
        b"<sip:a@h>;q=01.5;expires=4294967295",
    ),
    "Content-Length": (b"0", b"  000\r\n "),
    "Content-Type": (b"application/sdp;charset=utf-8", b'text / plain ; X="a b";y\r\n ;z=%41'),
    "CSeq": (b"00314 INVITE", b"2147483647\r\n X-y"),
    "Event": (b'dialog;x=y;ID=5;z="q"', b"a.b ;id="),
    "Expires": (b"3600", b"4294967296 \r\n "),
    "From": (*DISPLAYS, *BARE),
    "Max-Forwards": (b"70", b"007 "),
    "Min-Expires": (b"60",),
    "Min-SE": (b"90;x=y", b"92 ; z"),
    "Proxy-Authenticate": (b'Digest realm="r", domain="d",nonce=n, opaque="o"\r\n , stale=TRUE, algorithm=MD5',),
    "Proxy-Authorization": (b'Digest username="u", realm=r', b"Digest x=y"),
    "Record-Route": (*DISPLAYS, b"<sip:r1;lr>,\r\n <sip:r2@h:5060;lr>;x=y , sip:r3;a"),
    "Replaces": (b"a@b;to-tag=1;from-tag=2;early-only;x=y", b"c\r\n d ; to-tag=\"t\";from-tag"),
    "Require": (b"100rel , timer,\r\n x", b"a"),
    "Retry-After": (b"5 (later \\) on) ;duration=3;x=y", b"18"),
    "Route": (*DISPLAYS, b"<sip:r1;lr>,<sip:r2@h:5060;lr>;x=y\r\n , sip:r3"),
    "Session-Expires": (b"1800;x=y;Refresher=uac", b"90 ; z\r\n ;refresher"),
    "Subscription-State": (b'active;expires=60;reason="a b";retry-after=1;x=%41', b"pending ; y"),
    "Supported": (b"replaces, timer ,\r\n\tpath", b""),
    "To": (*DISPLAYS, *BARE),
    "Unsupported": (b"a ,b", b"x"),
    "Via": (
        b'SIP/2.0/UDP h-1:5060;ttl=4;rport;maddr=1.1.1.1;received=9.9.9.9;branch=z9%41;x=y;q="a b"',
        b"sip / 2.0 / tcp [2001:db8::1] : 5062 ;branch=z9;rport=7;y\r\n , SIP/2.0/TLS g",
        b"SIP/2.0/UDP h;x (c d)",
    ),
    "WWW-Authenticate": (b'Digest realm="r", qop="auth,auth-int", stale=true, x=y, z="1"', b"Digest nonce=n"),
    # Not read by PJSIP.
    "X-A": (b"any \xff\x01 , \"; th&ng \r\n\t on", b"", b"a\r\n b\r\n  c"),
    "P-Asserted-Identity": (b'"Bob" <sip:bob@carrier.example.com>, <tel:+1>',),
    "s": (b"subject",),
}  # fmt: skip
#: Names that are as good as the long ones.
COMPACT = {
    "Call-ID": "i",
    "Contact": "m",
    "Content-Length": "l",
    "Content-Type": "c",
    "Event": "o",
    "From": "f",
    "Session-Expires": "x",
    "Supported": "k",
    "To": "t",
    "Via": "v",
}
NOT_READ = ("X-A", "P-Asserted-Identity", "s")

#: What else the request line may have.
FIRST_LINES = (b"INVITE \t sip:h  sip/2.0 ", b"x-Y.1 sip:u@h;x=y SIP/2.0", b"REGISTER\tsip:h SIP/2.0")

#: Bytes that mean something in some place, one of each class of the others, and the neighbours of classes.
SPECIAL = bytes(
    sorted(b"\0\x01\x08\t\n\x0b\x0c\r\x1f !\"#$%&'()*+,-./059:;<=>?@AFGZ[\\]^_`afgz{|}~\x7f\x80\xa0\xc3\xff")
)
EVERY = bytes(range(256))


@attrs.frozen
class Sample:
    """A text and where it stands: ``place`` is a header's long name, or empty for the request line."""

    place: str
    text: bytes

    def message(self, text: bytes, pad: int = 0, last: bool = False) -> bytes:
        """Return a request with ``text`` in the sample's place, behind a header of ``pad`` more bytes.

        The sample's header stands before those that a message must have, with ``last`` behind them, as the last one.
        """
        start, end = self.around(pad, last)
        return start + text + end

    def around(self, pad: int = 0, last: bool = False) -> tuple[bytes, bytes]:
        """Return what stands before the sample's text and behind it."""
        lines = [line for name, line in REQUIRED.items() if name != self.place]
        if self.place != "Content-Length":
            lines.append(CONTENT_LENGTH)
        rest = b"\r\n".join([*lines, b"", b""])
        padding = PAD + b"p" * pad + b"\r\n"
        if not self.place:
            return b"", b"\r\n" + padding + rest
        before = FIRST + b"\r\n" + padding
        return (before + rest[:-2], b"\r\n\r\n") if last else (before, b"\r\n" + rest)


def samples() -> Iterator[Sample]:
    """Yield every sample, those of one place one after the other."""
    for text in FIRST_LINES:
        yield Sample("", text)
    for scheme, uri in URIS.items():
        # A request with another scheme is dropped, whatever else its line has.
        if scheme != "other":
            yield Sample("", b"OPTIONS " + uri + b" SIP/2.0")
    for name, values in VALUES.items():
        for value in values:
            yield Sample(name, name.encode() + b": " + value)
        if name in PLACES:
            before, after = PLACES[name]
            for uri in URIS.values():
                yield Sample(name, name.encode() + b":" + before + uri + after)
        if name in COMPACT:
            yield Sample(name, COMPACT[name].encode() + b" : " + values[-1])


def positions(sample: Sample) -> range:
    """Return the offsets of a sample's text, both ends included."""
    return range(len(sample.text) + 1)


def changed(text: bytes, position: int, choice: bytes = EVERY) -> Iterator[bytes]:
    """Yield the text with each of these bytes inserted at a position, and in place of the one there."""
    before, after = text[:position], text[position:]
    for byte in choice:
        yield before + bytes([byte]) + after
    if after:
        for byte in choice:
            if byte != after[0]:
                yield before + bytes([byte]) + after[1:]


def chosen(source: random.Random, special: int, others: int) -> bytes:
    """Return some of the special bytes and some of all, for a walk that hasn't time for each byte everywhere."""
    return bytes([*source.sample(list(SPECIAL), special), *source.sample(list(EVERY), others)])
