"""The identifier ``ip``: the source address and port against the ``match`` items of identify objects.

Facts

- An object's items are one list and the last item that covers the source decides: a positive item makes the
  object match, one with ``!`` doesn't.  ``10.0.0.0/8, !10.1.0.0/16, 10.1.2.0/24`` covers 10.1.2.3 and
  not 10.1.3.4.
- An item covers a source of its own family whose bits under the mask equal the item's; the mask may have
  holes.  A port other than 0 must equal the source port; an item with another port is ignored.
- Objects are asked in the order of their ids, or of a hash of these, as the release has it; the most specific network
  has no precedence.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter

from identify.config.hints.meanings import item_meaning, item_meant
from identify.config.lost import LostObject
from identify.config.tried import TriedIdentifies
from identify.explanation.listing import Finding, Outcome, first_object, further_reasons
from identify.explanation.places import named, place
from identify.explanation.question import Question
from identify.explanation.telling.lost import Meant, lost_lines, lost_texts, none_brief, none_has
from identify.explanation.telling.reasons import MATCH, NEAR, NO, UNKNOWN, Reason, Step
from identify.model import AddressRule, Identify
from identify.strings import SHOWN_VALUES, quoted, shown

__all__ = ["compare", "ip"]

#: What an object has that this identifier compares.
RULE = "match item"
#: A network is a near miss if it differs only in these low bits: a neighbour in the same /24 or /64.
NEAR_BITS = {4: 8, 6: 64}
#: The distance of an item of the other family, and of an object without a positive item.
OTHER_FAMILY, NOTHING = 129, 130


def ip(question: Question) -> Step:
    """Ask which identify's ``match`` covers the source.

    Twin: ``decide_ip`` in ``_ext/decision/_decide.pyx``.
    """
    request = question.request
    if request.source_address is None:
        text = f"the source {quoted(request.source)} is not a valid address, so no match item covers it"
        return Step("ip", None, None, (Reason(text),))

    meant = Meant(request.source)

    def rest(count: int) -> str:
        return f"{_others(count)} no match item that covers {request.source} from port {request.port}"

    endpoint, section, reasons = first_object(
        question,
        lambda identifies: compare(question, identifies),
        rest,
        RULE,
        lambda lost: _meant(meant, request.source, lost),
    )
    reasons = further_reasons(question, "identify", f"may cover {request.source}") + reasons
    lost = question.configuration.lost
    if endpoint is None:
        reasons = [*lost_lines(lost, meant.by), *lost_texts(lost), *reasons]
    if not reasons:
        reasons = [none_has(lost, RULE)]
    return Step("ip", endpoint, section, tuple(reasons), brief=none_brief(lost, RULE))


def compare(question: Question, identifies: TriedIdentifies) -> Iterable[Outcome]:
    """Compare the items of every object with the source, by their numbers."""
    found = _compare_items(question, identifies)
    return _with_names(question, identifies, found) if identifies.with_unresolved else found


def _compare_items(question: Question, identifies: TriedIdentifies) -> Iterator[Outcome]:
    """Compare the items of each object that has one, except for names whose addresses aren't known."""
    source, source_port = question.request.source_address, question.request.port
    if source is None:
        return
    words, near_bits = _Words(question), NEAR_BITS[source[0]]
    items = identifies.matches
    columns = zip(
        *(items.owners, items.families, items.addresses, items.masks, items.ports, items.negated), strict=True
    )
    with_meaning = frozenset(identifies.with_meaning)
    for number, of_object in groupby(columns, key=itemgetter(0)):
        # Whether the last item that covers the source is positive, whether any is, and the nearest positive item.
        last, included, nearest = None, False, NOTHING
        for _, family, address, mask, port, negated in of_object:
            bits = _differing_bits(source, family, address, mask)
            if bits == 0 and port in (0, source_port):
                last = not negated
                included = included or last
            if bits < nearest and not negated:
                nearest = bits
        if last:
            yield number, MATCH, 0, words.matched
        elif included:
            yield number, NEAR, 0, words.taken_out
        elif nearest == 0 and last is None:
            yield number, NEAR, 0, words.wrong_port
        elif nearest == NOTHING:
            yield number, NO, 0, words.only_exclusions
        elif last is not None:
            yield number, NO, 0, words.excluded
        elif number in with_meaning and words.misunderstood(identifies[number]) is not None:
            yield number, NEAR, 0, words.other_meaning
        elif nearest <= near_bits:
            yield number, NEAR, nearest, words.near
        else:
            yield number, NO, nearest, words.far


def _with_names(
    question: Question, identifies: TriedIdentifies, found: Iterable[Outcome]
) -> Iterator[Outcome]:
    """Add what names whose addresses aren't known may cover.

    Their addresses come after the literals and are positive: they can add the source, never take it out.
    """
    if question.request.source_address is None:
        return
    port, words = question.request.port, _Words(question)
    outcomes = {outcome[0]: outcome for outcome in found}
    named = {number: identifies[number].unresolved for number in identifies.with_unresolved}
    for number in sorted({*outcomes, *named}):
        outcome = outcomes.get(number)
        matches = outcome is not None and outcome[1] == MATCH
        if not matches and any(name.port in (0, port) for name in named.get(number, ())):
            yield number, UNKNOWN, 0, words.may_cover
        elif outcome is None:
            yield number, NEAR, 0, words.other_ports
        else:
            yield outcome


def _differing_bits(source: tuple[int, int], family: int, address: int, mask: int) -> int:
    """Return how many low bits contain all differences, 0 if an item covers the source's address.

    10.1.2.3 and 10.1.3.0/24 differ in bit 8, hence 9.  For an item of the other family that is one more than an address
    has.
    """
    return ((source[1] & mask) ^ address).bit_length() if source[0] == family else OTHER_FAMILY


class _Words:
    """What is said of one object, by the outcome of comparing it."""

    def __init__(self, question: Question) -> None:
        self._source = question.request.source
        self._address = question.request.source_address or (0, 0)
        self._port = question.request.port

    def matched(self, identify: Identify) -> Finding:
        """Describe a match, with the exclusion before the deciding item if there is one."""
        covering = self._covering(identify)
        excluded = [rule for rule in covering if rule.negated]
        overridden = f", which comes after {_item(excluded[-1])} and overrides it" if excluded else ""
        rest = f"{self._source} with {_item(covering[-1])}{overridden}"
        return Finding(
            verdict=MATCH,
            text=f"{_name(identify)} covers {rest}",
            would=f"{_name(identify)} would cover {rest}",
            origin=covering[-1].origin,
        )

    def taken_out(self, identify: Identify) -> Finding:
        """Describe an object whose last covering item is an exclusion."""
        covering = self._covering(identify)
        included = [rule for rule in covering if not rule.negated]
        covers = f"{_name(identify)} covers {self._source} with {_item(included[-1])}"
        text = f"{covers}, but its later item {_item(covering[-1])} excludes it"
        return Finding(verdict=NEAR, text=text, origin=covering[-1].origin)

    def wrong_port(self, identify: Identify) -> Finding:
        """Describe an object that covers the address, but from other ports."""
        rules = [rule for rule in _positive(identify) if self._differs(rule) == 0]
        ports = sorted({rule.port for rule in rules})
        wanted = ", ".join(map(str, ports[:SHOWN_VALUES])) + (", ..." if len(ports) > SHOWN_VALUES else "")
        return Finding(
            verdict=NEAR,
            text=(
                f"{_name(identify)} covers {self._source} with {_item(rules[-1])}, but only from port {wanted}: "
                f"the request came from {self._port}"
            ),
            origin=rules[-1].origin,
            advice="an item without a port covers every port",
        )

    def only_exclusions(self, identify: Identify) -> Finding:
        """Describe an object without a positive item."""
        text = f"{_name(identify)} has only exclusions ({_items(identify.addresses)}), so it covers nothing"
        return Finding(verdict=NO, text=text, origin=identify.origin)

    def excluded(self, identify: Identify) -> Finding:
        """Describe an object that only excludes the source."""
        last = self._covering(identify)[-1]
        text = f"{_name(identify)} excludes {self._source} with {_item(last)}"
        return Finding(verdict=NO, text=text, origin=last.origin)

    def other_meaning(self, identify: Identify) -> Finding:
        """Describe an object with an item that would cover the source if it meant what it seems to."""
        other = self.misunderstood(identify) or identify.addresses[0]
        return Finding(
            verdict=NEAR,
            text=(
                f"{_name(identify)} doesn't cover {self._source}: its item {_item(other)} "
                f"{item_meaning(other.text)}, which would cover it"
            ),
            origin=other.origin,
        )

    def near(self, identify: Identify) -> Finding:
        """Describe an object with a network that is close to the source."""
        nearest = min(_positive(identify), key=self._differs)
        return Finding(
            verdict=NEAR,
            text=f"{_name(identify)} doesn't cover {self._source}; its nearest item is {_item(nearest)}",
            origin=nearest.origin,
            distance=self._differs(nearest),
            advice=f"match = {self._source} would cover it, if it is the same peer",
        )

    def far(self, identify: Identify) -> Finding:
        """Describe an object that has nothing to do with the source."""
        return Finding(
            verdict=NO,
            text=f"{_name(identify)} doesn't cover {self._source}: {_items(identify.addresses)}",
            origin=identify.origin,
            distance=min(map(self._differs, _positive(identify))),
        )

    def may_cover(self, identify: Identify) -> Finding:
        """Describe an object with a name whose addresses, which aren't known, may have the source among them."""
        names = [name for name in identify.unresolved if name.port in (0, self._port)]
        items = "match item" if len(names) == 1 else "match items"
        listed = ", ".join(shown(name.text) for name in names[:SHOWN_VALUES])
        listed += ", ..." if len(names) > SHOWN_VALUES else ""
        text = f"{_name(identify)} has {items} {listed}, whose addresses aren't known here, so it may cover "
        return Finding(verdict=UNKNOWN, text=f"{text}{self._source}", origin=names[0].origin)

    def other_ports(self, identify: Identify) -> Finding:
        """Describe an object that has only names, each with another port than the source."""
        name = identify.unresolved[0]
        return Finding(
            verdict=NEAR,
            text=(
                f"{_name(identify)} has match item {shown(name.text)}, whose addresses aren't known here, "
                f"but it covers them only from port {name.port}: the request came from {self._port}"
            ),
            origin=name.origin,
        )

    def misunderstood(self, identify: Identify) -> AddressRule | None:
        """Return the first item that would cover the source if it meant what it seems to, None if there is none."""
        return next((rule for rule in _positive(identify) if self._was_meant(rule)), None)

    def _was_meant(self, rule: AddressRule) -> bool:
        meant = item_meant(rule.text) if rule.host is None else None
        return (
            meant is not None
            and meant.port in (0, self._port)
            and _differing_bits(self._address, meant.family, meant.value, meant.mask) == 0
            and bool(item_meaning(rule.text))
        )

    def _covering(self, identify: Identify) -> list[AddressRule]:
        """Return the items that cover the source, address and port."""
        return [
            rule for rule in identify.addresses if self._differs(rule) == 0 and rule.port in (0, self._port)
        ]

    def _differs(self, rule: AddressRule) -> int:
        return _differing_bits(self._address, rule.family, rule.address, rule.mask)


def _meant(meant: Meant, source: str, lost: LostObject) -> Finding | None:
    """Find an item of a lost object that isn't valid, or is taken for a name, and was meant for the source."""
    identify = lost.identify
    if identify is None or not (lost.faults or identify.unresolved):
        return None
    items = [*lost.faults, *(name.text for name in identify.unresolved)]
    item = next((item for item in items if meant.by(item)), None)
    if item is None:
        return None
    text = f"{_name(identify)} means {source} with {quoted(item)}"
    return Finding(verdict=MATCH, text=text, origin=identify.origin)


def _positive(identify: Identify) -> list[AddressRule]:
    return [rule for rule in identify.addresses if not rule.negated]


def _name(identify: Identify) -> str:
    """Return the object's name and place."""
    return named("identify", identify.id, identify.origin)


def _item(rule: AddressRule) -> str:
    """Return an item as configured, with its place if that isn't the object's own section."""
    text = shown(rule.text if not rule.negated or rule.text.startswith("!") else f"!{rule.text}")
    if rule.host is not None:
        text = f"{text} (an address of {quoted(rule.host)})"
    return f"{text} ({place(rule.origin)})" if rule.origin.template is not None else text


def _items(rules: tuple[AddressRule, ...]) -> str:
    """Return the first few items."""
    return ", ".join(_item(rule) for rule in rules[:SHOWN_VALUES]) + (
        ", ..." if len(rules) > SHOWN_VALUES else ""
    )


def _others(count: int) -> str:
    """Return the subject of the sentence about the objects that aren't listed."""
    return "1 other identify object has" if count == 1 else f"{count} other identify objects have"
