"""Values that refuse an object, compared with a second reading of the rules, and that reading with recorded answers."""

from __future__ import annotations

import json
import random
import re
from importlib import resources
from time import process_time

import pytest
from recorded import ORACLE, records
from value_model import predicates, value

from identify.config.objects.schema import option_tables
from identify.config.objects.values.lists import CODECS

COUNT = 150
#: The longest value that a line may have, about.
LINE = 8000
ENTRIES = json.loads(resources.files("identify.config").joinpath("objects/options.json").read_text("utf-8"))
PREDICATES = predicates(CODECS)
#: Kinds that accept everything, or whose rule is that of URIs in registrations.
ELSEWHERE = {
    "any", "bool", "contact_user", "file", "ignored", "parameters", "profile", "string", "uri",
}  # fmt: skip
#: Options that refuse an object by their value together with that of another one.
PAIRS = ("rtp_port_start", "rtp_port_end", "timers_min_se", "timers_sess_expires")
OPTIONS = [
    (type_name, name)
    for type_name, entries in ENTRIES.items()
    for name, entry in entries.items()
    if entry["kind"] in PREDICATES
]


def test_every_kind_has_a_second_reading() -> None:
    """No kind of option is left out but those that are named."""
    kinds = {entry["kind"] for entries in ENTRIES.values() for entry in entries.values()}

    assert kinds == PREDICATES.keys() | (kinds & ELSEWHERE)


@pytest.mark.parametrize(("type_name", "name"), OPTIONS)
def test_both_readings_agree(type_name: str, name: str) -> None:
    """A generated value is refused by both or by none."""
    entry = ENTRIES[type_name][name]
    option = option_tables()[type_name][name]
    choice = random.Random(f"{type_name}/{name}")
    assert option.check is not None

    for _ in range(COUNT):
        made = value(choice, entry)
        assert (option.check(made) is None) == PREDICATES[entry["kind"]](made, entry), repr(made)


@pytest.mark.parametrize("kind", sorted(PREDICATES))
def test_long_values_take_no_longer(kind: str) -> None:
    """A value of a whole line, made of one piece or two, is checked in less than a second by every rule."""
    type_name, name = next(path for path in OPTIONS if ENTRIES[path[0]][path[1]]["kind"] == kind)
    check = option_tables()[type_name][name].check
    assert check is not None
    starts = ("", "0x", "0", "1", "0x1p", "nan(", "sip:", "ulaw:", "10.0.0.1/")
    pieces = ("0", "1", "f", ",", " ", ":", "@", "<", "1,", ": ", "ulaw,", "sip:a,", "10.0.0.1,", "_")

    for start in starts:
        for piece in pieces:
            for end in ("", "g"):
                before = process_time()
                check((start + piece * LINE)[:LINE] + end)
                assert process_time() - before < 1, (start, piece, end)


@pytest.mark.parametrize(("type_name", "least"), [("endpoint", 2000), ("aor", 300)])
def test_the_second_reading_agrees_with_records(type_name: str, least: int) -> None:
    """Where a recorded section has one option of its own, the second reading says whether Asterisk refused it."""
    compared = 0
    for record in records(ORACLE / "corpus-configurations.jsonl.gz")[f"values-{type_name}"]:
        text = record["config"]["pjsip.conf"]
        if not isinstance(text, str):
            continue
        for section in re.findall(
            rf"^\[(\w+)\]\ntype={type_name}\n([a-z0-9_]+)=([^;\n]*)$", text, re.MULTILINE
        ):
            id, name, made = section
            entry = ENTRIES[type_name].get(name, {"kind": ""})
            if (
                entry["kind"] in PREDICATES
                and name not in PAIRS
                and "\\" not in made
                and not made.startswith(">")
            ):
                compared += 1
                accepted = id in record["objects"][type_name]
                made = made.strip("".join(map(chr, range(33))))
                assert PREDICATES[entry["kind"]](made, entry) == accepted, (name, made)
    assert compared > least
