"""What the replay needs from a configuration besides the engine: access lists, auths, the counting of events.

It turns objects of the model into numbers and address indexes; it sees no message.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from identify._compiled._addresses import AddressIndex
from identify._compiled._doubt import Doubts
from identify._compiled._replay import Replay
from identify.config.objects.schema import is_true
from identify.configuration import Configuration
from identify.engine import Engine
from identify.explanation.around.access import CONTACT_NAMES, may_deny
from identify.model import AccessRules, Endpoint, Unknown

__all__ = ["REMEMBERED", "counts_unidentified", "make_replay"]

SECOND = 10**9
#: Dialogs, transactions and counted sources that are remembered: of each sort at least this many and at most twice as
#: many, which takes at most 256 MiB.
REMEMBERED = 2**19
#: Bits of ``AuthFlags`` in ``_ext/replay/_stages.pxd``.
HAS_AUTH = 1
OPTIONS_WITHOUT_AUTH = 2

#: What the replay needs of lists: indexes of what they deny of sources and of Contacts, None if nothing; the numbers of
#: what isn't known of the former and of the latter, and of the addresses of names in Contacts, -1 for nothing.
Lists = tuple["AddressIndex | None", "AddressIndex | None", int, int, int]
#: A rule as the address index takes it: negated, family, address, mask, port.
Item = tuple[bool, int, int, int, int]


def make_replay(
    configuration: Configuration,
    engine: Engine,
    *,
    doubts: Doubts | None = None,
    unknowns: Sequence[Unknown] = (),
    assume_dialogs: bool = False,
    remembered: int = REMEMBERED,
) -> Replay:
    """Return a replay of an Asterisk with this configuration.

    ``doubts`` are what isn't known of it, ``unknowns`` the same with their numbers, among them what access lists depend
    on.
    """
    acls = configuration.acls.values()
    everybody = _lists(
        [rules for acl in acls for rules in acl.source_access],
        [rules for acl in acls for rules in acl.contact_access],
        unknowns,
    )
    accesses, access_of = _endpoint_accesses(configuration, engine, unknowns)
    global_ = configuration.settings
    return Replay(
        engine,
        {
            "everybody": everybody,
            "accesses": accesses,
            "access_of": access_of,
            "auth_flags_of": [
                _auth_flags(configuration.endpoints[match.endpoint]) for match in engine.matches
            ],
            "counting": counts_unidentified(configuration),
            "least_count": min(global_.unidentified_request_count, 2**32 - 1),
            "period": global_.unidentified_request_period * SECOND,
            "prune_interval": global_.unidentified_request_prune_interval * SECOND,
            "assume_dialogs": assume_dialogs,
            "remembered": remembered,
            "doubts": doubts,
        },
    )


def counts_unidentified(configuration: Configuration) -> bool:
    """Whether unidentified requests are counted before they are reported.

    They are where the option lists ``auth_username``; blanks around it don't matter here, its case does.
    """
    order = configuration.settings.endpoint_identifier_order.split(",")
    return "auth_username" in (name.strip(" \t") for name in order)


def _index(lists: Iterable[AccessRules]) -> AddressIndex | None:
    """Return an index that finds what any of the lists denies; None where nothing can be denied.

    A list is to the index what an identify's ``match`` is, with the opposite sense: of ``deny``, ``permit`` of
    something narrower, the last item that covers an address decides, and what only a permit covers isn't found.
    """
    items = [listed for rules in lists if (listed := _items(rules))]
    return AddressIndex.from_rules(items) if items else None


def _items(rules: AccessRules) -> list[Item]:
    if not rules.defined:
        return [(False, 4, 0, 0, 0), (False, 6, 0, 0, 0)]
    return [(rule.permit, rule.family, rule.address, rule.mask, 0) for rule in rules.rules]


def _lists(
    source: Sequence[AccessRules], contact: Sequence[AccessRules], unknowns: Sequence[Unknown]
) -> Lists:
    def number(lists: Sequence[AccessRules]) -> int:
        return next((unknowns.index(rules.unknown) for rules in lists if rules.unknown is not None), -1)

    denying = [rules for rules in contact if rules.unknown is None and may_deny(rules)]
    names = unknowns.index(CONTACT_NAMES) if denying else -1
    return _index(source), _index(denying), number(source), number(contact), names


def _endpoint_accesses(
    configuration: Configuration, engine: Engine, unknowns: Sequence[Unknown]
) -> tuple[list[Lists], list[int]]:
    """Return the distinct lists that endpoints have, and which of them each answer has, -1 for none."""
    found: list[Lists] = []
    numbers: dict[object, int] = {}
    of: list[int] = []
    for match in engine.matches:
        endpoint = configuration.endpoints[match.endpoint]
        if not (endpoint.source_access or endpoint.contact_access):
            of.append(-1)
            continue
        key = (_key(endpoint.source_access), _key(endpoint.contact_access))
        if key not in numbers:
            numbers[key] = len(found)
            found.append(_lists(endpoint.source_access, endpoint.contact_access, unknowns))
        of.append(numbers[key])
    return found, of


def _key(lists: Sequence[AccessRules]) -> object:
    """Return a key that is equal for lists with the same rules, wherever their lines are."""
    return tuple((tuple(_items(rules)), rules.unknown) for rules in lists)


def _auth_flags(endpoint: Endpoint) -> int:
    if not endpoint.options.get("auth", ""):
        return 0
    without = is_true(endpoint.options.get("allow_unauthenticated_options", "no"))
    return HAS_AUTH | (OPTIONS_WITHOUT_AUTH if without else 0)
