"""The engine: a configuration compiled once and asked about every request."""

from __future__ import annotations

import mmap
import os
import secrets
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import identify._compiled._batch as _batch
from identify._compiled._indices import Indices
from identify._compiled._matcher import Matcher
from identify._compiled._request import Request
from identify.addresses import AnySource, SocketAddress, source_and_port
from identify.compiler import make_plan
from identify.configuration import Configuration
from identify.errors import ConfigError, EngineFileError
from identify.explain import Explanation, explain, question_about, untold_tokens
from identify.explanation.undetermined import possible_answers
from identify.model import TransportName, Unknown
from identify.strings import quoted
from identify.writing import Outputs

if TYPE_CHECKING:
    from typing_extensions import Buffer

__all__ = ["DROPPED", "NO_MATCH", "Engine", "Indices"]

#: The index that batch calls return if nothing was identified.
NO_MATCH = _batch.NO_MATCH
#: The index for a message that PJSIP would drop, for which ``identify_message`` raises MessageError.
DROPPED = _batch.DROPPED

#: Asterisk's line tokens: seven letters a-z.
TOKEN_LENGTH = 7
TOKEN_LETTERS = "abcdefghijklmnopqrstuvwxyz"

#: Characters that a URI parameter may have unescaped (RFC 3261 25.1), besides letters and digits.
UNESCAPED = "-_.!~*'()[]/:&+$"

#: The whole file is read to be checked: where the system can, it maps all pages at once, in a tenth of the time.
MAPPING = mmap.MAP_SHARED | getattr(mmap, "MAP_POPULATE", 0)

#: The user that Asterisk puts into a Contact without ``contact_user``.
CONTACT_USER = "s"


class Engine(Matcher):
    """A configuration, compiled once, that answers which endpoint a request belongs to.

    - :meth:`identify_message` answers for a message from the wire: a :class:`~identify.model.Match`, or None;
    - :meth:`identify` answers for a :class:`~identify.request.Request`, :meth:`identify_source` for an address alone;
    - :meth:`explain_message` and :meth:`explain` say why;
    - :meth:`identify_messages` and :meth:`identify_sources` answer for many at once;
    - :meth:`save` writes the compiled tables to a file, which :meth:`open` maps.

    ``line_tokens`` has the tokens of registrations with ``line=yes`` by id; missing tokens are generated as
    Asterisk does, from a cryptographic source, and count as not told: Asterisk's own are others.  Tokens of other ids
    are ignored, so that one mapping can outlive changes of the configuration; an empty token raises
    :class:`~identify.errors.ConfigError`.

    It answers for what is known, as if Asterisk had refused everything else; :meth:`undetermined` says whether that is
    certain.

    Thread safety: immutable; any number of threads may use it.  To reload, create another engine and replace
    the reference.
    """

    def __init__(self, configuration: Configuration, line_tokens: Mapping[str, str] | None = None) -> None:
        if not isinstance(configuration, Configuration):
            raise TypeError(_no_configuration(configuration))
        # This is refused for an engine that already has tables, so it comes before anything else is set.
        tokens = _tokens(configuration, line_tokens or {})
        super().__init__(make_plan(configuration, tokens, tokens.keys() & (line_tokens or {}).keys()))
        self._configuration: Configuration | None = configuration

    # The calls that everybody needs, so that help() shows them among the methods of this class.
    identify_message = Matcher.identify_message
    identify = Matcher.identify
    identify_source = Matcher.identify_source

    @classmethod
    def open(cls, path: str | os.PathLike[str], configuration: Configuration | None = None) -> Engine:
        """Map the file of a saved engine: all processes on a machine that open it share one copy of its tables.

        ``configuration``, the one it was compiled from, is only needed for ``explain`` and ``contact``.  Raises
        :class:`~identify.errors.EngineFileError` if the file isn't a saved engine, is damaged or of another version,
        OSError if it can't be read.  The file must not be changed in place while it is open; ``save`` replaces it.
        """
        name = os.fspath(path)
        with open(name, "rb") as file:
            size = os.fstat(file.fileno()).st_size
            # An empty file can't be mapped, nor can a pipe.
            mapped = mmap.mmap(file.fileno(), size, flags=MAPPING, prot=mmap.PROT_READ) if size else b""
        try:
            return cls._of_image(mapped, configuration)
        except EngineFileError as error:
            raise EngineFileError(error.reason, name) from None

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the compiled tables to a file for ``open``; an existing file is replaced once everything is written.

        Raises :class:`~identify.errors.OutputError`, an OSError, if that fails.
        """
        with Outputs() as outputs:
            outputs.open(path).file.write(self._image())

    def __repr__(self) -> str:
        """Return the release, the numbers of endpoints and of rules by identifier, and the bytes of the tables."""
        counts: dict[str, int] = {}
        # A saved engine may have been opened without it, and one that was never initialised has none.
        configuration: Configuration | None = getattr(self, "_configuration", None)
        if configuration is not None:
            identifies = configuration.tried_identifies
            counts["endpoints"] = len(configuration.endpoints)
            counts["line"] = len(self.line_tokens)
            counts["ip"] = identifies.match_count
            counts["header"] = len(identifies.with_header)
            counts["request_uri"] = len(identifies.with_request_uri)
        counts["size"] = self.size
        return (
            " ".join(
                [f"<Engine for Asterisk {self.release or '?'}:", *map("{0[0]}={0[1]}".format, counts.items())]
            )
            + ">"
        )

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle the compiled tables, so that nothing is compiled again."""
        return _restore, (type(self), self._image(), self._configuration)

    @classmethod
    def _of_image(cls, image: bytes | mmap.mmap, configuration: Configuration | None) -> Engine:
        engine = cls.__new__(cls)
        engine._configuration = configuration
        engine._load_image(image)
        return engine

    def identify_sources(self, addresses: Any, ports: Any = None, *, threads: int = 1) -> Indices:
        """Return for each address what :meth:`identify_source` answers, as indices into :attr:`matches`.

        ``addresses``, one of

        - a buffer of uint32: IPv4 in host byte order (numpy, ``array("I")``, a memoryview of format ``I``);
        - a buffer of records of 4 or 16 bytes: addresses in network byte order, IPv4-mapped ones are IPv4 (numpy
          ``V4``, ``V16`` or uint8 of shape (n, 4), (n, 16)); plain bytes, bytearray and other one-dimensional buffers
          of uint8 are records of 16;
        - a list or tuple of str; None is an unknown address;
        - an Arrow array or stream (``__arrow_c_array__``, ``__arrow_c_stream__``) of uint32, fixed-size binary of 4
          or 16 bytes, string, large string or string view; a null is an unknown address.

        ``ports``, the source ports: one int for all, a buffer of uint16, a list of int, an Arrow array or stream of
        uint16; none and nulls are 0, which only rules for any port cover.

        The result has ``NO_MATCH`` where nothing matches, or the address is unknown or not valid.  Raises TypeError for
        other types and formats, ValueError for buffers that aren't contiguous, lengths that don't agree, a port
        out of range, damaged Arrow arrays, and ``threads`` outside 1..256, :class:`~identify.errors.LimitError`
        for more than 2**31 - 1 rows.

        Thread safety: runs without the GIL, in ``threads`` threads of its own if there are enough addresses; the
        arguments must not be changed meanwhile.  A handler of a signal that raises, such as
        Ctrl-C's, ends the call.
        """
        return _batch.identify_sources(self, addresses, ports, threads)

    def identify_messages(
        self,
        messages: Any,
        sources: Any,
        ports: Any,
        *,
        transport: TransportName = "udp",
        local: str | None = None,
        transport_section: str | None = None,
        threads: int = 1,
    ) -> Indices:
        """Return for each message what :meth:`identify_message` answers, as indices into :attr:`matches`.

        ``messages``, one of

        - a list of bytes; None is a missing message;
        - a pair (tuple) of packed data and n + 1 offsets: message ``i`` is ``data[offsets[i]:offsets[i + 1]]``;
          ``data`` is a buffer, ``offsets`` a buffer of int32 or int64;
        - an Arrow array or stream of binary or string, large ones and views too.

        ``sources`` and ``ports`` are as in :meth:`identify_sources`; a str or an int (IPv4) is the source of all
        messages, an int the port of all.  Addresses that aren't text are treated like their usual text.  ``transport``,
        ``local`` and ``transport_section`` apply to all messages; group messages by them.

        The result has ``DROPPED`` for each message that PJSIP would drop, and ``NO_MATCH`` where nothing was
        identified or there is no message.  Call :meth:`identify_message` for the reason.  Raises like
        :meth:`identify_sources`, and ValueError for offsets that decrease or point outside the data.

        Thread safety: as for :meth:`identify_sources`.
        """
        return _batch.identify_messages(
            self, messages, sources, ports, transport, local, transport_section, threads
        )

    @property
    def configuration(self) -> Configuration:
        """The configuration that was compiled; ConfigError if a file was opened without it."""
        if self._configuration is None:
            raise ConfigError(
                "this engine was opened from a file, which doesn't contain the configuration: pass it to open()"
            )
        return self._configuration

    def explain(self, request: Request, *, everything: bool = False) -> Explanation:
        """Return the answer with that of every identifier and the reasons; with ``everything``, one for every rule."""
        _check_request(request, "explain_message(data, source, port)")
        return explain(
            self.configuration, self.line_tokens, request, unknowns=self.unknowns, everything=everything
        )

    def explain_message(
        self,
        data: Buffer,
        source: AnySource | SocketAddress,
        port: int | None = None,
        transport: TransportName = "udp",
        local: str | None = None,
        transport_section: str | None = None,
        *,
        everything: bool = False,
    ) -> Explanation:
        """Return what :meth:`explain` says about a message; the arguments are those of :meth:`identify_message`.

        Raises like it, so :class:`~identify.errors.MessageError` if PJSIP would drop the message.
        """
        # The compiled side says what is missing.
        arrival: tuple[Any, Any] = source_and_port(source, port)
        release = self.configuration.release
        request = Request.from_message(data, *arrival, transport, local, transport_section, release=release)
        return self.explain(request, everything=everything)

    @cached_property
    def unknowns(self) -> tuple[Unknown, ...]:
        """What isn't known: what the configuration has, and the line tokens that were generated."""
        configuration = self.configuration
        return *configuration.unknowns, *untold_tokens(configuration.registrations, self.told)

    def undetermined(self, request: Request) -> tuple[Unknown, ...]:
        """Return what the answer depends on, nothing if every content of what isn't known gives its endpoint."""
        _check_request(request, "Request.from_message(data, source, port)")
        unknowns = self.unknowns
        if not unknowns:
            return ()
        question = question_about(self.configuration, self.line_tokens, request, unknowns=unknowns)
        possible, undetermined = possible_answers(question)
        if undetermined:
            return undetermined
        match = self.identify(request)
        if possible[0].endpoint == (match.endpoint if match is not None else None):
            return ()
        # What is known alone isn't one of the contents: one of two objects exists in any case.
        return tuple(dict.fromkeys(unknown for each in possible for unknown in each.unknowns))

    def contact(self, registration_id: str, *, local: str) -> str:
        """Return the Contact value that Asterisk sends in the registration's REGISTERs.

        ``local`` is the ``address:port`` that the registrar must send to.  Raises
        :class:`~identify.errors.ConfigError` if there is no such registration.
        """
        registration = self.configuration.registrations.get(registration_id)
        if registration is None:
            raise ConfigError(f"there is no registration {quoted(registration_id)}")
        parameters = ""
        section = self.configuration.transports.get(registration.transport)
        if section is not None and section.protocol not in ("udp", "flow"):
            parameters += f";transport={section.protocol}"
        if registration.id in self.line_tokens:
            parameters += f";line={quote(self.line_tokens[registration.id], safe=UNESCAPED)}"
        after = f";{registration.contact_header_params}" if registration.contact_header_params else ""
        return f"<sip:{registration.contact_user or CONTACT_USER}@{local}{parameters}>{after}"


def _no_configuration(given: object) -> str:
    """Return what to say about something that isn't a configuration."""
    remedy = "Configuration.from_path(path) reads files, Configuration.from_text(text) a text"
    if isinstance(given, (str, os.PathLike)):
        text = os.fspath(given)
        short = isinstance(text, str) and "\n" not in text
        remedy = (
            f"Engine(Configuration.from_path({text!r}))"
            if short
            else "Configuration.from_text(text) reads a text"
        )
    elif isinstance(given, Mapping):
        remedy = "Configuration.from_files(files) reads texts by name"
    return f"configuration must be a Configuration, not {type(given).__name__}: {remedy}"


def _check_request(request: object, instead: str) -> None:
    if not isinstance(request, Request):
        raise TypeError(
            f"request must be a Request, not {type(request).__name__}: for a message from the wire there is {instead}"
        )


def _restore(cls: type[Engine], image: bytes, configuration: Configuration | None) -> Engine:
    """Unpickle an engine."""
    return cls._of_image(image, configuration)


def _tokens(configuration: Configuration, given: Mapping[str, str]) -> dict[str, str]:
    """Return the token of each registration with ``line=yes``; missing tokens are generated, all different."""
    for id, token in given.items():
        if not token:
            raise ConfigError(f"the line token for registration {quoted(id)} is empty")
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
