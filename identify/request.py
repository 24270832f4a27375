"""The request that is asked about, with its parts; the class itself is compiled."""

from identify._compiled._request import Authorization, Request, Uri

__all__ = ["Authorization", "Request", "Uri"]
