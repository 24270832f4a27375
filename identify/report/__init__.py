"""A simulation as a page to look at: one HTML file that needs nothing else.

Stands above the simulation and below the commands; needs the extra ``sip-identify[report]``.
"""

from identify.report.page import comparison_page, require_libraries, result_page

__all__ = ["comparison_page", "require_libraries", "result_page"]
