"""sorcery.conf: which types of objects don't come from pjsip.conf, as far as that can be told without a database.

It reads the mappings and says what is hidden and what isn't known; it knows no tables and no rows.

Facts

Found by experiment.

- ``[res_pjsip]`` maps endpoint, aor, auth, domain_alias, transport, global and system,
  ``[res_pjsip_endpoint_identifier_ip]`` identify, ``[res_pjsip_outbound_registration]`` registration.  Names of
  sections may have any case, and of two with one name the first counts; names of types are compared exactly.
- A type with a line ``TYPE = WIZARD,...`` isn't read from pjsip.conf any more, except by a line
  ``config,pjsip.conf,criteria=type=TYPE``.  Several lines for a type: the objects of all of them.
- ``memory`` has no objects at the start.  ``TYPE/cache`` only says what is kept in memory.
- Objects of pjsip_wizard.conf exist in any case; an object from elsewhere may stand in the place of one.

Not handled: rows of a database and other files are never read, so every other line makes its type unknown.  So do
mistakes because of which Asterisk falls back to pjsip.conf or doesn't load a module: an unknown wizard, a family that
is missing, a type in another module's section, and a file that can't be read.  Whether extconfig.conf has a family
isn't looked at, and neither are names that are no type.
"""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from identify.config.language.files import Files
from identify.config.language.reader import read_document
from identify.config.language.sections import Document, Section, Variable
from identify.config.problems import Problems
from identify.model import Origin
from identify.strings import ascii_lower, quoted

__all__ = ["SORCERY_FILE", "Mapped", "read_sorcery"]

SORCERY_FILE = "sorcery.conf"

#: The types that each module maps.
MODULES: Mapping[str, tuple[str, ...]] = {
    "res_pjsip": ("endpoint", "aor", "auth", "domain_alias", "transport", "global", "system"),
    "res_pjsip_endpoint_identifier_ip": ("identify",),
    "res_pjsip_outbound_registration": ("registration",),
}
TYPES = tuple(type for types in MODULES.values() for type in types)


@attrs.define
class Mapped:
    """Where the objects of a type come from.

    ``hidden`` says that pjsip.conf isn't read for them; ``elsewhere`` are the other places, in words, with their lines.
    """

    origin: Origin
    hidden: bool = True
    elsewhere: list[tuple[str, Origin]] = attrs.field(factory=list)


def read_sorcery(files: Files, problems: Problems) -> dict[str, Mapped]:
    """Return the types that don't come from pjsip.conf alone; none if there is no sorcery.conf."""
    document = read_document(files, SORCERY_FILE, problems)
    if document is None:
        return {}
    found: dict[str, Mapped] = {}
    if not document.valid:
        origin = Origin(SORCERY_FILE, 0)
        what = f"all objects, as {SORCERY_FILE} can't be read"
        return {type: Mapped(origin, elsewhere=[(what, origin)]) for type in TYPES}
    for module in MODULES:
        section = _section(document, module)
        for line in section.variables if section is not None else ():
            if line.name in TYPES:
                _map(line, line.name in MODULES[module], found)
    return found


def _section(document: Document, module: str) -> Section | None:
    """Return the first section of a name, in any case."""
    sections = (section for section in document.sections if not section.template)
    return next((section for section in sections if ascii_lower(section.name) == module), None)


def _map(line: Variable, own: bool, found: dict[str, Mapped]) -> None:
    """Add what one line says about a type; ``own`` says that it is in the section of the type's module."""
    type = line.name
    wizard, *arguments = line.value.split(",")
    mapped = found.setdefault(type, Mapped(line.origin))
    if own and wizard == "memory":
        return
    if own and wizard == "config" and arguments == ["pjsip.conf", f"criteria=type={type}"]:
        mapped.hidden = False
        return
    if own and wizard == "realtime" and arguments and arguments[0]:
        what = f"the {type} objects of the realtime family {quoted(arguments[0])}"
    elif own and wizard == "config" and arguments and arguments[0] != "pjsip.conf":
        what = f"the {type} objects in {quoted(arguments[0])}"
    else:
        what = f"what {type} objects there are with {quoted(f'{type}={line.value}')}"
    mapped.elsewhere.append((what, line.origin))
