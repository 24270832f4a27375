"""The table of headers."""

from typing import Any

def grammar_rows() -> list[dict[str, Any]]: ...  # for tests
