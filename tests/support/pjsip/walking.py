"""The byte walk: every byte at every place of messages that have all there is to a header."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pjsip.generating import REQUIRED

FIRST = "OPTIONS sip:u%41;p:pw@h.b:5062;user=a;transport=b;ttl=5;maddr=c;lr;method=d;x=%20?a=b SIP/2.0"
#: Request lines, and header lines, each with all parts that it may have.
LINES = (
    FIRST,
    "invite tel:+1-2(3);ext=5;isub=a;phone-context=b;x=c SIP/2.0",
    "REGISTER sips:[2001:db8::1]:5;x=[a] SIP / 2.0",
    'From: "a\\"b" <sip:a%41:b@h:5;user=c;x=d?e=f> ; tag = g;h="i"',
    "f: Al Ice <sip:[a]>;x",
    "From: sip:a@b:5;tag=c;x",
    'To: "a" <tel:+1;x=y>;tag="b"',
    "t: urn:a:b",
    'Contact: "a, b" <sip:a@b:5;lr;x=y?z=a&b=c>;q=0.5;expires=60;c="d",\r\n sip:e@f;q=1',
    "m: *",
    "Route: Al <sip:a@b;lr>;x=y , sip:c;lr",
    'Record-Route: <sip:a@b;lr>,"c" <x:y>;z',
    "Via: SIP/2.0/UDP a:5;branch=b;rport;ttl=6;maddr=c;received=d;e=[f]:5 (g), SIP / 2.0 / TCP [::1]:6",
    'Authorization: Digest username="a\\"b", realm="c", nonce=d,uri="e" , response="f", algorithm=g,qop=h,nc=1,x="y z"',
    'WWW-Authenticate: Digest realm="a", nonce="b",stale=true, algorithm=c,qop="d,e",x=y,z="1"',
    "Supported: a, b c ,d;e",
    "Allow: A,\r\n B ,C",
    "Accept: a/b;c=d, e",
    "Retry-After: 5 (a\\)b) ;duration=6 (c);d",
    'Content-Type: a / b;c=d;e="f"',
    'Event: a.b ;x=y;id="c"',
    'Subscription-State: a;reason="b c";expires=5;retry-after=6;x',
    "Session-Expires: 90;refresher=uac;x=y",
    "x: 5",
    "Min-SE: 90;x=y",
    "Replaces: a@b;to-tag=c;from-tag=d;early-only;e",
    "Max-Forwards: 70",
    "Expires: 4294967295\r\n ",
    "CSeq: 12 invite",
    "Call-ID: a@b \r\n ",
    "X-A : a\r\n b \r\n\tc d",
    "Content-Length : 0",
)
#: Bytes that something depends on.
TELLING = bytes((0, 1, 9, 10, 11, 13, 31, 127, 160, 233)) + b" \"#%&'()*+,-./0:;<=>?@[\\]^_`a{|}~"


def message(line: bytes) -> bytes:
    """Return a message with this request line or header in place of the usual one."""
    text = line.decode("latin-1")
    is_first = "SIP" in text.rpartition(" ")[2] or "2.0" in text.rpartition(" ")[2]
    lines = [text] if is_first else [FIRST, text]
    lower = text.partition(":")[0].strip().lower()
    replaced = {"f": "from", "t": "to", "v": "via", "i": "call-id"}.get(lower, lower)
    lines.extend(f"{name}: {value}" for name, value in REQUIRED if is_first or name.lower() != replaced)
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def walk(values: Sequence[int] = range(256), lines: Sequence[str] = LINES) -> Iterator[bytes]:
    """Yield each line's message with each value at each place of the line."""
    for line in lines:
        sent = line.encode("latin-1")
        whole = message(sent)
        begin = whole.index(sent)
        for at in range(begin, begin + len(sent) + 1):
            for value in values:
                yield whole[:at] + bytes((value,)) + whole[at:]
                if at < begin + len(sent):
                    yield whole[:at] + bytes((value,)) + whole[at + 1 :]
