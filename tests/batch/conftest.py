"""The engine and the single calls that the tests of the batch calls compare with."""

import pytest

from identify.addresses import parse_address
from identify.configuration import Configuration
from identify.engine import DROPPED, NO_MATCH, Engine
from identify.errors import MessageError

TEXT = """
[global]
endpoint_identifier_order=ip,header,username
[transport-udp]
type=transport
protocol=udp
bind=0.0.0.0:5060
[a]
type=endpoint
[b]
type=endpoint
[c]
type=endpoint
[via]
type=endpoint
[0]
type=identify
endpoint=nobody
match=192.0.2.66
[a]
type=identify
endpoint=a
match=192.0.2.0/24,!192.0.2.99/32,2001:db8::/32
[b]
type=identify
endpoint=b
match=198.51.100.7:5080,10.0.3.0/255.0.255.0,2001:db8:1::1
[c]
type=identify
endpoint=c
match=203.0.113.0/25,203.0.113.200:5070,[2001:db9::1]:5080
[via]
type=identify
endpoint=via
match_header=Via: /received=(10[.]200[.]1[.]250|2001:dba::7)([^0-9a-f]|$)/
"""


@pytest.fixture(scope="session")
def engine():
    """Give an engine with prefixes, negations, ports, masks with holes and an endpoint that is missing."""
    return Engine(Configuration.from_files({"pjsip.conf": TEXT}))


@pytest.fixture(scope="session")
def alone():
    """Give the function that asks for each source on its own, and returns what the batch call should."""

    def ask(engine, sources, ports):
        place = {match: number for number, match in enumerate(engine.matches)}
        answers = [answer(engine, *asked) for asked in zip(sources, ports, strict=True)]
        return [NO_MATCH if match is None else place[match] for match in answers]

    def answer(engine, source, port):
        try:
            return None if source is None else engine.identify_source(source, port or 0)
        except ValueError:
            # Text that isn't an address: alone it is the caller's mistake, in a column a row without an answer.
            return None

    return ask


@pytest.fixture(scope="session")
def alone_messages():
    """Give the function that asks about each message on its own, and returns what the batch call should."""

    def ask(engine, messages, sources, ports, *place):
        numbers = {match: number for number, match in enumerate(engine.matches)}
        found = []
        for message, source, port in zip(messages, sources, ports, strict=True):
            # An address of a column that isn't one is not known; alone, it would raise ValueError.
            address = source if source and parse_address(source) is not None else ""
            try:
                match = (
                    None if message is None else engine.identify_message(message, address, port or 0, *place)
                )
            except MessageError:
                found.append(DROPPED)
            else:
                found.append(NO_MATCH if match is None else numbers[match])
        return found

    return ask


def wire(user="nobody", method="OPTIONS", extra=""):
    """Return the bytes of a request."""
    return (
        f"{method} sip:100@h SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bK1\r\n"
        f"From: <sip:{user}@example.com>;tag=1\r\nTo: <sip:100@h>\r\nCall-ID: c1\r\nCSeq: 1 {method}\r\n{extra}\r\n"
    ).encode()


@pytest.fixture(scope="session")
def message():
    """Give the function that returns the bytes of a request."""
    return wire
