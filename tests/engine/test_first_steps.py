"""The first mistakes with the library: each says what is accepted, and objects show what they are."""

import copy
import pathlib
import pickle
import pydoc

import pytest

import identify
from identify.configuration import Configuration
from identify.engine import Engine
from identify.errors import ConfigError, EngineFileError, LimitError, MessageError, OutputError, TrafficError
from identify.request import Request

TEXT = """[udp]
type=transport
protocol=udp
bind=0.0.0.0
[alice]
type=endpoint
[bob]
type=endpoint
[i]
type=identify
endpoint=alice
match=192.0.2.1
match=192.0.2.2
match_header=X-A: 1
[r]
type=registration
server_uri=sip:h
client_uri=sip:h
line=yes
endpoint=bob
"""
MESSAGE = (
    b"OPTIONS sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\nFrom: <sip:nobody@b>;tag=1\r\nTo: <sip:b@c>\r\n"
    b"Call-ID: 1\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n"
)
CONFIGURATION = Configuration.from_text(TEXT)
ENGINE = Engine(CONFIGURATION, {"r": "token"})


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ("/etc/asterisk", r"not str: Engine\(Configuration.from_path\('/etc/asterisk'\)\)"),
        (pathlib.Path("/etc/asterisk"), r"not PosixPath: Engine\(Configuration.from_path"),
        (TEXT, r"not str: Configuration.from_text\(text\)"),
        ({"pjsip.conf": TEXT}, r"not dict: Configuration.from_files\(files\)"),
        (None, r"not NoneType: Configuration.from_path\(path\) reads files"),
    ],
)
def test_engine_of_something_else(given, text):
    """An engine is made of a configuration, and says how to get one of what it was given."""
    with pytest.raises(TypeError, match=text):
        Engine(given)


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (ENGINE.identify, "identify_message"),
        (ENGINE.explain, "explain_message"),
        (ENGINE.undetermined, "from_message"),
    ],
)
@pytest.mark.parametrize("given", [MESSAGE, None, "OPTIONS"])
def test_message_in_place_of_a_request(call, text, given):
    """Who gives a message where a Request is expected is told what takes one."""
    with pytest.raises(TypeError, match=rf"request must be a Request, not {type(given).__name__}.*{text}\("):
        call(given)


def test_explain_message():
    """A message is explained as the request that it is, by the release of the configuration."""
    old = Engine(Configuration.from_text(TEXT, release="18.10.0"), {"r": "token"})
    for engine in (ENGINE, old):
        request = Request.from_message(MESSAGE, "192.0.2.1", 5060, "tcp", "192.0.2.9:5060")
        for everything in (False, True):
            explained = engine.explain_message(
                MESSAGE, "192.0.2.1", 5060, "tcp", "192.0.2.9:5060", everything=everything
            )
            assert explained == engine.explain(request, everything=everything)
    with pytest.raises(MessageError):
        ENGINE.explain_message(b"", "192.0.2.1", 5060)


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda: Configuration.from_files(TEXT), r"not str: from_text\(text\)"),
        (lambda: Configuration.from_files(["pjsip.conf"]), "mapping of names to texts, not list"),
        (
            lambda: Configuration.from_files({"pjsip.conf": None}),
            r"files\['pjsip.conf'\] must be str or bytes",
        ),
        (lambda: Configuration.from_text(5), "text must be str or bytes, not int"),
        (lambda: Configuration.from_text(pathlib.Path("pjsip.conf")), "text must be str or bytes"),
        (lambda: Configuration.from_path(None), "NoneType"),
    ],
)
def test_configuration_of_something_else(call, text):
    """Each way to a configuration says what it takes."""
    with pytest.raises(TypeError, match=text):
        call()


def test_text_in_place_of_a_path():
    """A text that is given as a path isn't looked for among the files."""
    with pytest.raises(ConfigError, match=r"is text, not a path: from_text\(text\)"):
        Configuration.from_path(TEXT)


def test_configuration_from_text():
    """A text is a pjsip.conf of any name, which problems call it by; a wizard's is read as one."""
    assert (
        CONFIGURATION
        == Configuration.from_files({"pjsip.conf": TEXT})
        == Configuration.from_text(TEXT.encode())
    )
    named = Configuration.from_text("[a]\ntype=endpoint\nnope=1\n", "office.conf", release="18.10.0")
    assert [(problem.file, problem.line) for problem in named.problems] == [("office.conf", 3)]
    assert named.release.name == "18.10.0"
    wizard = "[a]\ntype=wizard\nremote_hosts=192.0.2.1\n"
    assert list(Configuration.from_text(wizard, "pjsip_wizard.conf").endpoints) == ["a"]


def test_errors_of_a_configuration():
    """The errors are those of the problems, in their order."""
    configuration = Configuration.from_text("[a]\ntype=endpoint\nnope=1\n[b]\n[c]\ntype=aor\nnope=1\n")

    assert [error.section for error in configuration.errors] == ["a", "c"]
    assert {problem.severity for problem in configuration.problems} > {"error"}
    assert CONFIGURATION.errors == ()


def test_representations(tmp_path):
    """An engine shows what it answers for, a mapping that it is one, however many objects there are."""
    path = tmp_path / "engine"
    ENGINE.save(path)
    size = ENGINE.size

    assert repr(ENGINE) == (
        f"<Engine for Asterisk 23: endpoints=2 line=1 ip=2 header=1 request_uri=0 size={size}>"
    )
    assert repr(Engine.open(path)) == f"<Engine for Asterisk 23: size={size}>"
    assert repr(Engine.__new__(Engine)).startswith("<Engine for Asterisk ?: size=")
    assert repr(CONFIGURATION.endpoints) == "{'alice': Endpoint(...), 'bob': Endpoint(...)}"
    many = Configuration.from_text("".join(f"[e{n}]\ntype=endpoint\n" for n in range(2000)))
    assert repr(many.endpoints).endswith("'e100': Endpoint(...), ... 1,996 more}")
    assert repr(many.aors) == "{}"


@pytest.mark.parametrize(
    "value",
    [
        CONFIGURATION,
        CONFIGURATION.endpoints["alice"],
        Request(source="192.0.2.1"),
        ENGINE.identify(Request(source="192.0.2.1")),
        ENGINE.explain_message(MESSAGE, "192.0.2.1", 5060),
        Configuration.from_text("[a]\n").problems,
    ],
    ids=lambda value: type(value).__name__,
)
def test_values_can_be_pickled_and_copied(value):
    """What the library hands out can be given to another process, and is the same there."""
    assert pickle.loads(pickle.dumps(value)) == value
    assert copy.deepcopy(value) == copy.copy(value) == value


def test_parts_of_a_request_can_be_pickled():
    """So can the URIs of a request and its credentials."""
    headers = {"Authorization": 'Digest username="u", realm="r"'}
    request = Request(source="192.0.2.1", from_uri="sip:a%20b@h:1;x=y", headers=headers)
    uri, authorization = request.from_uri, request.authorizations[0]
    for restored in (pickle.loads(pickle.dumps(uri)), copy.copy(uri), copy.deepcopy(uri)):
        assert (restored.user, restored.port, restored.parameters) == ("a b", 1, (("x", "y"),))
    for restored in (pickle.loads(pickle.dumps(authorization)), copy.copy(authorization)):
        assert (restored.username, restored.realm) == ("u", "r")


@pytest.mark.parametrize(
    "error",
    [
        ConfigError("a fault", "pjsip.conf", 3),
        EngineFileError("damaged", "engine"),
        LimitError("too many"),
        MessageError("no Via", 7),
        OutputError("full", "rows.csv", 28),
        TrafficError("unknown format", "x", line=3, offset=7),
    ],
    ids=lambda error: type(error).__name__,
)
def test_errors_can_be_pickled(error):
    """An error that a process hands to another says the same there, with the same attributes."""
    for restored in (pickle.loads(pickle.dumps(error)), copy.copy(error)):
        assert (type(restored), str(restored)) == (type(error), str(error))
        assert restored.__dict__ == error.__dict__
        assert getattr(restored, "errno", None) == getattr(error, "errno", None)


def test_help_on_the_engine():
    """help(Engine) begins with the calls that everybody needs, lists them as its own, and hides what isn't public."""
    text = pydoc.plain(pydoc.render_doc(Engine))
    own = text.partition("Methods inherited from")[0]

    assert text.index("identify_message") < text.index("identify_source") < text.index("explain_message")
    assert text.index("explain_message") < text.index("Methods defined here")
    for name in ("identify_message", "identify", "identify_source", "explain_message", "save"):
        assert f"\n |  {name}(" in own
    assert "load_image" not in text
    assert not {"image", "load_image"} & set(dir(ENGINE))


def test_names_that_a_starter_needs():
    """The names that the reference lists first are names of the package."""
    for name in (
        "Configuration",
        "Engine",
        "Request",
        "Match",
        "MessageError",
        "ResponseError",
        "ConfigError",
    ):
        assert name in identify.__all__
        assert getattr(identify, name).__name__ == name
