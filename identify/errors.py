"""The exceptions of this package, split by whose fault it is.

Not found is never an exception: a request that no rule covers has the answer ``None``.  Content of
a configuration that Asterisk would survive is never an exception either, it is a
:class:`~identify.model.Problem` in ``Configuration.problems``.
"""

__all__ = [
    "ClusterError",
    "ConfigError",
    "EngineFileError",
    "IdentifyError",
    "LimitError",
    "MessageError",
    "MissingLibraryError",
    "TrafficError",
]


class IdentifyError(Exception):
    """Base of every error that this package raises on purpose."""


class ConfigError(IdentifyError, ValueError):
    """A configuration can't be read at all: its path is unreadable, or a name given with it is unknown.

    Attributes: ``path`` is the file or directory at fault, ``line`` its line (1-based), 0 where no
    line is at fault.
    """

    def __init__(self, message: str, path: str = "", line: int = 0) -> None:
        place = f"{path}:{line}: " if path and line else f"{path}: " if path else ""
        super().__init__(place + message)
        self.path = path
        self.line = line


class MessageError(IdentifyError, ValueError):
    """Bytes from the network are no SIP request that Asterisk would look at.

    Attributes: ``reason`` says what is wrong in words, ``offset`` is the byte offset in the message
    at which it was found.
    """

    def __init__(self, reason: str, offset: int = 0) -> None:
        super().__init__(f"byte {offset}: {reason}")
        self.reason = reason
        self.offset = offset


class EngineFileError(IdentifyError, ValueError):
    """The file of a saved engine is damaged, incomplete, of another version, or something else altogether.

    Attributes: ``reason`` says what is wrong, ``path`` is the file, empty where the bytes came from elsewhere.
    """

    def __init__(self, reason: str, path: str = "") -> None:
        super().__init__(f"{path}: {reason}" if path else reason)
        self.reason = reason
        self.path = path


class LimitError(IdentifyError, ValueError):
    """An input is larger than this package handles."""


class MissingLibraryError(IdentifyError, ImportError):
    """A library of an extra isn't installed; the message says what to install."""


class TrafficError(IdentifyError, ValueError):
    """Traffic can't be read at all: unreadable, of no known format, or of one whose library isn't installed.

    Damage inside of a file of a known format is no exception: it is counted, and what was read before stays.

    Attributes: ``reason`` says what is wrong, ``path`` is the input's name, ``line`` its line (1-based) and
    ``offset`` its byte (0-based) at fault, 0 and None where none is.
    """

    def __init__(self, reason: str, path: str = "", *, line: int = 0, offset: int | None = None) -> None:
        place = f"{path}:{line}: " if path and line else f"{path}: " if path else ""
        super().__init__(place + (f"byte {offset}: " if offset is not None else "") + reason)
        self.reason = reason
        self.path = path
        self.line = line
        self.offset = offset


class ClusterError(IdentifyError, RuntimeError):
    """Other machines can't simulate: no scheduler answers, it has no workers, or these can't do it.

    Attributes: ``reason`` says what is wrong, ``address`` is the scheduler's.
    """

    def __init__(self, reason: str, address: str = "") -> None:
        super().__init__(f"{address}: {reason}" if address else reason)
        self.reason = reason
        self.address = address
