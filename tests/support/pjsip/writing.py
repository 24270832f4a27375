"""What generated messages are written of: blanks, tokens, numbers, quoted strings, parameters and URIs."""

from __future__ import annotations

import random

FOLDS = ("\r\n ", "\r\n\t", "\n ", "\r ", " \r\n  ", "\t\n\t")
BLANKS = (" ", "\t", "  ", " \t ", *FOLDS)
LINE_ENDS = ("\r\n", "\r\n", "\r\n", "\r\n", "\n", "\r")
BYTES = (
    *map(chr, (0, 1, 2, 8, 11, 12, 14, 31, 127, 128, 133, 160, 195, 233, 255)),
    *"\"\\()<>[]{}|^`,;:=/?@#%&+*!'~$.-_ \t",
    "\xc3\xa9",
)
WORDS = ("a", "b", "zed", "Neu", "x-y", "north.west", "UDP", "5", "a_b", "q", "sip", "z9hG4bK7", "alice")
TOKENS = ("!", "%41", "%zz", "*", "+", "'", "`", "~", "a%", "-", ".", "%00", "a!b~c")
NUMBERS = (
    *(
        "0",
        "1",
        "5",
        "70",
        "007",
        "255",
        "256",
        "5060",
        "65535",
        "65536",
        "2147483647",
        "2147483648",
        "4294967294",
    ),
    *("4294967295", "4294967296", "99999999999", "00000000000000000000000005", "18446744073709551616"),
)
NUMBER_LIKE = ("+5", "-5", "5x", "x", "", "0.5", "5 5", ".5", "0x5", '"5"', "5.", "+", "%35", "5%20")
QS = (
    "0",
    "1",
    "0.5",
    "0.05",
    "0.001",
    "1.0",
    "0.50",
    "0.5x",
    "+1.5",
    "1.05",
    "0.-",
    "00.7",
    "2147483.647",
    "2147483.648",
)
QUOTES = (
    "",
    "a",
    "a b",
    "a,b",
    "a;b",
    'a\\"b',
    "\\\\",
    "<sip:a@b>",
    "a\rb",
    "a\\\rb",
    "\xc3\xa9",
    "a&b",
    "\x01",
    "a\x00b",
    "%41",
    "[::1]",
)
BRACKETS = (
    "[::1]",
    "[2001:db8::1]",
    "[1.2.3.4]",
    "[a]",
    "[a b]",
    "[::1%lo]",
    "[a;b>c]",
    "[:]",
    "[a[b]",
    "[\xff]",
    "[a\x00b]",
)
HOSTS = ("h", "example.com", "Example.COM", "10.0.0.1", "127.0.0.1", "a_b", "-b", ".b", "b.", "localhost")
USERS = (
    "alice",
    "100",
    "+1555",
    "%61lice",
    "a%3bb",
    "a;b=c",
    "a.b-c_d",
    "*72#",
    "#",
    "a/b?c",
    "a&b",
    "%c3%a9",
    "a%00b",
    "a%",
    "$,=",
    "a'(b)",
)
ESCAPED = (
    "%20",
    "%22",
    "%22%20%3b",
    "%3a",
    "%3b",
    "%41",
    "%00",
    "%25",
    "%2541",
    "%c3%a9",
    "%7F",
    "%5b",
    "%2c%3f%40",
    "%",
    "%zg",
    "%0d%0a",
)
GENERIC_NAMES = (
    "X-A",
    "User-Agent",
    "P-Asserted-Identity",
    "s",
    "r",
    "b",
    "u",
    "e",
    "Subject",
    "x-b!",
    "Date",
    "Reason",
)
METHODS = (
    *(
        "OPTIONS",
        "INVITE",
        "REGISTER",
        "ACK",
        "MESSAGE",
        "SUBSCRIBE",
        "NOTIFY",
        "REFER",
        "UPDATE",
        "PUBLISH",
        "FOO",
    ),
    *(
        "BYE",
        "CANCEL",
        "invite",
        "Options",
        "bye",
        "refer",
        "Update",
        "SIP",
        "SIP-X",
        "sips",
        "F.O-O!",
        "optIONS",
    ),
)


class Writer:
    """Writes parts of messages by chance; ``odd`` is how probable oddness is at each place."""

    def __init__(self, chance: random.Random, odd: float) -> None:
        self.chance = chance
        self.odd = odd
        self.pick = chance.choice

    def rarely(self, times: float = 1.0) -> bool:
        """Tell whether it shall be odd here."""
        return self.chance.random() < self.odd * times

    def often(self, probability: float) -> bool:
        """Tell with this probability."""
        return self.chance.random() < probability

    def blank(self) -> str:
        """Return what stands between tokens: nothing mostly."""
        if self.rarely(0.1):
            return self.pick(FOLDS) + self.pick(FOLDS)
        if self.rarely(0.1):
            return self.pick(BYTES)
        return self.pick(BLANKS) if self.rarely(0.7) else ""

    def some_blank(self) -> str:
        """Return a blank where one belongs."""
        return self.blank() or ("" if self.rarely(0.1) else " ")

    def damaged(self, text: str) -> str:
        """Return the text, rarely with one byte more, less or changed."""
        if not self.rarely(0.15):
            return text
        at = self.chance.randrange(len(text) + 1)
        return text[:at] + self.pick((*BYTES, "")) + text[at + self.chance.randrange(2) :]

    def word(self) -> str:
        """Return a token."""
        if self.rarely(0.3):
            return self.damaged(self.pick(TOKENS) + self.pick(WORDS))
        return self.cased(self.pick(WORDS))

    def cased(self, text: str) -> str:
        """Return the text, rarely in another case."""
        return (
            self.pick((text.upper(), text.lower(), text.swapcase(), text.title()))
            if self.rarely(0.4)
            else text
        )

    def number(self) -> str:
        """Return a number, at its limits when odd."""
        if self.rarely(0.3):
            return self.pick(NUMBER_LIKE)
        return self.damaged(self.pick(NUMBERS) if self.rarely(2) else self.pick(("1", "5", "60", "3600")))

    def quoted(self) -> str:
        """Return a quoted string."""
        return self.damaged(f'"{self.pick(QUOTES) if self.rarely(3) else self.pick(WORDS)}"')

    def comment(self) -> str:
        """Return a comment."""
        text = self.pick((*QUOTES, "x", "a(b", "a\\)b", "c\r\n d")) if self.rarely(3) else self.pick(WORDS)
        return self.damaged(f"({text})")

    def value(self, name: str) -> str:
        """Return the value of a header's parameter."""
        lower = name.lower()
        if lower == "q" and self.often(0.8):
            return self.pick(QS)
        if lower in ("expires", "ttl", "rport", "retry-after", "duration", "nc") and self.often(0.8):
            return self.number()
        if self.rarely(0.3):
            return self.pick((*BRACKETS, "", "::1", "a:b", "a[b"))
        return self.quoted() if self.often(0.25) else self.word()

    def parameter(self, names: tuple[str, ...]) -> str:
        """Return a parameter with or without a value."""
        name = self.cased(self.pick(names)) if names and self.often(0.7) else self.word()
        if self.often(0.12):
            return name
        return f"{name}{self.blank()}={self.blank()}{'' if self.rarely(0.3) else self.value(name)}"

    def parameters(self, names: tuple[str, ...]) -> str:
        """Return some parameters."""
        count = self.pick((0, 0, 1, 1, 2, 3)) if self.odd else self.pick((0, 1))
        text = "".join(f"{self.blank()};{self.blank()}{self.parameter(names)}" for _ in range(count))
        return text + (";" if self.rarely(0.05) else "")

    # URIs

    def host(self) -> str:
        """Return a host."""
        if self.often(0.15):
            return self.pick(BRACKETS) if self.rarely(2) else self.pick(BRACKETS[:2])
        return self.damaged(self.pick(HOSTS))

    def uri_value(self, name: str) -> str:
        """Return the value of a URI's parameter."""
        if name.lower() == "ttl" and self.often(0.8):
            return self.number()
        if self.rarely(0.5):
            return self.pick(
                (*ESCAPED, *ESCAPED, "::1", "a:b", "[::1]", "!~*'()[]/:&+$", "", '"a b"', "a=b", "a@b", "a,b")
            )
        return self.word()

    def uri_parameter(self, names: tuple[str, ...]) -> str:
        """Return a parameter of a URI."""
        name = self.cased(self.pick(names)) if self.often(0.6) else self.word()
        if self.rarely(0.2):
            name = self.pick((*ESCAPED, "a/b", "x-ast-txp", "X-AST-a", "a.b", "a%2fb")) + self.pick(
                ("", name)
            )
        if self.rarely(0.2):
            at = self.chance.randrange(len(name))
            name = f"{name[:at]}%{ord(name[at]):02x}{name[at + 1 :]}"
        return name if self.often(0.2) else f"{name}={self.uri_value(name)}"

    def sip(self) -> str:
        """Return a sip URI."""
        text = self.cased(self.pick(("sip", "sip", "sip", "sips"))) + ":"
        if self.often(0.8):
            text += self.pick(USERS) if self.rarely(3) else self.pick(USERS[:3])
            if self.often(0.15):
                text += ":" + self.pick(
                    ("pw", "p%2f", "a&b", "%41", "", "#", "a;b") if self.rarely(2) else ("pw",)
                )
            text += "@"
        text += self.host()
        if self.often(0.3):
            text += ":" + (self.number() if self.rarely(2) else "5062")
        names = ("user", "transport", "ttl", "maddr", "lr", "method", "line", "x", "x-ast-a")
        for _ in range(self.pick((0, 0, 0, 1, 2, 3))):
            text += ";" + self.uri_parameter(names)
        if self.often(0.1):
            text += "?" + "&".join(
                self.uri_parameter(("Subject", "a", "Route")) for _ in range(self.pick((1, 1, 2)))
            )
        return self.damaged(text)

    def tel(self) -> str:
        """Return a tel URI."""
        text = (
            self.cased("tel")
            + ":"
            + self.pick(("+1-234", "+1555", "100", "*#5", "+1(23).4", "+", "a5", "+a", "", "12+3"))
        )
        names = ("ext", "isub", "phone-context", "x", "line", "user")
        for _ in range(self.pick((0, 0, 1, 2, 3))):
            text += ";" + self.uri_parameter(names)
        return self.damaged(text)

    def other(self) -> str:
        """Return a URI of another scheme."""
        scheme = self.pick(("urn", "http", "x", "mailto", "SIPX", "5p"))
        return self.damaged(
            scheme + ":" + self.pick(("service:sos", "//h/b?c#d", "y", "a@b;c,d", "", "%41%zg", "y{}", "[a]"))
        )

    def uri(self) -> str:
        """Return a URI, sip mostly."""
        if self.rarely(0.5):
            return self.tel() if self.often(0.5) else self.other()
        return self.sip()
