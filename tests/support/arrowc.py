"""Arrow arrays and streams made by hand, byte for byte: right ones, as polars delivers them, and damaged ones."""

import ctypes
import struct

PyCapsule_New = ctypes.pythonapi.PyCapsule_New
PyCapsule_New.restype = ctypes.py_object
PyCapsule_New.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]

Release = ctypes.CFUNCTYPE(None, ctypes.c_void_p)
Get = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)
Told = ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p)


class Schema(ctypes.Structure):
    """ArrowSchema."""

    _fields_ = [
        ("format", ctypes.c_char_p),
        ("name", ctypes.c_char_p),
        ("metadata", ctypes.c_char_p),
        ("flags", ctypes.c_int64),
        ("n_children", ctypes.c_int64),
        ("children", ctypes.c_void_p),
        ("dictionary", ctypes.c_void_p),
        ("release", ctypes.c_void_p),
        ("private_data", ctypes.c_void_p),
    ]


class Array(ctypes.Structure):
    """ArrowArray."""

    _fields_ = [
        ("length", ctypes.c_int64),
        ("null_count", ctypes.c_int64),
        ("offset", ctypes.c_int64),
        ("n_buffers", ctypes.c_int64),
        ("n_children", ctypes.c_int64),
        ("buffers", ctypes.c_void_p),
        ("children", ctypes.c_void_p),
        ("dictionary", ctypes.c_void_p),
        ("release", ctypes.c_void_p),
        ("private_data", ctypes.c_void_p),
    ]


class Stream(ctypes.Structure):
    """ArrowArrayStream."""

    _fields_ = [
        ("get_schema", ctypes.c_void_p),
        ("get_next", ctypes.c_void_p),
        ("get_last_error", ctypes.c_void_p),
        ("release", ctypes.c_void_p),
        ("private_data", ctypes.c_void_p),
    ]


def address(callback):
    """Return a callback as the pointer that a struct holds."""
    return ctypes.cast(callback, ctypes.c_void_p).value


class Made:
    """Keeps what its structs point to; ``released`` has the names of those that were released."""

    def __init__(self, format, arrays, *, dictionary=False, buffers=None):
        """Take a format and for each array (length, null count, offset, buffers); ``buffers`` overrides their number."""
        self.released = []
        self.kept = []
        self.schema = Schema(format=format.encode(), name=b"", release=self.release("schema", Schema))
        if dictionary:
            self.schema.dictionary = ctypes.addressof(self.schema)
        self.arrays = []
        for length, null_count, offset, given in arrays:
            pointers = (ctypes.c_void_p * max(len(given), 1))()
            for place, data in enumerate(given):
                if data is not None:
                    block = ctypes.create_string_buffer(bytes(data), len(data) + 1)
                    self.kept.append(block)
                    pointers[place] = ctypes.addressof(block)
            self.kept.append(pointers)
            self.arrays.append(
                Array(
                    length=length,
                    null_count=null_count,
                    offset=offset,
                    n_buffers=len(given) if buffers is None else buffers,
                    buffers=ctypes.addressof(pointers),
                    release=self.release("array", Array),
                )
            )

    def release(self, name, kind):
        """Return the pointer of a release callback that notes its call."""

        def called(at):
            self.released.append(name)
            kind.from_address(at).release = None

        callback = Release(called)
        self.kept.append(callback)
        return address(callback)


class HandArray(Made):
    """Speaks the array interface, with one array."""

    def __arrow_c_array__(self, requested_schema=None):
        """Return the capsules, which release nothing by themselves."""
        return (
            PyCapsule_New(ctypes.addressof(self.schema), b"arrow_schema", None),
            PyCapsule_New(ctypes.addressof(self.arrays[0]), b"arrow_array", None),
        )


class HandStream(Made):
    """Speaks the stream interface; ``fails`` is the call that fails, ``says`` with which words."""

    def __init__(self, *arguments, fails=None, says=None, **options):
        """Take what :class:`Made` takes."""
        super().__init__(*arguments, **options)
        self.fails, self.says = fails, says
        self.delivered = 0
        callbacks = (Get(self.get_schema), Get(self.get_next), Told(self.last_error))
        self.kept.append(callbacks)
        self.stream = Stream(*map(address, callbacks), self.release("stream", Stream))

    def get_schema(self, stream, out):
        """Deliver the schema."""
        if self.fails == "schema":
            return 5
        ctypes.memmove(out, ctypes.addressof(self.schema), ctypes.sizeof(Schema))
        return 0

    def get_next(self, stream, out):
        """Deliver the next array."""
        if self.fails == self.delivered:
            return 5
        if self.delivered < len(self.arrays):
            ctypes.memmove(out, ctypes.addressof(self.arrays[self.delivered]), ctypes.sizeof(Array))
            self.delivered += 1
        return 0

    def last_error(self, stream):
        """Say why."""
        if self.says is None:
            return None
        self.kept.append(ctypes.create_string_buffer(self.says.encode()))
        return ctypes.addressof(self.kept[-1])

    def __arrow_c_stream__(self, requested_schema=None):
        """Return the capsule, which releases nothing by itself."""
        return PyCapsule_New(ctypes.addressof(self.stream), b"arrow_array_stream", None)


def bitmap(values):
    """Return the validity of values, None where all are valid."""
    if None not in values:
        return None
    bits = sum(1 << place for place, value in enumerate(values) if value is not None)
    return bits.to_bytes(len(values) // 8 + 1, "little")


def views(values, before=0):
    """Return an array of views as polars makes it: long texts in two buffers, ``before`` rows in front of its own."""
    values = [b"in front of it all"] * before + [
        value.encode() if isinstance(value, str) else value for value in values
    ]
    data, rows = [bytearray(), bytearray()], b""
    for place, value in enumerate(values):
        given = value or b""
        if len(given) <= 12:
            rows += struct.pack("<i12s", len(given), given)
        else:
            block = data[place % 2]
            rows += struct.pack("<i4sii", len(given), given[:4], place % 2, len(block))
            block += given
    sizes = struct.pack("<qq", *map(len, data))
    return len(values) - before, -1, before, [bitmap(values), rows, *data, sizes]
