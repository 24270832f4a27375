"""Two configurations over the same traffic: which requests change, from what to what."""

import json

from calls import OFFICE, Traffic, configuration

from identify.simulation import Comparison, Outcome, Standing, compare

AFTER = OFFICE.replace("match=198.51.100.0/24", "match=198.51.100.0/25").replace("[alice]\n", "[alice2]\n")


def mixed():
    """Return calls of alice, bob, the trunk from both halves, and nobody."""
    traffic = Traffic()
    places = [("alice", "192.0.2.1"), ("bob", "192.0.2.1"), ("x", "198.51.100.5"), ("x", "198.51.100.200")]
    for number, (user, source) in enumerate([*places * 3, ("nobody", "192.0.2.1")]):
        traffic.receive(user=user, call=f"c{number}", branch=f"z9hG4bK{number}", place={"source": source})
    return traffic


def test_changes():
    """Only what changes is counted, by standing before and after."""
    comparison = compare(configuration(), configuration(AFTER), [mixed().batch])
    changes = {(str(change.before), str(change.after)): count for change, count in comparison.changes.items()}

    assert changes == {("alice", "unidentified"): 3, ("trunk", "unidentified"): 3}
    assert (comparison.messages, comparison.changed) == (13, 6)


def test_examples():
    """Each change has the first frames that show it, with both traces."""
    comparison = compare(configuration(), configuration(AFTER), [mixed().batch])
    frames = {
        str(change.before): [item.frame for item in found] for change, found in comparison.examples.items()
    }
    example = next(found[0] for change, found in comparison.examples.items() if str(change.before) == "trunk")
    before, after = comparison.explain(example)

    assert frames == {"alice": [1, 5, 9], "trunk": [4, 8, 12]}
    assert before.startswith("trunk (by ip, section trunk)")
    assert after.startswith("not identified")


def test_same_configuration():
    """A configuration changes nothing against itself."""
    assert compare(configuration(), configuration(), [mixed().batch]).changed == 0


def test_order_of_objects_does_not_matter():
    """Answers are compared by endpoint, however the engines number them."""
    more = OFFICE + "[aaa]\ntype=endpoint\n[000]\ntype=identify\nendpoint=aaa\nmatch=203.0.113.1\n"

    assert compare(configuration(), configuration(more), [mixed().batch]).changed == 0


def test_outcomes_change_too():
    """A request that is denied afterwards has changed, though its endpoint is the same."""
    after = OFFICE.replace("[alice]\ntype=endpoint\n", "[alice]\ntype=endpoint\ndeny=192.0.2.1\n")
    (change,) = compare(configuration(), configuration(after), [mixed().batch]).changes

    assert change.before == Standing(Outcome.IDENTIFIED, "alice")
    assert change.after == Standing(Outcome.ENDPOINT_ACL, "alice")
    assert str(change.after) == "endpoint acl (alice)"


def test_each_side_has_its_own_memory():
    """A call that only one of the two identifies is a live dialog only there."""
    traffic = Traffic().receive("INVITE").receive("INFO", to_tag="t", branch="z9hG4bK2", sequence=2)
    comparison = Comparison(configuration(), configuration(AFTER))
    before, after = comparison.feed(traffic.batch)

    assert [row.outcome.value for row in before] == ["identified", "in dialog"]
    assert [row.outcome.value for row in after] == ["unidentified", "unknown dialog"]


def test_batches_add_up():
    """Several batches are as good as one."""
    comparison = Comparison(configuration(), configuration(AFTER))
    comparison.feed(Traffic().receive().batch)
    comparison.feed(Traffic().batch)
    comparison.feed(Traffic().receive(call="c2").batch)

    assert comparison.changed == 2


def test_as_dict():
    """All of it goes into JSON, the most frequent change first."""
    shown = json.loads(json.dumps(compare(configuration(), configuration(AFTER), [mixed().batch]).as_dict()))

    assert shown["changed"] == 6
    assert shown["changes"][0]["before"] == {"outcome": "identified", "endpoint": "alice"}
    assert shown["changes"][0]["after"] == {"outcome": "unidentified", "endpoint": None}
    assert "not identified" in shown["changes"][0]["trace_after"]


def test_releases():
    """Two releases read the same traffic, each in its own way; what one of them drops has the other's trace only."""
    traffic = Traffic()
    traffic.receive(branch="z9hG4bK1")
    traffic.receive(branch="z9hG4bK2", headers=["Allow: ,,"])
    traffic.receive(branch="z9hG4bK3", uri="tel:+1")
    comparison = compare(configuration(release="18.10.0"), configuration(), [traffic.batch])
    turned = compare(configuration(), configuration(release="18.10.0"), [traffic.batch])

    for compared, of_older in ((comparison, "before"), (turned, "after")):
        standings = {str(getattr(change, of_older)) for change in compared.changes}
        traces = [getattr(entry, f"trace_{of_older}") for entry in compared.entries(traced=5)]
        others = {str(change.after if of_older == "before" else change.before) for change in compared.changes}
        assert standings == {"dropped", "bad scheme"}
        assert others == {"alice"}
        assert "dropped: Asterisk 18.10.0 drops this request: a list begins with a comma" in traces
    assert set(comparison.changes.values()) == {1}
