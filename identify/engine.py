"""The engine: a configuration compiled once, asked for every request."""

from __future__ import annotations

import secrets
from collections.abc import Mapping

from identify.configuration import Configuration
from identify.explain import Explanation, explain
from identify.model import Match
from identify.request import Request

__all__ = ["Engine"]

#: Asterisk's line tokens: seven letters a-z.
TOKEN_LENGTH = 7
TOKEN_LETTERS = "abcdefghijklmnopqrstuvwxyz"


class Engine:
    """Answers which endpoint a request belongs to.

    ``line_tokens`` gives the tokens of registrations with ``line=yes`` by their id; those not given are minted.
    """

    def __init__(self, configuration: Configuration, line_tokens: Mapping[str, str] | None = None) -> None:
        self.configuration = configuration
        self.identifiers = configuration.identifiers
        self.line_tokens = _tokens(configuration, line_tokens or {})

    def identify(self, request: Request) -> Match | None:
        """Return the answer for a request, None where no identifier has one."""
        return self.explain(request).match

    def identify_message(
        self,
        data: bytes,
        source: str,
        port: int,
        transport: str = "udp",
        local: str | None = None,
        transport_section: str | None = None,
    ) -> Match | None:
        """Return the answer for a message from the wire; MessageError where PJSIP would drop it."""
        return self.identify(Request.from_message(data, source, port, transport, local, transport_section))

    def explain(self, request: Request) -> Explanation:
        """Return the answer with every identifier's own and the reasons."""
        return explain(self.configuration, self.line_tokens, request)


def _tokens(configuration: Configuration, given: Mapping[str, str]) -> dict[str, str]:
    tokens: dict[str, str] = {}
    used = set(given.values())
    for registration in configuration.registrations.values():
        if not registration.line:
            continue
        token = given.get(registration.id)
        while token is None:
            minted = "".join(secrets.choice(TOKEN_LETTERS) for _ in range(TOKEN_LENGTH))
            if minted not in used:
                used.add(minted)
                token = minted
        tokens[registration.id] = token
    return tokens
