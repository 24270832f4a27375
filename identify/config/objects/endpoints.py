"""Objects that identification uses as they are: endpoints, and the objects around them.

It knows which of an endpoint's options decide whether it exists and by which methods it may be found;
the other options are kept as text.
"""

from __future__ import annotations

from identify.config.language.sections import BLANKS, Variable
from identify.config.objects.access import NamedLists
from identify.config.objects.candidates import Candidate, Options
from identify.config.problems import Problems
from identify.config.releases import Release
from identify.model import IDENTIFY_BY_DEFAULT, AccessList, AccessRules, Aor, Auth, DomainAlias, Endpoint
from identify.strings import ascii_lower

__all__ = ["build_access_list", "build_aor", "build_auth", "build_domain_alias", "build_endpoint"]

#: RTP needs a port above the system ports.
MIN_RTP_PORT = 1024
MAX_RTP_PORT = 65535
ACCESS_OPTIONS = ("permit", "deny", "acl", "contact_permit", "contact_deny", "contact_acl")
#: Options that must not leak into listings.
SECRETS = ("md5_cred", "oauth_secret", "password", "password_digest", "refresh_token")


def build_endpoint(
    candidate: Candidate, options: Options, named: NamedLists, problems: Problems
) -> Endpoint | None:
    """Return the endpoint, None if Asterisk refuses it.

    ``timers_sess_expires`` below ``timers_min_se`` and half a range of RTP ports are refused; both
    follow from single probes and RFC 4028, as pairs weren't tried.
    """
    start, end = options.number("rtp_port_start", 0), options.number("rtp_port_end", 0)
    if (start or end) and not MIN_RTP_PORT <= start < end <= MAX_RTP_PORT:
        allowed = f"{MIN_RTP_PORT} to {MAX_RTP_PORT}"
        message = f"rtp_port_start {start} and rtp_port_end {end} are not a valid range within {allowed}"
        _refuse(candidate, options.line("rtp_port_start") or options.line("rtp_port_end"), message, problems)
        return None
    least, expires = options.number("timers_min_se", 90), options.number("timers_sess_expires", 1800)
    if expires < least:
        message = f"timers_sess_expires {expires} is less than timers_min_se {least}"
        _refuse(
            candidate, options.line("timers_sess_expires") or options.line("timers_min_se"), message, problems
        )
        return None
    methods: tuple[str, ...] = IDENTIFY_BY_DEFAULT
    line = options.line("identify_by")
    if line is not None:
        items = (ascii_lower(item.strip(BLANKS)) for item in line.value.split(","))
        methods = tuple(dict.fromkeys(item for item in items if item))
    source, contact = _access(candidate, options, named)
    return Endpoint(
        id=candidate.id,
        identify_by=methods,
        source_access=source,
        contact_access=contact,
        options=options.values(),
        origin=candidate.origin,
    )


def build_aor(candidate: Candidate, options: Options) -> Aor:
    """Return the address of record."""
    contacts = (item.strip(BLANKS) for line in options.lines("contact") for item in line.value.split(","))
    return Aor(
        id=candidate.id,
        contacts=tuple(contact for contact in contacts if contact),
        options=options.values(),
        origin=candidate.origin,
    )


def build_auth(candidate: Candidate, options: Options, release: Release, problems: Problems) -> Auth | None:
    """Return the names of the credentials, without the secrets; None if Asterisk refuses the object."""
    md5 = ascii_lower(options.value("auth_type")) == "md5"
    if md5 and not options.value("md5_cred") and release.has_digest is False:
        _refuse(candidate, options.line("auth_type"), "auth_type is md5, but md5_cred is missing", problems)
        return None
    return Auth(
        id=candidate.id,
        auth_type=ascii_lower(options.value("auth_type", "userpass")),
        username=options.value("username"),
        realm=options.value("realm"),
        options=options.values(without=SECRETS),
        origin=candidate.origin,
    )


def build_domain_alias(candidate: Candidate, options: Options, problems: Problems) -> DomainAlias | None:
    """Return the alias, None if it has no domain."""
    domain = options.value("domain")
    if not domain:
        _refuse(candidate, None, "the domain is missing", problems)
        return None
    return DomainAlias(id=candidate.id, domain=domain, origin=candidate.origin)


def build_access_list(candidate: Candidate, options: Options, named: NamedLists) -> AccessList:
    """Return the access list; one without any rule allows everything."""
    source, contact = _access(candidate, options, named)
    return AccessList(
        id=candidate.id,
        source_access=source,
        contact_access=contact,
        options=options.values(),
        origin=candidate.origin,
    )


def _access(
    candidate: Candidate, options: Options, named: NamedLists
) -> tuple[tuple[AccessRules, ...], tuple[AccessRules, ...]]:
    """Return the lists for the source and for Contacts; none for a refused object."""
    if options.refused or not any(options.lines(name) for name in ACCESS_OPTIONS):
        return (), ()
    source = named.access(candidate.variables, "", described=candidate.described, id=candidate.id)
    contact = named.access(candidate.variables, "contact_", described=candidate.described, id=candidate.id)
    return source, contact


def _refuse(candidate: Candidate, line: Variable | None, message: str, problems: Problems) -> None:
    file, number = (candidate.file, candidate.line) if line is None else (line.file, line.line)
    problems.add("option-combination", file, number, message, section=candidate.id, lost=candidate.described)
