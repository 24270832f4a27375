"""Generated sets of configuration files for the loader: sections of every type, mostly as they should be.

:func:`generated` returns the same set for a seed, whatever reads it: it knows nothing of the library, so that the
answers of two versions of it can be compared, and those of one can be kept.  Most of a set is valid, as one error
would hide the rest; what Asterisk refuses, ignores or takes otherwise is strewn among it.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from configured_values import (
    ACCESS_ITEMS,
    BAD_ACCESS_ITEMS,
    BAD_ITEMS,
    BAD_LINES,
    BOOLEANS,
    CONTINUED,
    EXECUTED,
    FAMILIES,
    FURTHER_OF_REGISTRATIONS,
    HEADERS,
    HEADERS_BAD,
    HOSTS,
    HOSTS_BAD,
    ITEMS,
    JUNK,
    MAPPINGS,
    MISSPELT_TYPES,
    NAMES_OF_LISTS,
    ODD_BINDS,
    ODD_SERVERS,
    OPTIONS,
    ORDERS,
    OTHER_TYPES,
    PAIRS,
    PAIRS_BAD,
    PATTERNS,
    RELEASES,
    RULED,
    TEXTS,
    UNKNOWN_OPTIONS,
    URIS,
    URIS_BAD,
    WIZARD_LINES,
)

#: The longest line that Asterisk reads.
LONGEST_LINE = 8_190
#: Problems that are kept, with a few more.
TOO_MANY_PROBLEMS = 10_100
#: What becomes of a name that isn't a plain file.
ODDITIES = ("directory", "fifo", "loop")


@dataclass(frozen=True)
class FileSet:
    """Files with how they are read: for which release, and with which names known.

    ``names`` says what is known of host names: nothing, a table, or a table that wants all names first.  A set that is
    ``on_disk`` is read from a directory, in which the names of ``odd`` are not plain files.
    """

    files: Mapping[str, bytes]
    release: str
    partial: bool = False
    names: str = "nothing"
    on_disk: bool = False
    odd: Mapping[str, str] = field(default_factory=dict)


class Chance:
    """Choices from ``random()`` alone, whose numbers are the same with every Python."""

    def __init__(self, seed: int) -> None:
        """Begin with a seed."""
        self.random = random.Random(seed).random

    def pick(self, values: Sequence[str]) -> str:
        """Return one of the values."""
        return values[int(self.random() * len(values))]

    def number(self, least: int, most: int) -> int:
        """Return an integer of a closed range."""
        return least + int(self.random() * (most - least + 1))

    def happens(self, percent: float) -> bool:
        """Return true in so many of a hundred cases."""
        return self.random() * 100 < percent

    def some(self, values: Sequence[str], least: int, most: int) -> list[str]:
        """Return so many of the values, each as often as chance has it."""
        return [self.pick(values) for _ in range(self.number(least, most))]


def generated(seed: int) -> FileSet:
    """Return a set of files, always the same for a seed."""
    return _Writer(Chance(seed)).file_set()


class _Writer:
    """Writes one set; ``mood`` is how many of a hundred places have something that is not as it should be."""

    def __init__(self, chance: Chance) -> None:
        self.chance = chance
        self.mood = (0.0, 0.0, 0.5, 1.0, 2.0, 3.0, 6.0, 10.0)[chance.number(0, 7)]
        # In a tidy set nothing is even unusual.
        self.tidy = not self.mood and chance.happens(60)
        self.blocks: list[str] = []
        # Names of templates by type, and of the sections that there are.
        self.templates: dict[str, list[str]] = {}
        self.sections: list[str] = []
        self.used: set[tuple[str, str]] = set()
        # Names that endpoints will have, for what points to them before they are written.
        self.endpoints = [self.free_name("endpoint") for _ in range(chance.number(1, 6))]
        self.next_endpoint = 0

    def file_set(self) -> FileSet:
        chance = self.chance
        release = chance.pick(RELEASES) if chance.happens(15 if self.tidy else 45) else "23"
        files = self.files()
        on_disk = chance.happens(3)
        odd: dict[str, str] = {}
        if on_disk and chance.happens(70):
            name = chance.pick(("pjsip_wizard.conf", "acl.conf", "odd.conf", "odd.conf", "pjsip.d/odd.conf"))
            if name not in files:
                odd[name] = chance.pick(ODDITIES)
        return FileSet(
            files={name: self.encoded(text) for name, text in files.items()},
            release=release,
            partial=chance.happens(20),
            names=chance.pick(("nothing", "nothing", "nothing", "table", "table", "prepared")),
            on_disk=on_disk,
            odd=odd,
        )

    def odd(self, factor: float = 1.0) -> bool:
        """Return whether what is written here is not as it should be."""
        return self.chance.happens(self.mood * factor)

    # Files.

    def files(self) -> dict[str, str]:
        chance = self.chance
        self.body()
        files: dict[str, str] = {}
        self.included(files)
        files["pjsip.conf"] = self.text(self.blocks)
        if chance.happens(20):
            files["pjsip_wizard.conf"] = self.text(self.wizards())
        if self.tidy or chance.happens(85):
            files["acl.conf"] = self.text(self.named_lists())
        if chance.happens(5) and not self.tidy:
            files["sorcery.conf"] = self.text(self.mappings())
        if chance.happens(5) and not self.tidy:
            files["extconfig.conf"] = self.text(
                ["[settings]\n" + "".join(f"{line}\n" for line in chance.some(FAMILIES, 1, 4))]
            )
        if chance.happens(1.5) and "pjsip_wizard.conf" in files:
            del files["pjsip.conf"]
        return files

    def body(self) -> None:
        """Write the sections of pjsip.conf."""
        chance = self.chance
        if self.odd(0.2):
            self.blocks.append(chance.pick(("x=1\n", "\\[a]\n", "junk before\n")))
        self.settings()
        if self.tidy or chance.happens(40):
            self.blocks.append("[transport-udp]\ntype=transport\nprotocol=udp\nbind=0.0.0.0:5059\n")
        for type, most in (("transport", 3), ("endpoint", 3), ("identify", 3), ("aor", 1), ("auth", 1)):
            for _ in range(chance.number(0, most) if chance.happens(60) else 0):
                self.template(type)
        many = chance.happens(8)
        makers: list[tuple[Callable[[], None], int, int]] = [
            (lambda: self.object("transport"), 1, 3),
            (lambda: self.object("endpoint"), len(self.endpoints), len(self.endpoints)),
            (lambda: self.object("identify"), 1, 6),
            (lambda: self.object("aor"), 0, 3),
            (lambda: self.object("auth"), 0, 3),
            (lambda: self.object("registration"), 0, 2),
            (lambda: self.object("domain_alias"), 0, 1),
            (lambda: self.object("acl"), 0, 1),
            (lambda: self.object(chance.pick(OTHER_TYPES[:5] if self.tidy else OTHER_TYPES)), 0, 1),
        ]
        todo = [
            make
            for make, least, most in makers
            for _ in range(chance.number(least, most * (6 if many else 1)))
        ]
        if chance.happens(50):
            todo = [todo.pop(int(chance.random() * len(todo))) for _ in range(len(todo))]
        for make in todo:
            make()
            self.between()
        if chance.happens(4):
            self.large()

    def between(self) -> None:
        """Write what may stand between two sections."""
        chance = self.chance
        if chance.happens(6):
            self.addition()
        if chance.happens(3):
            self.template(chance.pick(("endpoint", "identify", "aor", "auth", "transport", "registration")))
        if self.odd(0.8):
            self.blocks.append(chance.pick(BAD_LINES) + "\n")
        if chance.happens(0.4) and not self.tidy:
            self.blocks.append(f"#exec {chance.pick(EXECUTED)}\n")
        if self.odd(0.5):
            self.untyped()
        if self.odd(0.15):
            self.blocks.append(
                chance.pick(("[broken\n", "[a](b\n", "[x](nosuch)\n", "[nosuch](+)\n", "\\ x=1\n"))
            )
        if self.odd(0.1):
            name = chance.pick(self.sections) if self.sections else "a"
            self.blocks.append(f"[{name}](+,{name})\n")

    def included(self, files: dict[str, str]) -> None:
        """Move blocks into included files."""
        chance = self.chance
        for number in range(chance.number(1, 2) if chance.happens(25) else 0):
            start = chance.number(0, max(len(self.blocks) - 1, 0))
            count = chance.number(0, 5)
            moved = self.blocks[start : start + count]
            name = f"{chance.pick(('inc', 'pjsip.d/', 'pjsip.d/a'))}{number}.conf"
            files[name] = self.text(moved)
            meant = name
            if name.startswith("pjsip.d/"):
                if chance.happens(5) and not self.tidy:
                    self.blocks.append("#include pjsip.d\n")
                meant = chance.pick((name, name, "pjsip.d/*", "pjsip.d/*.conf", "/etc/asterisk/" + name))
            word = chance.pick(("include", "include", "tryinclude", "INCLUDE"))
            quotes = chance.pick(("{}", "{}", '"{}"', "<{}>"))
            self.blocks[start : start + count] = [f"#{word} {quotes.format(meant)}\n"]
            if chance.happens(10):
                files[f"pjsip.d/b{number}.conf"] = self.text(
                    ["x=1\n", "[in-b](+)\n" if chance.happens(5) else ""]
                )
        if self.odd(0.4):
            name = chance.pick(
                ("nosuch.conf", "nosuch/*.conf", "pjsip.conf", "pjsip.d", "p*", "'inc0.conf'", "", "odd.conf")
            )
            word = chance.pick(("include", "tryinclude", "tryinclude", "tryinclude"))
            self.blocks.insert(chance.number(0, len(self.blocks)), f"#{word} {name}\n")
        elif self.mood and chance.happens(4):
            self.blocks.append(f"#tryinclude {chance.pick(('odd.conf', 'pjsip.d/odd.conf', 'pjsip.d/*'))}\n")
        if chance.happens(0.5):
            word, last = chance.pick(("include", "tryinclude")), chance.number(9, 13)
            self.blocks.append("#tryinclude deep1\n")
            for depth in range(1, last):
                files[f"deep{depth}"] = (
                    f"[deep-{depth}]\ntype=aor\n#{word} deep{depth + 1}\nmax_contacts={depth}\n"
                )
            files[f"deep{last}"] = "[deep]\ntype=aor\n"

    def text(self, blocks: Sequence[str]) -> str:
        """Return the text of blocks with comments, and with what editors and machines do to text."""
        chance = self.chance
        parts: list[str] = []
        for block in blocks:
            if chance.happens(6):
                parts.append(
                    chance.pick(
                        ("; a comment\n", ";--\n[gone]\ntype=endpoint\n--;\n", "\n\n", " \t\n", ";;;; x=1\n")
                    )
                )
            if chance.happens(1) and "(" not in block:
                block = f";-- {block}--;\n"
            elif self.odd(0.1):
                block = chance.pick(
                    (f";--\n{block}", f"--;\n{block};-- --;\n", f";--{block}", f";--- x\n{block}")
                )
            parts.append(block)
        text = "".join(parts)
        if chance.happens(8):
            text = text.replace("\n", "\r\n")
        if chance.happens(5):
            text = "\ufeff" + text
        if chance.happens(5):
            text = text.removesuffix("\n")
        return text

    def encoded(self, text: str) -> bytes:
        chance = self.chance
        data = text.encode("utf-8", "surrogateescape")
        for _ in range(chance.number(1, 4) if self.odd() and data else 0):
            at = chance.number(0, max(len(data) - 1, 0))
            data = data[:at] + bytes([chance.number(0, 255)]) + data[at + chance.number(0, 1) :]
        return data

    # Sections.

    def head(self, name: str, options: Sequence[str] = ()) -> str:
        """Return a section line."""
        chance = self.chance
        tail = chance.pick((" ; c", " x", " (t)", "(u)" if options else " (u)")) if self.odd() else ""
        options = [*options, *(["!"] if self.odd(0.1) else [])]
        return f"[{name}]{'(' + ','.join(options) + ')' if options else ''}{tail}\n"

    def option(self, name: str, value: str) -> str:
        """Return an option line in one of the ways in which people write them."""
        chance = self.chance
        if chance.happens(4):
            name = chance.pick((name.upper(), name.title(), name.swapcase()))
        if self.odd(0.3):
            name, value = chance.pick(UNKNOWN_OPTIONS), chance.pick(("yes", "1", value))
        if self.odd(0.05):
            value = chance.pick((f"{value}\0x", f"{value}\udcff", value + "y" * (LONGEST_LINE - 20)))
        equals = chance.pick(("=", "=", "=", " = ", " = ", "=> ", " =>", "\t=\t"))
        tail = (
            chance.pick((" ; c", ";c", " ;-- c --;", " ; x=1", "\t", ";x=1" if self.mood else ""))
            if chance.happens(4)
            else ""
        )
        first = "\\" if self.odd(0.05) else ""
        value = value.replace(";", "\\;") if not self.odd(0.5) else value
        whole = f"{first}{name}{equals}{value}{tail}\n"
        if chance.happens(1) and len(value) > 3:
            cut = chance.number(1, len(value) - 1)
            whole = f"{name}{equals}{value[:cut]}\n{name}{chance.pick(('+=', ' += '))}{value[cut:]}{tail}\n"
        return whole

    def lines(self, type: str) -> list[str]:
        """Return the lines of a section of a type, without the line that says so."""
        maker = getattr(self, f"lines_of_{type.replace('-', '_')}", None)
        pairs: list[tuple[str, str]] = maker() if maker is not None else self.random_options(type, 0, 3)
        return [self.option(name, value) for name, value in pairs]

    def parents(self, type: str) -> list[str]:
        chance = self.chance
        known = self.templates.get(type, [])
        if not known or not chance.happens(60):
            return []
        parents = chance.some(known, 1, 2 if chance.happens(25) else 1)
        if chance.happens(3) and not self.tidy:
            parents.append(chance.pick(self.sections) if self.sections else "")
        if self.odd(0.2):
            parents.append(chance.pick(("", parents[0] + " ", "nosuch")))
        return [chance.pick((name, name, name, name.upper(), name.title())) for name in parents]

    def type_line(self, type: str) -> list[str]:
        chance = self.chance
        if self.odd(0.4):
            return [self.option("type", self.misspelt(type))]
        lines = [self.option("type", type)]
        if self.odd(0.2):
            lines.append(self.option("type", chance.pick((type, type, "aor", "nosuch"))))
        return lines

    def misspelt(self, type: str) -> str:
        return self.chance.pick((type.upper(), type.title(), type[:-1], f'"{type}"', *MISSPELT_TYPES))

    def template(self, type: str) -> None:
        chance = self.chance
        name = chance.pick(("t", "base", "tpl", "T", "defaults")) + f"-{type}{chance.number(1, 3)}"
        options = [*self.parents(type), "!"]
        lines = self.type_line(type) if chance.happens(93) else []
        own = self.lines(type)
        lines += own[: chance.number(0, len(own))]
        self.blocks.append(self.head(name, options) + "".join(lines))
        self.templates.setdefault(type, []).append(name)

    def object(self, type: str) -> None:
        chance = self.chance
        name = self.name_for(type)
        parents = self.parents(type)
        lines = [] if parents and chance.happens(60) else self.type_line(type)
        if parents and type in CONTINUED and chance.happens(8):
            # It continues the template's last line of that name, which is then a line of this place.
            lines.append(chance.pick(CONTINUED[type]) + "\n")
        lines += self.lines(type)
        if self.odd(0.3):
            lines.insert(chance.number(0, len(lines)), chance.pick(BAD_LINES) + "\n")
        if chance.happens(3) and len(lines) > 1:
            lines.append(lines.pop(0))
        self.blocks.append(self.head(name, parents) + "".join(lines))
        self.sections.append(name)

    def name_for(self, type: str) -> str:
        """Return a name that no other section of the type has, nearly always."""
        chance = self.chance
        if self.odd(0.15):
            return chance.pick(("", "global", "system", "n" * 79, "n" * 85, " a", "é" * 40, "Global"))
        if type == "endpoint" and self.next_endpoint < len(self.endpoints):
            self.next_endpoint += 1
            return self.endpoints[self.next_endpoint - 1]
        return self.free_name(type)

    def free_name(self, type: str) -> str:
        chance = self.chance
        for _ in range(4):
            name = chance.pick(("alice", "bob", "trunk", "gw", "provider", "e", "Alice")) + chance.pick(
                ("", "", "1", "2", "-in", "@example.com", f"-{chance.number(1, 99)}")
            )
            if (type, name) not in self.used or self.odd(0.1):
                break
        else:
            name = f"{type}-{len(self.used)}"
        self.used.add((type, name))
        return name

    def addition(self) -> None:
        chance = self.chance
        if not self.sections:
            return
        name = chance.pick(self.sections)
        condition = ""
        if chance.happens(25):
            condition = chance.pick(
                ("TEMPLATES=include", "TEMPLATES=exclude", "=", "=.", "TEMPLATES=include&=", "type=|x=")
            )
        if self.templates and chance.happens(25):
            name = chance.pick(self.templates[chance.pick(list(self.templates))])
            condition = chance.pick(("TEMPLATES=include", "TEMPLATES=restrict", "TEMPLATES=Include"))
        if self.odd(0.3):
            condition = chance.pick(("type=endp", "type=", "x", "=(", "TEMPLATES=restrict", "@note=.&type=i"))
        options = [f"+{condition}"]
        if chance.happens(15):
            options.insert(
                chance.number(0, 1), chance.pick(chance.pick(list(self.templates.values()) or [[name]]))
            )
        line = chance.pick(("@note=x\n", "@note+=y\n", "\n"))
        if self.odd(8):
            line = chance.pick(("allow=ulaw\n", "context=added\n", "match=10.9.8.7\n", "type+=x\n"))
        self.blocks.append(self.head(chance.pick((name, name, name.upper())), options) + line)

    def untyped(self) -> None:
        chance = self.chance
        lines = "".join(f"{line}\n" for line in chance.some(JUNK, 0, 3))
        self.blocks.append(f"[untyped{chance.number(1, 9)}]\n{lines}")

    def random_options(self, type: str, least: int, most: int) -> list[tuple[str, str]]:
        """Return options of a type with values that it accepts, nearly always."""
        chance, found = self.chance, []
        table = OPTIONS.get(type, {})
        names = list(table)
        for _ in range(chance.number(least, most) if names else 0):
            name = chance.pick(names)
            if name in RULED and not self.odd(2):
                continue
            accepted, refused = table[name]
            if self.odd(0.6) and refused:
                found.append((name, chance.pick(refused)))
            elif accepted:
                found.append((name, chance.pick(accepted)))
        for _ in range(chance.number(0, 2) if type in BOOLEANS else 0):
            value = (
                chance.pick(("yes", "no", "true", "off", "1", "0"))
                if not self.odd()
                else chance.pick(("maybe", "", "Y e s"))
            )
            found.append((chance.pick(BOOLEANS[type]), value))
        return found

    # Types.

    def settings(self) -> None:
        chance = self.chance
        for type in ("global", "system"):
            for _ in range(chance.number(2, 3) if self.odd(0.2) else chance.happens(35)):
                pairs = self.random_options(type, 0, 3)
                if type == "global" and chance.happens(60):
                    order = chance.some(ORDERS[:4] if self.tidy else ORDERS, 0, 5)
                    pairs.append(("endpoint_identifier_order", ",".join(order)))
                if type == "global" and chance.happens(20):
                    pairs.append(("user_agent", chance.pick(TEXTS["user_agent"])))
                name = type if chance.happens(85) else chance.pick(("g", "settings", "system", "global"))
                typed = self.type_line(type) if name != type or chance.happens(85) else []
                lines = [self.option(*pair) for pair in pairs]
                self.blocks.append(self.head(name) + "".join([*typed, *lines]))

    def lines_of_transport(self) -> list[tuple[str, str]]:
        chance = self.chance
        pairs = [("protocol", chance.pick(("udp", "udp", "udp", "UDP", "tcp", "tls", "ws", "wss")))]
        bind = f"{chance.pick(('127.0.0.1', '0.0.0.0', '192.0.2.1', '10.0.0.1', '10.0.0.2', '[2001:db8::1]'))}:{chance.number(5060, 5099)}"
        pairs.append(("bind", chance.pick(ODD_BINDS) if self.odd(0.8) else bind))
        if chance.happens(25):
            pairs.append(("domain", chance.pick(("example.com", "a.example", ""))))
        if chance.happens(15):
            pairs.append(("symmetric_transport", "yes"))
        return pairs + self.random_options("transport", 0, 2)

    def lines_of_endpoint(self) -> list[tuple[str, str]]:
        chance = self.chance
        pairs = [("context", chance.pick(("from-trunk", "internal", "default"))), ("disallow", "all")]
        pairs += [("allow", codec) for codec in chance.some(("ulaw", "alaw", "ulaw,alaw", "g722"), 0, 3)]
        pairs += self.random_options("endpoint", 0, 5)
        if chance.happens(30):
            pairs.append(
                (
                    "identify_by",
                    ",".join(chance.some(("username", "ip", "auth_username", "header", "ip ", "IP"), 1, 3)),
                )
            )
        if chance.happens(15):
            rules = PAIRS_BAD if self.odd(8) else PAIRS
            pair = rules[chance.number(0, len(rules) - 1)]
            pairs += [each for each in pair if not (each[1] == "" or chance.happens(10))]
        if chance.happens(12):
            pairs += self.access_lines()
        return pairs

    def access_lines(self) -> list[tuple[str, str]]:
        chance, found = self.chance, []
        for _ in range(chance.number(1, 4)):
            name = chance.pick(("permit", "deny", "contact_permit", "contact_deny", "acl", "contact_acl"))
            if name.endswith("acl"):
                value = chance.pick(NAMES_OF_LISTS if self.odd(5) else ("named1", "named2", "named1,v6"))
            else:
                value = ",".join(chance.some(ACCESS_ITEMS if not self.odd() else BAD_ACCESS_ITEMS, 1, 3))
            found.append((name, value))
        return found

    def lines_of_acl(self) -> list[tuple[str, str]]:
        return self.access_lines()

    def lines_of_aor(self) -> list[tuple[str, str]]:
        chance = self.chance
        pairs = self.random_options("aor", 0, 3)
        for _ in range(chance.number(0, 2)):
            contacts = chance.some(
                ("sip:a@192.0.2.1", "sip:192.0.2.2:5070", "sips:b@h.example", "sip:c@[2001:db8::1]"), 1, 2
            )
            pairs.append(
                (
                    "contact",
                    ",".join(contacts)
                    if not self.odd()
                    else chance.pick(("bob", "sip:", "tel:+1", "sip:a@b,,c")),
                )
            )
        return pairs

    def lines_of_auth(self) -> list[tuple[str, str]]:
        chance = self.chance
        pairs = [("username", chance.pick(("alice", "bob", "1000")))] if not self.odd() else []
        kind = chance.pick(("userpass", "userpass", "md5", "digest", "google_oauth", "", "Digest"))
        if kind:
            pairs.append(("auth_type", kind))
        if kind.lower() in ("", "userpass", "digest") and not self.odd():
            pairs.append(("password", chance.pick(("secret", "p", "x;y"))))
        if kind == "md5" or chance.happens(5):
            pairs.append(("md5_cred", "0123456789abcdef0123456789abcdef" if not self.odd() else "zz"))
        if kind == "google_oauth" and not self.odd():
            pairs += [("refresh_token", "r"), ("oauth_clientid", "c"), ("oauth_secret", "s")]
        if chance.happens(15):
            pairs.append(
                ("supported_algorithms_uac", chance.pick(("MD5", "SHA-256", "md5,SHA-256", "SHA-512-256")))
            )
        if chance.happens(10):
            pairs.append(
                ("password_digest", chance.pick(("MD5:" + "0" * 32, "SHA-256:" + "a" * 64, "SHA-256:zz")))
            )
        return pairs + self.random_options("auth", 0, 1)

    def lines_of_identify(self) -> list[tuple[str, str]]:
        chance = self.chance
        pairs = []
        if not self.odd(0.5):
            pairs.append(
                (
                    "endpoint",
                    chance.pick(self.endpoints)
                    if chance.happens(99)
                    else chance.pick((*self.sections, "nosuch")),
                )
            )
        kinds = [chance.happens(80), chance.happens(20), chance.happens(15)]
        if not any(kinds) and not self.odd(2):
            kinds[0] = True
        if kinds[0]:
            for _ in range(chance.number(1, 3)):
                pairs.append(("match", self.items()))
        if kinds[1]:
            pairs.append(("match_header", chance.pick(HEADERS if not self.odd(3) else HEADERS_BAD)))
        if kinds[2]:
            pairs.append(("match_request_uri", chance.pick(URIS if not self.odd(3) else URIS_BAD)))
        if chance.happens(8):
            pairs.append(("srv_lookups", chance.pick(("yes", "no", "false"))))
        return pairs

    def items(self) -> str:
        chance, found = self.chance, []
        for _ in range(chance.number(1, 8) if chance.happens(20) else chance.number(1, 2)):
            if self.odd(0.7):
                found.append(chance.pick(BAD_ITEMS))
            elif (chance.happens(3) and not self.tidy) or (self.mood and chance.happens(4)):
                found.append(chance.pick((*HOSTS, *HOSTS_BAD) if self.odd(5) else HOSTS))
            else:
                found.append(
                    chance.pick(ITEMS)
                    if (chance.happens(12) and not self.tidy) or self.odd(8)
                    else self.plain_item()
                )
        return chance.pick((",", ",", ", ", " , ")).join(found)

    def plain_item(self) -> str:
        """Return an address or a network, mostly without anything in its host bits."""
        chance = self.chance
        parts = [chance.pick(("10", "192", "198", "203")), *(str(chance.number(0, 255)) for _ in range(3))]
        bits = chance.number(8, 32)
        if chance.happens(15):
            bits = chance.pick(("/32", "/48", "/64")) if chance.happens(50) else ""
            return f"2001:db8:{chance.number(0, 9)}::{'' if bits else chance.number(0, 99)}{bits}"
        if chance.happens(45):
            if self.tidy or not chance.happens(8):
                bits -= bits % 8
                parts = [part if 8 * index < bits else "0" for index, part in enumerate(parts)]
            return f"{'.'.join(parts)}/{bits}"
        return ".".join(parts) + (f":{chance.number(1, 65_535)}" if chance.happens(8) else "")

    def lines_of_registration(self) -> list[tuple[str, str]]:
        chance = self.chance
        pairs = [
            ("server_uri", chance.pick(("sip:192.0.2.9", "sip:h.example", "sip:h.example:5070"))),
            ("client_uri", "sip:me@192.0.2.9"),
        ]
        if self.mood and chance.happens(25):
            pairs[0] = ("server_uri", chance.pick(ODD_SERVERS))
        if self.odd():
            pairs[chance.number(0, 1)] = (
                chance.pick(("server_uri", "client_uri")),
                chance.pick(("", "h", "tel:1", "sip:")),
            )
        if chance.happens(35):
            pairs += [("line", "yes"), ("endpoint", chance.pick(self.endpoints))]
            if self.odd(3):
                del pairs[-chance.number(1, 2)]
        if self.odd(8):
            pairs.append(("transport", chance.pick(("t", "transport-udp", *self.sections))))
        for name, good, bad in FURTHER_OF_REGISTRATIONS:
            if chance.happens(8):
                pairs.append((name, bad if self.odd(3) else good))
        return pairs + self.random_options("registration", 0, 2)

    def lines_of_domain_alias(self) -> list[tuple[str, str]]:
        return [("domain", "example.com")] if not self.odd(3) else [("domain", "")] if self.odd(3) else []

    def lines_of_resource_list(self) -> list[tuple[str, str]]:
        pairs = [("event", "presence"), ("list_item", "a,b")]
        return pairs[: self.chance.number(0, 2)] if self.odd(3) else pairs

    def lines_of_phoneprov(self) -> list[tuple[str, str]]:
        return [("MAC", "00"), ("endpoint", "e"), ("anything", "x")]

    # Other files.

    def wizards(self) -> list[str]:
        chance, blocks = self.chance, []
        if chance.happens(50):
            blocks.append(
                "[w-defaults](!)\ntype=wizard\n"
                + "".join(
                    f"{line}\n" for line in chance.some(WIZARD_LINES[:8] if self.tidy else WIZARD_LINES, 0, 3)
                )
            )
        for number in range(chance.number(1, 3)):
            name = f"wiz{number}" if not self.odd(2) else chance.pick(("wiz0", "", "alice", "trunk"))
            parent = "(w-defaults)" if "(!)" in "".join(blocks) and chance.happens(50) else ""
            typed = (
                ""
                if parent and chance.happens(70)
                else "type=wizard\n"
                if not self.odd()
                else "type=endpoint\n"
            )
            lines = [
                f"remote_hosts={','.join(chance.some(('192.0.2.5', '198.51.100.9:5070', 'h.example', '[2001:db8::5]'), 1, 3))}\n"
            ]
            lines = lines if not self.odd(2) else []
            lines += [
                f"{line}\n" for line in chance.some(WIZARD_LINES[:8] if self.tidy else WIZARD_LINES, 0, 5)
            ]
            lines += [
                f"{each}_pattern={chance.pick(PATTERNS)}\n"
                for each in ("server_uri", "client_uri", "contact")
                if chance.happens(10)
            ]
            blocks.append(f"[{name}]{parent}\n{typed}{''.join(lines)}")
        return blocks

    def named_lists(self) -> list[str]:
        chance, blocks = self.chance, []
        for name in ("named1", "named2", "v6", "Named1"):
            if self.tidy or chance.happens(60):
                lines = [
                    f"{chance.pick(('permit', 'deny', 'Deny'))}={','.join(chance.some(ACCESS_ITEMS, 1, 3))}\n"
                    for _ in range(chance.number(0, 3))
                ]
                if self.odd(0.5):
                    lines.append(chance.pick(("permit=\n", "bad=1\n", "deny=1/99\n")))
                blocks.append(f"[{name}]{'(!)' if chance.happens(5) else ''}\n{''.join(lines)}")
        if self.odd(0.2):
            blocks.append(chance.pick(("[general]\n", "#include nosuch\n", "#exec lists\n", "[x\n")))
        return blocks

    def mappings(self) -> list[str]:
        chance, blocks = self.chance, []
        for section in ("res_pjsip", "res_pjsip_endpoint_identifier_ip", "res_pjsip_outbound_registration"):
            if chance.happens(50):
                blocks.append(f"[{section}]\n" + "".join(f"{line}\n" for line in chance.some(MAPPINGS, 1, 2)))
        if self.odd(0.5):
            blocks.append("[broken\n")
        return blocks

    def large(self) -> None:
        """Write something of which there is much."""
        kind, blocks = self.chance.number(0, 10), self.blocks
        if kind == 0:
            value = "ulaw," * 1_600
            blocks.append("[long](!)\ntype=endpoint\n" + f"allow+={value}\n" * self.chance.number(8, 9))
        elif kind == 1:
            many = TOO_MANY_PROBLEMS // 100 if self.chance.happens(35) else 3
            blocks.append("[spoilt](!)\ntype=endpoint\n" + "".join(f"x{number}=1\n" for number in range(100)))
            blocks.append("".join(f"[spoilt{number}](spoilt)\n" for number in range(many)))
        elif kind == 2:
            blocks.append(";--\n" * self.chance.number(127, 130) + "--;\n" * 128)
        elif kind == 3:
            blocks.append(
                "[many]\ntype=identify\nendpoint=e\nmatch="
                + ",".join(f"10.1.{n}.1" for n in range(256))
                + "\n"
            )
        elif kind == 4:
            blocks.append(
                "[octal]\ntype=identify\nendpoint=e\nmatch="
                + ",".join(f"010.0.0.{n}" for n in range(70))
                + "\n"
            )
        elif kind == 5:
            blocks.append(
                "[pieces]\ntype=aor\n" + "\0" + "x=" + "y" * self.chance.number(8_180, 8_200) + "\n"
            )
        elif kind == 6:
            blocks.append("[notes](!)\ntype=endpoint\n" + "ice_support=maybe\n" * 50)
            many = 202 if self.chance.happens(20) else 4
            blocks.append("".join(f"[noted{number}](notes)\n" for number in range(many)))
        elif kind == 7:
            blocks.insert(self.chance.number(0, len(blocks)), "\n" * self.chance.number(65_000, 66_000))
        elif kind in (8, 9):
            self.crowd(self.chance.number(20, 250))
        else:
            blocks.append("[chain0](!)\ntype=endpoint\ncontext=c\n")
            blocks.append(
                "".join(f"[chain{n + 1}](!,chain{n})\nallow=ulaw\n" for n in range(30))
                + "[chained](chain30)\n"
            )

    def crowd(self, count: int) -> None:
        """Write many customers of one kind, each with all its objects."""
        chance = self.chance
        own, templates = chance.happens(50), chance.happens(70)
        if templates:
            self.blocks.append(
                "[crowd](!)\ntype=endpoint\ncontext=c\ndisallow=all\nallow=ulaw\n"
                "[crowd-i](!)\ntype=identify\n[crowd-a](!)\ntype=auth\nauth_type=userpass\n[crowd-r](!)\ntype=aor\n"
            )
        for number in range(count):
            name = f"c{number:0{chance.number(1, 4)}}" if chance.happens(99) else "Crowd"
            heads = [f"[{name}](crowd{kind})\n" for kind in ("", "-i", "-a", "-r")]
            if not templates:
                types = ("endpoint", "identify", "auth", "aor")
                heads = [f"[{name}]\ntype={type}\n" for type in types]
            item = f"10.{number // 250}.{number % 250}.0/24" if chance.happens(60) else self.items()
            parts = [
                f"{heads[0]}aors={name}\nauth={name}\n",
                f"{heads[1]}endpoint={name}\nmatch={item}\n",
                f"{heads[2]}username={name}\npassword=p{number}\n" if own else "",
                f"{heads[3]}max_contacts={number % 5}\n" if own else "",
            ]
            self.blocks.append("".join(parts))
