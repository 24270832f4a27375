"""The small alphabet of generated configurations and requests: what the two have in common is what can match.

Names of configurations and of requests come from the same tuples; rules for headers and request URIs are
written so that about every second one meets some generated value.
"""

DEFAULT_PORT = 5060
PORTS = (5060, 5061, 5062)

V4 = (
    "10.0.0.0",
    "10.0.0.1",
    "10.0.0.5",
    "10.0.0.255",
    "10.0.1.0",
    "10.1.0.0",
    "10.1.2.3",
    "192.0.2.1",
    "11.0.0.0",
)
V4_MASKS = ("32", "32", "31", "30", "29", "25", "24", "24", "23", "22", "16", "15", "8", "7", "1", "0")
V4_DOTTED = (
    "255.255.255.0",
    "255.255.0.0",
    "255.0.0.255",
    "255.0.255.0",
    "255.255.0.1",
    "0.0.0.1",
    "0.0.0.0",
)
V6 = ("2001:db8::", "2001:db8::1", "2001:db8::ffff", "2001:db8:0:1::1", "2001:db8:ffff::2", "fd00::1", "::1")
V6_MASKS = ("128", "128", "127", "126", "120", "112", "64", "63", "48", "33", "32", "16", "1", "0")
V6_DOTTED = ("ffff:ffff::", "ffff:ffff::ffff", "::ffff", "::")

IDENTIFY_IDS = (
    "a",
    "A",
    "i1",
    "i10",
    "i2",
    "i-1",
    "i_1",
    "Z9",
    "z",
    "ü",
    "0",
    "trunk identify",
    "Trunk-C",
    "w-identify",
)
USERS = ("alice", "Alice", "bob", "1001", "anonymous", "+1555", "a.b-c_d", "é")
DOMAINS = ("example.com", "Example.com", "real.example", "tp.example", "10.0.0.1", "2001:db8::1", "other")
ENDPOINT_IDS = (
    *USERS,
    *(f"{user}@{domain}" for user in USERS[:5] for domain in DOMAINS[:6]),
    "alice\\;x=y",
    "x y",
)
IDENTIFY_BY = (
    "username",
    "ip",
    "ip,username",
    "auth_username",
    "username,auth_username",
    "header,request_uri",
    "",
    "ip, Username",
)
ORDER_NAMES = (
    "ip",
    "username",
    "anonymous",
    "header",
    "request_uri",
    "auth_username",
    "line",
    "IP",
    " ip",
    "nosuch",
    "",
)

RURIS = (
    "sip:100@127.0.0.1",
    "sip:100@127.0.0.1:5060",
    "sip:100@example.com",
    "sip:100@Example.com",
    "sip:100@127.0.0.1;user=phone",
    "sip:100@127.0.0.1;x=y;user=phone",
    "sip:100@127.0.0.1;user=phone;x=y",
    "sip:100@127.0.0.1;transport=udp",
    "SIP:100@127.0.0.1;TRANSPORT=udp",
    "sip:100@127.0.0.1?a=b",
    "sip:%31%30%30@127.0.0.1",
    "sip:a%3Ab@127.0.0.1",
    "sip:a%3ab@127.0.0.1",
    "sips:100@127.0.0.1;lr=on",
    "sip:127.0.0.1",
    "sip:s@[2001:db8::1]:5060",
    "tel:+1-234",
    "tel:+1234;x=y",
    "sip:100@127.0.0.1;x-ast-orig-host=1;x=y",
    "sip:100@127.0.0.1;long=" + "y" * 460,
    "sip:100@127.0.0.1;long=" + "y" * 488,
    "sip:100@127.0.0.1;long=" + "y" * 489,
)
RURI_RULES = (
    *(uri.replace(";", "\\;") for uri in RURIS[:8]),
    "//",
    "sip:a%3ab@127.0.0.1",
    "sip:100@127.0.0.1\\;user=phone\\;x=y",
    "tel:+1-234",
    "/^sip:100@/",
    "/100/",
    "/^sips:/",
    "/;user=phone/",
    "/\\;user=phone/",
    "/:5060$/",
    "/^sip:[0-9]+@127\\.0\\.0\\.1$/",
    "/([0-9])\\1@/",
    "/y{100}/",
    "/^.{511}$/",
    "/./",
    "/(100/",
)

X_VALUES = (
    "1",
    "2",
    "12",
    "1, 2",
    "",
    "A",
    "a",
    "a b",
    "a  b",
    "blue",
    "Blue",
    "é",
    "foo-12",
    "foo-123",
    "\udcff",
    "1\udcff",
    '"1"',
    "/",
)
X_RULES = (
    "1",
    "2",
    "1, 2",
    "",
    "//",
    "/",
    "a",
    "A",
    "a b",
    "blue",
    "é",
    "\udcff",
    "/^1\udcff$/",
    "/1/",
    "/^1$/",
    "/^.$/",
    "/^(foo|bar)-[0-9]{2,3}$/",
    "/[[:digit:]]/",
    "/^(a|b) *\\1?/",
    "/^$/",
    "/b(l)?ue$/",
    "/a.*b/",
    "/[/",
    "///",
)
X_NAMES = (
    "X-A",
    "x-a",
    "X-Account",
    "X-B",
    "User-Agent",
    "P-Asserted-Identity",
    "s",
    "Subject",
    "r",
    "X-Trunk",
)
KNOWN_RULES = (
    "From: <sip:alice@example.com>\\;tag=1",
    "From: /alice/",
    "f: /./",
    "From: /<sip:[^@]*@example\\.com>/",
    "From: /:5060/",
    "To: <sip:100@127.0.0.1>",
    "t: /./",
    "To: /100/",
    "Contact: <sip:alice@10.0.0.1:5060>",
    "Contact: *",
    "contact: /10\\.0\\.0\\.1:5060>$/",
    "Contact: /x-ast-txp=/",
    "m: /./",
    "Via: /received=10\\.0\\.0\\.1/",
    "Via: /rport=5061/",
    "via: /^SIP/2\\.0/UDP/",
    "Max-Forwards: 70",
    "Call-ID: c1",
    "i: c1",
    "CSeq: 1 INVITE",
    "CSeq: /^1 /",
    "Content-Length: 0",
    "l: 0",
    "Supported: timer, path",
    "k: /timer/",
    "Supported: /path$/",
    "Allow: INVITE, ACK",
    "Event: dialog",
    'Event: dialog\\;id="a',
    "Retry-After: /later$/",
    "Require: path, timer",
    "Session-Expires: 90",
    "Expires: /^[0-9]+$/",
    'Authorization: /username="alice"/',
    "X-L: /y$/",
)

EXTRA_HEADERS = (
    "k: timer",
    "Supported: path",
    "Supported: timer,path",
    "Allow: INVITE, ACK",
    "Event: dialog",
    "o: dialog",
    "x: 90",
    "Session-Expires: 90;refresher=uac",
    "Expires: 060",
    "Expires: soon",
    "Content-Type: text/plain",
    "Route: <sip:10.0.0.1:5060;lr>",
    "Via: SIP/2.0/UDP 10.9.9.9;branch=z9hG4bK2",
    "From: <sip:bob@example.com>;tag=2",
    "To: <sip:bob@example.com>",
    "To: <http://example.com>",
    "Call-ID: c2",
    "X-L: " + "y" * 4000,
    "X-L: " + "y" * 4400,
    "No colon here",
    ": no name",
    "X-A: 1 \x00 2",
    'Event: dialog;id="a\x00b"',
    'Authorization: Digest username="alice\x00", realm="example.com\x00b"',
    "Authorization: DIGEST username=bob, realm=other, username=alice",
    'Proxy-Authorization: Digest username="alice", realm="example.com"',
    'Contact: "B\x00" <sip:bob@h>, <sips:b@h>;q=1.0',
    "Retry-After: 5 (later \x00);duration=3",
    "Require: path",
    "Require: timer",
)
METHODS = ("INVITE", "OPTIONS", "REGISTER", "MESSAGE", "ACK", "BYE", "CANCEL", "SUBSCRIBE", "FOO")
LINE_VALUES = ("lnreg1", "lnreg2", "lnreg.a", "lnnoline", "LNREG1", "other", "", "%6cnreg1", "lnreg1%00")
#: Rules of crowded configurations have numbers up to this one, and so have some requests.
CROWD_NUMBERS = 40
BODIES = ("body", "v=0\r\n\r\nX-A: 1\r\n", "\r\n")
REGISTRATIONS = ("reg1", "reg2", "reg.a", "noline")
LOCALS = ("127.0.0.1:5060", "127.0.0.1:5070", "127.0.0.1:5071", "127.0.0.9:5060", "[::1]:5060")
