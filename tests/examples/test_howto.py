"""The programs in the how-tos run, and do what the pages say they do."""

from __future__ import annotations

import asyncio
import functools
import os
import re
import shutil
import signal
import sys
import types
from pathlib import Path
from typing import Any

import pytest
from consoles import DOCUMENTS, ROOT
from nameserver import NameServer, resolver_configuration

from identify import Configuration, LockFile

BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
HOW_TO = ROOT / "docs" / "how-to"
CALL = (ROOT / "examples" / "outbound-proxy" / "requests" / "invite.sip").read_bytes()


def program(document: Path) -> dict[str, Any]:
    """Run the blocks of a document as one program and return its names."""
    names: dict[str, Any] = {"__name__": document.stem}
    text = "\n".join(BLOCK.findall(document.read_text(encoding="utf-8")))
    exec(compile(text, str(document), "exec", dont_inherit=True), names)
    return names


class FakeKsr(types.ModuleType):
    """What the script uses of Kamailio's module, noting each call."""

    def __init__(self, variables: dict[str, str]) -> None:
        super().__init__("KSR")
        self.calls: list[tuple[Any, ...]] = []
        self.pv = types.SimpleNamespace(get=variables.__getitem__)
        self.hdr = types.SimpleNamespace(remove=self.noting("remove"), append=self.noting("append"))
        self.sl = types.SimpleNamespace(send_reply=self.noting("send_reply"))
        self.tm = types.SimpleNamespace(t_relay=self.noting("t_relay"))
        self.setdsturi = self.noting("setdsturi")
        self.err = self.noting("err")

    def noting(self, name: str) -> Any:
        """Return a function that notes its call."""
        return lambda *arguments: self.calls.append((name, *arguments))


@pytest.fixture
def ksr(monkeypatch: pytest.MonkeyPatch) -> FakeKsr:
    """Give a Kamailio that has received the call of the outbound proxy's example."""
    variables = {"$mb": CALL.decode(), "$si": "192.168.0.1", "$sp": "5060", "$proto": "udp"}
    fake = FakeKsr({**variables, "$Ri": "192.168.0.2", "$Rp": "5060"})
    monkeypatch.setitem(sys.modules, "KSR", fake)
    return fake


def router(ksr: FakeKsr, **variables: str) -> Any:
    """Give the script's object, with a configuration that the tests have."""
    names = program(HOW_TO / "kamailio.md")
    names["CONFIGURATION"] = str(ROOT / "examples" / "outbound-proxy")
    given = ksr.pv.get
    ksr.pv.get = lambda name: variables.get(name) or given(name)
    made = names["mod_init"]()
    assert made.child_init(0) == 0
    return made


def test_kamailio_tells_asterisk_the_endpoint(ksr: FakeKsr) -> None:
    """An identified request goes on to Asterisk with the endpoint in the header, and only that one."""
    router(ksr).ksr_request_route(None)

    assert [call[0] for call in ksr.calls] == ["remove", "append", "setdsturi", "t_relay"]
    assert ksr.calls[1] == ("append", "X-Trunk: myitsp\r\n")


def test_kamailio_refuses_strangers(ksr: FakeKsr) -> None:
    """A request of nobody gets an answer and goes nowhere."""
    router(ksr, **{"$si": "203.0.113.7"}).ksr_request_route(None)

    assert ksr.calls == [("remove", "X-Trunk"), ("send_reply", 403, "Forbidden")]


def test_kamailio_drops_what_pjsip_drops(ksr: FakeKsr) -> None:
    """What is no message is noted, and that is all."""
    router(ksr, **{"$mb": "INVITE sip:100@192.168.0.2 SIP/2.0\r\nnonsense\r\n\r\n"}).ksr_request_route(None)

    assert [call[0] for call in ksr.calls] == ["err"]


def test_asyncio_proxy_reloads(tmp_path: Path) -> None:
    """The proxy answers by the old configuration until it has reloaded, then by the new one; tokens stay."""
    names = program(HOW_TO / "asyncio-proxy.md")
    path = tmp_path / "pjsip.conf"
    path.write_text("[a]\ntype=endpoint\n[a]\ntype=identify\nendpoint=a\nmatch=127.0.0.1\n")
    heard: list[Any] = []

    async def converse() -> tuple[Any, Any]:
        loop = asyncio.get_running_loop()
        arrived = asyncio.Event()

        def handle(data: bytes, source: tuple[str, int], match: Any) -> None:
            heard.append(match and match.endpoint)
            arrived.set()

        transport, listener = await loop.create_datagram_endpoint(
            lambda: names["Listener"](str(path), handle), ("127.0.0.1", 0)
        )
        caller, _ = await loop.create_datagram_endpoint(
            asyncio.DatagramProtocol, remote_addr=transport.get_extra_info("sockname")
        )
        before = listener.engine
        for text in (None, path.read_text().replace("[a]", "[b]").replace("=a", "=b"), None):
            if text is not None:
                path.write_text(text)
            else:
                await listener.reload()
            arrived.clear()
            caller.sendto(b"nonsense")
            caller.sendto(CALL)
            await asyncio.wait_for(arrived.wait(), 10)
        caller.close()
        transport.close()
        return before, listener.engine

    before, after = asyncio.run(converse())

    assert heard == ["a", "a", "b"]
    assert before is not after


def test_asyncio_proxy_outlives_a_missing_file(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    """A SIGHUP while pjsip.conf is missing leaves the old engine and a line in the log; the next one loads it again."""
    names = program(HOW_TO / "asyncio-proxy.md")
    path = tmp_path / "pjsip.conf"
    path.write_text("[a]\ntype=endpoint\n[a]\ntype=identify\nendpoint=a\nmatch=127.0.0.1\n")
    reloads: list[Any] = []
    reload = names["Listener"].reload

    async def noting(listener: Any) -> None:
        await reload(listener)
        reloads.append(listener.engine)
        reloaded.set()

    async def converse() -> None:
        names["Listener"].reload = noting
        serving = asyncio.ensure_future(names["serve"](str(path), "127.0.0.1", 0, names["handle"]))
        await asyncio.sleep(0)
        while signal.getsignal(signal.SIGHUP) in (signal.SIG_DFL, signal.SIG_IGN):
            await asyncio.sleep(0.01)
        for rename in ((path, tmp_path / "aside"), (tmp_path / "aside", path)):
            Path.rename(*rename)
            reloaded.clear()
            os.kill(os.getpid(), signal.SIGHUP)
            await asyncio.wait_for(reloaded.wait(), 10)
            assert not serving.done()
        serving.cancel()
        await asyncio.wait([serving])

    reloaded = asyncio.Event()
    asyncio.run(converse())

    assert reloads[0] is not reloads[1]
    assert [record.message.partition(":")[0] for record in caplog.records] == ["not reloaded"]
    names["handle"](CALL, ("192.0.2.1", 5060), reloads[1].identify_source("127.0.0.1"))
    names["handle"](CALL, ("192.0.2.1", 5060), None)
    assert capsys.readouterr().out == "192.0.2.1 is a, by ip\n192.0.2.1 isn't identified\n"


def test_asyncio_proxy_keeps_a_configuration_that_is_gone(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A reload that can't read the configuration leaves the old engine in place and says so; the proxy goes on."""
    path = Path(shutil.copy(ROOT / "examples" / "outbound-proxy" / "pjsip.conf", tmp_path))
    heard: list[Any] = []
    listener = program(HOW_TO / "asyncio-proxy.md")["Listener"](
        str(path), lambda *call: heard.append(call[2])
    )
    listener.local = "192.168.0.2:5060"
    before = listener.engine
    path.rename(tmp_path / "x")

    asyncio.run(listener.reload())
    for data in (CALL, b"SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP h\r\n\r\n", b"nonsense"):
        listener.datagram_received(data, ("192.168.0.1", 5060))

    assert listener.engine is before
    assert [match.endpoint for match in heard] == ["myitsp"]
    assert "not reloaded" in caplog.text


def test_asyncio_proxy_keeps_tokens(tmp_path: Path) -> None:
    """A registration keeps its token over a reload; one that is gone takes it along."""
    names = program(HOW_TO / "asyncio-proxy.md")
    path = shutil.copy(ROOT / "examples" / "multiple-itsps" / "pjsip.conf", tmp_path)
    first = names["load"](path)

    again = names["load"](path, first)

    assert dict(again.line_tokens) == dict(first.line_tokens)
    Path(path).write_text(Path(path).read_text().replace("\nline = yes\nendpoint = itsp-one\n", "\n"))
    assert set(names["load"](path, first).line_tokens) == {"itsp-two"}


def test_resolvers_of_the_page_on_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The resolver shown reads a configuration with names, and the function shown keeps today's answers."""
    monkeypatch.chdir(ROOT)
    names = program(HOW_TO / "host-names.md")

    (rule,) = names["configuration"].identifies["provider"].addresses
    assert rule.address == 0xC6336407
    assert {item.text for item in names["locked"].identifies["provider"].addresses} == {
        "sip.provider.example"
    }

    monkeypatch.chdir(tmp_path)
    with NameServer({"sip.provider.example": {"A": ["198.51.100.7"]}}) as server:
        names["SystemResolver"] = functools.partial(
            names["SystemResolver"], port=server.port, **resolver_configuration(tmp_path)
        )
        configuration = names["todays"](str(HOW_TO / "provider-names"))
    assert configuration == Configuration.from_path(
        HOW_TO / "provider-names", resolver=LockFile(tmp_path / "names.lock")
    )
    assert [rule.address for rule in configuration.identifies["provider"].addresses] == [0xC6336407]


def test_every_program_is_run() -> None:
    """No page has a program that these tests don't run."""
    shown = {document.name for document in DOCUMENTS if BLOCK.search(document.read_text(encoding="utf-8"))}

    # The programs of many-machines.md are run by tests/integrations.
    assert shown == {"asyncio-proxy.md", "kamailio.md", "host-names.md", "many-machines.md"}
