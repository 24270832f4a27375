"""Objects that don't come from the sections that were read: sorcery.conf, and includes that are missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from identify.config.objects.schema import option_tables
from identify.configuration import Configuration
from identify.explain import explain
from identify.request import Request

OBJECTS = (
    "[t]\ntype=transport\nbind=0.0.0.0\n[a]\ntype=endpoint\n[a]\ntype=identify\nendpoint=a\nmatch=192.0.2.1\n"
    "[r]\ntype=registration\nserver_uri=sip:h\nclient_uri=sip:h\nline=yes\nendpoint=a\n"
)
WIZARD = "[w]\ntype=wizard\nremote_hosts=192.0.2.2\n"


def load(sorcery: str, text: str = OBJECTS, extconfig: str | None = None, **options: bool) -> Configuration:
    files = {"pjsip.conf": text, "pjsip_wizard.conf": WIZARD, "sorcery.conf": sorcery}
    if extconfig is not None:
        files["extconfig.conf"] = extconfig
    return Configuration.from_files(files, **options)


def codes(configuration: Configuration) -> list[str]:
    return [problem.code for problem in configuration.problems]


@pytest.mark.parametrize(
    ("section", "lines", "hidden", "unknown"),
    [
        ("res_pjsip_endpoint_identifier_ip", "identify=realtime,ps_x", True, True),
        ("RES_pjsip_endpoint_identifier_ip", "identify => realtime,ps_x", True, True),
        ("res_pjsip_endpoint_identifier_ip", "Identify=realtime,ps_x", False, False),
        ("res_pjsip_endpoint_identifier_ip", "identify=memory", True, False),
        ("res_pjsip_endpoint_identifier_ip", "identify=config,other.conf,criteria=type=identify", True, True),
        (
            "res_pjsip_endpoint_identifier_ip",
            "identify=config,pjsip.conf,criteria=type=identify",
            False,
            False,
        ),
        (
            "res_pjsip_endpoint_identifier_ip",
            "identify=realtime,ps_x\nidentify=config,pjsip.conf,criteria=type=identify",
            False,
            True,
        ),
        ("res_pjsip_endpoint_identifier_ip", "identify/cache=memory_cache,maximum_objects=1", False, False),
        ("res_pjsip_endpoint_identifier_ip](!)\n[x", "identify=realtime,ps_x", False, False),
        ("res_pjsip_endpoint_identifier_ip", "identify=realtime,ps_x\r", True, True),
        ("res_pjsip_endpoint_identifier_ip", "identify=realtime,ps_x\nidentify=realtime,ps_y", True, True),
        (
            "res_pjsip_endpoint_identifier_ip",
            "identify=realtime,ps_x,allow_unqualified_fetch=warn",
            True,
            True,
        ),
        (
            "res_pjsip_endpoint_identifier_ip",
            "identify=realtime,ps_x,allow_unqualified_fetch=no",
            True,
            False,
        ),
        ("res_pjsip_endpoint_identifier_ip", "identify=astdb,x", True, True),
        ("res_pjsip", "identify=config,other.conf", True, True),
        ("other_module", "identify=realtime,ps_x", False, False),
    ],
)
def test_mapping_of_identify(section: str, lines: str, hidden: bool, unknown: bool) -> None:
    """A mapped type isn't read from pjsip.conf unless a line says so; what comes from elsewhere isn't known."""
    configuration = load(f"[{section}]\n{lines}\n")

    assert ("a" in configuration.identifies) is not hidden
    assert "w-identify" in configuration.identifies
    assert [each.types for each in configuration.unknowns] == [frozenset({"identify"})] * unknown
    problems = [problem for problem in configuration.problems if problem.code == "objects-elsewhere"]
    assert len(problems) == (hidden or unknown)
    assert [bool(problem.lost) for problem in problems] == [hidden] * len(problems)


@pytest.mark.parametrize(
    ("section", "type", "objects"),
    [
        ("res_pjsip", "endpoint", "endpoints"),
        ("res_pjsip", "transport", "transports"),
        ("res_pjsip_outbound_registration", "registration", "registrations"),
    ],
)
def test_other_types(section: str, type: str, objects: str) -> None:
    """Each module maps its own types."""
    configuration = load(f"[{section}]\n{type}=realtime,ps_x\n")

    assert not [id for id in getattr(configuration, objects) if not id.startswith("w")]
    (unknown,) = configuration.unknowns
    assert type in unknown.types


def test_what_may_exist_is_not_said_to_be_missing() -> None:
    """With endpoints of a database no reference dangles, and with their transports a registration may exist."""
    endpoints = load("[res_pjsip]\nendpoint=realtime,ps_x\n")
    transports = load("[res_pjsip]\ntransport=realtime,ps_x\n")

    assert "identify-dangling" not in {problem.code for problem in endpoints.problems}
    assert [unknown.types for unknown in transports.unknowns] == [{"transport", "registration"}]


def test_second_section_counts_for_nothing() -> None:
    """Of two sections with one name the first is used."""
    name = "[res_pjsip_endpoint_identifier_ip]\n"

    assert not load(f"{name}{name}identify=realtime,ps_x\n").unknowns


def test_sorcery_that_cannot_be_read() -> None:
    """Then nothing is known of any type."""
    configuration = load("[res_pjsip\n")
    (unknown,) = configuration.unknowns

    assert unknown.types > {"endpoint", "identify"}
    assert codes(configuration) == ["section-unclosed"]


@pytest.mark.parametrize(
    "line",
    [
        "identify=realtme,ps_x",
        "identify=Realtime,ps_x",
        "identify=realtime , ps_x",
        "identify=realtime",
        "identify=realtime,",
        "identify=realtime,ps_gone",
        "identify=realtime,ps_x,criteria=type=identify",
        "identify=realtime,ps_x,allow_unqualified_fetch=maybe",
    ],
)
def test_mistakes_in_the_mapping_of_identify(line: str) -> None:
    """Asterisk logs such a line, and reads pjsip.conf as if it weren't there."""
    sorcery = f"[res_pjsip_endpoint_identifier_ip]\n{line}\n"

    configuration = load(sorcery, extconfig="[settings]\nps_x => odbc,asterisk\n")

    assert list(configuration.identifies) == ["a", "w-identify"]
    assert not configuration.unknowns
    assert codes(configuration) == ["sorcery-line"]


@pytest.mark.parametrize(
    "line",
    [
        "endpoint=realtme,ps_x",
        "aor=realtime",
        "contact=realtime,ps_gone",
        "endpont=realtime,ps_gone",
        "auth=realtime,PS_x,criteria=type=auth",
        "identify=realtime,ps_gone",
    ],
)
def test_mistakes_that_keep_sip_from_being_loaded(line: str) -> None:
    """With a bad line in the section of res_pjsip there is no SIP, so no answer is certain; the line is named."""
    sorcery = f"[res_pjsip]\nendpoint=config,pjsip.conf,criteria=type=endpoint\n{line}\n"

    configuration = load(sorcery, extconfig="[settings]\nps_x => odbc,asterisk\n")
    explanation = explain(configuration, {}, Request(source="192.0.2.1", method="OPTIONS"))

    assert "a" not in configuration.endpoints
    assert codes(configuration) == ["sorcery-line"]
    (unknown,) = explanation.undetermined
    assert unknown.what.startswith("whether Asterisk has SIP at all")
    assert unknown.origin is not None
    assert (unknown.origin.file, unknown.origin.line) == ("sorcery.conf", 3)


def test_families_may_have_any_case() -> None:
    """Nor is a family missing if there is no extconfig.conf, or none that can be read."""
    sorcery = "[res_pjsip]\naor=realtime,PS_X\n"

    for extconfig in ("[Settings]\nps_x => odbc,asterisk\n", "[settings\n", None):
        assert "sorcery-line" not in codes(load(sorcery, extconfig=extconfig))


def test_module_that_is_not_loaded() -> None:
    """realtime for a type of another module in the section of res_pjsip leaves no object of it, nor of wizards."""
    identify = load("[res_pjsip]\nidentify=realtime,ps_x\n")
    registration = load("[res_pjsip]\nregistration=realtime,ps_x\n")

    assert not identify.tried_identifies
    assert not identify.unknowns
    assert list(identify.registrations) == ["r"]
    assert not registration.registrations
    assert list(registration.identifies) == ["a", "w-identify"]
    assert codes(identify) == codes(registration) == ["sorcery-line"]


def test_name_that_is_nearly_a_type() -> None:
    """It maps nothing, and is reported; what other modules map isn't."""
    configuration = load("[res_pjsip]\nendpont=realtime,ps_x\ncontact=realtime,ps_x\nEndpoint=memory\n")

    assert "a" in configuration.endpoints
    assert [(problem.line, problem.code) for problem in configuration.problems] == [
        (2, "sorcery-line"),
        (4, "sorcery-line"),
    ]


@pytest.mark.parametrize("texts", [{}, {"pjsip.conf": "[a"}])
def test_a_file_that_comes_from_a_database_may_be_missing_or_invalid(texts: dict[str, str]) -> None:
    """It isn't read, so nothing of it is reported."""
    extconfig = "[settings]\npjsip.conf => odbc,asterisk,ast_config\n"

    configuration = Configuration.from_files({**texts, "extconfig.conf": extconfig})

    assert codes(configuration) == ["objects-elsewhere"]


def test_whole_file_of_a_database() -> None:
    """Then nothing of the file is read, and it may have any objects; the wizard's file is read as ever."""
    configuration = load("", extconfig="[settings]\nPJSIP.conf => odbc,asterisk,ast_config\n")
    (unknown,) = configuration.unknowns

    assert list(configuration.endpoints) == ["w"]
    assert unknown.types > {"endpoint", "identify", "global", "transport", "registration", "domain_alias"}
    assert unknown.origin is not None
    assert (unknown.origin.file, unknown.origin.line) == ("extconfig.conf", 2)
    assert codes(configuration) == ["objects-elsewhere"]
    answer = explain(configuration, {}, Request(source="192.0.2.1", method="OPTIONS")).answer
    assert answer.startswith("undetermined: any endpoint by ip")


def test_wizards_of_a_database() -> None:
    """A wizard may make endpoints, identify objects and registrations, but no global settings."""
    configuration = load("", extconfig="[settings]\npjsip_wizard.conf => odbc,asterisk\n")
    (unknown,) = configuration.unknowns

    assert list(configuration.endpoints) == ["a"]
    assert unknown.types == {"aor", "auth", "endpoint", "identify", "registration"}


def test_output_of_a_command() -> None:
    """#exec may print any objects; what stands in the file is read, and a broken file leaves only the output."""
    whole = load("", f"{OBJECTS}#exec /usr/bin/trunks\n")
    broken = load("", f"#exec /usr/bin/trunks\n{OBJECTS}[b](gone)\n")

    for configuration, endpoints in ((whole, ["a", "w"]), (broken, ["w"])):
        (unknown,) = configuration.unknowns
        assert list(configuration.endpoints) == endpoints
        assert unknown.types > {"endpoint", "identify", "global"}
        assert "exec-not-run" in codes(configuration)
        assert explain(configuration, {}, Request(source="192.0.2.1", method="OPTIONS")).undetermined == (
            unknown,
        )


def test_line_of_a_database() -> None:
    """A registration of a database may have any token, a value that can't be one is nobody's."""
    configuration = load("[res_pjsip_outbound_registration]\nregistration=realtime,ps_x\n")

    def answer(token: str) -> str:
        request = Request(source="192.0.2.9", method="OPTIONS", to_uri=f"sip:s@h;line={token}")
        return explain(configuration, {}, request).answer

    assert answer("abcdefg") == "undetermined: any endpoint by line, else not identified"
    assert answer("ABCDEFG") == "not identified"


def test_missing_include() -> None:
    """By default the whole file is invalid, as for Asterisk; in part, what is there is read and the rest isn't known."""
    text = f"#include trunks.conf\n{OBJECTS}[b](tpl)\ntype=endpoint\n[c](b)\n[d](+)\ntype=endpoint\n"

    whole, part = load("", text), load("", text, partial=True)

    assert not whole.endpoints.keys() - {"w"}
    assert not whole.unknowns
    assert list(part.endpoints) == ["a", "w"]
    (unknown,) = part.unknowns
    assert unknown.what == "what is in 'trunks.conf'"
    assert {"endpoint", "identify", "registration", "global"} < unknown.types <= option_tables().keys()
    assert [(problem.code, problem.line, problem.lost) for problem in part.problems] == [
        ("include-missing", 1, "what is in it"),
        ("section-unknown-parent", 17, "the section 'b'"),
        ("section-unknown-parent", 19, "the section 'c'"),
        ("section-unknown-addition", 20, "the section 'd'"),
    ]
    assert "may be in a missing file" in part.problems[1].message


def test_wizard_of_which_a_part_may_be_missing() -> None:
    """A wizard with a template in a missing file isn't known; without it, it would be another one."""
    files = {
        "pjsip.conf": OBJECTS,
        "pjsip_wizard.conf": "#include templates.conf\n[v](tpl)\ntype=wizard\nremote_hosts=192.0.2.3\n"
        + WIZARD,
    }

    configuration = Configuration.from_files(files, partial=True)

    assert list(configuration.endpoints) == ["a", "w"]
    (unknown,) = configuration.unknowns
    assert unknown.types == {"aor", "auth", "endpoint", "identify", "registration"}


def test_what_was_read_before_a_missing_include_is_judged_as_ever() -> None:
    """Only what comes after the missing text can need it."""
    configuration = load("", f"[b](tpl)\n#include trunks.conf\n{OBJECTS}", partial=True)

    assert "a" not in configuration.endpoints
    assert "section-unknown-parent" in {problem.code for problem in configuration.problems}


def test_missing_include_and_global() -> None:
    """A global section that was read is taken as the only one."""
    text = "[global]\ntype=global\n#include trunks.conf\n"

    (unknown,) = load("", text, partial=True).unknowns

    assert "global" not in unknown.types


def test_missing_tryinclude_is_silent() -> None:
    """Asterisk goes on without it, so nothing is unknown."""
    configuration = load("", f"#tryinclude trunks.conf\n{OBJECTS}", partial=True)

    assert not configuration.unknowns
    assert not configuration.problems


def test_from_path_in_part(tmp_path: Path) -> None:
    """A directory is read like texts, also for a missing include of the wizard's file."""
    (tmp_path / "pjsip.conf").write_text(OBJECTS)
    (tmp_path / "pjsip_wizard.conf").write_text("#include more.conf\n")

    assert not Configuration.from_path(tmp_path).unknowns
    assert Configuration.from_path(tmp_path, partial=True).unknowns[0].origin.file == "pjsip_wizard.conf"
