"""Benchmarks to run while something is changed: ``make bench``."""
