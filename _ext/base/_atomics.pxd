"""Counters that several threads change, and pointers that one of them publishes; inline.

References are counted with ``add_atomic`` and ``sub_atomic``: what a thread wrote before it let go is seen by the one
that frees.  ``take_atomic`` only hands out numbers, each once.
"""

cdef extern from *:
    """
    #define identify_add(counter, number) __atomic_add_fetch(counter, number, __ATOMIC_ACQ_REL)
    #define identify_sub(counter, number) __atomic_sub_fetch(counter, number, __ATOMIC_ACQ_REL)
    #define identify_take(counter, number) __atomic_fetch_add(counter, number, __ATOMIC_RELAXED)

    /* The pointer at `place`, as another thread published it. */
    static inline void *identify_published(void **place) {
        return __atomic_load_n(place, __ATOMIC_ACQUIRE);
    }

    /* Publish `made` at `place` unless another thread was faster; returns what is there now. */
    static inline void *identify_publish(void **place, void *made) {
        void *there = NULL;
        if (__atomic_compare_exchange_n(place, &there, made, 0, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
            return made;
        return there;
    }
    """
    # Both return the new value, ``take_atomic`` the old one.
    size_t add_atomic "identify_add"(size_t *counter, size_t number) noexcept nogil
    size_t sub_atomic "identify_sub"(size_t *counter, size_t number) noexcept nogil
    size_t take_atomic "identify_take"(size_t *counter, size_t number) noexcept nogil
    void *published_pointer "identify_published"(void **place) noexcept nogil
    void *publish_pointer "identify_publish"(void **place, void *made) noexcept nogil
