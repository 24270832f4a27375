"""Access lists, rule by rule: which of them deny a request, and by which rule.

Lists of ``type=acl`` are asked before identification, those of an endpoint after it; whose they are doesn't
matter here.

Facts

Observed on a running Asterisk.

- The last rule of a list that covers an address decides; an address that no rule covers is allowed.  Rules for IPv4
  don't cover IPv6 addresses, and vice versa.
- A list that doesn't exist denies every address.
- All lists of all objects must allow the source, and the host of every Contact, for every method.  The port of a
  Contact doesn't matter; an asterisk and a Contact without a host pass.
- The host names of Contacts are resolved, ``localhost`` as 127.0.0.1.

Judgements

- Of several lists that deny, Asterisk names one in its log.  Which one wasn't observed; here it is the first in the
  order of the objects' ids, the source's lists before those for Contacts.
- A host name other than ``localhost`` may have any address, or none, with which it passes.

Twin: ``is_refused`` in ``_ext/replay/_access.pyx``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from identify._compiled._addresses import parse_address
from identify.addresses import format_address
from identify.explanation.around.refusals import Refusal, Screened
from identify.model import BASELINE, AccessList, AccessRule, AccessRules, Endpoint, Unknown
from identify.strings import ascii_lower, shown

if TYPE_CHECKING:
    from identify._compiled._request import Request

__all__ = ["CONTACT_NAMES", "may_deny", "screen"]

#: What an answer depends on if a Contact has a host name whose address a list would test.
CONTACT_NAMES = Unknown(
    kind="contact-names",
    what="the addresses of host names in Contacts, which access lists test",
    reason="Asterisk asks for them when the request arrives; names in requests aren't looked up here",
    settles="a request whose Contact has the address in the place of the name",
)

#: Different masks of permits that are compared with a deny; beyond it a list counts as one that may deny.
MOST_MASKS = 1_000

LOCALHOST = (4, 0x7F000001)

#: A source or the host of a Contact: its text, whose it is, and its family and number, None if it is a name.
Tested = tuple[str, bool, "tuple[int, int] | None"]


def screen(
    objects: Iterable[AccessList | Endpoint], request: Request, *, contacts_unknown: Unknown | None = None
) -> Screened:
    """Return what the lists of some objects make of a request; its Contacts aren't known if that is an unknown."""
    refusals: list[Refusal] = []
    unknowns: dict[str, Unknown] = {}
    source: Tested = (request.source, False, request.source_address)
    contacts: Sequence[Tested] | None = None
    for each in objects:
        if contacts_unknown is not None:
            contacts = ()
            if any(rules.unknown is not None or may_deny(rules) for rules in each.contact_access):
                unknowns.setdefault(contacts_unknown.kind, contacts_unknown)
        elif each.contact_access and contacts is None:
            contacts = _contacts(request)
        pairs = ((each.source_access, (source,)), (each.contact_access, contacts or ()))
        for lists, tested in pairs:
            for rules in lists:
                _ask(each, rules, tested, refusals, unknowns)
    return Screened(refusals=tuple(refusals), unknowns=tuple(unknowns.values()))


def may_deny(rules: AccessRules) -> bool:
    """Return whether a list may deny any address.

    Of a list that never does, because several permits together cover each deny, it may be said too.
    """
    if not rules.defined:
        return True
    later: dict[tuple[int, int], set[int]] = {}
    for rule in reversed(rules.rules):
        if rule.permit:
            later.setdefault((rule.family, rule.mask), set()).add(rule.address)
        elif len(later) > MOST_MASKS or not any(
            family == rule.family and rule.mask & mask == mask and rule.address & mask in permitted
            for (family, mask), permitted in later.items()
        ):
            return True
    return False


def _ask(
    each: AccessList | Endpoint,
    rules: AccessRules,
    tested: Sequence[Tested],
    refusals: list[Refusal],
    unknowns: dict[str, Unknown],
) -> None:
    """Ask one list about every address; the first one that it denies is noted."""
    if rules.unknown is not None:
        if tested:
            unknowns.setdefault(rules.unknown.kind, rules.unknown)
        return
    if any(contact and address is None for _, contact, address in tested) and may_deny(rules):
        unknowns.setdefault(CONTACT_NAMES.kind, CONTACT_NAMES)
    known = [(text, contact, address) for text, contact, address in tested if address is not None]
    deciding = _deciding(rules, [address for _, _, address in known]) if rules.defined else None
    for number, (text, contact, address) in enumerate(known):
        rule = deciding[number] if deciding is not None else None
        if deciding is None or (rule is not None and not rule.permit):
            refusals.append(_refusal(each, rules, (text, contact, address), rule))
            return


def _deciding(rules: AccessRules, addresses: Iterable[tuple[int, int]]) -> list[AccessRule | None]:
    """Return the last rule that covers each address, None if none does."""
    last: dict[tuple[int, int], dict[int, int]] = {}
    for number, rule in enumerate(rules.rules):
        last.setdefault((rule.family, rule.mask), {})[rule.address] = number
    found: list[AccessRule | None] = []
    for family, address in addresses:
        covering = [
            numbers[address & mask]
            for (of, mask), numbers in last.items()
            if of == family and address & mask in numbers
        ]
        found.append(rules.rules[max(covering)] if covering else None)
    return found


def _contacts(request: Request) -> list[Tested]:
    """Return the hosts of all Contacts."""
    found: list[Tested] = []
    for uri in request.contact_uris:
        if uri.host:
            local = ascii_lower(uri.host) == "localhost"
            found.append((uri.host, True, LOCALHOST if local else parse_address(uri.host)))
    return found


def _refusal(
    each: AccessList | Endpoint,
    rules: AccessRules,
    tested: tuple[str, bool, tuple[int, int]],
    decides: AccessRule | None,
) -> Refusal:
    text, contact, address = tested
    rule = ""
    if decides is not None:
        # An item with "!" has the other sense than its line.
        permits = decides.permit != decides.text.startswith("!")
        prefix = "contact_" if contact and rules.name == BASELINE else ""
        rule = f"{prefix}{'permit' if permits else 'deny'} {shown(decides.text)}"
    return Refusal(
        type="acl" if isinstance(each, AccessList) else "endpoint",
        id=each.id,
        origin=each.origin,
        list=rules.name,
        address=text,
        printed=format_address(*address),
        contact=contact,
        rule=rule,
        place=decides.origin if decides is not None else rules.origin,
    )
