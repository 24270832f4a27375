"""Numbers in headers: which digits count, and what is too large; inline functions only.

Facts
- Numbers of headers and most of parameters are the leading digits modulo 2**32: ``12abc`` is 12, ``"60"`` is 0.
- ``ttl`` and ``rport`` of a Via: a ``+`` may come before the digits, anything behind them.  Without digits or above
  their limit the message is dropped.
- ``q`` of a Contact likewise, in thousandths: up to three characters after the ``.`` count as (character - ``0``)
  times 100, 10 and 1, whatever they are.  So ``0.5x`` is 500 + 72 * 10 = 1220, and a sum may be negative.
"""

from libc.stdint cimport int64_t, uint8_t, uint32_t

from identify._compiled._text cimport Span, decoded

cdef enum:
    # The largest sum of thousandths.
    MOST_THOUSANDTHS = 2147483647
    # More than any limit, and a thousand of it still fits into 64 bits.
    FAR_TOO_MUCH = 10000000000


cdef inline uint32_t number_of(const uint8_t *base, Span span) noexcept nogil:
    """Modulo 2**32, as PJSIP reads numbers; the leading digits count."""
    cdef uint32_t number = 0
    cdef uint32_t i
    for i in range(span.start, span.end):
        if not c"0" <= base[i] <= c"9":
            break
        number = number * 10 + base[i] - c"0"
    return number


cdef inline int next_byte(const uint8_t *base, Span *rest, bint resolve) noexcept nogil:
    """Take the first byte off ``rest``, with its %XX resolved if ``resolve`` is set; -1 at the end."""
    if rest.start >= rest.end:
        return -1
    if resolve:
        return decoded(base, &rest.start, rest.end)
    rest.start += 1
    return base[rest.start - 1]


cdef inline uint32_t leading_number(const uint8_t *base, Span value, bint resolve) noexcept nogil:
    """As ``number_of``, of a parameter's value."""
    cdef uint32_t number = 0
    cdef int c = next_byte(base, &value, resolve)
    while c"0" <= c <= c"9":
        number = number * 10 + c - c"0"
        c = next_byte(base, &value, resolve)
    return number


cdef inline bint signed_digits(const uint8_t *base, Span *value, bint resolve, int64_t *number,
                               int *after) noexcept nogil:
    """An optional ``+`` and digits, and the byte behind them; False without digits.  Large numbers are FAR_TOO_MUCH."""
    cdef int c = next_byte(base, value, resolve)
    cdef bint any_digit = False
    number[0] = 0
    if c == c"+":
        c = next_byte(base, value, resolve)
    while c"0" <= c <= c"9":
        any_digit = True
        number[0] = number[0] * 10 + c - c"0"
        if number[0] > <int64_t>FAR_TOO_MUCH:
            number[0] = FAR_TOO_MUCH
        c = next_byte(base, value, resolve)
    after[0] = c
    return any_digit


cdef inline bint bounded_number(const uint8_t *base, Span value, bint resolve, uint32_t limit,
                                uint32_t *number) noexcept nogil:
    """Read a number that is refused without digits and above its limit."""
    cdef int64_t found
    cdef int after
    if not signed_digits(base, &value, resolve, &found, &after) or found > <int64_t>limit:
        return False
    number[0] = <uint32_t>found
    return True


cdef inline bint thousandths(const uint8_t *base, Span value, bint resolve, int64_t *total) noexcept nogil:
    """Read a q value; False where there is no digit first, or too much of it."""
    cdef int64_t weight = 100
    cdef int c
    if not signed_digits(base, &value, resolve, total, &c):
        return False
    total[0] *= 1000
    while c >= 0 and c != c".":
        c = next_byte(base, &value, resolve)
    if c == c".":
        c = next_byte(base, &value, resolve)
        while c >= 0 and weight:
            total[0] += (c - c"0") * weight
            weight //= 10
            c = next_byte(base, &value, resolve)
    return total[0] <= <int64_t>MOST_THOUSANDTHS
