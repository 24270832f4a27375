"""Options and types that a section can't have: which option was meant, whose option it is, or what replaces it.

Facts

Options of ``sip.conf`` (chan_sip) aren't options of ``pjsip.conf``; Asterisk's page on migrating says which replaces
which.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache

from identify.config.hints.characters import any_odd
from identify.config.hints.nearest import Names
from identify.strings import ascii_lower, quoted

__all__ = ["option_hint", "type_hint"]

#: Longer names aren't looked at.
LONGEST = 64
#: Types of which an option is said to be.
SHOWN_TYPES = 3

#: What replaces options of chan_sip, by their names in lower case.
_CHAN_SIP = {
    "allowguest": "an endpoint named anonymous",
    "callbackextension": "contact_user in type=registration",
    "canreinvite": "direct_media in type=endpoint",
    "defaultuser": "username in type=auth",
    "externaddr": "external_signaling_address in type=transport",
    "externip": "external_signaling_address in type=transport",
    "host": "match in type=identify, and contact in type=aor",
    "insecure": "match in type=identify, and no auth in type=endpoint",
    "localnet": "local_net in type=transport",
    "md5secret": "md5_cred in type=auth",
    "nat": "force_rport, rewrite_contact and rtp_symmetric in type=endpoint",
    "peer": "type=endpoint and type=aor",
    "port": "match=address:port in type=identify, and contact in type=aor",
    "qualify": "qualify_frequency in type=aor",
    "register": "type=registration",
    "remotesecret": "password in a type=auth that outbound_auth names",
    "secret": "password in type=auth",
    "sendrpid": "send_rpid in type=endpoint",
    "trustrpid": "trust_id_inbound in type=endpoint",
    "udpbindaddr": "bind in type=transport",
    "bindaddr": "bind in type=transport",
    "bindport": "bind in type=transport",
}
_CHAN_SIP_TYPES = ("friend", "peer", "user")


def option_hint(type: str, name: str, known: Mapping[str, Mapping[str, object]], similar: str) -> str:
    """Return which option was meant by one that a type doesn't have, with its punctuation; "" if that isn't clear.

    ``known`` are the options of all types by their lower-case names, ``similar`` is one of this type that is called
    nearly so.
    """
    if len(name) > LONGEST:
        return ""
    lower = ascii_lower(name)
    owners = [other for other, options in known.items() if lower in options and other != type]
    odd = any_odd(name)
    if similar and (not owners or _bare(similar) == _bare(lower)):
        return f" (did you mean {quoted(similar)}?" + (f" The name {odd})" if odd else ")")
    if owners:
        more = " and others" if len(owners) > SHOWN_TYPES else ""
        listed = ", ".join(f"type={owner}" for owner in _first(owners))
        return f" (it is an option of {listed}{more})"
    if lower in _CHAN_SIP:
        return f" (an option of chan_sip; for PJSIP write {_CHAN_SIP[lower]})"
    return f" (the name {odd})" if odd else ""


def type_hint(value: str, known: Iterable[str]) -> str:
    """Return which type was meant by one that doesn't exist, with its punctuation; "" if that isn't clear."""
    if len(value) > LONGEST:
        return ""
    parts = [part.strip() for part in value.replace(";", ",").replace("|", ",").split(",")]
    if len(parts) > 1 and all(part in known for part in parts):
        return " (a section has one type: write a section of the same name for each)"
    if ascii_lower(value) in _CHAN_SIP_TYPES:
        return " (a type of chan_sip; PJSIP has type=endpoint, type=aor, type=auth and type=identify instead)"
    odd = any_odd(value)
    if meant := _names(tuple(known)).near(value):
        return f" (did you mean {quoted(meant)}?" + (f" The type {odd})" if odd else ")")
    return f" (it {odd})" if odd else ""


@lru_cache(maxsize=64)
def _names(names: tuple[str, ...]) -> Names:
    return Names(names)


def _first(owners: list[str]) -> list[str]:
    """Return the types to name, those of identification first."""
    usual = ("endpoint", "identify", "aor", "auth", "registration", "transport", "global")
    return sorted(owners, key=lambda owner: usual.index(owner) if owner in usual else len(usual))[
        :SHOWN_TYPES
    ]


def _bare(name: str) -> str:
    return name.replace("-", "").replace("_", "").replace(" ", "").rstrip("s")
