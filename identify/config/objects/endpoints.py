"""Objects that identification uses as they are: endpoints, and the objects around them.

It knows which of an object's options decide together whether it exists, and by which methods an endpoint may be found;
the other options are kept as text.

Facts

- The last line of an option counts; values that refuse an object by themselves are those of ``values/``.
- An endpoint is refused for half a range of RTP ports, for ``timers_sess_expires`` below ``timers_min_se``, for
  ``preferred_codec_only`` with an ``incoming_call_offer_pref`` other than ``local``, and for
  ``dtls_auto_generate_cert`` with a ``dtls_cert_file``.  No other pair of its options was found to refuse it.
- An endpoint stays if its aor, auth or transport doesn't exist.
- An auth needs a ``username``.  One of type ``google_oauth`` needs its three options, others need credentials for each
  algorithm.
- A resource list needs ``event`` and ``list_item``.

Judgements

- Of several lines of ``username`` only the last may not be empty, as with an identify's ``endpoint`` and a
  registration's URIs; such lines weren't tried.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial

import attrs

from identify.config.language.sections import BLANKS, Variable
from identify.config.objects.access import NamedLists
from identify.config.objects.candidates import Candidate, Options
from identify.config.objects.values.contacts import contacts
from identify.config.objects.values.credentials import without_credentials
from identify.config.problems import MAX_ITEMS_MADE, Budget, Problems
from identify.config.releases import Release
from identify.model import IDENTIFY_BY_DEFAULT, AccessList, AccessRules, Aor, Auth, DomainAlias, Endpoint
from identify.strings import ascii_lower, quoted

__all__ = [
    "NOTHING_TOGETHER",
    "Together",
    "build_access_list",
    "build_aor",
    "build_auth",
    "build_domain_alias",
    "build_endpoint",
    "build_other",
    "identify_methods",
    "together",
]

#: RTP needs a port above the system ports.
MIN_RTP_PORT = 1024
MAX_RTP_PORT = 65535
ACCESS_OPTIONS = ("permit", "deny", "acl", "contact_permit", "contact_deny", "contact_acl")
#: What must be set, by type.
NEEDED = {"resource_list": ("event", "list_item")}
#: What an auth of type ``google_oauth`` needs besides the username.
OAUTH = ("refresh_token", "oauth_clientid", "oauth_secret")
#: Options that must not leak into listings.
SECRETS = ("md5_cred", "oauth_secret", "password", "password_digest", "refresh_token")


@attrs.frozen(kw_only=True)
class Together:
    """What is to be said about several options of an object.

    ``refuses`` says whether there is something, and looks at the ``values`` in effect, and at those of ``present``
    only for whether they are empty.  A section with one of ``never`` isn't clean, whatever its value.
    """

    values: Sequence[str] = ()
    present: Sequence[str] = ()
    never: Sequence[str] = ()
    refuses: Callable[[Options], object] = attrs.field(default=lambda options: None)


#: Of types of which no rule is about several options.
NOTHING_TOGETHER = Together()


def together(release: Release) -> Mapping[str, Together]:
    """Return what is to be said about several options of an object, by type: what the functions below refuse."""
    return {
        "endpoint": Together(
            values=(
                *("rtp_port_start", "rtp_port_end", "timers_min_se", "timers_sess_expires"),
                *("preferred_codec_only", "incoming_call_offer_pref", "dtls_auto_generate_cert"),
            ),
            present=("dtls_cert_file",),
            never=ACCESS_OPTIONS,
            refuses=_conflict,
        ),
        "auth": Together(
            values=("auth_type", "supported_algorithms_uac", "supported_algorithms_uas"),
            present=("username", "password", "md5_cred", *OAUTH),
            # Each line counts, and its algorithm.
            never=("password_digest",),
            refuses=lambda options: _incomplete_auth(options, release),
        ),
        "domain_alias": Together(present=("domain",), refuses=lambda options: not options.value("domain")),
        **{type: Together(present=names, refuses=partial(_missing, names)) for type, names in NEEDED.items()},
    }


def build_endpoint(
    candidate: Candidate, options: Options, named: NamedLists | None, budget: Budget, problems: Problems
) -> Endpoint | None:
    """Return the endpoint, None if Asterisk refuses it; ``named`` may be None for one without access options."""
    if not _affordable(candidate, options, ACCESS_OPTIONS, budget, problems):
        return None
    conflict = _conflict(options)
    if conflict is not None:
        message, *names = conflict
        lines = (options.line(name) for name in names)
        _refuse(candidate, next((line for line in lines if line is not None), None), message, problems)
        return None
    line = options.line("identify_by")
    source, contact = _access(candidate, options, named)
    return Endpoint(
        id=candidate.id,
        identify_by=identify_methods(line.value if line is not None else None),
        source_access=source,
        contact_access=contact,
        options=options.values(),
        origin=candidate.origin,
    )


def identify_methods(value: str | None) -> tuple[str, ...]:
    """Return the methods of a value of ``identify_by``, which is None if there is none."""
    if value is None:
        return IDENTIFY_BY_DEFAULT
    items = (ascii_lower(item.strip(BLANKS)) for item in value.split(","))
    return tuple(dict.fromkeys(item for item in items if item))


def build_aor(candidate: Candidate, options: Options, budget: Budget, problems: Problems) -> Aor | None:
    """Return the address of record, None if it has too many contacts."""
    if not _affordable(candidate, options, ("contact",), budget, problems):
        return None
    return Aor(
        id=candidate.id,
        contacts=tuple(contact for line in options.lines("contact") for contact in contacts(line.value)),
        options=options.values(),
        origin=candidate.origin,
    )


def build_auth(candidate: Candidate, options: Options, release: Release, problems: Problems) -> Auth | None:
    """Return the names of the credentials, without the secrets; None if Asterisk refuses the object."""
    reason = _incomplete_auth(options, release)
    # What a refused line leaves out isn't missing.
    if reason and not options.refused:
        _refuse(candidate, options.line("auth_type"), reason, problems)
        return None
    return Auth(
        id=candidate.id,
        auth_type=_auth_type(options),
        username=options.value("username"),
        realm=options.value("realm"),
        options=options.values(without=SECRETS),
        origin=candidate.origin,
    )


def build_other(candidate: Candidate, options: Options, _: Budget, problems: Problems) -> Candidate | None:
    """Return the section of a type that has no part in identification, None if Asterisk refuses it."""
    missing = _missing(NEEDED.get(candidate.type, ()), options)
    if missing and not options.refused:
        _refuse(candidate, None, f"{' and '.join(missing)} must be set", problems)
        return None
    return candidate


def build_domain_alias(
    candidate: Candidate, options: Options, _: Budget, problems: Problems
) -> DomainAlias | None:
    """Return the alias, None if it has no domain."""
    domain = options.value("domain")
    if not domain:
        _refuse(candidate, None, "the domain is missing", problems)
        return None
    return DomainAlias(id=candidate.id, domain=domain, origin=candidate.origin)


def build_access_list(
    candidate: Candidate, options: Options, named: NamedLists, budget: Budget, problems: Problems
) -> AccessList | None:
    """Return the access list, None if it is too long; one without any rule allows everything."""
    if not _affordable(candidate, options, ACCESS_OPTIONS, budget, problems):
        return None
    source, contact = _access(candidate, options, named)
    return AccessList(
        id=candidate.id,
        source_access=source,
        contact_access=contact,
        options=options.values(),
        origin=candidate.origin,
    )


def _access(
    candidate: Candidate, options: Options, named: NamedLists | None
) -> tuple[tuple[AccessRules, ...], tuple[AccessRules, ...]]:
    """Return the lists for the source and for Contacts; none for a refused object."""
    if named is None or options.refused or not any(options.lines(name) for name in ACCESS_OPTIONS):
        return (), ()
    source = named.access(candidate.variables, "", described=candidate.described, id=candidate.id)
    contact = named.access(candidate.variables, "contact_", described=candidate.described, id=candidate.id)
    return source, contact


def _affordable(
    candidate: Candidate, options: Options, names: Iterable[str], budget: Budget, problems: Problems
) -> bool:
    """Return whether the items of these options may be made, and report the object if not."""
    lines = [line for name in names for line in options.lines(name)]
    if not lines or budget.spend(sum(1 + line.value.count(",") for line in lines)):
        return True
    problems.add(
        "limit-exceeded",
        lines[-1].file,
        lines[-1].line,
        f"more than {MAX_ITEMS_MADE} items in the configuration",
        section=candidate.id,
        lost=candidate.described,
    )
    return False


def _conflict(options: Options) -> tuple[str, ...] | None:
    """Return why options of an endpoint exclude each other, and their names; None if they don't."""
    start, end = options.number("rtp_port_start", 0), options.number("rtp_port_end", 0)
    if (start or end) and not MIN_RTP_PORT <= start < end <= MAX_RTP_PORT:
        allowed = f"{MIN_RTP_PORT} to {MAX_RTP_PORT}"
        message = f"rtp_port_start {start} and rtp_port_end {end} are not a valid range within {allowed}"
        return message, "rtp_port_start", "rtp_port_end"
    least, expires = options.number("timers_min_se", 90), options.number("timers_sess_expires", 1800)
    if expires < least:
        message = f"timers_sess_expires {expires} is less than timers_min_se {least}"
        return message, "timers_sess_expires", "timers_min_se"
    preference = options.value("incoming_call_offer_pref", "local")
    if options.true("preferred_codec_only") and preference != "local":
        message = (
            f"preferred_codec_only is yes, but incoming_call_offer_pref is {quoted(preference)}, not 'local'"
        )
        return message, "preferred_codec_only"
    certificate = options.value("dtls_cert_file")
    if options.true("dtls_auto_generate_cert") and certificate:
        message = f"dtls_auto_generate_cert is yes, but dtls_cert_file is {quoted(certificate)}"
        return message, "dtls_auto_generate_cert"
    return None


def _auth_type(options: Options) -> str:
    return ascii_lower(options.value("auth_type", "userpass"))


def _incomplete_auth(options: Options, release: Release) -> str:
    """Return what an auth lacks, nothing if it is complete."""
    auth_type = _auth_type(options)
    if not options.value("username"):
        return "the username is missing"
    if auth_type == "google_oauth":
        missing = _missing(OAUTH, options)
        return f"auth_type is google_oauth, but {' and '.join(missing)} must be set" if missing else ""
    if not release.has_digest:
        # Nobody looks for a password there, and where it isn't known whether anybody does, it may be missing.
        without = auth_type == "md5" and release.has_digest is False and not options.value("md5_cred")
        return "auth_type is md5, but md5_cred is missing" if without else ""
    lacking = without_credentials(
        [options.value("supported_algorithms_uac"), options.value("supported_algorithms_uas")],
        password=options.value("password"),
        md5_cred=options.value("md5_cred"),
        digests=[line.value for line in options.lines("password_digest")],
    )
    if not lacking:
        return ""
    others = " or md5_cred" if "md5" in map(ascii_lower, lacking) else ""
    return f"there is no password, and no password_digest{others} for {' and '.join(lacking)}"


def _missing(names: Iterable[str], options: Options) -> list[str]:
    """Return those of some options that have no value."""
    return [name for name in names if not options.value(name)]


def _refuse(candidate: Candidate, line: Variable | None, message: str, problems: Problems) -> None:
    file, number = (candidate.file, candidate.line) if line is None else (line.file, line.line)
    problems.add("option-combination", file, number, message, section=candidate.id, lost=candidate.described)
