"""Objects of ``type=registration``: which of them Asterisk keeps, and so which have a line.

It knows URIs only as far as they refuse an object, and which protocol and address family a server's URI requires.

Facts

See section 10 of docs/explanation/identification.md.

- ``server_uri`` and ``client_uri`` must be SIP or SIPS URIs.
- ``line`` and ``endpoint`` must be set together.
- Some transport must have the protocol and family that the server's URI requires; a host name requires IPv4.
- A ``transport`` that doesn't exist is only logged.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from identify.config.language.sections import Variable
from identify.config.objects.candidates import Candidate, Options
from identify.config.objects.uris import is_uri, uri_host
from identify.config.problems import Problems
from identify.model import Registration, Transport
from identify.strings import ascii_lower, quoted, shown

__all__ = ["build_registration"]

_TRANSPORT = re.compile(r";transport=([^;?>]*)", re.IGNORECASE)


def build_registration(
    candidate: Candidate, options: Options, transports: Mapping[str, Transport], problems: Problems
) -> Registration | None:
    """Return the registration, None if Asterisk refuses it."""
    refused = False

    def note(code: str, message: str, line: Variable | None, lost: str) -> None:
        file, number = (candidate.file, candidate.line) if line is None else (line.file, line.line)
        problems.add(code, file, number, message, section=candidate.id, lost=lost)

    for name in ("server_uri", "client_uri"):
        value = options.value(name)
        if not is_uri(value):
            message = f"{name} = {quoted(value)} is not a valid SIP URI" if value else f"{name} is missing"
            note("registration-uri", message, options.line(name), candidate.described)
            refused = True
    line, endpoint = options.true("line"), options.value("endpoint")
    if line and not endpoint:
        message = "line is yes, but the endpoint is missing"
        note("registration-line", message, options.line("line"), candidate.described)
        refused = True
    if endpoint and not line:
        message = f"endpoint {quoted(endpoint)} is set, but line isn't yes"
        note("registration-line", message, options.line("endpoint"), candidate.described)
        refused = True
    server = options.value("server_uri")
    if not refused:
        protocol, family = _wanted(server)
        if not any(
            section.protocol == protocol and section.family == family for section in transports.values()
        ):
            message = f"there is no IPv{family} {shown(protocol)} transport, which {quoted(server)} requires"
            note("registration-unreachable", message, options.line("server_uri"), candidate.described)
            refused = True
    transport = options.value("transport")
    if transport and transport not in transports:
        message = f"there is no transport {quoted(transport)}"
        note("registration-transport", message, options.line("transport"), "")
    if refused:
        return None
    return Registration(
        id=candidate.id,
        server_uri=server,
        client_uri=options.value("client_uri"),
        contact_user=options.value("contact_user"),
        contact_header_params=options.value("contact_header_params"),
        transport=transport,
        line=line,
        endpoint=endpoint,
        options=options.values(),
        origin=candidate.origin,
    )


def _wanted(server: str) -> tuple[str, int]:
    """Return the protocol and address family that a server's URI requires.

    ``sip:h`` requires UDP, ``sips:h`` TLS, ``;transport=tcp`` TCP.
    """
    family = 6 if uri_host(server).startswith("[") else 4
    if "sips:" in ascii_lower(server)[:5] or "<sips:" in ascii_lower(server):
        return "tls", family
    parameter = _TRANSPORT.search(server)
    return ascii_lower(parameter[1]) if parameter is not None and parameter[1] else "udp", family
