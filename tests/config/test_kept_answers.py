"""What thousands of generated sets of files say is what it always was: objects, places, problems and their order."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter

import against
import pytest
from configured import generated
from everything import FIELDS, digest, everything, first_difference, loaded
from kept_answers import BY_FIELD, FIELD_SIZE, SETS, SIZE, kept, of_fields, of_generator

import identify.config.lost
import identify.configuration
import identify.model
from identify.config.problems import CODES
from identify.configuration import Configuration

#: Sets of the short test.
SHORT = BY_FIELD


def differences(first: int, last: int) -> list[str]:
    """Return how what some sets say differs from what is kept, as far as that tells."""
    known, found = kept(), []
    for seed in range(first, last):
        said = loaded(generated(seed))
        if digest(said)[:SIZE] == known["digests"][seed]:
            continue
        if str(seed) in known["said"]:
            where = first_difference(known["said"][str(seed)], said)
        elif seed < len(known["fields"]):
            old, new = known["fields"][seed], of_fields(said)
            parts = range(0, max(len(old), len(new)), FIELD_SIZE)
            where = ", ".join(
                name
                for name, at in zip(said, parts, strict=False)
                if old[at : at + FIELD_SIZE] != new[at : at + FIELD_SIZE]
            )
        else:
            where = "something"
        found.append(f"set {seed}: {where}; tests/long/against.py --show {seed} shows all of it")
    return found


def test_the_sets_are_those_of_the_answers() -> None:
    """The kept answers are those to the sets that the generator makes; after a change of it they are written again."""
    assert kept()["generator"] == of_generator(), "run tests/writers/write_kept_answers.py"


def test_answers() -> None:
    """All that a configuration says is equal to what is kept, for the first sets."""
    assert differences(0, SHORT) == []


@pytest.mark.slow
def test_further_answers() -> None:
    """So it is for all others of which there is a digest."""
    assert differences(SHORT, SETS) == []


def test_a_difference_is_found_and_named() -> None:
    """Another value of a field deep inside changes the digest, and the difference is shown with its path."""
    seed, said = next((seed, said) for seed, said in kept()["said"].items() if said["problems"])
    changed = loaded(generated(int(seed)))
    changed["problems"][-1]["line"] += 1

    assert digest(changed) != digest(said)
    found = first_difference(said, changed)
    assert found is not None
    assert found.startswith(f".problems[{len(said['problems']) - 1}].line: ")


def test_every_field_is_compared() -> None:
    """The fields that are compared are all that the model's classes are made from; of a release, those that tell it."""
    classes = {
        name: kind
        for module in (identify.model, identify.config.lost, identify.configuration)
        for name, kind in vars(module).items()
        if name in FIELDS and hasattr(kind, "__attrs_attrs__")
    }

    assert set(FIELDS) == set(classes)
    for name, kind in classes.items():
        declared = {each.name for each in kind.__attrs_attrs__ if each.init} - {"paths"}
        assert declared == set(FIELDS[name].split()), name


def test_order_is_compared() -> None:
    """Objects of a mapping in another order are another answer."""
    text = "[a]\ntype=endpoint\n[b]\ntype=endpoint\n"
    said = everything(Configuration.from_text(text))
    other = {**said, "endpoints": dict(reversed(said["endpoints"].items()))}

    assert digest(other) != digest(said)
    assert first_difference(said, other) == '.endpoints: names ["a","b"] -> ["b","a"]'


def test_what_is_generated() -> None:
    """Most sets have objects of every kind, and all problems that reading finds occur, so that equality says much."""
    seen: Counter[str] = Counter()
    for seed, said in kept()["said"].items():
        seen["sets"] += 1
        seen["odd sets"] += generated(int(seed)).release != "23"
        for name in (
            "endpoints",
            "tried_identifies",
            "transports",
            "aors",
            "auths",
            "registrations",
            "unknowns",
        ):
            seen[name] += bool(said[name])
        seen["lost identifies"] += bool(said["lost"]["identifies"])
        seen["inherited lines"] += '"template": "' in str(said).replace("'", '"')

    assert seen["endpoints"] > 0.7 * seen["sets"]
    assert seen["tried_identifies"] > 0.6 * seen["sets"]
    assert min(seen.values()) > 5, seen
    assert set(kept()["codes"]) == set(CODES)


def test_checkouts_are_compared() -> None:
    """The long run reads sets with the libraries of two checkouts, here of one, and finds nothing that differs."""
    done = subprocess.run(
        [sys.executable, against.__file__, str(against.ROOT), "--count", "5", "--engines"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith("5 sets, 0 differences")


def test_differences_are_told_by_their_fields() -> None:
    """What differs is counted by the fields on the way to it, whatever objects are called."""
    found = '.endpoints.a.b@c.options.allow: "ulaw" -> "alaw"', ".problems[7].line: 3 -> 4"

    assert [against.kind_of(each) for each in found] == ["endpoints.options", "problems.line"]
