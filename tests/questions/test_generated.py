"""Generated configurations: no request may change without a word, and every witness holds."""

from __future__ import annotations

import random

import generate
import pytest
import recorded

from identify.configuration import Configuration
from identify.engine import Engine
from identify.errors import MessageError
from identify.questions.upgrading import upgrade
from identify.request import Request

RELEASES = [("20.15.2", "23"), ("18.10.0", "22.6.0"), ("16.2.1", "16.28.0"), ("23", "18.10.0")]


def check(files, requests, releases, resolver=None):
    """Ask what changes, ask both engines about each witness and each request, and return how many requests change."""
    before, after = (
        Configuration.from_files(files, release=release, resolver=resolver) for release in releases
    )
    tokens = generate.tokens(before.registrations)
    engines = Engine(before, tokens), Engine(after, tokens)
    answer = upgrade(before, after, tokens)
    for witness in (finding.witness for finding in answer.findings if finding.witness is not None):
        answers = [
            engine.identify_message(witness.message, witness.source, witness.port) for engine in engines
        ]
        assert answers == [witness.before, witness.after]
        assert answers[0] != answers[1]
    told = bool(answer.findings) or bool(answer.undecided)
    changed = 0
    for request in requests:
        try:
            answers = [engine.identify_message(**request) for engine in engines]
            screened = [Request.from_message(**request, release=release).screening for release in releases]
        except MessageError:
            continue
        # What is answered before it is identified, in one release only, is a note.
        if answers[0] != answers[1] and screened[0] == screened[1]:
            changed += 1
            assert told, (request, answer.verdict)
    return changed


@pytest.mark.parametrize("releases", RELEASES, ids=" to ".join)
def test_no_request_changes_unnoticed(releases):
    """For generated configurations, a request that gets another answer means a finding or something undecided."""
    changed = 0
    for seed in range(40):
        files, requests = generate.generate_case(random.Random(seed), 40)
        changed += check(files, requests, releases)
    assert changed > 50


@pytest.mark.parametrize(
    "family", ["order", "overlap", "header", "ip", "ip-negation", "mixed", "request-uri", "wizard"]
)
def test_recorded_configurations(family):
    """The same for recorded configurations and their requests."""
    changed = 0
    for record in recorded.records("corpus-20.15.jsonl.gz").get(family, []):
        requests = [recorded.wire(case) for case in record["cases"]]
        changed += check(record["config"], requests, ("20.15.2", "23"), recorded.NoNames())
    assert changed > 0
