from array import array

from identify._compiled._sections import Sections

def sections_by_type(
    sections: Sections, types: list[bytes], names: list[bytes]
) -> tuple[list[array[int]], array[int]]:
    """Return the sections of each of the ``types``, and those that have to be looked at, as arrays of numbers.

    To be looked at are, in order: templates that nothing inherits from, sections of no or another type, without a name,
    and with one of the ``names``.
    """
