"""Dialogs, transactions, retransmissions and CANCEL: what belongs to something that lives isn't identified."""

import pytest
from calls import Traffic, request

REINVITE = {"branch": "z9hG4bK2", "sequence": 2, "to_tag": "t1"}
BYE = {"branch": "z9hG4bK3", "sequence": 3, "to_tag": "t1"}


def call():
    """Return the beginning of a call that Asterisk answers."""
    return Traffic().receive("INVITE").answer(100, to_tag=None).answer(200)


def test_call():
    """ACK, re-INVITE and BYE of a call that was answered are in its dialog, which the BYE ends."""
    traffic = (
        call()
        .receive("ACK", to_tag="t1", branch="z9hG4bKa")
        .receive("INVITE", **REINVITE)
        .receive("BYE", **BYE)
    )
    traffic.answer(200, "BYE").receive("INFO", to_tag="t1", branch="z9hG4bK4", sequence=4)

    assert traffic.outcomes() == [
        "identified",
        "response",
        "response",
        "in dialog",
        "in dialog",
        "in dialog",
        "response",
        "unknown dialog",
    ]


def test_repeated_bye():
    """A BYE that is repeated after its dialog has ended is answered from its transaction."""
    traffic = call().receive("BYE", **BYE).receive("BYE", **BYE)

    assert traffic.outcomes()[-2:] == ["in dialog", "retransmission"]


def test_other_source_and_user():
    """A dialog is told by Call-ID and tags, whatever the source and the From user are."""
    traffic = call().receive("BYE", user="mallory", place={"source": "203.0.113.66", "port": 1}, **BYE)

    assert traffic.outcomes()[-1] == "in dialog"


@pytest.mark.parametrize("parts", [{"call": "c2"}, {"from_tag": "f2"}, {"to_tag": "t2"}])
def test_dialog_must_fit(parts):
    """Call-ID, From tag and To tag must all be the dialog's."""
    traffic = call().receive("INFO", **{**REINVITE, **parts}).receive("BYE", **{**BYE, **parts})

    assert traffic.outcomes()[-2:] == ["unknown dialog", "outside dialog"]


def test_early_dialog():
    """A provisional answer with a To tag makes a dialog; its failure ends it."""
    traffic = Traffic().receive("INVITE").answer(183).receive("PRACK", **REINVITE)
    traffic.answer(486).receive("INFO", **{**BYE, "sequence": 5})

    assert traffic.outcomes() == ["identified", "response", "in dialog", "response", "unknown dialog"]


def test_failed_reinvite_ends_nothing():
    """The dialog of a re-INVITE that is refused lives on."""
    traffic = (
        call().receive("INVITE", **REINVITE).answer(488, branch="z9hG4bK2", sequence=2).receive("BYE", **BYE)
    )

    assert traffic.outcomes()[-3:] == ["in dialog", "response", "in dialog"]


def test_subscription():
    """SUBSCRIBE makes a dialog too, OPTIONS doesn't though its answer has a tag."""
    traffic = Traffic().receive("SUBSCRIBE").answer(200, "SUBSCRIBE")
    traffic.receive("SUBSCRIBE", **REINVITE)
    traffic.receive("OPTIONS", call="c2").answer(200, "OPTIONS", call="c2").receive(
        "INFO", call="c2", **REINVITE
    )

    assert traffic.outcomes()[2] == "in dialog"
    assert traffic.outcomes()[-1] == "unknown dialog"


def test_call_by_asterisk():
    """The dialog of a call that Asterisk makes is known from its answer."""
    traffic = (
        Traffic()
        .send("INVITE", from_tag="ours")
        .add(Traffic().answer(200, from_tag="ours", to_tag="theirs").batch.message(0))
    )
    traffic.receive("BYE", from_tag="theirs", to_tag="ours", branch="z9hG4bK9")

    assert traffic.outcomes() == ["sent", "response", "in dialog"]


def test_request_in_a_dialog_by_asterisk():
    """A request of Asterisk's with a To tag shows that there is a dialog, its BYE that there is none any more."""
    traffic = Traffic().send("INFO", from_tag="ours", to_tag="theirs")
    traffic.receive("INFO", from_tag="theirs", to_tag="ours", branch="z9hG4bK8")
    traffic.send("BYE", from_tag="ours", to_tag="theirs")
    traffic.receive("INFO", from_tag="theirs", to_tag="ours", branch="z9hG4bK9")

    assert traffic.outcomes() == ["sent", "in dialog", "sent", "unknown dialog"]


def test_one_direction():
    """Where nothing that Asterisk answers is in the traffic, the To tag of a call that was identified is believed."""
    traffic = Traffic().receive("INVITE").receive("ACK", to_tag="any", branch="z9hG4bKa")
    traffic.receive("BYE", **{**BYE, "to_tag": "any"}).receive("INFO", **{**REINVITE, "to_tag": "any"})

    assert traffic.outcomes() == ["identified", "in dialog", "in dialog", "unknown dialog"]


def test_one_direction_unidentified():
    """A call that nothing identified makes no dialog."""
    traffic = Traffic().receive("INVITE", user="nobody").receive("INFO", user="nobody", **REINVITE)

    assert traffic.outcomes() == ["unidentified", "unknown dialog"]


def test_both_directions():
    """Once an answer of Asterisk's was seen, only dialogs that were answered count."""
    traffic = Traffic().answer(200, "OPTIONS", call="other").receive("INVITE").receive("INFO", **REINVITE)

    assert traffic.outcomes()[-1] == "unknown dialog"


def test_capture_from_the_middle():
    """A dialog that began before the capture is unknown until its first answer shows it."""
    traffic = (
        Traffic()
        .receive("INVITE", **REINVITE)
        .answer(200, branch="z9hG4bK2", sequence=2)
        .receive("BYE", **BYE)
    )

    assert traffic.outcomes() == ["unknown dialog", "response", "in dialog"]


def test_assumed_dialogs():
    """On request every To tag is believed, but that of a REGISTER, until the BYE."""
    traffic = (
        Traffic()
        .receive("INFO", **REINVITE)
        .receive("BYE", **BYE)
        .receive("REGISTER", to_tag="t1", call="c9")
    )

    assert traffic.outcomes() == ["unknown dialog", "outside dialog", "identified"]
    assert traffic.outcomes(assume_dialogs=True) == ["in dialog", "in dialog", "identified"]


def test_retransmission():
    """A request with the same branch, Call-ID, From tag, number and method within 32 s is a repetition."""
    traffic = Traffic().receive().receive(after=31)

    assert traffic.outcomes() == ["identified", "retransmission"]
    assert Traffic().receive().receive(after=33).outcomes() == ["identified", "identified"]


@pytest.mark.parametrize(
    "parts",
    [{"branch": "z9hG4bK2"}, {"call": "c2"}, {"from_tag": "f2"}, {"sequence": 2}, {"method": "MESSAGE"}],
)
def test_no_retransmission(parts):
    """What differs in any of these is another request."""
    assert Traffic().receive().receive(**parts).outcomes() == ["identified", "identified"]


def test_unknown_methods_are_told_apart():
    """Two methods that aren't known are two requests."""
    assert Traffic().receive("FOO").receive("BAR").receive("FOO").outcomes() == [
        "identified",
        "identified",
        "retransmission",
    ]


def test_repeated_invite_from_elsewhere():
    """An INVITE with the same branch, Call-ID and From tag is a repetition whatever its source and number."""
    traffic = (
        Traffic().receive("INVITE").receive("INVITE", place={"source": "203.0.113.9"}, user="x", sequence=9)
    )

    assert traffic.outcomes() == ["identified", "retransmission"]


def test_old_branch():
    """A branch without the magic cookie doesn't tell an INVITE alone; its number counts too."""
    traffic = Traffic().receive("INVITE", branch="1").receive("INVITE", branch="1", sequence=2)

    assert traffic.outcomes() == ["identified", "identified"]


def test_challenged_requests_make_no_transaction():
    """What is answered 401 is identified anew when it is repeated, as servers challenge statelessly."""
    assert Traffic().receive(user="bob").receive(user="bob").outcomes() == ["identified"] * 2
    assert Traffic().receive(user="nobody").receive(user="nobody").outcomes() == ["unidentified"] * 2


def test_401_forgets_the_transaction():
    """If Asterisk is seen to answer 401 after all, the next such request is a new one."""
    traffic = Traffic().receive("MESSAGE").answer(401, "MESSAGE").receive("MESSAGE")
    traffic.receive("INVITE", branch="z9hG4bK2").answer(401, branch="z9hG4bK2").receive(
        "INVITE", branch="z9hG4bK2"
    )

    assert traffic.outcomes()[2] == traffic.outcomes()[5] == "identified"


def test_streams_repeat_nothing():
    """Over TCP a request with the same branch is a new one, an INVITE still belongs to its transaction."""
    tcp = {"transport": "tcp"}
    traffic = (
        Traffic()
        .receive(place=tcp)
        .receive(place=tcp)
        .receive("INVITE", place=tcp)
        .receive("CANCEL", place=tcp)
    )

    assert traffic.outcomes() == ["identified", "identified", "identified", "cancel"]


def test_cancel():
    """A CANCEL with branch, Call-ID and From tag of a pending INVITE belongs to it, whatever its source and user."""
    traffic = Traffic().receive("INVITE").receive("CANCEL", user="mallory", place={"source": "203.0.113.9"})

    assert traffic.outcomes() == ["identified", "cancel"]


@pytest.mark.parametrize("parts", [{"branch": "z9hG4bK2"}, {"call": "c2"}, {"from_tag": "f2"}])
def test_cancel_of_nothing(parts):
    """With another branch, Call-ID or From tag it belongs to nothing."""
    assert Traffic().receive("INVITE").receive("CANCEL", **parts).outcomes()[-1] == "outside dialog"


def test_cancel_while_it_rings():
    """An INVITE without final answer may be cancelled for three minutes, one with it for 32 seconds."""
    assert Traffic().receive("INVITE").receive("CANCEL", after=170).outcomes()[-1] == "cancel"
    assert Traffic().receive("INVITE").receive("CANCEL", after=190).outcomes()[-1] == "outside dialog"
    answered = Traffic().receive("INVITE").answer(486)
    assert answered.receive("CANCEL", after=60).outcomes()[-1] == "outside dialog"


def test_cancel_of_an_unidentified_call():
    """An INVITE that was answered 401 can't be cancelled."""
    assert Traffic().receive("INVITE", user="nobody").receive("CANCEL").outcomes()[-1] == "outside dialog"


def test_ack_of_a_failure():
    """The ACK with the branch of its INVITE is part of the transaction, without one it is identified."""
    traffic = Traffic().receive("INVITE").answer(486).receive("ACK", to_tag="t1")

    assert traffic.outcomes()[-1] == "transaction ack"
    assert (
        Traffic().receive("INVITE", user="bob").receive("ACK", user="bob", to_tag="t1").outcomes()[-1]
        == "identified"
    )


def test_methods_in_any_case():
    """PJSIP knows six methods in any case, in CSeq too; every other is another method in another case."""
    assert Traffic().receive("invite").receive("Cancel").outcomes() == ["identified", "cancel"]
    assert Traffic().receive("Invite").answer(486, "iNVITE").receive("ack", to_tag="t1").outcomes()[-1] == (
        "transaction ack"
    )
    assert Traffic().receive("refer", contact=None).outcomes() == ["identified"]
    assert Traffic().receive("REFER", contact=None).outcomes() == ["missing contact"]
    rows = (
        Traffic().receive("options").receive("update", branch="z9hG4bK2").receive("Refer", branch="3").rows()
    )
    assert [row.method for row in rows] == ["OPTIONS", "update", "Refer"]


def test_transactions_of_other_methods():
    """Requests of methods that nobody knows are told apart by their names, which responses have in CSeq."""
    traffic = Traffic().receive("update").receive("Update").receive("update")
    assert traffic.outcomes() == ["identified", "identified", "retransmission"]

    # A 401 ends the transaction: the next request is no retransmission.
    challenged = Traffic().receive("update").answer(401, "update").receive("update")
    assert challenged.outcomes()[-1] == "identified"
    other = Traffic().receive("update").answer(401, "Update").receive("update")
    assert other.outcomes()[-1] == "retransmission"


@pytest.mark.parametrize(
    "odd",
    [
        b'"a;tag=no" <sip:alice@example.com;tag=no>;x=";tag=no"; \r\n tag = f1;y=1',
        b"a;tag=no>b <sip:alice@example.com;tag=no>;tag=f1",
        b'"a\\"<x>;tag=no" <sip:alice@example.com>;TAG=f1',
        b"sip:alice;tag=no@example.com;tag=f1",
        b"sip:alice@example.com;x=y;tag=f1",
        b'<sip:alice@example.com;x=">;tag=no">;tag=f1',
        b"<sip:alice@example.com?x=tag>;tagged=no;tag=f1",
        b"<sip:alice@example.com>;tag=no;tag=f1",
        b"<sip:alice@example.com>;tag=no;TAG=;x;tag\r\n =f1",
        b"<sip:alice@[a;tag=no]>;tag=f1",
        b"<sip:alice@example.com>;tag=f1&X-A: ;tag=no",
    ],
)
def test_tags_among_parameters(odd):
    """The last tag is found among quoted and folded parameters, display names and URIs, not in them."""
    data = Traffic().receive("BYE", **BYE).batch.message(0)
    traffic = call().add(data.replace(b"<sip:alice@example.com>;tag=f1", odd))

    assert traffic.outcomes()[-1] == "in dialog"


def test_empty_tags():
    """A tag without a value takes an earlier one away: the request is in no dialog, and not of an unknown one."""
    data = Traffic().receive("OPTIONS", branch="z9hG4bK9", to_tag="t1;tag=").batch.message(0)

    assert Traffic().add(data).outcomes() == ["identified"]
    assert Traffic().add(data.replace(b";tag=\r\n", b"\r\n")).outcomes() == ["unknown dialog"]


@pytest.mark.parametrize(
    "odd",
    [
        b"h;branch=no;branch=z9hG4bK1",
        b"h;branch=z9hG4bK1;branch=;branch",
        b"[a;branch=no];BRANCH = z9hG4bK1",
        b"[;(a]\r\n ;x=[;branch];branch=z9hG4bK1",
        b"h;branch=z9hG4bK1 (c;branch=no)",
        b"h;branch=z9hG4bK1,SIP/2.0/UDP g;branch=no",
    ],
)
def test_branches_among_parameters(odd):
    """The last branch with a value counts, wherever else the word stands in the first Via."""
    data = request("CANCEL").replace(b"192.0.2.1:5060;rport;branch=z9hG4bK1", odd)
    assert b"UDP " + odd in data

    assert Traffic().receive("INVITE").add(data).outcomes() == ["identified", "cancel"]


def test_a_branch_in_a_comment():
    """A Via with nothing but a comment has no branch."""
    data = request("CANCEL").replace(b"192.0.2.1:5060;rport;branch=z9hG4bK1", b"h (;branch=z9hG4bK1)")

    assert Traffic().receive("INVITE").add(data).outcomes() == ["identified", "outside dialog"]


def test_unknown_times():
    """Without times everything is taken for recent."""
    traffic = Traffic().receive().receive()
    traffic.batch.times[0] = traffic.batch.times[1] = -1

    assert traffic.outcomes() == ["identified", "retransmission"]
    assert (traffic.result().first, traffic.result().last) == (-1, -1)


def test_dialogs_span_batches():
    """What was learned from one batch holds for the next."""
    whole = call().receive("BYE", **BYE)
    simulation, _ = call().simulation()
    later = Traffic().receive("BYE", **BYE)

    assert [row.outcome.value for row in simulation.feed(later.batch)] == whole.outcomes()[-1:]
