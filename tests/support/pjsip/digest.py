"""Digest headers: Authorization and Proxy-Authorization, WWW-Authenticate and Proxy-Authenticate.

Facts:

- Any other scheme than Digest drops, and so does Digest without a parameter, or with a comma at the end.
  The scheme is printed as it was sent.
- Credentials print the known parameters joined by a comma and a blank, then the unknown ones joined by a comma,
  unquoted and escaped. A missing username leaves its comma.
- Challenges print realm always, what else they know if it isn't empty, then the unknown ones as they were sent.
- Of a repeated known parameter the last value counts.
"""

from __future__ import annotations

from pjsip.scanning import EMPTY, QUOTE, TOKEN_ESCAPES, Parameter, Reader, read_parameter
from pjsip.unobserved import unobserved

#: Known parameters of credentials in the order in which they are printed: whether always, whether in quotes.
CREDENTIALS = {
    "username": (False, True),
    "realm": (True, True),
    "nonce": (True, True),
    "uri": (False, True),
    "response": (True, True),
    "algorithm": (False, False),
    "cnonce": (False, True),
    "opaque": (False, True),
    "qop": (False, False),
    "nc": (False, False),
}
#: The same of challenges; ``stale`` is apart.
CHALLENGE = {
    "realm": (True, True),
    "domain": (False, True),
    "nonce": (False, True),
    "opaque": (False, True),
    "stale": (False, False),
    "algorithm": (False, False),
    "qop": (False, True),
}
CHALLENGE_EMPTY = unobserved(
    "challenge-empty-quoted", 'An unknown parameter of a challenge with the value `""`: taken as printed so.'
)


def bare(value: str) -> str:
    """Return a value without its quotes."""
    return value[1:-1] if value[:1] == QUOTE else value


def read_digest(
    reader: Reader, known: dict[str, tuple[bool, bool]]
) -> tuple[str, dict[str, str], list[Parameter]]:
    """Read a digest header: its scheme, the known parameters without quotes, the others as they were sent."""
    scheme = reader.token()
    if scheme.lower() != "digest":
        raise reader.drop("scheme that isn't Digest")
    values: dict[str, str] = {}
    others = []
    while True:
        name, value = read_parameter(reader)
        if name.lower() in known:
            values[name.lower()] = bare(value)
        else:
            others.append((name, value))
            if value == EMPTY and known is CHALLENGE:
                reader.note(CHALLENGE_EMPTY)
        if reader.next != ",":
            break
        reader.expect(",")
    reader.end_header()
    return scheme, values, others


def listed(known: dict[str, tuple[bool, bool]], values: dict[str, str]) -> list[str]:
    """Return the known parameters that are printed."""
    found = []
    for name, (always, quoted) in known.items():
        value = values.get(name, "")
        if value or always:
            found.append(f'{name}="{value}"' if quoted else f"{name}={value}")
    return found


def read_credentials(reader: Reader) -> tuple[str, str, str]:
    """Read credentials; return their username, their realm, and how the header prints."""
    scheme, values, others = read_digest(reader, CREDENTIALS)
    known = listed(CREDENTIALS, values)
    if not values.get("username"):
        known.insert(0, "")
    text = f"{scheme} " + ", ".join(known)
    for name, value in others:
        text += f",{name.translate(TOKEN_ESCAPES)}"
        if bare(value):
            text += f"={bare(value).translate(TOKEN_ESCAPES)}"
    return values.get("username", ""), values.get("realm", ""), text


def read_challenge(reader: Reader) -> str:
    """Read a challenge and return how the header prints."""
    scheme, values, others = read_digest(reader, CHALLENGE)
    values["stale"] = "true" if values.get("stale", "").lower() == "true" else ""
    text = f"{scheme} " + ",".join(listed(CHALLENGE, values))
    for name, value in others:
        text += f",{name.translate(TOKEN_ESCAPES)}"
        if value:
            text += f"={value if value[0] == QUOTE else value.translate(TOKEN_ESCAPES)}"
    return text
