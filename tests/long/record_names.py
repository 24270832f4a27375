"""What the C library of this machine makes of name servers, recorded for tests/hostnames/test_c_library.py.

Run by hand as root, on a machine with gcc and the GNU C library, when a case is added:

    PYTHONPATH=.:tests/support python tests/long/record_names.py tests/data/names-glibc.json

Each case has its own resolv.conf and hosts file, in a folder to which a small program is confined (chroot); a name
server on 127.0.0.9 answers from the case's zone.
"""

import itertools
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from nameserver import NameServer

PROGRAM = r"""
#include <netdb.h>
#include <resolv.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

int main(int count, char **arguments)
{
    if (!strcmp(arguments[1], "SRV")) {
        unsigned char answer[4096];
        struct __res_state state;
        memset(&state, 0, sizeof state);
        res_ninit(&state);
        int size = res_nsearch(&state, arguments[2], 1, 33, answer, sizeof answer);
        puts(size < 0 ? "none" : "found");
        return 0;
    }
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_DGRAM}, *found;
    int error = getaddrinfo(arguments[2], NULL, &hints, &found);
    if (error) {
        printf("error %s\n", gai_strerror(error));
        return 0;
    }
    for (; found; found = found->ai_next) {
        char text[100];
        getnameinfo(found->ai_addr, found->ai_addrlen, text, sizeof text, NULL, 0, NI_NUMERICHOST);
        puts(text);
    }
}
"""

SERVER = "nameserver 127.0.0.9\n"
QUICK = SERVER + "options timeout:1 attempts:2\n"
ONCE = "options timeout:1 attempts:1\n"
SEARCH = SERVER + "search one.test two.test\n" + ONCE
GOOD = {"A": ["10.0.0.1"], "AAAA": ["2001:db8::1"]}
A = {"A": ["10.0.0.1"]}
SRV = {"SRV": [[1, 1, 5060, "t.test"]]}
HOSTS = """127.0.0.1 localhost
10.0.0.5 h.ex.com h
10.0.0.6 h.ex.com # other
::1 six
2001:db8::7 both
10.9.9.9 both
10.0.0.7 dot.
::ffff:10.0.0.8 mapped
 nothing line
10.0.0.300 wrong
10.1 short
"""


def pairs():
    """Yield every outcome of A with every outcome of AAAA."""
    outcomes = ("good", "no data", "NXDOMAIN", "SERVFAIL", "REFUSED", "timeout")
    for first, second in itertools.product(outcomes, outcomes):
        entry = {"rcode": {}}
        for kind, outcome in (("A", first), ("AAAA", second)):
            if outcome == "good":
                entry[kind] = GOOD[kind]
            elif outcome != "no data":
                entry["rcode"][kind] = outcome
        yield {"about": f"A {first}, AAAA {second}", "zone": {"a.test": entry}, "name": "a.test"}


def searches():
    """Yield the ways through search domains, with a failure at each place."""
    many_dots = SEARCH.replace("options", "options ndots:5")
    for name in ("pbx", "pbx.", "a.b", "a.b."):
        yield {"about": f"{name} nowhere", "zone": {}, "name": name, "resolv": SEARCH}
        yield {
            "about": f"{name} in the second domain",
            "zone": {f"{name.rstrip('.')}.two.test": A},
            "name": name,
            "resolv": SEARCH,
        }
        yield {
            "about": f"{name} with ndots:5",
            "zone": {name.rstrip("."): A},
            "name": name,
            "resolv": many_dots,
        }
    for outcome in ("SERVFAIL", "REFUSED", "timeout", "no data"):
        entry = {} if outcome == "no data" else {"rcode": outcome}
        for about, zone, name, resolv in (
            ("as it is, then found", {"a.b": entry, "a.b.two.test": A}, "a.b", SEARCH),
            ("as it is, then nowhere", {"a.b": entry}, "a.b", SEARCH),
            ("first domain, then found", {"pbx.one.test": entry, "pbx.two.test": A}, "pbx", SEARCH),
            ("first domain, then nowhere", {"pbx.one.test": entry}, "pbx", SEARCH),
            ("first domain, then as it is", {"pbx.one.test": entry, "pbx": A}, "pbx", SEARCH),
            ("second domain, then nowhere", {"pbx.two.test": entry}, "pbx", SEARCH),
            ("first domain, dots", {"a.b.one.test": entry}, "a.b", many_dots),
        ):
            yield {"about": f"{outcome}: {about}", "zone": zone, "name": name, "resolv": resolv}
        for about, zone, resolv in (
            ("domain", {"_sip._udp.p.one.test": entry, "_sip._udp.p.two.test": SRV}, many_dots),
            ("as it is", {"_sip._udp.p": entry, "_sip._udp.p.two.test": SRV}, SEARCH),
            ("alone", {"_sip._udp.p": entry}, QUICK),
        ):
            yield {
                "about": f"{outcome}: SRV, {about}",
                "zone": zone,
                "name": "_sip._udp.p",
                "resolv": resolv,
                "srv": True,
            }
    for line in (
        "search .",
        "search one.test .",
        "domain one.test",
        "domain one.test\nsearch two.test",
        "search two.test\ndomain one.test",
    ):
        yield {
            "about": line.replace("\n", ", "),
            "zone": {"pbx": A, "pbx.one.test": GOOD},
            "name": "pbx",
            "resolv": f"{SERVER}{line}\n",
        }


def others():
    """Yield truncation, aliases, options, hosts files and odd names."""
    many = {"A": [f"10.0.{number // 200}.{number % 200 + 1}" for number in range(90)]}
    for tcp in ("answer", "refuse"):
        yield {"about": f"90 addresses, TCP {tcp}", "zone": {"a.test": many}, "name": "a.test", "tcp": tcp}
        yield {
            "about": f"truncated, TCP {tcp}",
            "zone": {"a.test": {**GOOD, "tc": True}},
            "name": "a.test",
            "tcp": tcp,
        }
    for about, zone in (
        ("an alias to no data", {"a.test": {"CNAME": "b.c"}, "b.c": {}, "a.test.one.test": A}),
        ("an alias to nothing", {"a.test": {"CNAME": "b.c"}}),
        ("an alias to nothing, then a domain", {"a.test": {"CNAME": "b.c"}, "a.test.one.test": A}),
        ("aliases in a circle", {"a.test": {"CNAME": "b.c"}, "b.c": {"CNAME": "a.test"}}),
        ("an alias to a name with a hyphen first", {"a.test": {"CNAME": "-x.d"}, "-x.d": A}),
        ("an alias to a star", {"a.test": {"CNAME": "*.d"}, "*.d": GOOD}),
        ("an alias, A only", {"a.test": {"CNAME": "b.c"}, "b.c": A}),
        ("an alias, A SERVFAIL", {"a.test": {"CNAME": "b.c"}, "b.c": {"rcode": {"A": "SERVFAIL"}}}),
        (
            "five aliases",
            {
                "a.test": {"CNAME": "n1.t"},
                **{f"n{i}.t": {"CNAME": f"n{i + 1}.t"} for i in range(1, 5)},
                "n5.t": GOOD,
            },
        ),
    ):
        yield {"about": about, "zone": zone, "name": "a.test", "resolv": SEARCH}
    for options in ("no-aaaa", "use-vc"):
        for outcome, entry in (
            ("good", GOOD),
            ("no data", {"AAAA": ["::5"]}),
            ("SERVFAIL", {"rcode": "SERVFAIL"}),
        ):
            resolv = f"{SERVER}options {options} timeout:1 attempts:2\n"
            yield {
                "about": f"{options}, {outcome}",
                "zone": {"a.test": entry},
                "name": "a.test",
                "resolv": resolv,
            }
    for about, resolv in (
        ("a port that refuses, then one that answers", "nameserver 127.0.0.8\n" + QUICK),
        ("only a port that refuses", "nameserver 127.0.0.8\n"),
    ):
        yield {"about": about, "zone": {"a.test": A}, "name": "a.test", "resolv": resolv}
    for name in (
        "h",
        "H",
        "h.ex.com",
        "h.",
        "six",
        "both",
        "dot",
        "dot.",
        "mapped",
        "line",
        "other",
        "wrong",
        "short",
        "localhost",
    ):
        yield {
            "about": f"hosts file, {name}",
            "zone": {"h": {"A": ["10.1.1.1"]}},
            "name": name,
            "hosts": HOSTS,
        }
    long = ".".join(["a" * 60] * 4)
    for number, name in enumerate(("_x.test", "x-.test", "-x.test", "*.test", "a b.test", "a@test", "b\u00fc.test", ".", "a..b", ".a", "x" * 64,
                 "x" * 63, "1.2.3.4.", "1.2.3.x", "0x7f.x", "a_b", "xn--4ca.test", long, long + ".abcdefghijk", "4294967296", "1.2.3.4.5", "a.b..", "A.Test")):  # fmt: skip
        yield {"about": f"name {number}, {name[:20]}", "zone": {name.rstrip(".").lower(): A}, "name": name}
    yield {
        "about": "no usable address",
        "zone": {"a.test": {"AAAA": ["::ffff:10.0.0.9", "fe80::1", "::"], "A": ["0.0.0.0"]}},
        "name": "a.test",
    }


def record(root, case):
    """Return the case with what the C library answered and what it asked."""
    case = {"resolv": QUICK, "hosts": "127.0.0.1 localhost\n", "tcp": "answer", "srv": False, **case}
    (root / "etc" / "resolv.conf").write_text(case["resolv"])
    (root / "etc" / "hosts").write_text(case["hosts"])
    with NameServer(case["zone"], host="127.0.0.9", port=53, tcp=case["tcp"]) as server:
        command = ["chroot", str(root), "/ask", "SRV" if case["srv"] else "A", case["name"]]
        ran = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    return {
        **case,
        "result": ran.stdout.splitlines(),
        "asked": server.asked,
        "asked_by_tcp": server.asked_by_tcp,
    }


def confine(root):
    """Compile the program, and give it what it needs."""
    source = root / "ask.c"
    source.write_text(PROGRAM)
    subprocess.run(["gcc", "-o", str(root / "ask"), str(source), "-lresolv"], check=True)
    needed = subprocess.run(["ldd", str(root / "ask")], capture_output=True, text=True, check=True).stdout
    for word in needed.split():
        if word.startswith("/"):
            target = root / word[1:]
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(word, target)
    (root / "etc").mkdir()
    (root / "etc" / "nsswitch.conf").write_text("hosts: files dns\n")
    (root / "etc" / "host.conf").write_text("multi on\n")


def main():
    """Write the file that is named."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        confine(root)
        cases = [record(root, case) for case in (*pairs(), *searches(), *others())]
    lines = ",\n".join(json.dumps(case) for case in cases)
    Path(sys.argv[1]).write_text(f"[\n{lines}\n]\n")


if __name__ == "__main__":
    main()
