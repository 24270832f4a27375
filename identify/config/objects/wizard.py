"""pjsip_wizard.conf: the objects that Asterisk makes from each ``type=wizard`` section.

It writes the lines that a user would write in pjsip.conf and passes them on; what the lines mean isn't
known here.

Facts

See section 11 of docs/explanation/identification.md.

- Section W makes the endpoint W, the aor W, the auths ``W-iauth`` and ``W-oauth``, the identify
  ``W-identify`` unless it accepts registrations, and with ``sends_registrations`` a registration
  ``W-reg-N`` for each remote host.  ``endpoint/x`` and similar lines are the objects' options.
- ``identify/match`` replaces the remote hosts; the identify's endpoint is always W.  Some releases cut off the hosts'
  ports.
- A refused object doesn't affect the others, except that the first refused registration ends the registrations.
- The last ``remote_hosts`` line is used.  Of two sections with the same name, the later one's objects replace the
  earlier one's, as when a changed section is reloaded: objects that the later one fails to make stay, objects that
  it isn't supposed to make are removed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import attrs

from identify.addresses import split_port
from identify.config.language.sections import BLANKS, Document, Section, Variable, words
from identify.config.objects.candidates import Candidate, identifier
from identify.config.objects.schema import is_true
from identify.config.problems import MAX_ITEMS_MADE, Budget, Problems
from identify.config.releases import Release
from identify.strings import ascii_lower, quoted

__all__ = ["Wizard", "read_wizards"]

PREFIXES = ("endpoint", "aor", "identify", "registration", "inbound_auth", "outbound_auth", "phoneprov")
OWN_OPTIONS = words(
    "type sends_auth accepts_auth sends_registrations sends_line_with_registrations accepts_registrations"
    " remote_hosts outbound_proxy transport server_uri_pattern client_uri_pattern contact_pattern"
    " has_phoneprov has_hint hint_context hint_exten hint_application"
)


@attrs.frozen
class Wizard:
    """The candidates that one wizard section makes.

    The section may want no identify, or lack the remote hosts for it; likewise for registrations.  In the first
    case those of an earlier section with the same name are removed, in the second they stay.
    """

    id: str
    identify_unwanted: bool
    registrations_failed: bool
    auths: tuple[Candidate, ...]
    aor: Candidate
    endpoint: Candidate
    identify: Candidate | None
    registrations: tuple[Candidate, ...]


def read_wizards(
    document: Document, budget: Budget, release: Release, problems: Problems
) -> Iterator[Wizard]:
    """Yield the wizards of pjsip_wizard.conf in file order."""
    sections: list[Section] = []
    last: dict[str, Section] = {}
    for section in document.sections:
        if section.template or section.incomplete:
            continue
        first = next((line for line in section.variables if ascii_lower(line.name) == "type"), None)
        if first is None or first.value != "wizard":
            type_text = "no type" if first is None else f"type {quoted(first.value)}"
            message = f"the section has {type_text}; Asterisk skips all but type 'wizard' in this file"
            code = "type-missing" if first is None else "type-unknown"
            lost = f"the section {quoted(section.name)}"
            problems.add(code, section.file, section.line, message, section=section.name, lost=lost)
            continue
        before = last.get(section.name)
        if before is not None:
            message = f"replaced by the section with the same name at {section.origin}"
            lost = f"the wizard {quoted(before.name)}"
            problems.add("overridden", before.file, before.line, message, section=before.name, lost=lost)
        last[section.name] = section
        sections.append(section)
    for section in sections:
        yield _Maker(section, budget, release, problems).wizard()


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
        for line in section.variables:
            prefix, slash, name = ascii_lower(line.name).partition("/")
            if slash and prefix in self._parts:
                self._parts[prefix].append(line._replace(name=name))
            elif not slash and prefix in OWN_OPTIONS:
                self._own[prefix] = line
            else:
                message = f"a wizard has no option {quoted(line.name)}, so Asterisk skips it"
                problems.add("wizard-option", line.file, line.line, message, section=section.name)

    def wizard(self) -> Wizard:
        """Return the candidates of the section, and report what it lacks."""
        name = self._name
        hosts = self._hosts()
        return Wizard(
            id=name,
            identify_unwanted=self._without_identify(),
            registrations_failed=self._true("sends_registrations") and not hosts,
            auths=tuple(self._auths()),
            aor=self._candidate("aor", name, self._aor(hosts)),
            endpoint=self._candidate("endpoint", name, self._endpoint()),
            identify=self._identify(hosts),
            registrations=tuple(self._registrations(hosts)),
        )

    def _true(self, option: str) -> bool:
        line = self._own.get(option)
        return line is not None and is_true(line.value)

    def _without_identify(self) -> bool:
        return self._true("accepts_registrations") or self._true("sends_line_with_registrations")

    def _hosts(self) -> list[Variable]:
        """Return the remote hosts, each as a separate line."""
        line = self._own.get("remote_hosts")
        if line is None:
            return []
        items = [item.strip(BLANKS) for item in line.value.split(",")]
        if not self._budget.spend(len(items) * (1 + len(self._parts["registration"]))):
            lost = f"the hosts of the wizard {quoted(self._name)}"
            message = f"more than {MAX_ITEMS_MADE} hosts, or lines for them, in the configuration"
            self._problems.add("limit-exceeded", line.file, line.line, message, section=self._name, lost=lost)
            return []
        return [line._replace(name="match", value=item) for item in items if item]

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

    def _auths(self) -> Iterator[Candidate]:
        for prefix, option, suffix in (
            ("inbound_auth", "accepts_auth", "-iauth"),
            ("outbound_auth", "sends_auth", "-oauth"),
        ):
            if self._true(option):
                yield self._candidate("auth", self._name + suffix, self._parts[prefix])

    def _aor(self, hosts: Sequence[Variable]) -> list[Variable]:
        lines = list(self._parts["aor"])
        if not self._true("accepts_registrations") and not any(line.name == "contact" for line in lines):
            pattern = self._own.get("contact_pattern")
            text = pattern.value if pattern is not None else "sip:${REMOTE_HOST}"
            lines.extend(
                self._line("contact", text.replace("${REMOTE_HOST}", host.value), host) for host in hosts
            )
        lines.extend(self._passed_on("outbound_proxy"))
        return lines

    def _endpoint(self) -> list[Variable]:
        name = self._name
        lines = [self._line("aors", name), *self._passed_on("transport", "outbound_proxy")]
        if self._true("accepts_auth"):
            lines.append(self._line("auth", name + "-iauth"))
        if self._true("sends_auth"):
            lines.append(self._line("outbound_auth", name + "-oauth"))
        return lines + self._parts["endpoint"]

    def _identify(self, hosts: Sequence[Variable]) -> Candidate | None:
        if self._without_identify():
            return None
        name = self._name + "-identify"
        if not hosts:
            self._missing_hosts("doesn't accept registrations", f"the identify {quoted(name)}")
            return None
        lines = list(self._parts["identify"])
        if not any(line.name == "match" for line in lines):
            lines.extend(hosts if self._release.wizard_ports else map(self._without_port, hosts))
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
        username = next((line.value for line in self._parts["outbound_auth"] if line.name == "username"), "")
        given = {line.name for line in self._parts["registration"]}
        for number, host in enumerate(hosts):
            lines = []
            for option, pattern in (
                ("server_uri", "sip:${REMOTE_HOST}"),
                ("client_uri", "sip:${USERNAME}@${REMOTE_HOST}" if username else "sip:${REMOTE_HOST}"),
            ):
                if option not in given:
                    own = self._own.get(option + "_pattern")
                    text = own.value if own is not None else pattern
                    text = text.replace("${REMOTE_HOST}", host.value).replace("${USERNAME}", username)
                    lines.append(self._line(option, text, host))
            lines.extend(self._passed_on("transport", "outbound_proxy"))
            if self._true("sends_auth"):
                lines.append(self._line("outbound_auth", name + "-oauth"))
            if self._true("sends_line_with_registrations"):
                lines.append(self._line("line", "yes"))
                lines.append(self._line("endpoint", name))
            lines.extend(self._parts["registration"])
            yield self._candidate("registration", f"{name}-reg-{number}", lines)

    def _missing_hosts(self, reason: str, lost: str) -> None:
        section = self._section
        message = f"the wizard {quoted(section.name)} {reason} but has no remote_hosts"
        problems = self._problems
        problems.add("wizard-hosts", section.file, section.line, message, section=section.name, lost=lost)
