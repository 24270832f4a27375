"""sorcery.conf: which types of objects don't come from pjsip.conf, as far as that can be told without a database.

It reads the mappings and says what is hidden and what isn't known; it knows no tables and no rows.

Facts

Found by experiment.

- ``[res_pjsip]`` maps endpoint, aor, auth, domain_alias, transport, global and system,
  ``[res_pjsip_endpoint_identifier_ip]`` identify, ``[res_pjsip_outbound_registration]`` registration.  Names of
  sections may have any case, and of two with one name the first counts; names of types are compared exactly.
- A type with a line ``TYPE = WIZARD,...`` isn't read from pjsip.conf any more, except by a line
  ``config,pjsip.conf,criteria=type=TYPE``.  Several lines for a type: the objects of all of them, but of two with
  ``realtime`` only those of the first.
- ``memory`` has no objects at the start.  ``TYPE/cache`` only says what is kept in memory.  Identify objects of
  ``realtime,...,allow_unqualified_fetch=no`` or ``=error`` are never found.
- Objects of pjsip_wizard.conf exist in any case; an object from elsewhere may stand in the place of one.
- A bad line has a WIZARD that doesn't exist (its case counts), or ``realtime`` without a family, with one that
  extconfig.conf lacks or with an option that doesn't exist.  In ``[res_pjsip]``, also for a name that is no type, it
  keeps res_pjsip from being loaded: no SIP at all.  For identify in its own section it is only logged, and identify
  objects come from pjsip.conf.
- ``realtime`` for identify or registration in ``[res_pjsip]`` keeps the type's own module from being loaded: none of
  its objects exist, also those of wizards.
- Asterisk ends at once if it can't parse the file.

Not handled: rows of a database and other files are never read, so every other line makes its type unknown.  So do bad
lines for registration, and other lines in another module's section.
"""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches

import attrs

from identify.config.language.files import Files
from identify.config.language.reader import read_document
from identify.config.language.sections import Document, Section, Variable
from identify.config.problems import Problems
from identify.config.realtime.extconfig import EXTCONFIG_FILE, Families
from identify.model import Origin
from identify.strings import ascii_lower, quoted

__all__ = ["SORCERY_FILE", "Elsewhere", "Mapped", "read_sorcery"]

SORCERY_FILE = "sorcery.conf"

#: The types that each module maps.
MODULES: Mapping[str, tuple[str, ...]] = {
    "res_pjsip": ("endpoint", "aor", "auth", "domain_alias", "transport", "global", "system"),
    "res_pjsip_endpoint_identifier_ip": ("identify",),
    "res_pjsip_outbound_registration": ("registration",),
}
TYPES = tuple(type for types in MODULES.values() for type in types)
MODULE_OF = {type: module for module, types in MODULES.items() for type in types}
#: Where objects may come from.
WIZARDS = ("astdb", "config", "memory", "memory_cache", "realtime")
#: The option of ``realtime``, with its values, and those with which no identify is found.
FETCH_OPTION = "allow_unqualified_fetch"
FETCH_VALUES = ("yes", "warn", "no", "error")
NEVER_FETCHED = ("no", "error")
#: How like a type a name is that was meant to be it; "outbound-publish" and "identify/cache" are none.
SIMILAR = 0.8


@attrs.frozen(eq=False)
class Elsewhere:
    """A place other than pjsip.conf that objects come from, in words: the fields are those of an unknown."""

    what: str
    origin: Origin
    reason: str = (
        f"{SORCERY_FILE} takes them from there, and only pjsip.conf and pjsip_wizard.conf are read here"
    )
    settles: str = f"the same objects as sections of pjsip.conf, without this line of {SORCERY_FILE}"


@attrs.define
class Mapped:
    """Where the objects of a type come from.

    ``hidden`` says that pjsip.conf isn't read for them; ``elsewhere`` are the other places.  If they are ``absent``,
    there are none at all.  ``realtime`` says that a line has named a family, ``told`` that a problem says all this.
    """

    origin: Origin
    hidden: bool = True
    elsewhere: list[Elsewhere] = attrs.field(factory=list)
    absent: bool = False
    realtime: bool = False
    told: bool = False


def read_sorcery(files: Files, families: Families, problems: Problems) -> dict[str, Mapped]:
    """Return the types that don't come from pjsip.conf alone; none if there is no sorcery.conf."""
    document = read_document(files, SORCERY_FILE, problems)
    if document is None:
        return {}
    if not document.valid:
        origin = Origin(SORCERY_FILE, 0)
        all_types = Elsewhere(
            what=f"which objects there are: {SORCERY_FILE} can't be read",
            origin=origin,
            reason="Asterisk doesn't start if it can't parse this file",
            settles=f"a {SORCERY_FILE} that can be read",
        )
        return {type: Mapped(origin, elsewhere=[all_types], told=True) for type in TYPES}
    found: dict[str, Mapped] = {}
    without_sip: list[Elsewhere] = []
    for module in MODULES:
        section = _section(document, module)
        for line in section.variables if section is not None else ():
            bad = _mistake(line, families)
            if bad and module == "res_pjsip" and "/" not in line.name:
                without_sip.append(_without_sip(line, bad, problems))
            elif bad and line.name == "identify":
                message = f"{bad}: Asterisk only logs this, and takes identify objects from pjsip.conf"
                _report(line, message, "the line", problems)
            elif line.name in TYPES:
                _map(line, module, found, problems)
            elif meant := get_close_matches(ascii_lower(line.name), TYPES, 1, SIMILAR):
                message = f"there is no type {quoted(line.name)}: did you mean {quoted(meant[0])}?"
                _report(line, message, "the line", problems)
    if without_sip:
        found["endpoint"] = Mapped(without_sip[0].origin, elsewhere=without_sip, told=True)
    return found


def _section(document: Document, module: str) -> Section | None:
    """Return the first section of a name, in any case."""
    sections = (section for section in document.sections if not section.template)
    return next((section for section in sections if ascii_lower(section.name) == module), None)


def _mistake(line: Variable, families: Families) -> str:
    """Say what is wrong with a line, "" if nothing is known to be."""
    wizard, *arguments = line.value.split(",")
    if wizard not in WIZARDS:
        return f"{quoted(wizard)} is none of {', '.join(WIZARDS)}"
    if wizard != "realtime":
        return ""
    if not arguments or not arguments[0]:
        return "realtime needs the name of a family"
    for argument in arguments[1:]:
        name, _, value = argument.partition("=")
        if name != FETCH_OPTION or value not in FETCH_VALUES:
            return f"realtime has no option {quoted(argument)}"
    if families.lack(arguments[0]):
        return f"{EXTCONFIG_FILE} has no family {quoted(arguments[0])}"
    return ""


def _report(line: Variable, message: str, lost: str, problems: Problems) -> None:
    problems.add("sorcery-line", line.file, line.line, message, lost=lost)


def _without_sip(line: Variable, bad: str, problems: Problems) -> Elsewhere:
    """Take notice of a line with which res_pjsip isn't loaded."""
    _report(line, f"{bad}, so Asterisk doesn't load res_pjsip: no SIP at all", "every endpoint", problems)
    return Elsewhere(
        what=f"whether Asterisk has SIP at all with {quoted(f'{line.name}={line.value}')}",
        origin=line.origin,
        reason=f"{bad}, so it doesn't load res_pjsip",
        settles=f"this line of {SORCERY_FILE}, corrected",
    )


def _map(line: Variable, module: str, found: dict[str, Mapped], problems: Problems) -> None:
    """Add what one line says about a type."""
    type = line.name
    wizard, *arguments = line.value.split(",")
    own = module == MODULE_OF[type]
    if not own and wizard == "realtime" and type not in found and type in ("identify", "registration"):
        message = (
            f"{type} belongs to [{MODULE_OF[type]}]: with it in [{module}] Asterisk doesn't load that module"
        )
        _report(line, message, f"every {type}, also those of wizards", problems)
        found[type] = Mapped(line.origin, absent=True, told=True)
        return
    mapped = found.setdefault(type, Mapped(line.origin))
    mapped.absent = mapped.told = False
    if own and wizard == "memory":
        return
    if own and wizard == "config" and arguments == ["pjsip.conf", f"criteria=type={type}"]:
        mapped.hidden = False
        return
    what = f"the {type} objects of {quoted(f'{type}={line.value}')}"
    if own and wizard == "realtime":
        what = f"the {type} objects of the realtime family {quoted(arguments[0])}"
        second, mapped.realtime = mapped.realtime, True
        if second or (type == "identify" and any(each.endswith(NEVER_FETCHED) for each in arguments[1:])):
            return
    elif own and wizard == "config" and arguments and arguments[0] != "pjsip.conf":
        what = f"the {type} objects in {quoted(arguments[0])}"
    mapped.elsewhere.append(Elsewhere(what, line.origin))
