"""What isn't known: the possible answers are those of every content, found out by trying each."""

import random
from pathlib import Path

import generate
import pytest
import strategies
import universes
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from identify.configuration import Configuration
from identify.engine import Engine
from identify.explain import explain
from identify.explanation.question import Question
from identify.explanation.undetermined import walk
from identify.request import Request

DATA = Path(__file__).parents[1] / "data" / "undetermined"


def compare_many(seed, count, make, requests=10):
    """Compare ``count`` cases; return how many requests were undetermined."""
    choice = generate.RandomChoice(random.Random(seed))
    return sum(
        universes.compare(make(choice), [universes.request(choice) for _ in range(requests)])
        for _ in range(count)
    )


def test_names_and_tokens_exactly():
    """Names, wizards in place of objects with names, and untold tokens: the answers are those of all contents."""
    undetermined = compare_many(1, 60, universes.names_case)

    assert 60 < undetermined < 540


@pytest.mark.parametrize("types", universes.TYPES, ids=" ".join)
def test_further_objects_exactly(types):
    """Objects of whole types: the answers are those of all contents of a small universe of objects."""
    assert compare_many(2, 3, lambda choice: universes.objects_case(choice, types)) > 0


@pytest.mark.slow
@pytest.mark.parametrize("types", [("endpoint",), ("global",)], ids=" ".join)
def test_further_endpoints_and_settings_exactly(types):
    """Endpoints of any id and identify_by, and every order of identifiers."""
    assert compare_many(3, 4, lambda choice: universes.objects_case(choice, types)) > 0


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_names_and_tokens_exactly_if_drawn(data):
    """The same for what Hypothesis finds, which it makes small where it fails."""
    choice = strategies.DrawnChoice(data.draw)

    universes.compare(universes.names_case(choice), [universes.request(choice) for _ in range(4)])


def field(name):
    """Return a case of the field: its configuration and its request."""
    folder = DATA / name
    configuration = Configuration.from_path(folder)
    return configuration, Request.from_message((folder / "request.sip").read_bytes(), "198.51.100.7", 5060)


def first_lines(explanation):
    """Return the lines before the trace."""
    lines = [explanation.answer, *explanation.consequences]
    assert str(explanation).split("\n")[: len(lines)] == lines
    return lines


def test_trunk_matched_by_a_name():
    """A name that nobody was asked about leaves the answer open, and the step of ip says which name it is."""
    configuration, request = field("host-name")

    explanation = explain(configuration, {}, request)

    assert explanation.match is None
    assert first_lines(explanation) == [
        "undetermined: trunk by ip, else not identified",
        "Not known: the addresses of 'sip.provider.example' in identify 'trunk' (pjsip.conf:14): "
        "names aren't looked up here",
        "To settle it: the names' addresses: --names FILE, or leave --offline away",
    ]
    (reason,) = explanation.steps[1].reasons
    assert (reason.verdict, str(reason)) == (
        "unknown",
        "identify 'trunk' (pjsip.conf:11) has match item sip.provider.example, whose addresses aren't known here, "
        "so it may cover 198.51.100.7: endpoint 'trunk'",
    )


def test_identify_objects_of_a_database():
    """With sorcery.conf beside it, sections of pjsip.conf that Asterisk doesn't read identify nobody."""
    configuration, request = field("realtime")

    explanation = explain(configuration, {}, request)

    assert not configuration.tried_identifies
    assert explanation.answer == "undetermined: trunk by ip or header or request_uri, else not identified"
    (problem,) = configuration.problems
    assert (problem.code, problem.file, problem.line) == ("objects-elsewhere", "sorcery.conf", 2)
    assert "'trunk' (pjsip.conf:11)" in problem.message
    assert explanation.steps[1].reasons[0].verdict == "unknown"


def test_line_token_that_was_not_told():
    """A token that may be one of several registrations, or of none, leaves the answer open."""
    configuration, request = field("line-token")

    explanation = explain(configuration, {}, request)

    assert explanation.answer == "undetermined: a or b by line, else a by ip"
    assert [str(reason) for reason in explanation.steps[0].reasons] == [
        "the request URI has line='qzkvbnm', which may be the token of registration a or b: their tokens weren't given"
    ]
    told = explain(configuration, {"a": "xxxxxxx", "b": "qzkvbnm"}, request)
    assert told.answer == "b (by line, section b)"
    assert not told.undetermined
    only_a = explain(configuration, {"b": "xxxxxxx"}, request)
    assert only_a.answer == "a (by ip, section a, or by line, section a)"
    assert not only_a.undetermined


def load(text, **files):
    """Read a configuration from texts."""
    return Configuration.from_files({"pjsip.conf": text, **files})


NAMED = "[a]\ntype=endpoint\n[b]\ntype=endpoint\n[i]\ntype=identify\nendpoint=a\nmatch=a.example\n"


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("[0]\ntype=identify\nendpoint=b\nmatch=192.0.2.1\n", "b (by ip, section 0)"),
        ("[j]\ntype=identify\nendpoint=b\nmatch=192.0.2.1\n", "undetermined: a or b by ip"),
        ("[j]\ntype=identify\nendpoint=a\nmatch=192.0.2.1\n", "a (by ip, section j, or by ip, section i)"),
        ("", "undetermined: a by ip, else not identified"),
    ],
)
def test_place_of_an_object_with_a_name(text, answer):
    """It matters only if no object before it matches, and not if all lead to one endpoint."""
    explanation = explain(load(NAMED + text), {}, Request(source="192.0.2.1", method="OPTIONS"))

    assert explanation.answer == answer


def test_port_of_a_name():
    """A name with a port adds nothing for requests from another one, and the reason says so."""
    configuration = load(NAMED.replace("a.example", "a.example:5070"))

    other = explain(configuration, {}, Request(source="192.0.2.1", port=5060))
    own = explain(configuration, {}, Request(source="192.0.2.1", port=5070))

    assert not other.undetermined
    assert "only from port 5070" in str(other.steps[1].reasons[0])
    assert own.undetermined == configuration.unknowns


def test_literal_items_of_an_object_with_a_name():
    """It is refused as a whole or covers its literal items; it is the same object for ip and for header."""
    text = NAMED.replace("a.example", "a.example,192.0.2.1") + "match_header=X-A: 1\n"
    both = "[j]\ntype=identify\nendpoint=b\nmatch_header=X-A: 1\n"
    request = Request(source="192.0.2.1", method="OPTIONS", headers={"X-A": "1"})

    explanation = explain(load(text + both), {}, request)

    # By header it is never a: where it exists, ip has found it before.
    assert [(each.endpoint, each.identifier) for each in explanation.possible] == [
        ("a", "ip"),
        ("b", "header"),
    ]
    assert "but Asterisk refuses the whole identify if a.example has no address" in str(
        explanation.steps[1].reasons[0]
    )


def test_identify_of_a_wizard_in_the_place_of_an_unknown_one():
    """The wizard's exists only if that of pjsip.conf is refused: one of the two finds the request in any case."""
    text = "[w-identify]\ntype=identify\nendpoint=w\nmatch=a.example,192.0.2.1\n"
    wizard = "[w]\ntype=wizard\nremote_hosts=192.0.2.1\n"
    configuration = load(text, **{"pjsip_wizard.conf": wizard})

    explanation = explain(configuration, {}, Request(source="192.0.2.1", method="OPTIONS"))

    assert [unknown.instead_of for unknown in configuration.unknowns] == ["", "w-identify"]
    assert not explanation.undetermined
    assert explanation.match.endpoint == "w"


def test_identify_of_a_wizard_in_the_place_of_a_later_unknown_one():
    """Of wizards with one id the last counts; if its identify is refused, that of the one before it stays."""
    before = "[w]\ntype=wizard\nremote_hosts=192.0.2.1\n"
    named = "[w]\ntype=wizard\nremote_hosts=a.example\n"
    third = "[w]\ntype=wizard\nremote_hosts=b.example\n"
    unwanted = "[w]\ntype=wizard\naccepts_registrations=yes\n"
    request = Request(source="192.0.2.1", method="OPTIONS")

    def answer(wizards, text=""):
        return explain(load(text, **{"pjsip_wizard.conf": wizards}), {}, request).answer

    assert answer(before + named) == "undetermined: w by ip, else not identified"
    assert answer(before + named + third) == "undetermined: w by ip, else not identified"
    assert answer(before + named + before) == "w (by ip, section w-identify)"
    assert answer(before + unwanted + named.replace("a.", "192.0.2.9,a.")) == answer(named)
    covers = "[w]\ntype=wizard\nremote_hosts=0.0.0.0/0,a.example\n"
    assert answer(before + covers) == "w (by ip, section w-identify)"
    assert answer(before + named + covers) == "undetermined: w by ip, else not identified"
    of_pjsip = "[w-identify]\ntype=identify\nendpoint=w\nmatch=192.0.2.0/24,c.example\n"
    assert answer(before + covers, of_pjsip) == "w (by ip, section w-identify)"
    assert answer(named + covers, of_pjsip) == "undetermined: w by ip, else not identified"


def test_only_what_is_shown_is_compared_with_all_endpoints(monkeypatch):
    """A hint at an endpoint's right spelling is looked for where it is printed: there may be thousands of sections."""
    missing = Question.missing
    asked = []
    monkeypatch.setattr(Question, "missing", lambda self, name: asked.append(name) or missing(self, name))
    names = (f"[i{n}]\ntype=identify\nendpoint=gone{n}\nmatch=n{n}.example\n" for n in range(200))

    explanation = explain(load("".join(names)), {}, Request(source="192.0.2.1", method="OPTIONS"))

    assert "which doesn't exist" in str(explanation)
    assert len(asked) < 20


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("ABCDEFG", "which is no registration's token: Asterisk makes seven letters a-z"),
        ("abcdefgh", "which is no registration's token: Asterisk makes seven letters a-z"),
        ("", "which never matches a token"),
        ("abcdefg", "its token wasn't given; it points to endpoint 'gone', which doesn't exist"),
    ],
)
def test_what_is_said_of_a_token(value, said):
    """A value that Asterisk can't have made is said to be none; so is an endpoint that doesn't exist."""
    text = "[t]\ntype=transport\nbind=0.0.0.0\n[r]\ntype=registration\nline=yes\nendpoint=gone\n"
    text += "server_uri=sip:h\nclient_uri=sip:u@h\n"
    request = Request(source="192.0.2.1", method="OPTIONS", to_uri=f"sip:s@h;line={value}")

    explanation = explain(load(text), {}, request)

    assert not explanation.undetermined
    assert said in str(explanation.steps[0])


def test_second_section_with_the_id_of_an_unknown_one():
    """Whether all identify objects are dropped depends on a name, so any of them may decide or none."""
    text = NAMED + "[i]\ntype=identify\nendpoint=b\nmatch=192.0.2.1\n"

    explanation = explain(load(text), {}, Request(source="192.0.2.1", method="OPTIONS"))

    assert explanation.answer == "undetermined: any endpoint by ip, else not identified"
    assert "two sections" in explanation.undetermined[0].what


def test_answer_in_one_dictionary():
    """The JSON says what is possible, what it depends on and what would settle it."""
    found = explain(load(NAMED), {}, Request(source="192.0.2.1", method="OPTIONS")).as_dict()

    assert found["undetermined"] is True
    assert found["possible"] == [
        {"endpoint": "a", "identifier": "ip", "section": "i", "any_endpoint": False},
        {"endpoint": None, "identifier": None, "section": None, "any_endpoint": False},
    ]
    (unknown,) = found["unknowns"]
    assert (unknown["kind"], unknown["origin"]["line"]) == ("names", 8)


def test_engine_knows_which_tokens_it_was_told(tmp_path):
    """Generated tokens count as not told, in an opened engine too; its own tokens are the registrations'."""
    configuration = Configuration.from_path(DATA / "line-token")
    engine = Engine(configuration, {"a": "abcdefg"})
    engine.save(tmp_path / "engine")
    opened = Engine.open(tmp_path / "engine", configuration)

    def asked(token):
        return Request(source="192.0.2.1", to_uri=f"sip:s@h;line={token}")

    for each in (engine, opened):
        assert [unknown.registration for unknown in each.unknowns] == ["b"]
        assert each.undetermined(asked("zzzzzzz")) == each.unknowns
        assert each.explain(asked("zzzzzzz")).undetermined == each.unknowns
        assert not each.undetermined(asked("abcdefg"))
        assert each.explain(asked(each.line_tokens["b"])).match == each.identify(asked(each.line_tokens["b"]))


def test_many_objects_with_names_are_asked_about_fast():
    """Hundreds of objects that may match, with endpoints that don't exist, are bounded: nothing is tried out."""
    text = "".join(
        f"[i{number}]\ntype=identify\nendpoint=nope\nmatch=n{number}.example\nmatch_header=X-A: 1\n"
        for number in range(600)
    )
    request = Request(source="192.0.2.1", method="OPTIONS", headers={"X-A": "1"})

    explanation = explain(load(f"{text}[anonymous]\ntype=endpoint\n"), {}, request)

    assert {each.endpoint for each in explanation.possible} == {None}


def test_beyond_the_limit_of_work_no_answer_is_missing(monkeypatch):
    """What is forgotten then adds answers that aren't possible, and never takes away one that is."""
    choice = generate.RandomChoice(random.Random(5))
    more = 0
    for _ in range(150):
        case = universes.names_case(choice)
        configuration = case.configuration()
        for request in (universes.request(choice) for _ in range(5)):
            exact = explain(configuration, case.told, request).possible
            with monkeypatch.context() as patched:
                patched.setattr(walk, "MAX_WORK", 0)
                rough = explain(configuration, case.told, request).possible
            found = {(each.endpoint, each.identifier, each.section) for each in exact}
            assert found <= {(each.endpoint, each.identifier, each.section) for each in rough}
            more += len(rough) > len(exact)
    assert more > 0


def test_one_of_two_objects_exists_in_any_case():
    """The engine, which has neither of them, names what its answer depends on though all contents give one endpoint."""
    pjsip = "[w-identify]\ntype=identify\nendpoint=w\nmatch=192.0.2.1,sip.x.example\n"
    wizard = "[w]\ntype=wizard\nremote_hosts=192.0.2.1\nsends_registrations=no\n"
    files = {"pjsip.conf": pjsip, "pjsip_wizard.conf": wizard}
    engine = Engine(Configuration.from_files(files))
    request = Request(source="192.0.2.1")
    explanation = engine.explain(request)

    assert explanation.answer == "w (by ip, section w-identify)"
    assert not explanation.undetermined
    assert engine.identify(request) is None
    assert engine.undetermined(request) == engine.unknowns[:1]
