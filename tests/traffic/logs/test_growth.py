"""Logs in which each record makes the reader look for its end: what is searched grows with the log, not with its square."""

import pytest
from logged import messages

from identify.traffic.logs import ahead, wrapping

BODY = b"OPTIONS sip:a@b SIP/2.0\r\nVia: SIP/2.0/TCP h\r\nCall-ID: 1\r\nCSeq: 1 OPTIONS\r\n\r\n"
STAMP = b"[Nov 22 19:52:11] "


def _headline(count, transport=b"TCP"):
    return b"<--- Received SIP request (%d bytes) from %s:192.0.2.1:5060 --->\n" % (count, transport)


def _dated(text):
    return b"".join(STAMP + line + b"\n" for line in text.split(b"\n")[:-1])


def _level(thread):
    return STAMP + b"VERBOSE[%d] res_pjsip_logger.c: " % thread


#: Records, each of which is written many times: of a console, of threads that are all different, without any end.
KINDS = {
    "console": lambda number: _headline(65_000) + BODY + b"\n",
    "datagrams": lambda number: _headline(65_000, b"UDP") + BODY + b"\n",
    "terminal": lambda number: (_headline(65_000) + BODY + b"\n").replace(b"\n", b"\r\n"),
    "dated": lambda number: _dated(_headline(65_000) + BODY + b"\n"),
    "threads": lambda number: _level(number) + _headline(len(BODY)) + BODY + b"\n",
    "other threads": lambda number: (
        _level(2 * number)
        + _headline(len(BODY))
        + BODY
        + b"\n"
        + STAMP
        + b"DEBUG[%d] x.c: t\n" % (2 * number + 1)
    ),
    "without end": lambda number: b"pbx*CLI> " + _headline(1) + b"a: b\r\n" * 5,
    "edited": lambda number: (
        _headline(10).replace(b"Received", b"Transmitting").replace(b"from", b"to") + BODY + b"\n"
    ),
}

ANSWER = b"SIP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n"
#: A message with the right byte count, so that a log isn't taken for an edited one.
FITTING = b"<--- Transmitting SIP response (%d bytes) to UDP:192.0.2.1:5060 --->\n%s\n" % (
    len(ANSWER),
    ANSWER,
)


class _Counted:
    """An expression that counts the bytes it is asked to search."""

    def __init__(self, pattern, total):
        self._pattern, self._total = pattern, total
        self.pattern = pattern.pattern

    def match(self, data, *place):
        return self._pattern.match(data, *place)

    def search(self, data, position, end):
        found = self._pattern.search(data, position, end)
        self._total[0] += (found.end() if found else min(end, len(data))) - position
        return found

    def finditer(self, data, position=0, end=None):
        self._total[0] += (len(data) if end is None else end) - position
        return self._pattern.finditer(data, position, len(data) if end is None else end)


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_searched_grows_with_the_log(kind, monkeypatch):
    """Twice as many records take about twice as many searched bytes, and each byte is searched a few times only."""
    searched = []
    for number in (250, 500, 1000):
        log = FITTING + b"".join(map(KINDS[kind], range(1, number + 1)))
        total = [0]
        with monkeypatch.context() as patch:
            for name in ("START", "UNDATED", "HEADERS_END"):
                patch.setattr(ahead, name, _Counted(getattr(ahead, name), total))
            patch.setattr(
                ahead, "RECORD", {dated: _Counted(pattern, total) for dated, pattern in ahead.RECORD.items()}
            )
            patch.setattr(
                wrapping,
                "WRAPPING",
                {how: _Counted(pattern, total) for how, pattern in wrapping.WRAPPING.items()},
            )
            messages(log, format="log")
        searched.append(total[0])
        assert total[0] < 12 * len(log)
    assert searched[2] < 2.5 * searched[1] + 100_000
