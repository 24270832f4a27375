"""The forms in which batch calls take addresses, ports and messages, made of plain Python values."""

import ipaddress
from array import array

import arrowc
import nanoarrow as na


def arrow(values, kind):
    """Return an Arrow array of one chunk."""
    return na.c_array(values, kind)


def chunked(values, kind, sizes=(1, 3, 2)):
    """Return an Arrow array of several chunks, empty ones among them, which comes as a stream."""
    chunks, at = [], 0
    for number in range(len(values) + 1):
        size = sizes[number % len(sizes)]
        chunks.append(na.c_array(values[at : at + size], kind))
        at += size
        if number % 3 == 0:
            chunks.append(na.c_array([], kind))
        if at >= len(values):
            break
    return na.Array.from_chunks(chunks)


# nanoarrow 0.9 itself writes beyond its memory when it exports views, so these are made by hand.


def view_stream(values, format="vu", sizes=(1, 3, 2)):
    """Return a stream of several chunks of views, with rows in front of each chunk's own."""
    chunks, at = [arrowc.views([])], 0
    while at < len(values):
        size = sizes[len(chunks) % len(sizes)]
        chunks.append(arrowc.views(values[at : at + size], before=len(chunks) % 3))
        at += size
    return arrowc.HandStream(format, chunks)


def shifted(values, kind):
    """Return an Arrow array that begins and ends within its buffers."""
    made = na.c_array([values[0], *values, values[-1], values[0]] if values else [], kind)
    if not values:
        return made
    buffers = [view if bytes(view) else None for view in made.view().buffers]
    return na.c_array_from_buffers(kind, len(values), buffers, null_count=-1, offset=1)


def packed(address):
    """Return an address in 16 bytes, IPv4 as IPv4-mapped."""
    given = ipaddress.ip_address(address)
    return given.packed if given.version == 6 else bytes(10) + b"\xff\xff" + given.packed


def number(address):
    """Return an IPv4 address as a number."""
    return int(ipaddress.IPv4Address(address))


#: Forms of any text, and of None.
TEXT_FORMS = {
    "list": list,
    "tuple": tuple,
    "arrow string": lambda values: arrow(values, na.string()),
    "arrow large string": lambda values: arrow(values, na.large_string()),
    "arrow string view": lambda values: arrowc.HandArray("vu", [arrowc.views(values, before=2)]),
    "arrow string, shifted": lambda values: shifted(values, na.string()),
    "arrow large string, shifted": lambda values: shifted(values, na.large_string()),
    "arrow string, chunked": lambda values: chunked(values, na.string()),
    "arrow string view, chunked": view_stream,
}


def _records(values):
    return [None if value is None else packed(value) for value in values]


def _numbers(values):
    return [None if value is None else number(value) for value in values]


def _quads(values):
    return [None if value is None else ipaddress.IPv4Address(value).packed for value in values]


#: Forms of IPv4 and IPv6 addresses and of None.
NULL_FORMS = {
    "arrow 16 bytes": lambda values: arrow(_records(values), na.fixed_size_binary(16)),
    "arrow 16 bytes, shifted": lambda values: shifted(_records(values), na.fixed_size_binary(16)),
    "arrow 16 bytes, chunked": lambda values: chunked(_records(values), na.fixed_size_binary(16)),
}
#: Forms of IPv4 addresses and of None.
NULL_V4_FORMS = {
    "arrow uint32": lambda values: arrow(_numbers(values), na.uint32()),
    "arrow uint32, shifted": lambda values: shifted(_numbers(values), na.uint32()),
    "arrow uint32, chunked": lambda values: chunked(_numbers(values), na.uint32()),
    "arrow 4 bytes": lambda values: arrow(_quads(values), na.fixed_size_binary(4)),
}
#: Forms of IPv4 and IPv6 addresses, all known.
RECORD_FORMS = {
    "bytes": lambda values: b"".join(map(packed, values)),
    "bytearray": lambda values: bytearray(b"".join(map(packed, values))),
    "uint8 (n, 16)": lambda values: memoryview(b"".join(map(packed, values))).cast("B", (len(values), 16)),
}
#: Forms of IPv4 addresses, all known.
V4_FORMS = {
    "array": lambda values: array("I", map(number, values)),
    "memoryview": lambda values: memoryview(array("I", map(number, values))),
    "not aligned": lambda values: memoryview(b"-" + array("I", map(number, values)).tobytes())[1:].cast("I"),
    "uint8 (n, 4)": lambda values: memoryview(b"".join(_quads(values))).cast("B", (len(values), 4)),
}

PORT_FORMS = {
    "list": list,
    "tuple": tuple,
    "array": lambda values: array("H", values),
    "arrow uint16": lambda values: arrow(values, na.uint16()),
    "arrow uint16, shifted": lambda values: shifted(values, na.uint16()),
    "arrow uint16, chunked": lambda values: chunked(values, na.uint16(), (2, 1)),
}


def _packed_messages(code):
    def make(values):
        offsets = array(code, [0])
        for value in values:
            offsets.append(offsets[-1] + len(value))
        return b"".join(values), offsets

    return make


#: Forms of messages.
MESSAGE_FORMS = {
    "list": list,
    "packed, int32": _packed_messages("i"),
    "packed, int64": _packed_messages("q"),
    "arrow binary": lambda values: arrow(values, na.binary()),
    "arrow large binary": lambda values: arrow(values, na.large_binary()),
    "arrow binary view": lambda values: arrowc.HandArray("vz", [arrowc.views(values, before=2)]),
    "arrow binary, shifted": lambda values: shifted(values, na.binary()),
    "arrow binary, chunked": lambda values: chunked(values, na.binary()),
    "arrow binary view, chunked": lambda values: view_stream(values, "vz"),
}
#: Those of them that can lack a message.
NULL_MESSAGE_FORMS = {name: form for name, form in MESSAGE_FORMS.items() if "packed" not in name}
