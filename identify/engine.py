"""The engine: a configuration compiled once, asked for every request."""

from __future__ import annotations

import secrets
from collections.abc import Mapping

from identify._matcher import Matcher
from identify._request import Request
from identify.compiler import make_plan
from identify.configuration import Configuration
from identify.errors import ConfigError
from identify.explain import Explanation, explain

__all__ = ["Engine"]

#: Asterisk's line tokens: seven letters a-z.
TOKEN_LENGTH = 7
TOKEN_LETTERS = "abcdefghijklmnopqrstuvwxyz"

#: The user that Asterisk puts into a Contact without ``contact_user``.
CONTACT_USER = "s"


class Engine(Matcher):
    """Answers which endpoint a request belongs to.

    ``line_tokens`` gives the tokens of registrations with ``line=yes`` by their id; those not given are minted as
    Asterisk mints them, from a cryptographic source.  Tokens of other ids are passed over, so that one mapping can
    outlive changes of the configuration; an empty one raises :class:`~identify.errors.ConfigError`.

    Thread safety: immutable; any number of threads may ask.  To reload, make another engine and replace the reference.
    """

    configuration: Configuration
    line_tokens: Mapping[str, str]

    def __init__(self, configuration: Configuration, line_tokens: Mapping[str, str] | None = None) -> None:
        self.configuration = configuration
        self.line_tokens = _tokens(configuration, line_tokens or {})
        super().__init__(make_plan(configuration, self.line_tokens))

    def explain(self, request: Request, *, everything: bool = False) -> Explanation:
        """Return the answer with every identifier's own and the reasons; with ``everything`` every rule is told."""
        return explain(self.configuration, self.line_tokens, request, everything=everything)

    def contact(self, registration_id: str, *, local: str) -> str:
        """Return the Contact value that Asterisk sends in the registration's REGISTERs.

        ``local`` is the ``address:port`` that the registrar shall send to.  Raises
        :class:`~identify.errors.ConfigError` if there is no such registration.
        """
        registration = self.configuration.registrations.get(registration_id)
        if registration is None:
            raise ConfigError(f"there is no registration {registration_id!r}")
        parameters = ""
        section = self.configuration.transports.get(registration.transport)
        if section is not None and section.protocol not in ("udp", "flow"):
            parameters += f";transport={section.protocol}"
        if registration.id in self.line_tokens:
            parameters += f";line={self.line_tokens[registration.id]}"
        after = f";{registration.contact_header_params}" if registration.contact_header_params else ""
        return f"<sip:{registration.contact_user or CONTACT_USER}@{local}{parameters}>{after}"


def _tokens(configuration: Configuration, given: Mapping[str, str]) -> dict[str, str]:
    """Return the token of each registration with ``line=yes``; those that aren't given are minted, all unlike."""
    for id, token in given.items():
        if not token:
            raise ConfigError(f"the line token given for registration {id!r} is empty")
    tokens: dict[str, str] = {}
    used = set(given.values())
    for registration in configuration.registrations.values():
        if not registration.line:
            continue
        token = given.get(registration.id, "")
        while not token:
            minted = "".join(secrets.choice(TOKEN_LETTERS) for _ in range(TOKEN_LENGTH))
            if minted not in used:
                used.add(minted)
                token = minted
        tokens[registration.id] = token
    return tokens
