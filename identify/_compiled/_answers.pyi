from typing import Final

NUMBERS: Final[dict[str, int]]
