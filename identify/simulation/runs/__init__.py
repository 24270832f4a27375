"""Whole runs of a simulation: over files, in several processes, against the verdicts in a log."""
