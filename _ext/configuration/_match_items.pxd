"""Plain items of ``match``, from text to numbers.

An item is *plain* if it is written as nearly everybody does, so that there is nothing to report about it.  Whatever
isn't is left to ``identify/config/objects/items.py``, whose twin this is; plain items mean the same there.

Facts

- Items are separated by commas; bytes below 33 around them are removed, and empty ones are skipped.
- Plain are IPv4 addresses of four decimal numbers without leading zeros, and IPv6 addresses without a dotted tail or
  a scope that aren't IPv4-mapped; IPv6 may be in brackets.
- Each may have a port from 1 to 65535, IPv6 only after brackets, and a mask, which clears nothing of the address: a
  length, or for IPv4 four numbers that leave out the last bits of an address.
- An item with ``!`` is plain if it has a mask and an item before it adds addresses.
"""

from libc.stdint cimport uint32_t

from identify._compiled._address_rules cimport AddressRules

# What a release can do with items.
cdef struct ItemRules:
    # An item may have a port.
    bint ports
    # An address without a mask keeps its place among the items.
    bint in_place


# Append the items of a value, and set ``positive`` if one of them adds addresses.  Returns 1; 0 if one isn't plain, and
# then some may have been appended; or what ``AddressRules.put`` returned.
cdef int read_items(const char *text, uint32_t length, const ItemRules *release, uint32_t owner, bint *positive,
                    AddressRules rules) noexcept nogil
