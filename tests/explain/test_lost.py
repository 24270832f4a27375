"""Lost objects in explanations: what of a configuration would have mattered for a request, and why it isn't there."""

import pickle

import pytest

from identify.config.hostnames.rules import ResolutionError
from identify.config.lost import MOST_LOST, NOTHING_LOST
from identify.configuration import Configuration
from identify.explain import explain
from identify.explanation.telling.lost import means
from identify.request import Request
from identify.simulation.example import nearest_miss

TRANSPORT = "[udp]\ntype=transport\nprotocol=udp\nbind=0.0.0.0:5060\n"
ENDPOINT = "[trunk]\ntype=endpoint\nallow=ulaw\n"
IDENTIFY = "[trunk]\ntype=identify\nendpoint=trunk\nmatch=198.51.100.7\n"
BOTH = ENDPOINT + IDENTIFY
COVERS = "would cover 198.51.100.7 with 198.51.100.7, but"


class Nowhere:
    """A resolver that was asked for every name in vain."""

    def services(self, name):
        """Return no SRV record."""
        return []

    def addresses(self, name):
        """Say that there is no such name."""
        raise ResolutionError("no such name")


def explained(text, wizard=None, everything=False, resolver=None, **request):
    """Return the explanation of a request to files of a configuration."""
    files = {"pjsip.conf": TRANSPORT + text, **({"pjsip_wizard.conf": wizard} if wizard is not None else {})}
    given = {
        "source": "198.51.100.7",
        "from_uri": "sip:1001@b",
        "request_uri": "sip:1@h;line=abcdefg",
        **request,
    }
    configuration = Configuration.from_files(files, resolver=resolver)
    return explain(configuration, {}, Request(method="OPTIONS", **given), everything=everything)


def misses(text, wizard=None, **request):
    """Return the nearest misses, each as one line."""
    return [str(miss) for miss in explained(text, wizard, **request).nearest_misses]


@pytest.mark.parametrize(
    ("text", "begins", "ends"),
    [
        (BOTH + "matchs=1\n", f"identify 'trunk' (pjsip.conf:8) {COVERS} Asterisk refuses it: line 12:", "'match'?)"),
        (BOTH + "match_header=X-A=1\n", f"identify 'trunk' (pjsip.conf:8) {COVERS}", "after the name"),
        (BOTH.replace("endpoint=trunk\n", ""), "identify 'trunk' (pjsip.conf:8)", "line 8: the endpoint is missing"),
        (BOTH.replace("=identify", "=identity"), f"section 'trunk' (pjsip.conf:8) {COVERS}", "'identity' is unknown (did you mean 'identify'?)"),
        (BOTH.replace("=identify", "=identfy"), f"section 'trunk' (pjsip.conf:8) {COVERS}", "'identfy' is unknown (did you mean 'identify'?)"),
        (BOTH.replace("type=identify\n", ""), f"section 'trunk' (pjsip.conf:8) {COVERS}", "the section has no type"),
        ("[trunk]\ntype=friend\nhost=198.51.100.7\n", f"section 'trunk' (pjsip.conf:5) {COVERS}", "and type=identify instead)"),
        (ENDPOINT + "match=198.51.100.7\n", f"endpoint 'trunk' (pjsip.conf:5) {COVERS}", "no option 'match' (it is an option of type=identify)"),
        (ENDPOINT + IDENTIFY.replace("]", "](!)"), f"identify 'trunk' (pjsip.conf:8) {COVERS}", "no section uses it"),
        (BOTH + IDENTIFY, f"identify 'trunk' (pjsip.conf:8) {COVERS}", "line 12: a second identify 'trunk'"),
        (BOTH + "[oops\n", f"identify 'trunk' (pjsip.conf:8) {COVERS} nothing of the file", "no closing ']' in '[oops'"),
        ("[w]\ntype=wizard\nremote_hosts=198.51.100.7\n", f"identify 'w-identify' (pjsip.conf:5) {COVERS}", "here"),
        (BOTH.replace(".7", ".1-198.51.100.9"), "identify 'trunk' (pjsip.conf:8) means 198.51.100.7 with", "host name"),
        (BOTH.replace("=198", " 198"), "pjsip.conf:11, in section 'trunk': no '='", "the line is skipped"),
        (ENDPOINT + ";--\n" + IDENTIFY, "pjsip.conf:8: the block comment", "the rest of the file is lost"),
    ],
)  # fmt: skip
def test_what_would_cover_the_source(text, begins, ends):
    """The nearest miss names the object that would cover the source, its place, and the line that costs it."""
    first = misses(text)[0]

    assert first.startswith(f"[lost] ip: {begins}")
    assert first.endswith(ends) or f"{ends}:" in first


@pytest.mark.parametrize(
    ("wizard", "why"),
    [
        ("[w](!)\ntype=wizard\nremote_hosts=198.51.100.7\n", "its wizard is a template"),
        ("[w]\nremote_hosts=198.51.100.7\n", "the section isn't a wizard"),
        ("[w]\ntype=wizard\nremote_hosts=198.51.100.7\nidentify/x=1\n", "Asterisk refuses it: line 4"),
        (
            "[w]\ntype=wizard\nremote_hosts=198.51.100.7\n[w]\ntype=wizard\nremote_hosts=192.0.2.1\n",
            "is replaced",
        ),
        ("[w]\ntype=wizard\nremote_hosts=198.51.100.7\n[oops\n", "nothing of the file is loaded: line 4"),
    ],
)
def test_wizards(wizard, why):
    """What a lost wizard would have made is named like what a user would have written."""
    first = misses("", wizard)[0]

    assert first.startswith(f"[lost] ip: identify 'w-identify' (pjsip_wizard.conf:1) {COVERS}")
    assert why in first


@pytest.mark.parametrize(
    ("text", "miss"),
    [
        ("[1001]\ntype=endpoint\nalow=x\n", "username: endpoint '1001' (pjsip.conf:5) would match, but Asterisk refuses"),
        ("[1001@b]\ntype=endpont\n", "username: section '1001@b' (pjsip.conf:5) would match, but Asterisk skips"),
        ("[1001]\ntype=peer\nhost=dynamic\n", "username: section '1001' (pjsip.conf:5) would match"),
        ("[anonymous]\ntype=endpoint\nalow=x\n", "anonymous: endpoint 'anonymous' (pjsip.conf:5) would accept any From"),
        (
            "[1001@c]\ntype=endpoint\n[b]\ntype=domain_alias\ndomain=c\nx=1\n",
            "username: domain_alias 'b' (pjsip.conf:7) would lead to endpoint '1001@c', but Asterisk refuses",
        ),
        (
            "[r]\ntype=registration\nserver_uri=sip:h\nclient_uri=sip:c@h\nline=yes\n",
            "line: registration 'r' (pjsip.conf:5) would have a token, but Asterisk refuses",
        ),
        (
            BOTH.replace("match=198.51.100.7", "match_request_uri=/(/"),
            "request_uri: identify 'trunk' (pjsip.conf:8) compares the request URI 'sip:1@h;line=abcdefg' with '/(/'",
        ),
    ],
)  # fmt: skip
def test_other_identifiers(text, miss):
    """Lost endpoints, domain aliases, registrations and rules are named by the identifier that would have used them."""
    assert misses(text)[0].startswith(f"[lost] {miss}")


def test_headers():
    """A match_header that can't be read says which header it was meant for, if the request has that."""
    text = ENDPOINT + "[i]\ntype=identify\nendpoint=trunk\nmatch_header=X-A=main\n"

    found = misses(text, headers=[("X-A", "main")])
    assert found[0].startswith(
        "[lost] header: identify 'i' (pjsip.conf:8): X-A is 'main', and its match_header is"
    )
    assert ", but Asterisk refuses it: line 11: " in found[0]
    assert misses(text, headers=[("X-B", "main")]) == []


def test_endpoint_that_an_identify_points_to():
    """An identify whose endpoint was refused says why there is no such endpoint."""
    first = misses(ENDPOINT + "alow=x\n" + IDENTIFY)[0]

    assert first.startswith(
        "[missing] ip: identify 'trunk' (pjsip.conf:9) covers 198.51.100.7 with 198.51.100.7, but"
    )
    assert (
        "endpoint 'trunk' (pjsip.conf:5), which doesn't exist (Asterisk refuses it: line 8: endpoint has no option"
        in first
    )


def test_endpoint_that_is_lost_too():
    """Of a lost identify whose endpoint is lost for another reason, one short clause says both reasons."""
    (first,) = misses(ENDPOINT + "alow=x\n" + IDENTIFY + "x=1\n")

    assert first == (
        "[lost] ip: identify 'trunk' (pjsip.conf:9) would cover 198.51.100.7 with 198.51.100.7, but Asterisk refuses "
        "it: line 13: identify has no option 'x'; its endpoint 'trunk' is refused too: line 8: endpoint has no option "
        "'alow' (did you mean 'allow'?)"
    )


def test_name_that_does_not_resolve():
    """An identify that is lost because nobody answers for its name is named: it may have been meant for the source."""
    text = BOTH.replace("198.51.100.7", "sip.provider.example")

    (first,) = misses(text, resolver=Nowhere())

    assert first.startswith(
        "[lost] ip: identify 'trunk' (pjsip.conf:8) has match item sip.provider.example, whose addresses aren't known "
        "here, so it may cover 198.51.100.7, but Asterisk refuses it: line 11: match item 'sip.provider.example': "
    )


def test_lost_object_beside_the_one_that_decides():
    """An identified request has the lost object that would match too: it may be the one that was meant."""
    wrong = "[b]\ntype=endpoint\n[z]\ntype=identify\nendpoint=b\nmatch=198.51.100.0/24\n"
    near = "[n]\ntype=identify\nendpoint=trunk\nmatch=198.51.100.8\nx=1\n"

    explanation = explained(BOTH + "x=1\n" + wrong)

    assert explanation.answer == "b (by ip, section z)"
    assert f"  [lost] identify 'trunk' (pjsip.conf:8) {COVERS} Asterisk refuses it: line 12:" in str(
        explanation
    )
    assert "[lost]" not in str(explained(ENDPOINT + near + wrong))


def test_file_is_lost_by_its_error():
    """What costs a file is its error, not a line that is skipped before it; each section has that cause alone."""
    lines = "".join(f"[s{n}]\ntype=identify\nendpoint=trunk\nnonsense\n" for n in range(50))

    lost = Configuration.from_files({"pjsip.conf": lines + BOTH + "[oops\n"}).lost.identifies

    assert len(lost) == 51
    assert {each.why for each in lost} == {
        "nothing of the file is loaded: line 208: no closing ']' in '[oops'"
    }


def test_range_that_is_taken_for_a_name():
    """Of what was meant as a range it isn't said that it may cover any source."""
    assert misses(BOTH.replace(".7", ".10-20"), resolver=Nowhere()) == []


def test_lost_objects_that_almost_match():
    """What almost matches and is lost is told without advice, and not beside a lost object that would match."""
    near = "[b]\ntype=identify\nendpoint=trunk\nmatch=198.51.100.8\nx=1\n"

    (almost,) = misses(ENDPOINT + near)
    explanation = explained(BOTH + "x=1\n" + near)

    assert almost.endswith(
        "; its nearest item is 198.51.100.8, and Asterisk refuses it: line 12: identify has no option 'x'"
    )
    assert [str(miss)[:25] for miss in explanation.nearest_misses] == ["[lost] ip: identify 'trun"]
    assert "198.51.100.8" not in str(explanation)
    assert "198.51.100.8" in str(explained(BOTH + "x=1\n" + near, everything=True))


def test_order_of_a_lost_global_section():
    """A refused global section is named by the identifier that it would have had asked first."""
    text = "[global]\ntype=global\nendpoint_identifier_order=username,ip\nx=1\n[1001]\ntype=endpoint\n" + BOTH

    explanation = explained(text)

    assert explanation.answer == "trunk (by ip, section trunk)"
    assert (
        "  [lost] global 'global' (pjsip.conf:5) would have username asked before ip, but Asterisk refuses it: line 8"
        in str(explanation)
    )


def test_no_rule_that_asterisk_loads():
    """That no object has a rule isn't said of a file with a lost one, which is counted if it wouldn't match."""
    text = BOTH.replace("198.51.100.7", "203.0.113.9") + "x=1\n"

    explanation = explained(text)

    (reason,) = explanation.steps[1].reasons
    assert str(reason) == (
        "no identify object that Asterisk loads has a match item; identify 'trunk' (pjsip.conf:8) has one, "
        "but Asterisk refuses it: line 12: identify has no option 'x'"
    )
    assert "ip (no match item: identify 'trunk' at pjsip.conf:8 is lost)" in str(explanation)
    second = "[b]\ntype=identify\nendpoint=trunk\nmatch=203.0.113.10\nx=1\n"
    assert "ip (no match item: 2 identify objects are lost)" in str(explained(text + second))
    (listed, *_) = explained(text, everything=True).steps[1].reasons
    assert (listed.verdict, str(listed)[:53]) == (
        "lost",
        "identify 'trunk' (pjsip.conf:8) doesn't cover 198.51.",
    )


def test_what_exists_is_not_lost():
    """Templates that are used, phoneprov and objects in effect aren't among the lost ones."""
    text = (
        "[base](!)\ntype=identify\nendpoint=trunk\n[i](base)\nmatch=198.51.100.7\n[p]\ntype=phoneprov\nx=1\n"
    )
    lost = Configuration.from_files({"pjsip.conf": TRANSPORT + ENDPOINT + text}).lost

    assert lost == NOTHING_LOST
    assert pickle.loads(pickle.dumps(lost)) == lost


def test_many_lost_objects_are_counted():
    """Beyond a number lost sections aren't read again, but counted."""
    text = "".join(f"[i{i}]\ntype=identity\nmatch=192.0.2.1\n" for i in range(MOST_LOST + 5))

    lost = Configuration.from_files({"pjsip.conf": text}).lost

    assert (len(lost.identifies), lost.further) == (MOST_LOST, 5)
    assert lost.with_rule("match item") == MOST_LOST + 5


@pytest.mark.parametrize(
    ("item", "source", "meant"),
    [
        ('"198.51.100.7"', "198.51.100.7", True),
        ("198.51.100.7 198.51.100.8", "198.51.100.7", True),
        ("198.51.100.1-9", "198.51.100.7", True),
        ("198.51.100.1-198.51.100.6", "198.51.100.7", False),
        ("198.51.100.*", "198.51.100.7", True),
        ("198.51.*", "198.51.100.7", True),
        ("198.51.100.70/xx", "198.51.100.7", False),
        ("198.51.100.0/82", "198.51.100.7", True),
        ("198.51.100.0/255.255.255.256", "198.51.100.7", True),
        ("198.51.100.0/", "198.51.100.7", True),
        ("198.51.100.0/82", "198.51.101.7", False),
        ("198.51.101.0/24:5060", "198.51.100.7", False),
        ("1198.51.100.7", "198.51.100.7", False),
        ("*", "198.51.100.7", True),
        ("19*.0.0.1", "198.51.100.7", False),
        ("sip.provider.example", "198.51.100.7", False),
        ("2001:db8::1-2001:db8::9", "2001:db8::7", True),
        ("a-b", "198.51.100.7", False),
        ("198.51.100.0/24:5060", "198.51.100.7", True),
        ('"192.0.2.0/24 198.51.100.0/24"', "198.51.100.7", True),
        ("192.0.2.0/24:5060", "198.51.100.7", False),
        ("2001:db8::/64:5060", "2001:db8::7", True),
        ("198.51.100.x", "198.51.100.7", True),
        ("198.51.100.", "198.51.100.7", True),
        ("198.51.100.1..198.51.100.9", "198.51.100.7", True),
        ("198.51.100.10-20", "198.51.100.7", False),
        ("sip:198.51.100.7:5060", "198.51.100.7", True),
        ("no '=' in 'match:198.51.100.7'; the line is skipped", "198.51.100.7", True),
        ("ab:198.51.100.7", "198.51.100.7", False),
    ],
)
def test_items_that_are_not_valid(item, source, meant):
    """Lists, ranges, wildcards and quotes are recognised for what they were meant."""
    assert means(item, source) is meant


def test_nearest_misses_in_order():
    """A lost object comes before a rule that matches and points to nothing, this before another port and names."""
    text = (
        "[1001@c]\ntype=endpoint\n"
        + ENDPOINT
        + "[a]\ntype=identify\nendpoint=trunk\nmatch=198.51.100.8\n"
        + "[b]\ntype=identify\nendpoint=trunk\nmatch=198.51.100.7:5070\n"
        + "[c]\ntype=identify\nendpoint=nobody\nmatch=198.51.100.7\n"
        + "[d]\ntype=identify\nendpoint=trunk\nmatch=198.51.100.7\nx=1\n"
    )
    explanation = explained(text)

    assert [(miss.identifier, miss.reason.verdict) for miss in explanation.nearest_misses] == [
        ("ip", "lost"),
        ("ip", "missing"),
        ("ip", "near"),
        ("ip", "near"),
        ("username", "near"),
    ]
    assert "'b'" in str(explanation.nearest_misses[2])
    assert str(explanation.nearest_misses[3]).endswith(
        "-> match = 198.51.100.7 would cover it, if it is the same peer"
    )
    assert nearest_miss(explanation) == str(explanation.nearest_misses[0].reason)
    assert [each["text"] for each in explanation.as_dict()["nearest"]] == [
        str(miss.reason) for miss in explanation.nearest_misses
    ]


def test_text_of_an_unidentified_request():
    """After the answer come the nearest misses, each once, then what else was compared, then one line for the rest."""
    text = BOTH.replace("100.7", "100.8")

    assert str(explained(text)).split("\n") == [
        "not identified",
        "Nearest misses:",
        "  [near] ip: identify 'trunk' (pjsip.conf:8) doesn't cover 198.51.100.7; its nearest item is 198.51.100.8 "
        "-> match = 198.51.100.7 would cover it, if it is the same peer",
        "line: -",
        "  [no] the request URI has line='abcdefg', but no registration has line=yes",
        "username: -",
        "  [no] From user '1001' has no endpoint: tried '1001@b', '1001'",
        "No match by: anonymous (no endpoint 'anonymous'), header (no match_header), "
        "request_uri (no match_request_uri), auth_username (no Authorization)",
    ]
    everything = str(explained(text, everything=True)).split("\n")
    assert [line for line in everything if line.endswith(": -")] == [
        f"{identifier}: -"
        for identifier in ("line", "ip", "username", "anonymous", "header", "request_uri", "auth_username")
    ]


def test_lost_names():
    """Of a lost host name it is said that it may cover the source, not of what can't be one."""
    text = ENDPOINT + "[i]\ntype=identify\nendpoint=trunk\nx=1\nmatch="

    (name,) = misses(text + "sip.provider.example\n")
    assert name.startswith(
        "[lost] ip: identify 'i' (pjsip.conf:8) has match item sip.provider.example, whose addresses"
    )
    assert "so it may cover 198.51.100.7, but Asterisk refuses it: line 11" in name
    assert misses(text + "198.51.100.300\n") == []
