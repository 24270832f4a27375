"""``resolv.conf`` as the C library reads it."""

import pytest

from identify.config.hostnames.resolv_conf import ResolvConf


@pytest.fixture(autouse=True)
def _machine(monkeypatch):
    monkeypatch.setattr("socket.gethostname", lambda: "pbx.office.example")


def test_all_of_it():
    """Servers in order, search domains, and the options that matter here."""
    text = (
        "# a comment\n; another one\nnameserver 10.0.0.53\nnameserver\t2001:db8::53\n"
        "search a.example b.example\noptions ndots:2 timeout:3 rotate\noptions attempts:4 no-aaaa use-vc\n"
    )

    assert ResolvConf.parse(text) == ResolvConf(
        servers=("10.0.0.53", "2001:db8::53"),
        search=("a.example", "b.example"),
        ndots=2,
        timeout=3,
        attempts=4,
        no_aaaa=True,
        tcp=True,
    )


def test_nothing():
    """An empty file asks 127.0.0.1, and the search domain is that of the machine's name."""
    assert ResolvConf.parse("") == ResolvConf(servers=("127.0.0.1",), search=("office.example",))
    assert ResolvConf.read("/missing/resolv.conf") == ResolvConf.parse("")


def test_servers():
    """At most three count, and only addresses."""
    lines = [
        "nameserver dns.example",
        *(f"nameserver 10.0.0.{number}" for number in range(1, 6)),
        "nameserver",
    ]

    assert ResolvConf.parse("\n".join(lines)).servers == ("10.0.0.1", "10.0.0.2", "10.0.0.3")


@pytest.mark.parametrize(
    ("lines", "search"),
    [
        ("domain a\nsearch b c", ("b", "c")),
        ("search b c\ndomain a", ("a",)),
        ("search b\nsearch", ("b",)),
        ("search .", (".",)),
    ],
)
def test_search_domains(lines, search):
    """The last line counts, of either kind."""
    assert ResolvConf.parse(lines).search == search


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ("timeout:99 attempts:99 ndots:99", (30, 5, 15)),
        ("timeout:0 attempts:0 ndots:0", (1, 1, 0)),
        ("timeout:x attempts: ndots", (5, 2, 1)),
        ("timeout:-1 attempts:+2 ndots:\u0661", (5, 2, 1)),
    ],
)
def test_bounds_of_options(options, expected):
    """Values beyond the bounds are the bound, and what isn't a number is ignored."""
    conf = ResolvConf.parse(f"options {options}\n")

    assert (conf.timeout, conf.attempts, conf.ndots) == expected
