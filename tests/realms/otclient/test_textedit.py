"""Texts of widgets that follow them, and texts that are edited: cursor, selection, keys, the mouse, scrolling."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.realms.otclient.ui_clients import Hosted, glyph_width, with_client

from tibicen.realms.otclient.client import Dialect
from tibicen.realms.otclient.input import Input

BOTH = pytest.mark.parametrize("dialect", ["mehah", "edubart"])

EDIT = "e = make('UITextEdit', nil, {{ 0, 0, {}, {} }}); e:focus(); "
"""A text edit at the corner, which hears the keyboard."""


def state(it: Hosted) -> list[Any]:
    """Text, cursor, and what is selected."""
    result: list[Any] = it.run("return { e:getText(), e:getCursorPos(), e:getSelection() }")
    return result


@BOTH
def test_widgets_follow_their_text(dialect: Dialect, tmp_path: Path) -> None:
    def body(it: Hosted) -> None:
        it.run("w = make('UIWidget'); w:setText('ab')")
        line = glyph_width(97) + 1 + glyph_width(98)
        # One without a size takes the text's.
        assert it.rect("w")[2:] == [line, 10]
        it.run("w:setText('ababab')")
        assert it.rect("w")[2:] == [line, 10]
        it.run("w:setTextAutoResize(true); w:setPadding(3); w:setTextOffset({ x = 5, y = 1 })")
        assert it.rect("w")[2:] == [3 * line + 2 + 6 + 5, 10 + 6 + 1]
        it.run("w:setTextHorizontalAutoResize(false); w:setText('a\\na')")
        assert it.rect("w")[2:] == [3 * line + 2 + 6 + 5, 21 + 6 + 1]
        it.run("w:resizeToText()")
        assert it.rect("w")[2] == glyph_width(97) + 6 + 5

    with_client(tmp_path, dialect, body)


@BOTH
def test_texts_are_told_when_they_change(dialect: Dialect, tmp_path: Path) -> None:
    def body(it: Hosted) -> None:
        it.run("heard = {}; w = make('UIWidget'); w.onTextChange = function(_, new, old) heard = { new, old } end")
        it.run("w:setText('ab'); w:setText('cd')")
        assert it.run("return heard") == ["cd", "ab"]
        it.run("heard = {}; w:setText('cd'); w:setText('quiet', true)")
        assert it.run("return #heard") == 0
        (it.folder / "u.otui").write_text("UIWidget\n  text: Abc\n  text-only-upper-case: true\n")
        assert it.run("u = g_ui.loadUI('/u', root); u:setText('def'); return u:getText()") == "DEF"

    with_client(tmp_path, dialect, body)


def test_mehah_shortens_and_scales(tmp_path: Path) -> None:
    def body(it: Hosted) -> None:
        it.run("w = make('UIWidget'); w:setTextOverflowLength(5); w:setText('abcdefgh')")
        assert it.run("return { w:getText(), w:getDrawText() }") == ["abcdefgh", "ab..."]
        it.run("w:setTextOverflowCharacter('!')")
        assert it.run("return w:getDrawText()") == "abcd!"
        it.run("w = make('UIWidget'); w:setText('a'); w:setFontScale(2.5); w:resizeToText()")
        assert it.rect("w")[2:] == [int(glyph_width(97) * 2.5), 25]
        # As a C string would end.
        assert it.run("w:setText('ab\\0cd'); return w:getText()") == "ab"

    with_client(tmp_path, "mehah", body)


def test_mehah_colors_and_words_that_listen(tmp_path: Path) -> None:
    def body(it: Hosted) -> None:
        it.run("w = make('UIWidget', nil, { 0, 0, 200, 20 }); w:setTextAlign(33)")
        it.run("w:setColoredText('one {two, #ff0000} {three,red}.')")
        assert it.run("return w:getText()") == "one two three."
        it.run("w:setEventListener(1); w.onTextClick = function(_, word) clicked = word end")
        it.run("w:setText('see [text-event]there[/text-event] now')")
        assert it.run("return { w:getText(), w:hasEventListener(1), w:hasEventListener(2) }") == [
            "see there now",
            True,
            False,
        ]
        left = sum(glyph_width(ord(c)) + 1 for c in "see") + 4 + 1
        at = "return w:getTextByPos({{ x = {}, y = 10 }})"
        assert it.run(at.format(left)) == "there"
        assert it.run(at.format(left - 1)) == ""
        user = Input(it.client)
        user.move(left, 10)
        user.click()
        assert it.run("return clicked") == "there"
        it.run("w:removeEventListener(1)")
        assert it.run("return w:hasEventListener(1)") is False

    with_client(tmp_path, "mehah", body)


@BOTH
def test_editing(dialect: Dialect, tmp_path: Path) -> None:
    def body(it: Hosted) -> None:
        it.run(EDIT.format(200, 30) + "e:appendText('one\\ttwo\\r\\nthree')")
        assert state(it) == ["one    two three", 16, ""]
        it.run("e:setCursorPos(3); e:removeCharacter(true); e:removeCharacter(false)")
        assert state(it) == ["on   two three", 2, ""]
        it.run("e:setSelection(8, 5)")
        assert state(it)[2] == "two"
        assert it.run("return { e:getSelectionStart(), e:getSelectionEnd(), e:hasSelection() }") == [5, 8, True]
        it.run("cut = e:cut(); e:paste('2')")
        assert state(it) == ["on   2 three", 6, ""]
        assert it.run("return { cut, g_window.getClipboardText() }") == ["two", "two"]
        it.run("e:setMaxLength(13); e:appendText('ab'); e:appendText('c')")
        assert state(it)[0] == "on   2c three"
        it.run("e:setMaxLength(0); e:setValidCharacters('xyz'); e:appendText('xa'); e:appendText('xz')")
        assert state(it)[0] == "on   2cxz three"
        it.run("e:setText('short')")
        assert state(it) == ["short", 5, ""]
        it.run("e:selectAll(); e:clearSelection(); e:setCursorPos(-1); e:setSelection(2, -1)")
        # Put in order first: from -1, which is 0, to 2.
        assert state(it)[2] == "sh"

    with_client(tmp_path, dialect, body)


@BOTH
def test_keys(dialect: Dialect, tmp_path: Path) -> None:
    def body(it: Hosted) -> None:
        user = Input(it.client)
        it.run(EDIT.format(200, 30) + "e.onKeyText = function() heard = true end")
        user.type("one two")
        assert state(it) == ["one two", 7, ""]
        assert it.run("return heard") is None
        user.key("Left")
        user.key("BackSpace")
        assert state(it)[:2] == ["one to", 5]
        user.key_down("Shift_L")
        user.key("Home")
        user.key_up("Shift_L")
        assert state(it)[2] == "one t"
        user.key("Delete")
        assert state(it) == ["o", 0, ""]
        user.key("Left")
        assert state(it)[1] == 1
        it.run("e:setEditable(false)")
        user.type("x")
        assert state(it)[0] == "o"
        # What a script takes is not the text's.
        it.run("e:setEditable(true); e.onKeyPress = function() return true end")
        user.key("BackSpace")
        assert state(it)[0] == "o"

    with_client(tmp_path, dialect, body)


def test_mehah_takes_a_word_out(tmp_path: Path) -> None:
    def body(it: Hosted) -> None:
        user = Input(it.client)
        it.run(EDIT.format(200, 30) + "e:setText('one two  three'); e:setCursorPos(9)")
        user.key_down("Control_L")
        user.key("BackSpace")
        user.key_up("Control_L")
        assert state(it)[0] == "one three"

    with_client(tmp_path, "mehah", body)


@BOTH
def test_mouse(dialect: Dialect, tmp_path: Path) -> None:
    def body(it: Hosted) -> None:
        user = Input(it.client)
        it.run(EDIT.format(300, 30) + "e:setText('one two-three')")
        left = [sum(glyph_width(ord(c)) if c != " " else 4 for c in "one two-three"[:n]) + n for n in range(14)]
        user.move(left[2] + 1, 5)
        user.press()
        user.move(left[6] + 1, 5)
        user.release()
        # mehah counts the glyph under the mouse as the first that is behind it.
        assert state(it)[2] == "e tw"
        user.sleep(400)
        user.move(left[9] + 1, 5)
        user.click()
        user.click()
        assert state(it)[2] == ("three" if dialect == "mehah" else "one two-three")
        assert it.run("return e:getTextPos({ x = 290, y = 5 })") == 13

    with_client(tmp_path, dialect, body)


def test_mehah_keeps_offsets_of_wrapped_texts(tmp_path: Path) -> None:
    def body(it: Hosted) -> None:
        user = Input(it.client)
        width = sum(glyph_width(ord(c)) + 1 for c in "aaa") + 4 + 1
        it.run(EDIT.format(width, 60) + "e:setTextWrap(true); e:setMultiline(true); e:setText('aaa aaa aaa')")
        assert it.run("return e:getDisplayedText()") == "aaa \naaa \naaa"
        # The second line begins 11 pixels below the first.
        assert it.run("return e:getTextPos({ x = 0, y = 13 })") == 4
        it.run("e:setCursorPos(5, true)")
        # To the edge of a glyph that is nearest to where the cursor was: one further, and there it stays.
        user.key("Down")
        assert state(it)[1] == 10
        user.key("Up")
        user.key("Up")
        assert state(it)[1] == 2
        # The blank that the line was broken behind is the next one's.
        user.key("End")
        assert state(it)[1] == 3
        user.key("Down")
        user.key("Home")
        assert state(it)[1] == 4
        user.key_down("Shift_L")
        user.key("Down")
        user.key_up("Shift_L")
        assert state(it)[2] == "aaa "

    with_client(tmp_path, "mehah", body)


@BOTH
def test_scrolling_follows_the_cursor(dialect: Dialect, tmp_path: Path) -> None:
    def body(it: Hosted) -> None:
        it.run(EDIT.format(20, 12))
        it.run("e.onTextAreaUpdate = function(_, offset, seen, total) told = { offset.x, seen.width, total.width } end")
        it.run("e:setText('aaaaaaaaaa'); e:setCursorPos(-1, true)")
        step = glyph_width(97) + 1
        offset = it.run("return e:getTextVirtualOffset().x")
        # mehah shows the place behind the last glyph, edubart begins with a whole one.
        assert offset == (10 * step - 1 - 19 if dialect == "mehah" else 3 * step)
        assert it.run("return told") == [offset, 20, 10 * step - 1]
        it.run("e:setCursorPos(0, true)")
        assert it.run("return e:getTextVirtualOffset().x") == 0
        it.run("e:setText('a')")
        # The engine takes the height for the width of what is too narrow.
        assert it.run("return e:getTextTotalSize()") == {"width": 12, "height": 12}

    with_client(tmp_path, dialect, body)


@BOTH
def test_hidden_texts(dialect: Dialect, tmp_path: Path) -> None:
    def body(it: Hosted) -> None:
        it.run(EDIT.format(200, 30) + "e:setText('secret'); e:setTextHidden(true)")
        assert it.run("return { e:getText(), e:getDisplayedText(), e:getDrawText() }") == ["secret", "******", "******"]

    with_client(tmp_path, dialect, body)


@BOTH
def test_styles(dialect: Dialect, tmp_path: Path) -> None:
    (tmp_path / "s.otui").write_text(
        "UITextEdit\n  size: 100 20\n  text: hello\n  max-length: 9\n  multiline: true\n  editable: false\n"
        "  selection: 1 3\n  selection-color: #010203\n  cursor-visible: false\n  shift-navigation: true\n"
    )

    def body(it: Hosted) -> None:
        it.run("e = g_ui.loadUI('/s', root)")
        assert state(it) == ["hello", 5, "el"]
        assert it.run(
            "return { e:getMaxLength(), e:isMultiline(), e:isEditable(), e:isCursorVisible(), e:isShiftNavigation(),"
            " e:getSelectionColor().b }"
        ) == [9, True, False, False, True, 3]
        assert it.run("return make('UITextEdit'):getTextAlign()") == 5

    with_client(tmp_path, dialect, body)
