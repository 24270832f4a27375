"""The checks of the documents as a site: each planted fault is reported with its page, and nothing else is."""

from __future__ import annotations

from pathlib import Path

import pytest
import site_check

WHOLE = {
    "index.html": '<link rel="stylesheet" href="look.css"><a href="docs/site/api.html#identify.engine.Engine">x</a>',
    "docs/site/api.html": '<dt id="identify.engine.Engine"></dt><img src="data:image/png;base64,AA"><a href="#">top</a>',
    "look.css": "a { background: url(data:image/svg+xml;base64,AA) } @font-face { src: url('letters.woff') }",
}


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def offences(folder: Path, **planted: str) -> list[str]:
    """Return the faults of a site with these files added or replaced, ``__`` for a dot."""
    site = write(
        folder / "site", {**WHOLE, **{name.replace("__", "."): text for name, text in planted.items()}}
    )
    package = write(folder, {"package.py": '__all__ = [\n    "Engine",\n]\n'}) / "package.py"
    return [*site_check.external(site), *site_check.links(site), *site_check.names(site, package)]


def test_a_whole_site_has_no_fault(tmp_path: Path) -> None:
    """Links to pages, anchors and files that are there are right, and so is what a page has inside."""
    assert offences(tmp_path) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('<script src="https://cdn.example/x.js"></script>', "more.html: loads https://cdn.example/x.js"),
        ('<link rel="stylesheet" href="//cdn.example/x.css">', "more.html: loads //cdn.example/x.css"),
        ("<style>@import 'https://fonts.example/a';</style>", "more.html: loads https://fonts.example/a"),
        ('<p style="background: url(http://a.example/b.png)">', "more.html: loads http://a.example/b.png"),
        ('<a href="gone.html">', "more.html: leads nowhere: gone.html"),
        ('<img src="gone.png">', "more.html: leads nowhere: gone.png"),
        ('<a href="index.html#gone">', "more.html: no such anchor: index.html#gone"),
        ('<a href="#gone">', "more.html: no such anchor: #gone"),
        ('<a href="docs">', "more.html: leads nowhere: docs"),
    ],
)
def test_faults_of_pages(tmp_path: Path, text: str, said: str) -> None:
    """What a page loads from elsewhere and a link that leads nowhere are reported; a link out of it isn't."""
    planted = text + '<a href="https://www.example.com/">elsewhere</a>'

    assert offences(tmp_path, more__html=planted) == [said]


def test_faults_of_style_sheets(tmp_path: Path) -> None:
    """A style sheet that loads a font from elsewhere is reported."""
    text = "@font-face { src: url(https://fonts.example/a.woff2) }"

    assert offences(tmp_path, more__css=text) == ["more.css: loads https://fonts.example/a.woff2"]


def test_names_without_description(tmp_path: Path) -> None:
    """A public name that the page of the interface lacks is reported."""
    write(tmp_path / "site", {"docs/site/api.html": "<p>nothing</p>", "index.html": ""})
    package = write(tmp_path, {"package.py": '__all__ = ["Engine"]\n'}) / "package.py"

    assert list(site_check.names(tmp_path / "site", package)) == ["docs/site/api.rst: Engine isn't described"]
