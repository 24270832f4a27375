"""pjsip_wizard.conf: identification section 11."""

from __future__ import annotations

from pathlib import Path

import pytest
from loading import TRANSPORT, codes, items, load, problem

from identify.config.objects.wizard.patterns import UnknownValueError, expand
from identify.configuration import Configuration

HEAD = "[w]\ntype=wizard\n"
SENDS = "sends_registrations=yes\noutbound_auth/username=u\noutbound_auth/password=p\nsends_auth=yes\n"
LINE = "registration/line=yes\nregistration/endpoint=w\n"


def wizard(text: str, main: str = "") -> Configuration:
    """Load a wizard file beside a transport."""
    return load(TRANSPORT + main, pjsip_wizard=text)


def test_objects_of_a_trunk() -> None:
    """Endpoint, aor, identify, auth and one registration for each host."""
    configuration = wizard(HEAD + "remote_hosts=192.0.2.1:5070, !192.0.2.0/28\n" + SENDS)

    assert list(configuration.endpoints) == list(configuration.aors) == ["w"]
    assert list(configuration.auths) == ["w-oauth"]
    assert items(configuration, "w-identify") == ["192.0.2.1:5070/32", "!192.0.2.0/28"]
    assert configuration.identifies["w-identify"].endpoint == "w"
    assert configuration.endpoints["w"].options["outbound_auth"] == "w-oauth"


def test_registrations() -> None:
    """Named by the number of the host, with the URIs made of it."""
    configuration = wizard(HEAD + "remote_hosts=192.0.2.1,192.0.2.2:5070\n" + SENDS + LINE)

    first, second = configuration.registrations.values()
    assert (first.id, first.server_uri, first.client_uri) == ("w-reg-0", "sip:192.0.2.1", "sip:u@192.0.2.1")
    assert (second.id, second.server_uri) == ("w-reg-1", "sip:192.0.2.2:5070")
    assert (first.line, first.endpoint) == (True, "w")


def test_the_first_refused_registration_ends_them() -> None:
    """A network is no server; what was made before it stays."""
    configuration = wizard(HEAD + "remote_hosts=192.0.2.1,192.0.2.0/24,192.0.2.3\n" + SENDS + LINE)

    assert list(configuration.registrations) == ["w-reg-0"]
    assert list(configuration.identifies) == ["w-identify"]
    lost = {problem.lost for problem in configuration.problems if problem.code == "registration-uri"}
    assert lost == {"the registration 'w-reg-1'"}


def test_line_needs_the_endpoint() -> None:
    """``registration/line`` alone refuses the registration and nothing else."""
    configuration = wizard(HEAD + "remote_hosts=192.0.2.1\n" + SENDS + "registration/line=yes\n")

    assert not configuration.registrations
    assert list(configuration.endpoints) == ["w"]
    assert codes(configuration) == {"registration-line"}


def test_accepting_registrations_means_no_identify() -> None:
    """A phone is found by its name."""
    configuration = wizard(HEAD + "accepts_registrations=yes\nremote_hosts=192.0.2.1\n")

    assert list(configuration.endpoints) == ["w"]
    assert not configuration.identifies
    assert not codes(configuration)


def test_sending_lines_means_no_identify() -> None:
    """``sends_line_with_registrations`` gives the registrations line and endpoint instead."""
    configuration = wizard(HEAD + "remote_hosts=192.0.2.1\nsends_line_with_registrations=yes\n" + SENDS)

    assert not configuration.identifies
    assert configuration.registrations["w-reg-0"].endpoint == "w"


def test_hosts_are_required() -> None:
    """Without them endpoint and aor are made, the identify isn't, whatever it says itself."""
    configuration = wizard(HEAD + "identify/match=192.0.2.1\n")

    assert list(configuration.endpoints) == list(configuration.aors) == ["w"]
    assert not configuration.identifies
    assert problem(configuration, "wizard-hosts").lost == "the identify 'w-identify'"


def test_own_match_replaces_the_hosts() -> None:
    """Other identify options are added beside, the endpoint is always the wizard's."""
    configuration = wizard(
        HEAD
        + "remote_hosts=bad.invalid\nidentify/match=10.0.0.1\nidentify/match_header=X: 1\nidentify/endpoint=z\n"
    )

    identify = configuration.identifies["w-identify"]
    assert items(configuration, "w-identify") == ["10.0.0.1/32"]
    assert identify.header is not None
    assert identify.endpoint == "w"


def test_last_hosts_line_holds() -> None:
    """Unlike ``match``, repeated lines don't append."""
    configuration = wizard(HEAD + "remote_hosts=192.0.2.1\nremote_hosts=192.0.2.2\n")

    assert items(configuration, "w-identify") == ["192.0.2.2/32"]


def test_bad_host_refuses_only_the_identify() -> None:
    """Endpoint and aor stay."""
    configuration = wizard(HEAD + "remote_hosts=bad.invalid\n")

    assert list(configuration.endpoints) == list(configuration.aors) == ["w"]
    assert not configuration.identifies


def test_unknown_plain_options_are_ignored_others_refuse() -> None:
    """``foo`` does nothing, ``endpoint/foo`` leaves the identify without endpoint."""
    assert list(wizard(HEAD + "remote_hosts=192.0.2.1\nfoo=bar\n").endpoints) == ["w"]

    configuration = wizard(HEAD + "remote_hosts=192.0.2.1\nendpoint/foo=bar\n")
    assert not configuration.endpoints
    assert list(configuration.identifies) == ["w-identify"]
    assert codes(configuration) == {"option-unknown", "identify-dangling"}


def test_last_wizard_of_a_name_counts() -> None:
    """The earlier one's identify goes if the later one wants none, and stays if it fails to make one."""
    first = HEAD + "remote_hosts=192.0.2.1\n" + SENDS + LINE

    assert items(wizard(first + HEAD + "remote_hosts=192.0.2.2\n"), "w-identify") == ["192.0.2.2/32"]
    assert not wizard(first + HEAD + "remote_hosts=192.0.2.2\n").registrations
    assert not wizard(first + HEAD + "accepts_registrations=yes\n").identifies
    assert items(wizard(first + HEAD), "w-identify") == ["192.0.2.1/32"]


def test_only_wizards_in_the_wizard_file_and_none_elsewhere() -> None:
    """Sections without type do nothing here, wizards do nothing in pjsip.conf."""
    configuration = wizard("[w]\nremote_hosts=192.0.2.1\n[v]\ntype=endpoint\n", "[x]\ntype=wizard\n")

    assert not configuration.endpoints
    assert codes(configuration) == {"type-missing", "type-unknown", "wizard-misplaced"}


def test_object_of_pjsip_conf_wins() -> None:
    """Of one id in both files that of pjsip.conf is used, unless it is refused."""
    text = HEAD + "remote_hosts=192.0.2.1\n"
    own = "[w-identify]\ntype=identify\nendpoint=w\nmatch=10.0.0.1\n"

    assert items(wizard(text, own), "w-identify") == ["10.0.0.1/32"]
    assert items(wizard(text, own + "foo=bar\n"), "w-identify") == ["192.0.2.1/32"]


def test_wizards_objects_are_sorted_among_the_others() -> None:
    """The order is by id, whichever file it comes from."""
    main = "".join(f"[{name}]\ntype=identify\nendpoint=w\nmatch=10.0.0.1\n" for name in ("z", "a", "w-j"))

    assert list(wizard(HEAD + "remote_hosts=192.0.2.1\n", main).identifies) == ["a", "w-identify", "w-j", "z"]


def test_invalid_wizard_file_leaves_pjsip_conf() -> None:
    """And the other way round."""
    configuration = wizard("[w](nope)\n", "[e]\ntype=endpoint\n")

    assert list(configuration.endpoints) == ["e"]
    assert problem(configuration, "section-unknown-parent").file == "pjsip_wizard.conf"
    assert list(load("[e](nope)\n", pjsip_wizard=HEAD + "remote_hosts=192.0.2.1\n").endpoints) == ["w"]


def test_without_pjsip_conf(tmp_path: Path) -> None:
    """The wizard's objects exist, from a directory and from texts."""
    text = HEAD + "remote_hosts=192.0.2.1\n"
    (tmp_path / "pjsip_wizard.conf").write_text(text)

    for configuration in (
        Configuration.from_path(tmp_path),
        Configuration.from_files({"pjsip_wizard.conf": text}),
    ):
        assert list(configuration.identifies) == ["w-identify"]
        assert codes(configuration) == {"file-missing"}


def test_function_in_a_pattern_is_not_guessed() -> None:
    """What a function gives isn't known: there may be any registration, and the other objects stay."""
    configuration = wizard(HEAD + "remote_hosts=192.0.2.1\nserver_uri_pattern=sip:${ENV(x)}\n" + SENDS)

    (unknown,) = configuration.unknowns
    assert (unknown.kind, unknown.types) == ("objects", {"registration"})
    assert list(configuration.identifies) == ["w-identify"]
    assert problem(configuration, "wizard-pattern").line


def test_patterns_make_bounded_text() -> None:
    """A pattern that multiplies a long host exceeds a limit, and its object doesn't exist."""
    text = f"remote_hosts={'h' * 8000}\nidentify/match=192.0.2.1\ncontact_pattern={'${REMOTE_HOST}' * 500}\n"
    configuration = wizard(HEAD + text)

    assert problem(configuration, "limit-exceeded").lost == "the aor 'w'"
    assert not configuration.aors
    assert list(configuration.identifies) == ["w-identify"]


@pytest.mark.parametrize(
    "pattern", ["${" * 4000, "$[" * 4000, "$[" + "(" * 4000, "$[1/0]", "$[7/2]", "$[]", "${EPOCH}"]
)
def test_patterns_that_are_not_evaluated(pattern: str) -> None:
    """Whatever is nested too deeply, no whole number or Asterisk's own is reported, never guessed or followed."""
    with pytest.raises(UnknownValueError):
        expand(pattern, {"REMOTE_HOST": "h"})
