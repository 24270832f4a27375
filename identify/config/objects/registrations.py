"""Objects of ``type=registration``: which of them Asterisk keeps, and so which have a line.

It knows the rules about several options and about transports; which texts are URIs is known by ``uris``.

Facts

See section 10 of docs/explanation/identification.md.

- ``server_uri`` and ``client_uri`` must be SIP or SIPS URIs, ``outbound_proxy`` the value of a Route header.
- The options are judged together, so only the last line of each counts: ``expiration = 0`` and then ``= 60`` is fine.
- ``line`` and ``endpoint`` must be set together.
- If ``transport`` names a section that listens for UDP, TCP or TLS, it is enough that the server's URI requires a
  protocol that PJSIP knows by itself (``udp``, ``tcp``, ``tls``, ``sctp``), whatever the section's protocol and family.
- Otherwise some transport must have that protocol and family; a host name requires IPv4.  Websocket and flow
  transports reach no server.
- A ``transport`` that doesn't exist is only logged.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from identify.config.language.sections import Variable
from identify.config.objects.candidates import Candidate, Options
from identify.config.objects.uris import Uri, is_contact_user, is_header_parameters, is_route, read_uri
from identify.config.problems import Problems
from identify.model import Registration, Transport
from identify.strings import quoted, shown

__all__ = ["build_registration"]

#: Protocols of transports that registrations are sent with.
PROTOCOLS = ("udp", "tcp", "tls")
#: Protocols that a URI may require.  ``sctp`` has no transport sections, and ``tcp6``, ``ws`` and ``flow`` are no
#: protocols to PJSIP.
REQUIRED = (*PROTOCOLS, "sctp")


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
        if read_uri(value) is None:
            message = f"{name} = {quoted(value)} is not a valid SIP URI" if value else f"{name} is missing"
            note("registration-uri", message, options.line(name), candidate.described)
            refused = True
    for name, expected in _unaccepted(options):
        message = f"{name} = {quoted(options.value(name))}: expected {expected}"
        note("option-value", message, options.line(name), candidate.described)
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
    transport = options.value("transport")
    uri = read_uri(server)
    if uri is not None and not refused and not _reachable(uri, transports.get(transport), transports):
        message = (
            f"there is no IPv{uri.family} {shown(uri.protocol)} transport, which {quoted(server)} requires"
        )
        note("registration-unreachable", message, options.line("server_uri"), candidate.described)
        refused = True
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


def _unaccepted(options: Options) -> Iterator[tuple[str, str]]:
    """Yield the options that refuse the object by their last line, with what was expected."""
    if options.number("expiration", 1) == 0:
        yield "expiration", "a number greater than 0"
    if not is_contact_user(options.value("contact_user")):
        yield "contact_user", "the user of a SIP URI"
    parameters, proxy = options.value("contact_header_params"), options.value("outbound_proxy")
    if parameters and not is_header_parameters(parameters):
        yield "contact_header_params", "parameters of a header"
    if proxy and not is_route(proxy):
        yield "outbound_proxy", "a URI, as in a Route header"


def _reachable(uri: Uri, named: Transport | None, transports: Mapping[str, Transport]) -> bool:
    """Return whether a server can be reached; ``named`` is the section that ``transport`` names."""
    if named is not None and named.protocol in PROTOCOLS:
        return uri.protocol in REQUIRED
    return uri.protocol in PROTOCOLS and any(
        section.protocol == uri.protocol and section.family == uri.family for section in transports.values()
    )
