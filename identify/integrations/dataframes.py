"""Rows of other people's data frames (Spark, Ray, polars, pandas), each answered alone.

Knows which columns are read and appended; identification is the engine's.  Nothing is remembered from row to row, so
that rows may come in any order and on any machine.  So, unlike in the simulation, requests inside dialogs and
retransmissions are identified like any other request.

It needs pyarrow, unlike the batch calls: a batch's other columns pass through, whatever their types are, and Spark and
Ray take nothing else.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from identify.addresses import check_local
from identify.configuration import Configuration
from identify.engine import DROPPED, Engine
from identify.errors import MissingLibraryError
from identify.model import TransportName
from identify.traffic.batch import TRANSPORTS

__all__ = ["APPENDED", "BatchMapper", "map_batches"]

#: The columns that are appended, all of strings; in Spark's words ``endpoint string, identifier string, ...``.
APPENDED = ("endpoint", "identifier", "section", "outcome")
#: The values of ``outcome``, called as in ``identify.simulation.Outcome``.
OUTCOME_IDENTIFIED = "identified"
OUTCOME_UNIDENTIFIED = "unidentified"
OUTCOME_DROPPED = "dropped"
#: The port of a row without one.
SIP_PORT = 5060
LAST_PORT = 0xFFFF


def map_batches(
    configuration: Configuration | Engine | str | os.PathLike[str],
    *,
    line_tokens: Mapping[str, str] | None = None,
    columns: Mapping[str, str] | None = None,
) -> BatchMapper:
    """Return a callable that takes an iterator of Arrow record batches and yields them with the answers appended.

    ``configuration`` is a configuration, which is compiled here, an engine, or the path of a saved engine
    (:meth:`~identify.engine.Engine.save`), which each process maps on its first call: the file must exist on every
    machine.  ``line_tokens`` are those of :class:`~identify.engine.Engine`, for a configuration only.

    Batches are pyarrow's or anything with ``__arrow_c_array__`` or ``__arrow_c_stream__``; pyarrow's are yielded.
    ``columns`` maps these to the names of the columns that hold them:

    - ``message``: binary or string; ``source``: string, an address; both are required;
    - ``port``: integers, missing or null is 5060;
    - ``transport``: string, one of udp, tcp, tls, ws and wss, missing or null is udp;
    - ``local``: string, ``address:port``, may be missing or null.

    Appended are ``endpoint``, ``identifier``, ``section`` and ``outcome``, all strings.  ``outcome`` is ``identified``,
    ``unidentified``, or ``dropped``, also for what isn't a request; it is null if message or source is null, the port
    is out of range, or the transport is unknown.  A source that isn't a valid address is unidentified by address.

    The callable can be pickled, as Spark and Ray do.  Raises MissingLibraryError if pyarrow is missing; the callable
    raises KeyError for a missing column, ValueError for a column that is there already or an invalid ``local``, and
    TypeError for a column of another type.

    Thread safety: the callable is immutable.
    """
    _pyarrow()
    if isinstance(configuration, Configuration):
        configuration = Engine(configuration, line_tokens)
    elif line_tokens is not None:
        raise ValueError("line_tokens go with a configuration; an engine has its own")
    unknown = set(columns or ()) - {"message", "source", "port", "transport", "local"}
    if unknown:
        raise ValueError(f"there is no column {min(unknown)!r} to name")
    return BatchMapper(configuration, dict(columns or {}))


class BatchMapper:
    """What :func:`map_batches` returns: called with batches it yields batches, ``table`` takes and returns a table."""

    def __init__(self, engine: Engine | str | os.PathLike[str], columns: Mapping[str, str]) -> None:
        self._engine = engine if isinstance(engine, Engine) else None
        self._path = None if isinstance(engine, Engine) else os.fspath(engine)
        self._columns = dict(columns)

    def __call__(self, batches: Iterable[Any]) -> Iterator[Any]:
        """Yield each record batch with the answers appended; tables and streams yield their record batches."""
        for given in batches:
            for batch in _record_batches(given):
                yield self._answered(batch)

    def table(self, table: Any) -> Any:
        """Return a table (pyarrow's, polars' or any with ``__arrow_c_stream__``) with the answers, as pyarrow's."""
        arrow = _pyarrow()
        given = arrow.table(table)
        schema = given.schema
        for name in APPENDED:
            _check_absent(schema.names, name)
            schema = schema.append(arrow.field(name, arrow.string()))
        return arrow.Table.from_batches([self._answered(batch) for batch in given.to_batches()], schema)

    def __getstate__(self) -> dict[str, Any]:
        """Pickle the compiled tables without the configuration, or the path of a saved engine."""
        tables = self._engine._image() if self._path is None and self._engine is not None else None
        return {"tables": tables, "path": self._path, "columns": self._columns}

    def __setstate__(self, state: Mapping[str, Any]) -> None:
        """Unpickle."""
        tables = state["tables"]
        self._engine = Engine._of_image(tables, None) if tables is not None else None
        self._path = state["path"]
        self._columns = state["columns"]

    @property
    def engine(self) -> Engine:
        """The engine; a saved one is mapped the first time."""
        if self._engine is None:
            # Two threads may both map it, which does no harm.
            self._engine = Engine.open(self._path or "")
        return self._engine

    def _answered(self, batch: Any) -> Any:
        arrow = _pyarrow()
        for name in APPENDED:
            _check_absent(batch.schema.names, name)
        engine = self.engine
        count = batch.num_rows
        rows = _Rows(arrow, batch, self._columns)
        numbers = arrow.array([None] * count, arrow.int32())
        for transport, local, chosen in rows.groups():
            part = rows.columns if chosen is None else [column.filter(chosen) for column in rows.columns]
            found = engine.identify_messages(*part, transport=transport, local=local)
            answers = arrow.array(found)
            numbers = answers if chosen is None else arrow.compute.replace_with_mask(numbers, chosen, answers)
        matches = engine.matches
        compute = arrow.compute
        where = compute.if_else(compute.greater_equal(numbers, 0), numbers, None)
        outcome = compute.if_else(
            compute.greater_equal(numbers, 0),
            OUTCOME_IDENTIFIED,
            compute.if_else(compute.equal(numbers, DROPPED), OUTCOME_DROPPED, OUTCOME_UNIDENTIFIED),
        )
        used = compute.unique(where).drop_null()
        places = compute.index_in(where, used)
        appended = [
            arrow.array([getattr(matches[number], name) for number in used.to_pylist()], arrow.string()).take(
                places
            )
            for name in APPENDED[:-1]
        ]
        schema = batch.schema
        for name in APPENDED:
            schema = schema.append(arrow.field(name, arrow.string()))
        return arrow.RecordBatch.from_arrays([*batch.columns, *appended, outcome], schema=schema)


class _Rows:
    """The columns of a batch as ``identify_messages`` takes them."""

    def __init__(self, arrow: Any, batch: Any, names: Mapping[str, str]) -> None:
        self._arrow = arrow
        self._batch = batch
        self._names = names
        message = self._plain("message")
        source = self._plain("source")
        if message is None or source is None:
            missing = "message" if message is None else "source"
            raise KeyError(f"there is no column {names.get(missing, missing)!r} in the batch")
        if arrow.types.is_string_view(message.type) or arrow.types.is_binary_view(message.type):
            # Views, which polars has, can't be filtered.
            message = message.cast(arrow.large_binary())
        if not arrow.types.is_string(source.type):
            source = self._cast(source, "source", arrow.string())
        compute = arrow.compute
        asked = compute.and_(compute.is_valid(message), compute.is_valid(source))
        port = self._plain("port")
        if port is None:
            port = arrow.array([SIP_PORT] * batch.num_rows, arrow.uint16())
        else:
            if not arrow.types.is_integer(port.type):
                raise TypeError(f"column {names.get('port', 'port')!r} is {port.type}, expected integers")
            port = compute.fill_null(port, SIP_PORT)
            fits = compute.and_(compute.greater_equal(port, 0), compute.less_equal(port, LAST_PORT))
            asked = compute.and_(asked, fits)
            port = compute.if_else(fits, port, 0).cast(arrow.uint16())
        #: message, source, port.
        self.columns = [message, source, port]
        self._asked = asked

    def groups(self) -> Iterator[tuple[TransportName, str | None, Any]]:
        """Yield each transport and local address with the mask of its rows, None for all rows."""
        compute = self._arrow.compute
        transport, local = self._text("transport"), self._text("local")
        all_asked = compute.all(self._asked, min_count=0).as_py()
        if transport is None and local is None and all_asked:
            yield TRANSPORTS[0], None, None
            return
        transports = [TRANSPORTS[0]] if transport is None else compute.unique(transport).to_pylist()
        for name in TRANSPORTS:
            if name not in transports:
                continue
            mask = self._asked
            if transport is not None:
                mask = compute.and_(mask, compute.equal(transport, name))
            if local is None:
                yield name, None, mask
                continue
            for address in compute.unique(local.filter(mask)).to_pylist():
                if address and not _is_local(address):
                    # As for an unknown transport: what isn't known of a row is no reason to end all of a run.
                    continue
                yield name, address or None, compute.and_(mask, compute.equal(local, address))

    def _text(self, name: str) -> Any:
        """Return a column of text without nulls: transports in lower case, an unknown local address empty."""
        column = self._plain(name)
        if column is None:
            return None
        text = self._cast(column, name, self._arrow.string())
        if name == "transport":
            return self._arrow.compute.utf8_lower(self._arrow.compute.fill_null(text, TRANSPORTS[0]))
        return self._arrow.compute.fill_null(text, "")

    def _plain(self, name: str) -> Any:
        """Return a column without dictionary, None if it is missing."""
        name = self._names.get(name, name)
        if name not in self._batch.schema.names:
            return None
        column = self._batch.column(name)
        return column.dictionary_decode() if hasattr(column, "dictionary_decode") else column

    def _cast(self, column: Any, name: str, wanted: Any) -> Any:
        try:
            return column.cast(wanted)
        except self._arrow.ArrowException as error:
            raise TypeError(
                f"column {self._names.get(name, name)!r} is {column.type}, expected text"
            ) from error


def _is_local(text: str) -> bool:
    try:
        check_local(text)
    except ValueError:
        return False
    return True


def _check_absent(names: Iterable[str], name: str) -> None:
    if name in names:
        raise ValueError(f"the batch already has a column {name!r}: rename it")


def _record_batches(given: Any) -> Iterable[Any]:
    """Return the record batches, as pyarrow's, of anything with Arrow's C interface."""
    arrow = _pyarrow()
    if isinstance(given, arrow.RecordBatch):
        return (given,)
    if hasattr(given, "__arrow_c_stream__"):
        return arrow.RecordBatchReader.from_stream(given)  # type: ignore[no-any-return]
    return (arrow.record_batch(given),)


def _pyarrow() -> Any:
    """Return pyarrow; MissingLibraryError if it isn't installed."""
    try:
        import pyarrow  # noqa: PLC0415 (an extra)
        import pyarrow.compute  # noqa: PLC0415
    except ImportError as error:
        raise MissingLibraryError(
            "batches of data frames need a library that isn't installed: pip install 'sip-identify[parquet]'"
        ) from error
    return pyarrow
