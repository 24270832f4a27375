"""The compiled engine against ``explain``: generated cases, and the long run in small."""

import re

import agree
import dialects
import generate
import pytest
import strategies
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from identify.configuration import Configuration
from identify.engine import Engine
from identify.errors import MessageError
from identify.model import Match
from identify.request import Request

generated = settings(
    max_examples=150, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


#: The newest release half of the time, else one that reads requests differently.
releases = st.one_of(st.just(dialects.DIALECTS[0]), st.sampled_from(dialects.DIALECTS))


def engine_of(text, release):
    """Return the engine of a generated configuration, with the tokens that generated requests carry."""
    configuration = Configuration.from_files({"pjsip.conf": text}, release=release)
    return Engine(configuration, generate.tokens(configuration.registrations))


@generated
@given(case=strategies.cases(), release=releases)
def test_messages(case, release):
    """A message is answered with the explained endpoint, identifier and section, or refused in the same words."""
    text, requests = case
    engine = engine_of(text, release)

    for arguments in requests:
        try:
            request = Request.from_message(**arguments, release=release)
        except MessageError as error:
            with pytest.raises(MessageError) as caught:
                engine.identify_message(**arguments)
            assert (caught.value.reason, caught.value.offset) == (error.reason, error.offset)
        else:
            explained = engine.explain(request).match
            assert engine.identify_message(**arguments) == explained
            assert engine.identify(request) == explained
            assert engine.identify(Request.from_message(**arguments)) == explained


@st.composite
def described(draw):
    """Draw a configuration and the metadata of a request to it."""
    text = draw(strategies.configurations())
    return text, draw(strategies.metadata_for(text))


@generated
@given(case=described(), release=releases)
def test_metadata(case, release):
    """A request made of metadata is answered as it is explained, whichever release has read it."""
    text, metadata = case
    engine = engine_of(text, release)
    request = Request(**metadata)

    assert engine.identify(request) == engine.identify(Request(**metadata, release=release))
    assert engine.identify(request) == engine.explain(request).match


def test_long_run_in_small(capsys):
    """The long run finds no difference, and its requests are answered by every identifier and none."""
    assert agree.main(["--pairs", "2000", "--seed", "7", "--jobs", "1"]) == 0

    printed = capsys.readouterr().out
    counts = {name: int(count) for count, name in re.findall(r"^ +(\d+)  (.+)$", printed, re.MULTILINE)}
    for identifier in ("line", "ip", "username", "anonymous", "header", "request_uri", "auth_username"):
        assert counts[f"alone: {identifier}"] > 0
        assert counts[f"answer: {identifier}"] > 0
    assert counts["answer: none"] > 0
    assert counts["refused"] > 0
    assert re.search(r"^2000 pairs in .* with 1 process: 0 differences$", printed, re.MULTILINE)


def test_long_run_in_processes():
    """Several processes go through the same pairs as one."""
    alone, _ = agree.run(3, 5, 1030, 1, lambda text: None)
    together, _ = agree.run(3, 5, 1030, 2, lambda text: None)

    assert alone == together
    assert alone["pairs"] == 1030


class Liar:
    """An engine that says one thing where it says anything, and once something else."""

    def __init__(self, configuration, tokens):
        self.engine = Engine(configuration, tokens)
        self.explain = self.engine.explain
        self.identify_message = self.engine.identify_message

    def identify(self, request):
        """Answer rightly but for the section."""
        match = self.engine.identify(request)
        return match and Match(match.endpoint, match.identifier, "elsewhere")


def test_long_run_sees_a_difference(monkeypatch, capsys):
    """A wrong section is a difference: it is printed with the command that repeats it, and the status is 1."""
    monkeypatch.setattr(agree, "Engine", Liar)

    assert agree.main(["--pairs", "200", "--seed", "7", "--jobs", "1"]) == 1

    printed = capsys.readouterr().out
    again = re.search(r"again: python tests/long/agree.py (.*)", printed)[1]
    first = printed.split("again: ")[0]
    assert "identify: (" in first
    assert "elsewhere" in first
    assert agree.main([*again.split(), "--jobs", "1"]) == 1
    assert capsys.readouterr().out.split("again: ")[0] == first
