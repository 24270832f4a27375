"""Options of a command gathered into one value, so that a function takes a few arguments and not twenty."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import attrs

__all__ = ["gathered"]

Command = Callable[..., None]
Decorator = Callable[[Command], Command]


def gathered(name: str, kind: type[Any], options: Sequence[Decorator]) -> Decorator:
    """Return a decorator that adds options to a command, whose values come as one argument of this kind."""

    def decorate(command: Command) -> Command:
        @functools.wraps(command)
        def gather(*arguments: Any, **values: Any) -> None:
            value = kind(**{field.name: values.pop(field.name) for field in attrs.fields(kind)})
            command(*arguments, **values, **{name: value})

        with_options: Command = gather
        for option in reversed(options):
            with_options = option(with_options)
        return with_options

    return decorate
