"""The report of a simulation: one HTML file that needs nothing else.

It uses the simulation, and the commands use it; needs the extra ``sip-identify[report]``.
"""

from identify.report.given import Given
from identify.report.page import comparison_page, require_libraries, result_page

__all__ = ["Given", "comparison_page", "require_libraries", "result_page"]
