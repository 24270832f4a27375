"""Texts of the small alphabets in which the rules of ``judged`` differ: URIs, transports, patterns, wizards."""

import re

PIECES = (
    "sip:", "sips:", "SIP:", "tel:", "x:", "u", "h", "1", "a.b", "@", ":", ";", "=", "?", "&", "<", ">", "[", "]", "::1",
    "5060", "65535", "65536", "00", ";transport=tcp", ";transport=UDP", ";transport=", ";transport=%74ls", ";ttl=5",
    ";ttl=256", ";lr", ";x=", ";x=\"y z\"", "?a=b", "%", "%41", "#", "^", "\"", "\\", " ", ",", "é", "/", "$", "(", "{", "+", "!", "`", "|",
)  # fmt: skip
GOOD = (
    ("sip:", "sips:", "SIP:"), ("", "u@", "u:p@", "u;x=y@", "u?a@", "#1@", "%@"), ("h", "1.2.3.4", "[::1]", "[h]", "a_b.c"),
    ("", ":5060", ":0", ":065535"), ("", ";transport=tcp", ";transport=TLS;lr", ";x=\"a b\"", ";transport=ws", ";ttl=+5"),
    ("", "?a=b", "?a&c=d"),
)  # fmt: skip


def some_uri(random):
    """Return a URI, often a good one in which something was changed."""
    if random.random() < 0.3:
        return "".join(random.choice(PIECES) for _ in range(random.randint(1, 7))).strip()
    text = "".join(random.choice(part) for part in GOOD)
    for _ in range(random.choice((0, 0, 1, 1, 2))):
        place = random.randrange(len(text) + 1)
        text = text[:place] + random.choice(PIECES) + text[place + random.choice((0, 0, 1)) :]
    if random.random() < 0.2:
        text = (
            random.choice(("", "N ", '"N" ', '"N')) + "<" + text + random.choice((">", "> ;x", ">;a=b", ""))
        )
    if random.random() < 0.1:
        text += random.choice((",", ", ")) + text
    return text.strip()


def some_text(random, pieces, most):
    """Return up to ``most`` of these pieces, one after the other."""
    return "".join(random.choice(pieces) for _ in range(random.randint(0, most)))


ADDRESSES = (
    "0.0.0.0",
    "127.0.0.1",
    "10.0.0.1",
    "",
    "[::]",
    "[::1]",
    "[2001:db8::1]",
    "[127.0.0.1]",
    "[::ffff:127.0.0.1]",
    "::1",
)
PORTS = ("", "", ":5060", ":5060", ":5061", ":05060", ":0", ":65536", ":sip", ":+1", ": 1", ":-1", "x")


def some_sections(random):
    """Return (protocol, bind) of some transport sections; without a bind it is None."""
    return [
        (
            random.choice(("udp", "udp", "tcp", "tcp", "tls", "ws", "wss", "flow")),
            None if random.random() < 0.05 else random.choice(ADDRESSES) + random.choice(PORTS),
        )
        for _ in range(random.randint(1, 6))
    ]


def some_pattern(random, depth=0):
    """Return a pattern whose references are closed."""
    parts = []
    for _ in range(random.randint(0, 3)):
        kind = random.random()
        if kind < 0.5 or depth > 2:
            parts.append(random.choice(("sip:", "a", "REMOTE_HOST", "A", "B", "$", "@", "5")))
        elif kind < 0.9:
            inside = (
                random.choice(("REMOTE_HOST", "A", "AB", "X"))
                if random.random() < 0.6
                else some_pattern(random, depth + 1)
            )
            places = (
                random.choice(("", "", ":0:3", ":2", ":-2", ":-2:1", ":9:9")) if ":" not in inside else ""
            )
            parts.append("${" + re.sub(r"[$@:]$", "", inside) + places + "}")
        else:
            parts.append(f"$[{random.randint(0, 20)}{random.choice('+-')}{random.randint(0, 20)}]")
    return "".join(parts)


def _case(random, option):
    return option.title() if random.random() < 0.1 else option


def some_wizard(random):
    """Return lines of a section that is mostly a wizard."""
    lines = (
        [("type", "wizard")]
        if random.random() < 0.9
        else [(random.choice(("Type", "type", "mytype")), "wizard")]
    )
    yes = ("yes", "on", "no", "maybe", "")
    for option in ("sends_auth", "accepts_auth", "accepts_registrations", "sends_line_with_registrations"):
        if random.random() < 0.4:
            lines.append((_case(random, option), random.choice(yes)))
    if random.random() < 0.8:
        lines.append((_case(random, "sends_registrations"), random.choice(("yes", "yes", "no"))))
    for _ in range(random.choice((0, 1, 1, 1, 2))):
        hosts = ("192.0.2.1", "h.invalid", "192.0.2.1:5061", "", "a b")[: 3 if random.random() < 0.7 else 5]
        text = ",".join(random.choice(hosts) for _ in range(random.randint(1, 3)))
        lines.append((_case(random, "remote_hosts"), text))
        lines.append(("identify/match", "192.0.2.7"))
    patterns = (
        "sip:${REMOTE_HOST}",
        "sip:${USERNAME}@${REMOTE_HOST}",
        "sip:a",
        "bad",
        "",
        "sip:$[1+1]",
        "sip:${X}@h",
    )
    for option in ("server_uri_pattern", "client_uri_pattern"):
        if random.random() < 0.4:
            lines.append((_case(random, option), random.choice(patterns)))
    lines.append(("contact_pattern", random.choice(("sip:a@${REMOTE_HOST}", "sip:x", "bad", ""))))
    for prefix in ("outbound_auth", "inbound_auth"):
        if random.random() < 0.7:
            lines += [(f"{prefix}/username", random.choice("uv")), (f"{prefix}/password", "p")]
    lines += random.sample(
        [
            ("endpoint/nosuch", "1"), ("aor/nosuch", "1"), ("identify/nosuch", "1"), ("registration/nosuch", "1"),
            ("inbound_auth/nosuch", "1"), ("outbound_auth/nosuch", "1"), ("Endpoint/nosuch", "1"), ("AOR/nosuch", "1"),
            ("endpoint/@x", "1"), ("nosuch", "1"), ("aor/contact", "sip:c@d"), ("registration/server_uri", "sip:192.0.2.3"),
            ("registration/Client_URI", "sip:a@b"), ("registration/line", "yes"), ("registration/endpoint", "e"),
            ("registration/transport", "udp4"), ("transport", "tls4"), ("transport", "nope"), ("endpoint/", "1"),
        ],
        random.randint(0, 5),
    )  # fmt: skip
    random.shuffle(lines)
    return lines
