"""The page in a browser: charts are drawn, headings sort, both colour schemes, and no hostile text comes alive.

Needs Debian's chromium and chromium-driver; loads nothing but a file.
"""

from __future__ import annotations

import shutil

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

from identify.report import result_page

from .conftest import IMAGE, LINK, SCRIPT

pytestmark = [pytest.mark.browser, pytest.mark.needs("chromium", "chromedriver")]

FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--window-size=1300,1000",
)  # fmt: skip
SECONDS = 60
LIGHT, DARK = "rgb(255, 255, 255)", "rgb(20, 24, 29)"


@pytest.fixture(scope="module")
def driver(tmp_path_factory):
    """Give a browser without a past."""
    options = webdriver.ChromeOptions()
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('browser')}"):
        options.add_argument(flag)
    options.binary_location = shutil.which("chromium")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))
    yield driver
    driver.quit()


@pytest.fixture
def opened(driver, result, tmp_path):
    """Give a function that opens the report of the hostile calls in a colour scheme, and waits for its charts."""

    def open_page(scheme="light"):
        path = tmp_path / "report.html"
        path.write_text(result_page(result, config="pjsip.conf", traffic=["calls.pcap"]), encoding="utf-8")
        emulate(driver, scheme)
        driver.get(path.as_uri())
        WebDriverWait(driver, SECONDS).until(
            lambda page: page.execute_script("return document.documentElement.dataset.charts") == "drawn"
        )
        return driver

    return open_page


def emulate(driver, scheme):
    """Choose a colour scheme."""
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})


def column(driver, table, number):
    """Return the cells of a column, top to bottom."""
    return [
        cell.text for cell in driver.find_elements(By.CSS_SELECTOR, f"#{table} tbody td:nth-child({number})")
    ]


def heading(driver, table, number):
    """Return the button of a heading."""
    return driver.find_element(By.CSS_SELECTOR, f"#{table} th:nth-child({number}) button")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_charts_are_drawn(opened, scheme):
    """Each chart has bars with a size and its legend's names as text, without error, request or button to elsewhere."""
    driver = opened(scheme)

    for chart in ("outcomes-over-time", "identifiers-over-time", "endpoints-over-time"):
        place = driver.find_element(By.ID, chart)
        bars = [bar.rect for bar in place.find_elements(By.CSS_SELECTOR, ".bars .point path")]
        assert place.size["width"] > 800
        assert place.size["height"] > 300
        assert len(bars) >= 10
        assert all(bar["width"] > 1 and bar["height"] > 5 for bar in bars)
        assert not place.find_elements(By.CSS_SELECTOR, "a[href]")
        buttons = [
            element.get_attribute("data-title")
            for element in place.find_elements(By.CSS_SELECTOR, ".modebar-btn")
        ]
        assert len(buttons) == 6
        assert not [title for title in buttons if "loud" in title]
    names = [
        element.text for element in driver.find_elements(By.CSS_SELECTOR, "#endpoints-over-time .legendtext")
    ]
    assert names == [(text[:40] + "..." if len(text) > 40 else text) for text in (SCRIPT, IMAGE, LINK)]
    assert driver.get_log("browser") == []
    assert driver.execute_script("return performance.getEntriesByType('resource').length") == 0


def test_nothing_comes_alive(opened):
    """No script of a name or user has run, and none is left that could."""
    driver = opened()

    assert driver.execute_script("return window.pwned") is None
    assert not driver.find_elements(By.CSS_SELECTOR, "img, iframe, a[href], [onerror]")


def test_policy_holds(opened):
    """The page can't ask the network for anything, nor run a script that isn't its own."""
    driver = opened()
    blocked = driver.execute_async_script(
        """
        const done = arguments[0], found = [];
        document.addEventListener("securitypolicyviolation", (event) => {
          found.push(event.effectiveDirective);
          if (found.length === 3) done(found.sort());
        });
        fetch("http://127.0.0.1:9/").catch(() => {});
        const image = new Image();
        image.src = "http://127.0.0.1:9/";
        const script = document.createElement("script");
        script.textContent = "window.pwned = 1";
        document.body.append(image, script);
        """
    )

    assert blocked == ["connect-src", "img-src", "script-src-elem"]
    assert driver.execute_script("return window.pwned") is None
    driver.get_log("browser")


def test_headings_sort(opened):
    """A click sorts numbers by size, the largest first, the next one turns the order; text begins with the first."""
    driver = opened()

    heading(driver, "outcomes", 2).click()
    assert column(driver, "outcomes", 2) == ["10", "6"]
    heading(driver, "outcomes", 2).click()
    assert column(driver, "outcomes", 2) == ["6", "10"]
    heading(driver, "strangers", 1).click()
    assert column(driver, "strangers", 1) == ["198.51.100.9", "203.0.113.7", "203.0.113.70"]
    heading(driver, "strangers", 1).click()
    assert column(driver, "strangers", 1) == ["203.0.113.70", "203.0.113.7", "198.51.100.9"]
    sorts = driver.execute_script(
        "return [...document.querySelectorAll('#strangers th')].map((one) => one.ariaSort)"
    )
    assert sorts == ["descending"] + [None] * (len(sorts) - 1)


def test_colours_follow_the_scheme(opened):
    """Page and charts change their colours with the scheme, also while they are open, and keep what was hidden."""
    driver = opened("light")
    colours = """
        const chart = document.querySelector("#outcomes-over-time");
        const style = (one, what) => getComputedStyle(one)[what];
        return [style(document.body, "backgroundColor"), style(chart.querySelector(".main-svg"), "backgroundColor"),
                style(chart.querySelector(".legendtext"), "fill"),
                chart.data.map((trace) => trace.marker.color), chart.data.map((trace) => trace.visible)];
    """
    driver.execute_script("return Plotly.restyle('outcomes-over-time', {visible: 'legendonly'}, [1])")
    light = driver.execute_script(colours)
    emulate(driver, "dark")
    WebDriverWait(driver, SECONDS).until(lambda page: page.execute_script(colours)[1] != light[1])
    dark = driver.execute_script(colours)

    assert light[:3] == [LIGHT, LIGHT, "rgb(28, 33, 39)"]
    assert dark[:3] == [DARK, DARK, "rgb(228, 232, 236)"]
    assert all(colour != other for colour, other in zip(light[3], dark[3], strict=True))
    assert light[4] == dark[4] == [True, "legendonly"]
