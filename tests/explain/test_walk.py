"""The walk over many identify objects: what it says is what a plain look at each object says, and it makes few objects."""

import attrs
import generate
import pytest
import strategies
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from identify.config.sections.mapping import Maker
from identify.config.tried import TriedIdentifies
from identify.configuration import Configuration
from identify.explain import explain, question_about
from identify.explanation import listing
from identify.explanation.hints.glance import Glance
from identify.explanation.hints.values import PatternHints
from identify.explanation.ip import compare
from identify.explanation.listing import LISTED
from identify.explanation.undetermined.parts import PARTS as UNTOLD
from identify.explanation.undetermined.parts import step_without
from identify.model import TextPattern
from identify.request import Request

MANY = 500
#: Reasons that have an object: those listed of each verdict, and the one that decides.
MOST_OBJECTS = sum(LISTED.values())
#: What is at hand without objects.
COLUMNS = (
    "matches",
    "with_header",
    "with_request_uri",
    "sought_headers",
    "sought_request_uris",
    "with_meaning",
    "with_unresolved",
    "ids",
    "endpoints",
)
TRANSPORT = "[udp]\ntype=transport\nbind=0.0.0.0\n[a]\ntype=endpoint\n"

generated = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


class Counted(TriedIdentifies):
    """Identify objects whose rules are at hand; it counts the objects that are asked for."""

    def __init__(self, identifies):
        """Take the objects, and their rules out of these."""
        super().__init__(identifies)
        for name in COLUMNS:
            getattr(self, name)
        self.made = 0

    made = 0

    def __getitem__(self, index):
        """Return an object, and count it."""
        self.made += 1
        return super().__getitem__(index)

    def __iter__(self):
        """Yield all objects, and count them."""
        for place in range(len(self)):
            yield self[place]


def many(rule, endpoint="a", count=MANY):
    """Return a configuration of many identify objects, whose rules are made of their numbers."""
    text = TRANSPORT + "".join(
        f"[i{number}]\ntype=identify\nendpoint={endpoint}\n{rule.format(*divmod(number, 256), number)}\n"
        for number in range(count)
    )
    configuration = Configuration.from_text(text)
    return attrs.evolve(configuration, tried_identifies=Counted(configuration.tried_identifies))


def asked(source="198.51.100.7", **request):
    """Return a request with a header and a URI that are compared."""
    headers = [("X-Trunk", "other"), ("To", "<sip:1@h>")]
    return Request(source=source, port=5060, request_uri="sip:7@example.com", headers=headers, **request)


@pytest.mark.parametrize(
    ("rule", "endpoint"),
    [
        ("match=10.0.{0}.{1}", "a"),
        ("match=198.51.100.{1}", "a"),
        ("match=198.51.100.7:1{2:04}", "a"),
        ("match=0.0.0.0/0", "a"),
        ("match=0.0.0.0/0", "nobody"),
        ("match=0.0.0.0/0,!198.51.100.0/24", "a"),
        ("match=2001:db8::{2:x}", "a"),
        ("match_header=X-Trunk: {2}", "a"),
        ("match_header=X-Trunk: other", "a"),
        ("match_header=X-Other: {2}", "a"),
        ("match_header=To: <sip:{2}@h>", "a"),
        ("match_request_uri=sip:{2}@example.com", "a"),
        ("match_request_uri=/sip:{2}/", "nobody"),
    ],
)
@pytest.mark.parametrize("source", ["198.51.100.7", "2001:db8::7"])
def test_makes_few_objects(rule, endpoint, source):
    """However many rules match, nearly match or don't, only the objects that a sentence is about are made."""
    configuration = many(rule, endpoint)

    explanation = explain(configuration, {}, asked(source))

    assert configuration.tried_identifies.made <= MOST_OBJECTS
    assert sum(len(step.reasons) for step in explanation.steps) < MANY // 10


def test_undetermined_makes_few_objects():
    """Nor does the walk through all contents of a name that isn't known."""
    configuration = many("match=10.0.{0}.{1}")
    name = Configuration.from_text(f"{TRANSPORT}[i]\ntype=identify\nendpoint=a\nmatch=a.example\n")

    explanation = explain(attrs.evolve(configuration, unknowns=name.unknowns), {}, asked())

    assert explanation.undetermined
    assert configuration.tried_identifies.made <= MOST_OBJECTS


def test_untold_parts_make_no_endpoints(monkeypatch):
    """Of many endpoints that an Authorization may name, none is made to list a few of their ids."""
    text = "".join(f"[e{number}]\ntype=endpoint\nidentify_by=auth_username\n" for number in range(MANY))
    configuration = attrs.evolve(Configuration.from_text(text), unknowns=UNTOLD)
    made, make = [], Maker.make
    monkeypatch.setattr(Maker, "make", lambda *of: made.append(of) or make(*of))

    step = step_without(question_about(configuration, {}, asked()), "auth_username")

    assert f"or {MANY - 4} others may be found" in step.reasons[0].text
    assert made == []
    assert configuration.endpoints["e0"].id == "e0"
    assert len(made) == 1


def test_few_lost_objects_are_put_into_words(monkeypatch):
    """Thousands of refused identify objects are compared, and only those that are listed are put into words."""
    lost = many("match=198.51.100.{1}\nunknown=1").lost
    worded = []
    sentence = listing._sentence
    monkeypatch.setattr(listing, "_sentence", lambda *of: worded.append(of) or sentence(*of))

    explain(attrs.evolve(many("", count=0), lost=lost), {}, asked())

    assert len(lost.identifies) == MANY
    assert 0 < len(worded) <= LISTED["lost"]


@st.composite
def questions(draw):
    """Draw a question about a generated configuration."""
    text = draw(strategies.configurations())
    configuration = Configuration.from_files({"pjsip.conf": text})
    request = Request(**draw(strategies.metadata_for(text)))
    return question_about(configuration, generate.tokens(configuration.registrations), request)


@generated
@given(question=questions())
def test_numbers_say_what_objects_say(question):
    """The verdict and the distance that are found from the numbers of all items are those of each object."""
    outcomes = {place: outcome for place, *outcome in compare(question, question.tried)}

    for place, identify in enumerate(question.configuration.tried_identifies):
        expected = plain_look(question.request, identify)
        assert (place in outcomes) is (expected is not None)
        if expected is not None:
            verdict, distance, words = outcomes[place]
            assert (verdict, distance) == expected
            finding = words(identify)
            assert (finding.verdict, finding.distance) == expected


@given(
    ranks=st.lists(st.tuples(st.sampled_from(["near", "no", "also"]), st.integers(0, 6)), max_size=60),
    everything=st.booleans(),
)
def test_listed_are_the_nearest_of_each_verdict(ranks, everything):
    """What is listed of each verdict is the nearest, the first of equally near ones, in the order of all."""
    listed = listing._Listed(everything)
    for number, (verdict, distance) in enumerate(ranks):
        if distance < listed.far[verdict]:
            listed.add(verdict, distance, number)

    expected = []
    for verdict in ("near", "no", "also"):
        numbers = [number for number, rank in enumerate(ranks) if rank[0] == verdict]
        numbers.sort(key=lambda number: ranks[number][1])
        expected += numbers if everything else numbers[: LISTED[verdict]]
    assert [number for _, _, number in listed.chosen()] == sorted(expected)
    assert all((verdict, distance) == ranks[number] for verdict, distance, number in listed.chosen())


def plain_look(request, identify):
    """Return the verdict and the distance of an object without names, None if it has no item."""
    if not identify.addresses or request.source_address is None:
        return None
    family, source = request.source_address

    def bits(rule):
        return ((source & rule.mask) ^ rule.address).bit_length() if rule.family == family else 129

    covering = [rule for rule in identify.addresses if not bits(rule) and rule.port in (0, request.port)]
    positive = [rule for rule in identify.addresses if not rule.negated]
    if covering and not covering[-1].negated:
        return "match", 0
    if any(not rule.negated for rule in covering):
        return "near", 0
    if not covering and any(not bits(rule) for rule in positive):
        return "near", 0
    if not positive or covering:
        return "no", 0
    distance = min(map(bits, positive))
    return ("near" if distance <= {4: 8, 6: 64}[family] else "no"), distance


#: Parts of literals and values, and headers that are printed as they were sent or by PJSIP.
PARTS = ("trunk", "T", "t", "1", "00", "+", "49", " ", "'", '"', "@", ":", "_", "X", ".", ".+", "%31", "*", "/", "Š",
         "<sip:", ">", ";tag=1", "h", "-", "\u200b")  # fmt: skip
texts = st.lists(st.sampled_from(PARTS), min_size=1, max_size=5).map("".join)


@generated
@example(literal="trunk", value="TRUNK", header="X-Trunk", tried=True)
@example(literal="0049", value="+49", header="X-Trunk", tried=False)
@example(literal="_1XX", value="123", header="", tried=False)
@given(
    literal=texts,
    value=texts,
    header=st.sampled_from(["X-Trunk", "To", "From", "Contact", ""]),
    tried=st.booleans(),
)
def test_glance_passes_only_what_has_no_hint(literal, value, header, tried):
    """A literal that a glance passes by has no hint, and none is looked for."""
    hints = PatternHints(Configuration.from_text("").release)
    if tried:
        while not hints.tried:
            hints.find(TextPattern(text="^x", regex=None, literal="^x"), "y")
    left = vars(hints).copy()

    if literal != value and Glance([value], header).passes(literal, tried):
        assert hints.find(TextPattern(text=literal, regex=None, literal=literal), value, header) is None
        assert vars(hints) == left


def test_glance_passes_most_literals():
    """Literals that have nothing to do with a value are passed by, or nothing would be gained."""
    values = {"X-Trunk": "other", "To": "<sip:7@example.com>", "": "sip:7@example.com"}
    literals = {"X-Trunk": "trunk{}", "To": "<sip:{}@example.org>", "": "sip:{}@example.org"}

    for header, value in values.items():
        glance = Glance([value], header)
        assert all(glance.passes(literals[header].format(number), False) for number in range(100, 300))


@pytest.mark.parametrize(
    ("id", "user", "same"), [("Trunk", "tRUNK", True), ("TRÜNK", "trünk", False), ("trÜnk", "TRÜNK", True)]
)
def test_ids_in_other_case(id, user, same):
    """Only letters of ASCII have two cases."""
    configuration = Configuration.from_text(f"{TRANSPORT}[{id}]\ntype=endpoint\n")

    question = question_about(configuration, {}, asked())

    assert question.in_other_case([user]) == ([id] if same else [])
