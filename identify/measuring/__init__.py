"""Measuring your own configuration: requests for it, timing, and a baseline to compare with; prints nothing."""
