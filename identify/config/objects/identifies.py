"""Objects of ``type=identify``: what ``match``, ``match_header`` and ``match_request_uri`` mean.

It turns text into rules; the engine decides whether a request satisfies them.

Facts

See sections 2 to 6 of docs/explanation/identification.md.

- All ``match`` lines and their comma-separated items form one list.  An item with a ``/``, or that is an address, is
  added at once; every other item is a host name, looked up once the rest is known to be valid.
- One bad item refuses the identify, and so does one name that doesn't resolve.
- ``match_header`` is split at its first colon; of it and of ``match_request_uri`` the last line is used, and an
  empty line removes the template's.
- Releases without ports in ``match`` refuse an identify with one.  They treat an address without a mask as a name: it
  is added after all items with a mask, in the order of a hash of the text, unless the list so far matches it.
- ``/re/`` with something between the slashes is an expression, ``//`` the empty text, everything else is literal.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import cast

from identify._compiled._regex import Regex
from identify._compiled._regex_library import RegexError
from identify.addresses import ALL_ONES, Address, Coverage, Network, parse_address
from identify.config.expansion import expansion_excess
from identify.config.hints.addresses import item_mistake
from identify.config.hints.headers import colon_hint
from identify.config.hints.values import expression_hints, header_name_hint, literal_hints
from identify.config.hostnames.rules import ResolutionError, Resolver, resolve_names
from identify.config.language.sections import BLANKS, Variable
from identify.config.objects.candidates import Candidate, Options
from identify.config.objects.items import Fault, MatchLines, Name, rule_of
from identify.config.problems import MAX_ITEMS_MADE, Budget, Problems
from identify.config.releases import BYTES, Release
from identify.model import (
    AddressRule,
    HeaderRule,
    Identify,
    Origin,
    RequestUriRule,
    TextPattern,
    UnresolvedName,
)
from identify.strings import bucket, encoded, escaped, quoted, shown

__all__ = ["build_identify", "readable_identify"]

#: What an expression has that means something else for characters than for bytes: ``.``, a class, ``[^``, ``\w``.
_LOCAL = re.compile(r"\\[wWsSbB<>]|\\(?P<other>.)|\.|\[\^|\[[:.=]|[^\x00-\x7f]", re.DOTALL)
#: What an expression without an automaton may cost.
BACKTRACKS = "the time it takes can be exponential in the length of the value that is sent"
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
        if address is None and not _may_be_host(text):
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


@lru_cache(maxsize=64)
def _excess(regex: str) -> str | None:
    """Return why an expression isn't compiled, None if it may be; thousands of sections may inherit it."""
    return expansion_excess(regex)


@lru_cache(maxsize=4_096)
def _address(text: str) -> Address | None:
    """Return the address that an item of ``match`` is, None for a host name; thousands of sections may inherit it."""
    return parse_address(text)


@lru_cache(maxsize=64)
def _compiled(regex: str, *, bytewise: bool) -> tuple[str, str]:
    """Return why an expression doesn't compile, and what keeps it from linear time, each nothing if it does."""
    try:
        return "", Regex(encoded(regex), bytewise=bytewise).obstacle or ""
    except RegexError as error:
        return str(error), ""


def _may_be_host(text: str) -> bool:
    """Return whether an item may be a host name, with a port: its last label isn't a number."""
    host = text.partition(":")[0].rstrip(".")
    labels = host.split(".")
    return all(labels) and not labels[-1].isdigit() and re.fullmatch(r"[\w.-]+", host, re.ASCII) is not None


def _cost_of_names(hosts: int, items: int) -> int:
    """Return as how many items the host names of an identify count."""
    return hosts * ITEMS_A_NAME + hosts * items // COMPARISONS_AN_ITEM


def _is_local(regex: str) -> bool:
    """Return whether an expression could match other texts if it works on bytes."""
    return any(found["other"] is None for found in _LOCAL.finditer(regex))


class _Builder:
    """Builds the rules of one identify."""

    def __init__(self, candidate: Candidate, refused: bool, release: Release, problems: Problems) -> None:
        self.refused = refused
        self.faults: list[str] = []
        self._candidate = candidate
        self._release = release
        self._problems = problems

    def refuse(self, code: str, message: str, line: Variable | None) -> None:
        self.refused = True
        self._note(code, message, line, self._candidate.described)

    def _note(self, code: str, message: str, line: Variable | None, lost: str = "") -> None:
        candidate = self._candidate
        file, number = (candidate.file, candidate.line) if line is None else (line.file, line.line)
        if line is not None and line.template is not None:
            message += f" (inherited from [{shown(line.template)}])"
        self._problems.add(code, file, number, message, section=candidate.id, lost=lost)

    def _hint(self, code: str, message: str, line: Variable) -> None:
        """Note what may be a mistake, once for a line that many sections inherit, unless there are enough notes."""
        if not self._problems.full(code) and self._problems.is_new(code, line.file, line.line, message):
            self._note(code, message, line)

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
                self._hint("match-meaning", f"match item {quoted(text)} {meaning}", line)
            if found.plain and not self.refused:
                rules += cast("Sequence[AddressRule]", found.items)
                positive = positive or bool(found.items)
                continue
            for item in found.items:
                if isinstance(item, Fault):
                    self.faults.append(item.text)
                    if not (self.refused and self._problems.full("match-address")):
                        self.refuse("match-address", item.message, line)
                elif isinstance(item, Name):
                    names.append((item.text, item.origin))
                else:
                    if item.negated and not positive and not self._problems.full("match-negation"):
                        message = f"match item {quoted(item.text)} excludes nothing: no item before it adds an address"
                        self._note("match-negation", message, line)
                    positive = positive or not item.negated
                    rules.append(item)
        if hosts and not budget.spend(_cost_of_names(hosts, len(rules) + len(names))):
            self._exceed(options.line("match"))
        return rules, names

    def _exceed(self, line: Variable | None) -> None:
        message = (
            f"more than {MAX_ITEMS_MADE} items in the configuration, of which host names count several times"
        )
        self.refuse("limit-exceeded", message, line)

    def header(self, line: Variable) -> HeaderRule | None:
        name, colon, value = line.value.partition(":")
        name, value = name.strip(BLANKS), value.strip(BLANKS)
        if not colon:
            message, hint = (
                f"match_header {quoted(line.value)} has no ':' after the name",
                colon_hint(line.value),
            )
            self.refuse("match-header", message + (f": {hint}" if hint else ""), line)
        elif not name:
            self.refuse("match-header", f"match_header {quoted(line.value)} has no name before the ':'", line)
        elif hint := header_name_hint(name):
            self._hint("match-header-name", f"match_header {quoted(line.value)}: {hint}", line)
        pattern = self._pattern("match_header", value, line, name)
        if not colon or not name or pattern is None:
            return None
        return HeaderRule(name=name, pattern=pattern, origin=line.origin, text=line.value)

    def request_uri(self, line: Variable) -> RequestUriRule | None:
        pattern = self._pattern("match_request_uri", line.value, line)
        return None if pattern is None else RequestUriRule(pattern=pattern, origin=line.origin)

    def _pattern(self, option: str, value: str, line: Variable, header: str = "") -> TextPattern | None:
        if len(value) < 2 or value[0] != "/" or value[-1] != "/":
            for code, hint in literal_hints(value, header):
                self._hint(code, f"{option} {quoted(value)} {hint}", line)
            return TextPattern(text=value, regex=None, literal=value)
        regex = value[1:-1]
        if not regex:
            return TextPattern(text=value, regex=None, literal="")
        excess = _excess(regex)
        if excess:
            self.refuse("match-regex", f"{option} {quoted(value)} {excess}", line)
            return None
        bytewise = bool(self._release.dialect & BYTES)
        error, obstacle = _compiled(regex, bytewise=bytewise)
        hints = expression_hints(regex, header)
        if error:
            clauses = "".join(f"; {hint}" for _, hint in hints)
            self.refuse(
                "match-regex", f"{option} {quoted(value)} doesn't compile: {escaped(error)}{clauses}", line
            )
        else:
            for code, hint in hints:
                self._hint(code, f"{option} {quoted(value)}: {hint}", line)
        if self._release.characters_by_environment and _is_local(regex):
            works = not _compiled(regex, bytewise=not bytewise)[0]
            effect = "compiles, and works on bytes," if error else "works on bytes, not on characters,"
            message = f"{option} {quoted(value)} {effect} if Asterisk's environment"
            if works:
                self._note("regex-locale", message + " has no UTF-8 locale (LC_ALL, LC_CTYPE, LANG)", line)
        if obstacle:
            message = f"{option} {quoted(value)} {obstacle}: {BACKTRACKS}"
            self._note("expression-backtracks", message, line)
        return None if error else TextPattern(text=value, regex=regex, literal=None)

    def resolve(
        self,
        names: list[tuple[str, Origin]],
        addresses: list[AddressRule],
        resolver: Resolver,
        srv_lookups: bool,
    ) -> tuple[UnresolvedName, ...]:
        """Add what the names resolve to, and return those whose addresses aren't known."""

        def warn(text: str, origin: Origin) -> None:
            self._problems.add(
                "match-name-adds-nothing",
                origin.file,
                origin.line,
                f"all addresses of {quoted(text)} already match",
                section=self._candidate.id,
            )

        def added(group: Iterable[tuple[str, Origin]]) -> list[UnresolvedName]:
            return resolve_names(group, addresses, resolver, srv_lookups=srv_lookups, warn=warn)

        try:
            unresolved = (
                added(names) if self._release.addresses_in_place else self._mixed(names, addresses, added)
            )
        except ResolutionError as error:
            self.refused = True
            failed = [(text, origin) for text, origin in names if quoted(text) in str(error)]
            text, origin = failed[0] if failed else ("", names[0][1])
            self._problems.add(
                "match-name",
                origin.file,
                origin.line,
                f"match item {error}{self._mistake(text)}",
                section=self._candidate.id,
                lost=self._candidate.described,
            )
            return ()
        for name in unresolved:
            self._problems.add(
                "match-name-unknown",
                name.origin.file,
                name.origin.line,
                f"match item {quoted(name.text)}: {escaped(name.reason)}, so its addresses aren't known"
                + self._mistake(name.text),
                section=self._candidate.id,
            )
        return tuple(unresolved)

    def _mistake(self, text: str) -> str:
        """Return what to write instead of an item that is taken for a host name, with its punctuation."""
        mistake = item_mistake(text, ports=self._release.ports_in_match)
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
                if self._problems.full("match-address-adds-nothing"):
                    continue
                message = f"{quoted(item)} already matches, so this release of Asterisk leaves it out"
                self._problems.add(
                    "match-address-adds-nothing",
                    origin.file,
                    origin.line,
                    message,
                    section=self._candidate.id,
                )
            else:
                network = Network(False, address.family, address.value, ALL_ONES[address.family], 0)
                rules.append(rule_of(item, network, origin))
            covered.extend(rules[before:])
        return unresolved
