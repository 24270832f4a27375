"""Compiled tables as one image of bytes."""

from typing_extensions import Buffer

def sealed(image: Buffer) -> bytes: ...  # for tests
