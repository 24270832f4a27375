"""SIP messages in the bytes of one direction of a connection, which come in pieces and in order.

Knows where messages begin and end and what isn't SIP; nothing of packets.  What it holds back is bounded by a message's
limit and one piece.

Strategy
1. A stream that is seen from its beginning is decided by its first bytes: SIP, or something else for good.
2. One that is joined in the middle, or has lost bytes, is searched for a first line of SIP at the beginning of a line
   or of a piece, one that doesn't fold; there it goes on.
3. Between messages only line ends are allowed (keep-alives, RFC 5626 3.5.1); anything else leads to 2.
4. A message without Content-Length ends with its head: over a stream PJSIP drops it, and says so of what is delivered.
5. However a stream is cut and whatever it has, each byte is looked at a few times only: a first line again once its
   line is over, a head from where the search for its end stopped, also if it is that of a message that begins later.
"""

from libc.stdint cimport uint32_t
from libc.stdlib cimport free, realloc
from libc.string cimport memchr, memcmp, memcpy, memmove

from identify._compiled._bytes cimport big16
from identify._compiled._framing cimport (
    LINE_MORE, LINE_YES, LONGEST_LINE, Line, content_length, first_line, head_size, leading_line_ends,
)
from identify._compiled._message cimport LENGTH_ABSENT, LENGTH_BAD, Length
from identify._compiled._parsed cimport MESSAGE_LIMIT
from identify._compiled._skipped cimport (
    BAD_CONTENT_LENGTH, HEP_TCP, KEEP_ALIVE, MESSAGE_INCOMPLETE, MESSAGE_TOO_LONG, OTHER_TCP, STREAM_RESYNCHRONISED,
    TLS, WEBSOCKET, count,
)

cdef enum:
    # Where the upgrade of HTTP is looked for.
    HTTP_HEAD = 4096
    LARGEST_TLS_RECORD = 16384 + 2048
    FIRST_ROOM = 2048


cdef inline bint is_tls(const uint8_t *data, size_t size) noexcept nogil:
    """Does a TLS record begin here (RFC 8446 5.1)?"""
    return (size >= 5 and 20 <= data[0] <= 23 and data[1] == 3 and data[2] <= 4
            and 0 < big16(data + 3) <= LARGEST_TLS_RECORD)


cdef bint names_websocket(const uint8_t *data, size_t size) noexcept nogil:
    cdef size_t place = 0
    if size > HTTP_HEAD:
        size = HTTP_HEAD
    while place + 9 <= size:
        if data[place] | 0x20 == c"w" and (memcmp(data + place + 1, <const char *>b"ebsocket", 8) == 0
                                           or memcmp(data + place + 1, <const char *>b"ebSocket", 8) == 0):
            return True
        place += 1
    return False


cdef void count_other(Splitter *s, TrafficColumns out) noexcept nogil:
    """Count a piece of a stream that was decided not to be SIP."""
    if s.state == STATE_TLS:
        count(&out.counts, TLS)
    elif s.state == STATE_WEBSOCKET:
        count(&out.counts, WEBSOCKET)
    elif s.state == STATE_HEP:
        count(&out.counts, HEP_TCP)
    else:
        count(&out.counts, OTHER_TCP)


cdef void forget(Splitter *s) noexcept nogil:
    free(s.held)
    s.held = NULL
    s.start = s.size = s.room = s.judged = s.scanned = s.whole = s.headless = 0


cdef bint hold(Splitter *s, const uint8_t *data, size_t size) noexcept nogil:
    cdef size_t room = s.room if s.room else FIRST_ROOM
    cdef uint8_t *larger
    if s.start and size > s.room - s.start - s.size and s.start >= s.size:
        # No more is moved than was done with since it was moved before.
        memmove(s.held, s.held + s.start, s.size)
        s.start = 0
    if size > s.room - s.start - s.size:
        while room - s.start - s.size < size:
            room *= 2
        larger = <uint8_t *>realloc(s.held, room)
        if larger == NULL:
            return False
        s.held = larger
        s.room = room
    memcpy(s.held + s.start + s.size, data, size)
    s.size += size
    return True


cdef Line line_at(Splitter *s, const uint8_t *data, size_t size) noexcept nogil:
    """Does a message begin here?  A line that isn't over isn't looked at again before it is."""
    cdef Line line
    if s.judged and size < LONGEST_LINE and memchr(data + s.judged, c"\n", size - s.judged) == NULL:
        s.judged = size
        return LINE_MORE
    line = first_line(data, size, False)
    s.judged = size if line == LINE_MORE else 0
    return line


cdef size_t decide(Splitter *s, TrafficColumns out, const uint8_t *data, size_t size) noexcept nogil:
    """Say by its first bytes what a stream is; return how many of them are done with."""
    cdef size_t line_ends = leading_line_ends(data, size)
    cdef Line line
    if line_ends:
        if line_ends == size:
            count(&out.counts, KEEP_ALIVE)
        return line_ends
    if 20 <= data[0] <= 23:
        if size < 5:
            return 0
        s.state = STATE_TLS if is_tls(data, size) else STATE_OTHER
    else:
        line = line_at(s, data, size)
        if line == LINE_MORE:
            return 0
        if line == LINE_YES:
            s.state = STATE_SIP
            return 0
        if size >= 4 and memcmp(data, <const char *>b"HEP3", 4) == 0:
            s.state = STATE_HEP
        elif size >= 5 and (memcmp(data, <const char *>b"HTTP/", 5) == 0
                            or memcmp(data, <const char *>b"GET ", 4) == 0):
            s.state = STATE_WEBSOCKET if names_websocket(data, size) else STATE_HTTP
        else:
            s.state = STATE_OTHER
    count_other(s, out)
    return size


cdef size_t seek(Splitter *s, const uint8_t *data, size_t size) noexcept nogil:
    """Look for a first line; return how many bytes are no part of one."""
    cdef const void *found = memchr(data + s.judged, c"\n", size - s.judged)
    cdef size_t line = <size_t>(<const uint8_t *>found - data) + 1 if found != NULL else size
    cdef Line said
    if s.at_line:
        # Only this line: in what isn't SIP every line may look like one that the next ones continue.
        said = line_at(s, data, line)
        if said == LINE_YES:
            s.state = STATE_SIP
            return 0
        if said == LINE_MORE and found == NULL:
            return 0
    s.judged = 0
    s.at_line = found != NULL
    return line


cdef size_t next_message(Splitter *s, TrafficColumns out, const Envelope *envelope, const uint8_t *data,
                         size_t size) noexcept nogil:
    """Deliver the message that begins here if it is complete; return how many bytes are done with."""
    cdef size_t head, line_ends
    cdef uint32_t body = 0
    cdef Length length
    cdef Line line
    if s.whole == 0:
        if s.scanned == 0:
            line_ends = leading_line_ends(data, size)
            if line_ends:
                if line_ends == size:
                    count(&out.counts, KEEP_ALIVE)
                return line_ends
            line = line_at(s, data, size)
            if line == LINE_MORE:
                return 0
            if line != LINE_YES:
                count(&out.counts, STREAM_RESYNCHRONISED)
                s.state = STATE_SEEK
                s.at_line = False
                return 0
            s.scanned = s.headless
        head = head_size(data, size, &s.scanned)
        if head == 0 and size <= MESSAGE_LIMIT:
            return 0
        if head == 0 or head > MESSAGE_LIMIT:
            # One that begins inside of another isn't counted once more.
            if s.headless == 0:
                count(&out.counts, MESSAGE_TOO_LONG)
            s.headless = s.scanned
            s.scanned = 0
            s.state = STATE_SEEK
            s.at_line = False
            return 1
        s.scanned = 0
        length = content_length(data, head, &body)
        if length == LENGTH_BAD or (length != LENGTH_ABSENT and body > MESSAGE_LIMIT - head):
            count(&out.counts, BAD_CONTENT_LENGTH if length == LENGTH_BAD else MESSAGE_TOO_LONG)
            s.state = STATE_SEEK
            s.at_line = True
            return head
        s.whole = head + body
    if size < s.whole:
        return 0
    size = s.whole
    s.whole = s.scanned = 0
    out.deliver(envelope, data, size)
    return size


cdef size_t split(Splitter *s, TrafficColumns out, const Envelope *envelope, const uint8_t *data,
                  size_t size) noexcept nogil:
    """Go through the bytes; return how many are done with.  What is left begins a message or may do so."""
    cdef size_t place = 0, done
    cdef uint8_t state
    while place < size and s.state < STATE_TLS:
        state = s.state
        if state == STATE_NEW:
            done = decide(s, out, data + place, size - place)
        elif state == STATE_SEEK:
            done = seek(s, data + place, size - place)
        else:
            done = next_message(s, out, envelope, data + place, size - place)
        if done == 0 and s.state == state:
            return place
        place += done
        s.headless = s.headless - done if s.headless > done else 0
    return size


cdef bint split_bytes(Splitter *s, TrafficColumns out, const Envelope *envelope, const uint8_t *data,
                      size_t size) noexcept nogil:
    """Take the next bytes, at least one, and deliver what is complete; False where memory was refused."""
    cdef size_t rows = out.rows, done
    if s.state == STATE_SEEK and s.size == 0:
        s.at_line = True
        if is_tls(data, size):
            s.state = STATE_TLS
    if s.state >= STATE_TLS:
        if s.state == STATE_HTTP and names_websocket(data, size):
            s.state = STATE_WEBSOCKET
        count_other(s, out)
        return True
    if s.size == 0:
        done = split(s, out, envelope, data, size)
        if done < size and not hold(s, data + done, size - done):
            return False
    else:
        if not hold(s, data, size):
            return False
        done = split(s, out, envelope, s.held + s.start, s.size)
        if done == s.size:
            free(s.held)
            s.held = NULL
            s.start = s.size = s.room = 0
        else:
            s.start += done
            s.size -= done
    if s.state == STATE_SEEK and rows == out.rows:
        count(&out.counts, OTHER_TCP)
    return True


cdef void split_end(Splitter *s, TrafficColumns out) noexcept nogil:
    """Nothing more comes: what is held stays incomplete."""
    if s.size:
        count(&out.counts, MESSAGE_INCOMPLETE if s.state == STATE_SIP else OTHER_TCP)
    forget(s)


cdef void split_gap(Splitter *s, TrafficColumns out) noexcept nogil:
    """Bytes are missing here: the next message has to be found."""
    split_end(s, out)
    if s.state == STATE_SIP or s.state == STATE_NEW:
        s.state = STATE_SEEK
    s.at_line = True
