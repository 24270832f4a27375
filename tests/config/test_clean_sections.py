"""Sections about which there is nothing to say: which these are, and that their objects are as all others."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from identify.config.language.files import GivenFiles
from identify.config.language.reader import read_document
from identify.config.objects import candidates as candidates_module
from identify.config.objects.endpoints import NOTHING_TOGETHER, together
from identify.config.objects.schema import option_tables
from identify.config.objects.values.contacts import contact_reason
from identify.config.objects.values.lists import name_reason
from identify.config.problems import MAX_ITEMS_MADE, Budget, Problems
from identify.config.releases import NEWEST, release_of
from identify.config.sections import clean as clean_module
from identify.config.sections import mapping
from identify.config.sections.clean import judge, split
from identify.config.sections.types import candidates_by_type
from identify.configuration import Configuration

#: Values of options, by type, some of which refuse the object or leave something to say.
OPTIONS = {
    "endpoint": {
        "context": ["", "in"],
        "allow": ["ulaw", "alaw,ulaw", "nonsense", ""],
        "direct_media": ["yes", "no", "maybe"],
        "rtp_port_start": ["0", "2000", "2010", "x"],
        "rtp_port_end": ["0", "2005"],
        "timers_min_se": ["90", "100"],
        "timers_sess_expires": ["95", "1800"],
        "preferred_codec_only": ["yes", "no"],
        "incoming_call_offer_pref": ["local", "remote"],
        "identify_by": ["ip,username", "username", "auth_username, ip", "ip,,IP", ""],
        "permit": ["192.0.2.0/24"],
        "aors": ["a", ",", ""],
        "set_var": ["a=b", "ab", ""],
        "dtls_cert_file": ["", "/x"],
        "dtls_auto_generate_cert": ["yes"],
        "@own": ["x"],
        "alow": ["ulaw"],
        "type": ["endpoint", "aor"],
    },
    "aor": {
        "contact": [
            "sip:192.0.2.1",
            "sips:a@b",
            "sip:a,sip:b",
            "tel:1",
            "<sip:a>",
            "sip:[::1",
            "sip:[::1]",
            "",
        ],
        "max_contacts": ["1", "-1", "x"],
        "qualify_timeout": ["3.0", "three"],
        "remove_existing": ["yes", "2"],
    },
    "auth": {
        "username": ["u", ""],
        "password": ["p", ""],
        "auth_type": ["userpass", "md5", "google_oauth", "digest", "USERPASS"],
        "md5_cred": ["0" * 32, "0", ""],
        "password_digest": ["MD5:" + "0" * 32, "SHA-256:1"],
        "supported_algorithms_uac": ["MD5", "SHA-256", "md5, sha-256"],
        "refresh_token": ["r"],
        "oauth_clientid": ["c"],
        "oauth_secret": ["s", ""],
    },
    "domain_alias": {"domain": ["example.org", ""]},
    "identify": {
        "endpoint": ["a", "b", "none", ""],
        "match": [
            "192.0.2.1",
            "192.0.2.0/24,198.51.100.1",
            "192.0.2.1/24",
            "192.0.2.300",
            "192.0.2.01",
            "!192.0.2.1",
        ],
        "match_header": ["X-A: b", "X-A: /b.*/", "none", ""],
        "match_request_uri": ["sip:a@b", "/a[/", ""],
        "srv_lookups": ["yes", "perhaps"],
    },
    "resource_list": {"event": ["presence", ""], "list_item": ["a"], "full_state": ["yes", "x"]},
}
RELEASES = ["16.1", "18.10.0", "20.7.0", NEWEST.name]
WIZARD = "[a]\ntype=wizard\nremote_hosts=192.0.2.77\n[w]\ntype=wizard\nremote_hosts=192.0.2.78\n"
COMPARED = [
    "settings",
    "endpoints",
    "identifies",
    "registrations",
    "domain_aliases",
    "aors",
    "auths",
    "acls",
    "problems",
    "unknowns",
    "lost",
]


@st.composite
def texts(draw: st.DrawFn) -> str:
    """Return sections of few names, some of which inherit."""
    found = []
    for number in range(draw(st.integers(1, 8))):
        type = draw(st.sampled_from(sorted(OPTIONS)))
        name = draw(st.sampled_from(["a", "b", "c", "A", "global", "", "aa"])) + draw(
            st.sampled_from(["", str(number)])
        )
        parents = draw(st.sampled_from(["", "(!)", "(t)", "(t,t)"]))
        found.append(f"[{name}]{parents}")
        found.append(
            draw(st.sampled_from([f"type={type}"] * 12 + [f"TYPE = {type}", "type=", f"; type={type}"]))
        )
        for option in draw(st.lists(st.sampled_from(sorted(OPTIONS[type])), max_size=5)):
            cased = draw(st.sampled_from([option, option, option.upper()]))
            found.append(f"{cased}={draw(st.sampled_from(OPTIONS[type][option]))}")
        if type == "identify":
            found += ["endpoint=a", f"match=192.0.2.{number}"] * draw(st.integers(0, 1))
        if type == "auth":
            found += ["username=u", "password=p"] * draw(st.integers(0, 1))
    return "[t](!)\n@x=y\n" + "\n".join(found) + "\n"


@contextmanager
def without_clean_sections() -> Iterator[None]:
    """Let all sections be looked at line by line, as if ids weren't distinct."""
    with patch.object(clean_module, "are_distinct", lambda sections, numbers: False):
        yield


def flags(text: str, type: str, release: str = NEWEST.name) -> list[bool]:
    """Return which sections of a type are clean."""
    made_for = release_of(release)
    document = read_document(GivenFiles({"pjsip.conf": text}), "pjsip.conf", Problems())
    assert document is not None
    known = option_tables(made_for)
    found = candidates_by_type(document, known, Problems())
    clean, _ = judge(found[type], known, together(made_for).get(type, NOTHING_TOGETHER))
    return list(map(bool, clean))


@given(texts(), st.sampled_from(RELEASES), st.booleans())
@settings(max_examples=60)
def test_clean_sections_are_as_all_others(text: str, release: str, wizards: bool) -> None:
    """Objects, problems, losses and their order are the same whether clean sections are recognised or not."""
    files = {"pjsip.conf": text, **({"pjsip_wizard.conf": WIZARD} if wizards else {})}
    quickly = Configuration.from_files(files, release=release)
    with without_clean_sections():
        slowly = Configuration.from_files(files, release=release)

    for field in COMPARED:
        assert getattr(quickly, field) == getattr(slowly, field), field
        if hasattr(getattr(quickly, field), "items"):
            assert list(getattr(quickly, field)) == list(getattr(slowly, field))
    assert quickly.tried_identifies == slowly.tried_identifies
    assert list(quickly.endpoints.identify_by()) == [
        (id, endpoint.identify_by) for id, endpoint in slowly.endpoints.items()
    ]


@given(texts(), st.sampled_from(RELEASES))
@settings(max_examples=40)
def test_nothing_is_said_about_a_clean_section(text: str, release: str) -> None:
    """A clean section alone is an object, without a problem about it: so each object can be made later."""
    made_for = release_of(release)
    document = read_document(GivenFiles({"pjsip.conf": text}), "pjsip.conf", Problems())
    assert document is not None
    known = option_tables(made_for)
    for type, candidates in candidates_by_type(document, known, Problems()).items():
        if type in ("global", "system"):
            continue
        clean, _ = judge(candidates, known, together(made_for).get(type, NOTHING_TOGETHER))
        for candidate, is_clean in zip(candidates, clean, strict=True):
            if is_clean:
                problems = Problems()
                options = candidates_module.accept_options(candidate, known, problems)
                assert not options.refused
                assert not problems.all()


@pytest.mark.parametrize(
    ("type", "lines"),
    [
        ("endpoint", ["alow=ulaw"]),
        ("endpoint", ["allow=nonsense"]),
        ("endpoint", ["direct_media=maybe"]),
        ("endpoint", ["permit=192.0.2.1"]),
        ("endpoint", ["acl=a"]),
        ("endpoint", ["named_call_group=,"]),
        ("endpoint", ["set_var=a"]),
        ("endpoint", ["dtls_ca_file=/x"]),
        ("endpoint", ["geoloc_incoming_call_profile=mine"]),
        ("endpoint", ["rtp_port_start=2000"]),
        ("endpoint", ["timers_sess_expires=80"]),
        ("endpoint", ["timers_min_se=2000"]),
        ("endpoint", ["preferred_codec_only=yes", "incoming_call_offer_pref=remote"]),
        ("aor", ["contact=tel:1"]),
        ("aor", ["contact=sip:[::1"]),
        ("aor", ["max_contacts=x"]),
        ("auth", ["password=p"]),
        ("auth", ["username=u"]),
        ("auth", ["username=u", "username=", "password=p"]),
        ("auth", ["username=u", "auth_type=google_oauth", "refresh_token=r"]),
        ("auth", ["username=u", "password=p", "password_digest=MD5:" + "0" * 32]),
        ("domain_alias", []),
        ("domain_alias", ["domain="]),
        ("resource_list", ["event=presence"]),
    ],
)
def test_reasons_to_say_something(type: str, lines: list[str]) -> None:
    """Each of these is a reason to look at a section line by line, also if it is inherited."""
    own = "\n".join(["[a]", f"type={type}", *lines])
    inherited = "\n".join(["[t](!)", *lines, "[a](t)", f"type={type}"])

    assert flags(own, type) == [False]
    assert flags(inherited, type) == [False]


@pytest.mark.parametrize(
    ("type", "lines"),
    [
        ("endpoint", []),
        ("endpoint", ["Allow=ulaw,alaw", "disallow=all", "direct_media=NO", "TYPE=endpoint", "@x=y"]),
        ("endpoint", ["rtp_port_start=2000", "rtp_port_end=2010", "rtp_port_start=0", "rtp_port_end=0"]),
        ("aor", ["contact=sip:a@192.0.2.1:5060;x=y,sips:b", "max_contacts=1"]),
        ("auth", ["username=u", "password=p", "auth_type=userpass"]),
        ("auth", ["username=u", "md5_cred=" + "0" * 32]),
        ("domain_alias", ["domain=example.org"]),
        ("resource_list", ["event=presence", "list_item=a"]),
    ],
)
def test_usual_sections_are_clean(type: str, lines: list[str]) -> None:
    """Sections with nothing unusual are clean, own or inherited."""
    assert flags("\n".join(["[a]", f"type={type}", *lines]), type) == [True]
    assert flags("\n".join(["[t](!)", f"type={type}", *lines, "[a](t)"]), type) == [True]


def test_second_type() -> None:
    """A further type has no effect, and that is said unless it is the same."""
    assert flags("[a]\ntype=aor\ntype=auth\n[b]\ntype=aor\nTYPE=aor\n", "aor") == [False, True]


@pytest.mark.parametrize("text", ["[a]\n{0}[a]\n{0}", "[a]\n{0}[]\n{0}"])
def test_ids_that_matter(text: str) -> None:
    """With two sections of a type and id, or one without a name, none of the type is clean."""
    assert not any(flags(text.format("type=aor\n"), "aor"))
    assert flags("[a]\ntype=aor\n[A]\ntype=aor\n", "aor") == [True, True]


def test_items_that_could_be_too_many() -> None:
    """If all items of a type together exceed what is left, none of its sections is clean, and nothing is counted."""
    text = "[a]\ntype=aor\ncontact=sip:a,sip:b\n[b]\ntype=aor\ncontact=tel:1\n"
    document = read_document(GivenFiles({"pjsip.conf": text}), "pjsip.conf", Problems())
    assert document is not None
    known = option_tables(NEWEST)
    found = candidates_by_type(document, known, Problems())["aor"]
    enough, too_few = Budget(3), Budget(2)

    assert [each.id for each in split(found, known, NOTHING_TOGETHER, enough).others] == ["b"]
    assert [each.id for each in split(found, known, NOTHING_TOGETHER, too_few).others] == ["a", "b"]
    assert (enough.left, too_few.left) == (1, 2)


@given(
    st.text("sip:SP@[]<>,; =\x7fé", max_size=12)
    | st.sampled_from(["sip:" + "a" * n for n in (56, 57, 58, 246)])
)
@settings(max_examples=60)
def test_values_are_judged_as_line_by_line(value: str) -> None:
    """What compiled code accepts of contacts, names and assignments is what the rules in Python accept."""
    text = "[a]\ntype=aor\ncontact= {0}\n[n]\ntype=endpoint\nnamed_call_group= {0}\n[s]\ntype=endpoint\nset_var= {0}\n"
    line = value.replace(";", "").lstrip(">").strip()
    text = text.format(line)

    assert flags(text, "aor") == [contact_reason(line) is None]
    assert flags(text, "endpoint") == [name_reason(line) is None, not line or "=" in line]


def test_objects_are_made_when_they_are_asked_for() -> None:
    """Reading makes no object of a clean section and looks at none line by line; asking makes one."""
    count = 300
    text = "[t](!)\ntype=endpoint\nallow=ulaw\n" + "".join(
        f"[e{n}](t)\n[e{n}]\ntype=aor\ncontact=sip:a{n}\n[e{n}]\ntype=auth\nusername=u\npassword=p{n}\n"
        f"[e{n}]\ntype=identify\nendpoint=e{n}\nmatch=192.0.2.{n % 256}\n"
        for n in range(count)
    )
    with (
        patch.object(candidates_module, "accept_options", side_effect=AssertionError),
        patch.object(mapping, "accept_options", side_effect=candidates_module.accept_options) as asked,
    ):
        configuration = Configuration.from_text(text)

        assert not configuration.problems
        assert len(configuration.endpoints) == len(configuration.aors) == len(configuration.auths) == count
        assert len(configuration.identifies) == len(configuration.tried_identifies) == count
        assert "e7" in configuration.endpoints
        assert "E7" not in configuration.endpoints
        assert dict(configuration.endpoints.identify_by())["e7"] == ("username", "ip")
        assert list(configuration.auths) == sorted(f"e{n}" for n in range(count))
        assert asked.call_count == 0


def test_mapping() -> None:
    """A mapping of objects that are made on demand is one like any other, and wizards' objects are among its own."""
    text = "[b]\ntype=aor\nmax_contacts=2\n[a]\ntype=aor\nremove_existing=2\n[c]\ntype=aor\n"
    wizards = "".join(f"[{id}]\ntype=wizard\nremote_hosts=192.0.2.1\naor/max_contacts=9\n" for id in "bd")
    aors = Configuration.from_files({"pjsip.conf": text, "pjsip_wizard.conf": wizards}).aors

    assert list(aors) == ["a", "b", "c", "d"]
    assert [aors[id].options.get("max_contacts") for id in aors] == [None, "2", None, "9"]
    assert aors == dict(aors) == pickle.loads(pickle.dumps(aors))
    assert aors.get("\ud800") is aors.get("x") is None
    assert 5 not in aors
    with pytest.raises(KeyError):
        aors["x"]
    assert repr(aors) == "{'a': Aor(...), 'b': Aor(...), 'c': Aor(...), 'd': Aor(...)}"
    assert aors["b"] == aors["b"]


@pytest.mark.parametrize("parents", [1, 400])
def test_lines_of_heirs_are_made_once(parents: int) -> None:
    """Heirs that are looked at line by line share what they inherit, in whatever order they are looked at."""
    text = "".join(f"[t{n}](!)\ncontext=" + "x" * 50 + "\n" for n in range(parents))
    text += "".join(f"[e{n}](t{n % parents})\ntype=endpoint\ndirect_media=maybe\n" for n in range(400))
    endpoints = Configuration.from_text(text).endpoints

    assert len({id(endpoint.options["context"]) for endpoint in endpoints.values()}) == parents


def test_an_heir_with_many_lines() -> None:
    """Lines that a section inherits many times are judged once each, and the section is clean."""
    text = (
        "[t](!)\n"
        + "context=a\n" * 100
        + "[s](!,t"
        + ",t" * 99
        + ")\n[e](s"
        + ",s" * 19
        + ")\ntype=endpoint\n"
    )
    configuration = Configuration.from_text(text)

    assert configuration.endpoints["e"].options == {"context": "a"}
    assert not configuration.problems


def test_maximum_of_items_is_as_line_by_line() -> None:
    """Contacts beyond the limit of items refuse the same aors whether clean sections are recognised or not."""
    many = "contact=" + ",".join(["sip:a"] * 1000)
    heirs = "".join(f"[a{n}](t)\n" for n in range(MAX_ITEMS_MADE // 20_000 + 3))
    text = "[t](!)\ntype=aor\n" + (many + "\n") * 20 + heirs
    quickly = Configuration.from_text(text)
    with without_clean_sections():
        slowly = Configuration.from_text(text)

    assert quickly.problems == slowly.problems
    assert list(quickly.aors) == list(slowly.aors)
    assert len(quickly.aors) < MAX_ITEMS_MADE // 20_000 + 3
