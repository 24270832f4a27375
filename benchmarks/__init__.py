"""Benchmarks: what is measured, against what, how it is published, and the gate that counts instructions."""
