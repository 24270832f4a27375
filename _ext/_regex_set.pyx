"""A set of POSIX extended regular expressions in rank order: which is the first that matches a value."""

cimport cython
from libc.stdint cimport uint32_t
from libc.stdlib cimport calloc, free

from identify._regex cimport Regex


@cython.final
cdef class RegexSet:
    """Expressions with increasing ranks; immutable, may be used by any number of threads."""

    def __cinit__(self, ranks, patterns):
        cdef uint32_t i
        self.ranks = tuple(ranks)
        self.patterns = tuple(patterns)
        self.compiled = tuple([Regex(pattern) for pattern in self.patterns])
        self.count = <uint32_t>len(self.ranks)
        self.pointers = <void **>calloc(self.count + 1, sizeof(void *))
        self.numbers = <uint32_t *>calloc(self.count + 1, sizeof(uint32_t))
        if self.pointers == NULL or self.numbers == NULL:
            raise MemoryError("set of expressions")
        for i in range(self.count):
            self.pointers[i] = <void *>self.compiled[i]
            self.numbers[i] = self.ranks[i]

    def __dealloc__(self):
        free(self.pointers)
        free(self.numbers)

    cdef uint32_t first(self, const char *value, uint32_t length, uint32_t best) noexcept nogil:
        cdef uint32_t i
        for i in range(self.count):
            if self.numbers[i] >= best:
                break
            if (<Regex>self.pointers[i]).matches(value):
                return self.numbers[i]
        return best
