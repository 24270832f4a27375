"""Hypothesis strategies over the alphabet of ``generate.py``: configurations, requests, and both together.

A configuration is the text of a pjsip.conf.  Requests come as wire messages (the arguments of
``Request.from_message``) and as metadata (the keyword arguments of ``Request``); use
``generate.tokens`` for the registrations' tokens that they carry.
"""

import generate
import generate_regex
from hypothesis import strategies as st

#: Requests of one case: enough for rules to meet, few enough to shrink well.
MOST_REQUESTS = 5


class _DrawnChoice:
    """Choices that Hypothesis makes, and can make smaller."""

    def __init__(self, draw):
        self.draw = draw

    def pick(self, values):
        """Return one of the values; the first one is the simplest."""
        return self.draw(st.sampled_from(values))

    def number(self, least, most):
        """Return an integer of a closed range."""
        return self.draw(st.integers(least, most))

    def happens(self, percent):
        """Return true in about so many of a hundred cases; false is simpler."""
        return self.draw(st.integers(0, 99)) >= 100 - percent


@st.composite
def configurations(draw):
    """Draw the text of a pjsip.conf."""
    return generate.configuration_text(_DrawnChoice(draw))


@st.composite
def messages_for(draw, text):
    """Draw a wire message to a configuration: data, source, port, transport, local, transport_section."""
    return generate.message(_DrawnChoice(draw), generate.sources_near(text))


@st.composite
def metadata_for(draw, text):
    """Draw the keyword arguments of a ``Request`` to a configuration."""
    return generate.metadata(_DrawnChoice(draw), generate.sources_near(text))


def requests_for(text):
    """Draw a list of wire messages to a configuration."""
    return st.lists(messages_for(text), min_size=1, max_size=MOST_REQUESTS)


@st.composite
def cases(draw):
    """Draw a configuration's text and wire messages to it."""
    text = draw(configurations())
    return text, draw(requests_for(text))


@st.composite
def expressions_with_values(draw, most):
    """Draw regular expressions that compile, at least one, values near to what they match, and whether over bytes."""
    choice = _DrawnChoice(draw)
    bytewise = choice.happens(50)
    pairs = []
    while not pairs:
        pairs = generate_regex.compiling(
            (generate_regex.expression(choice, depth=2) for _ in range(choice.number(1, most))), bytewise
        )
    values = [generate_regex.around(choice, value) for _, value in pairs for _ in range(2)]
    return [pattern for pattern, _ in pairs], values + [value for _, value in pairs], bytewise
