"""The exceptions of this package, divided by who is at fault.

Finding nothing is never an exception: a request that no rule matches has the answer ``None``.  Content of a
configuration that doesn't stop Asterisk is not an exception either, but a :class:`~identify.model.Problem` in
``Configuration.problems``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal

__all__ = [
    "ClusterError",
    "ConfigError",
    "EngineFileError",
    "IdentifyError",
    "LimitError",
    "MessageError",
    "MissingLibraryError",
    "OutputError",
    "ResponseError",
    "TrafficError",
    "message_error",
]

#: What kind of bytes PJSIP drops: a response; what phones send to keep a connection open, or scanners to wake
#: something; a message whose rest is missing; one that is too long; one that breaks the rules of SIP.
MessageKind = Literal["response", "keep-alive", "incomplete", "too long", "invalid"]

#: The kinds of reasons; all others are of messages that are invalid.
KINDS: Mapping[str, MessageKind] = {
    "a response, not a request": "response",
    "nothing but line ends": "keep-alive",
    "a datagram of 32 bytes or less": "keep-alive",
    "the head of the message isn't complete": "incomplete",
    "the body of the message isn't complete": "incomplete",
    "longer than 65536 bytes": "too long",
    "a stream's message is longer than 65535 bytes": "too long",
}


class IdentifyError(Exception):
    """Base of every error that this package raises on purpose; all can be pickled."""

    def __reduce__(self) -> tuple[Callable[..., IdentifyError], tuple[Any, ...]]:
        """Pickle what the error has, not the arguments from which its text was put together."""
        return _restored, (type(self), self.args, self.__dict__)


class ConfigError(IdentifyError, ValueError):
    """A configuration can't be read at all: its path is unreadable, or a name passed with it is unknown.

    Attributes: ``path`` is the file or directory at fault, ``line`` its line (1-based), 0 if no
    line is at fault.
    """

    def __init__(self, message: str, path: str = "", line: int = 0) -> None:
        place = f"{path}:{line}: " if path and line else f"{path}: " if path else ""
        super().__init__(place + message)
        self.path = path
        self.line = line


class MessageError(IdentifyError, ValueError):
    """Bytes from the network are not a SIP request that Asterisk would process.

    Attributes: ``reason`` says what is wrong in words, ``offset`` is the byte offset of the fault in the
    message, ``kind`` is "response", "keep-alive" (line ends, or a datagram of a few bytes), "incomplete", "too long" or
    "invalid".
    """

    def __init__(self, reason: str, offset: int = 0) -> None:
        super().__init__(f"byte {offset}: {reason}")
        self.reason = reason
        self.offset = offset

    @property
    def kind(self) -> MessageKind:
        """What kind of bytes they are, by the reason."""
        return KINDS.get(self.reason, "invalid")


class ResponseError(MessageError):
    """The message is a response (RFC 3261 7.2): PJSIP handles it, but there is nothing to identify."""


class EngineFileError(IdentifyError, ValueError):
    """The file of a saved engine is damaged, incomplete, of another version, or not a saved engine at all.

    Attributes: ``reason`` says what is wrong, ``path`` is the file, empty if the bytes came from elsewhere.
    """

    def __init__(self, reason: str, path: str = "") -> None:
        super().__init__(f"{path}: {reason}" if path else reason)
        self.reason = reason
        self.path = path


class LimitError(IdentifyError, ValueError):
    """An input is larger than this package handles."""


class MissingLibraryError(IdentifyError, ImportError):
    """A library from an extra isn't installed; the message says what to install."""


class OutputError(IdentifyError, OSError):
    """A file can't be written, or isn't because that would destroy an input or another output.

    Attributes: ``reason`` says what is wrong, ``path`` is the file, ``errno`` the system's number, None if it isn't the
    system that refuses.
    """

    def __init__(self, reason: str, path: str = "", number: int | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.path = path
        self.errno = number

    def __reduce__(self) -> tuple[Callable[..., IdentifyError], tuple[Any, ...]]:
        """Pickle what it is made of: OSError keeps the number apart."""
        return type(self), (self.reason, self.path, self.errno)

    @classmethod
    def of(cls, error: OSError, path: str) -> OutputError:
        """Return what an error of the system means for a file that is written."""
        return cls(error.strerror or str(error), path, error.errno)

    def __str__(self) -> str:
        """Return what isn't written, and why."""
        return f"can't write {self.path}: {self.reason}" if self.path else f"can't write: {self.reason}"


class TrafficError(IdentifyError, ValueError):
    """Traffic can't be read at all: unreadable, of an unknown format, or of one whose library isn't installed.

    Damage inside a file of a known format is not an exception: it is counted, and messages read before it are kept.

    Attributes: ``reason`` says what is wrong, ``path`` is the input's name, ``line`` the line (1-based) and
    ``offset`` the byte (0-based) at fault, 0 and None if there is none.
    """

    def __init__(self, reason: str, path: str = "", *, line: int = 0, offset: int | None = None) -> None:
        place = f"{path}:{line}: " if path and line else f"{path}: " if path else ""
        super().__init__(place + (f"byte {offset}: " if offset is not None else "") + reason)
        self.reason = reason
        self.path = path
        self.line = line
        self.offset = offset


class ClusterError(IdentifyError, RuntimeError):
    """Others can't simulate: no scheduler answers, it has no workers, they aren't able to, or a process was lost.

    Attributes: ``reason`` says what is wrong, ``address`` is the address of the scheduler.
    """

    def __init__(self, reason: str, address: str = "") -> None:
        super().__init__(f"{address}: {reason}" if address else reason)
        self.reason = reason
        self.address = address


def message_error(reason: str, offset: int) -> MessageError:
    """Return the error for a message that PJSIP drops."""
    made_of = ResponseError if KINDS.get(reason) == "response" else MessageError
    return made_of(reason, offset)


def _restored(cls: type[IdentifyError], args: tuple[Any, ...], state: dict[str, Any]) -> IdentifyError:
    error = cls.__new__(cls, *args)
    error.args = args
    error.__dict__.update(state)
    return error
