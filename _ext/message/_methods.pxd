"""Methods of requests as PJSIP knows them; inline functions only.

Knows names alone; what Asterisk does with a method is in ``_screening`` and in the replay.

Facts
- ACK, BYE, CANCEL, INVITE, OPTIONS and REGISTER are known in any case, and printed in capitals (``bye`` is a BYE).
- Every other method is what its name says, in its case (RFC 3261 7.1): ``refer`` isn't REFER.
"""

from libc.stdint cimport uint8_t, uint32_t
from libc.string cimport memcmp

from identify._compiled._text cimport Out, Span, put_span, put_text, same_name


cdef inline const char *known_method(const uint8_t *base, Span name) noexcept nogil:
    """The name in capitals of a method that PJSIP knows in any case; NULL for every other."""
    cdef uint32_t length = name.end - name.start
    if length == 3:
        if same_name(base, name, "ack", 3):
            return "ACK"
        if same_name(base, name, "bye", 3):
            return "BYE"
    elif length == 6:
        if same_name(base, name, "invite", 6):
            return "INVITE"
        if same_name(base, name, "cancel", 6):
            return "CANCEL"
    elif length == 7:
        if same_name(base, name, "options", 7):
            return "OPTIONS"
    elif length == 8:
        if same_name(base, name, "register", 8):
            return "REGISTER"
    return NULL


cdef inline bint is_method(const uint8_t *base, Span name, const char *wanted, uint32_t length) noexcept nogil:
    """Is it this method, whose name is given as it is printed?"""
    cdef const char *known
    if name.end - name.start != length:
        return False
    known = known_method(base, name)
    if known != NULL:
        return memcmp(known, wanted, length) == 0
    return memcmp(base + name.start, wanted, length) == 0


cdef inline void put_method(Out *out, const uint8_t *base, Span name) noexcept nogil:
    """Print a method."""
    cdef const char *known = known_method(base, name)
    if known != NULL:
        put_text(out, known)
    else:
        put_span(out, base, name)
