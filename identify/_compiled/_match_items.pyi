def plain_items(
    value: bytes, ports: bool = True, in_place: bool = True
) -> list[tuple[bool, int, int, int, int]] | None:
    """Return the items of a value as (negated, family, address, mask, port); None if one isn't plain.  For tests."""
