"""How large an extended regular expression gets in the C library, which expands repetitions before it compiles."""

from __future__ import annotations

import re

__all__ = ["MAX_EXPANSION", "expansion"]

#: No larger expression is compiled: ``((a{255}){255}){255}`` would take gigabytes.
MAX_EXPANSION = 100_000

_REPETITION = re.compile(r"\{([0-9]*)(?:,([0-9]*))?\}", re.ASCII)


def expansion(regex: str) -> int:
    """Return roughly how many characters an expression has once its repetitions are expanded.

    (ab{3}){10} is (abbb) ten times: 40.  Brackets and escapes count as all their characters, which is
    too many rather than too few.
    """
    # Sizes so far of the open groups, and of the last element in each, which a repetition repeats.
    sizes, lasts = [0], [0]
    position = 0
    while position < len(regex):
        character = regex[position]
        repetition = _REPETITION.match(regex, position) if character == "{" else None
        if character == "(":
            sizes.append(0)
            lasts.append(0)
        elif character == ")" and len(sizes) > 1:
            lasts.pop()
            lasts[-1] = sizes.pop()
            sizes[-1] += lasts[-1]
        elif repetition is not None:
            times = max(int(number[:6] or "0") for number in repetition.groups(""))
            sizes[-1] += lasts[-1] * (max(times, 1) - 1)
            lasts[-1] *= max(times, 1)
        else:
            sizes[-1] += 1
            lasts[-1] = 1
        position = repetition.end() if repetition is not None else position + 1
    return sum(sizes)
