"""Every recorded request to every recorded release, in all ways of asking: the endpoint, and each identifier's own."""

import pytest
from recorded import cases, engines, every_family, records, shown, wire

from identify.errors import MessageError
from identify.explain import transport_section
from identify.request import Request

families = pytest.mark.parametrize(("corpus", "family"), every_family())


def asked(corpus, family):
    """Yield the cases of a family: a name for messages, the case, and the engine to ask."""
    every = iter(cases(corpus, family))
    for record, engine in zip(records(corpus)[family], engines(corpus, family), strict=True):
        for _ in record["cases"]:
            yield (*next(every), engine)


def first_answer(engine, expected):
    """Return the recorded endpoint with the identifier whose own answer it was."""
    answers = ((name, expected["methods"][name]) for name in engine.identifiers)
    first = next(((endpoint, name) for name, endpoint in answers if endpoint is not None), None)
    assert expected.get("identifier", first and first[1]) == (first and first[1])
    return first


def difference(engine, expected, match):
    """Return what is wrong with an answer, None if it is right."""
    found = (match.endpoint, match.identifier) if match is not None else None
    if found != first_answer(engine, expected) or (found and found[0]) != expected["endpoint"]:
        return f"{match}, expected {expected['endpoint']!r} of {expected['methods']}"
    return None


@families
def test_order(corpus, family):
    """The identifiers are asked in the recorded order."""
    for record, engine in zip(records(corpus)[family], engines(corpus, family), strict=True):
        assert list(engine.identifiers) == record["order"], f"{family} {record['n']}"


@families
def test_messages(corpus, family):
    """A message gets the recorded endpoint by the recorded identifier, or is refused if it was dropped."""
    wrong = []
    for place, case, engine in asked(corpus, family):
        expected = case["expect"]
        try:
            match = engine.identify_message(**wire(case))
        except MessageError as error:
            if expected["parse"] == "ok":
                wrong.append(f"{place}: refused: {error}")
            continue
        if expected["parse"] != "ok":
            wrong.append(f"{place}: {match}, but Asterisk says {expected['parse']}")
        elif (told := difference(engine, expected, match)) is not None:
            wrong.append(f"{place}: {told}")
    assert not wrong, shown(wrong)


@families
def test_requests(corpus, family):
    """A request read first and asked about then gets the same answer as its message, whichever release has read it."""
    wrong = []
    for place, case, engine in asked(corpus, family):
        if case["expect"]["parse"] == "ok":
            for release in (None, engine.configuration.release):
                request = Request.from_message(**wire(case), release=release)
                told = difference(engine, case["expect"], engine.identify(request))
                if told is not None:
                    wrong.append(f"{place}: {told}")
    assert not wrong, shown(wrong)


@families
def test_explanations(corpus, family):
    """Each identifier's own answer is the recorded one, and the whole agrees with the engine's."""
    wrong = []
    for place, case, engine in asked(corpus, family):
        expected = case["expect"]
        if expected["parse"] != "ok":
            continue
        request = Request.from_message(**wire(case))
        explanation = engine.explain(request)
        assert tuple(step.identifier for step in explanation.steps) == engine.identifiers
        wrong += [
            f"{place}: {step.identifier} says {step.endpoint!r}, expected "
            f"{expected['methods'][step.identifier]!r}: {'; '.join(map(str, step.reasons[:3]))}"
            for step in explanation.steps
            if step.endpoint != expected["methods"][step.identifier]
        ]
        if explanation.screening != expected["filter"]:
            wrong.append(f"{place}: {explanation.screening!r}, expected {expected['filter']!r}")
        if explanation.match != engine.identify(request):
            wrong.append(f"{place}: {explanation.match}, but the engine says {engine.identify(request)}")
    assert not wrong, shown(wrong)


@families
def test_transport_sections(corpus, family):
    """The transport section that the identifiers find is the recorded one."""
    wrong = []
    for place, case, engine in asked(corpus, family):
        if "tp" in case["expect"] and case["expect"]["parse"] == "ok":
            found = transport_section(engine.configuration, Request.from_message(**wire(case)))
            if (found and found.id) != case["expect"]["tp"]:
                wrong.append(f"{place}: {found and found.id!r}, expected {case['expect']['tp']!r}")
    assert not wrong, shown(wrong)
