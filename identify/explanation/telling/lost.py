"""Objects that a configuration has lost: which of them would have mattered for a request, and the sentences about them.

What was lost and why is known by :mod:`identify.config.lost`; how a rule is compared is known by the identifiers.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Container, Iterable, Iterator
from itertools import islice

from identify.config.lost import LostObject, LostObjects
from identify.explanation.places import named
from identify.explanation.question import Question
from identify.explanation.telling.nearest import ALMOST
from identify.explanation.telling.reasons import LOST, NOTE, Reason
from identify.identifiers import effective_order
from identify.model import Origin, Problem
from identify.strings import escaped, quoted, shown

__all__ = [
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
#: An address in an item that isn't valid, not as a part of another one.
ADDRESS = r"(?<![\w.:])%s(?![\w.]|:\w)"


def means(item: str, source: str) -> bool:
    """Return whether an item of ``match`` that isn't valid was meant for an address.

    >>> means("198.51.100.1-198.51.100.9", "198.51.100.7"), means("198.51.100.*", "198.51.100.7")
    (True, True)
    """
    if len(item) > LONGEST_ITEM:
        return False
    if re.search(ADDRESS % re.escape(source), item):
        return True
    if "*" in item and "." in source:
        plain = item.strip("\"' ")
        whole = re.escape(plain).replace(r"\*", r"\d+")
        begins, _, rest = plain.partition("*")
        return re.fullmatch(whole, source) is not None or (not rest and source.startswith(begins))
    first, hyphen, last = item.strip("\"' ").partition("-")
    if not hyphen:
        return False
    try:
        low, address = ipaddress.ip_address(first.strip()), ipaddress.ip_address(source)
        ends = (
            last.strip()
            if "." in last or ":" in last
            else first.strip().rpartition(".")[0] + "." + last.strip()
        )
        high = ipaddress.ip_address(ends)
    except ValueError:
        return False
    return low.version == address.version == high.version and int(low) <= int(address) <= int(high)


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
    """Say that no identify object has a rule of a kind, and how many such objects were lost."""
    article = "a " if " " in rule else ""
    count = lost.with_rule(rule)
    if not count:
        return Reason(f"no identify object has {article}{rule}")
    are = "1 with one is" if count == 1 else f"{count} with one are"
    return Reason(f"no identify object that Asterisk loads has {article}{rule}; {are} lost: {SEE}")


def none_brief(lost: LostObjects, rule: str) -> str:
    """Return the same in a few words."""
    count = lost.with_rule(rule)
    return f"no {rule}" + (f" that Asterisk loads, {count} lost" if count else "")


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
