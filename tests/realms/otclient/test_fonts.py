"""Fonts of a client: how large texts are in them, how they are wrapped, and which font is whose."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.realms.otclient.ui_clients import OTFONT, Hosted, box_font, glyph_width, with_client

from tibicen.realms.otclient.client import Dialect
from tibicen.realms.otclient.fonts import face_figures, opens

BOTH = pytest.mark.parametrize("dialect", ["mehah", "edubart"])

SIZE = "local w = make('UIWidget'); w:setText({}); local s = w:getTextSize(); return {{ s.width, s.height }}"


def width(text: str) -> int:
    """Pixels that a line has in the test font: glyphs, and a pixel between them."""
    return sum(4 if code == 32 else glyph_width(code) for code in text.encode("latin-1")) + max(0, len(text) - 1)


@BOTH
def test_text_sizes(dialect: Dialect, tmp_path: Path) -> None:
    def body(it: Hosted) -> None:
        def size(text: str) -> list[int]:
            result: list[int] = it.run(SIZE.format(repr(text)))
            return result

        # A line is 9 high, two pixels are between lines, and all is one pixel lower.
        assert size("Hello World") == [width("Hello World"), 10]
        assert size("ab\nlonger\nx") == [width("longer"), 10 + 2 * 11]
        assert size("\n") == [0, 21]
        assert size("tab\there") == [width("tab") + 1 + width("here"), 10]
        # mehah has no size of a text that is as it was; edubart works it out, and forgets the offset.
        assert it.run("local s = make('UIWidget'):getTextSize(); return { s.width, s.height }") == (
            [-1, -1] if dialect == "mehah" else [0, 9]
        )
        it.run("w = make('UIWidget'); w:setText('x'); w:clearText()")
        assert it.run("return w:getTextSize().height") == (10 if dialect == "mehah" else 9)

    with_client(tmp_path, dialect, body)


@BOTH
def test_special_glyphs(dialect: Dialect, tmp_path: Path) -> None:
    def body(it: Hosted) -> None:
        def of(text: str) -> int:
            result: int = it.run(f"local w = make('UIWidget'); w:setText('{text}'); return w:getTextSize().width")
            return result

        assert of("\\127") == 1
        # A space that does not break is as wide as a space in edubart alone.
        assert of("\\160") == (glyph_width(160) if dialect == "mehah" else 4)

    with_client(tmp_path, dialect, body)


WRAP = "local w = make('UIWidget', nil, {{ 0, 0, {}, 50 }}); w:setTextWrap(true); w:setText({}); return w:getDrawText()"


def test_mehah_breaks_where_it_runs_over(tmp_path: Path) -> None:
    def body(it: Hosted) -> None:
        def wrap(text: str, limit: int) -> str:
            result: str = it.run(WRAP.format(limit, text))
            return result

        # Each glyph counts with the space after it; the blank stays at the end of its line.
        one = width("one") + 1
        assert wrap("'one one'", one + 5) == "one \none"
        assert wrap("'one one'", 2 * one + 5) == "one one"
        assert wrap("'one one'", 2 * one + 4) == "one \none"
        # A hyphen is a place to break at, and a word without one is cut.
        assert wrap("'aa-aa'", width("aa-") + 1) == "aa-\naa"
        assert wrap("'aaaa'", 2 * (glyph_width(97) + 1)) == "aa\naa"
        # An invisible hyphen shows where the line ends there; one of no width leaves nothing behind.
        assert wrap("'aa\\173aa'", width("aaa") + 1) == "aa-\naa"
        assert wrap("'aa\\226\\128\\139aa'", width("aaa") + 1) == "aa\naa"
        # A blank that must not break does so only where nothing else can.
        assert wrap("'aa\\194\\160aa'", width("aaa") + 1).replace("\n", "|") != "aaaa"
        assert wrap("'a\\na'", 500) == "a\na"
        assert wrap("'aaaa'", 0) == "aaaa"

    with_client(tmp_path, "mehah", body)


def test_edubart_puts_words_into_lines(tmp_path: Path) -> None:
    def body(it: Hosted) -> None:
        def wrap(text: str, limit: int) -> str:
            result: str = it.run(WRAP.format(limit, text))
            return result

        assert wrap("'one one'", width("one one")) == "one one"
        assert wrap("'one one'", width("one one") - 1) == "one\none"
        assert wrap("'aaaa'", width("aa-")) == "aa-\naa"
        assert wrap("'one  one'", width("one")) == "one\n\none"

    with_client(tmp_path, "edubart", body)


@BOTH
def test_which_font_is_whose(dialect: Dialect, tmp_path: Path) -> None:
    def body(it: Hosted) -> None:
        assert it.run("return make('UIWidget'):getFont()") == "second"
        assert it.run("return { g_fonts.fontExists('plain'), g_fonts.fontExists('nothing') }") == [True, False]
        it.run("w = make('UIWidget'); w.onFontChange = function(_, name) heard = name end; w:setFont('nothing')")
        assert it.problems() == ["font 'nothing' not found"]
        # What was asked for is told, what is there is taken.
        assert it.run("return { heard, w:getFont() }") == ["nothing", "plain" if dialect == "mehah" else "second"]
        (it.folder / "wide.otfont").write_text(
            OTFONT.format(name="plain") + "  fixed-glyph-width: 7\n  default: true\n"
        )
        assert it.run("return g_fonts.importFont('/wide.otfont')") is True
        it.run("w:setFont('plain'); w:setText('abc')")
        assert it.run("return w:getTextSize().width") == 3 * 7 + 2
        it.run("g_fonts.clearFonts()")
        assert it.run("return g_fonts.fontExists('plain')") is False

    with_client(tmp_path, dialect, body)


@BOTH
def test_broken_font_files(dialect: Dialect, tmp_path: Path) -> None:
    (tmp_path / "bad.otfont").write_text("Font\n  name: bad\n")
    (tmp_path / "blind.otfont").write_text(OTFONT.format(name="blind").replace("plain", "gone"))

    def body(it: Hosted) -> None:
        assert it.run("return { g_fonts.importFont('/bad'), g_fonts.importFont('/nothing') }") == [False, False]
        problems = it.problems()
        assert problems[0].startswith("Unable to load font from file '/bad.otfont': OTML error in '/bad.otfont:1'")
        assert problems[1].startswith("Unable to load font from file '/nothing.otfont': unable to open file")
        assert it.run("return g_fonts.importFont('/blind')") is True
        assert it.problems()[2].startswith("Unable to load texture '/gone'")
        assert it.run("local w = make('UIWidget'); w:setFont('blind'); w:setText('abc'); return w:getFont()") == "blind"

    with_client(tmp_path, dialect, body)


def test_figures_of_a_face() -> None:
    ascender, height, figures = face_figures(box_font(), 10, 0)
    assert (ascender, height) == (8, 10)
    # Of a letter: advance, width, height, left, top. A space has an advance alone, and so has what is missing.
    assert figures[(65 - 32) * 5 :][:5] == [6, 5, 7, 0, 7]
    assert figures[:5] == figures[(200 - 32) * 5 :][:5] == [6, 0, 0, 0, 0]
    _, _, stroked = face_figures(box_font(), 10, 1)
    assert stroked[(65 - 32) * 5 :][:5] == [7, 7, 9, -1, 8]


def test_what_is_no_face() -> None:
    assert opens(box_font())
    assert not opens(b"nothing")
    assert face_figures(b"nothing", 10, 0) == "Failed to load TTF font"


def test_true_type(tmp_path: Path) -> None:
    (tmp_path / "data" / "fonts" / "ttf").mkdir(parents=True)
    (tmp_path / "data" / "fonts" / "ttf" / "box.ttf").write_bytes(box_font())
    # Letters of this one reach above its lines.
    (tmp_path / "high.ttf").write_bytes(box_font(ascent=500))
    (tmp_path / "bad.ttf").write_bytes(b"nothing")

    def body(it: Hosted) -> None:
        it.run("w = make('UIWidget'); w:setTTFFont('box', 10, 0, '#000000'); w:setText('ab c')")
        assert it.run("local s = w:getTextSize(); return { w:getFont(), s.width, s.height }") == ["box_10", 24, 10]
        it.run("w:setText('a\\nb')")
        assert it.run("return w:getTextSize().height") == 20
        it.run("w:setStroke(2, '#ff000080')")
        assert it.run("return { w:getFont(), w:getTextSize().width }") == ["box_10_s2_ff000080", 8]
        assert it.run("return g_fonts.importFontWithSize('/high.ttf', 20)") is True
        it.run("w:setFont('high_20'); w:setText('a')")
        # 14 high, 4 of it above the 10 of the ascender, which move all down.
        assert it.run("local s = w:getTextSize(); return { s.width, s.height }") == [12, 18]
        assert not it.problems()
        it.run("w:setTTFFont('nothing', 10)")
        assert it.problems() == [
            "TTF font file not found: nothing (searched in /data/fonts/ and other locations)",
            "Failed to load TTF font: nothing",
            "Failed to load TTF font: nothing",
        ]
        assert it.run("return g_fonts.importFont('/bad.ttf')") is False
        assert it.run("return w:getFont()") == "high_20"

    with_client(tmp_path, "mehah", body)


def test_style_asks_for_true_type(tmp_path: Path) -> None:
    (tmp_path / "box.ttf").write_bytes(box_font())
    (tmp_path / "t.otui").write_text(
        "UIWidget\n  font: plain\n  ttf-font: /box.ttf\n  ttf-font-size: 20\n  stroke: 1 #00ff00\n  text: ab\n"
    )

    def body(it: Hosted) -> None:
        it.run("w = g_ui.loadUI('/t', root)")
        assert it.run("return { w:getFont(), w:getTextSize().width }") == ["box_20_s1_00ff00ff", 2 * 13]

    with_client(tmp_path, "mehah", body)


def test_config_chooses_the_font_of_widgets(tmp_path: Path) -> None:
    (tmp_path / "box.ttf").write_bytes(box_font())
    (tmp_path / "config.ini").write_text("; fonts\n[font]\nwidget = /box.ttf|12|0|black ; ours\nstatic-text=plain\n")

    def body(it: Hosted) -> None:
        it.run("g_gameConfig.loadFonts()")
        assert it.run("return make('UIWidget'):getFont()") == "box_12"
        # Nothing has these names here.
        assert it.problems() == ["font 'verdana-11px-rounded' not found"] * 2

    with_client(tmp_path, "mehah", body)
