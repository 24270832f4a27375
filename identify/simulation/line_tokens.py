"""Line tokens, learned from the REGISTERs that Asterisk sends in the same traffic.

Facts: the token of a registration with ``line=yes`` is made anew when Asterisk starts, so no configuration has it; it
stands in the Contact of each REGISTER as URI parameter ``line``.  The To of the REGISTER is the registration's
``client_uri``, its request URI the ``server_uri``.

A REGISTER is a registration's where both agree, the host names without case, a missing port being the scheme's.  Of
several such registrations that one is meant whose ``contact_user`` the Contact has; if that doesn't tell either,
nothing is learned.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from identify._compiled._request import Request, Uri
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

    ``known`` has the present one by registration's id; ``told`` is called with each new one, as (id, token).
    """

    def __init__(
        self, configuration: Configuration, known: dict[str, str], told: Callable[[str, str], None]
    ) -> None:
        self.known = known
        #: How many REGISTERs had a token that belongs to no registration, or to one of several.
        self.unclear = 0
        self._told = told
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
                self._told(registration.id, token)

    def _registration(self, key: Key | None, contact_user: str | None) -> Registration | None:
        meant = self._by_key.get(key, []) if key is not None else []
        if len(meant) > 1:
            meant = [one for one in meant if (one.contact_user or CONTACT_USER) == contact_user]
        return meant[0] if len(meant) == 1 else None


def key_of(registration: Registration) -> Key | None:
    """Return what the REGISTERs of a registration are told by."""
    return _key(_uri(registration.client_uri), _uri(registration.server_uri))


def key_of_message(batch: Batch, number: int) -> Key | None:
    """Return what a REGISTER is told by, None where it can't be read."""
    request = _request(batch, number)
    return _key(request.to_uri, request.request_uri) if request is not None else None


def _request(batch: Batch, number: int) -> Request | None:
    transport = TRANSPORTS[batch.transports[number]]
    try:
        return Request.from_message(batch.message(number), "192.0.2.1", 0, transport)
    except MessageError:
        return None


def _uri(text: str) -> Uri | None:
    """Return a URI with or without display name and brackets, None where it is none."""
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
