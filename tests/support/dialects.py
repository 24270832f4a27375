"""Releases that differ from the newest in how they read requests, and in nothing else: each difference alone, and all."""

import attrs

from identify.config.releases import (
    BYTES,
    EMPTY_LIST_REFUSED,
    NEWEST,
    PARAMETERS_DECODED,
    TEL_REFUSED,
    X_AST_KEPT,
    Release,
)


@attrs.frozen(kw_only=True)
class Dialect(Release):
    """A release of which only the dialect is another."""

    bits: int

    @property
    def dialect(self):
        """The bits given."""
        return self.bits


#: The bits of dialects by name.
BITS = {
    "tel-refused": TEL_REFUSED,
    "x-ast-kept": X_AST_KEPT,
    "parameters-decoded": PARAMETERS_DECODED,
    "empty-list-refused": EMPTY_LIST_REFUSED,
    "bytes": BYTES,
}
#: All differences at once.
EVERY = Dialect(name="every", bits=sum(BITS.values()))
DIALECTS = (NEWEST, *(Dialect(name=name, bits=bits) for name, bits in BITS.items()), EVERY)


def name_of(release):
    """Return what a release is called in the names of tests."""
    return release.name
