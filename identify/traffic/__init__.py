"""Traffic: files of captured, logged or listed SIP messages as batches of messages."""

from identify.missing_build import with_build_hint

try:
    from identify.traffic.batch import NOT_GIVEN, TRANSPORTS, Batch, Direction, NotGiven, Reader
    from identify.traffic.opening import open_traffic
except ImportError as error:
    raise with_build_hint(error) from error

__all__ = ["NOT_GIVEN", "TRANSPORTS", "Batch", "Direction", "NotGiven", "Reader", "open_traffic"]
