"""Traffic: files of captured, logged or listed SIP messages as batches of messages."""

from identify.building import explained

try:
    from identify.traffic.batch import NOT_GIVEN, TRANSPORTS, Batch, Direction, NotGiven, Reader
    from identify.traffic.opening import open_traffic
except ImportError as error:
    raise explained(error) from error

__all__ = ["NOT_GIVEN", "TRANSPORTS", "Batch", "Direction", "NotGiven", "Reader", "open_traffic"]
