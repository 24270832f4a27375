"""Values that refuse an object: every recorded probe, and rules that no single probe shows."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from loading import load, problem, read

from identify.config.objects import candidates
from identify.config.objects.schema import Table, option_tables

PROBES = json.loads(
    (Path(__file__).parent.parent / "data" / "option-values.json").read_text(encoding="utf-8")
)

#: What an object of the type had besides the probed option.
BESIDES = {
    "endpoint": {},
    "aor": {},
    "auth": {"username": "u", "password": "p"},
    "identify": {"endpoint": "e", "match_request_uri": "sip:x"},
    "registration": {
        "server_uri": "sip:192.0.2.1",
        "client_uri": "sip:me@192.0.2.1",
        "line": "yes",
        "endpoint": "e",
    },
    "domain_alias": {"domain": "d"},
    "acl": {},
    "transport": {"bind": "127.0.0.1:5080"},
    "global": {},
}
ATTRIBUTES = {
    "endpoint": "endpoints",
    "aor": "aors",
    "auth": "auths",
    "identify": "identifies",
    "registration": "registrations",
    "domain_alias": "domain_aliases",
    "acl": "acls",
    "transport": "transports",
}
#: Refused by the machine that was probed: files that it lacked, a module that it hadn't loaded.
MACHINE = {
    (type_name, name)
    for type_name in PROBES
    for name, option in option_tables()[type_name].items()
    if option.kind in ("file", "profile")
}
#: Probes that were refused for what that machine had: an OAuth account that was missing, addresses of others.
EXCEPTIONS = {
    ("auth", "auth_type", "google_oauth"),
    ("transport", "bind", "1"),
    ("transport", "bind", "0"),
    ("transport", "bind", "1.5"),
    ("transport", "bind", "10.0.0.1"),
}


def exists(type_name: str, name: str, value: str) -> bool:
    """Return whether an object with that option is created."""
    lines = {**BESIDES[type_name], name: value}
    text = "[t]\ntype=transport\nbind=127.0.0.1:5060\n[x]\ntype=" + type_name + "\n"
    text += "".join(f"{key}={line}\n" for key, line in lines.items())
    configuration = load(text)
    if type_name == "global":
        return configuration.settings.origin is not None
    return "x" in getattr(configuration, ATTRIBUTES[type_name])


@pytest.mark.parametrize(
    ("type_name", "name"), [(type_name, name) for type_name in PROBES for name in PROBES[type_name]]
)
def test_recorded_probes(type_name: str, name: str) -> None:
    """Each value is accepted or refused as the running Asterisk did."""
    probes = PROBES[type_name][name]
    skip = {probe for kind, option, probe in EXCEPTIONS if (kind, option) == (type_name, name)}

    accepted = [value for value in probes["accepted"] if not exists(type_name, name, value)]
    refused = [value for value in probes["refused"] if value not in skip and exists(type_name, name, value)]

    assert accepted == []
    if (type_name, name) in MACHINE:
        assert all(exists(type_name, name, value) for value in probes["refused"])
    else:
        assert refused == []


@pytest.mark.parametrize(
    ("lines", "accepted"),
    [
        ("allow=!all,ulaw|ALAW , g722:20", True),
        ("allow=ulaw,nosuch", False),
        ("allow=!nosuch,ulaw", False),
        ("allow=ulaw&alaw", False),
        ("disallow=", True),
        ("disallow=all\nallow=opus", True),
        ("timers_min_se=90", True),
        ("timers_min_se=300\ntimers_sess_expires=200", False),
        ("timers_min_se=2000\ntimers_sess_expires=3000", True),
        ("rtp_port_start=10000\nrtp_port_end=20000", True),
        ("rtp_port_start=20000\nrtp_port_end=10000", False),
        ("deny=0.0.0.0/0\npermit=10.0.0.0/8,!10.1.0.0/16", True),
        ("deny=10.0.0.1:5060", False),
        (
            "codec_prefs_incoming_offer=prefer: pending, operation: intersect, keep: all, transcode: allow",
            True,
        ),
        ("codec_prefs_incoming_offer=operation: union", False),
        (
            "codec_prefs_outgoing_offer=prefer: configured, operation: union, keep: first, transcode: prevent",
            True,
        ),
        ("set_var=NAME=value", True),
        ("dtmf_mode=RFC4733", True),
        ("tos_audio=ef", True),
        ("aors=missing\nauth=missing\ntransport=missing\nacl=missing", True),
        ("outbound_proxy=sip:192.168.0.1\\;lr", True),
        ("timers_min_se=0x5a", True),
        ("timers_min_se=0131", False),
        ("timers_min_se=0x100\ntimers_sess_expires=255", False),
        ("rtp_timeout=0x", False),
        ("rtp_timeout=037777777777", True),
        ("rtp_timeout=040000000000", False),
        ("rtp_timeout=" + "0" * 5000 + "1", True),
        ("rtp_timeout=" + "9" * 5000, False),
        ("allow=ulaw: 20,alaw:,gsm:1e3", True),
        ("allow=ulaw\nallow=alaw,", False),
        ("disallow=all, ", False),
        ("permit=10.0.0.1,10.0.0.2\ndeny=10.0.0.3, 10.0.0.4", False),
        ("acl=,", False),
        ("acl=a, ,b", True),
        ("named_pickup_group= , ", False),
        ("t38_udptl_ec=redundancy", True),
        ("t38_udptl_ec=REDUNDANCY", False),
        ("outgoing_call_offer_pref=Remote_merge", False),
        ("tos_video=mincost", False),
        ("from_user=a:b", True),
        ("from_user=a?b", False),
        ("preferred_codec_only=yes\nincoming_call_offer_pref=remote", False),
        ("preferred_codec_only=yes\nincoming_call_offer_pref=remote\nincoming_call_offer_pref=local", True),
        (
            "preferred_codec_only=yes\nincoming_call_offer_pref=local\nincoming_call_offer_pref=local_first",
            False,
        ),
        ("incoming_call_offer_pref=remote\npreferred_codec_only=yes\npreferred_codec_only=no", True),
        ("preferred_codec_only=yes\noutgoing_call_offer_pref=remote", True),
        ("dtls_auto_generate_cert=yes\ndtls_cert_file=/etc/c.pem", False),
        ("dtls_auto_generate_cert=no\ndtls_cert_file=/etc/c.pem", True),
        ("dtls_auto_generate_cert=yes\ndtls_cert_file=", True),
        ("dtls_auto_generate_cert=yes\ndtls_private_key=/etc/c.pem", True),
        ("codec_prefs_outgoing_offer=prefer pending,keep :: all more", True),
        ("codec_prefs_outgoing_offer=Prefer: anything", True),
        ("codec_prefs_outgoing_offer=prefer:\tpending", False),
        ("codec_prefs_outgoing_offer=: pending", False),
        ("codec_prefs_outgoing_offer=keep: ALL", False),
    ],
)
def test_endpoint_options(lines: str, accepted: bool) -> None:
    """Values that users have, and pairs."""
    assert ("e" in load(f"[e]\ntype=endpoint\n{lines}\n").endpoints) is accepted


def test_files_are_pointed_out_not_refused() -> None:
    """Whether a file exists on the machine can't be known here."""
    found = problem(load("[e]\ntype=endpoint\ndtls_cert_file=/etc/c.pem\n"), "option-unchecked")

    assert (found.severity, found.line) == ("note", 3)


def test_every_default_is_accepted() -> None:
    """A default that its own option refused would be a wrong rule."""
    for type_name in PROBES:
        for option in option_tables()[type_name].values():
            assert not option.default or option.check is None or option.check(option.default) is None


DIGESTS = {"MD5": "MD5:" + "0" * 32, "SHA-256": "SHA-256:" + "0" * 64}


@pytest.mark.parametrize(
    ("lines", "accepted"),
    [
        ("", False),
        ("username=u", False),
        ("username=\npassword=p", False),
        ("username=\nusername=u\npassword=p", True),
        ("username=u\nusername=\npassword=p", False),
        ("password=p", False),
        ("username=u\npassword=p", True),
        ("username=u\npassword=", False),
        ("username=u\npassword=p\npassword=", False),
        ("username=u\nmd5_cred=" + "g" * 32, True),
        ("username=u\nmd5_cred=MD5:" + "g" * 32, True),
        ("username=u\nmd5_cred=MD5:" + "g" * 31, False),
        ("username=u\nmd5_cred=" + "\u00e9" * 16, True),
        ("username=u\nmd5_cred=", False),
        ("username=u\npassword_digest=" + DIGESTS["MD5"], True),
        ("username=u\npassword_digest=:" + "0" * 32, True),
        ("username=u\npassword_digest=md5 :" + "0" * 32, True),
        ("username=u\npassword_digest=" + DIGESTS["SHA-256"], False),
        ("username=u\npassword_digest=" + DIGESTS["SHA-256"] + "0", False),
        ("username=u\npassword=p\npassword_digest=SHA-512-256:" + "0" * 32, False),
        ("username=u\nsupported_algorithms_uas=SHA-256\npassword_digest=" + DIGESTS["SHA-256"], False),
        (
            "username=u\nsupported_algorithms_uas=sha-256\nsupported_algorithms_uac= SHA-256,\n"
            "password_digest=" + DIGESTS["SHA-256"],
            True,
        ),
        (
            "username=u\nsupported_algorithms_uas=SHA-256,MD5\n"
            f"password_digest={DIGESTS['SHA-256']}\npassword_digest={DIGESTS['MD5']}",
            True,
        ),
        ("username=u\nsupported_algorithms_uas=,\nmd5_cred=" + "0" * 32, True),
        ("username=u\npassword=p\nsupported_algorithms_uac=AKAv1-MD5", True),
        ("username=u\nmd5_cred=" + "0" * 32 + "\nsupported_algorithms_uac=AKAv1-MD5", False),
        ("username=u\npassword=p\nsupported_algorithms_uac=SHA-512", False),
        ("username=u\nauth_type=DIGEST\npassword=p", True),
        ("username=u\nauth_type=google_oauth\npassword=p", False),
        ("username=u\nauth_type=google_oauth\nrefresh_token=r\noauth_clientid=c\noauth_secret=s", True),
        ("auth_type=google_oauth\nrefresh_token=r\noauth_clientid=c\noauth_secret=s", False),
        ("username=u\nauth_type=google_oauth\nrefresh_token=r\noauth_clientid=c\noauth_secret=", False),
    ],
)
def test_auths(lines: str, accepted: bool) -> None:
    """An auth needs a username, and credentials for each algorithm; the endpoint that refers to it stays."""
    configuration = load(f"[a]\ntype=auth\n{lines}\n[e]\ntype=endpoint\nauth=a\noutbound_auth=a\n")

    assert ("a" in configuration.auths) is accepted
    assert accepted or any(problem.lost == "the auth 'a'" for problem in configuration.problems)
    assert list(configuration.endpoints) == ["e"]


def test_credentials_are_not_shown() -> None:
    """A problem with an auth says which algorithm lacks a credential, and no secret."""
    text = (
        "[a]\ntype=auth\nusername=u\nsupported_algorithms_uas=SHA-256,MD5\nmd5_cred=" + "5ec7e7" * 5 + "42\n"
    )
    message = problem(load(text), "option-combination").message

    assert "SHA-256" in message
    assert "5ec7e7" not in message


@pytest.mark.parametrize(
    ("lines", "accepted"),
    [
        ("contact=<sip:a@b>,sips:c", True),
        ("contact=N <sip:a@b>", False),
        ("contact=sip:a@b,\ncontact=,", True),
        ("contact=sip:a@b,x", False),
        ("contact=sip:" + "h" * 245, True),
        ("contact=sip:" + "h" * 246, False),
        ("contact=sip:u@" + "\u00e9" * 123, False),
        ("contact=sip:u@" + "h" * 245 + ":5060\\;x=" + "y" * 250, True),
        ("contact=sip:" + "u" * 505 + "@h", True),
        ("contact=sip:" + "u" * 506 + "@h", False),
        ("qualify_frequency=86400", True),
        ("qualify_frequency=86401", False),
        ("qualify_timeout=-Infinity", True),
        ("qualify_timeout=nan(_0)", True),
        ("qualify_timeout=1e-999", False),
        ("qualify_timeout=0e-999", True),
        ("qualify_timeout=0x1.8p99999", False),
    ],
)
def test_aors(lines: str, accepted: bool) -> None:
    """Contacts, and numbers of an aor."""
    assert ("a" in load(f"[a]\ntype=aor\n{lines}\n").aors) is accepted


def test_contacts_are_items() -> None:
    """A line may have several contacts; empty items are none."""
    (aor,) = load("[a]\ntype=aor\ncontact=sip:a@b, ,<sip:c>,\ncontact=sips:d\n").aors.values()

    assert aor.contacts == ("sip:a@b", "<sip:c>", "sips:d")


def test_numbers_count_in_base_0() -> None:
    """A number that is read in base 0 is also used so."""
    settings = load(
        "[global]\ntype=global\nunidentified_request_count=010\nunidentified_request_period=0x10\n"
        "unidentified_request_prune_interval=+7\n"
    ).settings

    assert settings.unidentified_request_count == 8
    assert settings.unidentified_request_period == 16
    assert settings.unidentified_request_prune_interval == 7


@pytest.mark.parametrize("name", ["geoloc_incoming_call_profile", "geoloc_outgoing_call_profile"])
@pytest.mark.parametrize(
    ("value", "pointed"), [("", 0), ("<prefer_config>", 0), ("<discard_incoming>", 0), ("p", 1)]
)
def test_profiles_are_pointed_out_not_refused(name: str, value: str, pointed: int) -> None:
    """Which profiles geolocation.conf has isn't known here, but four exist everywhere."""
    configuration = load(f"[e]\ntype=endpoint\n{name}={value}\n")

    assert list(configuration.endpoints) == ["e"]
    assert [found.code for found in configuration.problems] == ["option-unchecked"] * pointed


@pytest.mark.parametrize(
    ("lines", "refused"),
    [("", True), ("event=presence", True), ("list_item=a", True), ("event=presence\nlist_item=a", False)],
)
def test_resource_lists(lines: str, refused: bool) -> None:
    """They need an event and an item."""
    problems = load(f"[l]\ntype=resource_list\n{lines}\n").problems

    assert [found.lost for found in problems] == ["the resource_list 'l'"] * refused


@pytest.mark.parametrize("type_name", ["contact", "subscription_persistence"])
def test_types_that_are_not_read(type_name: str) -> None:
    """Nothing in such a section is refused, also not a second one; a note says that it has no effect."""
    problems = load(f"[a]\ntype={type_name}\nfoo=1\n[a]\ntype={type_name}\n[e]\ntype=endpoint\n").problems

    assert [(found.code, found.severity) for found in problems] == [("type-unread", "note")] * 2


PROVISIONING = "MAC=020000000001\nPROFILE=desk\nown_variable=1\nDISPLAY_NAME=x"


@pytest.mark.parametrize(
    ("text", "wizards"),
    [
        (f"[a]\ntype=phoneprov\n{PROVISIONING}\n[a]\ntype=phoneprov\n", ""),
        ("", "[w]\ntype=wizard\nhas_phoneprov=yes\nremote_hosts=192.0.2.1\nphoneprov/MAC=020000000001\n"),
        ("[a]\ntype=inbound-publication\nevent_asterisk-mwi=a\nEVENT_x=\nevent_=b\n", ""),
        ("[a]\ntype=outbound-publish\n@body=x\n", ""),
    ],
)
def test_types_with_options_of_many_names(text: str, wizards: str) -> None:
    """Provisioning takes every option, a publication one for each event, and all types those with ``@``."""
    assert load(text, pjsip_wizard=wizards).problems == ()


@pytest.mark.parametrize("name", ["event", "events_x", "xevent_a"])
def test_other_names_are_unknown(name: str) -> None:
    """Only names that begin with ``event_`` are those of events."""
    found = problem(load(f"[a]\ntype=inbound-publication\n{name}=a\n"), "option-unknown")

    assert found.lost == "the inbound-publication 'a'"


@pytest.mark.parametrize(
    ("value", "accepted"),
    [
        ("(g722)", True),
        ("( g722 )", True),
        ("(\tg722|ulaw , !alaw )", True),
        ("(all)", True),
        ("(!all,g729:40)", True),
        ("((g722))", False),
        ("(g722),(ulaw)", False),
        ("ulaw,(g722)", False),
        ("!(g722)", False),
        ("(g722", False),
        ("g722)", False),
        ("(ulaw,)", False),
        ("()", False),
        ("( )", False),
    ],
)
def test_codecs_in_parentheses(value: str, accepted: bool) -> None:
    """One pair around the whole list is removed, whoever writes the line: endpoint, template or wizard, any release."""
    wizard = f"[t](!)\ntype=wizard\nremote_hosts=192.0.2.1\nendpoint/disallow=(all)\nendpoint/allow={value}\n[e](t)\n"
    for release in ("16.2.1", "18.10.0", "23"):
        for text, other in (
            (f"[e]\ntype=endpoint\nallow={value}\n", ""),
            (f"[t](!)\nallow={value}\n[e](t)\ntype=endpoint\n", ""),
            ("", wizard),
        ):
            assert ("e" in read(text, release, pjsip_wizard=other).endpoints) == accepted, (release, text)


def test_inherited_lines_are_judged_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Names are looked for once, and values checked once, however many sections inherit them."""
    looked: list[str] = []
    find = Table.find
    monkeypatch.setattr(Table, "find", lambda table, name: looked.append(name) or find(table, name))
    heirs = "".join(f"[a{number}](t)\n" for number in range(50))
    before = candidates._checked.cache_info().misses
    found = load(f"[t](!)\ntype=endpoint\nnever-seen-before=1\nrtp_timeout=never{len(heirs)}\n{heirs}")

    assert len(found.problems) == 100
    assert sorted(looked) == ["never-seen-before", "rtp_timeout", "type"]
    assert candidates._checked.cache_info().misses == before + 1


def test_secrets_are_not_remembered() -> None:
    """What says whether a digest is valid keeps none."""
    before = candidates._checked.cache_info(), candidates._checked_long.cache_info()
    found = load(f"[a]\ntype=auth\nusername=u\npassword_digest=MD5:{'0' * 32}\n")

    assert found.auths
    assert (candidates._checked.cache_info(), candidates._checked_long.cache_info()) == before
