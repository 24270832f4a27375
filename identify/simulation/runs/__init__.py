"""Runs over files: simulations, comparisons, traces and verifications, in one process, several, or on a cluster."""
