"""Times of log records.

Knows the date formats that `dateformat` in logger.conf usually produces; a date in another format is not an error,
its time is unknown.  So is that of a date before 1970 or after April 2262, which times in nanoseconds can't have.

Facts

- The default format (``Nov 22 19:52:11``) has no year and no zone.
- Fractions have one to six digits; a zone is ``+0000`` or ``+00:00``, in PostgreSQL ``+00``.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone, tzinfo

__all__ = ["Timestamps"]

MONTHS = {
    month: number
    for number, month in enumerate(b"Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(), 1)
}
SHORT = re.compile(
    rb"(?:[A-Z][a-z]{2} )?([A-Z][a-z]{2}) +(\d{1,2}) (?:(\d{4}) )?(\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9}))?(?: (\d{4}))?\Z"
)
ISO = re.compile(
    rb"(\d{4})-(\d\d)-(\d\d)[ T](\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9}))?"
    rb" ?(?:(Z|UTC|GMT)|([+-])(\d\d)(?::?(\d\d))?)?\Z"
)
DAY = timedelta(days=1)
LEAP = 60
NANOSECONDS = 1_000_000_000
UNKNOWN = -1
#: The latest time: times are signed 64-bit numbers, and all negative ones are unknown.
LATEST = (1 << 63) - 1


class Timestamps:
    """From the text between the brackets to nanoseconds since the epoch.

    ``zone`` is the zone of dates without one.  ``year`` is the year of the first date without one, and a new year
    begins where the months start over; without ``year``, each date gets the last year in which it isn't later than a
    day after ``latest``.
    """

    def __init__(self, *, zone: tzinfo = timezone.utc, year: int | None = None, latest: float | None) -> None:
        self._zone = zone
        self._year = year
        self._month = 0
        self._latest = _day_after(latest, zone)
        # Bursts of records have the same date.
        self._last = (b"", UNKNOWN)

    def time(self, text: bytes) -> int:
        """Return the time, -1 if the text is not a date or no time has room for it."""
        if text != self._last[0]:
            self._last = (text, self._parse(text))
        return self._last[1]

    def _parse(self, text: bytes) -> int:
        try:
            if found := ISO.match(text):
                year, month, day, hour, minute, second = (int(found[part]) for part in range(1, 7))
                # The clock of POSIX has no leap seconds: 23:59:60 is the second after 23:59:59.
                leap = second == LEAP
                date = datetime(year, month, day, hour, minute, second - leap, tzinfo=self._iso_zone(found))
                return _epoch(date, found[7]) + leap * NANOSECONDS
            if (found := SHORT.match(text)) and (month := MONTHS.get(found[1], 0)):
                clock = (int(found[4]), int(found[5]), int(found[6]))
                return _epoch(self._dated(month, int(found[2]), clock, found[3] or found[8]), found[7])
        except (ValueError, OverflowError):
            return UNKNOWN
        return UNKNOWN

    def _iso_zone(self, found: re.Match[bytes]) -> tzinfo:
        if found[8]:
            return timezone.utc
        if not found[9]:
            return self._zone
        offset = timedelta(hours=int(found[10]), minutes=int(found[11] or 0))
        return timezone(-offset if found[9] == b"-" else offset)

    def _dated(self, month: int, day: int, clock: tuple[int, int, int], year: bytes | None) -> datetime:
        if year:
            return datetime(int(year), month, day, *clock, tzinfo=self._zone)
        if self._year is not None:
            if month < self._month - 6:
                self._year += 1
            self._month = month
            return datetime(self._year, month, day, *clock, tzinfo=self._zone)
        # Go back as far as a leap year, for the 29th of February.
        for candidate in range(self._latest.year, self._latest.year - 9, -1):
            try:
                date = datetime(candidate, month, day, *clock, tzinfo=self._zone)
            except ValueError:
                continue
            if date <= self._latest:
                return date
        raise ValueError("no such date")


def _day_after(latest: float | None, zone: tzinfo) -> datetime:
    """Return the time of a file and a day; a day from now if the file's is not a date."""
    if latest is not None:
        try:
            return datetime.fromtimestamp(latest, zone) + DAY
        except (ValueError, OverflowError, OSError):
            pass
    return datetime.now(zone) + DAY


def _epoch(date: datetime, fraction: bytes | None) -> int:
    time = int(date.timestamp()) * NANOSECONDS + int((fraction or b"0").ljust(9, b"0"))
    return time if 0 <= time <= LATEST else UNKNOWN
