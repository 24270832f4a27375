"""Which texts a POSIX extended expression requires: analysis of an expression's source.

Knows the syntax of expressions and sets of literals; nothing of values, sets of expressions or their search.
It is compiled because it runs for each expression whenever an engine is made or opened, and would otherwise take
longer than the C library's own compilation.

A *literal* is bytes that occur in a value, where ``BEGIN`` stands for the value's begin and ``END`` for its end:
``\\0ab`` is "begins with ab".  Neither byte occurs in values that are text, so that a literal is looked for as a plain
substring of ``BEGIN + value + END``.  A *need* is a set of literals, at least one of which occurs in every value that the
expression matches.

    a(b|c)d?      exactly {ab, abd, ac, acd}
    ^sip:.*@h$    needs {\\0sip:} and {@h\\xff}
    [0-9]+        nothing

Strategy: one descent over the expression.  Each part of it is either *exact*, a small set of all texts that it can
match, or it has needs, and may know what its texts begin and end with (head, tail).  In a concatenation, exact parts
are multiplied into a run of text; what isn't exact ends the run, which then becomes a need.  Sets are bounded;
one that grows too large ends a run as well.

Whatever isn't certain for every C library (glibc, musl) is taken as "any text": escapes of letters and digits,
classes, an unmatched closing parenthesis.  Where even its extent is uncertain, the whole expression has no needs.  A
missed need costs time; a wrong one would be a wrong answer.
"""

cimport cython
from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_GET_SIZE
from libc.stdint cimport uint8_t, uint16_t, uint32_t, uint64_t

cdef enum:
    MAX_LITERALS = 32
    MAX_LITERAL_BYTES = 4096
    MAX_DEPTH = 64
    MAX_NEEDS = 16
    # Members of brackets that are written out: more of them make literals hardly more telling.
    MAX_MEMBERS = 4
    # Repetitions that are written out: a{3} is aaa.
    MAX_COPIES = 32
    MAX_POSITIONS = 64
    MAX_CLASSES = 0xFE00
    UNBOUNDED = -1

BEGIN = b"\0"
END = b"\xff"

cdef bytes _BEGIN = BEGIN
cdef bytes _END = END
cdef set EMPTY = {b""}
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


class Uncertain(Exception):
    """The analysis doesn't understand the expression; it stays inside this module."""


cdef class Needs:
    """What is known of an expression; immutable."""


@cython.final
cdef class Part:
    """What is known of a part of an expression."""

    # All texts that it can match, or None; then there are no needs, head and tail.
    cdef set exact
    # Sets of texts that one begins or ends with, or None.
    cdef set head
    cdef set tail
    cdef list needs
    # There is a ``^``, a ``$`` in it.
    cdef bint begins
    cdef bint ends
    # Of the automaton: whether it can match nothing, and the positions that a match begins and ends with.
    cdef bint nullable
    cdef uint64_t first
    cdef uint64_t last


cdef Part moved(Part part, Part source):
    """Take over the positions of another part."""
    part.nullable = source.nullable
    part.first = source.first
    part.last = source.last
    return part


cdef Part exact_part(set texts, bint begins, bint ends):
    cdef Part part = Part.__new__(Part)
    part.exact = texts
    part.begins = begins
    part.ends = ends
    return part


cdef Part open_part(list needs, set head, set tail, bint begins, bint ends):
    cdef Part part = Part.__new__(Part)
    part.needs = needs
    part.head = head
    part.tail = tail
    part.begins = begins
    part.ends = ends
    return part


cdef Part any_text():
    return open_part([], None, None, False, False)


cdef bint nothing_but(set texts, bytes marker):
    """Return whether each text is empty or the marker."""
    cdef bytes text
    if texts is None:
        return False
    for text in texts:
        if text and text != marker:
            return False
    return True


cdef bint fits(set texts):
    cdef Py_ssize_t size = 0
    if len(texts) > MAX_LITERALS:
        return False
    for text in texts:
        size += PyBytes_GET_SIZE(text)
    return size <= MAX_LITERAL_BYTES


cdef bint useful(set texts):
    """Return whether each literal has a byte besides its markers."""
    cdef bytes text
    if texts is None:
        return False
    for text in texts:
        if len(text) == text.startswith(_BEGIN) + text.endswith(_END):
            return False
    return True


cdef bytes join(bytes first, bytes second):
    """Return two adjacent texts as one; ``^^`` is ``^``, ``$$`` is ``$``."""
    if first == _BEGIN and second.startswith(_BEGIN):
        return second
    if second == _END and first.endswith(_END):
        return first
    return first + second


cdef set product(set first, set second):
    """Return all pairs as texts, or None where they are too many."""
    cdef set found
    if len(first) * len(second) > MAX_LITERALS:
        return None
    found = {join(<bytes>one, <bytes>other) for one in first for other in second}
    return found if fits(found) else None


cdef set joined(list sets):
    """Return the union, or None where one of them is None or it is too large."""
    cdef set found = set()
    for one in sets:
        if one is None:
            return None
        found |= <set>one
        if len(found) > MAX_LITERALS:
            return None
    return found if fits(found) else None


cdef Py_ssize_t shortest(set texts):
    return min([len(<bytes>text) for text in texts])


cdef set best_need(Part part):
    """Return the need of a part that serves best in a union with others: the one with the longest literals."""
    cdef set best = None
    if part.exact is not None:
        return part.exact if useful(part.exact) else None
    for need in part.needs:
        if best is None or shortest(need) > shortest(best):
            best = need
    return best


cdef Part alternation(list parts):
    cdef Part part, found
    cdef set need
    cdef bint begins = False, ends = False
    if len(parts) == 1:
        return parts[0]
    for part in parts:
        begins = begins or part.begins
        ends = ends or part.ends
    need = joined([part.exact for part in parts])
    if need is not None:
        found = exact_part(need, begins, ends)
    else:
        found = open_alternation(parts, begins, ends)
    for part in parts:
        found.nullable = found.nullable or part.nullable
        found.first |= part.first
        found.last |= part.last
    return found


cdef Part open_alternation(list parts, bint begins, bint ends):
    cdef Part part
    need = joined([best_need(part) for part in parts])
    return open_part(
        [] if need is None else [need],
        joined([part.head if part.exact is None else part.exact for part in parts]),
        joined([part.tail if part.exact is None else part.exact for part in parts]),
        begins,
        ends,
    )


cdef Part repetition(Part part, Py_ssize_t least, Py_ssize_t most):
    """Return what is known of ``part{least,most}``."""
    cdef set copies, once
    cdef Py_ssize_t i
    if (part.begins or part.ends) and most != 1:
        raise Uncertain
    if part.exact is None:
        if least == 0:
            return open_part([], None, None, part.begins, part.ends)
        return open_part(part.needs, part.head, part.tail, part.begins, part.ends)
    once = part.exact
    copies = EMPTY
    for i in range(min(least, MAX_COPIES)):
        once = product(copies, part.exact)
        if once is None:
            break
        copies = once
    else:
        if least <= MAX_COPIES and most == least:
            return exact_part(copies, part.begins, part.ends)
        if least == 0 and most == 1:
            return exact_part(part.exact | EMPTY, part.begins, part.ends)
    if least == 0:
        return any_text()
    return open_part([copies] if useful(copies) else [], copies, copies, False, False)


@cython.final
cdef class Run:
    """A concatenation while it is read."""

    cdef set text
    cdef set head
    cdef list needs
    # The run began with the branch, and everything so far is exact.
    cdef bint exact
    cdef bint begins
    cdef bint ends
    cdef Reader reader
    cdef Part positions

    def __cinit__(self, Reader reader):
        self.text = EMPTY
        self.needs = []
        self.exact = True
        self.reader = reader
        self.positions = Part.__new__(Part)
        self.positions.nullable = True

    cdef int end(self, set following) except -1:
        """The text so far becomes a need; ``following`` is what the next run begins with."""
        if self.exact:
            self.head = self.text
            self.exact = False
        if useful(self.text) and len(self.needs) < MAX_NEEDS:
            self.needs.append(self.text)
        self.text = following
        return 0

    cdef int add(self, Part part) except -1:
        """Append a part.

        An anchor must stand at the rim: glibc lets ``a$.`` match a and a newline, though it isn't told to take
        newlines for ends.
        """
        cdef set longer
        if self.ends and not nothing_but(part.exact, _END):
            raise Uncertain
        if part.begins and not (self.exact and nothing_but(self.text, _BEGIN)):
            raise Uncertain
        if (self.begins and part.begins) or (self.ends and part.ends):
            # The automaton consumes a marker, it can't do so twice.
            self.reader.automatic = False
        self.begins = self.begins or part.begins
        self.ends = self.ends or part.ends
        self.reader.concatenate(self.positions, part)
        if part.exact is not None:
            longer = product(self.text, part.exact)
            if longer is None:
                self.end(part.exact)
            else:
                self.text = longer
            return 0
        if part.head is not None:
            longer = product(self.text, part.head)
            if longer is not None:
                self.text = longer
        self.end(EMPTY if part.tail is None else part.tail)
        for need in part.needs:
            if len(self.needs) < MAX_NEEDS:
                self.needs.append(need)
        return 0

    cdef Part part(self):
        if self.exact:
            return moved(exact_part(self.text, self.begins, self.ends), self.positions)
        if useful(self.text) and len(self.needs) < MAX_NEEDS:
            self.needs.append(self.text)
        return moved(open_part(self.needs, self.head, self.text, self.begins, self.ends), self.positions)


@cython.final
cdef class Reader:
    """The descent over one expression, which is valid UTF-8 and compiles."""

    cdef bytes pattern
    cdef const uint8_t *text
    cdef Py_ssize_t size
    cdef Py_ssize_t at
    cdef Py_ssize_t depth
    cdef bint ranges
    # The automaton, as long as there is one: each position's code, and the positions that may follow it.
    cdef bint automatic
    cdef uint32_t positions
    cdef uint32_t copies
    cdef uint16_t codes[MAX_POSITIONS]
    cdef uint64_t follow[MAX_POSITIONS]
    cdef dict classes

    def __cinit__(self, bytes pattern, bint ranges, dict classes):
        self.automatic = True
        self.classes = classes
        self.pattern = pattern
        self.text = <const uint8_t *>PyBytes_AS_STRING(pattern)
        self.size = PyBytes_GET_SIZE(pattern)
        self.ranges = ranges

    cdef bint sees(self, uint8_t byte):
        return self.at < self.size and self.text[self.at] == byte

    cdef Part position(self, Part part, uint32_t code):
        """Give a part that is one character, or an anchor, its position."""
        if self.positions == MAX_POSITIONS:
            self.automatic = False
        if self.automatic:
            self.codes[self.positions] = <uint16_t>code
            part.first = part.last = <uint64_t>1 << self.positions
            self.positions += 1
        return part

    cdef Part one_of(self, Part part, object members):
        """Give a part that is one of some ASCII characters its position."""
        number = self.classes.setdefault(members, len(self.classes))
        if number >= MAX_CLASSES:
            self.automatic = False
            number = 0
        return self.position(part, 256 + number)

    cdef Part unknown(self):
        self.automatic = False
        return any_text()

    cdef int concatenate(self, Part before, Part part) except -1:
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

    cdef Part repeat(self, Part part, Py_ssize_t begin, Py_ssize_t least, Py_ssize_t most):
        """Return the positions of a repetition; counted ones read the element anew for each copy.

        ``begin`` is where the element begins, or -1 if it is a repetition itself.
        """
        cdef Part found = Part.__new__(Part), copy = part
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

    cdef Part alternatives(self):
        cdef list parts = [self.branch()]
        while self.sees(c"|"):
            self.at += 1
            parts.append(self.branch())
        return alternation(parts)

    cdef Part branch(self):
        cdef Run run = Run(self)
        cdef Py_ssize_t begin
        cdef Part part
        while self.at < self.size:
            if self.sees(c"|") or (self.depth and self.sees(c")")):
                break
            begin = self.at
            while self.at < self.size and is_plain(self.text[self.at]):
                self.at += 1
            if self.at < self.size and is_repetition(self.text[self.at]) and self.at > begin:
                # The last character belongs to the repetition.
                self.at -= 1
                while self.at > begin and self.text[self.at] & 0xC0 == 0x80:
                    self.at -= 1
            if self.at > begin:
                run.add(self.literal(begin))
                continue
            part = self.element()
            while self.at < self.size and is_repetition(self.text[self.at]):
                part = self.repeated(part, begin)
                begin = -1
            run.add(part)
        return run.part()

    cdef Part element(self):
        """Read what a repetition may follow, or an anchor, which none follows."""
        cdef uint8_t byte = self.text[self.at]
        cdef Part part
        cdef Py_ssize_t begin = self.at
        self.at += 1
        if byte == c"(":
            self.depth += 1
            if self.depth > MAX_DEPTH:
                raise Uncertain
            part = self.alternatives()
            self.depth -= 1
            if not self.sees(c")"):
                raise Uncertain
            self.at += 1
            return part
        if byte == c"^" or byte == c"$":
            if self.at < self.size and is_repetition(self.text[self.at]):
                raise Uncertain
            part = exact_part({_BEGIN if byte == c"^" else _END}, byte == c"^", byte == c"$")
            return self.position(part, 0 if byte == c"^" else 255)
        if byte == c"[":
            return self.bracket()
        if byte == c"\\":
            return self.escape()
        if byte == c".":
            return self.one_of(any_text(), ANY)
        if byte == c")" or byte == c"}":
            return self.unknown()
        if is_repetition(byte):
            raise Uncertain
        while self.at < self.size and self.text[self.at] & 0xC0 == 0x80:
            self.at += 1
        return self.literal(begin)

    cdef Part literal(self, Py_ssize_t begin):
        """Return the part that the text since ``begin`` is."""
        cdef Part part = exact_part({self.pattern[begin:self.at]}, False, False), one
        cdef Py_ssize_t i
        part.nullable = True
        for i in range(begin, self.at):
            if self.text[i] >= 0x80:
                # It only is in values that the automaton isn't asked for; a class without members stands for it.
                one = self.one_of(Part.__new__(Part), NONE)
            else:
                one = self.position(Part.__new__(Part), self.text[i])
            self.concatenate(part, one)
        return part

    cdef Part escape(self):
        cdef uint8_t byte
        if self.at == self.size:
            raise Uncertain
        byte = self.text[self.at]
        self.at += 1
        if byte in ELEMENTS:
            return self.unknown()
        if byte <= c" " or byte >= 0x7F or is_letter(byte) or is_digit(byte):
            raise Uncertain
        return self.literal(self.at - 1)

    cdef Part repeated(self, Part part, Py_ssize_t begin):
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
            raise Uncertain
        self.at += 1
        return moved(repetition(part, least, most), self.repeat(part, begin, least, most))

    cdef Py_ssize_t number(self) except -2:
        """Read digits; -1 where there is none."""
        cdef Py_ssize_t found = UNBOUNDED
        while self.at < self.size and is_digit(self.text[self.at]):
            found = max(found, 0) * 10 + self.text[self.at] - c"0"
            if found > 0x7FFF:
                raise Uncertain
            self.at += 1
        return found

    cdef Part bracket(self):
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
            raise Uncertain
        if self.sees(c"[") and self.at + 1 < self.size and self.text[self.at + 1] in b".=:":
            end = self.pattern.find(self.pattern[self.at + 1:self.at + 2] + b"]", self.at + 2)
            if end < 0:
                raise Uncertain
            self.at = end + 2
            return True
        self.at += 1
        while self.at < self.size and self.text[self.at] & 0xC0 == 0x80:
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


cdef Needs analyse(bytes pattern, bint ranges, dict classes):
    cdef Reader reader
    cdef Part part
    cdef bytes text
    cdef Needs found = Needs()
    found.needs = ()
    try:
        pattern.decode()
        reader = Reader(pattern, ranges, classes)
        part = reader.alternatives()
    except (Uncertain, UnicodeDecodeError):
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
        if not text or text == _BEGIN or text == _END:
            return found
    found.needs = (part.exact,)
    return found


def needs_of(bytes pattern not None, bint ranges=True):
    """Return whether the expression is exactly its need, and its needs, each a frozenset of literals.

    An exact expression matches a value of ASCII characters if and only if one of its need's literals occurs, or always
    if it has no need.  ``ranges`` says that ranges in brackets go by code point.  The expression must be one
    that compiles.
    """
    found = analyse(pattern, ranges, {})
    return found.exact, [frozenset(need) for need in found.needs]
