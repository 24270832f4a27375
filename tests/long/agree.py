"""The long run: the compiled engine against ``explain`` over generated configurations and requests.

    python tests/long/agree.py --pairs 1000000 --seed 1 --jobs 2

A pair is a configuration and a request to it.  Each request is asked about as a message, as a ``Request`` read
from the message, and by ``explain``; all three must give the same endpoint, identifier and section, or refuse
the message alike.  Some requests are made of metadata, which only the latter two can be asked about.  Every other
configuration is of a release that reads requests differently.  The
exit status is 1 if anything differs; what is printed then repeats the case alone.
"""

import argparse
import collections
import multiprocessing
import os
import random
import sys
import time
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

import dialects
import generate

from identify.configuration import Configuration
from identify.engine import Engine
from identify.errors import MessageError
from identify.request import Request

#: Requests to one configuration; reading a configuration takes about as long as explaining three requests.
MESSAGES, METADATA = 45, 5
PAIRS = MESSAGES + METADATA

#: Configurations that a process takes at a time.
PORTION = 20

#: Seconds between two reports of a run's progress.
REPORT_EVERY = 30

#: Differences of a run that are printed, and kept.
MOST_SHOWN = 10


def source_of_chance(seed, number):
    """Return the generator of the configuration of that number and its requests."""
    return random.Random(f"{seed}/{number}")


def case(seed, number):
    """Return configuration files, messages to them, and metadata of further requests."""
    source = source_of_chance(seed, number)
    files, messages = generate.generate_case(source, MESSAGES)
    choice = generate.RandomChoice(source)
    sources = generate.sources_near(files["pjsip.conf"])
    return files, messages, [generate.metadata(choice, sources) for _ in range(METADATA)]


def outcome(ask, *arguments, **named):
    """Return an answer's endpoint, identifier and section, None for no answer, the refusal as text."""
    try:
        match = ask(*arguments, **named)
    except MessageError as error:
        return f"refused: {error}"
    return None if match is None else (match.endpoint, match.identifier, match.section)


def compare(engine, make, arguments, by_message, counts):
    """Ask about one request in every way; return the outcomes if they differ, None otherwise."""
    outcomes = {}
    if by_message:
        outcomes["identify_message"] = outcome(engine.identify_message, **arguments)
    try:
        request = make(**arguments)
    except MessageError as error:
        counts["refused"] += 1
        outcomes["Request"] = f"refused: {error}"
    else:
        explanation = engine.explain(request)
        outcomes["explain"] = outcome(lambda: explanation.match)
        outcomes["identify"] = outcome(engine.identify, request)
        counts[f"answer: {explanation.match.identifier if explanation.match else 'none'}"] += 1
        counts.update(f"alone: {step.identifier}" for step in explanation.steps if step.endpoint is not None)
        counts[f"screening: {explanation.screening}"] += 1
    return outcomes if len(set(outcomes.values())) > 1 else None


def run_case(seed, number, pairs=PAIRS):
    """Compare up to so many pairs of one configuration; return counts, and differences with its number."""
    files, messages, metadata = case(seed, number)
    release = dialects.DIALECTS[number // 2 % len(dialects.DIALECTS)] if number % 2 else dialects.NEWEST
    configuration = Configuration.from_files(files, release=release)
    engine = Engine(configuration, generate.tokens(configuration.registrations))
    counts, differences = collections.Counter(), []
    make = partial(Request.from_message, release=release)
    requests = [(make, message, True) for message in messages]
    requests += [(Request, arguments, False) for arguments in metadata]
    for index, (make, arguments, by_message) in enumerate(requests[:pairs]):
        counts["pairs"] += 1
        outcomes = compare(engine, make, arguments, by_message, counts)
        if outcomes is not None:
            counts["differences"] += 1
            told = "\n".join(f"  {way}: {found}" for way, found in outcomes.items())
            differences.append((number, f"configuration {number}, request {index}: {arguments}\n{told}"))
    return counts, differences


def run_portion(task):
    """Compare the pairs of some configurations: a seed, the numbers with how many pairs of each."""
    seed, numbers = task
    counts, differences = collections.Counter(), []
    for number, pairs in numbers:
        counted, found = run_case(seed, number, pairs)
        counts.update(counted)
        differences += found[: MOST_SHOWN - len(differences)]
    return counts, differences


def portions(seed, first, pairs):
    """Yield the tasks of a run."""
    numbers = []
    for number in range(first, first + -(-pairs // PAIRS)):
        numbers.append((number, min(PAIRS, pairs - (number - first) * PAIRS)))
        if len(numbers) == PORTION:
            yield seed, numbers
            numbers = []
    if numbers:
        yield seed, numbers


def run(seed, first, pairs, jobs, say):
    """Compare so many pairs, beginning with the configuration of that number; return counts and differences."""
    counts, differences = collections.Counter(), []
    begun = reported = time.monotonic()
    pool = multiprocessing.get_context("spawn").Pool(jobs) if jobs > 1 else None
    tasks = portions(seed, first, pairs)
    try:
        for counted, found in pool.imap_unordered(run_portion, tasks) if pool else map(run_portion, tasks):
            counts.update(counted)
            for number, text in found[: MOST_SHOWN - len(differences)]:
                differences.append(text)
                say(
                    f"{text}\n  again: python tests/long/agree.py --seed {seed} --first {number} --pairs {PAIRS}"
                )
            if time.monotonic() - reported > REPORT_EVERY:
                reported = time.monotonic()
                say(f"{counts['pairs']} pairs, {counts['differences']} differences, {reported - begun:.0f} s")
    finally:
        if pool:
            pool.terminate()
            pool.join()
    seconds = time.monotonic() - begun
    for name, count in sorted(counts.items()):
        if name not in ("pairs", "differences"):
            say(f"{count:>10}  {name}")
    say(
        f"{counts['pairs']} pairs in {seconds:.0f} s ({counts['pairs'] / max(seconds, 0.001):.0f}/s) with {jobs} "
        f"process{'es' if jobs > 1 else ''}: {counts['differences']} differences"
    )
    return counts, differences


def main(arguments=None):
    """Run as a command."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--pairs", type=int, default=1_000_000, help="how many pairs (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="which pairs (default: %(default)s)")
    parser.add_argument("--first", type=int, default=0, help="the number of the first configuration")
    parser.add_argument(
        "--jobs", type=int, default=os.cpu_count() or 1, help="processes (default: one a core)"
    )
    options = parser.parse_args(arguments)
    if options.pairs < 1 or options.jobs < 1 or options.first < 0:
        parser.error("--pairs and --jobs must be at least 1, --first at least 0")
    counts, _ = run(
        options.seed, options.first, options.pairs, options.jobs, lambda text: print(text, flush=True)
    )
    return 1 if counts["differences"] else 0


if __name__ == "__main__":
    sys.exit(main())
