"""Asterisk's logs: SIP messages written by `pjsip set logger on`, and the lines about identification."""

from identify.traffic.logs.reader import LogReader, begins_with_something_else, recognises

__all__ = ["LogReader", "begins_with_something_else", "recognises"]
