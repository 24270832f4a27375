"""The identifiers: their names, the order in which Asterisk asks them, their numbers in compiled tables.

Facts

- ``line`` is always asked first; ``endpoint_identifier_order`` can't move it.
- The identifiers in that option follow in its order, then the others in the order in which their modules are loaded.
- An entry that isn't an identifier is ignored.

``identify.explanation`` defines how each decides, in a module of its name or in ``named_endpoints``; the compiled
twins are in ``_ext/decision/_decide.pyx``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, get_args

__all__ = ["LINE", "LOAD_ORDER", "NAMES", "NUMBERS", "OF_IDENTIFY", "IdentifierName", "effective_order"]

IdentifierName = Literal["line", "ip", "username", "anonymous", "header", "request_uri", "auth_username"]

#: By number, as in the enum ``Identifier`` of ``_ext/tables/_tables.pxd``.  A saved engine contains these numbers.
NAMES: tuple[IdentifierName, ...] = get_args(IdentifierName)
NUMBERS: dict[str, int] = {name: number for number, name in enumerate(NAMES)}

#: The identifier that is asked before all others.
LINE: IdentifierName = "line"

#: The others of the newest release, in the order in which Asterisk's modules, loaded alphabetically, register them.
LOAD_ORDER: tuple[IdentifierName, ...] = (
    "ip",
    "header",
    "request_uri",
    "username",
    "auth_username",
    "anonymous",
)

#: Those that compare a request with the rules of identify objects; each rule belongs to one of them.
OF_IDENTIFY: tuple[IdentifierName, ...] = ("ip", "header", "request_uri")


def effective_order(option: str, loaded: Sequence[IdentifierName] = LOAD_ORDER) -> tuple[IdentifierName, ...]:
    """Return the identifiers in the order in which they are asked, for a value of ``endpoint_identifier_order``.

    ``loaded`` are those of the release, in the order in which its modules are loaded.

    >>> effective_order("ip, username ,anonymous")
    ('line', 'ip', 'anonymous', 'header', 'request_uri', 'username', 'auth_username')
    """
    listed = dict.fromkeys(name for item in option.split(",") for name in loaded if name == item)
    return (LINE, *listed, *(name for name in loaded if name not in listed))
