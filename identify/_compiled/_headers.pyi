"""The table of headers."""

from typing import Any

def grammar() -> list[dict[str, Any]]: ...  # for tests
