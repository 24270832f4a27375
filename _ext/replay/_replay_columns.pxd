"""The columns that a replay reads and writes, for other compiled modules."""

from libc.stdint cimport int32_t, int64_t, uint8_t, uint16_t

# Of a batch of messages, by row; addresses have 16 bytes, `offsets` one entry more.
ctypedef struct BatchColumns:
    const uint8_t *data
    const int64_t *offsets
    const int64_t *times
    const uint8_t *transports
    const uint8_t *sources
    const uint16_t *ports
    const uint8_t *locals
    const uint16_t *local_ports
    const uint8_t *directions

ctypedef struct AnswerColumns:
    uint8_t *outcomes
    int32_t *answers
    uint8_t *flags
    # NULL where everything is known.
    int32_t *unknowns

cdef Py_ssize_t check_columns(batch, BatchColumns *columns) except -1
cdef int take_answer_columns(verdicts, Py_ssize_t count, AnswerColumns *verdict) except -1
