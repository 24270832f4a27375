from typing import Final

LAST: Final[str]
OTHERS: Final[list[str]]
STREAMS: Final[frozenset[str]]
TRANSPORTS: Final[tuple[str, ...]]
