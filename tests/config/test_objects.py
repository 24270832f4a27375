"""Sections becoming objects, and the global object: identification sections 1 and 4."""

from __future__ import annotations

import pytest
from loading import codes, load, problem

DEFAULT = ("line", "ip", "username", "anonymous", "header", "request_uri", "auth_username")
LOADED = ("line", "ip", "header", "request_uri", "username", "auth_username", "anonymous")


@pytest.mark.parametrize(
    ("lines", "exists"),
    [
        ("type=endpoint", True),
        ("TYPE=endpoint", True),
        ("type = endpoint  ", True),
        ("context=x\ntype=endpoint", True),
        ("type=endpoint\ntype=identify", True),
        ("type=identify\ntype=endpoint", False),
        ("type=Endpoint", False),
        ('type="endpoint"', False),
        ("context=x", False),
    ],
)
def test_first_type_decides(lines: str, exists: bool) -> None:
    """The value of the first type line must be the type's name exactly."""
    assert ("e" in load(f"[e]\n{lines}\n").endpoints) is exists


def test_type_in_the_wrong_case_is_pointed_out() -> None:
    """Asterisk passes over such a section without a word; the problem says what was meant."""
    found = problem(load("[e]\ntype=Endpoint\n"), "type-unknown")

    assert "did you mean 'endpoint'?" in found.message
    assert (found.line, found.section, found.lost) == (2, "e", "the section 'e'")


def test_type_of_a_template_comes_first() -> None:
    """A section of an endpoint template can't be turned into an identify."""
    configuration = load("[t](!)\ntype=endpoint\n[i](t)\ntype=identify\nendpoint=e\nmatch=1.1.1.1\n")

    assert not configuration.identifies
    assert not configuration.endpoints
    assert codes(configuration) == {"option-unknown"}
    assert "type-ignored" in {problem.code for problem in configuration.problems}


def test_unknown_option_refuses_only_its_object() -> None:
    """The problem names the line, the object that is lost, and a likely spelling."""
    configuration = load("[a]\ntype=endpoint\naor=x\n[b]\ntype=endpoint\n")

    assert list(configuration.endpoints) == ["b"]
    found = problem(configuration, "option-unknown")
    assert (found.line, found.section, found.lost) == (3, "a", "the endpoint 'a'")
    assert "did you mean 'aors'?" in found.message


def test_option_names_have_no_case_but_only_in_ascii() -> None:
    """CONTEXT is context; a letter that Python would lower to one of them isn't."""
    assert load("[e]\ntype=endpoint\nCONTEXT=x\n").endpoints["e"].options == {"context": "x"}
    assert not load("[e]\ntype=endpoint\ntone_\u212aone=x\n").endpoints


def test_options_starting_with_an_at_sign_are_ignored() -> None:
    """``@`` options refuse nothing."""
    assert load("[e]\ntype=endpoint\n@foo=bar\n").endpoints["e"].options == {}


def test_last_line_holds_and_lists_join() -> None:
    """Of single-valued options the last line is kept, of lists all are."""
    (endpoint,) = load(
        "[e]\ntype=endpoint\ncontext=a\ncontext=b\nallow=ulaw\nallow=alaw\n"
    ).endpoints.values()

    assert endpoint.options == {"context": "b", "allow": "ulaw,alaw"}


@pytest.mark.parametrize("value", ["yes", "Y", "TRUE", "t", "1", "on"])
def test_yes_words(value: str) -> None:
    """Words that mean yes."""
    assert load(f"[global]\ntype=global\ndisable_multi_domain={value}\n").settings.disable_multi_domain


@pytest.mark.parametrize("value", ["no", "maybe", "2", "", "enabled"])
def test_all_other_words_mean_no(value: str) -> None:
    """Every other word means no and refuses nothing."""
    settings = load(f"[global]\ntype=global\nmax_forwards=7\ndisable_multi_domain={value}\n").settings

    assert settings.disable_multi_domain is False
    assert settings.options["max_forwards"] == "7"


class TestDuplicates:
    """Two sections of one id and type."""

    def test_drop_the_whole_type(self) -> None:
        """All objects of that type go, of others none."""
        configuration = load("[a]\ntype=endpoint\n[b]\ntype=endpoint\n[a]\ntype=endpoint\n[a]\ntype=aor\n")

        assert not configuration.endpoints
        assert list(configuration.aors) == ["a"]
        found = problem(configuration, "duplicate-object")
        assert (found.line, found.section, found.lost) == (5, "a", "every endpoint of pjsip.conf")

    def test_a_refused_first_one_doesnt_count(self) -> None:
        """If the first is refused, the second is created."""
        assert list(load("[a]\ntype=endpoint\nfoo=1\n[a]\ntype=endpoint\n").endpoints) == ["a"]

    def test_a_bad_second_one_counts(self) -> None:
        """If the second would be refused, it is a duplicate all the same."""
        assert not load("[a]\ntype=endpoint\n[a]\ntype=endpoint\nfoo=1\n").endpoints

    def test_ids_have_case(self) -> None:
        """[I] and [i] are two objects."""
        assert list(load("[i]\ntype=endpoint\n[I]\ntype=endpoint\n").endpoints) == ["I", "i"]

    def test_through_an_include(self) -> None:
        """It makes no difference which file the second one stands in."""
        text = "[a]\ntype=endpoint\n#include extra.conf\n"

        assert not load(text, extra="[a]\ntype=endpoint\n").endpoints

    def test_template_and_object_may_share_a_name(self) -> None:
        """Templates are no objects."""
        assert list(load("[a](!)\ntype=endpoint\n[a](a)\n").endpoints) == ["a"]


def test_objects_are_sorted_by_bytes() -> None:
    """Upper case comes before lower, i10 before i2, UTF-8 last."""
    names = ["i2", "ü", "i_1", "i1", "i-1", "I", "i10", "i9"]
    configuration = load("".join(f"[{name}]\ntype=endpoint\n" for name in names))

    assert list(configuration.endpoints) == ["I", "i-1", "i1", "i10", "i2", "i9", "i_1", "ü"]


class TestOrder:
    """The effective order of identifiers."""

    @pytest.mark.parametrize(
        ("value", "expected"),
        [
            ("ip,username,anonymous", DEFAULT),
            (
                "username,ip",
                ("line", "username", "ip", "header", "request_uri", "auth_username", "anonymous"),
            ),
            ("line", LOADED),
            ("IP,USERNAME", LOADED),
            (
                "ip, username ,anonymous",
                ("line", "ip", "anonymous", "header", "request_uri", "username", "auth_username"),
            ),
            ("ip, header", LOADED),
            (
                ",username,,ip,",
                ("line", "username", "ip", "header", "request_uri", "auth_username", "anonymous"),
            ),
            (
                "username,ip,username",
                ("line", "username", "ip", "header", "request_uri", "auth_username", "anonymous"),
            ),
            ("", LOADED),
            ("   ", LOADED),
            (
                "foo,auth_username",
                ("line", "auth_username", "ip", "header", "request_uri", "username", "anonymous"),
            ),
        ],
    )
    def test_values(self, value: str, expected: tuple[str, ...]) -> None:
        """Listed names in their order, exactly compared, then the rest as loaded."""
        configuration = load(f"[global]\ntype=global\nendpoint_identifier_order={value}\n")

        assert configuration.identifiers == expected

    def test_blanks_are_pointed_out(self) -> None:
        """Blanks in the order are part of a name, which nobody means."""
        configuration = load("[global]\ntype=global\nendpoint_identifier_order=ip, username\n")

        found = problem(configuration, "order-unknown")
        assert "' username'" in found.message
        assert "did you mean 'username'?" in found.message

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "[global]\ntype=global\n",
            "[global]\ntype=global\nendpoint_identifier_order=username\nfoo=bar\n",
            "[global]\ntype=global\nendpoint_identifier_order=username\nmax_forwards=abc\n",
            "[foo]\ntype=Global\nendpoint_identifier_order=username\n",
        ],
    )
    def test_default(self, text: str) -> None:
        """Without a global object that holds, the order is Asterisk's default."""
        assert load(text).identifiers == DEFAULT

    @pytest.mark.parametrize(
        "text",
        [
            "[global]\nendpoint_identifier_order=username\n",
            "[global]\ntype=GLOBAL\nendpoint_identifier_order=username\n",
            "[any]\ntype=global\nendpoint_identifier_order=username\n",
            "[global]\ntype=global\nENDPOINT_IDENTIFIER_ORDER=ip\nendpoint_identifier_order=username\n",
            "[global]\nendpoint_identifier_order=ip\n[z]\ntype=global\nendpoint_identifier_order=username\n",
            "[z]\ntype=global\nendpoint_identifier_order=ip\n[global]\nendpoint_identifier_order=username\n",
            "[global]\nendpoint_identifier_order=username\n[z]\ntype=global\nfoo=bar\n",
        ],
    )
    def test_which_global_section_holds(self, text: str) -> None:
        """By name or by type, the last of two, refused ones left out."""
        assert load(text).identifiers[1] == "username"

    @pytest.mark.parametrize(
        "text",
        [
            "[global]\ntype=global\nendpoint_identifier_order=username\n[global]\ntype=global\nmax_forwards=7\n",
            "[global]\nendpoint_identifier_order=username\n[global]\nendpoint_identifier_order=username\n",
            "[global]\nendpoint_identifier_order=username\n[global]\ntype=global\nmax_forwards=x\n",
            "[g]\ntype=global\nendpoint_identifier_order=username\n[g]\ntype=global\nmax_forwards=7\n",
        ],
    )
    def test_two_globals_of_one_id_are_none(self, text: str) -> None:
        """They are duplicates, typed or not, also if the second one would be refused."""
        configuration = load(text)

        assert configuration.identifiers == DEFAULT
        assert configuration.settings.origin is None
        assert problem(configuration, "duplicate-object").lost == "every global of pjsip.conf"

    def test_a_refused_first_global_doesnt_count(self) -> None:
        """If the first of one id is refused, the second is used."""
        text = "[global]\ntype=global\nmax_forwards=x\n[global]\ntype=global\nendpoint_identifier_order=username\n"

        assert load(text).identifiers[1] == "username"

    def test_three_globals_are_none(self) -> None:
        """Of three or more none holds, refused ones counted."""
        configuration = load(
            "[global]\nendpoint_identifier_order=username\n"
            "[x]\ntype=global\nendpoint_identifier_order=username\n[y]\ntype=global\nfoo=bar\n"
        )

        assert configuration.identifiers == DEFAULT
        assert codes(configuration) == {"too-many-globals"}

    def test_untyped_global_with_an_unknown_option_doesnt_count(self) -> None:
        """Such a section is none of the three."""
        configuration = load(
            "[global]\nfoo=bar\n[x]\ntype=global\nendpoint_identifier_order=ip\n"
            "[y]\ntype=global\nendpoint_identifier_order=username\n"
        )

        assert configuration.identifiers[1] == "username"


def test_settings_keep_raw_values() -> None:
    """Settings have what the two objects say and Asterisk's defaults for the rest."""
    settings = load(
        "[global]\ntype=global\ndefault_realm=Here\nunidentified_request_count=9\n"
        "[system]\ntype=system\ntimer_t1=100\n"
    ).settings

    assert (settings.default_realm, settings.unidentified_request_count) == ("Here", 9)
    assert (settings.unidentified_request_period, settings.unidentified_request_prune_interval) == (5, 30)
    assert settings.options["timer_t1"] == "100"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("username", ("username",)),
        ("ip , AUTH_USERNAME", ("ip", "auth_username")),
        ("", ()),
        ("header,request_uri", ("header", "request_uri")),
        ("username\nidentify_by=ip", ("ip",)),
    ],
)
def test_identify_by(value: str, expected: tuple[str, ...]) -> None:
    """Items in any case with blanks around them; the last line holds."""
    assert load(f"[e]\ntype=endpoint\nidentify_by={value}\n").endpoints["e"].identify_by == expected


@pytest.mark.parametrize("value", ["foo", "username,anonymous", "user", "line"])
def test_identify_by_unknown(value: str) -> None:
    """An unknown item refuses the endpoint."""
    configuration = load(f"[e]\ntype=endpoint\nidentify_by={value}\n")

    assert not configuration.endpoints
    assert problem(configuration, "option-value").lost == "the endpoint 'e'"


def test_identify_by_default() -> None:
    """Without the option it is username and ip."""
    assert load("[e]\ntype=endpoint\n").endpoints["e"].identify_by == ("username", "ip")


def test_domain_alias() -> None:
    """An alias needs its domain."""
    configuration = load("[a]\ntype=domain_alias\ndomain=b\n[c]\ntype=domain_alias\n")

    assert {name: alias.domain for name, alias in configuration.domain_aliases.items()} == {"a": "b"}
    assert codes(configuration) == {"option-combination"}


def test_secrets_stay_out_of_the_model() -> None:
    """Passwords aren't kept, so that no listing can show them."""
    (auth,) = load("[a]\ntype=auth\nusername=u\npassword=hush\n").auths.values()

    assert auth.username == "u"
    assert "hush" not in repr(auth)
