"""The exceptions of this package, divided by who is at fault.

Finding nothing is never an exception: a request that no rule matches has the answer ``None``.  Content of a
configuration that doesn't stop Asterisk is not an exception either, but a :class:`~identify.model.Problem` in
``Configuration.problems``.
"""

__all__ = [
    "ClusterError",
    "ConfigError",
    "EngineFileError",
    "IdentifyError",
    "LimitError",
    "MessageError",
    "MissingLibraryError",
    "OutputError",
    "TrafficError",
]


class IdentifyError(Exception):
    """Base of every error that this package raises on purpose."""


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
    message.
    """

    def __init__(self, reason: str, offset: int = 0) -> None:
        super().__init__(f"byte {offset}: {reason}")
        self.reason = reason
        self.offset = offset


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

    @classmethod
    def of(cls, error: OSError, path: str) -> "OutputError":
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
