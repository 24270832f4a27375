"""Pictures of reports, for people to look at, and what a machine can say about how a page looks.

The pictures go to the folder that IDENTIFY_PICTURES names, by default to the test's own.
Needs Debian's chromium and chromium-driver.
"""

from __future__ import annotations

import os
from pathlib import Path

import browsing
import pytest
from scenes import scenes

pytestmark = [pytest.mark.browser, pytest.mark.needs("chromium", "chromedriver")]

REDRAW = """
    Promise.all(charts.map(({ id }) => Plotly.Plots.resize(document.getElementById(id)))).then(draw).then(arguments[0]);
"""
LAYOUT = """
    const box = (element) => element.getBoundingClientRect();
    const root = document.documentElement;
    const wide = [...document.body.querySelectorAll("*")].filter(
        (element) => box(element).right > innerWidth + 1 && !element.closest(".scroll, svg"));
    return {
        overflow: root.scrollWidth - innerWidth,
        wide: wide.map((element) => element.outerHTML.slice(0, 100)),
        verdict: box(document.getElementById("verdict")).bottom,
        first: [...document.querySelectorAll("section")].slice(0, 1).map((section) => box(section).top)[0],
        nav: [...document.querySelectorAll("nav a")].filter((link) => !document.querySelector(link.hash)).length,
    };
"""
#: The contrast of texts with what is behind them, as WCAG computes it; the lowest with its text.
CONTRAST = """
    const channel = (value) => (value /= 255) <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    const parsed = (colour) => colour.match(/[\\d.]+/g).map(Number);
    const light = (colour) => {
      const [red, green, blue] = parsed(colour).map(channel);
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    };
    const behind = (element) => {
      for (; element; element = element.parentElement) {
        const colour = getComputedStyle(element).backgroundColor;
        if (parsed(colour)[3] !== 0) return colour;
      }
    };
    const found = [...document.querySelectorAll("h1, h2, p, dt, dd, td, th button, li, a, summary, code, small")]
      .filter((element) => element.offsetParent && element.textContent.trim()).map((element) => {
        const both = [light(getComputedStyle(element).color), light(behind(element))].sort((a, b) => b - a);
        return [(both[0] + 0.05) / (both[1] + 0.05), element.outerHTML.slice(0, 100)];
      });
    return found.reduce((lowest, one) => one[0] < lowest[0] ? one : lowest);
"""
#: WCAG's level AA for small text.
LEAST_CONTRAST = 4.5
SHOTS = [(400, "light"), (400, "dark"), (1280, "light"), (1280, "dark")]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Give the folder for pictures."""
    named = os.environ.get("IDENTIFY_PICTURES")
    path = Path(named).absolute() if named else tmp_path_factory.mktemp("pictures")
    path.mkdir(parents=True, exist_ok=True)
    return path


@pytest.mark.parametrize("name", scenes())
def test_picture(driver, folder, tmp_path, monkeypatch, name):
    """A page fits its window, is readable in both schemes, logs no error, and begins with its verdict."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "report.html"
    path.write_text(scenes()[name].page(tmp_path), encoding="utf-8")
    browsing.resize(driver, SHOTS[0][0], 900)
    browsing.emulate(driver, SHOTS[0][1])
    browsing.open_page(driver, path)
    for width, scheme in SHOTS:
        browsing.resize(driver, width, 900)
        browsing.emulate(driver, scheme)
        # What a browser does by itself, but not at once.
        driver.execute_async_script(REDRAW)
        layout = driver.execute_script(LAYOUT)
        contrast, element = driver.execute_script(CONTRAST)
        browsing.picture(driver, folder / f"{name}-{width}-{scheme}.png", width=width)

        assert (layout["overflow"], layout["wide"]) == (0, [])
        assert layout["verdict"] < 400
        assert layout["first"] < 900 or width < 1280, "the first section can be seen without scrolling"
        assert layout["nav"] == 0, "each link of the contents leads somewhere"
        assert contrast >= LEAST_CONTRAST, element
        assert driver.get_log("browser") == []


def test_long_tables(driver, tmp_path, monkeypatch):
    """Of a long table the first rows are shown; a filter leaves the rows with a text, and a button shows all."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "report.html"
    path.write_text(scenes()["thousand-endpoints"].page(tmp_path), encoding="utf-8")
    browsing.resize(driver, 1280, 900)
    browsing.open_page(driver, path)
    visible = "return [...document.querySelectorAll('#strangers tbody tr')].filter((row) => row.offsetParent).length"
    section = driver.find_element("id", "about-strangers")
    button, field = (
        section.find_element("css selector", ".tools button"),
        section.find_element("tag name", "input"),
    )
    counts = [driver.execute_script(visible)]
    button.click()
    counts.append(driver.execute_script(visible))
    field.send_keys("203.0.113.77")
    counts.append(driver.execute_script(visible))

    assert counts[0] == 15 < counts[1] == len(section.find_elements("css selector", "tbody tr"))
    assert counts[2] == 1


def test_printed(driver, tmp_path, monkeypatch):
    """On paper, texts are dark whatever the colours of the screen, and nothing is there to click."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "report.html"
    path.write_text(scenes()["office"].page(tmp_path), encoding="utf-8")
    browsing.resize(driver, 1280, 900)
    browsing.emulate(driver, "dark")
    browsing.open_page(driver, path)
    features = [{"name": "prefers-color-scheme", "value": "dark"}]
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print", "features": features})
    contrast, element = driver.execute_script(CONTRAST)
    shown = (
        "return [...document.querySelectorAll('nav, .tools, .copy')].filter((one) => one.offsetParent).length"
    )
    tick = "return getComputedStyle(document.querySelector('.xtick text')).fill"

    assert driver.execute_script(shown) == 0
    assert driver.execute_script(tick) == "rgb(0, 0, 0)"
    assert contrast >= LEAST_CONTRAST, element
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "", "features": []})
