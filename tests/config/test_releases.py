"""The release is an argument of reading: what it says of the order of objects is what the configuration has."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import attrs
import pytest
from consoles import ROOT

from identify.config.releases import Release
from identify.configuration import Configuration
from identify.model import Identify

TEXT = "".join(
    f"[{id}]\ntype=endpoint\n[{id}]\ntype=identify\nendpoint={id}\nmatch=192.0.2.1\n" for id in "bac"
)


class Backwards(Release):
    """Tries objects from the last id to the first."""

    def arranged(
        self, configured: Sequence[Identify], made: Sequence[Identify], sections: int
    ) -> list[Identify]:
        """Return the objects, the last one first."""
        return super().arranged(configured, made, sections)[::-1]


@pytest.mark.parametrize("way", ["files", "path"])
def test_release_is_passed_down(way: str, tmp_path: Path) -> None:
    """Every way of reading asks the release that was given, and by default the newest."""
    (tmp_path / "pjsip.conf").write_text(TEXT)

    def read(**release: Release) -> Configuration:
        if way == "files":
            return Configuration.from_files({"pjsip.conf": TEXT}, **release)
        return Configuration.from_path(tmp_path, **release)

    assert list(read().identifies) == ["a", "b", "c"]
    assert list(read(release=Backwards()).identifies) == ["c", "b", "a"]


def test_whatever_a_release_says_is_read() -> None:
    """No field of a release is read by nobody: whoever set it would believe that it has an effect."""
    package = "".join(
        path.read_text(encoding="utf-8")
        for path in (ROOT / "identify").rglob("*.py")
        if path.name != "releases.py"
    )

    assert [field.name for field in attrs.fields(Release) if f".{field.name}" not in package] == []
