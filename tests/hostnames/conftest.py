"""Let the tests of this folder import the helpers of the tests of configurations, by themselves too."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "config"))
