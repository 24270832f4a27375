"""An engine answers as its configuration's release reads requests, in every way of asking."""

import pytest
from dialects import DIALECTS, EVERY, NEWEST, name_of

from identify.configuration import Configuration
from identify.engine import DROPPED, NO_MATCH, Engine
from identify.errors import MessageError
from identify.request import Request

TEXT = """
[global]
type=global
endpoint_identifier_order=header,request_uri
[e]
type=endpoint
[r]
type=endpoint
[pbx]
type=registration
server_uri=sip:192.0.2.9
client_uri=sip:me@192.0.2.9
line=yes
endpoint=r
[transport-udp]
type=transport
protocol=udp
bind=0.0.0.0
[by-bytes]
type=identify
endpoint=e
match_header=X-A: /^.{2}$/
[by-parameter]
type=identify
endpoint=e
match_header=Via: /branch=z9hG4bKA$/
[by-uri]
type=identify
endpoint=e
match_request_uri=sip:100@h\\;x-ast-a=1
"""

every_release = pytest.mark.parametrize("release", DIALECTS, ids=name_of)


def wire(*lines, uri="sip:100@h", to="<sip:bob@example.com>", branch="z9hG4bK1"):
    """Return a request with more header lines."""
    required = [
        f"OPTIONS {uri} SIP/2.0",
        f"Via: SIP/2.0/UDP h;branch={branch}",
        "From: <sip:x@example.com>;tag=1",
        f"To: {to}",
        "Call-ID: c1",
        "CSeq: 1 OPTIONS",
    ]
    return "\r\n".join([*required, *lines, "", ""]).encode()


def engine_of(release):
    """Return the engine of a release; the token is t."""
    return Engine(Configuration.from_files({"pjsip.conf": TEXT}, release=release), {"pbx": "t"})


def answers(engine, data):
    """Return the section that each way of asking finds, "dropped" for a message that is dropped."""

    def section(ask):
        try:
            match = ask()
        except MessageError:
            return "dropped"
        return match and match.section

    newest = Request.from_message(data, "192.0.2.1", 5060)
    (index,) = engine.identify_messages([data], "192.0.2.1", 5060)
    return {
        section(lambda: engine.identify_message(data, "192.0.2.1", 5060)),
        section(lambda: engine.identify(newest)),
        section(lambda: engine.identify(newest.as_read_by(EVERY))),
        section(lambda: engine.explain(newest).match),
        "dropped" if index == DROPPED else None if index == NO_MATCH else engine.matches[index].section,
    }


CASES = {
    "bytes": (wire("X-A: é"), "by-bytes", None),
    "parameters-decoded": (wire(branch="z9hG4bK%41"), "by-parameter", None),
    "x-ast-kept": (wire(uri="sip:100@h;x-ast-a=1"), "by-uri", None),
    "tel-refused": (wire(to="<tel:+1;line=t>"), None, "pbx"),
    "tel-refused in the request URI": (wire(uri="tel:+1;line=t"), None, "pbx"),
    "tel-refused, request URI": (wire(to="<tel:+1;line=x>", uri="sip:s@h;line=t"), "pbx", None),
    "none": (wire("X-A: ab"), "by-bytes", "by-bytes"),
}


@every_release
@pytest.mark.parametrize("case", CASES)
def test_answers(release, case):
    """Each difference decides about an answer of its own, in all ways of asking."""
    data, different, newest = CASES[case]
    differs = case.split(",")[0].split(" ")[0] in {release.name, *(["every"] if release is EVERY else [])}

    assert answers(engine_of(release), data) == {different if differs or release is EVERY else newest}


@every_release
def test_dropped(release):
    """A message that the release drops is dropped in all ways of asking, whoever has read it."""
    engine, data = engine_of(release), wire("X-A: ab", "Allow: ,,")
    if release.name not in ("empty-list-refused", "every"):
        assert engine.identify(Request.from_message(data, "192.0.2.1", 5060)).section == "by-bytes"
        return
    request = Request.from_message(data, "192.0.2.1", 5060)
    made = Request(source="192.0.2.1", headers={"X-A": "ab", "Supported": ",,"})

    assert list(engine.identify_messages([data], "192.0.2.1", 5060)) == [DROPPED]
    with pytest.raises(MessageError, match="a list begins with a comma"):
        engine.identify_message(data, "192.0.2.1", 5060)
    for asked in (request, made):
        for ask in (engine.identify, engine.explain):
            with pytest.raises(
                MessageError, match=f"Asterisk {release.name} drops this request: a list begins"
            ):
                ask(asked)
    assert engine_of(NEWEST).identify(made).section == "by-bytes"


def test_release_of_an_engine(tmp_path):
    """An engine says for which release it answers, also one from a file."""
    engine = Engine(Configuration.from_files({"pjsip.conf": TEXT}, release="22.5.2"))
    engine.save(tmp_path / "engine")

    assert engine.release == Engine.open(tmp_path / "engine").release == "22.5.2"


def test_tokens_that_are_not_looked_at():
    """explain says that a token is in a tel URI, which the release doesn't look at."""
    engine = Engine(Configuration.from_files({"pjsip.conf": TEXT}, release="18.10.0"), {"pbx": "t"})
    request = Request(source="192.0.2.1", to_uri="tel:+1;line=t", release="18.10.0")
    explanation = engine.explain(request)
    reasons = [str(reason) for reason in explanation.steps[0].reasons]

    assert explanation.screening == "416 to"
    assert any("To has line='t', but Asterisk 18.10.0 doesn't look at tel URIs" in text for text in reasons)
