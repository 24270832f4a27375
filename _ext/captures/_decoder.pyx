"""The shell of a decoder: pieces of a file in, batches of columns out, one thread at a time.

Knows Python's buffers, the GIL and when a batch is taken; what the bytes mean is the subclass's.
"""

from cpython.buffer cimport PyBUF_SIMPLE, PyBuffer_Release, PyObject_GetBuffer

from identify._compiled._envelope cimport TUNNELS


cdef class Decoder:
    """Decodes bytes that come in pieces; a subclass has ``decode``, ``check``, ``finish`` and what is said of packets.

    For one thread at a time; :meth:`feed` lets others run.
    """

    def __cinit__(self, *args, **options):
        self.columns = TrafficColumns()

    def feed(self, data, Py_ssize_t start, Py_ssize_t end):
        """Decode ``data[start:end]`` until a batch is full or a packet incomplete; return where it stopped.

        What follows has to be given again, with more behind it unless the batch was full.
        """
        cdef Py_buffer view
        cdef size_t place
        PyObject_GetBuffer(data, &view, PyBUF_SIMPLE)
        try:
            if not 0 <= start <= end <= view.len:
                raise ValueError(f"{start}:{end}: not within {view.len} bytes")
            self.enter()
            try:
                with nogil:
                    place = self.decode(<const uint8_t *>view.buf + start, <size_t>(end - start))
            finally:
                self.busy = False
        finally:
            PyBuffer_Release(&view)
        self.check()
        return start + <Py_ssize_t>place

    def take(self):
        """Return the columns of the batch in the order of Batch's fields, as bytes, and begin another one."""
        self.enter()
        try:
            return self.columns.take()
        finally:
            self.busy = False

    @property
    def full(self):
        """Whether the batch has to be taken before more is decoded."""
        return self.columns.full()

    @property
    def rows(self):
        """Messages in the batch."""
        return self.columns.rows

    @property
    def hep_messages(self):
        """Messages of the batches so far that come from HEP."""
        return self.columns.hep_messages

    def in_tunnels(self):
        """Return how many messages of the batches so far came in each kind of tunnel, by its number."""
        cdef size_t tunnel
        return [self.columns.in_tunnel[tunnel] for tunnel in range(<size_t>TUNNELS)]

    def counts(self):
        """Return how many things were skipped, by the numbers of their reasons."""
        return self.columns.skipped()

    cdef int enter(self) except -1:
        if self.busy:
            raise RuntimeError("a decoder is used by two threads at once")
        self.busy = True
        return 0

    cdef size_t decode(self, const uint8_t *data, size_t size) noexcept nogil:
        """Decode what is complete, until the batch is full; returns how much was used."""
        return 0

    cdef int check(self) except -1:
        """Raise MemoryError where memory was refused."""
        if self.columns.failed:
            raise MemoryError("decoding of a capture")
        return 0
