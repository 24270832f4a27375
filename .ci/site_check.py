"""Checks the documents as a site (``make docs``): whole without a network, every link and every public name is there.

Sphinx has checked the sources by then; this reads what it has written, as a browser without a network would.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

#: Attributes that a browser loads by itself, by element; a link in the text isn't loaded.
LOADED = {
    "script": ("src",), "img": ("src", "srcset"), "iframe": ("src",), "source": ("src", "srcset"), "embed": ("src",),
    "link": ("href",), "object": ("data",), "video": ("src", "poster"), "audio": ("src",),
    "image": ("href", "xlink:href"), "use": ("href", "xlink:href"),
}  # fmt: skip
#: What style sheets load.
IN_STYLE = re.compile(r"""url\(\s*["']?([^"')]+)|@import\s+["']([^"']+)""")
EXTERNAL = re.compile(r"(?:[a-z][a-z0-9+.-]*:)?//", re.IGNORECASE)


class Page(HTMLParser):
    """What a page loads, what it links to, and its anchors."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.links: list[str] = []
        self.anchors: set[str] = set()
        self._style = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what an element loads, where it leads, and its name."""
        self._style = tag == "style"
        given = {name: value or "" for name, value in attrs}
        self.loads += [given[name] for name in LOADED.get(tag, ()) if given.get(name)]
        self.loads += in_style(given.get("style", ""))
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        self.anchors |= {given[name] for name in ("id", "name") if name in given}

    def handle_data(self, data: str) -> None:
        """Note what a style sheet inside the page loads."""
        if self._style:
            self.loads += in_style(data)
            self._style = False


def in_style(text: str) -> list[str]:
    """Return what a style sheet loads."""
    return [first or second for first, second in IN_STYLE.findall(text) if not first.startswith("data:")]


def external(site: Path) -> Iterator[str]:
    """No page and no style sheet may load anything from elsewhere."""
    for path in sorted(site.rglob("*.html")):
        for target in Page(path.read_text(encoding="utf-8")).loads:
            if EXTERNAL.match(target):
                yield f"{path.relative_to(site)}: loads {target}"
    for path in sorted(site.rglob("*.css")):
        for target in in_style(path.read_text(encoding="utf-8")):
            if EXTERNAL.match(target):
                yield f"{path.relative_to(site)}: loads {target}"


def links(site: Path) -> Iterator[str]:
    """Every file that a page links to or loads must exist, and have the anchor."""
    pages = {path: Page(path.read_text(encoding="utf-8")) for path in sorted(site.rglob("*.html"))}
    for path, page in pages.items():
        for target in page.loads + page.links:
            parts = urlsplit(target)
            if parts.scheme or parts.netloc:
                continue
            to = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            if not to.is_file():
                yield f"{path.relative_to(site)}: leads nowhere: {target}"
            elif parts.fragment and to in pages and unquote(parts.fragment) not in pages[to].anchors:
                yield f"{path.relative_to(site)}: no such anchor: {target}"


def names(site: Path, package: Path) -> Iterator[str]:
    """Every public name of the package must be described on the page of the interface."""
    shown = Page((site / "docs/site/api.html").read_text(encoding="utf-8")).anchors
    described = {anchor.rpartition(".")[2] for anchor in shown if anchor.startswith("identify.")}
    for node in ast.parse(package.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and any(getattr(one, "id", "") == "__all__" for one in node.targets):
            public = set(ast.literal_eval(node.value))
            break
    else:
        public = set()
        yield f"{package}: no __all__"
    for name in sorted(public - described):
        yield f"docs/site/api.rst: {name} isn't described"


def main(site: Path) -> int:
    """Check a site and return the exit status."""
    package = Path(__file__).parent.parent / "identify" / "__init__.py"
    broken = [*external(site), *links(site.resolve()), *names(site, package)]
    for offence in broken:
        print(offence)
    print(f"{len(list(site.rglob('*.html')))} pages in {site}: {len(broken)} faults")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
