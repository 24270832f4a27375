"""The options of a CONFIG on every command that reads one: the release, who is asked for names, what excludes what."""

from __future__ import annotations

import gzip
import json
import os
import re
import threading
from pathlib import Path

import click
import pytest
from nameserver import NameServer, resolver_configuration

from identify.commands.arguments import complete_transports
from identify.commands.config_options import SourceOptions
from identify.commands.main import sip_identify
from identify.commands.reading import load_as
from identify.config import hostnames
from identify.config.hostnames import LockFile, SystemResolver
from identify.config.releases import release_of

from .conftest import DEFAULT, DEFAULT_AS_JSON

SAMPLES = Path(__file__).parents[1] / "data" / "samples"
LOG = SAMPLES / "v20-office-lo" / "full.log.gz"
OPTIONS = {"--release", "--offline", "--names", "--partial"}
NAMED = """
[by-name]
type = identify
endpoint = trunk
match = {name}
"""
ZONE = {
    "caller.example": {"A": ["198.51.100.9"]},
    "edge.example": {"A": ["203.0.113.7"]},
    "_sip._udp.service.example": {"SRV": [[10, 10, 5060, "edge.example"]]},
    "silent.example": {"rcode": "timeout"},
}
LAST = re.compile(r"resolved 1 name \(1 by address\) in [\d.]+ s; --offline to ask nobody")


def reading_commands():
    """Return the words of each command that reads a CONFIG, with the command."""
    found = {}

    def walk(words, group):
        for name, listed in group.commands.items():
            command = getattr(listed, "load", lambda listed=listed: listed)()
            if isinstance(command, click.Group):
                walk((*words, name), command)
            elif any(param.name == "config" for param in command.params):
                found[(*words, name)] = command

    walk((), sip_identify)
    return found


COMMANDS = reading_commands()


def options_of(words):
    """Return the options of a command."""
    return {option for param in COMMANDS[words].params for option in param.opts}


#: Commands that answer for one release, and not for two that have options of their own.
ANSWERING = [words for words in COMMANDS if "--release" in options_of(words)]
#: Commands to which names are a means; resolve is about them, and says itself what it asked.
USING = [words for words in COMMANDS if words != ("resolve",)]


class Asked:
    """The name server that stands for those of this machine: what it was asked, and how many resolvers asked it."""

    def __init__(self, server, arguments):
        self.server = server
        self.arguments = arguments
        self.made = 0

    @property
    def names(self):
        """The questions, as name and type, in the order in which they were asked."""
        return self.server.asked

    def __call__(self, **more):
        """Return a resolver of the system that asks the name server."""
        self.made += 1
        return SystemResolver(**{**more, **self.arguments})


@pytest.fixture
def system(monkeypatch, tmp_path):
    """Put a name server on loopback, and a hosts file, in the place of this machine's; give what was asked."""
    folder = tmp_path / "system"
    folder.mkdir()
    files = resolver_configuration(
        folder, hosts="192.0.2.1 in-hosts.example\n", options="timeout:1 attempts:1"
    )
    with NameServer(ZONE) as server:
        asked = Asked(server, {**files, "port": server.port})
        monkeypatch.setattr(hostnames, "SystemResolver", asked)
        yield asked


@pytest.fixture
def named(config, other):
    """Give a function that adds identifies by name to the configurations."""

    def add(name, *paths):
        for path in paths or (config,):
            with open(path, "a", encoding="utf-8") as file:
                file.write(NAMED.format(name=name))

    return add


@pytest.fixture
def call(run, config, message, traffic, tmp_path):
    """Give a function that runs a command with all that it needs besides the options."""
    log = tmp_path / "full.log"
    # Without its first line the log doesn't tell the release.
    log.write_bytes(gzip.decompress(LOG.read_bytes()).partition(b"\n")[2])
    more = {
        ("explain",): ["-m", message(), "-s", "198.51.100.9"],
        ("bench",): ["--seconds", "0.001"],
        ("simulate",): [traffic],
        ("verify",): [str(log), "--year", "2026"],
        ("resolve",): ["--year", "2026"],
        ("upgrade",): ["--from", "18.10.0", "--to", "23"],
    }

    def invoke(words, *options):
        return run(*words, config, *more.get(words, ()), *options)

    return invoke


def told(words, result):
    """Return the lines on which the release is told, of the stream that isn't the command's output."""
    return (result.stderr if words[0] == "show" else result.stdout).splitlines()


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_command_has_them(words):
    """No command that reads a CONFIG forgets an option."""
    two_releases = {"--from", "--to"} <= options_of(words)

    assert options_of(words) >= (OPTIONS - {"--release"} if two_releases else OPTIONS)


def test_commands_that_read():
    """The commands that read a CONFIG are found."""
    assert {("explain",), ("bench",), ("simulate",), ("verify",), ("show", "problems")} <= set(COMMANDS)


@pytest.mark.parametrize("words", ANSWERING, ids=" ".join)
def test_release_is_told(call, words, system):
    """Every command says for which release it answers, once, in a line of its own that isn't the first."""
    default, given = call(words), call(words, "--release", "23")

    assert default.exit_code in (0, 1), default.output
    assert told(words, default).count(DEFAULT) == 1
    assert default.output.splitlines()[0] != DEFAULT
    assert "as Asterisk 23" in told(words, given)
    assert DEFAULT not in given.output
    if words[0] == "show":
        assert "as Asterisk" not in default.stdout


@pytest.mark.parametrize("words", ANSWERING, ids=" ".join)
def test_release_in_json(call, words, system):
    """The JSON has the release and how it was chosen."""
    default, given = call(words, "--json"), call(words, "--json", "--release", "23")

    assert json.loads(default.stdout)["release"] == DEFAULT_AS_JSON
    assert json.loads(given.stdout)["release"] == {"version": "23", "chosen": "given"}
    assert "as Asterisk" not in default.output


def test_newer_release(run, config):
    """A release that isn't known yet is answered for as the newest, and the line says so."""
    result = run("show", "identifiers", config, "--release", "24.1.0")

    assert (
        "as Asterisk 24.1.0 (newer than any that is known here: as the newest)" in result.stderr.splitlines()
    )


def test_older_release(run, config):
    """A given release decides: 18.10.0 has no identifier request_uri."""
    assert "request_uri" in run("show", "identifiers", config).stdout.split()
    assert "request_uri" not in run("show", "identifiers", config, "--release", "18.10.0").stdout.split()


@pytest.mark.parametrize("words", ANSWERING, ids=" ".join)
@pytest.mark.parametrize("version", ["13", "x", "", "23\x1b[2J"])
def test_unknown_release(call, words, version):
    """What is not a known release is wrong usage, before anything is read, and names the value."""
    result = call(words, "--release", version)

    assert result.exit_code == 2
    assert result.stdout == ""
    assert "--release" in result.stderr
    assert "\x1b" not in result.stderr


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_offline_with_names(call, words, tmp_path):
    """Asking nobody and answers from a file exclude each other."""
    (tmp_path / "hosts").write_text("")

    result = call(words, "--offline", "--names", str(tmp_path / "hosts"))

    assert result.exit_code == 2
    assert "--names cannot be used with --offline" in result.stderr


@pytest.mark.parametrize("words", USING, ids=" ".join)
def test_names_are_asked(call, words, named, system):
    """By default a name is asked, and one line on standard error says so."""
    named("caller.example")

    result = call(words)

    assert ("caller.example", "A") in system.names
    assert len([line for line in result.stderr.splitlines() if LAST.fullmatch(line)]) == 1
    assert "resolved" not in result.stdout


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_offline(call, words, named, system):
    """With --offline nobody is asked."""
    named("caller.example")

    result = call(words, "--offline")

    assert system.made == 0
    assert result.exit_code != 2
    assert "resolved" not in result.output


def test_offline_is_undetermined(run, config, message, named, system):
    """Offline, a request that a name may cover is undetermined, with the name; one that it can't reach isn't."""
    named("caller.example")

    doubtful = run("explain", config, "-m", message(), "-s", "203.0.113.7", "--offline")
    certain = run("explain", config, "-m", message(), "-s", "192.168.0.1", "--offline")
    as_json = run("explain", config, "-m", message(), "-s", "203.0.113.7", "--offline", "--json")

    assert doubtful.exit_code == 3
    assert doubtful.stdout.startswith("undetermined")
    assert "caller.example" in doubtful.stdout
    assert certain.exit_code == 0
    assert as_json.exit_code == 3
    assert json.loads(as_json.stdout)["undetermined"] is True


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_partial(call, words, config, system):
    """A missing include makes the whole file invalid, as in Asterisk; with --partial what is there is read."""
    text = Path(config).read_text()
    Path(config).write_text(f"#include missing.conf\n{text}")

    whole, partial = call(words, "--json"), call(words, "--json", "--partial")

    assert partial.exit_code != 2, partial.output
    # None of these endpoints is in the log, and the order of identifiers isn't in the file.
    if words not in (("verify",), ("show", "identifiers")):
        assert whole.stdout != partial.stdout


def test_partial_is_undetermined(run, config, message):
    """What a missing file may have makes an answer undetermined, not wrong."""
    Path(config).write_text(f"#include missing.conf\n{Path(config).read_text()}")
    arguments = ("explain", config, "-m", message(), "-s", "203.0.113.7")

    assert run(*arguments).exit_code == 1
    result = run(*arguments, "--partial")
    assert result.exit_code == 3
    assert "missing.conf" in result.stdout


@pytest.mark.parametrize("words", USING, ids=" ".join)
def test_without_names(call, words, system):
    """A configuration without names asks nobody, although an item of it is a mistyped address."""
    result = call(words)

    assert system.made == 0
    assert "resolved" not in result.output


def test_what_was_asked_decides(run, config, message, named, system):
    """The addresses found, by name and by SRV, identify requests."""
    named("service.example")

    result = run("explain", config, "-m", message(), "-s", "203.0.113.7")

    assert result.stdout.startswith("trunk (by ip, section by-name)\n")
    assert ("_sips._tcp.service.example", "SRV") in system.names
    assert "(1 by SRV)" in result.stderr


def test_name_without_address(run, config, named, system):
    """A name that has no address refuses the object, as in Asterisk."""
    named("nobody.example")

    result = run("show", "problems", config)

    assert "'nobody.example': Name or service not known (match-name)" in result.stdout
    assert " Identify:  by-name/trunk" not in run("show", "identifies", config).stdout


def test_silence(run, config, message, named, system):
    """A name about which nobody answers isn't known: it is no answer that it has no address."""
    named("silent.example")

    result = run("explain", config, "-m", message(), "-s", "203.0.113.7")

    assert "(1 without an answer)" in result.stderr
    assert "silent.example" in result.stdout


def test_localhost_is_the_systems(run, config, named, system):
    """What localhost is, the hosts file of the system says."""
    named("localhost")
    Path(system.arguments["hosts"]).write_text("127.0.0.7 localhost\n")

    assert "Match: 127.0.0.7/32" in run("show", "identifies", config).stdout


def test_two_configurations_ask_once(run, config, other, traffic, named, system):
    """A name of both configurations is asked once, and the line is printed once; both get its addresses."""
    named("caller.example", config, other)

    result = run("simulate", config, traffic, "--against", other)

    assert system.names.count(("caller.example", "A")) == 1
    assert len(system.names) == len(set(system.names))
    assert system.made == 1
    assert result.stderr.count("resolved") == 1
    # Without the name's address it isn't known what changes; with it, both configurations have the same answer.
    assert (
        "undetermined with both" in run("simulate", config, traffic, "--against", other, "--offline").stdout
    )
    assert "nothing changes with" in result.stdout


@pytest.fixture(params=["lock", "hosts"])
def names(request, tmp_path):
    """Give a file with the address of caller.example, of each kind."""
    path = tmp_path / "names"
    if request.param == "hosts":
        path.write_text("# by hand\n198.51.100.9 caller.example\n")
        return str(path)
    folder = tmp_path / "asked"
    folder.mkdir()
    with NameServer(ZONE) as server:
        resolver = SystemResolver(**resolver_configuration(folder), port=server.port)
        resolver.prepare([("caller.example", True)])
    LockFile.write(path, resolver.answers)
    return str(path)


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_names_file(call, words, named, names, system):
    """With --names the addresses of the file count, and nobody is asked, also about names that aren't in it."""
    named("caller.example")
    named("not-in-the-file.example")

    result = call(words, "--names", names)

    assert system.made == 0
    assert result.exit_code != 2, result.output
    assert "resolved" not in result.output


def test_names_of_the_file_decide(run, config, message, named, names):
    """A request from an address of the file is identified by the name."""
    named("caller.example")

    result = run("explain", config, "-m", message(), "-s", "198.51.100.9", "--names", names)

    assert result.stdout.startswith("trunk (by ip, section by-name)\n")


@pytest.mark.parametrize("mode", [[], ["--jobs", "2"], ["--against", "other"], ["--explain", "5"]])
def test_names_in_every_mode(run, config, other, traffic, named, names, mode):
    """The addresses of the file count in every mode of simulate."""
    named("caller.example", config, other)
    mode = [other if word == "other" else word for word in mode]

    known = run("simulate", config, traffic, *mode, "--names", names)
    unknown = run("simulate", config, traffic, *mode, "--offline")

    assert known.exit_code == 0
    assert known.stdout != unknown.stdout


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("192.0.2.300 a.example\n", "names:1: '192.0.2.300' is not a valid address"),
        ('{"schema_version": 99}', "names"),
        (None, "No such file"),
    ],
)
def test_unusable_names_file(call, words, tmp_path, content, said):
    """A file that isn't one of names ends the command with its place, before the configuration is read."""
    path = tmp_path / "names"
    if content is not None:
        path.write_text(content)

    result = call(words, "--names", str(path))

    assert result.exit_code == 2
    # An error is printed in a frame, which may break a line anywhere.
    assert said.replace(" ", "") in "".join(result.stderr.replace("│", "").split())
    assert result.stdout == ""


def test_one_configuration_as_two_releases(config, named, system):
    """Read as several releases, a configuration has each's objects, and its names are asked once."""
    named("caller.example")

    older, newest = load_as(config, SourceOptions(), [release_of("18.10.0"), release_of("newest")])

    assert "request_uri" not in older.identifiers
    assert "request_uri" in newest.identifiers
    assert older.identifies["by-name"].addresses == newest.identifies["by-name"].addresses != ()
    assert system.made == 1
    assert len(system.names) == len(set(system.names))


def test_completion_asks_nobody(config, named, system):
    """Offering the ids of a configuration looks nothing up."""
    named("caller.example")
    context = click.Context(COMMANDS["explain",])
    context.params["config"] = config

    assert [item.value for item in complete_transports(context, None, "")] == ["office", "udp"]
    assert system.made == 0


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("FPBX-17.0.19(20.15.2)", "user_agent names Asterisk 20.15.2: --release 20.15.2 to answer for it"),
        (
            "Asterisk PBX 18.10.0~dfsg-1",
            "user_agent names Asterisk 18.10.0: --release 18.10.0 to answer for it",
        ),
        ("FPBX-13.0.1(13.18.3)", "user_agent names Asterisk 13.18.3, which is not a known release"),
    ],
)
@pytest.mark.parametrize("words", ANSWERING, ids=" ".join)
def test_user_agent(call, config, words, line, said, system):
    """A user agent that names another release is pointed to, with its line, where none was told; it decides nothing."""
    with open(config, "a", encoding="utf-8") as file:
        file.write(f"[global]\ntype = global\nuser_agent = {line}\n")
    number = len(Path(config).read_text().splitlines())

    silent, result = call(words, "--release", "23"), call(words)

    assert f"pjsip.conf:{number}: {said}" in result.stderr.splitlines()
    assert DEFAULT in told(words, result)
    assert "user_agent names" not in silent.stderr


def test_user_agent_of_two(run, config, other, traffic):
    """The same line of two configurations is pointed to once."""
    for path in (config, other):
        text = Path(path).read_text()
        Path(path).write_text(f"[global]\ntype = global\nuser_agent = FPBX-17.0.19(20.15.2)\n{text}")
    Path(other).rename(Path(other).parent / "new")
    os.mkdir(other)
    Path(other).parent.joinpath("new").rename(Path(other) / "pjsip.conf")

    assert run("simulate", config, traffic, "--against", other).stderr.count("user_agent names") == 1


def logged(run, command, *logs, options=()):
    """Run a command on logs by the configuration of the sample."""
    return run(command, str(SAMPLES / "v20-office-lo" / "etc"), *map(str, logs), "--year", "2026", *options)


@pytest.mark.parametrize("command", ["simulate", "verify"])
def test_release_of_the_log(run, command):
    """A log that begins with a known version is answered for that, and the command says so."""
    plain, as_json = logged(run, command, LOG), logged(run, command, LOG, options=["--json"])

    assert "as Asterisk 20.15.2, as the log says" in plain.stdout.splitlines()
    assert json.loads(as_json.stdout)["release"] == {"version": "20.15.2", "chosen": "log"}


@pytest.mark.parametrize("command", ["simulate", "verify"])
def test_given_release_comes_first(run, command):
    """A release that was told is what is answered for, whatever a log says."""
    result = logged(run, command, LOG, options=["--release", "23"])

    assert "as Asterisk 23" in result.stdout.splitlines()
    assert "as the log says" not in result.stdout


@pytest.mark.parametrize("command", ["simulate", "verify"])
def test_logs_that_disagree(run, command, tmp_path):
    """Of several logs the first that tells a release decides; each that tells another one is named."""
    text = gzip.decompress(LOG.read_bytes())
    silent, newer, older = tmp_path / "silent.log", tmp_path / "newer.log", tmp_path / "older.log"
    silent.write_bytes(text.partition(b"\n")[2])
    newer.write_bytes(text.replace(b"Asterisk 20.15.2 ", b"Asterisk 22.5.2 ", 1))
    older.write_bytes(text.replace(b"Asterisk 20.15.2 ", b"Asterisk 13.18.3 ", 1))

    result = logged(run, command, silent, older, LOG, newer)

    assert "as Asterisk 20.15.2, as the log says" in result.stdout.splitlines()
    assert f"{older}: the log says Asterisk 13.18.3, which is not a known release" in result.stderr
    assert f"{newer}: the log says Asterisk 22.5.2, not 20.15.2" in result.stderr
    assert "silent.log" not in "".join(line for line in result.stderr.splitlines() if "the log says" in line)


def test_log_on_standard_input(run):
    """Standard input isn't looked into: all of it is simulated, for the default release."""
    text = gzip.decompress(LOG.read_bytes())
    etc = str(SAMPLES / "v20-office-lo" / "etc")

    result = run("simulate", etc, "-", "--year", "2026", "--release", "23", input=text)
    silent = run("simulate", etc, "-", "--year", "2026", input=text)
    whole = logged(run, "simulate", LOG, options=["--release", "23"])

    assert silent.stdout.splitlines()[-1] == DEFAULT
    assert result.stdout == whole.stdout.replace("full.log.gz", "-")
    assert silent.stdout.splitlines()[:-1] == result.stdout.splitlines()[:-1]


def test_log_in_a_pipe(run, tmp_path):
    """A pipe isn't looked into either, so that what was written into it is there to be simulated."""
    pipe = tmp_path / "full.log"
    os.mkfifo(pipe)
    text = gzip.decompress(LOG.read_bytes())
    writer = threading.Thread(target=lambda: pipe.write_bytes(text), daemon=True)
    writer.start()

    result = logged(run, "simulate", pipe)
    writer.join(timeout=60)

    assert result.stdout.splitlines()[-1] == DEFAULT
    assert result.stdout.splitlines()[0] == logged(run, "simulate", LOG).stdout.splitlines()[0]


def test_rows_on_standard_output(run, config, traffic):
    """Rows on standard output are rows only; the release is told on standard error."""
    result = run("simulate", config, traffic, "-o", "-")

    assert all(json.loads(line) for line in result.stdout.splitlines())
    assert DEFAULT in result.stderr.splitlines()


def test_dropped_message(run, config, tmp_path):
    """The release is told also where the message is dropped: it may be why."""
    (tmp_path / "bad.sip").write_text("x" * 40)

    result = run("explain", config, "-m", str(tmp_path / "bad.sip"), "-s", "192.0.2.1")

    assert result.stdout.splitlines()[-1] == DEFAULT
