"""Scenes for the pictures of reports: configurations with the traffic that they are shown with.

The same scene gives the same bytes.
"""

from __future__ import annotations

import random
from pathlib import Path

import attrs
import captures

from identify.configuration import Configuration
from identify.report import Given, comparison_page, result_page
from identify.simulation.runs.comparing import compare_files
from identify.simulation.runs.work import RunPlan, run

ASTERISK = "192.0.2.10"
TRANSPORT = f"[udp]\ntype = transport\nprotocol = udp\nbind = {ASTERISK}:5060\n"
OFFICE = (
    TRANSPORT
    + """
[alice]
type = endpoint

[bob]
type = endpoint

[warehouse]
type = endpoint
deny = 0.0.0.0/0
permit = 10.20.0.0/16

[provider]
type = endpoint

[provider]
type = identify
endpoint = provider
match = 198.51.100.0/28
"""
)
#: What someone wrote who meant /28 and a second provider.
WRONG = OFFICE.replace("/28", "/30") + "\n[fax]\ntype = endpoint\nalow = ulaw\nmatch = 10.20.0.9\n"
BROKEN = OFFICE.replace("[alice]\ntype = endpoint", "[alice]\ntype = endpiont").replace(
    "198.51.100.0/28", "198.51.100.0/82"
)

CALL = (
    "{method} sip:100@{asterisk} SIP/2.0\r\nVia: SIP/2.0/UDP {source}:5060;branch=z9hG4bK{number}\r\n"
    "From: <sip:{user}@pbx.example>;tag={number}\r\nTo: <sip:100@pbx.example>\r\nCall-ID: {number}@{source}\r\n"
    "CSeq: 1 {method}\r\nContact: <sip:{user}@{source}>\r\nContent-Length: 0\r\n\r\n"
)
#: The first calls of a scene are at this time.
MORNING = 1_700_031_600


@attrs.frozen
class Scene:
    """Configurations, the second one to compare with, and traffic; the paths are relative to the folder."""

    name: str
    config: str
    calls: list[tuple[float, str, str, str]]
    after: str | None = None

    def page(self, folder: Path) -> str:
        """Write its files into the folder, which is the current one, and return the page."""
        traffic = "monday.pcap"
        frames = [
            captures.framed(captures.datagram(_message(number, call), call[1], ASTERISK), captures.ETHERNET)
            for number, call in enumerate(self.calls)
        ]
        times = [int((MORNING + call[0]) * 1e9) for call in self.calls]
        (folder / traffic).write_bytes(captures.pcap(frames, times=times))
        (folder / "pjsip.conf").write_text(self.config, encoding="utf-8")
        plan = RunPlan(configuration=Configuration.from_path("pjsip.conf"), timeline=True)
        given = Given(
            config="pjsip.conf",
            traffic=[traffic],
            release="as Asterisk 23",
            made=int((MORNING + 90_000) * 1e9),
            command=["sip-identify", "simulate", "pjsip.conf"],
            problems={"pjsip.conf": "sip-identify show problems pjsip.conf"},
            sizes={traffic: (folder / traffic).stat().st_size, "pjsip.conf": len(self.config)},
        )
        if self.after is None:
            return result_page(run(plan, [traffic]), given)
        (folder / "new.conf").write_text(self.after, encoding="utf-8")
        compared = compare_files(plan, Configuration.from_path("new.conf"), [traffic])
        return comparison_page(
            compared.comparison, compared.timelines, attrs.evolve(given, against="new.conf")
        )


def scenes() -> dict[str, Scene]:
    """Return the scenes by name."""
    day = _office_day()
    found = (
        Scene("office", OFFICE, day),
        Scene("one-source", OFFICE, [(0.0, "203.0.113.7", "admin", "REGISTER")]),
        Scene("thousand-endpoints", _many_endpoints(), _many_calls()),
        Scene("broken", BROKEN, day),
        Scene("nothing-changes", OFFICE, day, OFFICE + "\n[carol]\ntype = endpoint\n"),
        Scene("changes", OFFICE, day, WRONG),
        Scene("empty", OFFICE, []),
    )
    return {scene.name: scene for scene in found}


def _message(number: int, call: tuple[float, str, str, str]) -> bytes:
    _, source, user, method = call
    return CALL.format(method=method, asterisk=ASTERISK, source=source, user=user, number=number).encode()


def _office_day() -> list[tuple[float, str, str, str]]:
    """Return a day of two phones, a provider, a forgotten phone, and scanners that come in the afternoon."""
    chance = random.Random(5)
    calls = []
    for hour in range(10):
        busy = (4, 9, 14, 16, 9, 6, 13, 15, 10, 3)[hour]
        calls += [
            (chance.uniform(0, 3600) + 3600 * hour, "10.20.0.11", "alice", "INVITE") for _ in range(busy)
        ]
        calls += [
            (chance.uniform(0, 3600) + 3600 * hour, "10.20.0.12", "bob", "INVITE") for _ in range(busy // 2)
        ]
        calls += [
            (
                chance.uniform(0, 3600) + 3600 * hour,
                f"198.51.100.{chance.randrange(1, 9)}",
                "+12025550123",
                "INVITE",
            )
            for _ in range(busy)
        ]
        calls.append((1800.0 + 3600 * hour, "10.30.0.40", "warehouse", "REGISTER"))
    calls += [(1200.0 + 3600 * hour, "10.20.0.31", "fax", "REGISTER") for hour in range(0, 10, 2)]
    calls += [(20_000 + 20.0 * turn, "203.0.113.99", str(100 + turn), "REGISTER") for turn in range(45)]
    calls += [(27_000 + 9.0 * turn, "203.0.113.7", "admin", "INVITE") for turn in range(12)]
    return sorted(calls)


def _many_endpoints() -> str:
    return TRANSPORT + "".join(f"[{number}]\ntype = endpoint\n" for number in range(1000, 2000))


def _many_calls() -> list[tuple[float, str, str, str]]:
    """Return calls of all endpoints, some of which are much busier than the others, and of 200 scanners."""
    chance = random.Random(6)
    calls = []
    for number in range(3_000):
        scans = chance.random() < 0.15
        user = (
            chance.choice(("admin", "100", "sip")) if scans else str(1000 + int(chance.random() ** 4 * 1000))
        )
        source = (
            f"203.0.113.{chance.randrange(200)}" if scans else f"10.20.{chance.randrange(4)}.{int(user[-2:])}"
        )
        calls.append((number * 12.0, source, user, "INVITE"))
    return calls
