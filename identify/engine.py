"""The engine: a configuration compiled once, asked for every request."""

from __future__ import annotations

import mmap
import os
import secrets
import tempfile
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from identify._matcher import Matcher
from identify._request import Request
from identify.compiler import make_plan
from identify.configuration import Configuration
from identify.errors import ConfigError, EngineFileError
from identify.explain import Explanation, explain

__all__ = ["Engine"]

#: Asterisk's line tokens: seven letters a-z.
TOKEN_LENGTH = 7
TOKEN_LETTERS = "abcdefghijklmnopqrstuvwxyz"

#: What may stand in a URI parameter as it is (RFC 3261 25.1), besides letters and digits.
UNESCAPED = "-_.!~*'()[]/:&+$"

#: Permissions of a saved engine before the umask.
SAVED_MODE = 0o666

#: The user that Asterisk puts into a Contact without ``contact_user``.
CONTACT_USER = "s"


class Engine(Matcher):
    """Answers which endpoint a request belongs to.

    ``line_tokens`` gives the tokens of registrations with ``line=yes`` by their id; those not given are minted as
    Asterisk mints them, from a cryptographic source.  Tokens of other ids are passed over, so that one mapping can
    outlive changes of the configuration; an empty one raises :class:`~identify.errors.ConfigError`.

    Thread safety: immutable; any number of threads may ask.  To reload, make another engine and replace the reference.
    """

    def __init__(self, configuration: Configuration, line_tokens: Mapping[str, str] | None = None) -> None:
        # Refused for an engine that has its tables, so before anything else is set.
        super().__init__(make_plan(configuration, _tokens(configuration, line_tokens or {})))
        self._configuration: Configuration | None = configuration

    @classmethod
    def open(cls, path: str | os.PathLike[str], configuration: Configuration | None = None) -> Engine:
        """Map the file of a saved engine: all processes of a machine that do so share one copy of its tables.

        ``configuration``, the one it was compiled from, is only needed for ``explain`` and ``contact``.  Raises
        :class:`~identify.errors.EngineFileError` if the file isn't a saved engine, is damaged or of another version,
        OSError if it can't be read.  The file must not be changed in place while it is open; ``save`` replaces it.
        """
        name = os.fspath(path)
        with open(name, "rb") as file:
            size = os.fstat(file.fileno()).st_size
            # Nothing can be mapped of an empty file, nor of a pipe.
            mapped = mmap.mmap(file.fileno(), size, access=mmap.ACCESS_READ) if size else b""
        try:
            return cls._of_image(mapped, configuration)
        except EngineFileError as error:
            raise EngineFileError(error.reason, name) from None

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the compiled tables to a file for ``open``; an existing one is replaced when all is written."""
        name = os.fspath(path)
        descriptor, temporary = tempfile.mkstemp(prefix=".engine-", dir=os.path.dirname(name) or ".")
        try:
            with open(descriptor, "wb") as file:
                file.write(self.image())
                file.flush()
                os.fchmod(descriptor, SAVED_MODE & ~_umask())
                os.fsync(descriptor)
            os.replace(temporary, name)
        except BaseException:
            os.unlink(temporary)
            raise

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle the compiled tables, not the way to them."""
        return _restore, (type(self), self.image(), self._configuration)

    @classmethod
    def _of_image(cls, image: bytes | mmap.mmap, configuration: Configuration | None) -> Engine:
        engine = cls.__new__(cls)
        engine._configuration = configuration
        engine.load_image(image)
        return engine

    @property
    def configuration(self) -> Configuration:
        """The configuration that was compiled; ConfigError where a file was opened without it."""
        if self._configuration is None:
            raise ConfigError(
                "this engine was opened from a file, which doesn't hold the configuration: give it to open()"
            )
        return self._configuration

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
            parameters += f";line={quote(self.line_tokens[registration.id], safe=UNESCAPED)}"
        after = f";{registration.contact_header_params}" if registration.contact_header_params else ""
        return f"<sip:{registration.contact_user or CONTACT_USER}@{local}{parameters}>{after}"


def _restore(cls: type[Engine], image: bytes, configuration: Configuration | None) -> Engine:
    """Unpickle an engine."""
    return cls._of_image(image, configuration)


def _umask() -> int:
    """Return the process's umask, which can only be read by setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


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
