"""The guard over all tests: what leaves this machine is refused and remembered, and what stays on it isn't."""

from __future__ import annotations

import contextlib
import socket

import pytest


@pytest.mark.parametrize(
    "ask",
    [
        lambda: socket.getaddrinfo("name.example", 5060),
        lambda: socket.getaddrinfo(b"name.example", 5060),
        lambda: socket.gethostbyname("name.example"),
        lambda: socket.create_connection(("192.0.2.1", 53), timeout=1),
        lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("192.0.2.1", 53)),
        lambda: socket.socket(socket.AF_INET6, socket.SOCK_DGRAM).connect(("2001:db8::1", 53)),
        lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendmsg([b"x"], [], 0, ("192.0.2.1", 53)),
    ],
    ids=["name", "bytes", "old", "connection", "datagram", "connected", "message"],
)
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_outside(asked_outside, ask):
    """A name, a connection and a datagram to somewhere else are refused, also if the refusal is swallowed."""
    with contextlib.suppress(OSError):
        ask()

    assert len(asked_outside) == 1
    asked_outside.clear()


def test_inside(asked_outside):
    """Loopback, addresses and sockets of files are this machine's."""
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()):
        pass
    socket.getaddrinfo("127.0.0.1", 5060)
    socket.getaddrinfo("localhost", 5060)
    for end in socket.socketpair():
        end.close()

    assert asked_outside == []
