"""Index of the identifies that can't be flattened, for ``_address_build``."""

from libc.stddef cimport size_t
from libc.stdint cimport uint32_t, uint64_t

from identify._compiled._address_tables cimport Item, Mask, MaskedSlot, Owner, Rule


cdef struct Masked:
    Mask *masks
    size_t mask_count
    MaskedSlot *slots
    size_t slot_mask
    uint32_t *candidates
    size_t candidate_count
    Item *items
    size_t item_count
    Owner *owners
    size_t owner_count


cdef int open_masked(Masked *masked, size_t items, size_t owners) except -1
cdef void close_masked(Masked *masked) noexcept
cdef void add_owner(Masked *masked, uint32_t rank) noexcept
cdef void add_item(Masked *masked, const Rule *rule) noexcept
cdef int finish_masked(Masked *masked) except -1
