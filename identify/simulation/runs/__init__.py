"""Whole runs of a simulation: over files, in several processes, on a cluster, against the verdicts in a log."""
