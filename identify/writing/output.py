"""One file that is written beside its place and put there when it is whole.

Strategy

1. The new file is in the folder of the old one, so that a rename puts it there.  It has no name until it is whole
   (``O_TMPFILE``): then nothing is left behind, whatever ends the process.  Where the file system can't do that, it has
   a name that begins with a dot and ends with ``.part``.
2. Links are followed: their target is replaced, the link stays.  The new file has the old one's permissions and, if we
   may give it away, its owner.
3. What isn't a regular file (a terminal, a pipe, ``/dev/null``) is written straight, and so is a descriptor of this
   process by its name (``/dev/stdout``, ``/dev/fd/3``): whoever opened it decided where writing goes on.
"""

from __future__ import annotations

import contextlib
import errno
import io
import os
import re
import secrets
import stat
import sys
from typing import IO, TYPE_CHECKING

from identify.errors import OutputError
from identify.writing.leftovers import forget, remember

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

__all__ = ["Output", "StandardStream", "descriptor_of"]

#: Permissions of a new file before the umask.
MODE = 0o666
#: What a file system says that has no files without names.
NO_UNNAMED = (errno.EOPNOTSUPP, errno.EISDIR, errno.EINVAL, errno.ENOENT, errno.ENOSYS)
#: As many links as Linux follows in a path.
MOST_LINKS = 40
DESCRIPTORS = re.compile(r"/proc/(?:self|\d+)(?:/task/\d+)?/fd")


class StandardStream(io.FileIO):
    """A descriptor, such as standard output, whose errors say what couldn't be written."""

    def __init__(self, descriptor: int, name: str, *, owned: bool = False) -> None:
        super().__init__(descriptor, "wb", closefd=owned)
        self.label = name
        self._written = 0

    def write(self, data: ReadableBuffer, /) -> int:
        """Write as much as is possible at once; OutputError if nothing is."""
        try:
            count = super().write(data)
        except OSError as error:
            raise OutputError.of(error, self.label) from error
        self._written += count or 0
        return count

    def tell(self) -> int:
        """Return the place in the file; of a pipe how much was written."""
        return super().tell() if self.seekable() else self._written


class Output:
    """A file for which bytes are written to ``file``; at its place only after ``commit``.

    ``path`` is shown as it was given.  Raises OutputError if the file can't be made; an old one is as it was.
    """

    def __init__(self, path: str | os.PathLike[str], *, descriptor: int | None = None) -> None:
        self.path = os.fspath(path)
        self._text: io.TextIOWrapper | None = None
        self._folder = -1
        #: The name to be taken in the folder, empty if the file is written straight.
        self._name = ""
        self._temporary = ""
        self._remembered = ""
        try:
            opened = self._straight(descriptor)
            raw = StandardStream(opened if opened >= 0 else self._beside(), self.path, owned=True)
        except OSError as error:
            self._close_folder()
            raise OutputError.of(error, self.path) from error
        self.file: IO[bytes] = io.BufferedWriter(raw)

    def text(self, encoding: str, *, errors: str = "strict") -> io.TextIOWrapper:
        """Return the file for text, in which ends of lines stay as they are written."""
        self._text = io.TextIOWrapper(self.file, encoding=encoding, errors=errors, newline="")
        return self._text

    def finish(self, *, durable: bool = True) -> None:
        """Write what waits, if ``durable`` to the disk; only after it the file may take its place."""
        if self._text is not None:
            self._text.flush()
        self.file.flush()
        if self._name and durable:
            try:
                os.fsync(self.file.fileno())
            except OSError as error:
                raise OutputError.of(error, self.path) from error

    def commit(self) -> None:
        """Put the file into its place; if that fails, nothing has changed, and it is to be discarded."""
        if self._name:
            try:
                if not self._temporary:
                    self._take_name()
                os.replace(self._temporary, self._name, src_dir_fd=self._folder, dst_dir_fd=self._folder)
            except OSError as error:
                raise OutputError.of(error, self.path) from error
            self._temporary = ""
        self.discard()

    def discard(self) -> None:
        """Remove what was written, unless it has its place; what is there stays."""
        if self._temporary:
            with contextlib.suppress(OSError):
                os.unlink(self._temporary, dir_fd=self._folder)
            self._temporary = ""
        self._forget()
        self._close()

    def _straight(self, descriptor: int | None) -> int:
        """Open what is written straight; -1 for a file that is replaced."""
        if descriptor is None:
            descriptor = descriptor_of(self.path)
        if descriptor is not None:
            if descriptor == 1 and sys.stdout is not None:
                sys.stdout.flush()
            return os.dup(descriptor)
        try:
            found = os.stat(self.path)
        except FileNotFoundError:
            return -1
        if stat.S_ISREG(found.st_mode):
            return -1
        return os.open(self.path, os.O_WRONLY | os.O_NOCTTY | os.O_CLOEXEC)

    def _beside(self) -> int:
        """Open a new file in the folder of the one that it replaces."""
        place = os.path.realpath(self.path)
        folder, name = os.path.split(place)
        if not name or self.path.endswith("/"):
            raise OSError(errno.EISDIR, os.strerror(errno.EISDIR))
        self._folder = os.open(folder, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
        old: os.stat_result | None = None
        with contextlib.suppress(FileNotFoundError):
            old = os.stat(name, dir_fd=self._folder, follow_symlinks=False)
        if old is not None and not os.access(place, os.W_OK):
            raise OSError(errno.EACCES, os.strerror(errno.EACCES))
        if not os.access(folder, os.W_OK | os.X_OK):
            said = f"{os.strerror(errno.EACCES)} for the folder {folder}, where the new file is made"
            raise OSError(errno.EACCES, said)
        self._name = name
        try:
            opened = os.open(".", os.O_TMPFILE | os.O_WRONLY | os.O_CLOEXEC, MODE, dir_fd=self._folder)
        except OSError as error:
            if error.errno not in NO_UNNAMED:
                raise
            opened = self._named(folder)
        if old is not None:
            self._take_after(opened, old)
        return opened

    def _named(self, folder: str) -> int:
        self._temporary = self._new_name()
        self._remembered = os.path.join(folder, self._temporary)
        remember(self._remembered)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        try:
            return os.open(self._temporary, flags, MODE, dir_fd=self._folder)
        except OSError:
            self._temporary = ""
            self._forget()
            raise

    def _take_name(self) -> None:
        name = self._new_name()
        # Without a folder for the source Python would make a link to the link.
        source = f"/proc/self/fd/{self.file.fileno()}"
        os.link(source, name, src_dir_fd=self._folder, dst_dir_fd=self._folder, follow_symlinks=True)
        self._temporary = name

    def _take_after(self, opened: int, old: os.stat_result) -> None:
        new = os.fstat(opened)
        # Only who may give files away can keep another owner; the mode is after it, because it takes bits away.
        if (new.st_uid, new.st_gid) != (old.st_uid, old.st_gid):
            with contextlib.suppress(OSError):
                os.fchown(opened, old.st_uid, old.st_gid)
        with contextlib.suppress(OSError):
            os.fchmod(opened, stat.S_IMODE(old.st_mode))

    def _new_name(self) -> str:
        # The old name may be as long as a name can be.
        return f".{secrets.token_hex(8)}.part"

    def _forget(self) -> None:
        if self._remembered:
            forget(self._remembered)
            self._remembered = ""

    def _close(self) -> None:
        # What waits in the buffers of a file that failed can't be written, and need not be.
        for file in (self._text, self.file):
            if file is not None:
                with contextlib.suppress(OSError, ValueError):
                    file.close()
        self._close_folder()

    def _close_folder(self) -> None:
        if self._folder >= 0:
            os.close(self._folder)
            self._folder = -1


def descriptor_of(path: str) -> int | None:
    """Return the descriptor of this process that a path such as ``/dev/stdout`` names, None for any other path."""
    for _ in range(MOST_LINKS):
        folder, name = os.path.split(path)
        above = os.path.realpath(folder)
        if DESCRIPTORS.fullmatch(above):
            mine = above.startswith(("/proc/self/", f"/proc/{os.getpid()}/"))
            return int(name) if mine and name.isascii() and name.isdecimal() and len(name) < 10 else None
        try:
            path = os.path.join(above, os.readlink(path))
        except OSError:
            return None
    return None
