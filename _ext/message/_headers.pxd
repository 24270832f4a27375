"""The table of headers, for other compiled modules."""

from identify._compiled._printable cimport Printable
from identify._compiled._text cimport Out, Span, Text

# How ``_fast_path`` reads the value of a header.
cdef enum Shape:
    # Not at all: such headers are rare.
    SHAPE_NONE = 0
    # Anything on the line; a list, of a few elements at most.
    SHAPE_LINE, SHAPE_LIST
    # The first From and To are kept as well.
    SHAPE_FROM, SHAPE_TO, SHAPE_CONTACT, SHAPE_ROUTE
    SHAPE_VIA, SHAPE_CSEQ, SHAPE_DIGEST, SHAPE_MEDIA_TYPE, SHAPE_TOKEN, SHAPE_NUMBER, SHAPE_NUMBER_PARAMETERS

# How a value is written and printed: a parser and a printer each.
cdef enum Syntax:
    # Anything, as received.
    SYNTAX_GENERIC = 0
    SYNTAX_LINE, SYNTAX_ADDRESS, SYNTAX_VIA, SYNTAX_CSEQ, SYNTAX_CREDENTIALS, SYNTAX_CHALLENGE, SYNTAX_LIST
    SYNTAX_MEDIA_TYPE, SYNTAX_TOKEN, SYNTAX_REPLACES, SYNTAX_NUMBER, SYNTAX_NUMBER_PARAMETERS, SYNTAX_RETRY_AFTER
    SYNTAXES

# What else is said of a header, as bits.
cdef enum HeaderFlag:
    # A comma may follow, and another value behind it: each is a header of its own.
    REPEATS = 1
    # A "&" belongs to the value; in all other headers that PJSIP reads itself it ends the header as a line end does.
    AMPERSAND_STAYS = 2
    # Several are printed as one, in the place of the first, and count together.
    MERGES = 4
    # Names and values of parameters may hold ":", "[" and "]".
    BRACKETS = 8
    # Comments may follow the value and each parameter.
    COMMENTS = 16
    # The number of the header is below 2**31.
    SIGNED = 32

ctypedef bint (*Parse)(Text *t, int kind) noexcept nogil
ctypedef void (*Print)(const Printable *p, Out *out) noexcept nogil

ctypedef struct SyntaxRow:
    const char *name
    # Leaves the cursor behind the value; NULL for headers that PJSIP doesn't read.
    Parse parse
    Print print

# All that belongs to one kind of header; its parameters are in ``_header_parameters``.
ctypedef struct HeaderRow:
    const char *name
    # NULL where there is none.
    const char *compact_name
    # Of its syntax.
    Parse parse
    Print print
    int syntax
    int shape
    # Bits of ``HeaderFlag``.
    int flags

cdef const HeaderRow *header_row(int kind) noexcept nogil
cdef bint parse_value(Text *t, int kind, Span *value, bint *more) noexcept nogil
cdef void print_value(const Printable *p, Out *out) noexcept nogil
