"""Data frames: tables of results as Arrow, and batches of rows from Spark, Ray or Polars with the answers appended."""

from identify.simulation.frames.mapping import APPENDED, BatchMapper, map_batches

__all__ = ["APPENDED", "BatchMapper", "map_batches"]
