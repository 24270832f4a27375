"""The columns that a replay reads and writes: buffers of Python's, checked once and read without the GIL.

Knows the columns of ``identify.traffic.batch.Batch`` and those of answers; not what they mean.
"""

from libc.stdint cimport int32_t, int64_t, uint8_t, uint16_t

from identify.model import TRANSPORTS


cdef Py_ssize_t check_columns(batch, BatchColumns *columns) except -1:
    """Borrow the columns of a batch, whose owner must not change them meanwhile; returns the number of messages."""
    cdef const uint8_t[::1] data = batch.data
    cdef const int64_t[::1] offsets = batch.offsets
    cdef const int64_t[::1] times = batch.times
    cdef const uint8_t[::1] transports = batch.transports
    cdef const uint8_t[::1] sources = batch.sources
    cdef const uint16_t[::1] ports = batch.ports
    cdef const uint8_t[::1] locals_ = batch.locals
    cdef const uint16_t[::1] local_ports = batch.local_ports
    cdef const uint8_t[::1] directions = batch.directions
    cdef Py_ssize_t i, count = len(batch)
    cdef int transport_count = len(TRANSPORTS)
    if not (offsets.shape[0] == count + 1 and times.shape[0] == transports.shape[0] == count
            and sources.shape[0] == locals_.shape[0] == 16 * count and directions.shape[0] == count
            and ports.shape[0] == local_ports.shape[0] == count):
        raise ValueError("the columns of a batch don't have the same length")
    if count == 0:
        return 0
    if offsets[0] < 0 or offsets[count] > data.shape[0]:
        raise ValueError("the offsets of a batch are outside of its data")
    for i in range(count):
        if offsets[i] > offsets[i + 1]:
            raise ValueError(f"the offsets of a batch go back at message {i}")
        if transports[i] >= transport_count:
            raise ValueError(f"no transport has the code {transports[i]}")
    columns.data = &data[0] if data.shape[0] else <const uint8_t *>b""
    columns.offsets = &offsets[0]
    columns.times = &times[0]
    columns.transports = &transports[0]
    columns.sources = &sources[0]
    columns.ports = &ports[0]
    columns.locals = &locals_[0]
    columns.local_ports = &local_ports[0]
    columns.directions = &directions[0]
    return count


cdef int take_answer_columns(verdicts, Py_ssize_t count, AnswerColumns *verdict) except -1:
    cdef uint8_t[::1] outcomes = verdicts.outcomes
    cdef int32_t[::1] answers = verdicts.answers
    cdef uint8_t[::1] flags = verdicts.flags
    if outcomes.shape[0] != count or answers.shape[0] != count or flags.shape[0] != count:
        raise ValueError(f"the answer columns aren't for {count} messages")
    cdef int32_t[::1] unknowns
    verdict.unknowns = NULL
    if verdicts.unknowns is not None:
        unknowns = verdicts.unknowns
        if unknowns.shape[0] != count:
            raise ValueError(f"the column of unknowns isn't for {count} messages")
        if count:
            verdict.unknowns = &unknowns[0]
    if count:
        verdict.outcomes = &outcomes[0]
        verdict.answers = &answers[0]
        verdict.flags = &flags[0]
    return 0
