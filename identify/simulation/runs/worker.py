"""What a process of a pool does: it takes calls from a connection and returns what they return, until that is closed.

Knows nothing of simulations; how a process begins is ``pool``'s.
"""

from __future__ import annotations

import os
import pickle
import traceback
from collections.abc import Sequence
from multiprocessing.connection import Connection
from multiprocessing.reduction import recv_handle

__all__ = ["serve"]


def serve(connection: Connection, descriptors: Sequence[int]) -> None:
    """Answer the calls of a process; ``descriptors`` are passed to the first one, which prepares the others."""
    try:
        function, arguments, _ = connection.recv()
        function(descriptors, *arguments)
        while True:
            function, arguments, count = connection.recv()
            passed = [recv_handle(connection) for _ in range(count)]
            try:
                _send(connection, True, function(*arguments, passed))
            except Exception as error:  # noqa: BLE001  Whatever it is, it is raised where the call came from.
                _send(connection, False, error)
            finally:
                for descriptor in passed:
                    os.close(descriptor)
    except (EOFError, ConnectionError):
        # The pool was closed, or its process has gone.
        return


def _send(connection: Connection, done: bool, value: object) -> None:
    try:
        connection.send((done, value))
    except (pickle.PicklingError, TypeError, AttributeError):
        # Errors of other people's libraries need not be made for going from one process to another.
        said = value if isinstance(value, BaseException) else TypeError(type(value).__name__)
        connection.send((False, RuntimeError("".join(traceback.format_exception(said)))))
