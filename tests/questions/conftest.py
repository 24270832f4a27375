"""What the tests of upgrades share: the same files read for an older release and for the newest."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest
from older import OlderRelease

from identify.config.releases import Release
from identify.configuration import Configuration
from identify.engine import Engine
from identify.questions.upgrading import Finding, Upgrade, upgrade

#: The order of hashes is A, trunk-b, trunk-a, trunk-c; that of the newest release A, trunk-a, trunk-b, trunk-c.
ENDPOINTS = "".join(f"[{id}]\ntype = endpoint\n" for id in ("a", "b", "c"))


class Upgraded:
    """An upgrade, and both configurations to ask again."""

    def __init__(self, files: Mapping[str, str], before: str | Release, after: str | Release) -> None:
        self.before = Configuration.from_files(files, release=before)
        self.after = Configuration.from_files(files, release=after)
        self.answer: Upgrade = upgrade(self.before, self.after)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The findings."""
        return self.answer.findings

    def check_witnesses(self) -> None:
        """Ask both engines again about each witness."""
        engines = Engine(self.before), Engine(self.after)
        for finding in self.findings:
            witness = finding.witness
            if witness is None:
                continue
            answers = [
                engine.identify_message(witness.message, witness.source, witness.port) for engine in engines
            ]
            assert answers == [witness.before, witness.after], finding.what
            assert answers[0] != answers[1], finding.what

    def pairs(self) -> set[tuple[str | None, str | None]]:
        """The sections before and after of all witnesses."""
        return {
            (
                finding.witness.before and finding.witness.before.section,
                finding.witness.after and finding.witness.after.section,
            )
            for finding in self.findings
            if finding.witness is not None
        }


@pytest.fixture
def upgraded() -> Callable[..., Upgraded]:
    """Read a pjsip.conf for both releases, ask what changes, and ask about each witness again."""

    def make(
        text: str,
        *,
        bits: int = 0,
        before: str | Release | None = None,
        after: str | Release = "23",
        files: Mapping[str, str] | None = None,
        endpoints: str = ENDPOINTS,
    ) -> Upgraded:
        older = OlderRelease(bits=bits) if before is None else before
        made = Upgraded({"pjsip.conf": endpoints + text, **(files or {})}, older, after)
        made.check_witnesses()
        return made

    return make
