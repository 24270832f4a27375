from array import array

from identify._compiled._plain_identifies import PlainIdentifies

def tried_order(
    plain: PlainIdentifies | None,
    configured: list[bytes],
    sections: array[int],
    made: list[bytes],
    buckets: int,
) -> array[int]:
    """Return the order in which identify objects are tried, as an array of uint32.

    These are the objects in ``plain``, then the ``configured`` ones, ids whose ``sections`` are ascending, then those
    ``made`` by wizards; numbers count through all of them.  With ``buckets`` they are distributed to so many by a hash
    of their ids, without they are sorted by them, and one that is made gives way to another of the same id.
    """

def marked(order: array[int], marks: bytes) -> array[int]:
    """Return the places of an order whose numbers have a byte other than 0 in ``marks``, as an array of uint32."""
