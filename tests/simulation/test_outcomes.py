"""Each outcome, and the order of the stages that lead to them."""

import pytest
from calls import OFFICE, Traffic, configuration, request, response

from identify._compiled._replay import OUTCOME_COUNT
from identify.simulation import Outcome
from identify.traffic.batch import Direction

ACL = OFFICE + "[block]\ntype=acl\ndeny=192.0.2.1\n"


def one(method="OPTIONS", config=OFFICE, **parts):
    """Return the row of a single request."""
    (row,) = Traffic().receive(method, **parts).rows(config)
    return row


def test_codes():
    """There is a name for each code of the compiled part."""
    assert len(Outcome) == OUTCOME_COUNT


def test_identified():
    """A request that an identifier has an endpoint for is identified, and the row says by what."""
    row = one(user="nobody", place={"source": "198.51.100.7", "port": 5070})

    assert row.outcome is Outcome.IDENTIFIED
    assert (row.endpoint, row.identifier, row.section) == ("trunk", "ip", "trunk")
    assert (row.source, row.port, row.transport, row.local, row.local_port) == (
        "198.51.100.7",
        5070,
        "udp",
        "192.0.2.254",
        5060,
    )
    assert (row.method, row.frame) == ("OPTIONS", 1)


def test_unidentified():
    """A request that no identifier has an endpoint for isn't."""
    row = one(user="nobody")

    assert (row.outcome, row.endpoint, row.identifier, row.section) == (
        Outcome.UNIDENTIFIED,
        None,
        None,
        None,
    )


@pytest.mark.parametrize("method", ["OPTIONS", "INVITE", "SUBSCRIBE", "MESSAGE", "NOTIFY", "FOO"])
def test_unknown_dialog(method):
    """A To tag that belongs to no live dialog is answered 481 after the identification, by name or not."""
    assert (one(method, to_tag="x").outcome, one(method, to_tag="x").endpoint) == (
        Outcome.UNKNOWN_DIALOG,
        "alice",
    )
    assert one(method, to_tag="x", user="nobody").outcome is Outcome.UNKNOWN_DIALOG


@pytest.mark.parametrize("method", ["REGISTER", "ACK"])
def test_to_tag_without_effect(method):
    """REGISTER and ACK with a To tag are identified as without."""
    assert one(method, to_tag="x").outcome is Outcome.IDENTIFIED
    assert one(method, to_tag="x", user="nobody").outcome is Outcome.UNIDENTIFIED


@pytest.mark.parametrize("method", ["BYE", "CANCEL"])
@pytest.mark.parametrize("to_tag", [None, "x"])
def test_outside_dialog(method, to_tag):
    """BYE and CANCEL that belong to nothing are answered 481 and not identified."""
    row = one(method, to_tag=to_tag)

    assert (row.outcome, row.endpoint) == (Outcome.OUTSIDE_DIALOG, None)


@pytest.mark.parametrize("method", ["OPTIONS", "INVITE", "ACK", "BYE", "CANCEL"])
def test_acl(method):
    """An object of type=acl denies whatever comes, before anything else is looked at."""
    assert one(method, config=ACL, to_tag="x").outcome is Outcome.ACL
    assert one(method, config=ACL, from_uri="urn:x:y").outcome is Outcome.ACL
    assert one(method, config=ACL, contact=None).outcome is Outcome.ACL


@pytest.mark.parametrize("method", ["OPTIONS", "BYE", "ACK"])
def test_bad_scheme(method):
    """A scheme that isn't allowed in From or Contact is answered 416, also for a BYE."""
    assert one(method, from_uri="urn:x:y").outcome is Outcome.BAD_SCHEME
    assert one(method, contact="<tel:+1>").outcome is Outcome.BAD_SCHEME


def test_bad_scheme_in_a_dialog():
    """The filter comes before live dialogs."""
    traffic = Traffic().receive("INVITE").answer(200)
    traffic.receive("INVITE", from_uri="urn:x:y", to_tag="t1", branch="z9hG4bK2", sequence=2)

    assert traffic.outcomes()[-1] == "bad scheme"


@pytest.mark.parametrize("method", ["INVITE", "SUBSCRIBE", "REFER", "UPDATE", "NOTIFY"])
def test_missing_contact(method):
    """Methods that make dialogs need a Contact."""
    assert one(method, contact=None).outcome is Outcome.MISSING_CONTACT
    assert one("MESSAGE", contact=None).outcome is Outcome.IDENTIFIED


@pytest.mark.parametrize("method", ["OPTIONS", "INVITE", "BYE", "CANCEL", "ACK"])
@pytest.mark.parametrize("parts", [{"from_uri": "tel:+1"}, {"uri": "tel:+1"}])
def test_tel(method, parts):
    """Older releases answer tel URIs with 416 as they do other schemes, also in the request URI and for a BYE."""
    older = configuration(release="18.10.0")

    assert one(method, config=older, **parts).outcome is Outcome.BAD_SCHEME
    assert one(method, **parts).outcome is not Outcome.BAD_SCHEME
    assert one(method, config=configuration(release="18.15"), **parts).outcome is not Outcome.BAD_SCHEME


def test_dropped_by_release():
    """A message that only the release drops is counted by its reason, as those that every release drops."""
    traffic = Traffic().receive(headers=["Allow: ,,"]).send("OPTIONS", headers=["Allow: ,,"])
    older, newest = traffic.result(configuration(release="22.5.2")), traffic.result(configuration())

    assert older.outcomes == {Outcome.DROPPED: 1, Outcome.SENT: 1}
    assert older.dropped == {"a list begins with a comma": 1}
    assert newest.outcomes == {Outcome.IDENTIFIED: 1, Outcome.SENT: 1}
    assert not newest.dropped


def test_dropped():
    """A syntax error drops a message, and the result says why."""
    traffic = (
        Traffic().add(request().replace(b"CSeq: 1 ", b"CSeq: x ")).add(request().replace(b"Call-ID", b"Y"))
    )
    result = traffic.result()

    assert result.outcomes == {Outcome.DROPPED: 2}
    assert sum(result.dropped.values()) == 2
    assert result.dropped["no Call-ID"] == 1


@pytest.mark.parametrize(
    "line",
    [
        b"OPTIONS sip:a@b sip/2.0",
        b"OPTIONS\r\n sip:a@b\r\n SIP/2.0",
        b"OPTIONS sip:a@b SIP\n / 2.0",
        b" \r\nrefer\r\tsip:a@b SIP / 2.0",
        b"SIP sip:a@b SIP/2.0",
    ],
)
def test_dropped_with_an_odd_request_line(line):
    """A request that is dropped is SIP however its request line is written, folded ones too."""
    assert Traffic().add(line + b"\r\nX-A: no other header\r\n\r\n").outcomes() == ["dropped"]


def test_response_with_an_odd_status_line():
    """Blanks and a fold around the slash of the version are taken in responses too."""
    for version in (b"SIP / 2.0 ", b"sip\r\n /2.0\t"):
        assert Traffic().add(response(486).replace(b"SIP/2.0 ", version, 1)).outcomes() == ["response"]


@pytest.mark.parametrize(
    "data",
    [
        b"\r\n\r\n",
        b"GET /\r\nSIP/2.0\r\n\r\n",
        b"\0\0\0\0",
        b"",
        b"GET / HTTP/1.1\r\nHost: a\r\nAccept: text/html\r\n\r\n",
    ],
)
def test_not_sip(data):
    """Keep-alives and other protocols are no SIP."""
    assert Traffic().add(data).outcomes() == ["not sip"]


@pytest.mark.parametrize("direction", [Direction.RECEIVED, Direction.SENT])
def test_response(direction):
    """A response is one in either direction, and its row has the method of its CSeq."""
    (row,) = Traffic().add(response(486), direction=direction).rows()

    assert (row.outcome, row.method) == (Outcome.RESPONSE, "INVITE")


def test_sent():
    """What Asterisk sends isn't identified."""
    assert Traffic().send("OPTIONS").outcomes() == ["sent"]


def test_endpoint_acl():
    """An endpoint's own list is asked after the identification, whichever identifier it was; the row has the endpoint."""
    config = OFFICE.replace("[alice]\ntype=endpoint\n", "[alice]\ntype=endpoint\ndeny=192.0.2.0/24\n")
    row = one(config=config)

    assert (row.outcome, row.endpoint, row.identifier) == (Outcome.ENDPOINT_ACL, "alice", "username")
    assert one(config=config, place={"source": "203.0.113.1"}).outcome is Outcome.IDENTIFIED


def test_later_identifiers_get_no_chance():
    """An endpoint that denies a request isn't replaced by the anonymous one."""
    config = OFFICE.replace("[alice]\ntype=endpoint\n", "[alice]\ntype=endpoint\ndeny=192.0.2.0/24\n")
    config += "[anonymous]\ntype=endpoint\n"

    assert one(config=config).endpoint == "alice"
    assert one(config=config, user="nobody").endpoint == "anonymous"


def test_is_identification():
    """Only these outcomes come from asking the identifiers."""
    asked = {outcome for outcome in Outcome if outcome.is_identification}

    assert asked == {
        Outcome.IDENTIFIED,
        Outcome.UNIDENTIFIED,
        Outcome.UNKNOWN_DIALOG,
        Outcome.ENDPOINT_ACL,
        Outcome.UNDETERMINED,
    }


def test_method_of_its_own():
    """A method that isn't known is shown as it was sent."""
    assert one("Foo").method == "Foo"


def test_challenged():
    """Identified requests to an endpoint with auth are counted if they bring no credentials."""
    config = OFFICE + "[carol]\ntype=endpoint\nauth=carol\nallow_unauthenticated_options=yes\n"
    digest = 'Authorization: Digest username="bob", realm="a", nonce="n", uri="sip:x", response="r"'
    traffic = (
        Traffic()
        .receive(user="bob", call="1")
        .receive(user="bob", call="2", headers=[digest])
        .receive(user="alice", call="3")
        .receive(user="carol", call="4")
        .receive("MESSAGE", user="carol", call="5")
        .receive("ACK", user="bob", call="6")
    )

    assert traffic.result(config).challenged == 2


def test_transport_section():
    """A request is looked up with the domain of the transport section of the socket at which it came."""
    config = (
        "[t1]\ntype=transport\nprotocol=udp\nbind=192.0.2.254:5060\ndomain=one\n"
        "[t2]\ntype=transport\nprotocol=udp\nbind=192.0.2.254:5062\ndomain=two\n"
        "[alice@one]\ntype=endpoint\n[alice@two]\ntype=endpoint\n"
    )
    traffic = Traffic()
    for i, port in enumerate((5060, 5062, 5060, 5064)):
        traffic.receive(call=str(i), place={"local_port": port})

    assert [row.endpoint for row in traffic.rows(config)] == ["alice@one", "alice@two", "alice@one", None]


def test_via_with_the_source():
    """The first Via's received= is the source's address, of either family."""
    rule = r"match_header=Via: /received=(203\.0\.113\.9|2001:db8::9)\;branch/"
    config = f"[a]\ntype=endpoint\n[a]\ntype=identify\nendpoint=a\n{rule}\n"
    traffic = Traffic()
    for i, source in enumerate(("203.0.113.9", "2001:db8::9", "203.0.113.8")):
        traffic.receive(user="nobody", call=str(i), place={"source": source})

    assert [row.endpoint for row in traffic.rows(config)] == ["a", "a", None]
