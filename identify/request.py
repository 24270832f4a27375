"""The request to identify and its parts; the classes are compiled."""

from identify._compiled._request import Request
from identify._compiled._request_parts import Authorization, Uri

__all__ = ["Authorization", "Request", "Uri"]
