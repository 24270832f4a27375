from typing import final

@final
class Uri:
    """A URI of a request (RFC 3261 19.1, RFC 3966).

    ``user`` is percent-decoded, None where there is none; of a tel URI it is the number, of another scheme all
    that follows the colon.  ``host`` is as sent, without brackets; ``port`` 0 where none is given.  Names and values of
    ``parameters`` are percent-decoded, but not the names of a tel URI's.
    """

    @property
    def text(self) -> str: ...
    @property
    def scheme(self) -> str: ...
    @property
    def user(self) -> str | None: ...
    @property
    def password(self) -> str | None: ...
    @property
    def host(self) -> str: ...
    @property
    def port(self) -> int: ...
    @property
    def parameters(self) -> tuple[tuple[str, str], ...]: ...
    def parameter(self, name: str) -> str | None:
        """Return the value of the first URI parameter of that name, without case; None where there is none."""

@final
class Authorization:
    """The credentials of one Authorization header, always Digest (RFC 3261 20.7)."""

    @property
    def username(self) -> str: ...
    @property
    def realm(self) -> str: ...
