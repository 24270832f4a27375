"""Measuring a configuration of someone's own: requests for it, the clock, a scan to compare with; prints nothing."""
