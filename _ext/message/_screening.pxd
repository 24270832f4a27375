"""What is answered before identification, for other compiled modules."""

from identify._compiled._parsed cimport Message

cdef enum Screening:
    SCREENING_PASS = 0
    SCREENING_416_REQUEST_URI
    SCREENING_416_FROM, SCREENING_416_TO, SCREENING_416_CONTACT, SCREENING_400_CONTACT, SCREENING_481

cdef int screen(const Message *m) noexcept nogil
