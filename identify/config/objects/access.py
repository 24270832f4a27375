"""Access lists: ``permit`` and ``deny`` lines, and the named ACLs of acl.conf that ``acl`` lines refer to.

It makes lists of rules; the simulation decides which requests they deny.

Facts

Observed on a running Asterisk.

- The lines form one list, in order, items from left to right; ``!`` inverts an item.  A blank at a comma and an empty
  item make the line a bad one.
- Each name on an ``acl`` line refers to a list of its own.  Blanks before a name are skipped, blanks after it belong
  to it: ``acl= named1 , v6`` means ``named1 `` with the blank, which doesn't exist.  Names are case-sensitive.
- acl.conf allows only ``permit`` and ``deny``.  A single bad value, of which an empty one is one, other option or bad
  section line means that no named ACL exists at all.  References are ignored then, also those to names that don't
  exist, and also if there is no acl.conf: all of them allow everybody.  If there is one and only the name is missing,
  the list denies everything.
- Of two sections with the same name in acl.conf the second one's rules are appended to the first one's.

Of an acl.conf that comes from a database, runs commands, or includes a file that isn't here, nothing is known: what
isn't here may change each list, and one mistake in it does away with all.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

from identify.addresses import AddressError, parse_network
from identify.config.language.files import Files
from identify.config.language.reader import read_document
from identify.config.language.sections import BLANKS, Document, Variable
from identify.config.objects.values.lists import access_reason
from identify.config.problems import MAX_ITEMS_MADE, Budget, Problems
from identify.model import BASELINE, AccessRule, AccessRules, Origin, Unknown
from identify.strings import ascii_lower, quoted, quoted_list

__all__ = ["ACL_FILE", "NamedLists", "read_rules"]

ACL_FILE = "acl.conf"

SENSES = {"permit": True, "deny": False}


def read_rules(
    lines: Iterable[Variable], prefix: str = "", read: dict[Variable, tuple[AccessRule, ...]] | None = None
) -> tuple[AccessRule, ...]:
    """Return the rules of the lines named ``permit`` and ``deny``, with ``prefix`` before their names.

    ``read`` has the rules of inherited lines that were read before, which the sections that inherit them share.
    Raises :class:`~identify.addresses.AddressError` for an item that is not a valid network.
    """
    read = read if read is not None else {}
    rules: list[AccessRule] = []
    for line in lines:
        name = ascii_lower(line.name)
        sense = SENSES.get(name[len(prefix) :]) if name.startswith(prefix) else None
        if sense is None:
            continue
        found = read.get(line)
        if found is None:
            found = _rules_of(line, sense)
            if line.template is not None:
                read[line] = found
        rules += found
    return tuple(rules)


def _rules_of(line: Variable, sense: bool) -> tuple[AccessRule, ...]:
    origin, rules = line.origin, []
    for item in line.value.split(",") if line.value else ():
        network = parse_network(item, ports=False)
        rules.append(
            AccessRule(
                text=item,
                permit=sense != network.negated,
                family=network.family,
                address=network.value,
                mask=network.mask,
                origin=origin,
            )
        )
    return tuple(rules)


class NamedLists:
    """The named ACLs; acl.conf is read when the first object refers to one.

    ``database`` is the line that takes acl.conf from one; with ``partial`` it is read though an included file is
    missing.  ``unknown`` is what every named ACL depends on, None if all are known, or none was asked for.
    """

    def __init__(
        self,
        files: Files,
        budget: Budget,
        problems: Problems,
        *,
        byte_order_mark: bool,
        partial: bool = False,
        database: Origin | None = None,
    ) -> None:
        self.unknown: Unknown | None = None
        self._files = files
        self._byte_order_mark = byte_order_mark
        self._partial = partial
        self._database = database
        self._budget = budget
        self._problems = problems
        self._read = False
        self._exists = False
        self._lists: dict[str, AccessRules] | None = None
        # By name in lower case, for hints.
        self._similar: dict[str, str] = {}
        # What inherited lines say, which the sections that inherit them share.
        self._inherited: dict[Variable, tuple[AccessRule, ...]] = {}
        self._inherited_names: dict[Variable, tuple[tuple[AccessRules, ...], tuple[str, ...]]] = {}

    def access(
        self, variables: Sequence[Variable], prefix: str, *, described: str, id: str
    ) -> tuple[AccessRules, ...]:
        """Return the lists of an object's ``permit``, ``deny`` and ``acl`` lines, all with ``prefix`` before the name.

        The object's own rules are the first list, each named ACL adds another.  Values that refuse the object
        are reported elsewhere.
        """
        wanted = (f"{prefix}permit", f"{prefix}deny", f"{prefix}acl")
        lines = [line for line in variables if ascii_lower(line.name) in wanted]
        if not lines:
            return ()
        try:
            rules = read_rules(lines, prefix, self._inherited)
        except AddressError:
            return ()
        found = [AccessRules(name=BASELINE, rules=rules)] if rules else []
        for line in lines:
            if ascii_lower(line.name) == wanted[2]:
                found += self._named(line, described, id)
        return tuple(found)

    def all(self) -> dict[str, AccessRules] | None:
        """Return the lists by name, None if Asterisk has none because the file is missing or has an error.

        Where ``unknown`` is set afterwards, they are only what is known of them.
        """
        if not self._read:
            self._read = True
            if self._database is not None:
                self._take_from(self._database)
                return None
            document = read_document(
                self._files,
                ACL_FILE,
                self._problems,
                byte_order_mark=self._byte_order_mark,
                partial=self._partial,
            )
            if document is not None:
                self._exists = True
                self._lists = self._take(document) if document.valid else None
                for name in self._lists or ():
                    self._similar.setdefault(name.strip().lower(), name)
            if document is not None and self._lists is not None:
                self.unknown = _untold_text(document)
        return self._lists

    def _named(self, line: Variable, described: str, id: str) -> Sequence[AccessRules]:
        """Return the lists that an ``acl`` or ``contact_acl`` line names, and report each name that means none once."""
        found = self._inherited_names.get(line)
        if found is None:
            found = self._lists_of(line)
            if line.template is not None:
                self._inherited_names[line] = found
        lists, missing = found
        for name in missing:
            if self._lists is None:
                why = "is missing" if not self._exists else "has an error"
                message = f"named ACL {quoted(name)} is ignored and denies nobody: {ACL_FILE} {why}"
                self._problems.add("acl-unavailable", line.file, line.line, message, section=id)
            else:
                message = f"there is no named ACL {quoted(name)}{self._hint(name)}: "
                message += f"{described} denies every address"
                self._problems.add("acl-undefined", line.file, line.line, message, section=id)
        return lists

    def _lists_of(self, line: Variable) -> tuple[tuple[AccessRules, ...], tuple[str, ...]]:
        """Return the lists that the names on a line mean, and the distinct names for which there is none."""
        found: list[AccessRules] = []
        missing: dict[str, AccessRules] = {}
        for item in line.value.split(","):
            name = item.lstrip(BLANKS)
            if not name:
                continue
            lists = self.all()
            if self.unknown is not None:
                found.append(AccessRules(name=name, origin=line.origin, unknown=self.unknown))
                continue
            named = lists.get(name) if lists is not None else None
            if named is None:
                named = missing.setdefault(name, AccessRules(name=name, defined=False, origin=line.origin))
            if lists is not None:
                found.append(named)
        return tuple(found), tuple(missing)

    def _hint(self, name: str) -> str:
        """Return a hint at the list that was probably meant."""
        meant = self._similar.get(name.strip().lower())
        return f" (did you mean {quoted(meant)}?)" if meant is not None else ""

    def _take_from(self, database: Origin) -> None:
        """Take notice of a line that takes acl.conf from a database."""
        message = f"Asterisk takes all of {ACL_FILE} from a database and doesn't read the file"
        lost = f"everything in {ACL_FILE}"
        self._problems.add("objects-elsewhere", database.file, database.line, message, lost=lost)
        self.unknown = _unknown(
            f"the named ACLs of {ACL_FILE}",
            f"{database.file} takes them from a database",
            f"the same ACLs as sections of {ACL_FILE}, without this line of {database.file}",
            database,
        )

    def _take(self, document: Document) -> dict[str, AccessRules] | None:
        found: dict[str, list[AccessRule]] = {}
        good = True
        for section in document.sections:
            if section.template:
                continue
            rules = found.setdefault(section.name, [])
            for line in section.variables:
                if not self._budget.spend(1 + line.value.count(",")):
                    message = f"more than {MAX_ITEMS_MADE} items in the configuration"
                    self._lose("limit-exceeded", line, section.name, message)
                    return None
                reason = _reason(line)
                if reason is not None:
                    good = False
                    self._refuse(line, section.name, reason)
                elif good:
                    rules += read_rules([line], "", self._inherited)
            if section.name == "general":
                good = False
                place = Variable("", "", section.file, section.line)
                self._refuse(place, section.name, "a section [general] makes the whole file invalid")
        return (
            {name: AccessRules(name=name, rules=tuple(rules)) for name, rules in found.items()}
            if good
            else None
        )

    def _refuse(self, line: Variable, section: str, message: str) -> None:
        message += "; Asterisk has no named ACL then, and every acl and contact_acl line allows everybody"
        self._lose("acl-file", line, section, message)

    def _lose(self, code: str, line: Variable, section: str, message: str) -> None:
        self._problems.add(code, line.file, line.line, message, section=section, lost="every named ACL")


def _untold_text(document: Document) -> Unknown | None:
    """Return what the named ACLs depend on if text of acl.conf isn't here, None if all of it is."""
    if document.missing:
        files = dict(document.missing)
        several = len(files) > 1
        return _unknown(
            f"the named ACLs: {ACL_FILE} includes {quoted_list(list(files))}",
            f"the included file{'s' if several else ''} do{'' if several else 'es'}n't exist here",
            f"the missing file{'s' if several else ''}",
            document.missing[0][1],
        )
    if document.executed:
        return _unknown(
            f"the named ACLs: what #exec prints: {quoted_list(list(dict(document.executed)))}",
            "commands aren't run here",
            "the output in the place of the line",
            document.executed[0][1],
        )
    return None


def _unknown(what: str, reason: str, settles: str, origin: Origin) -> Unknown:
    return Unknown(kind="access-lists", what=what, reason=reason, settles=settles, origin=origin)


def _reason(line: Variable) -> str | None:
    """Return what is wrong with a line of acl.conf, None if nothing is."""
    if ascii_lower(line.name) not in SENSES:
        return f"a named ACL has no option {quoted(line.name)}"
    wrong = _wrong(line.value)
    return None if wrong is None else f"{ascii_lower(line.name)} = {quoted(line.value)}: {wrong}"


@lru_cache(maxsize=128)
def _wrong(value: str) -> str | None:
    """Return what is wrong with a list of networks, which many sections may inherit."""
    return access_reason(value, empty=False)
