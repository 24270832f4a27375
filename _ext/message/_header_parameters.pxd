"""Parameters of headers, for other compiled modules."""

from libc.stdint cimport uint8_t, uint32_t

from identify._compiled._printable cimport Printable
from identify._compiled._text cimport Out, Span, Text

# A parameter of a header, or one credential.
ctypedef struct HeaderParameter:
    Span name
    # With the quotes of a quoted string; of a credential without them.
    Span value
    bint has_value

# How the value of a known parameter is read.
cdef enum Reading:
    # Any text.
    READ_TEXT = 0
    # The leading digits, modulo 2**32.
    READ_NUMBER
    # A number that drops the message without digits, or above the rule's limit.
    READ_BOUNDED
    # A number with three decimals, likewise.
    READ_THOUSANDTHS
    # Not at all: that it is there counts.
    READ_FLAG
    # "true" in any case, or nothing.
    READ_TRUE

# How a text is printed; numbers are printed in decimal.
cdef enum Form:
    # As it was sent; a quoted string with its quotes.
    FORM_AS_SENT = 0
    # With %xx for everything that isn't allowed in a parameter, quotes too.
    FORM_ESCAPED
    # As it was sent; in brackets if it has a ":" and doesn't begin with "[".
    FORM_HOST
    # As it was sent, between quotes.
    FORM_QUOTED

# What a known parameter without a value does.
cdef enum Empty:
    # It stays an ordinary parameter, in its place, and an earlier one keeps its value.
    EMPTY_STAYS = 0
    # It isn't printed, nor is an earlier one.
    EMPTY_CLEARS
    # It is 0.
    EMPTY_ZERO
    # It is printed without a value.
    EMPTY_BARE
    # It is printed with an empty value, as it is where there is none.
    EMPTY_ALWAYS

# What else a rule says, as bits.
cdef enum RuleFlag:
    # 0 isn't printed at all.
    ZERO_VANISHES = 1
    # 0 is as no value.
    ZERO_IS_EMPTY = 2
    # 2**32 - 1 means "none": it isn't printed.
    MOST_VANISHES = 4
    # 2**32 - 1 means "none", so the next lower number is kept.
    MOST_IS_LESS = 8
    # The first Via carries the packet's source port where it has no value.
    SOURCE_PORT = 16
    # The first Via carries the packet's source address, whatever it says.
    SOURCE_ADDRESS = 32

ctypedef struct ParameterRule:
    # In lower case, as it is printed.
    const char *name
    uint32_t length
    int reading
    int form
    int empty
    int flags
    # Of READ_BOUNDED.
    uint32_t limit

cdef enum:
    RULES = 10

# What is known of one kind of header; its rules are in order of printing.
ctypedef struct ParameterTable:
    ParameterRule rules[RULES]
    uint32_t count
    # Names and values may hold ":", "[" and "]".
    bint brackets
    # Comments may follow each parameter, and the value before the first one.
    bint comments
    # The number that the header is: 2**31 and more drops the message.
    bint signed_number

# Handed over by ``_headers`` while it is imported.
cdef int know_rule(int kind, const ParameterRule *rule) except -1
cdef void know_syntax(int kind, bint brackets, bint comments, bint signed_number) noexcept
cdef const ParameterTable *parameters_of(int kind) noexcept nogil

cdef bint take_parameters(Text *t, int kind, Span *parameters) noexcept nogil
cdef bint next_parameter(const uint8_t *base, int kind, Span *rest, HeaderParameter *parameter) noexcept nogil
cdef bint take_comment(Text *t) noexcept nogil
cdef const ParameterRule *rule_of(const Printable *p, Span name) noexcept nogil
cdef bint last_parameter(const Printable *p, Span parameters, const ParameterRule *rule,
                         HeaderParameter *found) noexcept nogil
cdef void put_value(const Printable *p, Span value, bint escaped, Out *out) noexcept nogil
cdef void print_parameters(const Printable *p, Span parameters, Out *out) noexcept nogil
