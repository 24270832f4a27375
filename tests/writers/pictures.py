"""Take the picture of a report that the documents show: ``docs/pictures/report.png``.

    python tests/writers/pictures.py

Needs Debian's chromium and chromium-driver.  Letters look different on other machines, so no test compares pictures.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

import browsing
from scenes import scenes

PICTURE = Path(__file__).parents[2] / "docs" / "pictures" / "report.png"
WIDTH, HEIGHT = 1280, 845


def main() -> None:
    """Make the report of an office's day, and take its picture."""
    before = Path.cwd()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        page = folder / "report.html"
        # The page names files as they are given.
        os.chdir(folder)
        page.write_text(scenes()["office"].page(folder), encoding="utf-8")
        os.chdir(before)
        driver = browsing.browser(folder / "profile")
        try:
            browsing.resize(driver, WIDTH, HEIGHT)
            browsing.emulate(driver, "light")
            browsing.open_page(driver, page)
            browsing.picture(driver, PICTURE, width=WIDTH, height=HEIGHT)
        finally:
            driver.quit()


if __name__ == "__main__":
    main()
