"""The request to identify and its parts; the classes are compiled."""

from identify._compiled._request import Authorization, Request, Uri

__all__ = ["Authorization", "Request", "Uri"]
