"""A second reading of what decides whether registrations, transports and the objects of wizards exist.

It is written from the facts, with other means than the library: texts are walked character by character, sockets are
compared in pairs, patterns are replaced from the inside out.
"""

import ipaddress
import re
import string

LETTERS = set(string.ascii_letters + string.digits)
PLAIN = LETTERS | set("-_.!~*'()%")
USER, PASSWORD = PLAIN | set("&=+$,;?/#"), PLAIN | set("&=+$,")
PARAMETER, HEADER = PLAIN | set("[]/:&+$"), PLAIN | set("[]/?:+$")
HOST, TOKEN = LETTERS | set("-._"), LETTERS | set("-.!%*_`'~+")
OTHER = PLAIN | set(";/?:@&=+$,#")
PHONE = set(string.hexdigits + "-.()+*#")


class _RefusedError(Exception):
    """The text isn't what it should be."""


class _Walk:
    """A text that is read one character at a time."""

    def __init__(self, text):
        self.text, self.at = text, 0

    def __bool__(self):
        return self.at < len(self.text)

    @property
    def next(self):
        return self.text[self.at : self.at + 1]

    def one(self, character):
        if self.next != character:
            raise _RefusedError
        self.at += 1

    def some(self, characters, least=1):
        start = self.at
        while self and self.next in characters:
            self.at += 1
        if self.at - start < least:
            raise _RefusedError
        return self.text[start : self.at]

    def quoted(self):
        start = self.at
        self.one('"')
        while self.next != '"':
            self.at += 2 if self.next == "\\" else 1
            if self.at >= len(self.text):
                raise _RefusedError
        self.one('"')
        return self.text[start : self.at]


def _decoded(text):
    return re.sub("%([0-9a-fA-F]{2})", lambda match: chr(int(match[1], 16)), text)


def _sip(walk):
    """Read what follows ``sip:``; return the host and the transport."""
    rest = walk.text[walk.at :]
    ends = [rest.find(character) for character in "@> \t" if character in rest]
    if ends and rest[min(ends)] == "@":
        walk.some(USER)
        if walk.next == ":":
            walk.one(":")
            walk.some(PASSWORD)
        walk.one("@")
    if walk.next == "[":
        inside, bracket, _ = walk.text[walk.at + 1 :].partition("]")
        if not bracket or not inside:
            raise _RefusedError
        host, walk.at = inside, walk.at + len(inside) + 2
    else:
        host = walk.some(HOST)
    if walk.next == ":":
        walk.one(":")
        if int(walk.some(set(string.digits))) > 65535:
            raise _RefusedError
    transport = ""
    while walk.next == ";":
        walk.one(";")
        name, value = _decoded(walk.some(PARAMETER)).lower(), ""
        if walk.next == "=":
            walk.one("=")
            value = _decoded(walk.quoted() if walk.next == '"' else walk.some(PARAMETER, 0))
        if name == "ttl" and value:
            digits = re.match("[+]?([0-9]+)", value)
            if digits is None or int(digits[1]) > 255:
                raise _RefusedError
        if name == "transport" and value:
            transport = value.lower()
    separator = "?"
    while walk.next == separator:
        walk.one(separator)
        separator = "&"
        walk.some(HEADER)
        if walk.next == "=":
            walk.one("=")
            walk.some(HEADER, 0)
    return host, transport


def uri(text):
    """Return (whether it is sips, host, transport) of a registration's URI, None if it is refused."""
    bare = text[1:-1] if text[:1] + text[-1:] == "<>" else text
    scheme, _, rest = bare.partition(":")
    if scheme.lower() not in ("sip", "sips") or len(text.encode()) > 511:
        return None
    walk = _Walk(rest)
    try:
        host, transport = _sip(walk)
    except _RefusedError:
        return None
    return None if walk or len(host.encode()) > 245 else (scheme.lower() == "sips", host, transport)


def route(text):
    """Return whether a text is accepted as ``outbound_proxy``."""
    walk = _Walk(text)
    try:
        while True:
            _address(walk)
            if not walk or walk.next == "&":
                return True
            walk.one(",")
    except _RefusedError:
        return False


def _address(walk):
    walk.some(" \t", 0)
    display = False
    if walk.next == '"':
        walk.quoted()
        walk.some(" \t", 0)
        display = True
    elif (found := re.search("[<:]", walk.text[walk.at :])) and found[0] == "<":
        walk.at += found.start()
    bracket = walk.next == "<"
    if display and not bracket:
        raise _RefusedError
    if bracket:
        walk.one("<")
        walk.some(" \t", 0)
    scheme = walk.some(TOKEN).lower()
    walk.one(":")
    if scheme in ("sip", "sips"):
        _sip(walk)
    elif scheme == "tel":
        walk.some(PHONE)
        while walk.next == ";" and walk.text[walk.at + 1 : walk.at + 2] in PARAMETER:
            walk.one(";")
            walk.some(PARAMETER)
            if walk.next == "=":
                walk.one("=")
                walk.some(PARAMETER | set(",=@"))
    else:
        walk.some(OTHER)
    walk.some(" \t", 0)
    if bracket:
        walk.one(">")
        walk.some(" \t", 0)
    _header_parameters(walk)


def _header_parameters(walk):
    while walk.next == ";":
        walk.one(";")
        walk.some(" \t", 0)
        walk.some(TOKEN)
        walk.some(" \t", 0)
        if walk.next == "=":
            walk.one("=")
            walk.some(" \t", 0)
            if walk.next == '"':
                walk.quoted()
            else:
                walk.some(TOKEN, 0)
            walk.some(" \t", 0)


def header_parameters(text):
    """Return whether a text is accepted as ``contact_header_params``."""
    walk = _Walk(";" + text)
    try:
        _header_parameters(walk)
    except _RefusedError:
        return not text
    return not walk or walk.next == "&"


def contact_user(text):
    """Return whether a text is accepted as ``contact_user``: one that makes a URI of it is."""
    return not text or (len(text.encode()) <= 490 and "@" not in text and uri(f"sip:{text}@h") is not None)


def reached(found, named, sections):
    """Return whether a registration reaches its server; ``sections`` are (protocol, family), ``named`` one or None."""
    secure, host, transport = found
    wanted = "tls" if secure else transport or "udp"
    if named is not None and named[0] in ("udp", "tcp", "tls"):
        return wanted in ("udp", "tcp", "tls", "sctp")
    return wanted in ("udp", "tcp", "tls") and (wanted, 6 if ":" in host else 4) in sections


def bind(text):
    """Return (address, port) of a ``bind`` without names, None if it is refused; a mapped address is what it maps."""
    found = re.fullmatch(
        r"\[([^\]]*:[^\]]*)\](?::([0-9]*))?|([^:\[\]]*)(?::([0-9]*))?|([^\[\]]*:[^\[\]]*:[^\[\]]*)", text
    )
    if found is None:
        return None
    six, port = found[1] or found[5], found[2] or found[4] or "0"
    if int(port) > 65535:
        return None
    try:
        address = ipaddress.IPv6Address(six) if six else ipaddress.IPv4Address(found[3] or "0.0.0.0")
    except ValueError:
        return None
    return address, int(port)


def listening(sections):
    """Return for each (protocol, bind) whether the section is kept, comparing it with every socket before it."""
    kept, open_sockets = [], []
    for protocol, text in sections:
        found = None if text is None else bind(text)
        if protocol not in ("udp", "tcp", "tls"):
            kept.append(found is not None or (text is None and protocol == "flow"))
            continue
        if found is None or getattr(found[0], "ipv4_mapped", None):
            kept.append(False)
            continue
        address, port = found
        socket = (protocol == "udp", address, port or (5061 if protocol == "tls" else 5060))
        taken = any(
            socket[0] == other[0]
            and socket[2] == other[2]
            and address.version == other[1].version
            and (address == other[1] or 0 in (int(address), int(other[1])))
            for other in open_sockets
        )
        kept.append(not taken or protocol == "tls")
        if not taken:
            open_sockets.append(socket)
    return kept


def pattern(text, variables):
    """Return what a pattern says whose references are all closed: the innermost are replaced until none is left.

    ``${A:1:2}`` and ``$[1+2]`` are known.  Values may have references of their own, which stay as they are.
    """
    hidden = []

    def hide(value):
        hidden.append(value)
        return "".join(chr(0xE000 + int(digit)) for digit in f"{len(hidden) - 1:06}")

    def shown(part):
        while found := re.search("[\ue000-\ue009]{6}", part):
            number = int("".join(str(ord(digit) - 0xE000) for digit in found[0]))
            part = part[: found.start()] + hidden[number] + part[found.end() :]
        return part

    def replaced(match):
        if match[1] is None:
            return hide(str(sum(int(number) for number in re.findall("[+-]?[0-9]+", shown(match[2])))))
        name, *places = shown(match[1]).split(":")
        value = variables.get(name, "")
        numbers = [re.match("-?[0-9]{1,9}", place) for place in places]
        if numbers and numbers[0]:
            start = int(numbers[0][0])
            value = value[max(len(value) + start, 0) if start < 0 else start :]
            if numbers[0][0] == places[0] and numbers[1:] and numbers[1]:
                value = value[: int(numbers[1][0])]
        return hide(value)

    while True:
        after = re.sub(r"\$\{((?:[^${}\[\]]|\$(?![{\[]))*)\}|\$\[([^${}\[\]]*)\]", replaced, text)
        if after == text:
            return shown(after)
        text = after


def wizard(name, lines, sections):
    """Return the (type, id) of the objects that a section makes; ``sections`` as for ``reached``.

    It knows only the lines that ``judged_cases.some_wizard`` writes: ``nosuch`` refuses an object, all others are accepted.
    """
    if not any("type" in option and value == "wizard" for option, value in lines):
        return set()
    own = {option.lower(): value for option, value in lines if "/" not in option}
    parts = [(*option.split("/", 1), value) for option, value in lines if "/" in option]

    def yes(option):
        return own.get(option, "").lower() in ("yes", "true", "y", "t", "1", "on")

    def given(prefix, option):
        return [value for front, rest, value in parts if front == prefix and rest.lower() == option]

    def sound(prefix):
        return not given(prefix, "nosuch")

    made = set()
    hosts = [item.strip() for item in own["remote_hosts"].split(",")] if own.get("remote_hosts") else []
    if sound("endpoint"):
        made.add(("endpoint", name))
    user = given("outbound_auth", "username")
    contacts = given("aor", "contact") or [
        pattern(own.get("contact_pattern", "sip:${REMOTE_HOST}"), {"REMOTE_HOST": host}) for host in hosts
    ]
    if sound("aor") and all(not contact or contact.startswith("sip:") for contact in contacts):
        made.add(("aor", name))
    broken = yes("sends_auth") and not user
    for prefix, option, suffix in (
        ("outbound_auth", "sends_auth", "-oauth"),
        ("inbound_auth", "accepts_auth", "-iauth"),
    ):
        if not broken and yes(option) and given(prefix, "username"):
            broken = not sound(prefix)
            made |= {("auth", name + suffix)} - ({("auth", name + suffix)} if broken else set())
    if hosts and not yes("accepts_registrations") and not yes("sends_line_with_registrations"):
        matches = given("identify", "match") or hosts
        if sound("identify") and any(matches):
            made.add(("identify", name + "-identify"))
    if broken or not yes("sends_registrations"):
        return made
    for number, host in enumerate(hosts):
        variables = {"REMOTE_HOST": host, "USERNAME": user[-1] if yes("sends_auth") else name}
        uris = [
            pattern(own.get(option + "_pattern", default), variables)
            or (given("registration", option) or [""])[-1]
            for option, default in (
                ("server_uri", "sip:${REMOTE_HOST}"),
                ("client_uri", "sip:${USERNAME}@${REMOTE_HOST}"),
            )
        ]
        line = yes("sends_line_with_registrations") or given("registration", "line")[-1:] == ["yes"]
        endpoint = yes("sends_line_with_registrations") or bool(given("registration", "endpoint"))
        named = own["transport"] if "transport" in own else (given("registration", "transport") or [""])[-1]
        section = next((each for each in sections if f"{each[0]}{each[1]}" == named), None)
        if not sound("registration") or line != endpoint or None in map(uri, uris):
            break
        if not reached(uri(uris[0]), section, sections):
            break
        made.add(("registration", f"{name}-reg-{number}"))
    return made
