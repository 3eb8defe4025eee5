"""The control `tree`: the laid-out widgets as whoever draws them needs them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from tests.realms.otclient.ui_clients import Hosted, glyph_width, with_client

from tibicen.realms.otclient.client import Dialect
from tibicen.render.tree import Screen, Widget, read_screen

Run = Callable[[Callable[[Hosted], None]], None]

OTUI = """\
Panel < UIWidget
  background-color: #10203040
  image-source: /images/panel
  image-border: 3
  image-color: #ff0000

Shown < Panel
  id: shown
  pos: 20 30
  size: 100 50
  padding: 4
  clipping: true
  border-width-left: 2
  border-color: #00ff00
  text: ab
  text-align: topleft
  color: #0000ff

  UIWidget
    id: inner
    size: 10 10
    opacity: 0.5
    visible: false
    icon: /images/icon
    icon-align: bottomright
    icon-color: #808080
    icon-clip: 2 2 4 4

Shown
"""


@pytest.fixture(params=["mehah", "edubart"])
def dialect(request: pytest.FixtureRequest) -> Dialect:
    chosen: Dialect = request.param
    return chosen


@pytest.fixture
def with_widgets(tmp_path: Path, dialect: Dialect) -> Run:
    (tmp_path / "images").mkdir()
    for name, size in (("panel", (9, 9)), ("icon", (8, 8))):
        Image.new("RGBA", size).save(tmp_path / "images" / f"{name}.png")
    (tmp_path / "w.otui").write_text(OTUI, encoding="utf-8")
    return lambda body: with_client(tmp_path, dialect, body)


def tree(it: Hosted) -> Screen:
    it.frame(3)
    return read_screen(it.client.control("tree"))


def find(screen: Screen, name: str) -> Widget:
    return next(widget for widget in screen.root.walk() if widget.id == name)


def test_it_tells_how_widgets_look(with_widgets: Run) -> None:
    def body(it: Hosted) -> None:
        it.run("g_ui.displayUI('/w')")
        screen = tree(it)
        assert (screen.width, screen.height) == (600, 400)
        shown = find(screen, "shown")
        assert (shown.class_name, shown.style, tuple(shown.rect)) == ("UIWidget", "Shown", (20, 30, 100, 50))
        assert shown.style_source.startswith("/w.otui:")
        assert shown.background is not None and shown.background.color == (16, 32, 48, 64)
        assert shown.image is not None
        assert (shown.image.source, shown.image.border) == ("/images/panel.png", (3, 3, 3, 3))
        assert (shown.image.color, tuple(shown.image.rect)) == ((255, 0, 0, 255), (20, 30, 100, 50))
        assert shown.border is not None
        assert shown.border.widths == (0, 0, 0, 2) and shown.border.colors[3] == (0, 255, 0, 255)
        assert shown.clipping and shown.inner is not None and tuple(shown.inner) == (24, 34, 92, 42)
        inner = find(screen, "inner")
        assert inner in shown.children
        assert (inner.visible, inner.opacity) == (False, 0.5)
        assert inner.icon is not None and inner.icon.clip is not None
        assert (inner.icon.source, tuple(inner.icon.clip)) == ("/images/icon.png", (2, 2, 4, 4))
        assert tuple(inner.icon.rect) == (inner.rect.right - 4, inner.rect.bottom - 4, 4, 4)
        assert inner.icon.color == (128, 128, 128, 255)

    with_widgets(body)


def test_it_tells_where_glyphs_stand(with_widgets: Run, dialect: Dialect) -> None:
    def body(it: Hosted) -> None:
        it.run("g_ui.displayUI('/w')")
        screen = tree(it)
        (text,) = find(screen, "shown").texts
        (run,) = text.runs
        # The text's area is the whole widget; in edubart lines begin where the font's own offset has them.
        assert tuple(text.rect) == (20, 30, 100, 50)
        assert (run.text, run.x, run.y) == ("ab", 0, 0 if dialect == "mehah" else 1)
        assert run.color == (0, 0, 255, 255)
        font = screen.fonts[text.font]
        assert (font.kind, font.source, font.height, font.cell) == ("bitmap", "/plain.png", 9, (8, 10))
        assert [font.widths[code] for code in (65, 200)] == [glyph_width(65), glyph_width(200)]
        assert font.advances[65] == glyph_width(65) and font.spacing == 1

    with_widgets(body)


def runs_of(it: Hosted, setup: str) -> list[tuple[Any, ...]]:
    it.run(f"label = make('UIWidget', nil, {{ 0, 0, 100, 60 }}); label:setId('label'); {setup}")
    (text,) = find(tree(it), "label").texts
    return [(run.text, run.x, run.y) for run in text.runs]


def test_lines_are_aligned_and_wrapped_as_the_client_does_it(with_widgets: Run, dialect: Dialect) -> None:
    def body(it: Hosted) -> None:
        first = 0 if dialect == "mehah" else 1
        # "aaa" is 3 * 2 and two spaces wide, "a" is 2.
        lines = runs_of(it, "label:setTextAlign(AlignBottomRight or 10); label:setText('aaa\\na')")
        assert lines == [("aaa", 92, 39 + first), ("a", 98, 50 + first)]
        it.run("label:destroy()")
        wrapped = runs_of(
            it, "label:setWidth(12); label:setTextWrap(true); label:setTextAlign(5); label:setText('aaa a')"
        )
        assert [line[0].strip() for line in wrapped] == ["aaa", "a"]

    with_widgets(body)


def test_bytes_stay_glyphs(with_widgets: Run) -> None:
    def body(it: Hosted) -> None:
        ((text, _, _),) = runs_of(it, "label:setText('\\200a\\255')")
        assert text.encode("latin-1") == b"\xc8a\xff"

    with_widgets(body)


def test_colors_within_a_text_are_runs(with_widgets: Run, dialect: Dialect) -> None:
    if dialect == "edubart":
        return

    def body(it: Hosted) -> None:
        it.run("label = make('UIWidget', nil, { 0, 0, 100, 60 }); label:setId('label'); label:setTextAlign(5)")
        it.run("label:setColoredText('a{b, #ff0000}{a, #00ff00}')")
        (text,) = find(tree(it), "label").texts
        assert [(run.text, run.color) for run in text.runs] == [
            ("a", (255, 255, 255, 255)),
            ("b", (255, 0, 0, 255)),
            ("a", (0, 255, 0, 255)),
        ]
        assert [run.x for run in text.runs] == [0, glyph_width(97) + 1, glyph_width(97) + glyph_width(98) + 2]

    with_widgets(body)


def test_edited_texts_are_shown_where_they_are_scrolled_to(with_widgets: Run) -> None:
    def body(it: Hosted) -> None:
        it.run("edit = make('UITextEdit', nil, { 10, 10, 20, 12 }); edit:setId('edit'); edit:setText('aaaaaaaaaa')")
        it.frame(3)
        it.run("edit:setTextVirtualOffset({ x = 6, y = 0 })")
        edit = find(tree(it), "edit")
        (text,) = edit.texts
        assert tuple(text.rect) == (10, 10, 20, 12) and text.runs[0].x == -6
        assert edit.order.index("border") < edit.order.index("image")

    with_widgets(body)


def test_trees_may_be_deep(with_widgets: Run) -> None:
    def body(it: Hosted) -> None:
        it.run("local at = root; for _ = 1, 150 do at = make('UIWidget', at, { 0, 0, 9, 9 }) end; at:setId('deepest')")
        assert find(tree(it), "deepest").rect.width == 9

    with_widgets(body)
