"""Which sections of a type are clean: sections about which there is nothing to say.

Knows how each option's values are accepted, by numbers that Python gives, and asks Python about everything that isn't
written here; it doesn't know what an option means.

Strategy
1. Each name is looked up once: as which option of the type it counts.
2. Each value of an option is judged once, in compiled code where the rule of its kind is simple, otherwise by Python,
   whose answer is remembered by the numbers of option and value.
3. What several options say together is judged once for each combination of their values in effect: their numbers, or
   of options of which only that matters (secrets among them), whether the value is empty.
4. A section is clean if all of these are.  For any other, Python reads the section again and says why.
"""

cimport cython
from cpython.array cimport array, clone
from cpython.bytearray cimport PyByteArray_AS_STRING
from libc.stdint cimport int64_t, uint8_t, uint32_t, uint64_t
from libc.stdlib cimport calloc, free, malloc, realloc
from libc.string cimport memcmp, memcpy, memset

from identify._compiled._sections cimport INHERITED_LINE, NONE, Sections, Walk
from identify._compiled._texts cimport tag_of

from array import array as make_array

cdef array NUMBERS = make_array("I")

cdef enum:
    # How the values of an option are judged.
    NEVER = 0
    ANYTHING = 1
    SOMETHING = 2
    NAMES = 3
    CONTACT = 4
    ASSIGNMENT = 5
    ASK = 6
    TYPE = 7
    # Of the number of a name's option.
    UNASKED = 0
    IGNORED = 1
    UNKNOWN = 2
    FIRST_OPTION = 3
    NO_SLOT = 0xFF
    MOST_SLOTS = 16
    MOST_OPTIONS = 10_000
    # Answers that are remembered: those about further values are asked for again.
    MOST_ANSWERS = 1_000_000
    MOST_COMBINATIONS = 65_536
    # So many items are more than any limit.
    MOST_ITEMS = 1_000_000_000
    FIRST_ROOM = 256
    # No text of fewer bytes can be too long for a contact.
    SHORT_CONTACT = 61

# How an option's values are judged, for Python.
RULES = {
    "never": NEVER, "anything": ANYTHING, "something": SOMETHING, "names": NAMES, "contact": CONTACT,
    "assignment": ASSIGNMENT, "ask": ASK, "type": TYPE,
}

cdef struct Option:
    uint8_t rule
    # Where its value in effect stands in a combination.
    uint8_t slot
    # Whether only that counts whether the value is empty.
    uint8_t presence
    # Whether its items are counted.
    uint8_t counted
    # The value that was judged last, and whether it was accepted.
    uint32_t value
    uint8_t accepted

# The value in effect of each slot: 0 without one; 1 + its number, or 1 if it is empty and 2 if it isn't.
cdef struct Combination:
    uint32_t values[MOST_SLOTS]


@cython.final
cdef class Acceptance:
    """How the options of one type are judged.

    ``asked`` has three methods: ``option(name)`` returns the number of an option, IGNORED_NAME or UNKNOWN_NAME;
    ``value(option, value)`` and ``together(values)`` return whether nothing is to be said.  ``options`` has a tuple for
    each option: its rule, one of RULES; its slot, or -1; whether in the slot it only counts if the value is empty, and
    whether its items count for the limit of these.
    """

    cdef Sections sections
    cdef object asked
    cdef Option *options
    cdef size_t option_count
    cdef size_t slot_count
    cdef int64_t type
    # By the number of a name, one of ``text_count`` texts.
    cdef uint32_t *option_of
    cdef size_t text_count
    # Answers about values: keys are option << 32 | value, states 0 (free), 1 (accepted) or 2 (not).
    cdef uint64_t *keys
    cdef uint8_t *states
    cdef size_t answer_count
    cdef size_t answer_mask
    cdef Combination *combinations
    cdef uint8_t *judgements
    cdef uint32_t *combination_slots
    cdef size_t combination_count
    cdef size_t combination_room
    cdef size_t combination_mask
    # How many items each section has.
    cdef readonly array items

    def __cinit__(self, Sections sections not None, bytes type not None, list options not None, asked not None):
        cdef size_t i
        cdef Option *option
        if len(options) > MOST_OPTIONS:
            raise ValueError(f"{len(options)} options, expected at most {MOST_OPTIONS}")
        self.sections = sections
        self.asked = asked
        self.type = sections.texts.place(type)
        self.option_count = len(options)
        self.text_count = sections.texts.count
        self.options = <Option *>calloc(self.option_count + 1, sizeof(Option))
        self.option_of = <uint32_t *>calloc(self.text_count + 1, sizeof(uint32_t))
        self.keys = <uint64_t *>malloc(FIRST_ROOM * sizeof(uint64_t))
        self.states = <uint8_t *>calloc(FIRST_ROOM, 1)
        self.combination_slots = <uint32_t *>calloc(FIRST_ROOM, sizeof(uint32_t))
        if self.options == NULL or self.option_of == NULL or self.keys == NULL or self.states == NULL \
                or self.combination_slots == NULL:
            raise MemoryError("accepted options")
        self.answer_mask = self.combination_mask = FIRST_ROOM - 1
        for i in range(self.option_count):
            rule, slot, presence, counted = options[i]
            if not -1 <= slot < MOST_SLOTS:
                raise ValueError(f"slot {slot}, expected at most {MOST_SLOTS - 1}")
            option = &self.options[i]
            option.rule = rule
            option.slot = NO_SLOT if slot < 0 else slot
            option.presence = presence
            option.counted = counted
            option.value = <uint32_t>NONE
            if slot >= 0 and <size_t>slot >= self.slot_count:
                self.slot_count = <size_t>slot + 1

    def __dealloc__(self):
        free(self.options)
        free(self.option_of)
        free(self.keys)
        free(self.states)
        free(self.combinations)
        free(self.judgements)
        free(self.combination_slots)

    def clean(self, const uint32_t[::1] numbers):
        """Return a byte for each of the sections: whether there is nothing to say about it; ``items`` counts theirs."""
        cdef Py_ssize_t count = numbers.shape[0]
        cdef Py_ssize_t i
        cdef bytearray found = bytearray(count)
        cdef char *answers = PyByteArray_AS_STRING(found)
        cdef array items = clone(NUMBERS, count, False)
        if self.sections.texts.count != self.text_count:
            raise ValueError("there are further texts since the options are known")
        for i in range(count):
            self.sections.at(numbers[i])
        with nogil:
            for i in range(count):
                answers[i] = self.is_clean(numbers[i], &items.data.as_uints[i])
        self.items = items
        return found

    cdef int is_clean(self, uint32_t section, unsigned int *counted) except -1 nogil:
        cdef Walk walk
        cdef Combination combination
        cdef Option *option
        cdef uint32_t line, name, value, number
        cdef uint64_t items = 0
        cdef bint clean = True
        memset(&combination, 0, sizeof(Combination))
        self.sections.walk(section, &walk)
        line = self.sections.next_line(&walk)
        while line != NONE:
            line &= ~<uint32_t>INHERITED_LINE
            name, value = self.sections.lines[line].name, self.sections.lines[line].value
            number = self.option_of[name]
            if number == UNASKED:
                self.ask_option(name)
                number = self.option_of[name]
            if number == UNKNOWN:
                clean = False
            elif number != IGNORED:
                option = &self.options[number - FIRST_OPTION]
                if option.counted:
                    items += 1 + self.commas(value)
                # What is said about a section that isn't clean is the part of Python; here only items count.
                if clean:
                    clean = self.is_accepted(number - FIRST_OPTION, value)
                    if option.slot != NO_SLOT:
                        combination.values[option.slot] = \
                            value + 1 if not option.presence else 1 + (self.sections.texts.length(value) != 0)
            line = self.sections.next_line(&walk)
        if clean and self.slot_count:
            clean = self.is_possible(&combination)
        counted[0] = <unsigned int>items if items < <uint64_t>MOST_ITEMS else <unsigned int>MOST_ITEMS
        return clean

    cdef uint64_t commas(self, uint32_t text) noexcept nogil:
        cdef const char *bytes = self.sections.texts.start(text)
        cdef uint32_t i
        cdef uint64_t found = 0
        for i in range(self.sections.texts.length(text)):
            found += bytes[i] == c","
        return found

    cdef int ask_option(self, uint32_t name) except -1 with gil:
        cdef int64_t found = self.asked.option(self.sections.texts.decode(name))
        if not -FIRST_OPTION < found < <int64_t>self.option_count:
            raise ValueError(f"option {found} of {self.option_count}")
        self.option_of[name] = <uint32_t>(found + FIRST_OPTION) if found >= 0 else <uint32_t>-found
        return 0

    cdef int is_accepted(self, uint32_t number, uint32_t value) except -1 nogil:
        """Whether there is nothing to say about a value."""
        cdef Option *option = &self.options[number]
        cdef const uint8_t *bytes = <const uint8_t *>self.sections.texts.start(value)
        cdef uint32_t length = self.sections.texts.length(value)
        if option.rule == ANYTHING:
            return True
        if option.rule == NEVER:
            return False
        if option.rule == SOMETHING:
            return length != 0
        if option.rule == TYPE:
            return value == self.type
        if option.rule == NAMES and has_name(bytes, length):
            return True
        if option.rule == CONTACT and is_usual_contact(bytes, length):
            return True
        if option.rule == ASSIGNMENT and has_equals(bytes, length):
            return True
        if option.value != value:
            option.accepted = self.judged(number, value)
            option.value = value
        return option.accepted

    cdef int judged(self, uint32_t number, uint32_t value) except -1 nogil:
        """Python's judgement of a value."""
        cdef uint64_t key = <uint64_t>number << 32 | value
        cdef size_t slot = slot_of(key) & self.answer_mask
        cdef int accepted
        while self.states[slot] != 0:
            if self.keys[slot] == key:
                return self.states[slot] == 1
            slot = (slot + 1) & self.answer_mask
        accepted = self.ask_value(number, value)
        if self.answer_count < MOST_ANSWERS:
            self.keys[slot] = key
            self.states[slot] = 1 if accepted else 2
            self.answer_count += 1
            if self.answer_count * 2 > self.answer_mask:
                self.grow_answers()
        return accepted

    cdef int ask_value(self, uint32_t number, uint32_t value) except -1 with gil:
        return bool(self.asked.value(number, self.sections.texts.decode(value)))

    cdef int grow_answers(self) except -1 nogil:
        cdef size_t larger = (self.answer_mask + 1) * 2
        cdef uint64_t *keys = <uint64_t *>malloc(larger * sizeof(uint64_t))
        cdef uint8_t *states = <uint8_t *>calloc(larger, 1)
        cdef size_t i, slot
        if keys == NULL or states == NULL:
            free(keys)
            free(states)
            with gil:
                raise MemoryError("accepted values")
        for i in range(self.answer_mask + 1):
            if self.states[i] != 0:
                slot = slot_of(self.keys[i]) & (larger - 1)
                while states[slot] != 0:
                    slot = (slot + 1) & (larger - 1)
                keys[slot] = self.keys[i]
                states[slot] = self.states[i]
        free(self.keys)
        free(self.states)
        self.keys = keys
        self.states = states
        self.answer_mask = larger - 1
        return 0

    cdef int is_possible(self, const Combination *combination) except -1 nogil:
        """Whether there is nothing to say about values together."""
        cdef size_t size = self.slot_count * sizeof(uint32_t)
        cdef size_t slot = tag_of(<const char *>combination, size) & self.combination_mask
        cdef uint32_t known
        cdef int possible
        while self.combination_slots[slot] != 0:
            known = self.combination_slots[slot] - 1
            if memcmp(&self.combinations[known], combination, size) == 0:
                return self.judgements[known]
            slot = (slot + 1) & self.combination_mask
        possible = self.ask_together(combination)
        if self.combination_count < MOST_COMBINATIONS:
            self.remember(combination, possible)
        return possible

    cdef int ask_together(self, const Combination *combination) except -1 with gil:
        cdef size_t i
        cdef uint32_t value
        values = [None] * <Py_ssize_t>self.slot_count
        for i in range(self.option_count):
            if self.options[i].slot != NO_SLOT:
                value = combination.values[self.options[i].slot]
                if value == 0:
                    text = None
                elif self.options[i].presence:
                    text = "x" if value == 2 else ""
                else:
                    text = self.sections.texts.decode(value - 1)
                values[self.options[i].slot] = text
        return bool(self.asked.together(values))

    cdef int remember(self, const Combination *combination, int possible) except -1 nogil:
        cdef size_t room, larger, i
        cdef void *moved
        cdef uint32_t *slots
        if self.combination_count == self.combination_room:
            room = self.combination_room * 2 + FIRST_ROOM
            moved = realloc(self.combinations, room * sizeof(Combination))
            if moved != NULL:
                self.combinations = <Combination *>moved
                moved = realloc(self.judgements, room)
            if moved == NULL:
                with gil:
                    raise MemoryError("combinations of options")
            self.judgements = <uint8_t *>moved
            self.combination_room = room
        if (self.combination_count + 1) * 2 > self.combination_mask:
            larger = (self.combination_mask + 1) * 2
            slots = <uint32_t *>calloc(larger, sizeof(uint32_t))
            if slots == NULL:
                with gil:
                    raise MemoryError("combinations of options")
            free(self.combination_slots)
            self.combination_slots = slots
            self.combination_mask = larger - 1
            for i in range(self.combination_count):
                self.put_combination(<uint32_t>i)
        memcpy(&self.combinations[self.combination_count], combination, sizeof(Combination))
        self.judgements[self.combination_count] = <uint8_t>possible
        self.put_combination(<uint32_t>self.combination_count)
        self.combination_count += 1
        return 0

    cdef void put_combination(self, uint32_t number) noexcept nogil:
        cdef size_t size = self.slot_count * sizeof(uint32_t)
        cdef size_t slot = tag_of(<const char *>&self.combinations[number], size) & self.combination_mask
        while self.combination_slots[slot] != 0:
            slot = (slot + 1) & self.combination_mask
        self.combination_slots[slot] = number + 1


IGNORED_NAME = -IGNORED
UNKNOWN_NAME = -UNKNOWN


cdef inline size_t slot_of(uint64_t key) noexcept nogil:
    return tag_of(<const char *>&key, sizeof(uint64_t))


cdef inline bint has_name(const uint8_t *text, uint32_t length) noexcept nogil:
    """Whether a list of names is empty, or not all of its items are."""
    cdef uint32_t i
    for i in range(length):
        if text[i] > 32 and text[i] != c",":
            return True
    return length == 0


cdef inline bint has_equals(const uint8_t *text, uint32_t length) noexcept nogil:
    """Whether a text is empty, or has an ``=``."""
    cdef uint32_t i
    for i in range(length):
        if text[i] == c"=":
            return True
    return length == 0


cdef inline bint is_usual_contact(const uint8_t *text, uint32_t length) noexcept nogil:
    """Whether a text is one contact of the usual form: lower-case scheme, visible ASCII, no brackets, no comma.

    Whatever else stands in it, Asterisk accepts such a contact, unless it is long.
    """
    cdef uint32_t i
    if not 4 <= length <= SHORT_CONTACT or memcmp(text, b"sip", 3) != 0:
        return False
    if text[3] != c":" and not (length > 4 and text[3] == c"s" and text[4] == c":"):
        return False
    for i in range(length):
        if text[i] <= 32 or text[i] > 126 or text[i] == c"," or text[i] == c"[":
            return False
    return True
