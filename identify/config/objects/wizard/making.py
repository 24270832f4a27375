"""The objects that Asterisk makes from each ``type=wizard`` section of pjsip_wizard.conf.

It writes the lines that a user would write in pjsip.conf and passes them on; what the lines mean isn't
known here, nor what a pattern says.

Facts

See section 11 of docs/explanation/identification.md.

- A section is a wizard if any line whose name contains ``type`` says ``wizard``.
- Section W makes the endpoint W, the aor W, the auths ``W-iauth`` and ``W-oauth``, the identify
  ``W-identify`` unless it accepts registrations, and with ``sends_registrations`` a registration
  ``W-reg-N`` for each remote host.  ``endpoint/x`` and similar lines are the objects' options.
- Case counts in the prefixes, but neither in the names of a wizard's own options nor in what follows a prefix.
- The lines that the wizard adds come after the user's, so they win where only the last line of an option counts.
- With ``sends_auth`` but without a username for it there are no auths at all, and no registrations.  With
  ``accepts_auth`` but without a username there is no ``W-iauth``.
- ``identify/match`` replaces the remote hosts; the identify's endpoint is always W.  Some releases cut off the hosts'
  ports.
- A refused object doesn't affect the others, except that the first refused registration ends the registrations, and
  that after a refused auth (first ``W-oauth``, then ``W-iauth``) there are no further auths and no registrations.
- The last ``remote_hosts`` line is used.  Of two sections with the same name, the later one's objects replace the
  earlier one's, as when a changed section is reloaded: objects that the later one fails to make stay, objects that
  it isn't supposed to make are removed.

Judgements

- That a refused ``W-iauth`` ends the registrations follows from ``W-oauth``; it wasn't tried by itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import attrs

from identify.addresses import split_port
from identify.config.language.sections import BLANKS, Document, Section, Variable, words
from identify.config.objects.candidates import Candidate, identifier
from identify.config.objects.schema import is_true
from identify.config.objects.wizard.patterns import TooLongError, UnknownValueError, expand, has_names_only
from identify.config.problems import MAX_ITEMS_MADE, Budget, Problems
from identify.config.releases import Release
from identify.model import Origin
from identify.strings import ascii_lower, quoted

__all__ = ["Unevaluated", "Wizard", "read_wizards", "wizard_of"]

#: So many characters of patterns, and of what they say, count as one item, see MAX_ITEMS_MADE.
CHARACTERS_AN_ITEM = 32
#: References of a pattern that aren't counted: no pattern of a real configuration has more.
FREE_REFERENCES = 4
EXHAUSTED = f"more than {MAX_ITEMS_MADE} items, or text of their size, in the configuration"


PREFIXES = ("endpoint", "aor", "identify", "registration", "inbound_auth", "outbound_auth", "phoneprov")
OWN_OPTIONS = words(
    "type sends_auth accepts_auth sends_registrations sends_line_with_registrations accepts_registrations"
    " remote_hosts outbound_proxy transport server_uri_pattern client_uri_pattern contact_pattern"
    " has_phoneprov has_hint hint_context hint_exten hint_application"
)


@attrs.frozen
class Unevaluated:
    """What a pattern says isn't known: which objects there are because of it, why, and where the pattern stands."""

    what: str
    reason: str
    types: frozenset[str]
    origin: Origin


@attrs.frozen
class Wizard:
    """The candidates that one wizard section makes.

    The section may want no identify, or lack the remote hosts for it; likewise for registrations.  In the first
    case those of an earlier section with the same name are removed, in the second they stay.  The aor is None if its
    contacts aren't known or too many.
    """

    id: str
    identify_unwanted: bool
    registrations_failed: bool
    #: In the order in which they are made, by id; None for one that the section doesn't want.
    auths: Mapping[str, Candidate | None]
    aor: Candidate | None
    endpoint: Candidate
    identify: Candidate | None
    registrations: tuple[Candidate, ...]
    unevaluated: tuple[Unevaluated, ...]


def read_wizards(
    document: Document, budget: Budget, release: Release, problems: Problems
) -> Iterator[Wizard]:
    """Yield the wizards of pjsip_wizard.conf in file order."""
    sections: list[Section] = []
    last: dict[str, Section] = {}
    for section in document.sections:
        if section.template or section.incomplete:
            if not (section.inherited or section.incomplete):
                problems.lose(section, "wizard template", len(problems))
            continue
        types = [line for line in section.variables if "type" in line.name]
        if not any(line.value == "wizard" for line in types):
            first = types[0] if types else None
            type_text = "no type" if first is None else f"{first.name} {quoted(first.value)}"
            message = f"the section has {type_text}; Asterisk skips all but type 'wizard' in this file"
            code = "type-missing" if first is None else "type-unknown"
            lost = f"the section {quoted(section.name)}"
            found = len(problems)
            problems.add(code, section.file, section.line, message, section=section.name, lost=lost)
            problems.lose(section, "wizard skipped", found)
            continue
        before = last.get(section.name)
        if before is not None:
            found = len(problems)
            message = f"replaced by the section with the same name at {section.origin}"
            lost = f"the wizard {quoted(before.name)}"
            problems.add("overridden", before.file, before.line, message, section=before.name, lost=lost)
            problems.lose(before, "wizard replaced", found)
        last[section.name] = section
        sections.append(section)
    for section in sections:
        yield wizard_of(section, budget, release, problems)


def wizard_of(section: Section, budget: Budget, release: Release, problems: Problems) -> Wizard:
    """Return what a section would make as a wizard."""
    return _Maker(section, budget, release, problems).wizard()


class _Maker:
    """Builds the candidates of one section."""

    def __init__(self, section: Section, budget: Budget, release: Release, problems: Problems) -> None:
        self._section = section
        self._name = identifier(section, problems)
        self._budget = budget
        self._release = release
        self._problems = problems
        self._own: dict[str, Variable] = {}
        self._parts: dict[str, list[Variable]] = {prefix: [] for prefix in PREFIXES}
        self._unevaluated: list[Unevaluated] = []
        for line in section.variables:
            prefix, slash, name = line.name.partition("/")
            if slash and prefix in self._parts:
                if name:
                    self._parts[prefix].append(line._replace(name=name))
            elif not slash and ascii_lower(prefix) in OWN_OPTIONS:
                self._own[ascii_lower(prefix)] = line
            elif "type" not in line.name:
                message = f"a wizard has no option {quoted(line.name)}, so Asterisk skips it"
                problems.add("wizard-option", line.file, line.line, message, section=section.name)
        self._username = next(
            (line for line in reversed(self._parts["outbound_auth"]) if ascii_lower(line.name) == "username"),
            None,
        )

    def wizard(self) -> Wizard:
        """Return the candidates of the section, and report what it lacks."""
        name = self._name
        hosts = self._hosts()
        sends_nothing = self._true("sends_auth") and self._username is None
        if sends_nothing:
            self._missing_username()
        return Wizard(
            id=name,
            identify_unwanted=self._without_identify(),
            registrations_failed=sends_nothing or (self._true("sends_registrations") and not hosts),
            auths={} if sends_nothing else dict(self._auths()),
            aor=self._aor(hosts),
            endpoint=self._candidate("endpoint", name, self._endpoint()),
            identify=self._identify(hosts),
            registrations=() if sends_nothing else tuple(self._registrations(hosts)),
            unevaluated=tuple(self._unevaluated),
        )

    def _true(self, option: str) -> bool:
        line = self._own.get(option)
        return line is not None and is_true(line.value)

    def _without_identify(self) -> bool:
        return self._true("accepts_registrations") or self._true("sends_line_with_registrations")

    def _hosts(self) -> list[Variable]:
        """Return the remote hosts, each as a separate line; empty items are hosts too."""
        line = self._own.get("remote_hosts")
        if line is None or not line.value:
            return []
        items = [item.strip(BLANKS) for item in line.value.split(",")]
        lines = self._parts["registration"]
        copied = len(lines) + sum(len(line.value) for line in lines) // CHARACTERS_AN_ITEM
        if not self._budget.spend(len(items) * (1 + copied)):
            lost = f"the hosts of the wizard {quoted(self._name)}"
            message = f"more than {MAX_ITEMS_MADE} hosts, or lines for them, in the configuration"
            self._problems.add("limit-exceeded", line.file, line.line, message, section=self._name, lost=lost)
            return []
        return [line._replace(name="match", value=item) for item in items]

    def _candidate(self, type_name: str, name: str, lines: Sequence[Variable]) -> Candidate:
        return Candidate(type_name, name, lines, self._section.file, self._section.line)

    def _line(self, name: str, value: str, source: Variable | None = None) -> Variable:
        """Return a line that the wizard writes on its own, or because of one of its options."""
        if source is not None:
            return source._replace(name=name, value=value)
        return Variable(name, value, self._section.file, self._section.line)

    def _passed_on(self, *names: str) -> Iterator[Variable]:
        for name in names:
            line = self._own.get(name)
            if line is not None:
                yield self._line(name, line.value, line)

    def _auths(self) -> Iterator[tuple[str, Candidate | None]]:
        for prefix, option, suffix in (
            ("outbound_auth", "sends_auth", "-oauth"),
            ("inbound_auth", "accepts_auth", "-iauth"),
        ):
            id = self._name + suffix
            wanted = self._true(option) and self._has(prefix, "username")
            yield id, self._candidate("auth", id, self._parts[prefix]) if wanted else None

    def _aor(self, hosts: Sequence[Variable]) -> Candidate | None:
        lines = list(self._parts["aor"])
        if not self._has("aor", "contact"):
            for host in hosts:
                contact = self._expanded(
                    "contact_pattern", "contact", "sip:${REMOTE_HOST}", host, "aor", self._name
                )
                if contact is None:
                    return None
                lines.extend(contact)
        lines.extend(self._passed_on("outbound_proxy"))
        return self._candidate("aor", self._name, lines)

    def _endpoint(self) -> list[Variable]:
        name = self._name
        lines = [
            *self._parts["endpoint"],
            self._line("aors", name),
            *self._passed_on("transport", "outbound_proxy"),
        ]
        if self._true("accepts_auth"):
            lines.append(self._line("auth", name + "-iauth"))
        if self._true("sends_auth"):
            lines.append(self._line("outbound_auth", name + "-oauth"))
        return lines

    def _has(self, prefix: str, option: str) -> bool:
        return any(ascii_lower(line.name) == option for line in self._parts[prefix])

    def _expanded(
        self, option: str, name: str, default: str, host: Variable, type_name: str, id: str
    ) -> list[Variable] | None:
        """Return the line that a pattern makes for a host, none if the pattern is empty; None if it isn't known."""
        own = self._own.get(option)
        pattern = own.value if own is not None else default
        if not pattern:
            return []
        source = own or host
        object_text = f"the {type_name} {quoted(id)}"
        username = (
            self._username.value if self._true("sends_auth") and self._username is not None else self._name
        )
        references = max(pattern.count("$") - FREE_REFERENCES, 0)
        # Parts of variables and sums are read again for every host, character by character.
        size = len(pattern) // CHARACTERS_AN_ITEM if has_names_only(pattern) else len(pattern)
        if not self._budget.spend(references + size):
            self._exceeded(EXHAUSTED, source, object_text)
            return None
        try:
            text = expand(pattern, {"REMOTE_HOST": host.value, "USERNAME": username})
        except UnknownValueError as error:
            what = f"{name} of {object_text}: {error}"
            message = f"{option} needs {error}, which isn't known here"
            self._problems.add(
                "wizard-pattern", source.file, source.line, message, section=self._section.name
            )
            reason = "only a running Asterisk has this value"
            self._unevaluated.append(Unevaluated(what, reason, frozenset({type_name}), source.origin))
            return None
        except TooLongError as error:
            self._exceeded(f"{option} says {error}", source, object_text)
            return None
        if not self._budget.spend(len(text) // CHARACTERS_AN_ITEM):
            self._exceeded(EXHAUSTED, source, object_text)
            return None
        return [host._replace(name=name, value=text)]

    def _exceeded(self, message: str, line: Variable, lost: str) -> None:
        self._problems.add(
            "limit-exceeded", line.file, line.line, message, section=self._section.name, lost=lost
        )

    def _identify(self, hosts: Sequence[Variable]) -> Candidate | None:
        if self._without_identify():
            return None
        name = self._name + "-identify"
        if not hosts:
            self._missing_hosts("doesn't accept registrations", f"the identify {quoted(name)}")
            return None
        lines = list(self._parts["identify"])
        if not self._has("identify", "match"):
            named = [host for host in hosts if host.value]
            lines.extend(named if self._release.wizard_ports else map(self._without_port, named))
        lines.append(self._line("endpoint", self._name))
        return self._candidate("identify", name, lines)

    def _without_port(self, host: Variable) -> Variable:
        """Return a remote host as releases write it into the identify that don't keep its port."""
        parts = split_port(host.value)
        if parts is None or parts[1] is None:
            return host
        message = f"the port of the remote host {quoted(host.value)} isn't used: this release of Asterisk cuts it off"
        self._problems.add("wizard-port", host.file, host.line, message, section=self._name)
        return host._replace(value=parts[0])

    def _registrations(self, hosts: Sequence[Variable]) -> Iterator[Candidate]:
        if not self._true("sends_registrations"):
            return
        name = self._name
        if not hosts:
            self._missing_hosts("sends registrations", f"the registrations of {quoted(name)}")
            return
        for number, host in enumerate(hosts):
            id = f"{name}-reg-{number}"
            lines = list(self._parts["registration"])
            for option, pattern in (
                ("server_uri", "sip:${REMOTE_HOST}"),
                ("client_uri", "sip:${USERNAME}@${REMOTE_HOST}"),
            ):
                made = self._expanded(option + "_pattern", option, pattern, host, "registration", id)
                if made is None:
                    # Whether this one is refused decides about all that follow.
                    return
                lines.extend(made)
            lines.extend(self._passed_on("transport", "outbound_proxy"))
            if self._true("sends_auth"):
                lines.append(self._line("outbound_auth", name + "-oauth"))
            if self._true("sends_line_with_registrations"):
                lines.append(self._line("line", "yes"))
                lines.append(self._line("endpoint", name))
            yield self._candidate("registration", id, lines)

    def _missing_username(self) -> None:
        section, line = self._section, self._own["sends_auth"]
        message = f"the wizard {quoted(section.name)} sends auth but has no outbound_auth/username"
        lost = f"the auths and registrations of {quoted(self._name)}"
        self._problems.add("wizard-username", line.file, line.line, message, section=section.name, lost=lost)

    def _missing_hosts(self, reason: str, lost: str) -> None:
        section = self._section
        message = f"the wizard {quoted(section.name)} {reason} but has no remote_hosts"
        problems = self._problems
        problems.add("wizard-hosts", section.file, section.line, message, section=section.name, lost=lost)
