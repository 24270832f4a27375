"""Options and values of releases: what the recorded ones lack, and what follows for the others."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from loading import one, problem, read

from identify.config.objects.schema import Option, Tables, option_tables
from identify.config.releases import RECORDED, release_of

PROBES = json.loads(
    (Path(__file__).parent.parent / "data" / "option-values.json").read_text(encoding="utf-8")
)

UNKNOWN = {
    "22.8.0": "",
    "22.5.2": (
        "endpoint/follow_redirect_methods endpoint/rtp_port_start endpoint/rtp_port_end system/taskpool_max_size"
        " transport/external_signaling_hostname"
    ),
    "20.15.2": "registration/user_agent",
    "18.10.0": (
        "identify/match_request_uri endpoint/overlap_context endpoint/security_mechanisms endpoint/send_aoc"
        " endpoint/suppress_moh_on_sendonly endpoint/tenantid auth/password_digest auth/supported_algorithms_uac"
        " auth/supported_algorithms_uas aor/qualify_2xx_only registration/security_negotiation"
        " transport/tcp_keepalive_enable global/all_codecs_on_empty_reinvite global/default_auth_algorithms_uas"
    ),
}
ONLY_18 = (
    "endpoint/geoloc_incoming_call_profile endpoint/stir_shaken_profile registration/max_random_initial_delay"
    " transport/allow_wildcard_certs resource_list/resource_display_name global/allow_sending_180_after_183"
)
ONLY_16 = (
    "endpoint/codec_prefs_incoming_answer endpoint/incoming_call_offer_pref endpoint/outgoing_call_offer_pref"
    " auth/oauth_clientid auth/oauth_secret auth/refresh_token registration/contact_header_params"
    " registration/support_outbound"
)
ONLY_16_2 = (
    "endpoint/allow_unauthenticated_options endpoint/ignore_183_without_sdp endpoint/send_history_info"
    " endpoint/stir_shaken endpoint/t38_bind_udptl_to_media_address aor/remove_unavailable global/norefersub"
    " global/taskprocessor_overload_trigger system/disable_rport"
)


@pytest.mark.parametrize("version", RECORDED)
def test_options_of_recorded_releases(version: str) -> None:
    """A recorded release lacks the options that were seen to be missing in it, and has all others for sure."""
    names = ["22.8.0", "22.5.2", "20.15.2", "18.10.0"]
    base = "18.10.0" if version.startswith("16") else version
    missing = " ".join(UNKNOWN[name] for name in names[: names.index(base) + 1]) if base in names else ""
    missing += f" {ONLY_18}" if version == "18.10.0" else ""
    missing += f" {ONLY_16}" if version.startswith("16") else ""
    missing += f" {ONLY_18} {ONLY_16_2}" if version == "16.2.1" else ""
    tables = option_tables(release_of(version))
    every = f"{' '.join(UNKNOWN.values())} {ONLY_16} {ONLY_16_2} {ONLY_18}".split()

    assert [path for path in every if _option(tables, path).missing] == [
        path for path in every if path in missing.split()
    ]
    assert [path for path in every if _option(tables, path).unsure is not None] == []


def _option(tables: Tables, path: str) -> Option:
    type_name, _, name = path.partition("/")
    return tables[type_name][name]


@pytest.mark.parametrize(
    ("version", "path", "has"),
    [
        ("16.30", "endpoint/codec_prefs_incoming_offer", False),
        ("17", "endpoint/codec_prefs_incoming_offer", None),
        ("18.9", "endpoint/codec_prefs_incoming_offer", None),
        ("19.2", "endpoint/codec_prefs_incoming_offer", True),
        ("18.14", "endpoint/geoloc_incoming_call_profile", True),
        ("18.12", "endpoint/geoloc_incoming_call_profile", None),
        ("18.9", "endpoint/geoloc_incoming_call_profile", False),
        ("17", "endpoint/geoloc_incoming_call_profile", False),
        ("18.26", "endpoint/send_aoc", None),
        ("20.14.1", "endpoint/send_aoc", None),
        ("20.16", "endpoint/send_aoc", True),
        ("22.5", "endpoint/send_aoc", True),
        ("20.20", "registration/user_agent", False),
        ("21", "registration/user_agent", None),
        ("22.4", "registration/user_agent", None),
        ("22.5", "registration/user_agent", True),
        ("20.15.2", "endpoint/rtp_port_start", False),
        ("20.20", "endpoint/rtp_port_start", None),
        ("22.6", "endpoint/rtp_port_start", None),
        ("22.8.0", "endpoint/rtp_port_start", True),
        ("23.4.0", "endpoint/rtp_port_start", True),
    ],
)
def test_options_of_other_releases(version: str, path: str, has: bool | None) -> None:
    """From the recorded releases follows what others have, or that it isn't known; the latter is accepted."""
    option = _option(option_tables(release_of(version)), path)

    assert (option.missing, option.unsure is not None) == (has is False, has is None)


def test_an_option_that_may_not_exist() -> None:
    """An option of which it isn't known whether the release has it is accepted, with a warning."""
    text = "[e]\ntype=endpoint\nsend_aoc=yes\n"
    unsure = read(text, "18.20")

    assert "e" in unsure.endpoints
    found = problem(unsure, "option-release")
    assert (found.severity, found.line, found.section) == ("warning", 3, "e")
    assert "e" not in read(text, "18.10.0").endpoints
    assert problem(read(text, "18.10.0"), "option-unknown").message == (
        "endpoint has no option 'send_aoc': only later releases have it"
    )
    assert not read(text, "20.16").problems


def test_a_global_section_with_an_option_of_later_releases() -> None:
    """It is refused as a whole, so the order of identifiers is the default; untyped, it doesn't count at all."""
    order = "endpoint_identifier_order=username\nall_codecs_on_empty_reinvite=yes\n"
    for head in ("[global]\ntype=global\n", "[global]\n"):
        assert read(head + order, "18.10.0").identifiers[1] == "ip"
        assert read(head + order, "23").identifiers[1] == "username"


def test_match_request_uri_refuses_the_whole_identify() -> None:
    """Also one that has a good match, as any unknown option does."""
    assert not one("match=10.0.0.1\nmatch_request_uri=sip:a", "18.22").identifies
    assert one("match=10.0.0.1\nmatch_request_uri=sip:a", "18.23.1").identifies


@pytest.mark.parametrize(
    ("section", "older", "newest"),
    [
        ("type=endpoint\nidentify_by=request_uri", False, True),
        ("type=endpoint\nidentify_by=ip, REQUEST_URI", False, True),
        ("type=endpoint\nidentify_by=header,auth_username", True, True),
        ("type=endpoint\n100rel=peer_supported", False, True),
        ("type=endpoint\n100rel=required", True, True),
        ("type=auth\nusername=u\npassword=p\nauth_type=digest", False, True),
        ("type=auth\nusername=u\nauth_type=md5", False, False),
        ("type=auth\nusername=u", True, False),
        ("type=auth\npassword=p", False, False),
        ("type=auth\nusername=u\nauth_type=md5\nmd5_cred=0123456789abcdef0123456789abcdef", True, True),
        ("type=auth\nusername=u\npassword=p\nmd5_cred=short", True, False),
        ("type=auth\nusername=u\npassword=", True, False),
        ("type=transport\nbind=127.0.0.1\nasync_operations=0", False, True),
        ("type=transport\nbind=127.0.0.1\nasync_operations=1", True, True),
        ("type=transport\nprotocol=tls\nbind=127.0.0.1\nmethod=tlsv1_3", False, True),
        ("type=transport\nprotocol=tls\nbind=127.0.0.1\nmethod=tlsv1_2", True, True),
    ],
)
def test_values(section: str, older: bool, newest: bool | None) -> None:
    """Values that 18.10.0 refuses, or accepts, other than the newest; None where the newest isn't asked here."""

    def exists(release: str) -> bool:
        configuration = read(f"[x]\n{section}\n", release)
        return any(
            "x" in found for found in (configuration.endpoints, configuration.auths, configuration.transports)
        )

    assert exists("18.10.0") is older
    assert newest is None or exists("23") is newest


def _differing(version: str) -> set[tuple[str, str, str]]:
    """Return the probed values of options that a release has, and takes otherwise than the newest."""
    newest, tables = option_tables(), option_tables(release_of(version))
    found = set()
    for type_name, probes in PROBES.items():
        for name, values in probes.items():
            ours, theirs = tables[type_name][name], newest[type_name][name]
            for value in [*values["accepted"], *values["refused"]]:
                accepted = [option.check is None or option.check(value) is None for option in (ours, theirs)]
                if not ours.missing and accepted[0] != accepted[1]:
                    found.add((type_name, name, value))
    return found


@pytest.mark.parametrize("version", ["22.8.0", "22.5.2", "20.15.2"])
def test_values_that_were_probed_last(version: str) -> None:
    """These releases take every probed value as the newest does."""
    assert _differing(version) == set()


def test_values_that_were_probed_first() -> None:
    """18.10.0 takes every probed value as the newest does, but for those that were seen to differ."""
    found = _differing("18.10.0")

    assert {(type_name, name, value) for type_name, name, value in found if name != "md5_cred"} == {
        ("auth", "auth_type", "digest"),
        ("endpoint", "100rel", "peer_supported"),
        ("endpoint", "identify_by", "request_uri"),
        ("transport", "async_operations", "0"),
        ("transport", "method", "tlsv1_3"),
    }
    assert {value for _, name, value in found if name == "md5_cred"} == set(
        PROBES["auth"]["md5_cred"]["refused"]
    )
    assert _differing("16.28.0") == {path for path in found if path[0] != "transport"}
    assert _differing("16.2.1") == found
