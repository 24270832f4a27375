"""What the canonical print of a header is made from; no code."""

from libc.stdint cimport uint8_t, uint32_t

from identify._compiled._text cimport Span

# What the first Via's print needs of the packet: the source address as text, and its port.
ctypedef struct Received:
    const char *address
    uint32_t port

# A value, and what its print shows besides.
ctypedef struct Printable:
    const uint8_t *base
    int kind
    # Of the release that prints it, bits of ``Dialect``.
    uint32_t dialect
    Span value
    # Of the first Via only, else NULL.
    const Received *received
    # Of the first Contact only, else NULL; see ``print_uri``.
    const char *added
