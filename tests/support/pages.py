"""A report as its reader sees it: the facts, tables, scripts and attributes of a page, by the standard library's parser."""

from __future__ import annotations

import html.parser
import json


class Page(html.parser.HTMLParser):
    """A parsed page.

    ``facts`` by label; ``tables`` by id, each its headings and its rows of text; ``scripts`` are (attributes, text);
    ``text`` is all that is shown, ``verdict`` the first sentence of it, ``commands`` are those to copy.
    """

    def __init__(self, source):
        super().__init__(convert_charrefs=True)
        self.source = source
        self.tags = []
        self.attributes = []
        self.scripts = []
        self.facts = {}
        self.tables = {}
        self.text = ""
        self.verdict = ""
        self.commands = []
        self._label = ""
        self._inside = []
        self.feed(source)
        self.close()

    def handle_starttag(self, tag, attrs):
        """Take a tag down, and open what its text belongs to."""
        self.tags.append(tag)
        self.attributes += [(tag, name, value) for name, value in attrs]
        if tag in ("meta", "path"):
            return
        self._inside.append(tag)
        if tag == "script":
            self.scripts.append([dict(attrs), ""])
        elif tag == "table":
            self._rows = self.tables[dict(attrs)["id"]] = []
        elif tag == "tr":
            self._rows.append([])
        elif tag in ("td", "th"):
            self._rows[-1].append("")
        elif tag == "dt":
            self._label = ""
        elif tag == "code":
            self.commands.append("")
        if dict(attrs).get("id") == "verdict":
            self._inside[-1] = "verdict"

    def handle_endtag(self, tag):
        """Close what a tag opened."""
        assert self._inside.pop() in (tag, "verdict")

    def handle_data(self, data):
        """Give text to what it stands in."""
        inside = self._inside
        if "script" in inside:
            self.scripts[-1][1] += data
        elif "style" not in inside:
            self.text += data
            if "verdict" in inside:
                self.verdict += data
            if "code" in inside:
                self.commands[-1] += data
            elif "summary" in inside and "td" in inside:
                pass
            elif "td" in inside or "th" in inside:
                self._rows[-1][-1] += data
            elif "dt" in inside:
                self._label += data
            elif "dd" in inside:
                self.facts[self._label] = self.facts.get(self._label, "") + data

    def rows(self, id):
        """Return the rows of a table as dicts by heading."""
        heading, *rows = self.tables[id]
        return [dict(zip(heading, row, strict=True)) for row in rows]

    def script(self, id):
        """Return the text of a script that has an id."""
        return next(text for attributes, text in self.scripts if attributes.get("id") == id)

    @property
    def charts(self):
        """The charts by id."""
        return {chart["id"]: chart for chart in json.loads(self.script("charts"))}

    def series(self, id):
        """Return what a chart shows, as counts by name."""
        return {trace["name"]: sum(trace["y"]) for trace in self.charts[id]["figure"]["data"]}

    def colours(self, id):
        """Return the names of a chart's colours by the names of its series."""
        names = (trace["name"] for trace in self.charts[id]["figure"]["data"])
        return dict(zip(names, self.charts[id]["colours"], strict=True))
