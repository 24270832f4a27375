"""Headers of one value with parameters: Content-Type, Event, Subscription-State, Replaces; Call-ID and generic ones.

Facts:

- Content-Type: any one character stands for the ``/``, a line end too.
- Event has ``id`` first, Subscription-State ``reason``, ``expires`` and ``retry-after``, which are numbers.
- Replaces' value goes to the first ``;``, over line ends, or to the end of the message.
- Of the pieces between a generic header's folds only the last pair is kept, or the single last one.
"""

from __future__ import annotations

from pjsip.scanning import (
    LINE_END,
    QUOTE,
    TO_LINE_END,
    TOKEN_ESCAPES,
    Reader,
    joined_parameters,
    leading_number,
    print_parameters,
    read_parameters,
)
from pjsip.unobserved import unobserved

REPLACES_AMPERSAND = unobserved(
    "replaces-ampersand", "A `&` in Replaces' value before its first `;`: taken as part of it."
)
CONTENT_TYPE_AMPERSAND = unobserved(
    "content-type-ampersand",
    "A `&` between a Content-Type's type and subtype: taken as any other character there.",
)
CALL_ID_AMPERSAND = unobserved(
    "call-id-ampersand", "A `&` after a fold at the end of a Call-ID: taken as the end of the header."
)


def read_content_type(reader: Reader) -> str:
    """Read a Content-Type."""
    kind = reader.token()
    if reader.next == "&":
        reader.note(CONTENT_TYPE_AMPERSAND)
    if reader.next in ("", "\0"):
        raise reader.drop("no subtype")
    reader.at += 1
    reader.skip()
    text = f"{kind}/{reader.token()}" + print_parameters(read_parameters(reader))
    reader.end_header()
    return text


def read_event(reader: Reader) -> str:
    """Read an Event."""
    event = reader.token()
    values, others = joined_parameters(reader, ("id",))
    reader.end_header()
    id = values.get("id", "")
    return event + (f";id={id}" if id else "") + print_parameters(others)


def read_subscription_state(reader: Reader) -> str:
    """Read a Subscription-State."""
    text = reader.token()
    values, others = joined_parameters(reader, ("reason", "expires", "retry-after"))
    reader.end_header()
    if values.get("reason"):
        text += f";reason={values['reason'].translate(TOKEN_ESCAPES)}"
    for name in ("expires", "retry-after"):
        if name in values:
            number = leading_number(values[name])
            if name == "expires":
                text += f";expires={min(number, 0xFFFFFFFE)}"
            elif number != 0xFFFFFFFF:
                text += f";retry-after={number}"
    return text + print_parameters(others)


def read_replaces(reader: Reader) -> str:
    """Read a Replaces."""
    end = reader.text.find(";", reader.at)
    if end < 0:
        end = len(reader.text)
    text = reader.text[reader.at : end]
    if "&" in text:
        reader.note(REPLACES_AMPERSAND)
    reader.at = end
    values, others = joined_parameters(reader, ("to-tag", "from-tag", "early-only"))
    reader.end_header()
    for name in ("to-tag", "from-tag"):
        value = values.get(name, "")
        if value:
            text += f";{name}={value if value[0] == QUOTE else value.translate(TOKEN_ESCAPES)}"
    if "early-only" in values:
        text += ";early-only"
    return text + print_parameters(others)


def read_call_id(reader: Reader) -> str:
    """Read a Call-ID: the rest of the line."""
    text = reader.take(TO_LINE_END, "Call-ID")
    if not text:
        raise reader.drop("empty Call-ID")
    reader.skip()
    if reader.next == "&":
        reader.note(CALL_ID_AMPERSAND)
    reader.end_header()
    return text


def read_generic(reader: Reader) -> str:
    """Read a header that PJSIP doesn't know."""
    while True:
        text = reader.take(TO_LINE_END, "value")
        if not text:
            break
        reader.skip()
        if not reader.at_line_end:
            text += " " + reader.take(TO_LINE_END, "value")
            reader.skip()
        if reader.at_line_end or reader.next == "\0":
            break
    if reader.at < len(reader.text):
        reader.take(LINE_END, "end of the header")
    return text
