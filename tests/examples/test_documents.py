"""What the documents show is what happens: commands, sessions in Python, links."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import pytest
from consoles import DOCUMENTS, ROOT, consoles

from identify.commands.main import sip_identify

SESSION = re.compile(r"^```pycon\n(.*?)^```$", re.MULTILINE | re.DOTALL)
#: What looks like a link in there isn't one.
CODE = re.compile(r"^```.*?^```$|`[^`\n]*`", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?P<target>[^)#\s]+)(?:#[^)\s]*)?\)")


def name(document: Path) -> str:
    return str(document.relative_to(ROOT))


def with_block(start: str) -> list[Path]:
    return [document for document in DOCUMENTS if f"\n```{start}\n" in document.read_text(encoding="utf-8")]


@pytest.mark.parametrize("document", with_block("console"), ids=name)
def test_commands_print_what_is_shown(document: Path) -> None:
    """Each command of a document prints exactly what stands below it; ``make examples`` writes it anew."""
    for console in consoles(document):
        assert console.run() == console.output, console.typed


@pytest.mark.parametrize("document", with_block("pycon"), ids=name)
def test_sessions_print_what_is_shown(document: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each Python session of a document runs, in the order of the page and from the root of the project."""
    monkeypatch.chdir(ROOT)
    text = "\n".join(SESSION.findall(document.read_text(encoding="utf-8")))
    session = doctest.DocTestParser().get_doctest(text, {}, name(document), str(document), 0)
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)

    runner.run(session)

    assert runner.tries > 0
    assert runner.failures == 0


@pytest.mark.parametrize(
    "document",
    [
        *DOCUMENTS,
        *(ROOT / name for name in ("CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", "_ext/README.md")),
    ],
    ids=name,
)
def test_links_lead_somewhere(document: Path) -> None:
    """Each relative link of a document leads to a file of the project."""
    text = CODE.sub("", document.read_text(encoding="utf-8"))
    targets = [found["target"] for found in LINK.finditer(text)]

    missing = [
        target for target in targets if "://" not in target and not (document.parent / target).exists()
    ]

    assert missing == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=name)
def test_pages_say_where_to_run(document: Path) -> None:
    """A page says in which folder its commands run, and its Python sessions if they read files, before the first."""
    text = document.read_text(encoding="utf-8")
    folder = str(document.parent.relative_to(ROOT))
    before = re.split(r"^```(?:console|pycon)$", text, maxsplit=1, flags=re.MULTILINE)[0]

    if "\n```console\n" in text:
        assert (f"`{folder}`" if folder != "." else "root of") in before
    if any(re.search(r"[\"'](examples|docs|tests)/", session) for session in SESSION.findall(text)):
        assert re.search(r"\broot\b", before)
    # Whoever has installed a wheel has the examples and the documents, but no samples of the tests.
    if "tests/data/" in "".join([console.typed for console in consoles(document)] + SESSION.findall(text)):
        assert "a checkout](../../README.md#install), which alone has the samples in `tests/data`" in before


def test_shown_commands_are_ours() -> None:
    """The documents show the command that is installed, in every one of its uses."""
    shown = {console.arguments[0] for document in DOCUMENTS for console in consoles(document)}

    assert {"explain", "show"} <= shown <= set(sip_identify.commands)
