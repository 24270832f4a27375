"""Rows: JSON Lines, CSV, Parquet and Arrow, each row a message or what is known of a request."""

from identify.traffic.rows.delimited import CsvReader
from identify.traffic.rows.objects import JsonReader
from identify.traffic.rows.tables import TableReader

__all__ = ["CsvReader", "JsonReader", "TableReader"]
