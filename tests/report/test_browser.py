"""The page in a browser: charts are drawn, headings sort, both colour schemes, and no hostile text comes alive.

Needs Debian's chromium and chromium-driver; loads nothing but a file.
"""

from __future__ import annotations

import browsing
import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

from identify.report import result_page

from .conftest import GIVEN, IMAGE, LINK, SCRIPT

pytestmark = [pytest.mark.browser, pytest.mark.needs("chromium", "chromedriver")]

SECONDS = 60
CHARTS = ("outcomes-over-time", "endpoints-over-time")
LIGHT, DARK = "rgb(255, 255, 255)", "rgb(20, 24, 29)"


@pytest.fixture
def opened(driver, result, tmp_path):
    """Give a function that opens the report of the hostile calls in a colour scheme, and waits for its charts."""

    def open_page(scheme="light"):
        path = tmp_path / "report.html"
        path.write_text(result_page(result, GIVEN), encoding="utf-8")
        browsing.resize(driver, 1300, 1000)
        browsing.emulate(driver, scheme)
        browsing.open_page(driver, path)
        return driver

    return open_page


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
    """Each chart has bars with a size and a legend with its names as text, without error, request or toolbar."""
    driver = opened(scheme)

    for chart in CHARTS:
        place = driver.find_element(By.ID, chart)
        bars = [bar.rect for bar in place.find_elements(By.CSS_SELECTOR, ".bars .point path")]
        assert place.size["width"] > 800
        assert place.size["height"] > 200
        assert len(bars) >= 10
        assert all(bar["width"] > 1 and bar["height"] > 5 for bar in bars)
        assert not place.find_elements(By.CSS_SELECTOR, "a[href], .modebar-btn")
    names = [
        element.text for element in driver.find_elements(By.CSS_SELECTOR, "#endpoints-over-time + .legend li")
    ]
    clipped = [(text[:40] + "..." if len(text) > 40 else text) for text in (SCRIPT, IMAGE, LINK)]
    assert names == [f"{name} {count}" for name, count in zip(clipped, (5, 3, 2), strict=True)]
    assert driver.get_log("browser") == []
    assert driver.execute_script("return performance.getEntriesByType('resource').length") == 0


def test_charts_zoom_together(opened):
    """A zoom into one chart is that of all, and a double click shows the whole time again."""
    driver = opened()
    ranges = f"return {list(CHARTS)}.map((id) => document.getElementById(id).layout.xaxis.range.map(String).join())"
    whole = driver.execute_script(ranges)
    zoomed = "2023-11-14 22:13:22,2023-11-14 22:13:25"
    driver.execute_script(
        "Plotly.relayout(arguments[0], {'xaxis.range': arguments[1].split(',')})", CHARTS[1], zoomed
    )
    driver.execute_script(
        "document.getElementById(arguments[0]).emit('plotly_relayout', "
        "{'xaxis.range[0]': arguments[1].split(',')[0], 'xaxis.range[1]': arguments[1].split(',')[1]})",
        CHARTS[1],
        zoomed,
    )
    WebDriverWait(driver, SECONDS).until(lambda page: page.execute_script(ranges) == [zoomed] * len(CHARTS))
    driver.execute_script(
        "document.getElementById(arguments[0]).emit('plotly_relayout', {'xaxis.autorange': true})", CHARTS[0]
    )
    WebDriverWait(driver, SECONDS).until(lambda page: page.execute_script(ranges) == whole)


def test_legend_hides(opened):
    """A click on a name of a legend hides its series in that chart, another one shows it."""
    driver = opened()
    button = driver.find_element(By.CSS_SELECTOR, "#outcomes-over-time + .legend button")
    visible = "return document.getElementById('outcomes-over-time').data.map((trace) => trace.visible)"
    button.click()
    hidden = driver.execute_script(visible)
    pressed = button.get_attribute("aria-pressed")
    button.click()

    assert (hidden, pressed) == ([False, True], "false")
    assert driver.execute_script(visible) == [True, True]


def test_copy(opened):
    """The button beside a command copies it, or selects it where copying isn't allowed."""
    driver = opened()
    button = driver.find_element(By.CSS_SELECTOR, "#strangers .copy")
    button.click()
    WebDriverWait(driver, SECONDS).until(lambda _: button.text in ("copied", "selected"))

    if button.text == "selected":
        assert "--explain 11" in driver.execute_script("return getSelection().toString()")


def test_nothing_comes_alive(opened):
    """No script of a name or user has run, and none is left that could."""
    driver = opened()

    assert driver.execute_script("return window.pwned") is None
    assert not driver.find_elements(By.CSS_SELECTOR, "img, iframe, a:not([href^='#']), [onerror]")


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
        return [style(document.body, "backgroundColor"), style(chart.querySelector(".xtick text"), "fill"),
                chart.data.map((trace) => trace.marker.color), chart.data.map((trace) => trace.visible)];
    """
    driver.find_element(By.CSS_SELECTOR, "#outcomes-over-time + .legend li:nth-child(2) button").click()
    light = driver.execute_script(colours)
    browsing.emulate(driver, "dark")
    WebDriverWait(driver, SECONDS).until(lambda page: page.execute_script(colours)[1] != light[1])
    dark = driver.execute_script(colours)

    assert light[:2] == [LIGHT, "rgb(28, 33, 39)"]
    assert dark[:2] == [DARK, "rgb(228, 232, 236)"]
    assert all(colour != other for colour, other in zip(light[2], dark[2], strict=True))
    assert light[3] == dark[3] == [True, False]
