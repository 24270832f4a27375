"""Hostile configurations: each construct that multiplies at its most, in texts of a given size, and mixtures of them.

A construct is a function of the size in bytes that returns files by name.  ``mixture`` puts lines of several together
at random; the same seed gives the same files.  ``measured`` loads one in a process of its own and says what it took.
"""

from __future__ import annotations

import os
import random
import resource
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple, NoReturn

from identify.configuration import Configuration
from identify.engine import Engine

Files = Mapping[str, str]
Construct = Callable[[int], Files]

#: Bytes of the text of one configuration.
SIZE = 300_000
#: The most that a line holds.
LINE = 8_190
ENDPOINT = "[e]\ntype=endpoint\n"
IDENTIFY = "[i]\ntype=identify\nendpoint=e\n"
#: Releases whose rules for ``match``, wizards and options differ most.
RELEASES = ("23", "16.2.1")


def repeated(piece: str, size: int) -> str:
    """Return as many of a piece as the size holds; ``{n}`` in it is the number of the piece."""
    if "{n}" not in piece:
        return piece * (size // len(piece))
    return "".join(piece.replace("{n}", str(number)) for number in range(size // (len(piece) + 2)))


def line(head: str, piece: str, end: str = "", size: int = LINE) -> str:
    """Return a line of nearly the given length, filled with a piece."""
    return head + piece * ((size - len(head) - len(end)) // len(piece)) + end + "\n"


def grown(name: str, piece: str, size: int = 65_000) -> str:
    """Return lines that make one value of nearly the longest length."""
    return f"{name}=\n" + line(f"{name}+=", piece) * (size // (LINE - len(name) - 2 - len(piece)))


def heirs(body: str, size: int, template: str = "t") -> str:
    """Return a template with a body, and as many heirs as there is room for."""
    text = f"[{template}](!)\n{body}"
    return text + repeated(f"[a{{n}}]({template})\n", max(size - len(text), 0))


def config(text: str, **others: str) -> Files:
    """Return the files of a pjsip.conf, and of others by name without ``.conf``."""
    return {"pjsip.conf": text, **{f"{name}.conf": other for name, other in others.items()}}


def wizards(text: str) -> Files:
    """Return the files of wizards."""
    return config("[tr]\ntype=transport\nbind=127.0.0.1:5060\n", pjsip_wizard=text)


def _wizard(body: str) -> str:
    return f"type=wizard\n{body}"


def _text_of_each_kind() -> Iterator[tuple[str, Construct]]:
    """Yield files of one thing only, in one line and in many."""
    pieces = {
        "brackets": "[", "closed sections": "[]", "open options": "[a](", "comments": ";", "block comments": ";--",
        "ends of comments": "--;", "both": "--;--", "blanks": " ", "backslashes": "\\", "escaped": "\\;", "equals": "=",
        "names": "x=", "appending": "+=", "nul": "\0", "returns": "\r", "hashes": "#", "braces": "{", "undecodable": "\udcff",
        "wide": "\U0001f600", "marks": "\ufeff", "controls": "\x01", "commas": ",",
    }  # fmt: skip
    for name, piece in pieces.items():
        yield f"one line of {name}", lambda size, piece=piece: config(ENDPOINT + repeated(piece, size))
        yield f"lines of {name}", lambda size, piece=piece: config(ENDPOINT + repeated(piece + "\n", size))
        yield (
            f"long lines of {name}",
            lambda size, piece=piece: config(ENDPOINT + repeated(line("", piece, size=LINE // 4), size)),
        )


#: What heirs may repeat: lines of one template, by what they are.
BODIES = {
    "match": "type=identify\nendpoint=e\n" + line("match=", "1.1.1.1,"),
    "match of exclusions": "type=identify\nendpoint=e\nmatch=0/0\n" + line("match=", "!1.1.1.1,"),
    "match of masks": "type=identify\nendpoint=e\n" + "".join(f"match=1.1.1.1/{n % 33},1.2.3.{n}\n" for n in range(400)),
    "match of names": "type=identify\nendpoint=e\n" + line("match=", "a.example,"),
    "match of long names": "type=identify\nendpoint=e\n" + line("match=", "a"),
    "match of bad items": "type=identify\nendpoint=e\n" + line("match=", "1/99,"),
    "empty items": "type=identify\nendpoint=e\n" + line("match=", ","),
    "expression": "type=identify\nendpoint=e\n" + line("match_header=X: /", "a|", "/"),
    "different expressions": "type=identify\nendpoint=e\nmatch_header=X: /(a|b)*c/\n",
    "no expression": "type=identify\nendpoint=e\n" + line("match_request_uri=/", "("),
    "permit": "type=endpoint\n" + line("permit=", "0,", "0"),
    "contact_deny": "type=acl\n" + line("contact_deny=", "::/0,", "::"),
    "bad permit": "type=endpoint\n" + line("permit=", "0,", "x"),
    "acl": "type=endpoint\n" + line("acl=", "x,"),
    "contact_acl": "type=endpoint\n" + line("contact_acl=", "a ,"),
    "contacts": "type=aor\n" + line("contact=", "sip:a,"),
    "long contacts": "type=aor\n" + grown("contact", "sip:a@b,"),
    "codecs": "type=endpoint\n" + grown("allow", "ulaw|", 40_000) + "allow+=ulaw\n",
    "bad codecs": "type=endpoint\n" + line("allow=", "ulaw,", "x"),
    "codecs in parentheses": "type=endpoint\n" + line("allow=", "(", "ulaw"),
    "preferences": "type=endpoint\n" + grown("codec_prefs_incoming_offer", "x: y,"),
    "variables": "type=endpoint\n" + repeated("set_var=A=b\n", 8_000),
    "long variables": "type=endpoint\n" + grown("set_var", "A=b"),
    "identify_by": "type=endpoint\n" + line("identify_by=", "ip,", "ip"),
    "unknown options": "type=endpoint\n" + repeated("x{n}=1\n", 8_000),
    "long unknown options": "type=endpoint\n" + line("", "x", "=1"),
    "almost known options": "type=endpoint\n" + repeated("rtp-timeout=1\n", 8_000),
    "bad values": "type=endpoint\n" + repeated("rtp_timeout=x\n", 8_000),
    "long bad values": "type=endpoint\n" + grown("rtp_timeout", "\x01"),
    "odd booleans": "type=endpoint\n" + repeated("ice_support=maybe\n", 8_000),
    "types": "type=endpoint\n" + repeated("type=aor\n", 8_000),
    "events": "type=inbound-publication\n" + repeated("event_{n}=e\n", 8_000),
    "provisioning": "type=phoneprov\n" + repeated("A{n}=e\n", 8_000),
    "credentials": "type=auth\nusername=u\n" + line("supported_algorithms_uac=", "SHA-256,"),
    "digests": "type=auth\nusername=u\n" + repeated("password_digest=MD5:" + "0" * 32 + "\n", 8_000),
    "ciphers": "type=transport\nbind=1.1.1.1\n" + line("cipher=", "AES128-SHA,"),
    "local_net": "type=transport\nbind=1.1.1.1\n" + line("local_net=", "0,", "0"),
    "binds": "type=transport\nbind=127.0.0.1:5060\n",
    "proxies": "type=registration\nserver_uri=sip:a\nclient_uri=sip:a\n" + grown("outbound_proxy", "sip:a,"),
    "long URIs": "type=registration\nclient_uri=sip:a\n" + grown("server_uri", "sip:a@"),
    "parameters": "type=registration\nserver_uri=sip:a\nclient_uri=sip:a\n" + grown("contact_header_params", "a=b;"),
    "lines": "type=registration\nserver_uri=sip:a\nclient_uri=sip:a\nline=yes\nendpoint=nope\ntransport=nope\n",
    "resources": "type=resource_list\nevent=presence\n" + line("list_item=", "a,"),
    "globals": "type=global\n" + line("endpoint_identifier_order=", "x,"),
    "no type": repeated("x=1\n", 8_000),
}  # fmt: skip
#: What a wizard may say, with ``${...}`` and hosts that multiply.
WIZARDS = {
    "hosts": line("remote_hosts=", "h,", "h"),
    "long host": line("remote_hosts=", "h") + "contact_pattern=sip:" + "${REMOTE_HOST}" * 500 + "\n",
    "hosts and patterns": line("remote_hosts=", "h,") + line("contact_pattern=sip:", "${REMOTE_HOST}"),
    "parts": line("remote_hosts=", "h,") + line("contact_pattern=sip:", "${REMOTE_HOST:0:1}"),
    "nested": line("remote_hosts=", "h,") + "contact_pattern=sip:" + "${" * 4_000 + "\n",
    "sums": line("remote_hosts=", "h,") + line("contact_pattern=sip:$[1", "+1", "]"),
    "brackets": line("remote_hosts=", "h,") + line("contact_pattern=sip:$[", "(", "]"),
    "registrations": line("remote_hosts=", "h,", "h") + "sends_registrations=yes\n",
    "registrations with proxies": line("remote_hosts=", "h,", "h")
    + "sends_registrations=yes\n"
    + grown("registration/outbound_proxy", "sip:a,", 30_000),
    "registrations with lines": line("remote_hosts=", "h,", "h")
    + "sends_registrations=yes\n"
    + repeated("registration/x=1\n", 8_000),
    "long URIs": line("remote_hosts=", "h,", "h", 800)
    + "sends_registrations=yes\nserver_uri_pattern=sip:${USERNAME}\nsends_auth=yes\n"
    + grown("outbound_auth/username", "a", 30_000),
    "unknown values": line("remote_hosts=", "h,") + "contact_pattern=${EPOCH}\n",
    "options": "remote_hosts=h\n" + repeated("endpoint/x{n}=1\n", 8_000),
    "own options": "remote_hosts=h\n" + repeated("x{n}=1\n", 8_000),
    "access": "remote_hosts=h\n" + line("endpoint/permit=", "0,", "0"),
    "contacts": "remote_hosts=h\n" + line("aor/contact=", "sip:a,"),
    "match": "remote_hosts=h\n" + line("identify/match=", "1.1.1.1,"),
}  # fmt: skip
#: Names in includes.
PATTERNS = {
    "nothing": "*" * 8,
    "stars": "*a" * 4_000 + "*b",
    "letters behind a star": "*" + "a" * 200 + "b",
    "open brackets": "*" + "[" * 8_000,
    "classes": "*" + "[[:alpha:]" * 800,
    "ranges": "*[" + "a-z" * 2_600 + "]",
    "braces": "{a,b}" * 1_600,
    "alternatives": "{" + "a," * 900 + "}" + "x" * 6_000,
    "nested braces": "{" * 4_000 + "a" + "}" * 4_000,
    "open braces": "{" * 8_000,
    "empty alternatives": "{" + "," * 900 + "}",
    "itself": ".*/" * 2_600,
    "up and down": "sub/../" * 1_000 + "*",
    "all of the machine": "/" + "*/" * 40,
    "long": "a" * 8_000,
    "backslashes": "\\" * 8_000 + "*",
    "the file itself": "pjsip.conf",
    "directory": "sub",
    "empty": "sub/empty.conf",
    "everything": "sub/*",
    "everything twice": "sub/{*,*,*,*,*,*,*,*,*,*}",
}  # fmt: skip
FILTERS = {
    "lines": "x=1",
    "large": "x=a{255}{40}",
    "many conditions": "&".join(["x=."] * 2_000),
    "alternatives": "x=" + "a|" * 3_500 + "b",
    "backreference": "x=(a*)*\\1b",
    "backreferences": "x=(a*)(a*)(a*)(a*)\\4\\3\\2\\1b",
    "long": "x=" + "(a*)*" * 1_500 + "b",
    "templates": "TEMPLATES=restrict",
}  # fmt: skip


def constructs() -> Iterator[tuple[str, Construct]]:
    """Yield each construct that multiplies, with its name."""
    yield from _text_of_each_kind()
    for name, body in BODIES.items():
        yield f"heirs of {name}", lambda size, body=body: config(ENDPOINT + heirs(body, size), acl="[a]\n")
        yield (
            f"sections of {name}",
            lambda size, body=body: config(
                ENDPOINT + "".join(f"[a{n}]\n{body}" for n in range(size // (len(body) + 8)))
            ),
        )
        yield (
            f"one heir of many {name}",
            lambda size, body=body: config(
                ENDPOINT + f"[t](!)\n{body}" + repeated(line("[a](", "t,", "t)"), size)
            ),
        )
    for name, body in WIZARDS.items():
        yield f"wizards of {name}", lambda size, body=body: wizards(heirs(_wizard(body), size))
        yield f"one wizard of {name}", lambda size, body=body: wizards(f"[w]\n{_wizard(body)}" * 9)
    for name, pattern in PATTERNS.items():
        for word in ("include", "tryinclude"):
            yield (
                f"#{word} of {name}",
                lambda size, word=word, pattern=pattern: {
                    "pjsip.conf": ENDPOINT + repeated(f"#{word} {pattern}\n", size),
                    "sub/empty.conf": "",
                    **{f"sub/{'a' * 200}{n}": "x=1\n" for n in range(300)},
                },
            )
    for name, condition in FILTERS.items():
        for value, lines in (
            ("a short line", "x=1\n"),
            ("a long line", grown("x", "a", 30_000)),
            ("lines", "x=a\n" * 5_000),
        ):
            yield (
                f"filters of {name} on {value}",
                lambda size, condition=condition, lines=lines: config(
                    f"[k]\n{lines}" + repeated(f"[k](+{condition})\n", size - len(lines))
                ),
            )
    yield (
        "templates of one name",
        lambda size: config(
            repeated("[t](!)\n", size // 2)
            + "[a](t)\n"
            + repeated("[t](+)\n", 7)
            + repeated("[a](t)\n", size // 2)
        ),
    )
    yield (
        "sections and additions of one name",
        lambda size: config(
            repeated("[k](!)\n", size // 3)
            + "[k]\n"
            + repeated("[k](+)\nx=1\n", size // 3)
            + repeated("[b](k)\n", size // 3)
        ),
    )
    yield "additions to the first section", lambda size: config("[]\nx=1\n" + repeated("[](+,)\n", size))
    yield "doubling by additions", lambda size: config("[t]\nx=1\n" + repeated("[t](+,t)\n", size))
    yield (
        "doubling by templates",
        lambda size: config(
            "[t0](!)\nx=1\n" + "".join(f"[t{n + 1}](!,t{n},t{n})\n" for n in range(size // 30))
        ),
    )
    yield (
        "a chain of templates",
        lambda size: config(
            "[t0](!)\nx=1\n" + "".join(f"[t{n + 1}](!,t{n})\nx=1\n" for n in range(size // 30))
        ),
    )
    yield "lines between heirs", lambda size: config("[t]\n" + repeated("[t](+)\nx{n}=1\n[h{n}](t)\n", size))
    yield "names cut to one", lambda size: config(repeated("[" + "n" * 80 + "{n}]\ntype=endpoint\n", size))
    yield "names of one hash", lambda size: config(repeated("[a]\ntype=endpoint\n[A]\ntype=aor\n", size))
    yield "sections without a name", lambda size: config(repeated("[]\ntype=endpoint\n", size))
    yield (
        "growing values",
        lambda size: config("[e]\ntype=endpoint\nx=1\n" + line("x+=", "y") * 7 + repeated("x+=\n", size)),
    )
    yield (
        "nested comments",
        lambda size: config(repeated(";--\n", size // 2) + repeated("--;\n", size // 2) + ENDPOINT),
    )
    yield (
        "names of access lists",
        lambda size: config(
            ENDPOINT + repeated("acl=A{n}\n", size // 2), acl=repeated("[a{n}]\ndeny=0\n", size // 2)
        ),
    )
    yield (
        "many rules of access lists",
        lambda size: config(
            heirs("type=endpoint\nacl=x\n", size // 2), acl="[x]\n" + repeated("deny=0,1,2,3\n", size // 2)
        ),
    )
    yield (
        "heirs in access lists",
        lambda size: config(f"{ENDPOINT}acl=x\n", acl=heirs(line("deny=", "0,", "0"), size)),
    )
    yield (
        "bad access lists",
        lambda size: config(
            heirs("type=endpoint\nacl=x\n", size // 2), acl=repeated("[x{n}]\nbad{n}=1\n", size // 2)
        ),
    )
    yield (
        "mappings",
        lambda size: config(
            ENDPOINT,
            sorcery="[res_pjsip]\n" + repeated("endpoint=realtime,f{n}\nendpoin{n}=x\n", size),
            extconfig="[settings]\n" + repeated("f{n} => odbc,a\n", size // 2),
        ),
    )
    yield (
        "bad mappings",
        lambda size: config(
            ENDPOINT,
            sorcery="[res_pjsip]\n" + line("endpoint=", "realtime,") + repeated("identyfi=x\n", size),
        ),
    )
    yield (
        "long names in mappings",
        lambda size: config(
            ENDPOINT, sorcery="[res_pjsip]\n" + repeated(line("", "identify", "=config,a"), size)
        ),
    )
    yield (
        "similar names in mappings",
        lambda size: config(
            ENDPOINT,
            sorcery="[res_pjsip_outbound_registration]\n" + repeated("registratio{n}=config,a\n", size),
        ),
    )
    yield (
        "heirs in mappings",
        lambda size: config(
            ENDPOINT, sorcery=heirs(repeated("endpoint=config,a\n", 4_000), size) + "[res_pjsip](t)\n"
        ),
    )
    yield (
        "dangling identifies",
        lambda size: config(repeated("[i{n}]\ntype=identify\nendpoint=E{n}\nmatch=1.1.1.1\n", size)),
    )
    yield (
        "taken addresses",
        lambda size: config(repeated("[t{n}]\ntype=transport\nbind=127.0.0.1:{n}\n", size)),
    )
    yield (
        "registrations without a transport",
        lambda size: config(
            repeated("[r{n}]\ntype=registration\nserver_uri=sip:a\nclient_uri=sip:a\ntransport=t{n}\n", size)
        ),
    )
    yield (
        "includes of includes",
        lambda size: {
            "pjsip.conf": "#tryinclude a0\n",
            **{f"a{n}": f"#tryinclude a{n + 1}\n" * 8 for n in range(11)},
        },
    )


def mixture(seed: int, size: int = SIZE) -> Files:
    """Return files with lines of several constructs, at random but always the same for a seed."""
    choose = random.Random(seed)
    every = list(constructs())
    files: dict[str, list[str]] = {}
    for _ in range(choose.choice([2, 2, 3, 4])):
        _, construct = choose.choice(every)
        for name, text in construct(size // choose.choice([2, 3, 4, 8])).items():
            files.setdefault(name, []).append(text)
    mixed = {}
    for name, texts in files.items():
        if choose.random() < 0.5:
            mixed[name] = "".join(texts)
            continue
        # Lines by turns, in runs of random length: sections get each other's lines.
        lines = [text.split("\n") for text in texts]
        parts = []
        while lines:
            source = choose.choice(lines)
            count = choose.choice([1, 2, 3, 10, 100, 1000])
            parts += source[:count]
            del source[:count]
            lines = [source for source in lines if source]
        mixed[name] = "\n".join(parts)
    return {name: text[:size] for name, text in mixed.items()}


def written(files: Files, directory: Path) -> None:
    """Write files into a directory."""
    for name, text in files.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode("utf-8", "surrogateescape"))


class Took(NamedTuple):
    """What a configuration took; ``ended`` says what ended it too early, if anything did."""

    seconds: float
    megabytes: float
    ended: str


def load(directory: Path, release: str) -> None:
    """Read a directory as a release does, print all that is said of it, and compile it."""
    configuration = Configuration.from_path(directory, release=release)
    for problem in configuration.problems:
        str(problem)
    configuration.show_identifies()
    Engine(configuration)


def measured(files: Files, *, release: str, seconds: int, megabytes: int) -> Took:
    """Load files in a process forked from this one, which should be small, and return what it took.

    It is ended beyond ``seconds`` of CPU time, and gets no more than twice ``megabytes`` of addresses.
    """
    with tempfile.TemporaryDirectory() as name:
        written(files, Path(name))
        reading, writing = os.pipe()
        pid = os.fork()
        if not pid:
            _child(Path(name), release, writing, seconds, megabytes)
        os.close(writing)
        with os.fdopen(reading, encoding="utf-8") as pipe:
            ended = pipe.read()
        _, status, usage = os.wait4(pid, 0)
    if os.WIFSIGNALED(status):
        ended = f"signal {os.WTERMSIG(status)}"
    return Took(usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, ended)


def _child(directory: Path, release: str, writing: int, seconds: int, megabytes: int) -> NoReturn:
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_AS, (2 * megabytes << 20, 2 * megabytes << 20))
    try:
        load(directory, release)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is reported
        os.write(writing, f"{type(error).__name__}: {error}".encode(errors="replace")[:500])
    os._exit(0)
