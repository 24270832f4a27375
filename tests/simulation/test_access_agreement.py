"""Access lists, said twice: the simulation's outcome of a request is the explanation's, for every list and request."""

from collections import Counter

from calls import configuration, request
from hypothesis import given, settings
from hypothesis import strategies as st

from identify.explain import explain
from identify.request import Request
from identify.simulation import Outcome, Simulation
from identify.traffic.batch import Batch, Direction

NETWORKS = (
    "0.0.0.0/0", "10.0.0.0/8", "10.2.0.0/16", "10.2.3.4", "10.0.0.4/255.0.0.255", "127.0.0.1", "::/0",
    "2001:db8::/32", "2001:db8::1", "!10.2.3.4", "!0.0.0.0/0", "!::/0",
)  # fmt: skip
SOURCES = ("10.2.3.4", "10.9.9.4", "192.0.2.1", "2001:db8::1", "2001:db8:1::9", "127.0.0.1")
HOSTS = (
    "10.2.3.4", "10.9.9.9:5080", "192.0.2.1", "[2001:db8::1]", "[::ffff:10.2.3.4]", "localhost", "LOCALHOST",
    "phone.example", "10.2", "127.0.0.1",
)  # fmt: skip
NAMES = ("one", "two", "none", "ONE", "one ,two", " two", "one,two", "child")
METHODS = (
    "INVITE",
    "REGISTER",
    "OPTIONS",
    "ACK",
    "BYE",
    "CANCEL",
    "MESSAGE",
    "SUBSCRIBE",
    "invite",
    "register",
)
USERS = ("alice", "bob", "carol", "mallory")

ITEMS = st.lists(st.sampled_from(NETWORKS), min_size=1, max_size=2).map(",".join)
SENSES = st.sampled_from(("permit", "deny", "deny"))
RULES = st.lists(st.builds("{}={}\n".format, SENSES, ITEMS), max_size=3).map("".join)
LISTS = st.lists(
    st.one_of(
        st.builds("{}{}={}\n".format, st.sampled_from(("", "", "contact_")), SENSES, ITEMS),
        st.builds("{}acl={}\n".format, st.sampled_from(("", "contact_")), st.sampled_from(NAMES)),
    ),
    max_size=3,
).map("".join)
ACL_FILES = st.one_of(
    st.none(),
    st.builds("[one]\n{}[two]\n{}[base](!)\n{}[child](base)\n".format, RULES, RULES, RULES),
    st.sampled_from(
        ("", "[one", "[one]\ndeny=junk\n", "#exec lists\n[one]\ndeny=10.0.0.0/8\n", "#include none.conf\n")
    ),
)
CONFIGURATIONS = st.builds(
    "[tpl](!)\ntype=endpoint\n{}[alice](tpl)\n{}[bob](tpl)\n[carol]\ntype=endpoint\n[anonymous]\ntype=endpoint\n{}"
    "[i]\ntype=identify\nendpoint=carol\nmatch=2001:db8:1::/48,127.0.0.1\n[acls](!)\ntype=acl\n{}[a](acls)\n{}{}".format,
    LISTS,
    LISTS,
    LISTS,
    st.one_of(st.just(""), LISTS),
    LISTS,
    st.one_of(st.just(""), st.builds("[b]\ntype=acl\n{}".format, LISTS)),
)
CONTACTS = st.lists(st.sampled_from(HOSTS).map("<sip:x@{}>".format), max_size=3).map(", ".join)
REQUESTS = st.tuples(
    st.sampled_from(METHODS),
    st.sampled_from(USERS).map("sip:{}@h".format) | st.sampled_from(("tel:+1", "urn:x")),
    st.one_of(CONTACTS, st.sampled_from(("*", "<urn:y>", "<tel:10>"))),
    st.sampled_from((None, None, "t9")),
    st.sampled_from(SOURCES),
)


def outcome_of(config, message, source):
    """Return what the simulation makes of a request alone, and its row."""
    batch = Batch()
    batch.append(message, frame=1, source=source, port=5060, direction=Direction.RECEIVED)
    (row,) = Simulation(config).feed(batch)
    return row


def check(text, acl_conf, partial, requests):
    """Compare the two sides, and return how often each outcome was."""
    files = {"pjsip.conf": text} if acl_conf is None else {"pjsip.conf": text, "acl.conf": acl_conf}
    config = type(configuration("")).from_files(files, partial=partial)
    found = Counter()
    for method, sender, contact, to_tag, source in requests:
        message = request(method, from_uri=sender, contact=contact, to_tag=to_tag)
        row = outcome_of(config, message, source)
        explanation = explain(config, {}, Request.from_message(message, source, 5060))
        assert explanation.outcome == row.outcome.value
        assert row.refused_by == next(map(str, explanation.refusals), None)
        assert (row.outcome in (Outcome.ACL, Outcome.ENDPOINT_ACL)) == bool(explanation.refusals)
        assert (row.unknown is not None) == (explanation.outcome == "undetermined")
        found[row.outcome] += 1
    return found


@settings(max_examples=150)
@given(CONFIGURATIONS, ACL_FILES, st.booleans(), st.lists(REQUESTS, min_size=8, max_size=8))
def test_explanation_and_simulation_agree(text, acl_conf, partial, requests):
    """One request has one outcome, and the list that denies it one name, whichever side is asked."""
    check(text, acl_conf, partial, requests)
