"""What Asterisk's own log says about its requests: whether they were identified, by what, or refused."""

from identify.traffic.logs.verdicts.reading import LoggedVerdict, read_verdicts

__all__ = ["LoggedVerdict", "read_verdicts"]
