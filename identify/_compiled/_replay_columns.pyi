"""The columns that a replay reads and writes; offers nothing but constants."""

from typing import Final

TRANSPORTS: Final[tuple[str, ...]]
