"""Damage images of engines in all ways and ask what still loads: each is refused or answers, none crashes.

    python tests/long/mutate.py --count 10000 [--first 0]

Mutation n is always the same, so that the number that was printed last before a crash finds it again.
"""

from __future__ import annotations

import argparse
import faulthandler
import random
import struct
import sys
import time
from collections import Counter
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

import generate

from identify._compiled._image import sealed
from identify.configuration import Configuration
from identify.engine import Engine
from identify.errors import EngineFileError, MessageError

#: Words that offsets and counts go wrong with.
WORDS = (
    0,
    1,
    2,
    7,
    8,
    63,
    64,
    65,
    255,
    4096,
    0x3FFFFFFF,
    0x40000000,
    0x7FFFFFFF,
    0x80000000,
    0xC0000000,
    0xFFFFFFFF,
)
#: Bytes of each part in which most mutations fall: where its offsets and counts are.
HEADS = 1024
HEADER = 64

Case = tuple[bytes, list[dict[str, Any]], list[str]]


def address_engine(seed: int) -> tuple[Engine, list[str]]:
    """Make an engine of addresses: lists, tries, hashes, ports and masks with holes; and addresses to ask about."""
    generator = random.Random(seed)
    lines = ["[e]\ntype=endpoint\n"]
    asked = []
    for number in range(generator.choice((3, 12, 60, 400))):
        if seed % 2:
            address = f"10.{generator.randrange(4)}.{generator.randrange(256)}.{generator.randrange(256)}"
            masks = ("/8", "/16", "/24", "/30", "", "", "/255.0.255.0")
        else:
            address = f"2001:db8:{generator.randrange(4):x}:{generator.randrange(65536):x}::{generator.randrange(9):x}"
            masks = ("/32", "/48", "/64", "", "", "/ffff:0:ffff::")
        asked.append(address)
        mask = "" if seed % 5 == 0 else generator.choice(masks)
        port = f":{generator.choice((5060, 5061, 7))}" if seed % 3 == 0 and seed % 2 and not mask else ""
        negated = f"\nmatch=!{address}" if seed % 7 == 3 else ""
        lines.append(f"[i{number}]\ntype=identify\nendpoint=e\nmatch={address}{port}{mask}{negated}\n")
    return Engine(Configuration.from_files({"pjsip.conf": "\n".join(lines)})), asked


@cache
def cases(seeds: int = 40) -> list[Case]:
    """Return images with requests and sources to ask."""
    made: list[Case] = []
    for seed in range(seeds):
        files, requests = generate.generate_case(random.Random(seed))
        configuration = Configuration.from_files(files)
        engine = Engine(configuration, generate.tokens(configuration.registrations))
        made.append((engine._image(), requests[:12], [request["source"] for request in requests]))
        engine, asked = address_engine(seed)
        made.append((engine._image(), requests[:1], asked))
    return made


def place(source: random.Random, image: bytearray, size: int) -> int:
    """Choose where ``size`` bytes are changed."""
    tables_at, _, addresses_at = struct.unpack_from("=3Q", image, 32)
    begin = source.choice((0, tables_at, addresses_at, addresses_at, None))
    if begin is None:
        return source.randrange(len(image) - size)
    at = begin + source.randrange(HEADER if begin == 0 else HEADS) // size * size
    return min(at, len(image) - size)


def flip_bit(source: random.Random, image: bytearray) -> None:
    """Flip one bit."""
    image[place(source, image, 1)] ^= 1 << source.randrange(8)


def set_word(source: random.Random, image: bytearray) -> None:
    """Put a word that offsets go wrong with over four bytes."""
    struct.pack_into("=I", image, place(source, image, 4), source.choice(WORDS))


def shift_word(source: random.Random, image: bytearray) -> None:
    """Make a word somewhat larger or smaller."""
    at = place(source, image, 4)
    word = struct.unpack_from("=I", image, at)[0] + source.choice((-64, -1, 1, 16, 64))
    struct.pack_into("=I", image, at, word & 0xFFFFFFFF)


def set_long_word(source: random.Random, image: bytearray) -> None:
    """Put a word that offsets go wrong with, or the image's size, over eight bytes."""
    struct.pack_into("=Q", image, place(source, image, 8), source.choice((*WORDS, len(image), 1 << 63)))


def set_random_word(source: random.Random, image: bytearray) -> None:
    """Put any word over four bytes."""
    struct.pack_into("=I", image, place(source, image, 4), source.getrandbits(32))


def blank(source: random.Random, image: bytearray) -> None:
    """Put zeros or ones over a stretch."""
    at = place(source, image, 8)
    end = min(len(image), at + source.choice((8, 64, 500)))
    image[at:end] = bytes([source.choice((0, 255))]) * (end - at)


def cut_or_swap(source: random.Random, image: bytearray) -> None:
    """Cut the end off and say so in the header; more often, swap two words."""
    if source.randrange(4) == 0:
        del image[source.randrange(HEADER, len(image)) :]
        struct.pack_into("=Q", image, 24, len(image))
    else:
        at, other = place(source, image, 4), place(source, image, 4)
        image[at : at + 4], image[other : other + 4] = image[other : other + 4], image[at : at + 4]


#: Their order is part of what a mutation's number means.
MUTATIONS = (flip_bit, set_word, shift_word, set_long_word, set_random_word, blank, cut_or_swap)


def mutated(source: random.Random, image: bytearray) -> None:
    """Damage an image in place, once or a few times."""
    for _ in range(source.choice((1, 1, 1, 2, 5))):
        if len(image) < HEADER + 8:
            return
        source.choice(MUTATIONS)(source, image)


def ask(engine: Engine, requests: list[dict[str, Any]], sources: list[str]) -> None:
    """Ask an engine everything; it may say that it's damaged."""
    questions = [lambda: engine.matches, engine._image]
    questions += [lambda request=request: engine.identify_message(**request) for request in requests]
    questions += [
        lambda source=source, port=port: engine.identify_source(source, port)
        for source in (*sources, "0.0.0.0", "255.255.255.255", "::", "ffff:" * 7 + "ffff")
        for port in (0, 5060)
    ]
    for question in questions:
        with suppress(EngineFileError, MessageError):
            question()


def run(number: int) -> str:
    """Make mutation ``number`` and return what became of it."""
    source = random.Random(number)
    original, requests, sources = cases()[number % len(cases())]
    image = bytearray(original)
    mutated(source, image)
    lying = number % 3 != 0
    damaged = sealed(image) if lying else bytes(image)
    if damaged == original:
        return "unchanged"
    engine = Engine.__new__(Engine)
    try:
        engine._load_image(damaged)
    except EngineFileError as error:
        assert str(error)
        return "refused"
    assert lying, f"mutation {number}: damaged, but not refused"
    ask(engine, requests, sources)
    return "asked"


def main() -> None:
    """Run mutations and print what became of them."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--first", type=int, default=0)
    arguments = parser.parse_args()
    faulthandler.enable()
    found: Counter[str] = Counter()
    begin = time.monotonic()
    for number in range(arguments.first, arguments.first + arguments.count):
        if number % 500 == 0 or "-v" in sys.argv:
            print(number, end=" ", flush=True)
        found[run(number)] += 1
    print(f"\n{dict(found)} in {time.monotonic() - begin:.0f} s")


if __name__ == "__main__":
    main()
