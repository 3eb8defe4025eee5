"""A page photographed by a browser, and browsers that fail."""

from __future__ import annotations

import os
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, ImageChops
from tests.render.screens import BLUE, GREEN, RED, SIZE, drawn_of, filled, picture, screen_of

from tibicen.render.browser import find_browser, screenshot
from tibicen.render.page import write_page
from tibicen.render.painter import paint


@pytest.mark.skipif(find_browser() is None, reason="there is no Chromium here")
def test_the_page_looks_as_it_is_painted() -> None:
    rect = [20, 10, 25, 20]
    picture_of = {"source": "/x.png", "rect": rect, "border": [1, 1, 1, 1], "color": [200, 100, 255, 255]}
    screen = screen_of(
        filled(RED, [0, 0, 30, 30], clipping=True, opacity=0.7),
        filled(GREEN, [20, 5, 20, 20], parent=2, opacity=0.4),
        {"class_name": "UIWidget", "parent": 1, "rect": rect, "image": picture_of},
        filled(BLUE, [50, 30, 40, 40]),
    )
    drawn = drawn_of(screen, {"/x.png": picture(["rwb", "w k", "gwr"])})
    browser = find_browser()
    assert browser is not None
    shot = screenshot(browser, write_page(drawn, SIZE), SIZE)
    assert shot is not None
    with Image.open(BytesIO(shot)) as seen, Image.open(BytesIO(paint(drawn, SIZE))) as painted:
        assert seen.size == painted.size == SIZE
        difference = ImageChops.difference(seen.convert("RGB"), painted.convert("RGB"))
    # Colors that shine through are rounded differently.
    assert max(high for _, high in difference.getextrema()) <= 2  # type: ignore[misc]


@pytest.mark.skipif(os.name == "nt", reason="the browser of this test is a shell script")
@pytest.mark.parametrize("script", ["exit 1", "exit 0", "kill -9 $$"])
def test_a_browser_that_fails_gives_no_picture(tmp_path: Path, script: str) -> None:
    browser = tmp_path / "chromium"
    browser.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    browser.chmod(0o755)
    assert screenshot(str(browser), "<p>", SIZE) is None
    assert screenshot(str(tmp_path / "gone"), "<p>", SIZE) is None


def test_a_browser_is_looked_for_on_the_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_browser() is None
    browser = tmp_path / ("google-chrome.exe" if os.name == "nt" else "google-chrome")
    browser.write_text("", encoding="utf-8")
    browser.chmod(0o755)
    assert find_browser() == str(browser)
