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
from identify.model import AccessRules, Endpoint

__all__ = ["REMEMBERED", "counts_unidentified", "make_replay"]

SECOND = 10**9
#: Dialogs, transactions and counted sources that are remembered: of each sort at least this many and at most twice as
#: many, which takes at most 256 MiB.
REMEMBERED = 2**19
#: Bits of ``AuthFlags`` in ``_ext/replay/_stages.pxd``.
HAS_AUTH = 1
OPTIONS_WITHOUT_AUTH = 2

#: Lists for a source and for Contacts; None denies nobody.
Pair = tuple["AddressIndex | None", "AddressIndex | None"]
#: A rule as the address index takes it: negated, family, address, mask, port.
Item = tuple[bool, int, int, int, int]


def make_replay(
    configuration: Configuration,
    engine: Engine,
    *,
    doubts: Doubts | None = None,
    assume_dialogs: bool = False,
    remembered: int = REMEMBERED,
) -> Replay:
    """Return a replay of an Asterisk with this configuration; ``doubts`` are what isn't known of it."""
    acls = configuration.acls.values()
    everybody = (
        _index(rules for acl in acls for rules in acl.source_access),
        _index(rules for acl in acls for rules in acl.contact_access),
    )
    accesses, access_of = _endpoint_accesses(configuration, engine)
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


def _endpoint_accesses(configuration: Configuration, engine: Engine) -> tuple[list[Pair], list[int]]:
    """Return the distinct pairs of lists that endpoints have, and which of them each answer has, -1 for none."""
    pairs: list[Pair] = []
    numbers: dict[object, int] = {}
    of: list[int] = []
    for match in engine.matches:
        endpoint = configuration.endpoints[match.endpoint]
        if not (endpoint.source_access or endpoint.contact_access):
            of.append(-1)
            continue
        key = (_key(endpoint.source_access), _key(endpoint.contact_access))
        if key not in numbers:
            numbers[key] = len(pairs)
            pairs.append((_index(endpoint.source_access), _index(endpoint.contact_access)))
        of.append(numbers[key])
    return pairs, of


def _key(lists: Sequence[AccessRules]) -> object:
    """Return a key that is equal for lists with the same rules, wherever their lines are."""
    return tuple(tuple(_items(rules)) for rules in lists)


def _auth_flags(endpoint: Endpoint) -> int:
    if not endpoint.options.get("auth", ""):
        return 0
    without = is_true(endpoint.options.get("allow_unauthenticated_options", "no"))
    return HAS_AUTH | (OPTIONS_WITHOUT_AUTH if without else 0)
