"""The table of headers, for other compiled modules."""

from identify._compiled._header_print cimport Printable
from identify._compiled._text cimport Out, Span, Text

# How ``_fast_path`` reads the value of a header.
cdef enum Shape:
    # Not at all: such headers are rare.
    SHAPE_NONE = 0
    # Anything on the line.
    SHAPE_LINE
    # The first From and To are kept as well.
    SHAPE_FROM, SHAPE_TO, SHAPE_CONTACT, SHAPE_ROUTE
    SHAPE_VIA, SHAPE_CSEQ, SHAPE_DIGEST, SHAPE_MEDIA_TYPE, SHAPE_TOKEN, SHAPE_NUMBER, SHAPE_NUMBER_PARAMETERS

# What else is said of a header, as bits.
cdef enum HeaderFlag:
    # A comma may follow, and another value behind it: each is a header of its own.
    REPEATS = 1
    # A "&" belongs to the value; in all other headers that PJSIP reads itself it ends the header as a line end does.
    AMPERSAND_STAYS = 2
    # Several are printed as one, in the place of the first.
    MERGES = 4

ctypedef bint (*Parse)(Text *t, int kind) noexcept nogil
ctypedef void (*Print)(const Printable *p, Out *out) noexcept nogil

# All that belongs to one kind of header.
ctypedef struct HeaderRow:
    const char *name
    # NULL where there is none.
    const char *compact_name
    # Leaves the cursor behind the value; NULL for headers that PJSIP doesn't read.
    Parse parse
    Print print
    int shape
    # Bits of ``HeaderFlag``.
    int flags

cdef const HeaderRow *header_row(int kind) noexcept nogil
cdef bint parse_value(Text *t, int kind, Span *value, bint *more) noexcept nogil
cdef void print_value(const Printable *p, Out *out) noexcept nogil
