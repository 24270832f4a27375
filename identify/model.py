"""The contents of a configuration as immutable objects; no reading, no matching.

Text from configuration files is ``str``; bytes that aren't UTF-8 are kept as surrogate escapes
(PEP 383), so ``identify.strings.encoded`` returns the bytes of the file.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args

import attrs

from identify.addresses import host_port
from identify.identifiers import IdentifierName
from identify.strings import escaped, shown

__all__ = [
    "BASELINE",
    "TRANSPORTS",
    "IDENTIFY_BY_DEFAULT",
    "AccessList",
    "AccessRule",
    "AccessRules",
    "AddressRule",
    "Aor",
    "Auth",
    "DomainAlias",
    "Endpoint",
    "HeaderRule",
    "Identify",
    "Match",
    "Origin",
    "Problem",
    "Registration",
    "RequestUriRule",
    "Settings",
    "Severity",
    "TextPattern",
    "Transport",
    "TransportName",
    "Unknown",
    "UnresolvedName",
]

TransportName = Literal["udp", "tcp", "tls", "ws", "wss"]
Severity = Literal["error", "warning", "note"]

#: What a message can come over, by its code in columns and in compiled code; all but the first are streams.
TRANSPORTS: tuple[TransportName, ...] = get_args(TransportName)

#: Asterisk's name for the access list of an object's own lines.
BASELINE = "(BASELINE)"

#: Asterisk's default for an endpoint's ``identify_by``.
IDENTIFY_BY_DEFAULT = ("username", "ip")


@attrs.frozen
class Origin:
    """The place of a line of configuration.

    ``file`` is the name under which it was read, ``line`` counts from 1, ``template`` is the section
    through which an object inherited the line, None for a line of its own.
    """

    file: str
    line: int
    template: str | None = None

    def __str__(self) -> str:
        """Return ``file:line`` for people, with the template if there is one."""
        via = f" (from [{shown(self.template)}])" if self.template is not None else ""
        return f"{shown(self.file)}:{self.line}{via}"


@attrs.frozen(kw_only=True)
class Problem:
    """Something that Asterisk would log, refuse or silently ignore.

    ``code`` is stable and meant for programs; ``severity`` is "error" (something is lost), "warning"
    or "note".  ``lost`` names in words what Asterisk loses by it ("the identify 'a'", "the whole file"),
    empty if nothing.  ``line`` is 0 if no line is at fault.
    """

    code: str
    severity: Severity
    file: str
    line: int
    section: str | None
    message: str
    lost: str = ""

    def __str__(self) -> str:
        """Return one line for an operator."""
        lost = f" [lost: {escaped(self.lost)}]" if self.lost else ""
        place = f"{shown(self.file)}:{self.line}" if self.line else shown(self.file)
        return f"{place}: {self.severity}: {escaped(self.message)} ({self.code}){lost}"


@attrs.frozen(kw_only=True)
class AccessRule:
    """One item of a ``permit`` or ``deny`` line; ``permit`` says which, with ``!`` taken into account.

    Numbers are as in :class:`AddressRule`; there are no ports.
    """

    text: str
    permit: bool
    family: int
    address: int
    mask: int
    origin: Origin


@attrs.frozen(kw_only=True)
class AccessRules:
    """One list of rules: the last rule that covers an address decides; if none does, the address is allowed.

    ``name`` is its name in Asterisk's log: ``(BASELINE)`` for an object's own lines, else the name of the ACL.  An
    ACL that doesn't exist is not ``defined`` and denies everything; ``origin`` is then the line that names it.  A list
    that depends on something ``unknown`` may have any rules.
    """

    name: str
    rules: tuple[AccessRule, ...] = ()
    defined: bool = True
    origin: Origin | None = None
    unknown: Unknown | None = None


@attrs.frozen(kw_only=True)
class AddressRule:
    """One item of an identify's ``match``, in the order in which Asterisk checks them.

    ``family`` is 4 or 6; ``address`` and ``mask`` are integers of 32 or 128 bits, the address with its
    host bits cleared (``address & mask == address``).  The mask may be non-contiguous.  ``port`` 0
    means any source port.  IPv4-mapped IPv6 has been converted to IPv4.  ``host`` is the name that resolved
    to this address, None for a literal.
    """

    text: str
    negated: bool
    family: int
    address: int
    mask: int
    port: int
    origin: Origin
    host: str | None = None


@attrs.frozen(kw_only=True)
class TextPattern:
    """The pattern that ``match_header`` and ``match_request_uri`` compare a printed value with.

    ``text`` is the value as configured.  ``regex`` is the POSIX extended regular expression between
    the slashes, None if the value is a literal; ``literal`` is then compared byte by byte
    (``//`` is the empty literal), None for an expression.
    """

    text: str
    regex: str | None
    literal: str | None


@attrs.frozen(kw_only=True)
class HeaderRule:
    """``match_header = name: pattern``; the name is kept as configured, ``text`` is the whole value."""

    name: str
    pattern: TextPattern
    origin: Origin
    text: str = ""


@attrs.frozen(kw_only=True)
class RequestUriRule:
    """``match_request_uri = pattern``."""

    pattern: TextPattern
    origin: Origin


@attrs.frozen(kw_only=True)
class UnresolvedName:
    """A host name in ``match`` whose addresses aren't known.

    ``text`` is the item as written; ``port`` is the only source port from which its addresses would match, 0 for any;
    ``reason`` says why it isn't known ("names aren't looked up here").
    """

    text: str
    port: int
    reason: str
    origin: Origin


@attrs.frozen(kw_only=True)
class Identify:
    """An object of ``type=identify``: a request that satisfies any of its rules belongs to the endpoint.

    ``addresses`` is evaluated as one list whose last matching item decides.  The endpoint need not
    exist.  ``unresolved`` isn't empty only for an object of an :class:`Unknown`: Asterisk may have refused it, because
    a name has no address, or added addresses to it.
    """

    id: str
    endpoint: str
    addresses: tuple[AddressRule, ...] = ()
    header: HeaderRule | None = None
    request_uri: RequestUriRule | None = None
    srv_lookups: bool = True
    unresolved: tuple[UnresolvedName, ...] = ()
    origin: Origin


@attrs.frozen(kw_only=True)
class Unknown:
    """Something that a configuration has and whose content isn't known here.

    ``kind`` is

    - ``"names"``: ``identify`` has host names whose addresses aren't known, so it may cover any source or, if a name
      has no address, not exist; it is tried before the object at index ``place`` of
      ``Configuration.tried_identifies``; with ``instead_of`` it is a wizard's, perhaps without such names, and exists
      only if the unknown one with that id doesn't, which is pjsip.conf's or a later wizard's;
    - ``"line-token"``: the token of ``registration`` wasn't told;
    - ``"objects"``: there may be further objects of ``types``, with any content: they come from a database, or from an
      included file that is missing;
    - ``"access-lists"``: the named ACLs may have any rules, or not exist;
    - ``"contact-names"``: a Contact of the request has a host name, and an access list tests its address;
    - ``"request"``: the part of the request that ``types`` names wasn't given: it may have any content, or be absent.

    ``what`` names it for people, ``reason`` says why it isn't known, ``settles`` what would settle it, and ``origin``
    where it stands, None if no line says so.
    """

    kind: str
    what: str
    reason: str
    settles: str
    origin: Origin | None = None
    # Large, and told apart by what names it: hashing would take as long as comparing.
    identify: Identify | None = attrs.field(default=None, hash=False)
    place: int = 0
    instead_of: str = ""
    registration: str = ""
    types: frozenset[str] = frozenset()


@attrs.frozen(kw_only=True)
class Endpoint:
    """An object of ``type=endpoint``.

    ``identify_by`` has the names of identifiers in lower case.  ``options`` has every option of the section
    by lower-case name, with the values in effect (lists joined by commas).  ``source_access`` and
    ``contact_access`` are the lists that a request's source and its Contacts must all pass once it is identified.
    """

    id: str
    identify_by: tuple[str, ...] = IDENTIFY_BY_DEFAULT
    source_access: tuple[AccessRules, ...] = ()
    contact_access: tuple[AccessRules, ...] = ()
    options: Mapping[str, str] = attrs.field(factory=dict, eq=False)
    origin: Origin


@attrs.frozen(kw_only=True)
class Registration:
    """An object of ``type=registration``: ``line`` and ``endpoint`` are either both set or both unset."""

    id: str
    server_uri: str
    client_uri: str
    contact_user: str = ""
    contact_header_params: str = ""
    transport: str = ""
    line: bool = False
    endpoint: str = ""
    options: Mapping[str, str] = attrs.field(factory=dict, eq=False)
    origin: Origin


@attrs.frozen(kw_only=True)
class Transport:
    """An object of ``type=transport``.

    ``protocol`` is lower case (udp, tcp, tls, ws, wss, flow).  ``host`` is the bound address as text
    without brackets, ``port`` the bound port (0: any); ``family`` is 4 or 6.

    ``socket_id`` is the id under which Asterisk's table of sockets has it: its own, or that of a refused section whose
    leftovers it took over; None if it isn't in that table.
    """

    id: str
    protocol: str
    host: str
    port: int
    family: int
    domain: str = ""
    symmetric_transport: bool = False
    socket_id: str | None = attrs.field()
    options: Mapping[str, str] = attrs.field(factory=dict, eq=False)
    origin: Origin

    @socket_id.default
    def _own_id(self) -> str:
        return self.id

    @property
    def address(self) -> str:
        """The listening address as PJSIP names it: ``host:port``, IPv6 in brackets."""
        return host_port(self.host, self.port)


@attrs.frozen(kw_only=True)
class DomainAlias:
    """An object of ``type=domain_alias``: its id stands for ``domain``."""

    id: str
    domain: str
    origin: Origin


@attrs.frozen(kw_only=True)
class Settings:
    """The settings in ``[global]`` and ``[system]``, with Asterisk's defaults.

    ``options`` has every option of the two sections in effect, by lower-case name; ``user_agent_origin`` is the line
    that sets ``user_agent``, None if none does.
    """

    endpoint_identifier_order: str = "ip,username,anonymous"
    disable_multi_domain: bool = False
    ignore_uri_user_options: bool = False
    unidentified_request_count: int = 5
    unidentified_request_period: int = 5
    unidentified_request_prune_interval: int = 30
    default_realm: str = "asterisk"
    options: Mapping[str, str] = attrs.field(factory=dict, eq=False)
    origin: Origin | None = None
    user_agent_origin: Origin | None = None


@attrs.frozen
class Match:
    """The endpoint that a request belongs to.

    ``identifier`` is the method that found it ("ip", "username", ...); ``section`` is the id of the
    identify or registration that decided, None if no such section did (username,
    auth_username, anonymous).
    """

    endpoint: str
    identifier: IdentifierName
    section: str | None


@attrs.frozen(kw_only=True)
class Aor:
    """An object of ``type=aor``; identification doesn't use it."""

    id: str
    contacts: tuple[str, ...] = ()
    options: Mapping[str, str] = attrs.field(factory=dict, eq=False)
    origin: Origin


@attrs.frozen(kw_only=True)
class Auth:
    """An object of ``type=auth`` without its secrets; identification doesn't use it."""

    id: str
    auth_type: str = "userpass"
    username: str = ""
    realm: str = ""
    options: Mapping[str, str] = attrs.field(factory=dict, eq=False)
    origin: Origin


@attrs.frozen(kw_only=True)
class AccessList:
    """An object of ``type=acl``; it is applied before identification, which doesn't use it.

    A request's source must pass all lists of ``source_access``, each of its Contacts all of ``contact_access``.
    """

    id: str
    source_access: tuple[AccessRules, ...] = ()
    contact_access: tuple[AccessRules, ...] = ()
    options: Mapping[str, str] = attrs.field(factory=dict, eq=False)
    origin: Origin
