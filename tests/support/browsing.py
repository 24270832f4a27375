"""A browser without a window: it opens files, in the width and the colours that a test wants, and takes pictures.

Needs Debian's chromium and chromium-driver.
"""

from __future__ import annotations

import base64
import shutil
from pathlib import Path
from typing import Any

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.support.wait import WebDriverWait

FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--window-size=1300,1000",
    "--hide-scrollbars",
)  # fmt: skip
SECONDS = 60
#: The most of a page that a picture has, in pixels.
MOST_HEIGHT = 5_000
#: Below this width a browser is a telephone's.
NARROW = 600

DRAWN = """
    const wanted = JSON.parse(document.getElementById("charts").textContent).length;
    return !wanted || document.documentElement.dataset.charts === "drawn";
"""


def browser(profile: Path) -> webdriver.Chrome:
    """Return a browser without a past; the caller ends it by ``quit``."""
    options = webdriver.ChromeOptions()
    for flag in (*FLAGS, f"--user-data-dir={profile}"):
        options.add_argument(flag)
    options.binary_location = str(shutil.which("chromium"))
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    return webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))


def emulate(driver: webdriver.Chrome, scheme: str) -> None:
    """Choose a colour scheme."""
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})


def resize(driver: webdriver.Chrome, width: int, height: int) -> None:
    """Choose the size of the window, in pixels."""
    metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < NARROW}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)


def open_page(driver: webdriver.Chrome, path: Path) -> None:
    """Open a report, and wait for its charts."""
    driver.get(path.as_uri())
    WebDriverWait(driver, SECONDS).until(lambda page: page.execute_script(DRAWN))


def picture(driver: webdriver.Chrome, path: Path, *, width: int, height: int | None = None) -> None:
    """Write a picture of the top of the page, by default of as much as a picture may have."""
    whole: Any = driver.execute_script("return document.documentElement.scrollHeight")
    clip = {"x": 0, "y": 0, "width": width, "height": height or min(whole, MOST_HEIGHT), "scale": 1}
    taken = driver.execute_cdp_cmd("Page.captureScreenshot", {"clip": clip, "captureBeyondViewport": True})
    path.write_bytes(base64.b64decode(taken["data"]))
