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

from identify.config.hints.meanings import is_usual, item_meaning, item_meant
from identify.config.lost import LostObject
from identify.explanation.listing import Finding, first_object, further_reasons
from identify.explanation.places import named, place
from identify.explanation.question import Question
from identify.explanation.telling.lost import lost_lines, lost_texts, means, none_brief, none_has
from identify.explanation.telling.reasons import MATCH, NEAR, NO, UNKNOWN, Reason, Step
from identify.model import AddressRule, Identify
from identify.strings import SHOWN_VALUES, quoted, shown

__all__ = ["coverage", "ip"]

#: What an object has that this identifier compares.
RULE = "match item"
#: A network is a near miss if it differs only in these low bits: a neighbour in the same /24 or /64.
NEAR_BITS = {4: 8, 6: 64}


def ip(question: Question) -> Step:
    """Ask which identify's ``match`` covers the source.

    Twin: ``decide_ip`` in ``_ext/decision/_decide.pyx``.
    """
    request = question.request
    if request.source_address is None:
        text = f"the source {quoted(request.source)} is not a valid address, so no match item covers it"
        return Step("ip", None, None, (Reason(text),))

    def rest(count: int) -> str:
        return f"{_others(count)} no match item that covers {request.source} from port {request.port}"

    endpoint, section, reasons = first_object(
        question, lambda identify: _look(question, identify), rest, RULE, lambda lost: _meant(question, lost)
    )
    reasons = further_reasons(question, "identify", f"may cover {request.source}") + reasons
    lost = question.configuration.lost
    if endpoint is None:
        reasons = [*lost_lines(lost, lambda text: means(text, request.source)), *lost_texts(lost), *reasons]
    if not reasons:
        reasons = [none_has(lost, RULE)]
    return Step("ip", endpoint, section, tuple(reasons), brief=none_brief(lost, RULE))


def coverage(question: Question, identify: Identify) -> tuple[bool, bool]:
    """Return whether an object may cover the source, and whether it does in any case.

    The addresses of names come after the literals and are positive: they can add the source, never take it out.
    """
    if question.request.source_address is None:
        return False, False
    covering = [rule for rule in identify.addresses if _covers(question, rule)]
    must = bool(covering) and not covering[-1].negated
    return must or any(name.port in (0, question.request.port) for name in identify.unresolved), must


def _look(question: Question, identify: Identify) -> Finding | None:
    """Look at all match items of one object."""
    if coverage(question, identify) == (True, False):
        return _may_cover(question, identify)
    if identify.unresolved and not identify.addresses:
        return _other_ports(question, identify)
    if not identify.addresses:
        return None
    covering = [rule for rule in identify.addresses if _covers(question, rule)]
    source = question.request.source
    if covering and not covering[-1].negated:
        return Finding(
            verdict=MATCH,
            text=lambda: _matched(identify, source, covering),
            would=lambda: _matched(identify, source, covering, "would cover"),
            origin=covering[-1].origin,
        )
    if any(not rule.negated for rule in covering):
        return Finding(
            verdict=NEAR,
            text=lambda: _taken_out(identify, source, covering),
            origin=covering[-1].origin,
        )
    other_port = [rule for rule in identify.addresses if not rule.negated and _covers_address(question, rule)]
    if other_port and not covering:
        port = question.request.port
        return Finding(
            verdict=NEAR,
            text=lambda: _wrong_port(identify, source, port, other_port),
            origin=other_port[-1].origin,
            advice="an item without a port covers every port",
        )
    return _missed(question, identify, covering)


def _may_cover(question: Question, identify: Identify) -> Finding:
    """Describe an object with a name whose addresses, which aren't known, may have the source among them."""
    names = [name for name in identify.unresolved if name.port in (0, question.request.port)]
    items = "match item" if len(names) == 1 else "match items"
    listed = ", ".join(shown(name.text) for name in names[:SHOWN_VALUES])
    listed += ", ..." if len(names) > SHOWN_VALUES else ""
    text = f"{_name(identify)} has {items} {listed}, whose addresses aren't known here, so it may cover "
    return Finding(verdict=UNKNOWN, text=lambda: f"{text}{question.request.source}", origin=names[0].origin)


def _other_ports(question: Question, identify: Identify) -> Finding:
    """Describe an object that has only names, each with another port than the source."""
    name = identify.unresolved[0]
    port = question.request.port
    return Finding(
        verdict=NEAR,
        text=lambda: (
            f"{_name(identify)} has match item {shown(name.text)}, whose addresses aren't known here, "
            f"but it covers them only from port {name.port}: the request came from {port}"
        ),
        origin=name.origin,
    )


def _meant(question: Question, lost: LostObject) -> Finding | None:
    """Find an item of a lost object that isn't valid, or is taken for a name, and was meant for the source."""
    identify, source = lost.identify, question.request.source
    if identify is None:
        return None
    items = [*lost.faults, *(name.text for name in identify.unresolved)]
    item = next((item for item in items if means(item, source)), None)
    if item is None:
        return None
    return Finding(
        verdict=MATCH,
        text=lambda: f"{_name(identify)} means {source} with {quoted(item)}",
        origin=identify.origin,
    )


def _covers(question: Question, rule: AddressRule) -> bool:
    """Return whether the item covers the source, address and port."""
    return _covers_address(question, rule) and rule.port in (0, question.request.port)


def _covers_address(question: Question, rule: AddressRule) -> bool:
    """Return whether the item covers the source's address."""
    source = question.request.source_address
    return source is not None and source[0] == rule.family and source[1] & rule.mask == rule.address


def _matched(identify: Identify, source: str, covering: list[AddressRule], covers: str = "covers") -> str:
    """Describe a match, with the exclusion before the deciding item if there is one."""
    excluded = [rule for rule in covering if rule.negated]
    overridden = f", which comes after {_item(excluded[-1])} and overrides it" if excluded else ""
    return f"{_name(identify)} {covers} {source} with {_item(covering[-1])}{overridden}"


def _taken_out(identify: Identify, source: str, covering: list[AddressRule]) -> str:
    """Describe an object whose last covering item is an exclusion."""
    included = [rule for rule in covering if not rule.negated]
    covers = f"{_name(identify)} covers {source} with {_item(included[-1])}"
    return f"{covers}, but its later item {_item(covering[-1])} excludes it"


def _wrong_port(identify: Identify, source: str, port: int, rules: list[AddressRule]) -> str:
    """Describe an object that covers the address, but from other ports."""
    ports = sorted({rule.port for rule in rules})
    wanted = ", ".join(str(port) for port in ports[:SHOWN_VALUES]) + (
        ", ..." if len(ports) > SHOWN_VALUES else ""
    )
    return (
        f"{_name(identify)} covers {source} with {_item(rules[-1])}, but only from port {wanted}: "
        f"the request came from {port}"
    )


def _missed(question: Question, identify: Identify, covering: list[AddressRule]) -> Finding:
    """Describe an object that doesn't cover the source: a near miss if one of its networks is close."""
    source = question.request.source
    positive = [rule for rule in identify.addresses if not rule.negated]
    if not positive:
        return Finding(
            verdict=NO,
            text=lambda: (
                f"{_name(identify)} has only exclusions ({_items(identify.addresses)}), so it covers nothing"
            ),
            origin=identify.origin,
        )
    if covering:
        return Finding(
            verdict=NO,
            text=lambda: f"{_name(identify)} excludes {source} with {_item(covering[-1])}",
            origin=covering[-1].origin,
        )
    other = next((rule for rule in positive if _was_meant(question, rule)), None)
    if other is not None:
        return Finding(
            verdict=NEAR,
            text=lambda: (
                f"{_name(identify)} doesn't cover {source}: its item {_item(other)} "
                f"{item_meaning(other.text)}, which would cover it"
            ),
            origin=other.origin,
        )
    bits, nearest = min(
        ((_differing_bits(question, rule), rule) for rule in positive),
        key=lambda pair: pair[0],
    )
    if bits <= NEAR_BITS[nearest.family]:
        return Finding(
            verdict=NEAR,
            text=lambda: f"{_name(identify)} doesn't cover {source}; its nearest item is {_item(nearest)}",
            origin=nearest.origin,
            distance=bits,
            advice=f"match = {source} would cover it, if it is the same peer",
        )
    return Finding(
        verdict=NO,
        text=lambda: f"{_name(identify)} doesn't cover {source}: {_items(identify.addresses)}",
        origin=identify.origin,
        distance=bits,
    )


def _was_meant(question: Question, rule: AddressRule) -> bool:
    """Return whether an item that means something else than it seems to would cover the source as it seems."""
    if is_usual(rule.text) or rule.host is not None:
        return False
    source, meant = question.request.source_address, item_meant(rule.text)
    if source is None or meant is None or meant.port not in (0, question.request.port):
        return False
    return (
        source[0] == meant.family and source[1] & meant.mask == meant.value and bool(item_meaning(rule.text))
    )


def _differing_bits(question: Question, rule: AddressRule) -> int:
    """Return how many low bits contain all differences: 10.1.2.3 and 10.1.3.0/24 differ in bit 8, hence 9.

    For an item of the other family that is one more than an address has.
    """
    source = question.request.source_address
    if source is None or source[0] != rule.family:
        return 129
    return ((source[1] & rule.mask) ^ rule.address).bit_length()


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
