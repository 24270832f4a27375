"""Writing of the compiled tables, for other compiled modules."""

from identify._compiled._block cimport Block

cdef Block compile_tables(plan)
