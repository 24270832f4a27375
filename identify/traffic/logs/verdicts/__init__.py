"""What Asterisk's own log says about the requests in it: identified, by what, refused."""

from identify.traffic.logs.verdicts.reading import LoggedVerdict, read_verdicts

__all__ = ["LoggedVerdict", "read_verdicts"]
