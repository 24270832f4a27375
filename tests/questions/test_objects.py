"""Objects, settings and identifiers that one release has and the other hasn't, with the problem that says why."""

from __future__ import annotations

import pytest

IDENTIFY = "[i]\ntype = identify\nendpoint = a\nmatch = 192.0.2.1\n"


def test_nothing_changes(upgraded):
    """A configuration that both releases read alike changes nothing; what differs in requests are notes."""
    found = upgraded(IDENTIFY, before="18.10.0", after="22.6.0")

    assert found.findings == ()
    assert found.answer.undecided == ()
    assert not found.answer.changed
    assert found.answer.verdict == (
        "nothing of this configuration changes from 18.10.0 to 22.6.0, but some requests are answered differently "
        "whatever the configuration is"
    )
    assert found.answer.notes == (
        "requests with a tel: URI as request URI, in From or in To are answered 416 before they are identified by 18.10.0"
        " and identified by 22.6.0",
        "request_uri is an identifier of 22.6.0, not of 18.10.0; nothing in this configuration uses it",
    )


def test_same_release(upgraded):
    """From a release to itself there are not even notes."""
    answer = upgraded(IDENTIFY, before="20.15.2", after="20.15.2").answer

    assert (answer.findings, answer.undecided, answer.notes) == ((), (), ())


def test_refused_option(upgraded):
    """An object with an option that one release doesn't know is refused by it, with the problem and the place."""
    text = "[d]\ntype = endpoint\nfollow_redirect_methods = message\n"
    found = upgraded(text, before="23", after="18.10.0")

    (finding,) = found.findings
    assert finding.kind == "refused"
    assert finding.what.startswith("18.10.0 refuses endpoint 'd': ")
    assert [problem.code for problem in finding.problems] == ["option-unknown"]
    assert [str(origin) for origin in finding.origins] == ["pjsip.conf:7"]

    (finding,) = upgraded(text, before="18.10.0", after="23").findings
    assert finding.kind == "accepted"
    assert finding.what.startswith("18.10.0 refused endpoint 'd': ")
    assert "23 loads it for the first time" in finding.advice


def test_refused_identify_gives_its_requests_away(upgraded):
    """An identify that the older release refuses is accepted afterwards, and its requests get an endpoint."""
    text = "[i]\ntype = identify\nendpoint = a\nmatch = 192.0.2.1\nmatch_request_uri = /^sip:7/\n"
    found = upgraded(text, before="18.10.0", after="22.6.0")

    assert [finding.kind for finding in found.findings] == ["accepted", "identifiers", "winner", "winner"]
    assert found.pairs() == {(None, "i")}
    assert found.findings[1].what == "request_uri is an identifier of 22.6.0, not of 18.10.0"


def test_advice_about_one_object(upgraded):
    """Requests of an object that only one release loads aren't a matter of order, and the advice doesn't say so."""
    found = upgraded(IDENTIFY + "match = 10.0.0.9:5080\n", before="16.2.1", after="16.28.0")

    (winner,) = [finding for finding in found.findings if finding.kind == "winner"]
    assert winner.advice.startswith("check that this is what you want: only one of the releases")
    assert "10.0.0.9 (port 5080)" in winner.details


def test_socket_of_leftovers(upgraded):
    """A transport that takes over leftovers is found under the other's id, and not at all afterwards."""
    text = "[x]\ntype=transport\nnosuch=1\n[y]\ntype=transport\nbind=127.0.0.1\n"

    (finding,) = upgraded(text, before="22.5.2", after="22.8.1").findings
    assert finding.what == "transport 'y' differs in the id under which its socket is found"


def test_whole_file(upgraded):
    """A byte order mark costs older releases the whole file: one finding, with the number of objects."""
    found = upgraded(IDENTIFY, endpoints="\ufeff[a]\ntype = endpoint\n", before="16.2.1", after="16.28.0")

    accepted = [finding for finding in found.findings if finding.kind == "accepted"]
    assert [finding.count for finding in accepted] == [2]
    assert [problem.code for problem in accepted[0].problems] == ["byte-order-mark"]
    assert found.pairs() == {(None, "i")}


def test_settings(upgraded):
    """A refused [global] costs its settings, and the order of identifiers with them."""
    text = (
        "[global]\ntype = global\nendpoint_identifier_order = username,ip\n"
        "all_codecs_on_empty_reinvite = yes\n[u]\ntype = endpoint\n"
    )
    found = upgraded(text + IDENTIFY, before="18.10.0", after="22.6.0")

    kinds = [finding.kind for finding in found.findings]
    assert kinds == ["accepted", "setting", "identifiers"]
    assert (
        "endpoint_identifier_order is 'ip,username,anonymous' and becomes 'username,ip'"
        in found.findings[1].what
    )
    assert "line" not in found.findings[2].what
    assert found.findings[2].what.startswith("identifiers are asked in another order: ")


def test_order_of_identifiers_that_cannot_answer(upgraded):
    """An order that changes only among identifiers without answers changes nothing."""
    text = "[global]\ntype = global\nendpoint_identifier_order = anonymous,header,ip,username\nall_codecs_on_empty_reinvite = yes\n"
    found = upgraded(
        text + IDENTIFY.replace("match = ", "match_header = X: "),
        endpoints="[a]\ntype = endpoint\nidentify_by = ip\n",
        before="18.10.0",
        after="22.6.0",
    )

    assert [finding.kind for finding in found.findings] == ["accepted", "setting"]


def test_wizard_port(upgraded):
    """A port of a wizard's remote host counts only since 18.6: sources from other ports get another answer."""
    wizard = "[w]\ntype = wizard\nremote_hosts = 192.0.2.7:5070\n"
    found = upgraded("", files={"pjsip_wizard.conf": wizard}, before="18.5.0", after="18.10.0")

    (finding,) = (finding for finding in found.findings if finding.witness)
    assert finding.witness.port != 5070
    assert found.pairs() == {("w-identify", None)}


def test_place_of_addresses(upgraded):
    """Before 16.8 an address without a mask matches whatever negation follows it."""
    text = "[i]\ntype = identify\nendpoint = a\nmatch = 10.0.0.1,!10.0.0.0/8\n"
    found = upgraded(text, before="16.2.1", after="16.28.0")

    (finding,) = (finding for finding in found.findings if finding.witness)
    assert str(finding.witness).startswith("source 10.0.0.1:")
    assert found.pairs() == {("i", None)}


def test_many_objects_of_one_cause(upgraded):
    """Objects that are lost together are one finding, which names the first of them."""
    text = "".join(f"[e{number}]\ntype = endpoint\n" for number in range(20))
    found = upgraded(text, endpoints="\ufeff", before="23", after="16.2.1")

    (finding,) = found.findings
    assert finding.count == 20
    assert len(finding.details) == 10
    assert "and 19 other objects" in finding.what


def test_objects_that_are_only_checked(upgraded):
    """A section of a type that nothing here uses is told too where one release refuses it."""
    text = "[l]\ntype = resource_list\nevent = presence\nlist_item = a\nresource_display_name = yes\n"
    found = upgraded(text, before="18.10.0", after="23")

    (finding,) = found.findings
    assert finding.kind == "accepted"
    assert "resource_list 'l'" in finding.what


@pytest.mark.parametrize("release", ["18.12.0", "18.24.0"])
def test_not_known_of_a_release(upgraded, release):
    """Where it isn't known whether a release has an option, that is undecided, not refused or accepted."""
    text = "[d]\ntype = endpoint\nsend_aoc = yes\n[e]\ntype = endpoint\nsend_aoc = yes\n"
    answer = upgraded(text, before=release, after="23").answer

    assert answer.findings == ()
    (undecided,) = (undecided for undecided in answer.undecided if "send_aoc" in undecided.what)
    assert f"what {release} does with 2 lines: " in undecided.what
    assert [origin.line for origin in undecided.origins] == [9, 12]


def test_duplicates_that_one_release_loads(upgraded):
    """Two objects of one id cost their whole type, unless the first of them is refused for an option."""
    text = "[x]\ntype = identify\nendpoint = a\nmatch = 192.0.2.1\nmatch_request_uri = /7/\n" + IDENTIFY
    text += "[x]\ntype = identify\nendpoint = b\nmatch = 192.0.2.2\n"
    found = upgraded(text, before="18.10.0", after="22.6.0")

    refused = [finding for finding in found.findings if finding.kind == "refused"]
    assert [finding.problems[0].code for finding in refused] == ["duplicate-object"]
    assert refused[0].count == 2
