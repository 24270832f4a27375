"""Logs that went through another program, which put something in front of each line or each line into JSON."""

from identify.traffic.logs.prefixes.lines import UnprefixedLog, begins_like_a_log

__all__ = ["UnprefixedLog", "begins_like_a_log"]
