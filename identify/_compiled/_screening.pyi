"""What Asterisk answers before it would identify a request."""

from typing import Final

SCREENINGS: Final[tuple[str, ...]]
