"""The page of a simulation: it says what was counted, loads nothing, and takes no text for markup."""

from __future__ import annotations

import base64
import gzip
import hashlib
import re

import pages
import pytest
from plotly.offline import get_plotlyjs

from identify.configuration import Configuration
from identify.report import Given, comparison_page, result_page
from identify.simulation import Outcome, compare, simulate
from identify.simulation.results.timeline import Timeline
from identify.simulation.runs.work import RunPlan, run
from identify.traffic import open_traffic
from identify.traffic.batch import Batch

from .conftest import CALLS, GIVEN, IMAGE, LINK, SCRIPT

#: What makes a browser load something.
LOADING = re.compile(
    r"\bsrc\s*=|\bhref\s*=|\burl\(|@import|\bfetch\(|XMLHttpRequest|WebSocket|EventSource|sendBeacon|https?:|//\w",
    re.IGNORECASE,
)


@pytest.fixture
def page(result):
    """Give the page of the hostile calls."""
    return pages.Page(result_page(result, GIVEN))


def test_verdict_and_facts(page, result):
    """The page begins with what came of the traffic, as what, when, and with the numbers of the result."""
    assert page.verdict == (
        "10 of 16 requests are identified; 6 from 3 sources aren't: 198.51.100.9, 203.0.113.7, 203.0.113.70."
    )
    assert ("p", "class", "verdict bad") in page.attributes
    assert page.facts["messages"] == str(len(CALLS)) == str(result.messages)
    assert page.facts["asked about"] == str(result.asked)
    assert page.facts["identified"] == f"{result.outcomes[Outcome.IDENTIFIED]} (62.5 %)"
    assert page.facts["unidentified"] == f"{result.outcomes[Outcome.UNIDENTIFIED]} (37.5 %)"
    assert page.facts["unidentified sources"] == "3"
    assert page.facts["security events"] == str(sum(result.events.values()))
    assert "What Asterisk does with calls.pcap, configured by pjsip.conf" in page.text
    assert (
        "as Asterisk 23 · traffic of 2023-11-14 22:13:20 to 22:13:35 UTC · made 2023-11-14 22:15:00 UTC"
        in page.text
    )


def test_tables(page, result):
    """The tables have the rows of the result, with headings, shares, sources, events and reasons."""
    assert {row["outcome"]: int(row["messages"]) for row in page.rows("outcomes")} == {
        outcome.value: count for outcome, count in result.outcomes.items()
    }
    assert page.rows("endpoints")[0] == {
        "endpoint": SCRIPT,
        "identifier": "ip",
        "section": f"by-script{SCRIPT}",
        "requests": "5",
        "share": "31.2 %",
        "sources": "1",
    }
    assert [row["endpoint"] for row in page.rows("endpoints")] == [SCRIPT, IMAGE, LINK]
    strangers = page.rows("strangers")
    assert [(row["source"], row["requests"], row["events"]) for row in strangers] == [
        (source.source, str(source.requests), str(source.events)) for source in result.strangers.most()
    ]
    assert strangers[0]["nearest miss"] == result.nearest_miss(result.strangers.most()[0].example)
    assert page.rows("unused-rules") == [
        {
            "section": f"unused{IMAGE}",
            "identifier": "ip",
            "endpoint": f"gone{SCRIPT} (doesn't exist)",
        }
    ]
    assert page.rows("unused-endpoints") == [{"endpoint": "never<b>"}]


def test_charts(page, result):
    """The charts have the result's totals; plotly's own markup is escaped in their names."""
    names = [(text[:40] + "..." if len(text) > 40 else text) for text in (SCRIPT, IMAGE, LINK)]
    escaped = [name.replace("<", "&lt;").replace(">", "&gt;") for name in names]

    assert page.series("outcomes-over-time") == {
        outcome.value: count for outcome, count in result.outcomes.items()
    }
    assert "identifiers-over-time" not in page.charts, "all were identified by ip: this would be drawn twice"
    assert page.series("endpoints-over-time") == dict(zip(escaped, (5, 3, 2), strict=True))


def test_whole_numbers_on_the_axis(page):
    """Where a stretch of time has few messages, the axis has whole numbers only."""
    assert [chart["figure"]["layout"]["yaxis"]["dtick"] for chart in page.charts.values()] == [1, 1]


def test_nothing_is_markup(page):
    """No tag and no script is there but the template's: hostile names and users are text."""
    assert "img" not in page.tags
    assert page.tags.count("a") == len([1 for tag, name, value in page.attributes if name == "href"])
    assert all(value.startswith("#") for tag, name, value in page.attributes if name == "href")
    assert len(page.scripts) == page.tags.count("script") == 3
    assert page.source.count("<script") == 3
    assert not [name for _, name, _ in page.attributes if name.startswith("on")]
    assert "window.pwned" in page.text
    assert "<" not in page.script("charts")


def test_nothing_is_loaded(page):
    """Nothing in the page refers to something outside of it, hostile text aside, and its policy forbids it."""
    policy = next(value for tag, name, value in page.attributes if (tag, name) == ("meta", "content"))
    template = page.source.replace(page.script("library"), "").replace(page.script("charts"), "")
    attributes = {name for _, name, _ in page.attributes}
    style = re.search("<style>(.*?)</style>", template, re.DOTALL)[1]
    script = next(text for attributes, text in page.scripts if not attributes)

    assert attributes.isdisjoint({"src", "srcset", "action", "style", "data", "background"})
    assert not LOADING.search(style)
    assert not LOADING.search(re.sub(r"^\s*//.*", "", script, flags=re.MULTILINE))
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe-eval" not in policy
    assert "script-src" in policy
    assert "unsafe-inline" not in policy.split("style-src")[0]


def test_policy_names_the_scripts(page):
    """The policy has the digests of the page's script, as a browser reads it, and of plotly's, as it is packed."""
    policy = next(value for tag, name, value in page.attributes if (tag, name) == ("meta", "content"))
    script = next(text for attributes, text in page.scripts if not attributes)
    library = gzip.decompress(base64.b64decode(page.script("library"))).decode()

    assert library == get_plotlyjs()
    for text in (script, library):
        assert f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'" in policy


def test_same_page_again(result):
    """The same result gives the same page."""
    first, second = (result_page(result, GIVEN) for _ in range(2))

    assert first == second


def test_names_that_are_no_text():
    """A file's name that isn't UTF-8, or would steer a display, is written as escapes."""
    result = simulate(Configuration.from_files({"pjsip.conf": ""}), [])
    page = result_page(result, Given(config="a\udcff\u202eb<i>", traffic=["x\x1b[2J"]))

    assert "with x\\x1b[2J, configured by a\\xff\\u202eb&lt;i&gt;" in page
    page.encode()


def test_no_traffic():
    """Without messages the page has its summary, and neither charts nor the library."""
    plan = RunPlan(configuration=Configuration.from_files({"pjsip.conf": ""}), timeline=True)
    page = pages.Page(result_page(run(plan, []), Given(config="pjsip.conf", traffic=[])))

    assert page.facts["messages"] == "0"
    assert set(page.tables) == {"files"}
    assert page.verdict == "There is nothing to identify: the traffic has no SIP messages."
    assert page.charts == {}
    assert page.script("library") == ""
    assert len(page.source) < 24_000


def test_no_times(config):
    """Of messages without time there are tables, but no charts."""
    batch = Batch()
    batch.append(
        b"OPTIONS sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP 192.168.0.1\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:a@b>\r\n"
        b"Call-ID: 1\r\nCSeq: 1 OPTIONS\r\n\r\n",
        frame=1,
        source="192.168.0.1",
        port=5060,
    )
    result = simulate(Configuration.from_path(config), [batch])
    result.timeline = Timeline()
    page = pages.Page(result_page(result, Given(config=config, traffic=["rows.csv"])))

    assert "the traffic has no times" in page.text
    assert page.charts == {}
    assert [row["messages"] for row in page.rows("outcomes")] == ["1"]


def test_readers_and_remarks(result):
    """The page shows what readers skipped with its meaning, their problems, and how much was forgotten."""
    reading = result.readings[0].__class__(
        name="a.pcap",
        format="pcap",
        counts={"arp": 3, "odd<b>": 1},
        problems=("ends in packet 7 <b>\x1b[2J",),
    )
    result.readings = [reading]
    result.forgotten["dialogs"] = 12
    page = pages.Page(result_page(result, Given(config="pjsip.conf", traffic=["a.pcap"])))

    assert [(row["reason"], row["count"], row["meaning"]) for row in page.rows("skipped")] == [
        ("arp", "3", "ARP"),
        ("odd<b>", "1", ""),
    ]
    assert page.rows("problems") == [{"traffic": "a.pcap", "problem": "ends in packet 7 <b>\\x1b[2J"}]
    assert "12 dialogs were forgotten" in page.text


def test_comparison(config, traffic, tmp_path):
    """The page of a comparison has each change with its numbers and frames, and both traces of its first example."""
    other = tmp_path / "other.conf"
    other.write_text("[anonymous]\ntype = endpoint\nidentify_by = anonymous\n", encoding="utf-8")
    with open_traffic(traffic) as reader:
        comparison = compare(Configuration.from_path(config), Configuration.from_path(other), reader)
    page = pages.Page(
        comparison_page(
            comparison, (Timeline(), None), Given(config=config, against=str(other), traffic=[traffic])
        )
    )

    assert page.facts["requests that change"] == str(comparison.changed)
    assert [
        (row["before"], row["endpoint before"], row["after"], row["endpoint after"], int(row["requests"]))
        for row in page.rows("changes")
    ] == [
        (
            change.before.outcome.value,
            change.before.endpoint,
            change.after.outcome.value,
            change.after.endpoint,
            count,
        )
        for change, count in comparison.most()
    ]
    for trace in comparison.explain(comparison.examples[comparison.most()[0][0]][0]):
        assert trace in page.text
    assert page.tags.count("details") == len(comparison.changes) == 3
    assert page.tags.count("script") == 3
