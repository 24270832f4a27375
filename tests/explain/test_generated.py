"""What holds for the explanation of any request to any configuration."""

import json
import random

import generate
import strategies
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from identify.configuration import Configuration
from identify.explain import explain
from identify.request import Request

#: Reasons of a step at most: those listed of each verdict, the rest as a number, and a few notes.
MOST_REASONS = 40

generated = settings(
    max_examples=200,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)


@st.composite
def questions(draw):
    """Draw a configuration with its tokens, and the metadata of a request to it."""
    text = draw(strategies.configurations())
    configuration = Configuration.from_files({"pjsip.conf": text})
    return configuration, generate.tokens(configuration.registrations), draw(strategies.metadata_for(text))


@generated
@given(question=questions())
def test_answer_is_the_first_step_with_one(question):
    """Every identifier is asked in order, and the first endpoint is the answer, by an object that exists."""
    configuration, tokens, metadata = question

    explanation = explain(configuration, tokens, Request(**metadata))

    assert tuple(step.identifier for step in explanation.steps) == configuration.identifiers
    answers = [step for step in explanation.steps if step.endpoint is not None]
    assert (explanation.match is None) is (not answers)
    if answers:
        first = answers[0]
        match = explanation.match
        assert (match.endpoint, match.identifier, match.section) == (
            first.endpoint,
            first.identifier,
            first.section,
        )
    for step in answers:
        assert step.endpoint in configuration.endpoints
        if step.identifier == "line":
            assert configuration.registrations[step.section].endpoint == step.endpoint
        elif step.identifier in ("ip", "header", "request_uri"):
            assert configuration.identifies[step.section].endpoint == step.endpoint
        else:
            assert step.section is None


@generated
@given(question=questions())
def test_telling_everything_changes_no_answer(question):
    """The number of reasons is bounded, and the answers don't depend on how much is told."""
    configuration, tokens, metadata = question
    request = Request(**metadata)

    short = explain(configuration, tokens, request)
    long = explain(configuration, tokens, request, everything=True)

    assert short.match == long.match
    assert [(s.endpoint, s.section) for s in short.steps] == [(s.endpoint, s.section) for s in long.steps]
    assert all(len(step.reasons) <= MOST_REASONS for step in short.steps)


@generated
@given(question=questions())
def test_output_is_safe_and_serialisable(question):
    """Whatever was sent, the text is printable and the dictionary is JSON."""
    configuration, tokens, metadata = question

    explanation = explain(configuration, tokens, Request(**metadata))

    assert all(line.isprintable() for line in str(explanation).splitlines())
    assert json.loads(json.dumps(explanation.as_dict()))["screening"] == explanation.screening


def test_plain_generator_is_reproducible():
    """The same seed gives the same case, and requests are complete."""
    first = generate.generate_case(random.Random(7))
    second = generate.generate_case(random.Random(7))

    assert first == second
    files, requests = first
    assert len(Configuration.from_files(files).endpoints) > 0
    assert {tuple(request) for request in requests} == {
        ("data", "source", "port", "transport", "local", "transport_section")
    }


def test_generated_questions_often_have_answers():
    """The alphabet is small enough: every identifier finds something in a few hundred generated cases."""
    choice = generate.RandomChoice(random.Random(1))
    found = dict.fromkeys(
        ("line", "ip", "username", "anonymous", "header", "request_uri", "auth_username"), 0
    )

    for _ in range(300):
        text = generate.configuration_text(choice)
        configuration = Configuration.from_files({"pjsip.conf": text})
        sources = generate.sources_near(text)
        tokens = generate.tokens(configuration.registrations)
        for _ in range(3):
            request = Request(**generate.metadata(choice, sources))
            for step in explain(configuration, tokens, request).steps:
                found[step.identifier] += step.endpoint is not None

    assert min(found.values()) >= 5, found
