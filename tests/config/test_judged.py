"""Registrations, transports and wizards against a second reading of the same facts; tests/long/judge.py tries more."""

from __future__ import annotations

from random import Random

import judge
import pytest

ROUNDS = 3000


def test_uris() -> None:
    """URIs of registrations are accepted alike, with the same host and transport, and so are those of proxies."""
    accepted, routes = judge.uris(Random(1), ROUNDS)

    assert ROUNDS * 0.2 < accepted < routes < ROUNDS * 0.8


@pytest.mark.parametrize("seed", [1, 2])
def test_parts_of_uris(seed: int) -> None:
    """Users of Contacts and parameters of headers are accepted alike."""
    assert judge.parts_of_uris(Random(seed), ROUNDS) > ROUNDS // 20


def test_registrations() -> None:
    """A registration exists if its URI is accepted and its server is reached, with any set of transports."""
    assert judge.registrations(Random(3), ROUNDS) > ROUNDS * 0.05


def test_transports() -> None:
    """The same sections are refused, whatever addresses, ports and protocols stand before them."""
    assert judge.transports(Random(4), ROUNDS) > ROUNDS // 3


def test_patterns() -> None:
    """Patterns say the same, nested references and parts of values included."""
    assert judge.patterns(Random(5), ROUNDS) > ROUNDS // 3


def test_wizards() -> None:
    """The same objects are made of a wizard's section, and sections of all kinds occur."""
    suffixes = ("", "-oauth", "-iauth", "-identify", "-reg-0", "-reg-1", "-reg-2")

    assert judge.wizards(Random(6), ROUNDS) == {f"w{suffix}" for suffix in suffixes}
