"""Credentials of an auth: their form, and what an algorithm needs.

Facts

- ``md5_cred`` is 32 bytes of any kind, or these behind ``MD5:``.
- ``password_digest`` is ``ALGORITHM:digest``: the algorithm in any case, blanks behind it are ignored, and none means
  MD5; of the digest only the length matters.
- For each algorithm of ``supported_algorithms_uac`` and ``supported_algorithms_uas``, of which each is MD5 unless it
  lists some, there must be a password, a digest of that algorithm, or for MD5 an ``md5_cred``; empty ones don't count.

Judgements

- Each line of ``password_digest`` counts, since each may be for another algorithm; pairs of lines weren't tried.
- A digest for AKAv1-MD5 has the length of MD5's; it wasn't tried.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from identify.config.language.sections import BLANKS
from identify.strings import ascii_lower, encoded, quoted

__all__ = ["digest_reason", "md5_reason", "without_credentials"]

#: The length of a digest by the lower-case name of its algorithm.
LENGTHS = {"md5": 32, "sha-256": 64, "sha-512-256": 64, "akav1-md5": 32}
DEFAULT = "md5"


def md5_reason(value: str) -> str | None:
    """Return the reason why Asterisk refuses an ``md5_cred``, None if it accepts it."""
    digest = (
        value[4:] if ascii_lower(value[:4]) == "md5:" and len(encoded(value)) != LENGTHS["md5"] else value
    )
    if digest and len(encoded(digest)) == LENGTHS["md5"]:
        return None
    return None if not value else f"expected {LENGTHS['md5']} hexadecimal digits"


def digest_reason(value: str) -> str | None:
    """Return the reason why Asterisk refuses a ``password_digest``, None if it accepts it."""
    if not value:
        return None
    algorithm, colon, digest = value.partition(":")
    length = LENGTHS.get(_algorithm(value))
    if not colon or length is None:
        return "expected ALGORITHM:digest with the algorithm MD5, SHA-256 or SHA-512-256"
    if len(encoded(digest)) != length:
        return f"expected a digest of {length} characters for {quoted(algorithm)}"
    return None


def without_credentials(
    supported: Iterable[str], *, password: str, md5_cred: str, digests: Sequence[str]
) -> tuple[str, ...]:
    """Return the algorithms without credentials; ``supported`` has the values of the two lists of algorithms."""
    if password:
        return ()
    given = {_algorithm(digest) for digest in digests if digest}
    if md5_cred:
        given.add("md5")
    wanted: dict[str, str] = {}
    for value in supported:
        items = [item.strip(BLANKS) for item in value.split(",")]
        for name in [item for item in items if item] or [DEFAULT.upper()]:
            wanted.setdefault(ascii_lower(name), name)
    return tuple(name for lowered, name in wanted.items() if lowered not in given)


def _algorithm(digest: str) -> str:
    return ascii_lower(digest.partition(":")[0].strip(BLANKS)) or DEFAULT
