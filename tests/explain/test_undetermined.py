"""What isn't known: the possible answers are those of every content, found out by trying each."""

import random

import generate
import pytest
import strategies
import universes
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st


def compare_many(seed, count, make, requests=10):
    """Compare ``count`` cases; return how many requests were undetermined."""
    choice = generate.RandomChoice(random.Random(seed))
    return sum(
        universes.compare(make(choice), [universes.request(choice) for _ in range(requests)])
        for _ in range(count)
    )


def test_names_and_tokens_exactly():
    """Names, wizards in place of objects with names, and untold tokens: the answers are those of all contents."""
    undetermined = compare_many(1, 60, universes.names_case)

    assert 60 < undetermined < 540


@pytest.mark.parametrize("types", universes.TYPES, ids=" ".join)
def test_further_objects_exactly(types):
    """Objects of whole types: the answers are those of all contents of a small universe of objects."""
    undetermined = compare_many(2, 3, lambda choice: universes.objects_case(choice, types))

    assert undetermined > 0


@pytest.mark.slow
@pytest.mark.parametrize("types", [("endpoint",), ("global",)], ids=" ".join)
def test_further_endpoints_and_settings_exactly(types):
    """Endpoints of any id and identify_by, and every order of identifiers."""
    assert compare_many(3, 4, lambda choice: universes.objects_case(choice, types)) > 0


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_names_and_tokens_exactly_if_drawn(data):
    """The same for what Hypothesis finds, which it makes small where it fails."""
    choice = strategies.DrawnChoice(data.draw)

    universes.compare(universes.names_case(choice), [universes.request(choice) for _ in range(4)])
