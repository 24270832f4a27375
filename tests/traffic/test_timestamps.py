"""Dates of log records."""

from datetime import datetime, timedelta, timezone

import pytest

from identify.traffic.timestamps import Timestamps

NOVEMBER = 1795377131  # 2026-11-22 19:52:11 UTC


@pytest.mark.parametrize(
    ("text", "nanoseconds"),
    [
        (b"2026-11-22 19:52:11", NOVEMBER * 10**9),
        (b"2026-11-22 19:52:11.259", NOVEMBER * 10**9 + 259_000_000),
        (b"2026-11-22T19:52:11.259445+0000", NOVEMBER * 10**9 + 259_445_000),
        (b"2026-11-22T20:52:11+01:00", NOVEMBER * 10**9),
        (b"2026-11-22 14:52:11-0500", NOVEMBER * 10**9),
        (b"2026-11-22T19:52:11Z", NOVEMBER * 10**9),
        (b"Nov 22 19:52:11", NOVEMBER * 10**9),
        (b"Nov 22 19:52:11.5", NOVEMBER * 10**9 + 500_000_000),
        (b"Sun Nov 22 2026 19:52:11", NOVEMBER * 10**9),
        (b"Nov 32 19:52:11", -1),
        (b"Foo 22 19:52:11", -1),
        (b"2026-13-22 19:52:11", -1),
        (b"1795377131", -1),
        (b"2026-02-30 00:00:00", -1),
        (b"Feb 30 00:00:00", -1),
        (b"2026-11-22 19:52:11+99:99", -1),
        (b"1969-12-31 23:59:59", -1),
        (b"1970-01-01 00:00:00", 0),
        (b"0001-01-01 00:00:00+0100", -1),
        (b"2262-04-11 23:47:16.854775807", (1 << 63) - 1),
        (b"2262-04-11 23:47:16.854775808", -1),
        (b"9999-12-31 23:59:59-0100", -1),
        (b"99999999999999999999", -1),
        (b"", -1),
    ],
)
def test_formats(text, nanoseconds):
    """The default format and what `dateformat` usually makes are read; anything else is an unknown time."""
    assert Timestamps(year=2026, latest=None).time(text) == nanoseconds


def test_zone_of_dates_without_one():
    """A zone that is given is that of dates that name none, not of those that do."""
    stamps = Timestamps(year=2026, latest=None, zone=timezone(timedelta(hours=1)))
    assert stamps.time(b"Nov 22 20:52:11") == NOVEMBER * 10**9
    assert stamps.time(b"2026-11-22 20:52:11") == NOVEMBER * 10**9
    assert stamps.time(b"2026-11-22T19:52:11Z") == NOVEMBER * 10**9


def _year(nanoseconds):
    return datetime.fromtimestamp(nanoseconds / 10**9, timezone.utc).year


def test_a_year_that_is_given_goes_on():
    """The year given is the first one, and the next begins where the months do."""
    stamps = Timestamps(year=2025, latest=None)
    texts = [
        b"Dec 31 23:59:59",
        b"Jan  1 00:00:00",
        b"Feb 28 00:00:00",
        b"Dec 31 00:00:00",
        b"Jan 01 00:00:00",
    ]
    assert [_year(stamps.time(text)) for text in texts] == [2025, 2026, 2026, 2026, 2027]


def test_a_year_that_follows_from_the_file():
    """Without a year, dates lie in the year before the file was last written, a day of grace included."""
    stamps = Timestamps(latest=datetime(2026, 1, 2, tzinfo=timezone.utc).timestamp())
    texts = [b"Dec 31 23:59:59", b"Jan  1 00:00:00", b"Jan  2 23:00:00", b"Jan  4 00:00:00"]
    assert [_year(stamps.time(text)) for text in texts] == [2025, 2026, 2026, 2025]
    assert _year(stamps.time(b"Feb 29 00:00:00")) == 2024


@pytest.mark.parametrize("year", [1, 1677, 1969, 2263, 9999])
def test_a_year_outside_the_clock(year):
    """A year that no time in nanoseconds can have makes each time unknown, also once the next year begins."""
    stamps = Timestamps(year=year, latest=None)
    times = [stamps.time(text) for text in (b"Dec 31 23:59:59", b"Jan  1 00:00:00")]
    assert times == [-1, 0 if year == 1969 else -1]


@pytest.mark.parametrize("latest", [1e300, -1e300, 253402300799.0, float("nan")])
def test_a_file_whose_time_is_no_date(latest):
    """A file system may have any number as the time of a file; dates without a year then end now."""
    assert _year(Timestamps(latest=latest).time(b"Jan  1 00:00:00")) in (
        datetime.now(timezone.utc).year,
        datetime.now(timezone.utc).year + 1,
    )
