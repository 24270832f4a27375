"""Logs that went through another program, which put something in front of each line or each line into JSON."""

from identify.traffic.logs.prefixes.bare import BareLog
from identify.traffic.logs.prefixes.lines import UnprefixedLog, begins_like_a_log

__all__ = ["BareLog", "UnprefixedLog", "begins_like_a_log"]
