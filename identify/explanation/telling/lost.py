"""Objects that a configuration has lost: which of them would have mattered for a request, and the sentences about them.

What was lost and why is known by :mod:`identify.config.lost`; how a rule is compared is known by the identifiers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable, Iterator
from itertools import islice

from identify.addresses import BITS, Address, parse_address
from identify.config.hints.addresses import range_ends, read_item
from identify.config.lost import LostObject, LostObjects
from identify.explanation.places import named, place
from identify.explanation.question import Question
from identify.explanation.telling.nearest import ALMOST
from identify.explanation.telling.reasons import LOST, NOTE, Reason
from identify.identifiers import effective_order
from identify.model import Origin, Problem
from identify.strings import escaped, quoted, shown

__all__ = [
    "Meant",
    "lost_aliased",
    "lost_lines",
    "lost_named",
    "lost_order",
    "lost_texts",
    "means",
    "none_brief",
    "none_has",
    "others_lost",
    "refused_line",
]

#: Lost parts of files that one step speaks of.
SHOWN_TEXTS = 3
#: What is longer is no item that somebody wrote for one address or range.
LONGEST_ITEM = 300
#: Where all of them are listed.
SEE = "sip-identify show problems"
#: An address in an item that isn't valid, not as a part of another one; a word before it isn't hexadecimal.
ADDRESS = r"(?<![\w.:])(?:[A-Za-z_]*[G-Zg-z_][A-Za-z_]*:)?%s(?![\w.]|:\w*[:a-f])"
#: A network in an item that isn't valid.
NETWORK = re.compile(r"(?<![\w.:])[0-9A-Fa-f:.]{2,}/(?P<length>[0-9]{1,3})(?![\w.])")
#: An address with a mask that no network has, such as ``198.51.100.0/82``.
MASKED = re.compile(r"(?<![\w.:])([0-9]{1,3}(?:\.[0-9]{1,3}){3})/[0-9.]{0,15}(?![\w.])")

#: What an item has that was meant for several addresses: a wildcard, nothing behind a dot, or what ranges have.
SEVERAL = re.compile(r"[*xX%?‐‑‒–—-]|\.\.|to|\.[\"' ]*$")  # noqa: RUF001 dashes of word processors


def means(item: str, source: str) -> bool:
    """Return whether an item of ``match`` that isn't valid was meant for an address.

    >>> means("198.51.100.1-198.51.100.9", "198.51.100.7"), means("198.51.100.*", "198.51.100.7")
    (True, True)
    >>> means("198.51.100.0/24:5060", "198.51.100.7"), means("sip:198.51.100.7:5060", "198.51.100.7")
    (True, True)

    A mask that can't be read is taken for that of the addresses with the same first three numbers:

    >>> means("198.51.100.0/82", "198.51.100.7"), means("198.51.100.0/82", "198.51.101.7")
    (True, False)
    """
    return Meant(source).by(item)


class Meant:
    """An address for which items of ``match`` that aren't valid may have been meant; there may be 10,000 of these."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._address = parse_address(source)
        self._whole = re.compile(ADDRESS % re.escape(source))

    def by(self, item: str) -> bool:
        """Return whether an item was meant for the address."""
        if len(item) > LONGEST_ITEM or self._address is None:
            return False
        if self._source in item and self._whole.search(item):
            return True
        if "/" in item and self._in_network(item, self._address):
            return True
        return SEVERAL.search(item) is not None and self._among(item.strip("\"' "), self._address)

    def _in_network(self, item: str, address: Address) -> bool:
        """Return whether an item has a network with the address, or one whose mask can't be read."""
        for found in NETWORK.finditer(item):
            if ":" not in found[0] and int(found["length"]) > BITS[4]:
                continue
            network = read_item(found[0])
            if network and network.family == address.family and address.value & network.mask == network.value:
                return True
        first = self._source.rpartition(".")[0]
        return any(
            found[1].rpartition(".")[0] == first and read_item(found[0]) is None
            for found in MASKED.finditer(item)
        )

    def _among(self, item: str, address: Address) -> bool:
        """Return whether an item with wildcards, or a range, has the address."""
        plain = re.sub(r"(?<=\.)[xX%?](?=\.|$)", "*", item)
        if "." in self._source and (plain.endswith(".") or "*" in plain):
            whole = re.escape(plain).replace(r"\*", r"\d+")
            begins, _, rest = plain.partition("*")
            return re.fullmatch(whole, self._source) is not None or (
                not rest and self._source.startswith(begins)
            )
        ends = range_ends(item)
        if ends is None or ends[1] is None or not ends[0].family == address.family == ends[1].family:
            return False
        return ends[0].value <= address.value <= ends[1].value


def lost_named(lost: LostObjects, ids: Iterable[str], what: str) -> Iterator[Reason]:
    """Yield a reason for each lost endpoint with one of the ids; ``what`` says what it would do."""
    for id in ids:
        each = lost.endpoints.get(id)
        if each is not None:
            yield Reason(f"{_name(each)} {what}, but {escaped(each.why)}", each.origin, LOST)


def lost_aliased(lost: LostObjects, endpoints: Container[str], user: str, domain: str) -> Iterator[Reason]:
    """Yield a reason for a lost domain alias by which an endpoint would be found."""
    alias = lost.domain_aliases.get(domain)
    if alias is not None and f"{user}@{alias.domain}" in endpoints:
        text = f"{_name(alias)} would lead to endpoint {quoted(f'{user}@{alias.domain}')}, but {escaped(alias.why)}"
        yield Reason(text, alias.origin, LOST)


def lost_texts(lost: LostObjects) -> list[Reason]:
    """Return a reason for each part of a file that is lost, in which any object may be."""
    return [
        Reason(
            f"{_problem(problem)}: {escaped(problem.lost or 'what follows')} is lost", None, LOST, ALMOST - 1
        )
        for problem in lost.texts[:SHOWN_TEXTS]
    ]


def lost_lines(lost: LostObjects, is_meant: Callable[[str], bool]) -> list[Reason]:
    """Return a reason for each lost line that was meant for the request, of an object that may exist."""
    found = (problem for problem in lost.lines if is_meant(problem.message))
    return [
        Reason(_problem(problem), Origin(problem.file, problem.line), LOST)
        for problem in islice(found, SHOWN_TEXTS)
    ]


def refused_line(lost: LostObjects) -> list[Reason]:
    """Return a reason for each registration that would have had a token."""
    return [
        Reason(
            f"{_name(each)} would have a token, but {escaped(each.why)}",
            each.origin,
            LOST,
            ALMOST,
        )
        for each in lost.registrations[:SHOWN_TEXTS]
    ]


def none_has(lost: LostObjects, rule: str) -> Reason:
    """Say that no identify object has a rule of a kind, and which such objects were lost."""
    article = "a " if " " in rule else ""
    count = lost.with_rule(rule)
    if not count:
        return Reason(f"no identify object has {article}{rule}")
    text = f"no identify object that Asterisk loads has {article}{rule}; "
    only = _only(lost, rule)
    if only is not None:
        return Reason(f"{text}{_name(only)} has one, but {escaped(only.why)}")
    return Reason(f"{text}{'1 with one is' if count == 1 else f'{count} with one are'} lost: {SEE}")


def none_brief(lost: LostObjects, rule: str) -> str:
    """Return the same in a few words."""
    count = lost.with_rule(rule)
    if not count:
        return f"no {rule}"
    only = _only(lost, rule)
    if only is not None:
        return f"no {rule}: {only.kind} {quoted(only.id)} at {place(only.origin)} is lost"
    return f"no {rule}: {count} identify object{' is' if count == 1 else 's are'} lost"


def _only(lost: LostObjects, rule: str) -> LostObject | None:
    """Return the lost object with a rule of a kind if there is exactly one, None otherwise."""
    found = list(islice((each for each in lost.identifies if each.has(rule)), 2))
    return found[0] if len(found) == 1 and not lost.further else None


def others_lost(lost: LostObjects, rule: str, listed: int) -> list[Reason]:
    """Say how many lost identify objects with a rule of a kind aren't listed, if any."""
    count = lost.with_rule(rule) - listed
    if count <= 0:
        return []
    are = "1 more identify object is" if count == 1 else f"{count} more identify objects are"
    return [Reason(f"{are} lost: {SEE}", None, NOTE)]


def lost_order(question: Question, before: str, after: str) -> list[Reason]:
    """Return a reason if a lost global object would have one identifier asked before another."""
    each = question.configuration.lost.order
    if each is None:
        return []
    order = effective_order(each.order, question.configuration.release.identifiers)
    if order.index(before) > order.index(after):
        return []
    text = f"{_name(each)} would have {before} asked before {after}, but {escaped(each.why)}"
    return [Reason(text, each.origin, LOST)]


def _name(lost: LostObject) -> str:
    return named(lost.kind, lost.id, lost.origin)


def _problem(problem: Problem) -> str:
    """Return the place of a problem, and what it is."""
    place = f"{shown(problem.file)}:{problem.line}" if problem.line else shown(problem.file)
    section = f", in section {quoted(problem.section)}" if problem.section is not None else ""
    return f"{place}{section}: {escaped(problem.message)}"
