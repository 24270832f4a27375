"""Saved, mapped and pickled engines answer as the ones they were made from; damaged ones are refused."""

import os
import pickle
import random
import subprocess
import sys
from collections import Counter

import generate
import mutate
import pytest
from dialects import DIALECTS, EVERY

from identify._compiled._image import sealed
from identify.configuration import Configuration
from identify.engine import Engine
from identify.errors import ConfigError, EngineFileError, MessageError

#: Damaged images that are tried; ``python tests/long/mutate.py`` tries more.
MUTATIONS = 2_000
#: The dialect's byte in an image.
DIALECT_AT = 148


@pytest.fixture(scope="module")
def cases():
    """Return generated engines with messages to them."""
    made = []
    for seed in range(60):
        files, requests = generate.generate_case(random.Random(seed))
        configuration = Configuration.from_files(files, release=DIALECTS[seed % len(DIALECTS)])
        made.append((Engine(configuration, generate.tokens(configuration.registrations)), requests))
    return made


def answer(engine, request):
    """Return an engine's answer to a generated message, or what is wrong with the message."""
    try:
        return engine.identify_message(**request)
    except MessageError as error:
        return str(error)


def same_answers(engine, other, requests):
    """Assert that two engines answer alike."""
    assert other.release == engine.release == engine.configuration.release.name
    assert other.identifiers == engine.identifiers
    assert other.line_tokens == engine.line_tokens
    assert other.matches == engine.matches
    for request in requests:
        assert answer(other, request) == answer(engine, request)


def test_opened_engine_answers_alike(cases, tmp_path):
    """What a file was saved of and what is mapped from it have the same answers."""
    for number, (engine, requests) in enumerate(cases):
        path = tmp_path / f"{number}.engine"

        engine.save(path)

        same_answers(engine, Engine.open(path), requests)


def test_pickled_engine_answers_alike(cases):
    """So have an engine and its pickled copy, which can explain too."""
    for engine, requests in cases[:20]:
        copy = pickle.loads(pickle.dumps(engine))

        same_answers(engine, copy, requests)
        assert copy.configuration.identifiers == engine.configuration.identifiers


def test_image_at_an_odd_address(cases):
    """An image that isn't aligned in memory is used all the same."""
    engine, requests = cases[0]
    copy = Engine.__new__(Engine)

    copy._load_image(memoryview(b"x" + engine._image())[1:])

    same_answers(engine, copy, requests)


def test_opened_engine_lacks_the_configuration(cases, tmp_path):
    """explain and contact of an opened engine want the configuration, and work with it."""
    engine, _ = cases[0]
    engine.save(tmp_path / "an.engine")

    with pytest.raises(ConfigError, match="configuration"):
        _ = Engine.open(tmp_path / "an.engine").configuration
    with_it = Engine.open(tmp_path / "an.engine", engine.configuration)
    assert with_it.configuration is engine.configuration


def test_equal_engines_have_equal_images(cases):
    """Compiling is deterministic, so that saved files can be compared."""
    for engine, _ in cases[:20]:
        assert Engine(engine.configuration, engine.line_tokens)._image() == engine._image()


def test_an_unknown_dialect_is_refused():
    """An image for a release that this version can't read messages as is refused, not answered as another."""
    image = bytearray(Engine(Configuration.from_files({"pjsip.conf": ""}, release=EVERY))._image())

    assert image[DIALECT_AT] == EVERY.dialect
    image[DIALECT_AT] |= 2 * EVERY.dialect
    with pytest.raises(EngineFileError, match="unknown dialect"):
        Engine.__new__(Engine)._load_image(sealed(image))


def test_damaged_images():
    """A damaged image is refused; one whose checksum was made to fit is too, or answers without a crash."""
    became = Counter(mutate.run(number) for number in range(MUTATIONS))

    assert became["refused"] > MUTATIONS / 2
    assert became["asked"] > MUTATIONS / 10


def test_cut_and_lengthened_images_are_refused(cases):
    """An image of another length is an error of its own."""
    source = random.Random(1)
    for engine, _ in cases:
        image = engine._image()
        for other in (
            image[: source.randrange(len(image))],
            image + source.randbytes(source.randrange(1, 100)),
        ):
            with pytest.raises(EngineFileError):
                Engine.__new__(Engine)._load_image(other)
            with pytest.raises(EngineFileError):
                Engine.__new__(Engine)._load_image(sealed(other))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b'"identifiers"', b'"identifierz"'),
        (b'"sections": {', b'"sections": ['),
        (b'"header_expressions": []', b'"header_expressions": 77'),
        (b'"transports_matter"', b"\xff" * 19),
        (b'"first_of": [["udp", 4, 0]]', b'"first_of": [["udp", 4, 9]]'),
    ],
)
def test_damaged_notes_are_refused(before, after):
    """Notes that can't be read, or point to a transport that isn't there, are refused."""
    text = "[t]\ntype=transport\nprotocol=udp\nbind=192.0.2.1\ndomain=d\n"
    image = Engine(Configuration.from_files({"pjsip.conf": text}))._image()
    assert image.count(before) == 1

    damaged = image.replace(before, after.ljust(len(before)))
    assert len(damaged) == len(image)

    with pytest.raises(EngineFileError, match="damaged"):
        Engine.__new__(Engine)._load_image(sealed(damaged))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "too few"),
        (b"SIPIDENT", "too few"),
        (b"#!/bin/sh\n" + bytes(200), "not a saved engine"),
        (b"SIPIDENT" + bytes(200), "no byte order mark"),
        (
            b"SIPIDENT"
            b"\0\0\0\1" + bytes((1, 2, 3, 4) if sys.byteorder == "little" else (4, 3, 2, 1)) + bytes(200),
            "other byte order",
        ),
    ],
)
def test_foreign_files_are_named(tmp_path, content, reason):
    """A file that is no saved engine is named with what is wrong with it."""
    path = tmp_path / "foreign"
    path.write_bytes(content)

    with pytest.raises(EngineFileError, match=reason) as caught:
        Engine.open(path)
    assert caught.value.path == str(path)


def test_other_formats_are_named(cases):
    """An image of another version says which it is."""
    image = bytearray(cases[0][0]._image())
    image[8:12] = (77).to_bytes(4, sys.byteorder)

    with pytest.raises(EngineFileError, match="format 77"):
        Engine.__new__(Engine)._load_image(bytes(image))


def test_missing_file_is_an_os_error(tmp_path):
    """What can't be read at all is the system's error."""
    with pytest.raises(FileNotFoundError):
        Engine.open(tmp_path / "nothing")


def test_saving_replaces(cases, tmp_path):
    """A file that is open elsewhere is replaced, not rewritten; nothing else is left in the folder."""
    path = tmp_path / "an.engine"
    first, requests = cases[0]
    second, _ = cases[1]
    first.save(path)
    opened = Engine.open(path)

    second.save(path)

    same_answers(first, opened, requests)
    assert Engine.open(path)._image() == second._image()
    assert os.listdir(tmp_path) == ["an.engine"]


def test_failed_saving_leaves_nothing(cases, tmp_path):
    """If the file can't be put in place, the old one stays and no other is left."""
    (tmp_path / "an.engine").mkdir()

    with pytest.raises(OSError, match=r"an\.engine"):
        cases[0][0].save(tmp_path / "an.engine")

    assert os.listdir(tmp_path) == ["an.engine"]


def test_other_process_opens(cases, tmp_path):
    """Another process maps the file and has the answers."""
    engine, requests = cases[0]
    engine.save(tmp_path / "an.engine")
    code = (
        "import sys, pickle; from identify.engine import Engine\n"
        "engine = Engine.open(sys.argv[1])\n"
        "print(len(engine.matches), engine.identify_source('192.0.2.1'))"
    )

    ran = subprocess.run(
        [sys.executable, "-c", code, tmp_path / "an.engine"],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
    )

    assert ran.stdout.strip() == f"{len(engine.matches)} {engine.identify_source('192.0.2.1')}"
    assert requests
