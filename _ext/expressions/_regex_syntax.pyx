"""What a POSIX extended expression says: the literals that it requires, and the positions of its automaton.

Knows the syntax of expressions; nothing of values, sets of expressions or their search.
It is compiled because it runs for each expression whenever an engine is made or opened.

Strategy
1. One descent over the expression makes both.  The texts of each part are combined by ``_regex_literals``.
2. Each character, bracket and anchor is a *position*: Glushkov's construction keeps for each part the positions that a
   match of it begins and ends with, and for each position those that may follow it.
3. Counted repetitions read their element anew for each copy.  Anchors are characters of their own, before and behind
   each value.
4. An expression over bytes differs in one thing: each byte of a character that isn't ASCII is an element of its own.
5. Whatever isn't certain for every C library (glibc, musl) is taken as "any text", and there is no automaton: escapes
   of letters and digits, an unmatched closing parenthesis.  Where even its extent is uncertain, nothing is known of
   the whole expression.
"""

cimport cython
from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_GET_SIZE
from libc.stdint cimport uint8_t, uint16_t, uint32_t, uint64_t

from identify._compiled._regex_literals cimport (
    UNBOUNDED, PatternPart, Run, alternation, any_text, exact_part, repetition,
)

from identify._compiled._regex_literals import BEGIN, END, UncertainError

cdef enum:
    MAX_DEPTH = 64
    # Members of brackets that are written out: more of them make literals hardly more telling.
    MAX_MEMBERS = 4
    # What a word of states has bits for.
    MAX_POSITIONS = 64
    # Codes of positions: 0 is the begin, 255 the end, others below 256 are characters, the rest are sets of them.
    BEGIN_CODE = 0
    END_CODE = 255
    FIRST_SET = 256
    MAX_SETS = 0xFE00

cdef bytes BEGIN_MARK = BEGIN
cdef bytes END_MARK = END
# Escaped letters and digits that are one element, whatever it means, in each C library.
cdef bytes ELEMENTS = b"wWsSbBdDnrtfae123456789<>`'"
cdef set ASCII = set(range(1, 0x80))
ANY = frozenset(ASCII)
NONE = frozenset()


cdef dict classes():
    """Return the members of the classes; those beyond ASCII don't matter here."""
    cdef dict tests = {
        "alpha": str.isalpha, "digit": str.isdigit, "alnum": str.isalnum, "upper": str.isupper, "lower": str.islower,
        "space": lambda one: one in " \t\n\v\f\r", "blank": lambda one: one in " \t",
        "cntrl": lambda one: one < " " or one == "\x7f", "print": lambda one: " " <= one <= "~",
        "graph": lambda one: "!" <= one <= "~", "punct": lambda one: "!" <= one <= "~" and not one.isalnum(),
        "xdigit": lambda one: one in "0123456789abcdefABCDEF",
    }
    return {f"[:{name}:]".encode(): {one for one in ASCII if test(chr(one))} for name, test in tests.items()}


cdef dict CLASSES = classes()


@cython.final
cdef class Analysis:
    """What is known of an expression; immutable."""


cdef PatternPart moved(PatternPart part, PatternPart source):
    """Take over the positions of another part."""
    part.nullable = source.nullable
    part.first = source.first
    part.last = source.last
    return part


@cython.final
cdef class PatternReader:
    """The descent over one expression that compiles; it is valid UTF-8, or else works on bytes."""

    cdef bytes pattern
    cdef const uint8_t *text
    cdef Py_ssize_t size
    cdef Py_ssize_t at
    cdef Py_ssize_t depth
    cdef bint ranges
    # The bits of a byte, and what they are in one that goes on with a character: never, over bytes.
    cdef uint8_t inner_bits
    # The automaton, as long as there is one: each position's code, and the positions that may follow it.
    cdef bint automatic
    cdef uint32_t positions
    cdef uint32_t copies
    cdef uint16_t codes[MAX_POSITIONS]
    cdef uint64_t follow[MAX_POSITIONS]
    cdef dict sets

    def __cinit__(self, bytes pattern, bint ranges, dict sets, bint bytewise):
        self.inner_bits = 0 if bytewise else 0xC0
        self.automatic = True
        self.sets = sets
        self.pattern = pattern
        self.text = <const uint8_t *>PyBytes_AS_STRING(pattern)
        self.size = PyBytes_GET_SIZE(pattern)
        self.ranges = ranges

    cdef bint sees(self, uint8_t byte):
        return self.at < self.size and self.text[self.at] == byte

    cdef PatternPart position(self, PatternPart part, uint32_t code):
        """Give a part that is one character, or an anchor, its position."""
        if self.positions == MAX_POSITIONS:
            self.automatic = False
        if self.automatic:
            self.codes[self.positions] = <uint16_t>code
            part.first = part.last = <uint64_t>1 << self.positions
            self.positions += 1
        return part

    cdef PatternPart one_of(self, PatternPart part, object members):
        """Give a part that is one of some ASCII characters its position."""
        number = self.sets.setdefault(members, len(self.sets))
        if number >= MAX_SETS:
            self.automatic = False
            number = 0
        return self.position(part, FIRST_SET + number)

    cdef PatternPart unknown(self):
        self.automatic = False
        return any_text()

    cdef int concatenate(self, PatternPart before, PatternPart part) except -1:
        """Append the positions of a part to those before it."""
        self.connect(before.last, part.first)
        if before.nullable:
            before.first |= part.first
        before.last = part.last | (before.last if part.nullable else 0)
        before.nullable = before.nullable and part.nullable
        return 0

    cdef int connect(self, uint64_t last, uint64_t first) except -1:
        cdef uint32_t i
        for i in range(self.positions):
            if last >> i & 1:
                self.follow[i] |= first
        return 0

    cdef PatternPart repeat(self, PatternPart part, Py_ssize_t begin, Py_ssize_t least, Py_ssize_t most):
        """Return the positions of a repetition; counted ones read the element anew for each copy.

        ``begin`` is where the element begins, or -1 if it is a repetition itself.
        """
        cdef PatternPart found = PatternPart.__new__(PatternPart), copy = part
        cdef Py_ssize_t i, after = self.at
        cdef Py_ssize_t copies = max(least, most, 1)
        found.nullable = True
        if copies > 1 and begin < 0:
            self.automatic = False
        for i in range(copies):
            if not self.automatic or most == 0:
                break
            if i > 0:
                self.copies += 1
                if self.copies > MAX_POSITIONS:
                    self.automatic = False
                    break
                self.at = begin
                copy = self.element()
                self.at = after
            if most == UNBOUNDED and i == copies - 1:
                self.connect(copy.last, copy.first)
            if i >= least:
                copy.nullable = True
            self.concatenate(found, copy)
        return found

    cdef PatternPart alternatives(self):
        cdef list parts = [self.branch()]
        cdef PatternPart part, found = PatternPart.__new__(PatternPart)
        while self.sees(c"|"):
            self.at += 1
            parts.append(self.branch())
        for part in parts:
            found.nullable = found.nullable or part.nullable
            found.first |= part.first
            found.last |= part.last
        return moved(alternation(parts), found)

    cdef PatternPart branch(self):
        cdef Run run = Run()
        cdef PatternPart positions = PatternPart.__new__(PatternPart)
        cdef Py_ssize_t begin
        cdef PatternPart part
        positions.nullable = True
        while self.at < self.size:
            if self.sees(c"|") or (self.depth and self.sees(c")")):
                break
            begin = self.at
            while self.at < self.size and is_plain(self.text[self.at]):
                self.at += 1
            if self.at < self.size and is_repetition(self.text[self.at]) and self.at > begin:
                # The last character belongs to the repetition.
                self.at -= 1
                while self.at > begin and self.text[self.at] & self.inner_bits == 0x80:
                    self.at -= 1
            if self.at > begin:
                part = self.literal(begin)
            else:
                part = self.element()
                while self.at < self.size and is_repetition(self.text[self.at]):
                    part = self.repeated(part, begin)
                    begin = -1
            if (run.begins and part.begins) or (run.ends and part.ends):
                # The automaton consumes a marker, it can't do so twice.
                self.automatic = False
            run.add(part)
            self.concatenate(positions, part)
        return moved(run.part(), positions)

    cdef PatternPart element(self):
        """Read what a repetition may follow, or an anchor, which none follows."""
        cdef uint8_t byte = self.text[self.at]
        cdef PatternPart part
        cdef Py_ssize_t begin = self.at
        self.at += 1
        if byte == c"(":
            self.depth += 1
            if self.depth > MAX_DEPTH:
                raise UncertainError
            part = self.alternatives()
            self.depth -= 1
            if not self.sees(c")"):
                raise UncertainError
            self.at += 1
            return part
        if byte == c"^" or byte == c"$":
            if self.at < self.size and is_repetition(self.text[self.at]):
                raise UncertainError
            part = exact_part({BEGIN_MARK if byte == c"^" else END_MARK}, byte == c"^", byte == c"$")
            return self.position(part, <uint32_t>(BEGIN_CODE if byte == c"^" else END_CODE))
        if byte == c"[":
            return self.bracket()
        if byte == c"\\":
            return self.escape()
        if byte == c".":
            return self.one_of(any_text(), ANY)
        if byte == c")" or byte == c"}":
            return self.unknown()
        if is_repetition(byte):
            raise UncertainError
        while self.at < self.size and self.text[self.at] & self.inner_bits == 0x80:
            self.at += 1
        return self.literal(begin)

    cdef PatternPart literal(self, Py_ssize_t begin):
        """Return the part that the text since ``begin`` is."""
        cdef PatternPart part = exact_part({self.pattern[begin:self.at]}, False, False), one
        cdef Py_ssize_t i
        part.nullable = True
        for i in range(begin, self.at):
            if self.text[i] >= 0x80:
                # It only is in values that the automaton isn't asked for; a class without members stands for it.
                one = self.one_of(PatternPart.__new__(PatternPart), NONE)
            else:
                one = self.position(PatternPart.__new__(PatternPart), self.text[i])
            self.concatenate(part, one)
        return part

    cdef PatternPart escape(self):
        cdef uint8_t byte
        if self.at == self.size:
            raise UncertainError
        byte = self.text[self.at]
        self.at += 1
        if byte in ELEMENTS:
            return self.unknown()
        if byte <= c" " or byte >= 0x7F or is_letter(byte) or is_digit(byte):
            raise UncertainError
        return self.literal(self.at - 1)

    cdef PatternPart repeated(self, PatternPart part, Py_ssize_t begin):
        """Apply the repetition that is read to the element before it, which begins at ``begin`` or is one itself."""
        cdef uint8_t byte = self.text[self.at]
        cdef Py_ssize_t least, most
        self.at += 1
        if byte == c"*":
            return moved(repetition(part, 0, UNBOUNDED), self.repeat(part, begin, 0, UNBOUNDED))
        if byte == c"+":
            return moved(repetition(part, 1, UNBOUNDED), self.repeat(part, begin, 1, UNBOUNDED))
        if byte == c"?":
            return moved(repetition(part, 0, 1), self.repeat(part, begin, 0, 1))
        least = self.number()
        most = least
        if self.sees(c","):
            self.at += 1
            most = self.number()
            least = max(least, 0)
        if not self.sees(c"}") or least == UNBOUNDED or (most != UNBOUNDED and most < least):
            raise UncertainError
        self.at += 1
        return moved(repetition(part, least, most), self.repeat(part, begin, least, most))

    cdef Py_ssize_t number(self) except -2:
        """Read digits; -1 where there is none."""
        cdef Py_ssize_t found = UNBOUNDED
        while self.at < self.size and is_digit(self.text[self.at]):
            found = max(found, 0) * 10 + self.text[self.at] - c"0"
            if found > 0x7FFF:
                raise UncertainError
            self.at += 1
        return found

    cdef PatternPart bracket(self):
        """Read behind ``[``; a backslash is a member like others.

        Its extent is always certain or refused; its members only if they are single characters and plain ranges.
        """
        cdef set members = set()
        # Of ASCII characters, for the automaton.
        cdef set all_members = set()
        cdef bint known = True, first = True, negated = False
        cdef Py_ssize_t begin
        cdef uint8_t low, high
        if self.sees(c"^"):
            known = False
            negated = True
            self.at += 1
        while first or not self.sees(c"]"):
            first = False
            begin = self.at
            if self.member():
                known = False
                if self.pattern[begin:self.at] in CLASSES:
                    all_members |= <set>CLASSES[self.pattern[begin:self.at]]
                else:
                    self.automatic = False
            low = self.text[begin]
            if self.at + 1 < self.size and self.text[self.at] == c"-" and self.text[self.at + 1] != c"]":
                self.at += 1
                high = self.text[self.at]
                if self.member() or not self.ranges or low == c"[" or low >= 0x80 or high >= 0x80 or low > high:
                    known = self.automatic = False
                    continue
                all_members |= set(range(low, high + 1))
                if known and is_plain_range(low, high) and high - low < MAX_MEMBERS:
                    members |= {bytes([byte]) for byte in range(low, high + 1)}
                else:
                    known = False
            elif low == c"-":
                known = False
                all_members.add(low)
            elif low != c"[" or self.at == begin + 1:
                members.add(self.pattern[begin:self.at])
                if low < 0x80:
                    all_members.add(low)
        self.at += 1
        if negated:
            all_members = ASCII - all_members
        if known and len(members) <= MAX_MEMBERS:
            return self.one_of(exact_part(members, False, False), frozenset(all_members))
        return self.one_of(any_text(), frozenset(all_members))

    cdef bint member(self) except -1:
        """Pass one member; returns whether it is a class, an equivalence or a collating symbol."""
        cdef Py_ssize_t end
        if self.at >= self.size:
            raise UncertainError
        if self.sees(c"[") and self.at + 1 < self.size and self.text[self.at + 1] in b".=:":
            end = self.pattern.find(self.pattern[self.at + 1:self.at + 2] + b"]", self.at + 2)
            if end < 0:
                raise UncertainError
            self.at = end + 2
            return True
        self.at += 1
        while self.at < self.size and self.text[self.at] & self.inner_bits == 0x80:
            self.at += 1
        return False


cdef inline bint is_letter(uint8_t byte) noexcept:
    return c"a" <= byte | 0x20 <= c"z"


cdef inline bint is_digit(uint8_t byte) noexcept:
    return c"0" <= byte <= c"9"


cdef inline bint is_plain(uint8_t byte) noexcept:
    return not (c"(" <= byte <= c"+" or byte == c"." or byte == c"?" or c"[" == byte or byte == c"\\"
                or byte == c"^" or byte == c"$" or c"{" <= byte <= c"}")


cdef inline bint is_repetition(uint8_t byte) noexcept:
    return byte == c"*" or byte == c"+" or byte == c"?" or byte == c"{"


cdef inline bint is_plain_range(uint8_t low, uint8_t high) noexcept:
    """Return whether these are digits, small letters or capital letters, in order."""
    if low > high:
        return False
    return (is_digit(low) and is_digit(high)) or (is_letter(low) and is_letter(high) and low & 0x20 == high & 0x20)


cdef Analysis analyse(bytes pattern, bint ranges, dict sets, bint bytewise):
    cdef PatternReader reader
    cdef PatternPart part
    cdef bytes text
    cdef Analysis found = Analysis()
    found.needs = ()
    try:
        if not bytewise:
            pattern.decode()
        elif END_MARK in pattern:
            return found
        reader = PatternReader(pattern, ranges, sets, bytewise)
        part = reader.alternatives()
    except (UncertainError, UnicodeDecodeError):
        return found
    if reader.automatic:
        found.automatic = True
        found.nullable = part.nullable
        found.first = part.first
        found.last = part.last
        found.codes = (<char *>reader.codes)[:reader.positions * sizeof(uint16_t)]
        found.follow = (<char *>reader.follow)[:reader.positions * sizeof(uint64_t)]
    if part.exact is None:
        found.needs = tuple(part.needs)
        return found
    found.exact = True
    for text in part.exact:
        if not text or text == BEGIN_MARK or text == END_MARK:
            return found
    found.needs = (part.exact,)
    return found


def needs_of(bytes pattern not None, bint ranges=True, bint bytewise=False):
    """Return whether the expression is exactly its need, and its needs, each a frozenset of literals.

    An exact expression matches a value of ASCII characters if and only if one of its need's literals occurs, or always
    if it has no need.  ``ranges`` says that ranges in brackets go by code point, ``bytewise`` that the expression
    works on bytes.  It must be one that compiles.
    """
    found = analyse(pattern, ranges, {}, bytewise)
    return found.exact, [frozenset(need) for need in found.needs]
