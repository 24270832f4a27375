"""Configurations as files are what their rows say, all readers find the same in them, and waiting is seen."""

from __future__ import annotations

import time

import pytest

from benchmarks.against.readers import CONFIGPARSER, GLIB, READERS, glib_version
from benchmarks.material import files
from benchmarks.publishing import report, results
from benchmarks.publishing.results import Result
from benchmarks.rows import explaining, loading, reading
from benchmarks.rows.row import OURS, Work
from identify.configuration import Configuration
from identify.engine import Engine

#: Those that need nothing from PyPI.
AT_HAND = [CONFIGPARSER, *([GLIB] if glib_version() is not None else [])]


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    """Write all files anew."""
    monkeypatch.setattr(files, "CACHE", tmp_path)


@pytest.mark.parametrize("kind", ["endpoints", "templates"])
def test_files_of_endpoints_have_what_they_say(kind):
    """Each endpoint has an aor, an auth and an identify section, and nothing is to be said about any of them."""
    count = 300

    configuration = Configuration.from_path(files.written(kind, count))

    names = [files.endpoint(number) for number in range(count)]
    for objects in (
        configuration.endpoints,
        configuration.aors,
        configuration.auths,
        configuration.identifies,
    ):
        assert list(objects) == names
    assert configuration.problems == ()
    text = files.text(kind, count)
    assert text.encode() == files.written(kind, count).read_bytes()
    assert 220 < len(text) / count < 245


@pytest.mark.parametrize("kind", ["identifies", "headers"])
def test_files_of_identifies_have_one_endpoint(kind):
    """All identify sections name it, each has a rule of its own, and nothing is to be said about any of them."""
    configuration = Configuration.from_path(files.written(kind, 300))

    assert configuration.problems == ()
    assert list(configuration.endpoints) == ["trunk"]
    rules = {(found.addresses, found.header) for found in configuration.identifies.values()}
    assert len(rules) == len(configuration.tried_identifies) == 300


@pytest.mark.parametrize("name", AT_HAND)
def test_readers_find_what_ours_finds(name):
    """What is read beside ours finds the same address in each section."""
    reader = READERS[name]()
    path = files.written("endpoints", 300)
    configuration = Configuration.from_path(path)

    made = reader.read(path)

    for number in range(300):
        section = files.endpoint(number)
        rule = configuration.identifies[section].addresses[0]
        assert reader.option(made, section, "match") == rule.text == files.address(number)


def test_everything_is_made():
    """Every object of a configuration is among what was looked at, with its place and its options."""
    path = files.written("endpoints", 50)
    configuration = Configuration.from_path(path)

    kept = reading.read_everything(path)

    for objects in (
        configuration.endpoints,
        configuration.aors,
        configuration.auths,
        configuration.transports,
    ):
        assert all(one in kept for one in objects.values())
    assert all(one.origin in kept for one in configuration.tried_identifies)


def test_a_thread_that_waits_is_seen(monkeypatch):
    """A reading that never lets others run costs them all their ticks; one that always does costs them few."""

    def holding(path):
        # The sum of a range is one call that holds the lock.
        sum(range(10_000_000))

    monkeypatch.setattr(reading, "IDLE", 0.1)
    monkeypatch.setattr(Configuration, "from_path", holding)
    longest, lost = reading.waiting(files.written("endpoints", 1))
    monkeypatch.setattr(Configuration, "from_path", lambda path: time.sleep(0.2))
    shorter, fewer = reading.waiting(files.written("endpoints", 1))

    assert lost > fewer
    assert longest > shorter


def test_requests_of_explanations_are_matched_by_nothing(monkeypatch):
    """The sources that are near are so, by a rule of the same /24; the others aren't, and no rule has them."""
    monkeypatch.setattr(explaining, "COUNT", 400)
    monkeypatch.setattr(explaining, "NEAR", files.address(400 | 0xFF))
    identifies, headers = (
        Engine(Configuration.from_path(files.written(kind, 400))) for kind in ("identifies", "headers")
    )

    def misses(engine, message, source):
        explained = engine.explain_message(message, source, explaining.PORT)
        assert explained.match is None
        return [miss.identifier for miss in explained.nearest_misses]

    assert "ip" not in misses(identifies, explaining.STRANGER, explaining.FAR)
    assert "ip" in misses(identifies, explaining.STRANGER, explaining.NEAR)
    assert "header" in misses(headers, explaining.STRANGER, explaining.FAR)
    assert explaining.WITHOUT_HEADER != explaining.STRANGER
    result = explaining.unidentified(identifies.configuration, 5)
    entries = result.source_entries(5, explained=5)
    assert len(entries) == 5
    assert all("10.0.1." in entry.nearest_miss for entry in entries)


def test_the_first_answer_is_measured_apart():
    """Loading and the first answer after it both take time."""
    assert all(seconds > 0 for seconds in loading._loading(30).values())


def test_cpu_time_leaves_out_what_sleeps():
    """A side that is measured by CPU time isn't charged for waiting, by the clock it is."""
    spent = {}
    for cpu in (True, False):
        clock = Work(cpu=cpu).clock
        begun = clock()
        time.sleep(0.05)
        spent[cpu] = clock() - begun

    assert spent[True] < 0.05 <= spent[False]


def test_figures_of_loading_are_shown_beside_quoted_ones():
    """The table has ours and Asterisk's for each size, and says of what wasn't measured that it wasn't."""
    empty = results.load(results.RESULTS.with_name("nothing.json"))
    empty["rows"]["loading-2000-loaded"] = Result(
        rounds=[{"sides": {OURS: 0.0325}, "canaries": [1.0], "two": 1.0}]
    )

    lines = report.tables(empty)["loading"].split("\n")

    assert "| 2,000 | 32.5 ms<br>Asterisk 1.3 s | not measured<br>Asterisk not measured |" in lines
    assert "| 10,000 | not measured<br>Asterisk 7.4 s | not measured<br>Asterisk 900 ms |" in lines


def test_shares_are_shown_as_percents():
    """A row whose figure is a share shows it in percent."""
    empty = results.load(results.RESULTS.with_name("nothing.json"))
    empty["rows"]["reading-ticks"] = Result(rounds=[{"sides": {OURS: 0.125}, "canaries": [1.0], "two": 1.0}])

    assert "| 12.5 % |" in report.tables(empty)["reading"]
