"""Messages from HEP that wait."""

from typing import final

@final
class Waiting: ...
