"""Objects of ``type=identify``: what ``match``, ``match_header`` and ``match_request_uri`` mean.

It turns text into rules; the engine decides whether a request satisfies them.

Facts

See sections 2 to 6 of docs/explanation/identification.md.

- All ``match`` lines and their comma-separated items form one list.  An item with a ``/``, or that is an address, is
  added at once; every other item is a host name, looked up once the rest is known to be valid.
- One bad item refuses the identify, and so does one name that doesn't resolve.
- Releases without ports in ``match`` refuse an identify with one.  They treat an address without a mask as a name: it
  is added after all items with a mask, in the order of a hash of the text, unless the list so far matches it.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import cast

from identify._compiled._plain_identifies import PlainIdentifies
from identify._compiled._sections import Sections
from identify.addresses import ALL_ONES, Address, Coverage, Network, parse_address
from identify.config.hints.addresses import item_mistake
from identify.config.hostnames.rules import ResolutionError, Resolver, resolve_names
from identify.config.language.sections import Variable
from identify.config.objects.candidates import Candidate, Options
from identify.config.objects.items import Fault, MatchLines, Name, rule_of
from identify.config.objects.matching.patterns import PatternBuilder
from identify.config.problems import MAX_ITEMS_MADE, Budget, Problems
from identify.config.releases import Release
from identify.model import (
    AddressRule,
    Identify,
    Origin,
    UnresolvedName,
)
from identify.strings import bucket, escaped, quoted

__all__ = ["build_identify", "cost_of_names", "plain_identifies", "readable_identify"]

#: The maximum number of comparisons of addresses with the different masks before them, in :meth:`_Builder._mixed`.
MAX_COMPARISONS = 20_000_000
#: As how many items a host name counts besides itself, and how many comparisons of what it resolves to with the
#: identify's other addresses count as one, see MAX_ITEMS_MADE.
ITEMS_A_NAME = 10
COMPARISONS_AN_ITEM = 20


def build_identify(
    candidate: Candidate,
    options: Options,
    lines: MatchLines,
    resolver: Resolver,
    release: Release,
    budget: Budget,
    problems: Problems,
) -> Identify | None:
    """Return the identify, None if Asterisk refuses it; with ``unresolved`` names, it may be that it does."""
    builder = _Builder(candidate, options.refused, release, problems)
    addresses, names = builder.match(options, lines, budget)
    endpoint = options.value("endpoint")
    if not endpoint:
        line = options.line("endpoint")
        builder.refuse("identify-without-endpoint", "the endpoint is missing", line)
    header_line, uri_line = options.line("match_header"), options.line("match_request_uri")
    header = builder.header(header_line) if header_line is not None and header_line.value else None
    request_uri = builder.request_uri(uri_line) if uri_line is not None and uri_line.value else None
    srv_lookups = options.true("srv_lookups", default=True)
    if not (addresses or names or header or request_uri or builder.refused):
        builder.refuse("match-nothing", "match, match_header and match_request_uri are all empty", None)
    unresolved: tuple[UnresolvedName, ...] = ()
    if names and not builder.refused:
        unresolved = builder.resolve(names, addresses, resolver, srv_lookups)
    if builder.refused:
        return None
    return Identify(
        id=candidate.id,
        endpoint=endpoint,
        addresses=tuple(addresses),
        header=header,
        request_uri=request_uri,
        srv_lookups=srv_lookups,
        unresolved=unresolved,
        origin=candidate.origin,
    )


def readable_identify(
    candidate: Candidate, options: Options, lines: MatchLines, release: Release, budget: Budget
) -> tuple[Identify, tuple[str, ...]]:
    """Return what can be read of an identify that doesn't exist, and the items of ``match`` that aren't valid.

    Its host names are unresolved, whatever they resolve to.
    """
    builder = _Builder(candidate, False, release, Problems())
    addresses, names = builder.match(options, lines, budget)
    header_line, uri_line = options.line("match_header"), options.line("match_request_uri")
    unresolved = []
    for text, origin in names:
        address = _address(text)
        if address is None and (not _may_be_host(text) or item_mistake(text)):
            builder.faults.append(text)
        elif address is None:
            unresolved.append(UnresolvedName(text=text, port=0, reason="it isn't looked up", origin=origin))
        else:
            addresses.append(
                rule_of(
                    text,
                    Network(False, address.family, address.value, ALL_ONES[address.family], address.port),
                    origin,
                )
            )
    identify = Identify(
        id=candidate.id,
        endpoint=options.value("endpoint"),
        addresses=tuple(addresses),
        header=builder.header(header_line) if header_line is not None and header_line.value else None,
        request_uri=builder.request_uri(uri_line) if uri_line is not None and uri_line.value else None,
        unresolved=tuple(unresolved),
        origin=candidate.origin,
    )
    return identify, tuple(builder.faults)


def plain_identifies(
    sections: Sections, numbers: array[int], release: Release, most: int
) -> tuple[PlainIdentifies, bytes]:
    """Return the identify sections about which there is nothing to say, and a byte for each: 1 if it is among them.

    ``numbers`` are those of sections whose options are all known and accepted, without anything to report.  Of each
    that is among them, :func:`build_identify` would make the object with no problem, with what compiled code has read.
    If these would make more than ``most`` items, none is.
    """
    candidate = Candidate("identify", "", (), "", 0)

    def says_nothing(option: str, value: str) -> bool:
        problems = Problems()
        builder = _Builder(candidate, False, release, problems)
        line = Variable(option, value, "", 0)
        made = builder.header(line) if option == "match_header" else builder.request_uri(line)
        return made is not None and not len(problems)

    plain = PlainIdentifies(sections, ports=release.ports_in_match, in_place=release.addresses_in_place)
    return plain, plain.read(numbers, says_nothing, most)


@lru_cache(maxsize=4_096)
def _address(text: str) -> Address | None:
    """Return the address that an item of ``match`` is, None for a host name; thousands of sections may inherit it."""
    return parse_address(text)


def _may_be_host(text: str) -> bool:
    """Return whether an item may be a host name, with a port: its last label isn't a number."""
    host = text.partition(":")[0].rstrip(".")
    labels = host.split(".")
    return all(labels) and not labels[-1].isdigit() and re.fullmatch(r"[\w.-]+", host, re.ASCII) is not None


def cost_of_names(hosts: int, items: int) -> int:
    """Return as how many items the host names of an identify count."""
    return hosts * ITEMS_A_NAME + hosts * items // COMPARISONS_AN_ITEM


class _Builder(PatternBuilder):
    """Builds the rules of one identify."""

    def match(
        self, options: Options, lines: MatchLines, budget: Budget
    ) -> tuple[list[AddressRule], list[tuple[str, Origin]]]:
        """Return the rules of literal items, and the host names with their places.

        Where addresses without a mask don't keep their place, they are among the names.
        """
        rules: list[AddressRule] = []
        names: list[tuple[str, Origin]] = []
        positive, hosts = False, 0
        for line in options.lines("match"):
            if not budget.spend(1 + line.value.count(",")):
                self._exceed(line)
                break
            found = lines.items(line)
            hosts += found.hosts
            for text, meaning in found.meanings:
                self.hint("match-meaning", f"match item {quoted(text)} {meaning}", line)
            if found.plain and not self.refused:
                rules += cast("Sequence[AddressRule]", found.items)
                positive = positive or bool(found.items)
                continue
            for item in found.items:
                if isinstance(item, Fault):
                    self.faults.append(item.text)
                    if not (self.refused and self.problems.full("match-address")):
                        self.refuse("match-address", item.message, line)
                elif isinstance(item, Name):
                    names.append((item.text, item.origin))
                else:
                    if item.negated and not positive and not self.problems.full("match-negation"):
                        message = f"match item {quoted(item.text)} excludes nothing: no item before it adds an address"
                        self.note("match-negation", message, line)
                    positive = positive or not item.negated
                    rules.append(item)
        if hosts and not budget.spend(cost_of_names(hosts, len(rules) + len(names))):
            self._exceed(options.line("match"))
        return rules, names

    def _exceed(self, line: Variable | None) -> None:
        message = (
            f"more than {MAX_ITEMS_MADE} items in the configuration, of which host names count several times"
        )
        self.refuse("limit-exceeded", message, line)

    def resolve(
        self,
        names: list[tuple[str, Origin]],
        addresses: list[AddressRule],
        resolver: Resolver,
        srv_lookups: bool,
    ) -> tuple[UnresolvedName, ...]:
        """Add what the names resolve to, and return those whose addresses aren't known."""

        def warn(text: str, origin: Origin) -> None:
            self.problems.add(
                "match-name-adds-nothing",
                origin.file,
                origin.line,
                f"all addresses of {quoted(text)} already match",
                section=self.candidate.id,
            )

        def added(group: Iterable[tuple[str, Origin]]) -> list[UnresolvedName]:
            return resolve_names(group, addresses, resolver, srv_lookups=srv_lookups, warn=warn)

        try:
            unresolved = (
                added(names) if self.release.addresses_in_place else self._mixed(names, addresses, added)
            )
        except ResolutionError as error:
            self.refused = True
            failed = [(text, origin) for text, origin in names if quoted(text) in str(error)]
            text, origin = failed[0] if failed else ("", names[0][1])
            self.problems.add(
                "match-name",
                origin.file,
                origin.line,
                f"match item {error}{self._mistake(text)}",
                section=self.candidate.id,
                lost=self.candidate.described,
            )
            return ()
        for name in unresolved:
            self.problems.add(
                "match-name-unknown",
                name.origin.file,
                name.origin.line,
                f"match item {quoted(name.text)}: {escaped(name.reason)}, so its addresses aren't known"
                + self._mistake(name.text),
                section=self.candidate.id,
            )
        return tuple(unresolved)

    def _mistake(self, text: str) -> str:
        """Return what to write instead of an item that is taken for a host name, with its punctuation."""
        mistake = item_mistake(text, ports=self.release.ports_in_match)
        return f"; {mistake}" if mistake else ""

    def _mixed(
        self,
        items: list[tuple[str, Origin]],
        rules: list[AddressRule],
        resolve: Callable[[Iterable[tuple[str, Origin]]], list[UnresolvedName]],
    ) -> list[UnresolvedName]:
        """Add names and addresses without a mask in the order of their hash, as older releases do.

        An address that the rules already match is left out.
        """
        covered, comparisons = Coverage(rules), 0
        unresolved: list[UnresolvedName] = []
        for item, origin in sorted(items, key=lambda item: bucket(item[0])):
            address = _address(item)
            before = len(rules)
            comparisons += len(covered.masks)
            if comparisons > MAX_COMPARISONS:
                raise ResolutionError(f"{quoted(item)}: too many masks and addresses in one identify")
            if address is None:
                unresolved += resolve([(item, origin)])
            elif address in covered:
                if self.problems.full("match-address-adds-nothing"):
                    continue
                message = f"{quoted(item)} already matches, so this release of Asterisk leaves it out"
                self.problems.add(
                    "match-address-adds-nothing",
                    origin.file,
                    origin.line,
                    message,
                    section=self.candidate.id,
                )
            else:
                network = Network(False, address.family, address.value, ALL_ONES[address.family], 0)
                rules.append(rule_of(item, network, origin))
            covered.extend(rules[before:])
        return unresolved
