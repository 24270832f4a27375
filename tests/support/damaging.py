"""Damage to files: cut, flipped bits, lying numbers, doubled and lost parts."""

import random

from hypothesis import strategies as st

#: Numbers that lengths lie with.
LIES = (0, 1, 7, 0x7F, 0xFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0xFFFFFFF0, 262144, 262145)


def damage(data, chance):
    """Return the bytes with one fault, and the place of the first byte that is another."""
    place = chance.randrange(len(data) + 1)
    kind = chance.randrange(5)
    if kind == 0:
        return data[:place], place
    if kind == 1 and place < len(data):
        return data[:place] + bytes([data[place] ^ 1 << chance.randrange(8)]) + data[place + 1 :], place
    if kind == 2:
        lie = chance.choice(LIES).to_bytes(4, chance.choice(["little", "big"]))
        return data[:place] + lie + data[place + 4 :], place
    size = chance.randrange(200)
    if kind == 3:
        return data[: place + size] + data[place:], place + size
    return data[:place] + data[place + size :], place


@st.composite
def mutations(draw, data):
    """Draw bytes with up to three faults, and where the first of them is."""
    chance = draw(st.randoms(use_true_random=False))
    first = len(data)
    for _ in range(draw(st.integers(1, 3))):
        data, place = damage(data, chance)
        first = min(first, place)
    return data, first


def damaged(data, seed):
    """Return bytes with some faults, the same for each seed."""
    chance = random.Random(seed)
    for _ in range(chance.randrange(1, 6)):
        data, _ = damage(data, chance)
    return data
