"""The identifier ip: which identify's match items cover the source, and how that is said."""

import attrs
import pytest

from identify.config.releases import release_of


@pytest.mark.parametrize(
    ("items", "source", "port", "covers"),
    [
        (["10.0.0.0/8"], "10.1.2.3", 5060, True),
        (["10.0.0.0/8"], "11.0.0.0", 5060, False),
        (["10.0.0.0/8", "!10.1.0.0/16", "10.1.2.0/24"], "10.1.2.3", 5060, True),
        (["10.0.0.0/8", "!10.1.0.0/16", "10.1.2.0/24"], "10.1.3.3", 5060, False),
        (["!10.1.0.0/16", "10.0.0.0/8"], "10.1.0.1", 5060, True),
        (["!10.0.0.0/8"], "10.0.0.1", 5060, False),
        (["!10.0.0.0/8"], "11.0.0.1", 5060, False),
        (["10.0.0.5/255.0.0.255"], "10.9.9.5", 5060, True),
        (["10.0.0.5/255.0.0.255"], "10.9.9.6", 5060, False),
        (["192.168.0.0/255.255.0.1"], "192.168.7.2", 5060, True),
        (["192.168.0.0/255.255.0.1"], "192.168.7.3", 5060, False),
        (["1.2.3.4:5061"], "1.2.3.4", 5061, True),
        (["1.2.3.4:5061"], "1.2.3.4", 5060, False),
        (["10.0.0.0/8", "!10.0.0.0:5061/8"], "10.0.0.1", 5060, True),
        (["10.0.0.0/8", "!10.0.0.0:5061/8"], "10.0.0.1", 5061, False),
        (["0.0.0.0/0"], "2001:db8::1", 5060, False),
        (["::/0"], "192.0.2.1", 5060, False),
        (["::/0"], "::ffff:192.0.2.1", 5060, False),
        (["192.0.2.0/24"], "::ffff:192.0.2.1", 5060, True),
        (["2001:db8::/32"], "2001:db8::1", 5060, True),
        (["2001:db8::/32"], "2001:db9::1", 5060, False),
        (["0.0.0.0/0"], "", 5060, False),
    ],
)
def test_last_covering_item_decides(make, step, items, source, port, covers):
    """An object covers a source if the last of its items that covers it is a positive one."""
    configuration = make.configuration(make.identify("i", "e", *items), make.endpoint("e"))

    answer = step("ip", configuration, source=source, port=port)

    assert (answer.endpoint, answer.section) == (("e", "i") if covers else (None, None))


def test_first_object_by_id_decides(make, step):
    """The order of ids decides, not the more specific network."""
    configuration = make.configuration(
        make.identify("z-host", "narrow", "10.0.0.1/32"),
        make.identify("a-wide", "wide", "10.0.0.0/8"),
        make.endpoint("wide"),
        make.endpoint("narrow"),
    )

    answer = step("ip", configuration, source="10.0.0.1")

    assert (answer.endpoint, answer.section) == ("wide", "a-wide")
    assert [reason.verdict for reason in answer.reasons] == ["match", "also"]
    assert str(answer.reasons[1]) == (
        "identify 'z-host' (pjsip.conf:1) covers 10.0.0.1 with 10.0.0.1/32 too, "
        "but 'a-wide' comes before it in the order of ids"
    )


def test_missing_endpoint_ends_the_identifier(make, step, said):
    """A matching object without its endpoint lets no later object of the identifier have a say."""
    configuration = make.configuration(
        make.identify("i1", "Nope", "10.0.0.0/8"),
        make.identify("i2", "e", "10.0.0.0/8"),
        make.endpoint("nope"),
        make.endpoint("e"),
    )

    answer = step("ip", configuration, source="10.0.0.1")

    assert (answer.endpoint, answer.section) == (None, None)
    assert said(answer)[0] == (
        "missing",
        "identify 'i1' (pjsip.conf:1) covers 10.0.0.1 with 10.0.0.0/8, but it points to endpoint 'Nope', "
        "which doesn't exist; 'nope' exists (ids are case-sensitive): "
        "Asterisk logs a warning and this identifier gives up",
    )


def test_identify_by_has_no_say(make, step):
    """An endpoint that only allows username is found by address all the same."""
    configuration = make.configuration(make.identify("i", "e", "10.0.0.0/8"), make.endpoint("e", "username"))

    assert step("ip", configuration, source="10.0.0.1").endpoint == "e"


@pytest.mark.parametrize(
    ("items", "verdict", "sentence"),
    [
        (
            ["10.0.0.0/8"],
            "match",
            "identify 'a' (pjsip.conf:1) covers 10.1.2.3 with 10.0.0.0/8: endpoint 'e'",
        ),
        (
            ["10.0.0.0/8", "!10.1.0.0/16"],
            "near",
            "identify 'a' (pjsip.conf:1) covers 10.1.2.3 with 10.0.0.0/8, "
            "but its later item !10.1.0.0/16 excludes it",
        ),
        (
            ["!10.1.0.0/16", "10.0.0.0/8"],
            "match",
            "identify 'a' (pjsip.conf:1) covers 10.1.2.3 with 10.0.0.0/8, "
            "which comes after !10.1.0.0/16 and overrides it: endpoint 'e'",
        ),
        (
            ["10.1.2.3:5061"],
            "near",
            "identify 'a' (pjsip.conf:1) covers 10.1.2.3 with 10.1.2.3:5061, but only from port 5061: "
            "the request came from 5060",
        ),
        (
            ["10.1.2.9"],
            "near",
            "identify 'a' (pjsip.conf:1) doesn't cover 10.1.2.3; its nearest item is 10.1.2.9",
        ),
        (
            ["172.16.0.0/12", "2001:db8::/32"],
            "no",
            "identify 'a' (pjsip.conf:1) doesn't cover 10.1.2.3: 172.16.0.0/12, 2001:db8::/32",
        ),
        (
            ["!10.0.0.0/8"],
            "no",
            "identify 'a' (pjsip.conf:1) has only exclusions (!10.0.0.0/8), so it covers nothing",
        ),
        (
            ["172.16.0.0/12", "!10.0.0.0/8"],
            "no",
            "identify 'a' (pjsip.conf:1) excludes 10.1.2.3 with !10.0.0.0/8",
        ),
    ],
)
def test_wording(make, step, said, items, verdict, sentence):
    """Each way of covering or missing a source has its sentence."""
    configuration = make.configuration(make.identify("a", "e", *items), make.endpoint("e"))

    assert said(step("ip", configuration, source="10.1.2.3")) == [(verdict, sentence)]


def test_nothing_to_look_at(make, step, said):
    """A configuration without match items, and a source that is no address, are said."""
    empty = make.configuration()

    assert said(step("ip", empty)) == [("note", "no identify object has a match item")]
    assert said(step("ip", empty, source="")) == [
        ("note", "the source '' is not a valid address, so no match item covers it")
    ]


def test_many_objects_are_summarised(make, step, said):
    """Of very many objects the deciding one, near misses and a few others are told, or all if asked for."""
    far = [make.identify(f"far{n:04}", "e", f"172.16.{n // 256}.{n % 256}") for n in range(500)]
    near = make.identify("near", "e", "10.0.0.2")
    yes = make.identify("yes", "e", "10.0.0.1")
    configuration = make.configuration(*far, near, yes, make.endpoint("e"))

    short = said(step("ip", configuration, source="10.0.0.1"))
    long = said(step("ip", configuration, source="10.0.0.1", everything=True))

    assert [verdict for verdict, _ in short] == ["no"] * 6 + ["near", "match", "no"]
    assert short[-1][1] == "494 other identify objects have no match item that covers 10.0.0.1 from port 5060"
    assert len(long) == 502


def test_reason_has_its_line(make, step):
    """The reason of a match points to the line of the item."""
    identify = make.identify("i", "e", "10.0.0.0/8")
    configuration = make.configuration(identify, make.endpoint("e"))

    assert step("ip", configuration, source="10.0.0.1").reasons[0].origin == identify.addresses[0].origin


def test_order_is_named_as_the_release_has_it(make, step):
    """Which object comes before another is said in the words of the release's order."""
    configuration = make.configuration(
        make.identify("z-host", "e", "10.0.0.1/32"),
        make.identify("a-wide", "e", "10.0.0.0/8"),
        make.endpoint("e"),
    )
    older = attrs.evolve(configuration, release=release_of("18.10.0"))

    assert str(step("ip", older, source="10.0.0.1").reasons[1]).endswith(
        "too, but 'a-wide' comes before it in the hash order of Asterisk 18.10.0"
    )
