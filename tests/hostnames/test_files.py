"""Hosts files and lock files as resolvers: what they know, what they refuse, and that a lock file changes nothing."""

import json
import os
import time

import pytest
from nameserver import NameServer, resolver_configuration

from identify.config.hostnames import (
    Answer,
    Answers,
    HostsFile,
    LockFile,
    NotAskedError,
    ResolutionError,
    SystemResolver,
    names_file,
)
from identify.config.hostnames.hosts import hosts_table
from identify.configuration import Configuration
from identify.errors import ConfigError


@pytest.fixture
def write(tmp_path):
    """Write a file, and return its path."""

    def written(text, name="names"):
        path = tmp_path / name
        path.write_bytes(text.encode("utf-8", "surrogateescape"))
        return str(path)

    return written


def test_hosts_file(write):
    """All addresses of a name in any column and case; its services are none."""
    hosts = HostsFile(write("# names\n\n10.0.0.1 a.ex.com a # first\n2001:db8::1\tA.EX.COM\n"))

    assert hosts.addresses("A.ex.com") == ("10.0.0.1", "2001:db8::1")
    assert hosts.addresses("a") == ("10.0.0.1",)
    assert hosts.services("_sip._udp.a.ex.com") == ()
    assert hosts.services("_sips._tcp.[a.ex.com]") == ()


def test_names_that_a_hosts_file_does_not_have(write):
    """They aren't known; what can't be a host name has no address, and localhost is what it always is."""
    path = write("10.0.0.1 a.ex.com\n")
    hosts = HostsFile(path)

    for asks in (hosts.services, hosts.addresses):
        with pytest.raises(NotAskedError, match=r"not in .*names"):
            asks("_sip._udp.b.ex.com")
    with pytest.raises(ResolutionError) as refused:
        hosts.addresses("192.0.2.300")
    assert not isinstance(refused.value, NotAskedError)
    assert hosts.addresses("localhost") == ("127.0.0.1",)


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("10.0.0.1 a\n10.0.0.300 b\n", 2, "'10.0.0.300' is not a valid address"),
        ("a.ex.com 10.0.0.1\n", 1, "'a.ex.com' is not a valid address"),
        ("\n10.0.0.1 # none\n", 2, "no name after '10.0.0.1'"),
        ("10.1 a\n", 1, "'10.1' is not a valid address"),
        ("\x1b[2J a\n", 1, r"'\x1b[2J' is not a valid address"),
    ],
)
def test_bad_hosts_file(write, text, line, says):
    """The error has the file, the line and the value."""
    path = write(text)
    with pytest.raises(ConfigError) as error:
        HostsFile(path)

    assert str(error.value) == f"{path}:{line}: {says}"
    assert error.value.line == line


@pytest.mark.parametrize("kind", [HostsFile, LockFile, names_file])
def test_unreadable_file(kind, tmp_path):
    """A file that isn't there is an error that names it."""
    with pytest.raises(ConfigError, match="missing: No such file"):
        kind(tmp_path / "missing")


def test_too_large(write, monkeypatch):
    """What is read is bounded."""
    monkeypatch.setattr("identify.config.hostnames.hosts.MOST_BYTES", 10)
    path = write("10.0.0.1 a.ex.com\n")

    with pytest.raises(ConfigError, match="larger than 10 bytes"):
        names_file(path)


@pytest.mark.parametrize("kind", [HostsFile, LockFile, names_file])
def test_a_pipe(kind, tmp_path):
    """It is refused: without a writer, reading it would never end."""
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ConfigError, match=r"pipe: not a regular file$"):
        kind(tmp_path / "pipe")
    resolver = SystemResolver(resolv_conf=tmp_path / "pipe", hosts=tmp_path / "pipe", total=0.1)
    with pytest.raises(NotAskedError):
        resolver.addresses("a.ex.com")


def test_one_name_on_many_lines(write):
    """The time for reading depends on the number of lines, not on its square."""
    path = write("10.0.0.1 a.ex.com\n" * 60_000)
    begun = time.monotonic()

    assert len(hosts_table(path)["a.ex.com"]) == len(HostsFile(path).addresses("a.ex.com")) == 60_000
    assert time.monotonic() - begun < 5


def test_blanks_of_c(write):
    """Only what C takes for a blank separates names."""
    assert HostsFile(write("10.0.0.1\x0ba\u2003b\r\n")).addresses("a\u2003b") == ("10.0.0.1",)


ANSWERS = Answers(
    services={
        "_sip._udp.a.ex.com": Answer(values=("t.ex.com", ""), ttl=300, by="dns"),
        "_sip._tcp.a.ex.com": Answer(by="dns"),
    },
    addresses={
        "t.ex.com": Answer(values=("10.0.0.9", "2001:db8::9"), ttl=60, by="dns"),
        "gone": Answer(failure="Name or service not known", by="dns"),
        "dead": Answer(failure="no answer here: 10.0.0.53 gave no answer for A dead", known=False, by="dns"),
        "b\udcfc": Answer(values=("10.0.0.1",), by="hosts"),
    },
    made="2026-11-30T12:00:00+00:00",
)


def test_lock_file(tmp_path):
    """What is written is read again; values, failures and what isn't known are answered as they were."""
    LockFile.write(tmp_path / "lock", ANSWERS)
    lock = LockFile(tmp_path / "lock")

    assert lock.answers == LockFile.read(tmp_path / "lock") == ANSWERS
    assert list(lock.services("_sip._udp.a.ex.com")) == ["t.ex.com", ""]
    assert list(lock.addresses("t.ex.com")) == ["10.0.0.9", "2001:db8::9"]
    with pytest.raises(ResolutionError, match=r"^Name or service not known$") as refused:
        lock.addresses("gone")
    assert not isinstance(refused.value, NotAskedError)
    with pytest.raises(NotAskedError, match=r"10\.0\.0\.53 gave no answer"):
        lock.addresses("dead")
    with pytest.raises(NotAskedError, match=r"not in .*lock"):
        lock.addresses("T.ex.com")
    with pytest.raises(NotAskedError, match=r"not in .*lock"):
        lock.services("_sip._udp.t.ex.com")


def test_writing_keeps_the_old_file_until_all_is_written(tmp_path, monkeypatch):
    """A failure leaves what was there, and no other file."""
    path = tmp_path / "lock"
    LockFile.write(path, ANSWERS)
    before = path.read_bytes()
    monkeypatch.setattr("os.replace", lambda *_, **__: (_ for _ in ()).throw(OSError("full")))

    with pytest.raises(OSError, match="full"):
        LockFile.write(path, Answers())
    assert [one.name for one in tmp_path.iterdir()] == ["lock"]
    assert path.read_bytes() == before


def test_writing_replaces_regular_files_only(tmp_path):
    """A pipe or a device stays what it is; a failure to write names the lock file."""
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ConfigError, match=r"pipe: not a regular file$"):
        LockFile.write(tmp_path / "pipe", ANSWERS)
    with pytest.raises(OSError, match=r"missing/names\.lock"):
        LockFile.write(tmp_path / "missing" / "names.lock", ANSWERS)

    assert [one.name for one in tmp_path.iterdir()] == ["pipe"]
    assert (tmp_path / "pipe").is_fifo()


def test_format_of_a_lock_file(tmp_path):
    """It is JSON that other programs can read, in the order of names."""
    LockFile.write(tmp_path / "lock", ANSWERS)
    content = json.loads((tmp_path / "lock").read_text("ascii"))

    assert list(content) == ["schema_version", "made", "services", "addresses"]
    assert (content["schema_version"], content["made"]) == (1, "2026-11-30T12:00:00+00:00")
    assert list(content["services"]) == ["_sip._tcp.a.ex.com", "_sip._udp.a.ex.com"]
    assert content["addresses"]["t.ex.com"] == {"values": ["10.0.0.9", "2001:db8::9"], "ttl": 60, "by": "dns"}
    assert content["addresses"]["gone"] == {"failure": "Name or service not known", "ttl": None, "by": "dns"}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('{\n"schema_version": 1,\n', r":3: not valid JSON"),
        ("[]", "not a lock file"),
        ("{}", "schema_version is missing"),
        ('{"schema_version": 2}', "schema_version '2' of a lock file isn't known, expected 1"),
        ('{"schema_version": 1, "services": []}', "services is not an object"),
        ('{"schema_version": 1, "addresses": {"a": 1}}', "addresses, 'a': not an object"),
        ('{"schema_version": 1, "addresses": {"a": {"values": [1]}}}', "values is not a list of text"),
        ('{"schema_version": 1, "addresses": {"a": {"ttl": true}}}', "ttl is not a number"),
        (
            '{"schema_version": 1, "addresses": {"a": {"values": ["x\x7f"]}}}',
            r"addresses, 'a': 'x\\x7f' is not a valid",
        ),
        ('{"schema_version": 1, "addresses": {"a": {"failure": 1}}}', "failure and by must be text"),
        ('{"schema_version": 1, "addresses": {"a": {"known": false}}}', "without a failure"),
        ("[" * 100_000, "not valid JSON"),
    ],
)
def test_bad_lock_file(write, text, says):
    """The error names the file and what is wrong in it."""
    path = write(text)
    with pytest.raises(ConfigError, match=says) as error:
        LockFile(path)
    assert str(error.value).startswith(path)


def test_kind_of_file(write):
    """A JSON object is a lock file, anything else a hosts file."""
    assert isinstance(names_file(write("10.0.0.1 a\n")), HostsFile)
    assert isinstance(names_file(write("")), HostsFile)
    assert isinstance(names_file(write(' \n{"schema_version": 1}')), LockFile)


def test_lock_file_of_what_is_not_known(tmp_path):
    """A configuration with failures and silence, loaded from its lock file, is equal too, unknowns and all."""
    text = "[e]\ntype=endpoint\n"
    for name in ("good", "gone", "dead", "covered"):
        text += f"[{name}]\ntype=identify\nendpoint=e\nmatch={name}.ex.com,10.0.0.9\n"
    zone = {
        "good.ex.com": {"A": ["10.0.0.1"]},
        "dead.ex.com": {"rcode": "timeout"},
        # Asked for only because a literal covers the target.
        "covered.ex.com": {"A": ["10.0.0.2"]},
        "_sip._udp.covered.ex.com": {"SRV": [[1, 1, 5060, "10.0.0.9"]]},
    }
    with NameServer(zone) as server:
        files = resolver_configuration(tmp_path, options="attempts:1")
        resolver = SystemResolver(**files, port=server.port, timeout=0.25)
        configuration = Configuration.from_files({"pjsip.conf": text}, resolver=resolver)
    LockFile.write(tmp_path / "lock", resolver.answers)

    assert list(configuration.identifies) == ["covered", "good"]
    assert [unknown.identify.id for unknown in configuration.unknowns] == ["dead"]
    locked = Configuration.from_files({"pjsip.conf": text}, resolver=LockFile(tmp_path / "lock"))
    assert locked == configuration
