"""What generated sets of files say, kept as data: every answer that the reader gives is to stay as it is.

    python tests/writers/write_kept_answers.py

It is run after an intended change of what a configuration says, and after a change of the generator.  Before that,
``tests/long/against.py`` shows all that differs from another checkout; with ``PYTHONPATH`` set to that checkout the
answers are those of its library.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

from configured import generated
from everything import loaded
from kept_answers import PATH, SETS, written

import identify

if __name__ == "__main__":
    data = written([loaded(generated(seed)) for seed in range(SETS)])
    PATH.write_bytes(data)
    print(f"{SETS} answers of {identify.__file__}: {len(data)} bytes")
