"""What a command writes, held against what it reads: standard output and standard error are outputs too.

A shell empties what ``>`` names before a command begins; what ``>>`` names is still whole, and stays so.
"""

from __future__ import annotations

from collections.abc import Sequence

from click.exceptions import Exit

from identify.commands.output.errors import print_error
from identify.commands.output.status import Status
from identify.errors import OutputError
from identify.writing import Place, check_apart, same_file
from identify.writing.output import descriptor_of

__all__ = ["check_outputs"]

STREAMS: Sequence[Place] = (("standard output", 1), ("standard error", 2))


def check_outputs(inputs: Sequence[Place], outputs: Sequence[Place] = ()) -> None:
    """End the command, before anything is written, if an output is an input or another output."""
    try:
        check_apart([(what, 1) if place == "-" else (what, place) for what, place in outputs], inputs)
        for stream in STREAMS:
            check_apart([stream], inputs)
            for what, place in outputs:
                # Who names the descriptor itself means that both go there.
                ours = place == "-" or (isinstance(place, str) and descriptor_of(place) is not None)
                if not ours and same_file(place, stream[1]):
                    raise OutputError(f"it is also {stream[0]}", f"{what} {place}")
    except OutputError as error:
        # The message must not be written into an input either.
        for err, (_, descriptor) in ((True, STREAMS[1]), (False, STREAMS[0])):
            if not any(same_file(descriptor, place) for _, place in inputs):
                print_error(str(error), err=err)
                break
        raise Exit(int(Status.UNUSABLE)) from error
