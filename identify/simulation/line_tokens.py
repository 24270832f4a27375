"""Line tokens, learned from the REGISTERs that Asterisk sends in the same traffic.

Facts
- Asterisk makes a new token for each registration with ``line=yes`` when it starts, so no configuration has it.  The
  token is the URI parameter ``line`` in the Contact of each REGISTER.
- The To of the REGISTER is the registration's ``client_uri``, its request URI the ``server_uri``.

Strategy
1. A REGISTER belongs to a registration if both URIs agree: host names in any case, a missing port as the scheme's.
2. Of several such registrations it belongs to the one whose ``contact_user`` is in the Contact.
3. If that doesn't decide either, nothing is learned.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from identify._compiled._request import Request
from identify._compiled._request_parts import Uri
from identify.configuration import Configuration
from identify.errors import MessageError
from identify.model import Registration
from identify.traffic.batch import TRANSPORTS, Batch

__all__ = ["Key", "LineTokens", "key_of", "key_of_message"]

PORTS = {"sip": 5060, "sips": 5061}
#: What Asterisk puts into a Contact without ``contact_user``.
CONTACT_USER = "s"

_BRACKETED = re.compile(r"<([^>]*)>")

#: User and host of the address of record, host and port of the registrar.
Key = tuple[str, str, str, int]


class LineTokens:
    """The tokens of a configuration's registrations as they become known.

    ``known`` has the current token by registration's id; ``learned`` is called with each new one, as (id, token).
    """

    def __init__(
        self, configuration: Configuration, known: dict[str, str], learned: Callable[[str, str], None]
    ) -> None:
        self.known = known
        #: How many REGISTERs had a token that belongs to no registration, or may belong to several.
        self.unclear = 0
        self._learned = learned
        self._by_key: dict[Key, list[Registration]] = {}
        for registration in configuration.registrations.values():
            if registration.line:
                key = key_of(registration)
                if key is not None:
                    self._by_key.setdefault(key, []).append(registration)

    def take(self, batch: Batch, number: int) -> None:
        """Learn from a REGISTER that Asterisk sent."""
        if not self._by_key:
            return
        request = _request(batch, number)
        if request is None:
            return
        contacts = [_uri(value) for name, value in request.printed_headers if name == "Contact"]
        for contact in contacts:
            token = contact.parameter("line") if contact is not None else None
            if contact is None or not token:
                continue
            registration = self._registration(_key(request.to_uri, request.request_uri), contact.user)
            if registration is None:
                self.unclear += 1
            elif self.known.get(registration.id) != token:
                self.known[registration.id] = token
                self._learned(registration.id, token)

    def _registration(self, key: Key | None, contact_user: str | None) -> Registration | None:
        found = self._by_key.get(key, []) if key is not None else []
        if len(found) > 1:
            found = [
                registration
                for registration in found
                if (registration.contact_user or CONTACT_USER) == contact_user
            ]
        return found[0] if len(found) == 1 else None


def key_of(registration: Registration) -> Key | None:
    """Return the key of the REGISTERs of a registration, None if its URIs can't be read."""
    return _key(_uri(registration.client_uri), _uri(registration.server_uri))


def key_of_message(batch: Batch, number: int) -> Key | None:
    """Return the key of a REGISTER, None if it can't be read."""
    request = _request(batch, number)
    return _key(request.to_uri, request.request_uri) if request is not None else None


def _request(batch: Batch, number: int) -> Request | None:
    transport = TRANSPORTS[batch.transports[number]]
    try:
        return Request.from_message(batch.message(number), "192.0.2.1", 0, transport)
    except MessageError:
        return None


def _uri(text: str) -> Uri | None:
    """Return a URI with or without display name and brackets, None if it isn't valid."""
    bracketed = _BRACKETED.search(text)
    try:
        return Request(source="192.0.2.1", to_uri=bracketed[1] if bracketed else text).to_uri
    except MessageError:
        return None


def _key(client: Uri | None, server: Uri | None) -> Key | None:
    if client is None or server is None:
        return None
    port = server.port or PORTS.get(server.scheme, 0)
    return client.user or "", client.host.lower(), server.host.lower(), port
