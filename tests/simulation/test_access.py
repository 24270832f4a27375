"""Access lists of type=acl, of endpoints and of acl.conf: who is denied."""

import pytest
from calls import OFFICE, Traffic, configuration

IN, OUT = "10.2.3.4", "203.0.113.5"


def denied(rules, source=IN, *, contact="<sip:x@192.0.2.1>", method="OPTIONS", acl_conf=None):
    """Return whether an object of type=acl with these lines denies a request; an endpoint's list must agree."""
    files = {} if acl_conf is None else {"acl_conf": acl_conf}
    traffic = Traffic().receive(method, contact=contact, place={"source": source})
    globally = traffic.outcomes(configuration(f"{OFFICE}[acl1]\ntype=acl\n{rules}\n", **files))[0] == "acl"
    own = OFFICE.replace("[alice]\ntype=endpoint\n", f"[alice]\ntype=endpoint\n{rules}\n")
    assert (traffic.outcomes(configuration(own, **files))[0] == "endpoint acl") == globally
    return globally


@pytest.mark.parametrize(
    ("rules", "source", "expected"),
    [
        ("deny=0.0.0.0/0\npermit=10.2.0.0/16", IN, False),
        ("deny=0.0.0.0/0\npermit=10.2.0.0/16", OUT, True),
        ("permit=10.2.0.0/16\ndeny=0.0.0.0/0", IN, True),
        ("permit=10.9.0.0/16", IN, False),
        ("deny=10.0.0.0/8\npermit=10.2.3.4", IN, False),
        ("deny=10.0.0.0/8\npermit=10.2.3.4", "10.2.3.5", True),
        ("deny=0.0.0.0/0,!10.2.0.0/16", IN, False),
        ("deny=0.0.0.0/0,!10.2.0.0/16", OUT, True),
        ("permit=!10.2.3.4", IN, True),
        ("permit=!10.2.3.4", OUT, False),
        ("deny=!10.2.0.0/16", IN, False),
        ("deny=10.2.3.4,10.2.3.5", "10.2.3.5", True),
        ("deny=10.2.3.4/255.255.0.0", "10.2.9.9", True),
        ("deny=0.0.0.0/0", "2001:db8::1", False),
        ("deny=::/0", "2001:db8::1", True),
        ("deny=::/0", IN, False),
        ("deny=2001:db8::/32\npermit=2001:db8::1", "2001:db8::1", False),
        ("deny=2001:db8::/32\npermit=2001:db8::1", "2001:db8::2", True),
    ],
)
def test_rules(rules, source, expected):
    """The last rule that covers the source decides, none allows, and families don't meet."""
    assert denied(rules, source) == expected


@pytest.mark.parametrize(
    "rules",
    [
        "deny=foo",
        "deny=10.0.0.0/99",
        "deny=host.example",
        "deny=10.2.3.4:5060",
        "deny=0.0.0.0/0\npermit=x",
        "foo=1",
    ],
)
def test_bad_rules_block_nothing(rules):
    """An acl object with a bad rule is refused with its good ones, though the log says that all is blocked."""
    config = configuration(f"{OFFICE}[acl1]\ntype=acl\n{rules}\n")

    assert not config.acls
    assert any(problem.lost == "the acl 'acl1'" for problem in config.problems)
    assert Traffic().receive(place={"source": IN}).outcomes(config) == ["identified"]


@pytest.mark.parametrize("rules", ["deny=", "deny=0.0.0.0/0\npermit="])
def test_empty_rule(rules):
    """An empty rule refuses an acl object, not an endpoint."""
    config = configuration(f"{OFFICE}[acl1]\ntype=acl\n{rules}\n[carol]\ntype=endpoint\n{rules}\n")

    assert not config.acls
    assert "carol" in config.endpoints


def test_bad_rule_refuses_the_endpoint():
    """An endpoint with a bad rule doesn't exist."""
    assert "carol" not in configuration(OFFICE + "[carol]\ntype=endpoint\ndeny=junk\n").endpoints


def test_duplicates():
    """Two acl objects of one name: there is none."""
    config = OFFICE + "[a]\ntype=acl\ndeny=0.0.0.0/0\n[a]\ntype=acl\ndeny=::/0\n"

    assert Traffic().receive(place={"source": IN}).outcomes(config) == ["identified"]


def test_no_rules():
    """An acl object without rules allows all."""
    assert Traffic().receive().outcomes(OFFICE + "[a]\ntype=acl\n") == ["identified"]


@pytest.mark.parametrize("order", [("a", "b"), ("b", "a")])
def test_all_objects_must_allow(order):
    """One object that denies is enough, in whichever order they stand."""
    objects = {"a": "[a]\ntype=acl\npermit=10.0.0.0/8\n", "b": "[b]\ntype=acl\ndeny=10.2.3.4\n"}
    config = OFFICE + "".join(objects[name] for name in order)

    assert Traffic().receive(place={"source": IN}).outcomes(config) == ["acl"]


def test_templates():
    """A template's lines come first."""
    config = f"{OFFICE}[all](!)\ntype=acl\ndeny=0.0.0.0/0\n[a](all)\npermit=10.2.0.0/16\n"
    traffic = Traffic().receive(place={"source": IN}).receive(call="c2", place={"source": OUT})

    assert traffic.outcomes(config) == ["identified", "acl"]


@pytest.mark.parametrize("method", ["OPTIONS", "INVITE", "ACK", "REGISTER"])
def test_contacts(method):
    """Every Contact's host is tested, for every method, and one that is denied is enough."""
    rules = "contact_deny=0.0.0.0/0\ncontact_permit=192.0.2.0/24"

    assert not denied(rules, contact="<sip:x@192.0.2.1:9999>", method=method)
    assert denied(rules, contact="<sip:x@10.9.1.1>", method=method)
    assert denied(rules, contact="<sip:x@192.0.2.1>, <sip:x@10.9.1.1>", method=method)
    assert not denied(rules, contact="<sip:x@[2001:db8::1]>", method=method)
    assert denied("contact_deny=2001:db8::/32", contact="<sip:x@[2001:db8::1]>", method=method)


def test_contacts_that_pass():
    """A missing Contact, an asterisk and names pass, but for localhost."""
    rules = "contact_deny=0.0.0.0/0"

    assert not denied(rules, contact=None)
    assert not denied(rules, contact="*", method="REGISTER")
    assert not denied(rules, contact="<sip:x@phone.example>")
    assert denied(rules, contact="<sip:x@localhost>")


def test_names_in_contacts_are_counted():
    """The result says how many requests had a name that would have been resolved."""
    config = OFFICE + "[a]\ntype=acl\ncontact_deny=10.0.0.0/8\n"
    traffic = Traffic().receive(contact="<sip:x@phone.example>").receive(call="c2")

    assert traffic.result(config).contact_names == 1


NAMED = "[named1]\ndeny=0.0.0.0/0\npermit=10.2.0.0/16\n[tpl](!)\ndeny=0.0.0.0/0\n[child](tpl)\npermit=203.0.113.5\n"


@pytest.mark.parametrize(
    ("rules", "source", "expected"),
    [
        ("acl=named1", IN, False),
        ("acl=named1", OUT, True),
        ("acl=child", OUT, False),
        ("acl=child", IN, True),
        ("acl=tpl", IN, True),
        ("acl=named1,child", IN, True),
        ("acl= named1", IN, False),
        ("acl=named1 , child", OUT, True),
        ("acl=nonesuch", IN, True),
        ("acl=nonesuch", "2001:db8::1", True),
        ("acl=NAMED1", IN, True),
        ("acl=!named1", IN, True),
        ("deny=0.0.0.0/0\nacl=named1", IN, True),
        ("acl=named1\npermit=203.0.113.5", OUT, True),
    ],
)
def test_named_lists(rules, source, expected):
    """Each named ACL is a list of its own that must allow; a name that doesn't exist denies everybody."""
    assert denied(rules, source, acl_conf=NAMED) == expected


def test_blank_behind_a_name():
    """The blank before a comma belongs to the name, which doesn't exist then."""
    config = configuration(f"{OFFICE}[a]\ntype=acl\nacl=named1 ,child\n", acl_conf=NAMED)

    assert [problem.code for problem in config.problems] == ["acl-undefined"]
    assert "did you mean" in config.problems[0].message


def test_empty_file():
    """With an empty acl.conf every name is undefined."""
    assert denied("acl=named1", acl_conf="")


@pytest.mark.parametrize(
    "text",
    [
        None,
        "[named1",
        NAMED + "[x]\ndeny=junk\n",
        NAMED + "[x]\nfoo=1\n",
        "[general]\n" + NAMED,
        NAMED + "[x](none)\n",
        NAMED + "[x]\npermit=10.0.0.1, 10.0.0.2\n",
        NAMED + "[x]\npermit=10.0.0.1,\n",
        NAMED + "[x]\ndeny=\n",
        "[x]\npermit=10.0.0.1 ,10.0.0.2\n" + NAMED,
    ],
)
def test_no_lists_at_all(text):
    """If acl.conf is missing or has one mistake, references are left out and deny nobody, whatever they name."""
    assert not denied("acl=named1", OUT, acl_conf=text)
    assert not denied("acl=nonesuch", OUT, acl_conf=text)
    files = {} if text is None else {"acl_conf": text}
    config = configuration(f"{OFFICE}[a]\ntype=acl\nacl=named1\n", **files)
    assert "acl-unavailable" in {problem.code for problem in config.problems}


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("[a]\ndeny=0.0.0.0/0\n[b]\npermit=10.0.0.1, 10.0.0.2\n", 4),
        ("[a]\npermit=\n[b]\ndeny=0.0.0.0/0\n", 2),
        ("[a]\n[general]\n", 2),
    ],
)
def test_a_mistake_is_said_loudly(text, line):
    """It is an error that names the line, and says that everybody is allowed."""
    config = configuration(f"{OFFICE}[x]\ntype=acl\nacl=a\n", acl_conf=text)
    (found,) = (problem for problem in config.problems if problem.code == "acl-file")

    assert (found.severity, found.file, found.line, found.lost) == (
        "error",
        "acl.conf",
        line,
        "every named ACL",
    )
    assert "allows everybody" in found.message


def test_two_lists_of_one_name():
    """The second section's lines follow those of the first one."""
    text = "[a]\ndeny=0.0.0.0/0\n[b]\n[a]\npermit=10.2.0.0/16\n"

    assert not denied("acl=a", IN, acl_conf=text)
    assert denied("acl=a", OUT, acl_conf=text)


def test_many_lists_of_one_name():
    """A list in 20,000 sections is read in linear time."""
    text = "".join(f"[a]\ndeny=10.{number // 256}.{number % 256}.0/24\n" for number in range(20_000))
    config = configuration(f"{OFFICE}[x]\ntype=acl\nacl=a\n", acl_conf=text)

    assert len(config.acls["x"].source_access[0].rules) == 20_000


def test_named_contact_lists():
    """contact_acl names a list for Contacts."""
    assert denied("contact_acl=named1", contact="<sip:x@10.9.1.1>", acl_conf=NAMED)
    assert not denied("contact_acl=named1", contact="<sip:x@10.2.1.1>", acl_conf=NAMED)


def test_acl_conf_is_only_read_for_references():
    """Without a reference nothing is said of acl.conf."""
    assert not configuration(OFFICE, acl_conf="[named1").problems


def test_endpoints_by_every_identifier():
    """An endpoint's list counts whatever identified it."""
    config = OFFICE.replace("[trunk]\ntype=endpoint\n", "[trunk]\ntype=endpoint\ndeny=198.51.100.7\n")
    traffic = Traffic()
    for last in (7, 8):
        traffic.receive(call=str(last), place={"source": f"198.51.100.{last}"})

    assert traffic.outcomes(config) == ["endpoint acl", "identified"]


def test_model():
    """The model has the lists with their rules in order."""
    config = configuration(
        f"{OFFICE}[a]\ntype=acl\ndeny=0.0.0.0/0,!10.2.0.0/16\nacl=named1,none\n", acl_conf=NAMED
    )
    lists = config.acls["a"].source_access

    assert [(access_list.name, access_list.defined) for access_list in lists] == [
        ("(BASELINE)", True),
        ("named1", True),
        ("none", False),
    ]
    assert [(rule.text, rule.permit) for rule in lists[0].rules] == [
        ("0.0.0.0/0", False),
        ("!10.2.0.0/16", True),
    ]
    assert str(lists[1].rules[1].origin) == "acl.conf:3"
    assert config.acls["a"].contact_access == ()
