"""The long run: registrations, transports and wizards against a second reading of the same facts.

    python tests/long/judge.py --rounds 100000 --seed 1

A difference ends the run with an error that has the text.
"""

import argparse
import sys
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))
sys.path.insert(0, str(Path(__file__).parents[1] / "config"))

import judged
import judged_cases
from loading import load

from identify.config.objects.uris import is_contact_user, is_header_parameters, is_route, read_uri
from identify.config.objects.wizard.patterns import UnknownValueError, expand


def uris(random, rounds):
    """URIs of registrations are accepted alike, with the same host and transport, and so are those of proxies."""
    accepted = routes = 0
    for _ in range(rounds):
        text = judged_cases.some_uri(random)
        found, expected = read_uri(text), judged.uri(text)

        assert (None if found is None else tuple(found)) == expected, text
        assert is_route(text) == judged.route(text), text
        accepted += expected is not None
        routes += judged.route(text)
    return accepted, routes


def parts_of_uris(random, rounds):
    """Users of Contacts and parameters of headers are accepted alike."""
    pieces = (
        "a",
        "b",
        "=",
        ";",
        ":",
        '"x y"',
        '"',
        " ",
        "&",
        "#",
        "?",
        "@",
        "!",
        "%",
        "`",
        "/",
        "é",
        "(",
        "<",
        "+",
        ",",
    )
    accepted = 0
    for _ in range(rounds):
        text = judged_cases.some_text(random, pieces, 6)
        good = judged.header_parameters(text) and text != ""

        assert is_contact_user(text) == judged.contact_user(text), text
        assert is_header_parameters(text) == good, text
        accepted += good
    return accepted


def registrations(random, rounds):
    """A registration exists if its URI is accepted and its server is reached, with any set of transports."""
    kinds = [
        (protocol, family) for protocol in ("udp", "tcp", "tls", "ws", "wss", "flow") for family in (4, 6)
    ]
    made = 0
    for _ in range(rounds // 10):
        sections = random.sample(kinds, random.randint(0, 4))
        text = "".join(
            f"[{protocol}{family}]\ntype=transport\nprotocol={protocol}\nbind={'[::1]' if family == 6 else '127.0.0.1'}\n"
            for protocol, family in sections
        )
        expected = []
        for number in range(10):
            server = judged_cases.some_uri(random)
            named = random.choice((None, None, *sections))
            escaped = server.replace(";", "\\;")
            # The blank keeps => apart, which is the same as = alone.
            text += f"[r{number}]\ntype=registration\nserver_uri= {escaped}\nclient_uri=sip:a@h\n"
            text += f"transport={named[0]}{named[1]}\n" if named else "transport=nope\n"
            found = judged.uri(server)
            if found is not None and judged.reached(found, named, sections):
                expected.append(f"r{number}")
        made += len(expected)

        assert list(load(text).registrations) == expected, text
    return made


def transports(random, rounds):
    """The same sections are refused, whatever addresses, ports and protocols stand before them."""
    kept = 0
    for _ in range(rounds // 3):
        sections = judged_cases.some_sections(random)
        text = "".join(
            f"[t{number}]\ntype=transport\nprotocol={protocol}\n"
            + (f"bind={bind}\n" if bind is not None else "")
            for number, (protocol, bind) in enumerate(sections)
        )
        expected = [f"t{number}" for number, keeps in enumerate(judged.listening(sections)) if keeps]
        kept += len(expected)

        assert list(load(text).transports) == expected, text
    return kept


def patterns(random, rounds):
    """Patterns say the same, nested references and parts of values included."""
    variables = {"REMOTE_HOST": "192.0.2.1", "A": "B", "B": "${A}", "AB": "REMOTE_HOST"}
    expanded = 0
    for _ in range(rounds):
        text = judged_cases.some_pattern(random)
        try:
            found = expand(text, variables)
        except UnknownValueError:
            continue
        assert found == judged.pattern(text, variables), text
        expanded += "$" in text
    return expanded


def wizards(random, rounds):
    """The same objects are made of a wizard's section."""
    found = set()
    for _ in range(rounds // 3):
        sections = random.sample([("udp", 4), ("tls", 4), ("ws", 4)], random.randint(0, 3))
        transports = "".join(
            f"[{protocol}4]\ntype=transport\nprotocol={protocol}\nbind=127.0.0.1\n"
            for protocol, _ in sections
        )
        lines = judged_cases.some_wizard(random)
        text = "[w]\n" + "".join(f"{option}={value}\n" for option, value in lines)
        configuration = load(transports, pjsip_wizard=text)
        made = {
            *(("endpoint", name) for name in configuration.endpoints),
            *(("aor", name) for name in configuration.aors),
            *(("auth", name) for name in configuration.auths),
            *(("identify", name) for name in configuration.identifies),
            *(("registration", name) for name in configuration.registrations),
        }

        assert made == judged.wizard("w", lines, sections), transports + text
        found |= {name for _, name in made}
    return found


COMPARISONS = (uris, parts_of_uris, registrations, transports, patterns, wizards)


def main():
    """Run, and say what was compared."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--rounds", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    for compare in COMPARISONS:
        compare(Random(arguments.seed), arguments.rounds)
        print(f"{compare.__name__}: {arguments.rounds} rounds agree", flush=True)


if __name__ == "__main__":
    main()
