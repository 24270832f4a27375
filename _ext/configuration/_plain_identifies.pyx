"""Identify sections of which all is plain, see ``_plain_identifies.pxd``."""

cimport cython
from cpython.buffer cimport PyBUF_SIMPLE, PyBuffer_Release, PyObject_GetBuffer
from libc.stdlib cimport calloc, free, realloc
from libc.string cimport memchr, memcmp, strlen

from identify._compiled._address_rules cimport raise_for
from identify._compiled._match_items cimport read_items
from identify._compiled._sections cimport INHERITED_LINE, NONE, Line, Walk
from identify._compiled._texts cimport fold_bytes

from array import array

cdef enum:
    FIRST_ROOM = 64
    # The longest name that is looked for.
    LONGEST_NAME = 17

# What a text is as the name of an option; 0 before it was looked at.
cdef enum:
    OTHER = 1
    ENDPOINT = 2
    MATCH = 3
    HEADER = 4
    REQUEST_URI = 5

# What Python said of a value: bits for each of the two options.
cdef enum:
    HEADER_ASKED = 1
    HEADER_PLAIN = 2
    URI_ASKED = 4
    URI_PLAIN = 8

# What ``take`` and ``take_one`` return instead of a number.
cdef enum:
    ASK = -10
    TOO_MANY = -11

OPTIONS = {HEADER: "match_header", REQUEST_URI: "match_request_uri"}


@cython.final
cdef class PlainIdentifies:
    """Identify sections of which all is plain: endpoint, items of ``match``, and silent rules with patterns.

    ``ports`` and ``in_place`` are what the release does with items, see :class:`~identify.config.releases.Release`.

    Thread safety: one thread calls :meth:`read`; once it has, nothing changes, and any number of threads may look.
    """

    def __cinit__(self, Sections sections not None, bint ports=True, bint in_place=True):
        self.sections = sections
        self.rules = AddressRules()
        self.release.ports = ports
        self.release.in_place = in_place

    def __dealloc__(self):
        free(self.at)
        free(self.names)
        free(self.values)

    def __len__(self):
        return <Py_ssize_t>self.count

    def read(self, numbers not None, says_nothing not None, uint64_t most):
        """Keep the sections that are plain, and return a byte for each: 1 if it is.

        ``numbers`` is a buffer of uint32, the numbers of sections of type identify whose options are all known and
        accepted.  ``says_nothing(option, value)`` tells whether there is nothing to report about a value of
        ``match_header`` or ``match_request_uri``.  If more than ``most`` items would be made, none is plain.
        """
        cdef Py_buffer view
        cdef size_t count
        cdef int64_t at = 0
        cdef bytearray flags
        cdef uint8_t *flag
        cdef const uint32_t *wanted
        if self.count or self.names != NULL:
            raise ValueError("sections have been read already")
        PyObject_GetBuffer(numbers, &view, PyBUF_SIMPLE)
        try:
            count = <size_t>view.len // sizeof(uint32_t)
            wanted = <const uint32_t *>view.buf
            flags = bytearray(<Py_ssize_t>count)
            flag = <uint8_t *><char *>flags
            self.text_count = len(self.sections.texts)
            self.names = <uint8_t *>calloc(self.text_count + 1, 1)
            self.values = <uint8_t *>calloc(self.text_count + 1, 1)
            if self.names == NULL or self.values == NULL:
                raise MemoryError("identify sections")
            while True:
                with nogil:
                    at = self.take(wanted, count, <size_t>at, flag, most)
                if at >= 0 and <size_t>at < count:
                    self.ask(says_nothing)
                elif at >= 0:
                    break
                elif at == TOO_MANY:
                    self.forget()
                    return bytes(<Py_ssize_t>count)
                else:
                    raise_for(<int>at)
        finally:
            PyBuffer_Release(&view)
            free(self.names)
            free(self.values)
            self.names = self.values = NULL
        return bytes(flags)

    @property
    def numbers(self):
        """The numbers of the sections, as an array of uint32."""
        cdef size_t i
        made = array("I", bytes(self.count * sizeof(uint32_t)))
        cdef uint32_t[::1] written
        if self.count:
            written = made
            for i in range(self.count):
                written[i] = self.at[i].section
        return made

    def section(self, size_t number):
        """Return the number of the section of an identify."""
        return self.plain(number).section

    def name(self, size_t number):
        """Return the id of an identify."""
        return self.sections.texts.decode(self.sections.sections[self.plain(number).section].name)

    def endpoint(self, size_t number):
        """Return the endpoint of an identify."""
        return self.sections.texts.decode(self.plain(number).endpoint)

    def header(self, size_t number):
        """Return the value of ``match_header``, None if it has none."""
        cdef uint32_t text = self.plain(number).header
        return None if text == NONE else self.sections.texts.decode(text)

    def request_uri(self, size_t number):
        """Return the value of ``match_request_uri``, None if it has none."""
        cdef uint32_t text = self.plain(number).request_uri
        return None if text == NONE else self.sections.texts.decode(text)

    def names_of(self, numbers not None):
        """Return the ids of identifies, given as a buffer of uint32; None for numbers that are none."""
        return self.texts_of(numbers, False)

    def endpoints_of(self, numbers not None):
        """Return the endpoints of identifies, given as a buffer of uint32; None for numbers that are none."""
        return self.texts_of(numbers, True)

    def marks(self):
        """Return two bytes objects with a byte for each: whether it has a header, and whether a request URI."""
        cdef size_t i
        cdef bytearray headers = bytearray(<Py_ssize_t>self.count)
        cdef bytearray uris = bytearray(<Py_ssize_t>self.count)
        cdef uint8_t *header = <uint8_t *><char *>headers
        cdef uint8_t *uri = <uint8_t *><char *>uris
        for i in range(self.count):
            header[i] = self.at[i].header != NONE
            uri[i] = self.at[i].request_uri != NONE
        return bytes(headers), bytes(uris)

    cdef Plain *plain(self, size_t number) except NULL:
        if number >= self.count:
            raise IndexError(f"identify {number} of {self.count}")
        return &self.at[number]

    cdef list texts_of(self, numbers, bint endpoints):
        """Texts of identifies; that of an endpoint which many have is made once."""
        cdef Py_buffer view
        cdef const uint32_t *wanted
        cdef size_t i
        cdef uint32_t number, before = <uint32_t>NONE
        cdef dict known = {}
        cdef list found = []
        cdef object text = None
        PyObject_GetBuffer(numbers, &view, PyBUF_SIMPLE)
        try:
            wanted = <const uint32_t *>view.buf
            for i in range(<size_t>view.len // sizeof(uint32_t)):
                if wanted[i] >= self.count:
                    found.append(None)
                elif endpoints:
                    number = self.at[wanted[i]].endpoint
                    if number != before:
                        text = known.get(number)
                        if text is None:
                            text = known[number] = self.sections.texts.decode(number)
                        before = number
                    found.append(text)
                else:
                    number = self.sections.sections[self.at[wanted[i]].section].name
                    found.append(self.sections.texts.decode(number))
        finally:
            PyBuffer_Release(&view)
        return found

    cdef int ask(self, says_nothing) except -1:
        """Ask Python about a value."""
        cdef bint plain = says_nothing(OPTIONS[self.asked_option], self.sections.texts.decode(self.asked))
        if self.asked_option == HEADER:
            self.values[self.asked] |= HEADER_ASKED | (HEADER_PLAIN if plain else 0)
        else:
            self.values[self.asked] |= URI_ASKED | (URI_PLAIN if plain else 0)
        return 0

    cdef int forget(self) except -1:
        self.count = 0
        self.spent = 0
        self.rules = AddressRules()
        return 0

    # For the loop without the GIL.

    cdef int64_t take(self, const uint32_t *numbers, size_t count, size_t at, uint8_t *flags, uint64_t most) \
            noexcept nogil:
        """Read sections up to the end, or to one about a value of which Python must be asked; return its place."""
        cdef uint64_t spent
        cdef size_t rules
        cdef int taken
        while at < count:
            rules = self.rules.count
            spent = 0
            taken = self.take_one(numbers[at], &spent)
            if taken <= 0:
                self.rules.count = rules
            if taken == ASK:
                return <int64_t>at
            if taken < 0:
                return taken
            if taken:
                flags[at] = 1
                self.spent += spent
                if self.spent > most:
                    return TOO_MANY
            at += 1
        return <int64_t>at

    cdef int take_one(self, uint32_t section, uint64_t *spent) noexcept nogil:
        """Read a section; return 1 if it is plain."""
        cdef Walk walk
        cdef Plain *made
        cdef const Line *line
        cdef const char *text
        cdef const char *comma
        cdef uint32_t number, length
        cdef uint32_t endpoint = <uint32_t>NONE, header = <uint32_t>NONE, uri = <uint32_t>NONE
        cdef size_t before = self.rules.count, larger
        cdef bint positive = False
        cdef uint8_t option, said
        cdef void *moved
        cdef int failed
        # Of a section without a name Asterisk makes one up.
        if section >= self.sections.count or self.sections.texts.length(self.sections.sections[section].name) == 0:
            return 0
        self.sections.walk(section, &walk)
        number = self.sections.next_line(&walk)
        while number != NONE:
            line = &self.sections.lines[number & ~<uint32_t>INHERITED_LINE]
            option = self.option(line.name)
            if option == MATCH:
                length = self.sections.texts.length(line.value)
                text = self.sections.texts.start(line.value)
                failed = read_items(text, length, &self.release, <uint32_t>self.count, &positive, self.rules)
                if failed <= 0:
                    return failed
                spent[0] += 1
                comma = <const char *>memchr(text, c",", length)
                while comma != NULL:
                    spent[0] += 1
                    length -= <uint32_t>(comma + 1 - text)
                    text = comma + 1
                    comma = <const char *>memchr(text, c",", length)
            elif option == ENDPOINT:
                endpoint = line.value
            elif option == HEADER:
                header = line.value
            elif option == REQUEST_URI:
                uri = line.value
            number = self.sections.next_line(&walk)
        if endpoint == NONE or self.sections.texts.length(endpoint) == 0:
            return 0
        if header != NONE and self.sections.texts.length(header) == 0:
            header = <uint32_t>NONE
        if uri != NONE and self.sections.texts.length(uri) == 0:
            uri = <uint32_t>NONE
        if self.rules.count == before and header == NONE and uri == NONE:
            return 0
        if header != NONE:
            said = self.values[header]
            if not said & HEADER_ASKED:
                self.asked = header
                self.asked_option = HEADER
                return ASK
            if not said & HEADER_PLAIN:
                return 0
        if uri != NONE:
            said = self.values[uri]
            if not said & URI_ASKED:
                self.asked = uri
                self.asked_option = REQUEST_URI
                return ASK
            if not said & URI_PLAIN:
                return 0
        if self.count == self.room:
            larger = self.room + self.room // 2 + FIRST_ROOM
            moved = realloc(self.at, larger * sizeof(Plain))
            if moved == NULL:
                return -1
            self.at = <Plain *>moved
            self.room = larger
        made = &self.at[self.count]
        made.section = section
        made.endpoint = endpoint
        made.header = header
        made.request_uri = uri
        self.count += 1
        return 1

    cdef uint8_t option(self, uint32_t name) noexcept nogil:
        """What a text is as the name of an option, in any case."""
        cdef uint8_t known = self.names[name]
        cdef char folded[LONGEST_NAME]
        cdef uint32_t length
        cdef const char *text
        if known:
            return known
        known = OTHER
        length = self.sections.texts.length(name)
        if 0 < length <= LONGEST_NAME:
            text = self.sections.texts.start(name)
            fold_bytes(text, folded, length)
            if is_name(folded, length, b"match"):
                known = MATCH
            elif is_name(folded, length, b"endpoint"):
                known = ENDPOINT
            elif is_name(folded, length, b"match_header"):
                known = HEADER
            elif is_name(folded, length, b"match_request_uri"):
                known = REQUEST_URI
        self.names[name] = known
        return known


cdef inline bint is_name(const char *text, uint32_t length, const char *name) noexcept nogil:
    return strlen(name) == length and memcmp(text, name, length) == 0
