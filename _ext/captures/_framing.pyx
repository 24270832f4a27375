"""Where a SIP message begins and ends in a stream of bytes (RFC 3261 7.5, 18.3).

Knows first lines, the empty line and Content-Length; the message itself is read in ``_message``.

Facts
- A message begins with ``Method SP Request-URI SP SIP/2.0`` or with ``SIP/2.0 SP code``; the version in any case, any
  number of blanks.  As in ``_message`` a request's line may fold, and blanks and lines of blanks may be before it.
- The head ends with the first LF CR LF, which is PJSIP's rule for streams: an empty line of a bare LF doesn't end it.
- ``Content-Length`` and ``l`` in any case say how long the body is, at the beginning of a line.  Of several the first
  that is a number counts, as in ``_message`` (a judgement: RFC 3261 doesn't say, and most refuse such a message).
"""

from libc.string cimport memchr

from identify._compiled._message cimport LENGTH_ABSENT, LENGTH_BAD, LENGTH_GIVEN, Length, take_content_length
from identify._compiled._text cimport SIP_TOKEN, Text, cursor, sip_class, sip_class_init, sip_find_line_end

cdef enum:
    # Nobody sends more than one blank before a method; in a stream each line of blanks is looked at again.
    MOST_BLANKS = 16
    # The places of a request line where it may fold; in a stream it has no more line ends than that in brackets either,
    # so that a line is looked at with those behind it, not with all.
    MOST_FOLDS = 5

sip_class_init()

cdef const char *VERSION = "sip/2.0"


cdef inline bint is_blank(uint8_t c) noexcept nogil:
    return c == c" " or c == c"\t"


cdef inline bint is_line_end(uint8_t c) noexcept nogil:
    return c == c"\r" or c == c"\n"


cdef inline bint is_digit(uint8_t c) noexcept nogil:
    return c"0" <= c <= c"9"


cdef inline size_t past_line_end(const uint8_t *data, size_t size, size_t place) noexcept nogil:
    """Behind the CRLF, LF or CR at `place`."""
    return place + 2 if data[place] == c"\r" and place + 1 < size and data[place + 1] == c"\n" else place + 1


cdef inline size_t before_blanks(const uint8_t *data, size_t least, size_t place) noexcept nogil:
    """Where the blanks and line ends that end at `place` begin, not before `least`."""
    while place > least and (is_blank(data[place - 1]) or is_line_end(data[place - 1])):
        place -= 1
    return place


cdef bint ends_in_version(const uint8_t *data, size_t method, size_t end) noexcept nogil:
    """Is there a URI, a blank and SIP/2.0, with blanks around its slash, between the end of a method and `end`?"""
    cdef size_t place = before_blanks(data, method, end)
    if place - method < 3 or same_start(data + place - 3, 3, VERSION + 4, 3) != 3:
        return False
    place = before_blanks(data, method, place - 3)
    if place == method or data[place - 1] != c"/":
        return False
    place = before_blanks(data, method, place - 1)
    if place - method < 3 or same_start(data + place - 3, 3, VERSION, 3) != 3:
        return False
    end = place - 3
    place = before_blanks(data, method, end)
    # What is behind the method is a blank, so that anything but blanks is a URI.
    return method < place < end


cdef inline size_t same_start(const uint8_t *data, size_t size, const char *lower, size_t length) noexcept nogil:
    """How many characters agree, in any case, of at most `length`."""
    cdef size_t i = 0
    while i < size and i < length and (data[i] | (0x20 if c"A" <= data[i] <= c"Z" else 0)) == <uint8_t>lower[i]:
        i += 1
    return i


cdef Line first_line(const uint8_t *data, size_t size, bint complete) noexcept nogil:
    """Does a message begin here?  `complete`: nothing comes after these bytes, as in a datagram."""
    cdef size_t same = same_start(data, size, VERSION, 7)
    cdef size_t method = 0, begin, end, blanks = 0
    cdef const uint8_t *bracket
    cdef int folds = 0
    if same == 7:
        if size < 11 and not complete:
            return LINE_MORE
        if size >= 11 and is_blank(data[7]) and is_digit(data[8]) and is_digit(data[9]) and is_digit(data[10]):
            return LINE_YES
        return LINE_NO
    if same == size and not complete:
        return LINE_MORE
    while (blanks < size and (complete or blanks < MOST_BLANKS)
           and (is_blank(data[blanks]) or is_line_end(data[blanks]))):
        blanks += 1
    data += blanks
    size -= blanks
    while method < size and method <= LONGEST_LINE and sip_class[data[method]] & SIP_TOKEN:
        method += 1
    if method == size:
        return LINE_NO if complete or method > LONGEST_LINE else LINE_MORE
    if method == 0 or not (is_blank(data[method]) or is_line_end(data[method])):
        return LINE_NO
    begin = method
    # Each turn gets past a line end.
    while folds <= MOST_FOLDS:
        end = <size_t>(sip_find_line_end(data + begin, data + size) - data)
        if end == size and not complete:
            return LINE_MORE if size < LONGEST_LINE else LINE_NO
        if ends_in_version(data, method, end):
            return LINE_YES
        bracket = <const uint8_t *>memchr(data + begin, c"[", end - begin)
        if bracket != NULL and memchr(bracket, c"]", data + end - bracket) == NULL:
            # A host in brackets may hold anything, a line end and NUL too.
            bracket = <const uint8_t *>memchr(bracket, c"]", data + size - bracket)
            if bracket != NULL:
                begin = <size_t>(bracket - data)
                folds += not complete
                continue
        if end == size or data[end] == 0:
            return LINE_NO
        # Where nothing is there yet behind the line end it is taken for that of the line: most lines that don't end in
        # a version are of other protocols.
        begin = past_line_end(data, size, end)
        if begin >= size or not is_blank(data[begin]):
            return LINE_NO
        folds += 1
    return LINE_NO


cdef size_t head_size(const uint8_t *data, size_t size, size_t *scanned) noexcept nogil:
    """Return the size of the head with its empty line, 0 if it isn't over; search from `scanned` on, and move it.

    No empty line ends before `scanned`, and none that begins before it is missed where the search goes on there.
    """
    cdef size_t place = scanned[0]
    cdef const void *found
    while place < size:
        found = memchr(data + place, c"\n", size - place)
        if found == NULL:
            scanned[0] = size
            return 0
        place = <size_t>(<const uint8_t *>found - data) + 1
        if place + 1 < size and data[place] == c"\r" and data[place + 1] == c"\n":
            scanned[0] = place - 1
            return place + 2
        if place >= size or (place + 1 >= size and data[place] == c"\r"):
            # The line end may be the first half of the empty line.
            scanned[0] = place - 1
            return 0
    scanned[0] = place
    return 0


cdef Length content_length(const uint8_t *data, size_t head, uint32_t *length) noexcept nogil:
    """Read Content-Length from the `head` bytes of a message's head, MESSAGE_LIMIT at most, with its empty line."""
    cdef Text line = cursor(data, 0, <uint32_t>head)
    cdef const void *found
    cdef Length one, said = LENGTH_ABSENT
    while True:
        found = memchr(data + line.pos, c"\n", head - line.pos)
        if found == NULL:
            return said
        line.pos = <uint32_t>(<const uint8_t *>found - data) + 1
        if line.pos >= head:
            return said
        if data[line.pos] | 0x20 == c"l" or data[line.pos] | 0x20 == c"c":
            one = take_content_length(&line, length)
            if one == LENGTH_GIVEN:
                return one
            if one == LENGTH_BAD:
                said = one


cdef size_t leading_line_ends(const uint8_t *data, size_t size) noexcept nogil:
    """How many CR and LF there are at the beginning."""
    cdef size_t place = 0
    while place < size and (data[place] == c"\r" or data[place] == c"\n"):
        place += 1
    return place
