"""Traffic: files of captured, logged or listed SIP messages as batches of messages."""

from typing import TYPE_CHECKING

from identify.importing import lazy_names

if TYPE_CHECKING:
    from identify.traffic.batch import NOT_GIVEN, TRANSPORTS, Batch, Direction, NotGiven, Reader
    from identify.traffic.opening import open_traffic
else:
    __getattr__, __dir__ = lazy_names(
        __name__,
        {
            "identify.traffic.batch": ("NOT_GIVEN", "TRANSPORTS", "Batch", "Direction", "NotGiven", "Reader"),
            "identify.traffic.opening": ("open_traffic",),
        },
    )

__all__ = ["NOT_GIVEN", "TRANSPORTS", "Batch", "Direction", "NotGiven", "Reader", "open_traffic"]
