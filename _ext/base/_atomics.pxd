"""Counters that several threads change; inline.

References are counted with ``add_atomic`` and ``sub_atomic``: what a thread wrote before it let go is seen by the one
that frees.  ``take_atomic`` only hands out numbers, each once.
"""

cdef extern from *:
    """
    #define identify_add(counter, number) __atomic_add_fetch(counter, number, __ATOMIC_ACQ_REL)
    #define identify_sub(counter, number) __atomic_sub_fetch(counter, number, __ATOMIC_ACQ_REL)
    #define identify_take(counter, number) __atomic_fetch_add(counter, number, __ATOMIC_RELAXED)
    """
    # Both return the new value, ``take_atomic`` the old one.
    size_t add_atomic "identify_add"(size_t *counter, size_t number) noexcept nogil
    size_t sub_atomic "identify_sub"(size_t *counter, size_t number) noexcept nogil
    size_t take_atomic "identify_take"(size_t *counter, size_t number) noexcept nogil
