"""Rows: JSON Lines, CSV, Parquet and Arrow, each row a message or the metadata of a request."""

from identify.traffic.rows.arrow_rows import TableReader
from identify.traffic.rows.delimited import CsvReader
from identify.traffic.rows.objects import JsonReader

__all__ = ["CsvReader", "JsonReader", "TableReader"]
