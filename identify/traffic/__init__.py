"""Traffic: files of captured, logged or listed SIP messages as batches of messages."""

from identify.traffic.batch import NOT_GIVEN, TRANSPORTS, Batch, Direction, NotGiven, Reader

try:
    from identify.traffic.opening import open_traffic
except ImportError as error:
    if not (error.name or "").startswith("identify._"):
        raise
    # As in the package itself: no decoder in Python takes the place of one that is missing.
    raise ImportError(
        f"the compiled module {error.name} of sip-identify is missing or can't be loaded ({error}); "
        "build it with 'python -m pip install .' or, in a checkout, with 'make'",
        name=error.name,
        path=error.path,
    ) from error

__all__ = ["NOT_GIVEN", "TRANSPORTS", "Batch", "Direction", "NotGiven", "Reader", "open_traffic"]
