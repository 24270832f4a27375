"""What is said about a request that an access list denies: which list, which rule, where, and what Asterisk does."""

import json

import pytest
from calls import OFFICE, Traffic, configuration, request, response
from logged import Log

from identify.explain import explain
from identify.request import Request
from identify.simulation import refusals
from identify.simulation.runs.verification import verify

ACL = "[office]\ntype=acl\n"
#: The line of OFFICE's next section.
NEXT = OFFICE.count("\n") + 1


def explained(text, source="192.0.2.1", *, acl_conf=None, partial=False, **parts):
    """Return the explanation of a request."""
    files = {"pjsip.conf": text} if acl_conf is None else {"pjsip.conf": text, "acl.conf": acl_conf}
    config = type(configuration("")).from_files(files, partial=partial)
    return explain(config, {}, Request.from_message(request(**parts), source, 5060))


def lines(*arguments, **options):
    """Return the lines of an explanation before its steps."""
    explanation = explained(*arguments, **options)
    return [explanation.answer, *explanation.consequences]


BEFORE = "Asterisk answers this request before it would identify it: 403, refused by"
OBJECT = f"acl 'office' (pjsip.conf:{NEXT})"


@pytest.mark.parametrize(
    ("rules", "parts", "reason", "logged"),
    [
        (
            "deny=0.0.0.0/0\npermit=10.0.0.0/8\n", {},
            f"deny 0.0.0.0/0 (pjsip.conf:{NEXT + 2}) covers 192.0.2.1",
            "SIP ACL: Rejecting '192.0.2.1' due to a failure to pass ACL '(BASELINE)'",
        ),
        (
            "permit=!192.0.2.0/24\n", {},
            f"permit !192.0.2.0/24 (pjsip.conf:{NEXT + 2}) covers 192.0.2.1",
            "SIP ACL: Rejecting '192.0.2.1' due to a failure to pass ACL '(BASELINE)'",
        ),
        (
            "acl=inner\n", {},
            "deny 192.0.2.1 of named ACL 'inner' (acl.conf:2) covers 192.0.2.1",
            "SIP ACL: Rejecting '192.0.2.1' due to a failure to pass ACL 'inner'",
        ),
        (
            "acl=nobody\n", {},
            f"there is no named ACL 'nobody' (pjsip.conf:{NEXT + 2}), so 192.0.2.1 is denied",
            "SIP ACL: Rejecting '192.0.2.1' due to use of an invalid ACL 'nobody'.",
        ),
        (
            "contact_deny=10.0.0.0/8\n", {"contact": "<sip:x@192.0.2.1>, <sip:x@10.9.1.1>"},
            f"contact_deny 10.0.0.0/8 (pjsip.conf:{NEXT + 2}) covers 10.9.1.1, the host of a Contact",
            "SIP Contact ACL: Rejecting '10.9.1.1' due to a failure to pass ACL '(BASELINE)'",
        ),
        (
            "contact_deny=127.0.0.1\n", {"contact": "<sip:x@Localhost:9>"},
            f"contact_deny 127.0.0.1 (pjsip.conf:{NEXT + 2}) covers Localhost, the host of a Contact",
            "SIP Contact ACL: Rejecting '127.0.0.1' due to a failure to pass ACL '(BASELINE)'",
        ),
        (
            "contact_deny=2001:db8::/32\n", {"contact": "<sip:x@[2001:0DB8:0::1]>"},
            f"contact_deny 2001:db8::/32 (pjsip.conf:{NEXT + 2}) covers 2001:0DB8:0::1, the host of a Contact",
            "SIP Contact ACL: Rejecting '2001:db8::1' due to a failure to pass ACL '(BASELINE)'",
        ),
    ],
)  # fmt: skip
def test_before_identification(rules, parts, reason, logged):
    """The second line has what is answered, the object and the rule that decides, and the next one what is logged."""
    found = lines(f"{OFFICE}{ACL}{rules}", acl_conf="[inner]\ndeny=192.0.2.1\n", **parts)

    assert found == [
        "not identified; identification would find: alice (by username)",
        f"{BEFORE} {OBJECT}: {reason}",
        f"Asterisk logs: {logged}",
    ]


def test_silent_and_template_and_several():
    """An ACK gets no answer; an inherited rule has its template's line; all lists that deny are named."""
    text = f"{OFFICE}[none](!)\ntype=acl\ndeny=0.0.0.0/0\n[a](none)\n[b](none)\n"
    found = lines(text, method="ACK")

    rule = f"deny 0.0.0.0/0 (pjsip.conf:{NEXT + 2}, from [none]) covers 192.0.2.1"
    assert found[1] == (
        f"Asterisk ignores this ACK before it would identify it: refused by acl 'a' (pjsip.conf:{NEXT + 3}): {rule}"
    )
    assert found[2] == f"Refused too by acl 'b' (pjsip.conf:{NEXT + 4}): {rule}"


def test_after_identification():
    """An endpoint's own list is named with its rule, and Asterisk goes on as if the request weren't identified."""
    text = OFFICE.replace("[alice]\ntype=endpoint\n", "[alice]\ntype=endpoint\ndeny=192.0.2.0/24\n")
    place = f"pjsip.conf:{text[: text.index('[alice]')].count(chr(10)) + 1}"
    rule = f"pjsip.conf:{text[: text.index('deny')].count(chr(10)) + 1}"
    refused = f"endpoint 'alice' ({place}): deny 192.0.2.0/24 ({rule}) covers 192.0.2.1"

    assert lines(text)[:3] == [
        "not identified: alice (by username) denies it",
        f"Refused by {refused}",
        "Asterisk goes on as if nothing had identified it: 401",
    ]
    result = Traffic().receive().receive(call="c2", user="mallory", place={"source": "10.1.1.1"}).result(text)
    misses = {entry["source"]: entry["nearest_miss"] for entry in result.as_dict()["strangers"]}
    assert misses["192.0.2.1"] == f"refused by {refused}"
    assert "refused" not in misses["10.1.1.1"]
    rows = Traffic().receive().receive(call="c2", user="bob").rows(text)
    assert [row.refused_by for row in rows] == [refused, None]
    found = explained(text).as_dict()
    assert json.loads(json.dumps(found))["refusals"][0]["place"]["line"] == int(rule.partition(":")[2])
    assert found["match"]["endpoint"] == "alice"
    assert (found["outcome"], found["screening"], found["undetermined"]) == ("endpoint acl", "pass", False)


@pytest.mark.parametrize(
    ("method", "answer"),
    [
        ("OPTIONS", "481, unless the dialog of its To tag is live"),
        ("REGISTER", "401"),
        ("ACK", "an ACK is ignored"),
    ],
)
def test_after_identification_with_a_to_tag(method, answer):
    """The To tag of a REGISTER has no effect on what an endpoint's list makes of it."""
    text = OFFICE.replace("[alice]\ntype=endpoint\n", "[alice]\ntype=endpoint\ndeny=0.0.0.0/0\n")

    assert (
        lines(text, method=method, to_tag="t2")[2].removeprefix(
            "Asterisk goes on as if nothing had identified it: "
        )
        == answer
    )


def test_bounded_work(monkeypatch):
    """Beyond the limit a row says that it isn't known which list denies; what was asked before is."""
    monkeypatch.setattr(refusals, "MOST_WORK", 1)
    text = f"{OFFICE}{ACL}deny=0.0.0.0/0\n"
    traffic = Traffic()
    for number, source in enumerate(("192.0.2.1", "192.0.2.2", "192.0.2.1")):
        traffic.receive(call=f"c{number}", branch=f"z9hG4bK{number}", place={"source": source})
    first, second, third = (row.refused_by for row in traffic.rows(text))

    assert first == third
    assert first.startswith(OBJECT)
    assert second == refusals.UNNAMED


def test_names_in_contacts_are_not_known():
    """Where a list tests a Contact's host and that is a name, nobody here knows its address, unless another is denied."""
    text = f"{OFFICE}{ACL}contact_deny=10.0.0.0/8\n"
    found = explained(text, contact="<sip:x@phone.example>")

    assert found.outcome == "undetermined"
    assert str(found).startswith(
        "undetermined: alice (by username), unless an access list denies it\nNot known: "
    )
    assert found.as_dict()["undetermined"]
    assert [each["kind"] for each in found.as_dict()["unknowns"]] == ["contact-names"]
    assert explained(text, contact="<sip:x@phone.example>, <sip:x@10.0.0.1>").outcome == "acl"
    permits = f"{OFFICE}{ACL}contact_deny=10.0.0.0/8\ncontact_permit=0.0.0.0/0\n"
    assert explained(permits, contact="<sip:x@phone.example>").outcome == "identified"


@pytest.mark.parametrize(
    "files",
    [
        {"acl.conf": "#include more.conf\n[inner]\ndeny=0.0.0.0/0\n"},
        {"acl.conf": "[inner]\ndeny=0.0.0.0/0\n#exec lists\n"},
        {"acl.conf": "[inner]\n", "extconfig.conf": "[settings]\nacl.conf => odbc,db,acl\n"},
    ],
)
def test_named_lists_that_are_not_known(files):
    """Text that isn't here may change every named ACL, so what refers to one is undetermined, and nothing else is."""
    text = OFFICE.replace("[bob]\ntype=endpoint\n", "[bob]\ntype=endpoint\nacl=inner\n")
    own = OFFICE.replace("[bob]\ntype=endpoint\n", "[bob]\ntype=endpoint\nacl=inner\ndeny=0.0.0.0/0\n")
    traffic = Traffic().receive(user="bob").receive(call="c2")
    load = type(configuration("")).from_files
    config = load({"pjsip.conf": text, **files}, partial=True)

    assert traffic.outcomes(config) == ["undetermined", "identified"]
    assert traffic.outcomes(load({"pjsip.conf": own, **files}, partial=True)) == [
        "endpoint acl",
        "identified",
    ]
    assert [unknown.kind for unknown in config.unknowns] == ["access-lists"]
    assert any(problem.file in files for problem in config.problems)


def test_requests_that_need_more_than_themselves():
    """Of a To tag and a BYE it is said what isn't known of one message."""
    assert "If its To tag belongs to a live dialog" in lines(OFFICE, to_tag="t")[1]
    assert lines(OFFICE, method="BYE")[1].endswith("481 BYE/CANCEL outside a dialog, unless that is live")
    metadata = explain(configuration(), {}, Request(source="192.0.2.1", from_uri="sip:alice@h"))
    assert (metadata.answer, metadata.outcome) == ("alice (by username)", "identified")


def test_too_many_contacts():
    """A message full of Contacts and a long list are compared in a few steps each."""
    rules = "".join(f"contact_deny=10.{number >> 8}.{number & 255}.0/24\n" for number in range(20_000))
    contacts = ", ".join(f"<sip:172.16.{number >> 8}.{number & 255}>" for number in range(2_000))

    assert explained(f"{OFFICE}{ACL}{rules}", contact=contacts).outcome == "identified"


@pytest.mark.parametrize(
    ("rules", "denied", "agreed"),
    [("deny=192.0.2.1\n", True, 1), ("deny=10.0.0.0/8\n", True, 0), ("deny=192.0.2.1\n", False, 0)],
)
def test_verify(rules, denied, agreed, tmp_path):
    """A log that says of a request that type=acl refused it agrees with that outcome only, and the other way round."""
    log = Log("default")
    message = request()
    log.message(message, thread=1)
    if denied:
        log.line(
            "Incoming SIP message from 192.0.2.1:5060 did not pass ACL test", 1, "res_pjsip_acl.c", "WARNING"
        )
        answer = message.replace(b"OPTIONS sip:100@192.0.2.254 SIP/2.0", b"SIP/2.0 403 Forbidden")
        log.message(answer, received=False, kind="response", thread=1)
    else:
        log.line(" alice:192.0.2.1: Using endpoint for authentication", 2, "res_pjsip_authenticator_digest.c")
        log.line(
            "Request 'OPTIONS' from '<sip:alice@example.com>' failed for '192.0.2.1:5060' (callid: c1) - "
            "No matching endpoint found", 2, "res_pjsip/pjsip_distributor.c", "NOTICE",
        )  # fmt: skip
    path = tmp_path / "full.log"
    path.write_bytes(log.data)
    found = verify(configuration(f"{OFFICE}{ACL}{rules}"), path)

    assert found.agreed.total() == agreed
    assert found.differing == 1 - agreed
    if denied and not agreed:
        assert "the log says refused by an object of type=acl, we say alice by username" in str(
            found.differences[0]
        )
    elif not agreed:
        assert f"we say refused by {OBJECT}: deny 192.0.2.1" in str(found.differences[0])


def test_verify_in_a_dialog(tmp_path):
    """The lists of a dialog's endpoint are applied again and logged, without effect: such a line is no difference."""
    log = Log("default")
    invite = request("INVITE")
    log.message(invite, thread=1)
    log.message(response(200), received=False, kind="response", thread=1)
    log.message(request("BYE", to_tag="t1", branch="z9hG4bK2", sequence=2), peer="10.2.3.4:5060", thread=1)
    log.line(
        "Request 'BYE' from '<sip:alice@example.com>' failed for '10.2.3.4:5060' (callid: c1) - "
        "Not match Endpoint ACL", 2, "res_pjsip/pjsip_distributor.c", "NOTICE",
    )  # fmt: skip
    path = tmp_path / "full.log"
    path.write_bytes(log.data)
    text = OFFICE.replace("[alice]\ntype=endpoint\n", "[alice]\ntype=endpoint\ndeny=10.0.0.0/8\n")

    assert verify(configuration(text), path).differences == []
