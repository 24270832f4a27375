"""Generated configurations and requests over a small alphabet, so that rules and requests often meet.

One generator serves two sources of choice: :func:`generate_case` takes a plain ``random.Random`` and is quick
enough for runs of millions; ``strategies.py`` drives the same generator by Hypothesis, which can shrink what
it finds.  Line tokens aren't part of a case: the token of registration R is ``"ln" + R``, see :func:`tokens`.
"""

import ipaddress
import random
import re

from alphabet import (
    BODIES,
    CROWD_NUMBERS,
    DEFAULT_PORT,
    DOMAINS,
    ENDPOINT_IDS,
    EXTRA_HEADERS,
    IDENTIFY_BY,
    IDENTIFY_IDS,
    KNOWN_RULES,
    LINE_VALUES,
    LOCALS,
    METHODS,
    ORDER_NAMES,
    PORTS,
    REGISTRATIONS,
    RURI_RULES,
    RURIS,
    USERS,
    V4,
    V4_DOTTED,
    V4_MASKS,
    V6,
    V6_DOTTED,
    V6_MASKS,
    X_NAMES,
    X_RULES,
    X_VALUES,
)

#: Requests of one generated case; a configuration takes far longer to read than a request to answer.
REQUESTS = 20

#: The endpoints that identifies and registrations point to are so many of the first.
COMMON = 4

ADDRESS = re.compile(
    r"(?<![\w.:])\[?([0-9]+(?:\.[0-9]+){3}|[0-9a-fA-F]*:[0-9a-fA-F:]+)\]?(?::\d+)?(?:/(\d+))?(?![\w.:])"
)


class RandomChoice:
    """Choices from ``random.Random``."""

    def __init__(self, source):
        """Take the source of chance."""
        self.random = source.random

    def pick(self, values):
        """Return one of the values."""
        return values[int(self.random() * len(values))]

    def number(self, least, most):
        """Return an integer of a closed range."""
        return least + int(self.random() * (most - least + 1))

    def happens(self, percent):
        """Return true in so many of a hundred cases."""
        return self.random() * 100 < percent


def generate_case(source, requests=REQUESTS):
    """Return configuration files by name, and requests to them as dictionaries.

    The keys of a request are those of ``Request.from_message``: data, source, port, transport, local,
    transport_section.
    """
    choice = RandomChoice(source)
    text = configuration_text(choice)
    if choice.happens(5):
        text = f"{text}\n{_crowd(choice)}"
    files = {"pjsip.conf": text}
    sources = sources_near(files["pjsip.conf"])
    return files, [message(choice, sources) for _ in range(requests)]


def tokens(registrations):
    """Return the line tokens that generated requests carry."""
    return {id: f"ln{id}" for id in registrations}


def configuration_text(choice):
    """Return a pjsip.conf."""
    sections = [_transports(choice)]
    if choice.happens(70):
        sections.append(_settings(choice))
    sections += _unique(choice, ENDPOINT_IDS, 10, _endpoint)
    sections += _unique(choice, IDENTIFY_IDS, 8, _identify)
    if choice.happens(40):
        sections += _unique(choice, DOMAINS, 2, _alias)
    if choice.happens(50):
        sections += _unique(choice, REGISTRATIONS, 3, _registration)
    return "\n".join(sections)


def message(choice, sources):
    """Return a request as it comes off the wire, with where it came from."""
    origin = _origin(choice, sources)
    method = choice.pick(METHODS) if choice.happens(50) else "INVITE"
    compact = choice.happens(20)
    lines = [
        f"{method} {_request_uri(choice)} SIP/2.0",
        f"{'v' if compact else 'Via'}: SIP/2.0/{origin['transport'].upper()} 10.0.0.1:5060;branch=z9hG4bK1"
        + (";rport" if choice.happens(50) else ""),
    ]
    headers = [
        f"{'f' if compact else 'From'}: {_from(choice)};tag=1",
        f"{'t' if compact else 'To'}: {_to(choice)}",
        f"{'i' if compact else 'Call-ID'}: c1",
        f"CSeq: {choice.number(1, 2)} {method}",
        "Max-Forwards: 70",
        f"{'l' if compact else 'Content-Length'}: 0",
    ]
    if choice.happens(90):
        headers.append(f"{'m' if compact else 'Contact'}: {_contact(choice)}")
    headers += [f"{name}: {value}" for name, value in _generic_headers(choice)]
    headers += [f"Authorization: {value}" for value in _authorizations(choice)]
    if choice.happens(15):
        headers += [choice.pick(EXTRA_HEADERS) for _ in range(choice.number(1, 2))]
    if choice.happens(2):
        headers += [f"X-Many: {number}" for number in range(choice.number(50, 80))]
    if choice.happens(30):
        cut = choice.number(0, len(headers) - 1)
        headers = headers[cut:] + headers[:cut]
    if choice.happens(2):
        del headers[choice.number(0, len(headers) - 1)]
    end = "\n" if choice.happens(5) else "\r\n"
    if choice.happens(5):
        at = choice.number(0, len(headers) - 1)
        headers[at] = headers[at].replace(" ", f"{end} ", 1)
    text = end.join([*lines, *headers, "", choice.pick(BODIES) if choice.happens(5) else ""])
    data = text.encode("utf-8", "surrogateescape")
    if choice.happens(2):
        at = choice.number(0, len(data) - 1)
        data = data[:at] + bytes([choice.number(0, 255)]) + data[at + choice.number(0, 1) :]
    return {"data": data, **origin}


def metadata(choice, sources):
    """Return a request as the keyword arguments of ``Request``."""
    headers = [*_generic_headers(choice), *(("Authorization", value) for value in _authorizations(choice))]
    if choice.happens(50):
        headers.append(("Contact", _contact(choice)))
    return {
        **_origin(choice, sources),
        "method": choice.pick(METHODS),
        "request_uri": _request_uri(choice),
        "from_uri": _from(choice).strip("<>"),
        "to_uri": _to(choice).strip("<>"),
        "headers": headers,
    }


def sources_near(text):
    """Return source addresses of the alphabet and at the borders of the networks that a text names."""
    sources = {*V4, *V6, "::ffff:10.0.0.1", "::ffff:192.0.2.1", "10.0.0.0"}
    for line in text.splitlines():
        if not line.startswith("match ="):
            continue
        for address, bits in ADDRESS.findall(line):
            sources.update(_borders(address, bits))
    return sorted(sources)


def _borders(address, bits):
    """Return the first and last address of a network, and their neighbours outside."""
    try:
        network = ipaddress.ip_network(f"{address}/{bits}" if bits else address, strict=False)
    except ValueError:
        return
    first, last = int(network.network_address), int(network.broadcast_address)
    for value in (first - 1, first, last, last + 1):
        if 0 <= value < 1 << network.max_prefixlen:
            yield str(type(network.network_address)(value))


def _unique(choice, ids, most, section):
    """Return up to so many sections with different ids."""
    # Half of them come from the first few, which are what the other sections point to.
    few = ids[:COMMON]
    chosen = [choice.pick(few if choice.happens(50) else ids) for _ in range(choice.number(1, most))]
    return [section(choice, id) for id in dict.fromkeys(chosen)]


def _transports(choice):
    """Return transport sections; the first is always there."""
    lines = [
        "[transport-udp]",
        "type = transport",
        "protocol = udp",
        "bind = 127.0.0.1:5060",
        *_extras(choice),
    ]
    if choice.happens(30):
        lines += ["[t-udp2]", "type = transport", "protocol = udp", "bind = 127.0.0.1:5070", *_extras(choice)]
    if choice.happens(30):
        name, port = choice.pick(("t-tcp", "transport-tcp", "tcp")), choice.pick(("5060", "5071"))
        lines += [
            f"[{name}]",
            "type = transport",
            "protocol = tcp",
            f"bind = 127.0.0.1:{port}",
            *_extras(choice),
        ]
    if choice.happens(20):
        lines += ["[udp6]", "type = transport", "protocol = udp", "bind = [::1]:5060", *_extras(choice)]
    return "\n".join(lines)


def _extras(choice):
    """Return the options of a transport that identification looks at."""
    domain = [f"domain = {choice.pick(DOMAINS[:4])}"] if choice.happens(40) else []
    return [*domain, "symmetric_transport = yes"] if choice.happens(10) else domain


def _settings(choice):
    """Return a global section."""
    lines = ["[global]", "type = global"]
    if choice.happens(80):
        names = [choice.pick(ORDER_NAMES) for _ in range(choice.number(0, 6))]
        lines.append(f"endpoint_identifier_order = {','.join(names)}")
    if choice.happens(20):
        lines.append("disable_multi_domain = yes")
    if choice.happens(30):
        lines.append("ignore_uri_user_options = yes")
    return "\n".join(lines)


def _endpoint(choice, id):
    """Return an endpoint, often with an identify_by."""
    lines = [f"[{id}]", "type = endpoint"]
    if choice.happens(40):
        lines.append(f"identify_by = {choice.pick(IDENTIFY_BY)}")
    return "\n".join(lines)


def _identify(choice, id):
    """Return an identify with one or more kinds of rules."""
    endpoint = choice.pick(ENDPOINT_IDS[:COMMON]) if choice.happens(90) else "nope"
    lines = [f"[{id}]", "type = identify", f"endpoint = {endpoint}"]
    if choice.happens(60):
        item = _item6 if choice.happens(25) else _item4
        for _ in range(choice.number(1, 2)):
            lines.append("match = " + ", ".join(item(choice) for _ in range(choice.number(1, 3))))
    if choice.happens(45):
        if choice.happens(50):
            lines.append(f"match_header = {choice.pick(X_NAMES)}: {choice.pick(X_RULES)}")
        else:
            lines.append(f"match_header = {choice.pick(KNOWN_RULES)}")
    if choice.happens(35) or len(lines) == 3:
        lines.append(f"match_request_uri = {choice.pick(RURI_RULES)}")
    return "\n".join(lines)


def _item4(choice):
    """Return a match item of IPv4; an exclusion always has its mask."""
    address = choice.pick(V4)
    port = f":{choice.pick(PORTS)}" if choice.happens(20) else ""
    mask = f"/{choice.pick(V4_DOTTED if choice.happens(15) else V4_MASKS)}"
    if choice.happens(25):
        return f"!{address}{port}{mask}"
    return f"{address}{port}{mask if choice.happens(80) else ''}"


def _item6(choice):
    """Return a match item of IPv6, or an IPv4-mapped one."""
    if choice.happens(10):
        return f"::ffff:{choice.pick(V4)}/{choice.pick(V4_MASKS)}"
    address = choice.pick(V6)
    port = f":{choice.pick(PORTS)}" if choice.happens(20) else ""
    mask = f"/{choice.pick(V6_DOTTED if choice.happens(15) else V6_MASKS)}"
    host = f"[{address}]{port}" if port else address
    if choice.happens(25):
        return f"!{host}{mask}"
    return f"{host}{mask if choice.happens(80) else ''}"


def _crowd(choice):
    """Return many small identifies, so that tables grow and answers stand behind others."""
    sections = []
    for number in range(choice.number(20, 80)):
        value = choice.number(0, CROWD_NUMBERS)
        rule = choice.pick(
            (
                f"match = 10.0.{value}.0/{choice.pick(V4_MASKS)}",
                f"match = 10.{value}.2.3, !10.{value}.2.2/31, 10.{value}.2.2:{choice.pick(PORTS)}",
                f"match = 2001:db8:{value}::/{choice.pick(V6_MASKS)}",
                f"match_header = X-A: {value}",
                f"match_header = X-A: /^{value}/",
                f"match_header = X-{value}: 1",
                f"match_request_uri = sip:{value}@127.0.0.1",
            )
        )
        endpoint = choice.pick(ENDPOINT_IDS[:COMMON])
        sections.append(f"[c{number}]\ntype = identify\nendpoint = {endpoint}\n{rule}")
    return "\n".join(sections)


def _alias(choice, id):
    """Return a domain alias."""
    return f"[{id}]\ntype = domain_alias\ndomain = {choice.pick(DOMAINS[:4])}"


def _registration(choice, id):
    """Return a registration, without line if its name says so."""
    line = (
        "" if id == "noline" else f"\nline = yes\nendpoint = {choice.pick((*ENDPOINT_IDS[:COMMON], 'nope'))}"
    )
    return (
        f"[{id}]\ntype = registration\nserver_uri = sip:127.0.0.1:5999\nclient_uri = sip:me@127.0.0.1{line}"
    )


def _origin(choice, sources):
    """Return where a request came from, and where it arrived."""
    transport = "udp" if choice.happens(80) else choice.pick(("tcp", "tls"))
    section = local = None
    if choice.happens(20):
        local = choice.pick(LOCALS)
    elif choice.happens(20):
        section = choice.pick(("transport-udp", "t-udp2") if transport == "udp" else ("t-tcp", "tcp"))
    return {
        "source": choice.pick(sources),
        "port": DEFAULT_PORT if choice.happens(60) else choice.pick(PORTS),
        "transport": transport,
        "local": local,
        "transport_section": section,
    }


def _request_uri(choice):
    """Return a request URI, sometimes with a line parameter."""
    if choice.happens(15):
        return _callee(choice, "line")
    if choice.happens(5):
        return f"sip:{choice.number(0, CROWD_NUMBERS)}@127.0.0.1"
    return choice.pick(RURIS[:4]) if choice.happens(50) else choice.pick(RURIS)


def _callee(choice, name):
    """Return a URI with a token in its parameter of this name; one of a tel URI can't be empty."""
    value = choice.pick(LINE_VALUES)
    return f"{'tel:+1' if value and choice.happens(10) else 'sip:s@127.0.0.1'};{name}={value}"


def _user(choice):
    """Return the user of a URI as it is sent."""
    user = choice.pick(USERS)
    if choice.happens(10):
        return choice.pick(
            ("%61lice", "alice;x=y", "alice%3Bx=y", "%C3%A9", "alice:secret", "a%00", "alice%00b", ";alice")
            + ("%FF", "alice%40example.com", "x%20y", "alice" * 60)
        )
    return "%C3%A9" if user == "é" else user


def _host(choice):
    """Return the host of a URI as it is sent."""
    domain = choice.pick(DOMAINS)
    return f"[{domain}]" if ":" in domain else domain


def _from(choice):
    """Return a From URI in angle brackets."""
    if choice.happens(5):
        return choice.pick(
            ("<tel:+1555>", "<sip:example.com>", "<sips:alice@example.com>", "<http://example.com>")
        )
    port = ":5060" if choice.happens(10) else ""
    return f"<sip:{_user(choice)}@{_host(choice)}{port}{';user=phone' if choice.happens(5) else ''}>"


def _to(choice):
    """Return a To URI in angle brackets, sometimes with a line parameter."""
    if choice.happens(15):
        name = "line" if choice.happens(80) else choice.pick(("LINE", "%6cine", "lines"))
        return f"<{_callee(choice, name)}>"
    return "<sip:100@127.0.0.1>" if choice.happens(80) else f"<sip:{_user(choice)}@{_host(choice)}>"


def _contact(choice):
    """Return a Contact value."""
    if choice.happens(15):
        return choice.pick(
            ("*", "<tel:+1>", "<sip:alice@10.0.0.1:5060>;q=0.50;expires=7", '"B" <sip:b@h;transport=TCP>')
        )
    return "<sip:alice@10.0.0.1:5060>"


def _generic_headers(choice):
    """Return headers that PJSIP leaves as they are."""
    headers = [(choice.pick(X_NAMES), choice.pick(X_VALUES)) for _ in range(choice.number(0, 3))]
    if choice.happens(10):
        number = choice.number(0, CROWD_NUMBERS)
        headers.append(choice.pick((("X-A", str(number)), (f"X-{number}", "1"))))
    return headers


def _authorizations(choice):
    """Return values of Authorization headers."""
    if not choice.happens(25):
        return []
    return [
        f'Digest username="{choice.pick(USERS)}", realm="{choice.pick(DOMAINS)}", '
        'nonce="1", uri="sip:x", response="0"'
        for _ in range(choice.number(1, 2))
    ]


def main():
    """Print one generated case, for a look at what tests see."""
    files, requests = generate_case(random.Random())
    print(files["pjsip.conf"])
    print(requests[0])


if __name__ == "__main__":
    main()
