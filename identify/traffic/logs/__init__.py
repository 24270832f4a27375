"""Asterisk's logs: SIP messages that `pjsip set logger on` wrote, and the lines that tell what was identified."""

from identify.traffic.logs.reader import LogReader, recognises

__all__ = ["LogReader", "recognises"]
