"""The long run: which values options take, against a second reading of the rules.

    python tests/long/values.py --count 200000 --seed 1

Each value is made for an option of a type and checked by both.  A difference ends the run with the option and the value.
"""

import argparse
import json
import random
import sys
from importlib import resources
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

import value_model

from identify.config.objects.schema import option_tables
from identify.config.objects.values.lists import CODECS


def run(count, seed):
    """Compare so many values; return how many both refuse."""
    choice = random.Random(seed)
    entries = json.loads(
        resources.files("identify.config").joinpath("objects/options.json").read_text("utf-8")
    )
    tables, predicates = option_tables(), value_model.predicates(CODECS)
    by_kind = {}
    for type_name, options in entries.items():
        for name, entry in options.items():
            if entry["kind"] in predicates:
                by_kind.setdefault(entry["kind"], []).append((type_name, name, entry))
    kinds = sorted(by_kind)
    refused = 0
    for number in range(count):
        type_name, name, entry = choice.choice(by_kind[kinds[number % len(kinds)]])
        value = value_model.value(choice, entry)
        ours = tables[type_name][name].check(value) is not None
        if ours == predicates[entry["kind"]](value, entry):
            raise SystemExit(f"{type_name}/{name} = {value!r}: {'refused' if ours else 'accepted'} here only")
        refused += ours
    return refused


def main():
    """Run, and say what was compared."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--count", type=int, default=200_000)
    parser.add_argument("--seed", default="1")
    arguments = parser.parse_args()
    refused = run(arguments.count, arguments.seed)
    print(f"{arguments.count} values, {refused} refused, no difference")


if __name__ == "__main__":
    main()
