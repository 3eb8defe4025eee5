"""Styles, pictures and fonts that change while a client runs: widgets follow, and nothing else moves."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from PIL import Image
from tests.realms.otclient.ui_clients import OTFONT, font_picture

from tibicen.realms.otclient.client import Client, Dialect
from tibicen.realms.otclient.files import Files
from tibicen.vm import stack

STYLES = """
Box < UIWidget
  size: 10 20
  color: red
  $on:
    color: green

BigBox < Box
  height: 40

Other < UIWidget
  size: 5 5

Holder < UIWidget
  size: 50 50

  Box
    id: inner
    margin-left: 3
"""

MAKER = """
box = g_ui.createWidget('Box', rootWidget)
big = g_ui.createWidget('BigBox', rootWidget)
other = g_ui.createWidget('Other', rootWidget)
holder = g_ui.createWidget('Holder', rootWidget)
"""


def png(width: int, height: int) -> bytes:
    content = BytesIO()
    Image.new("RGBA", (width, height)).save(content, "PNG")
    return content.getvalue()


class Styled:
    """A client with styles, and a module that makes widgets of them."""

    def __init__(self, folder: Path, dialect: Dialect) -> None:
        self.folder = folder
        self.write("styles/boxes.otui", STYLES)
        self.write("lib/lib.otmod", "Module\n  name: lib\n  scripts: [ lib ]\n")
        self.write("lib/lib.lua", "modules = package.loaded; rootWidget = g_ui.getRootWidget()")
        self.write("maker/maker.otmod", "Module\n  name: maker\n  sandboxed: true\n  scripts: [ maker ]\n")
        self.write("maker/maker.lua", MAKER)
        self.client = Client(Files(folder), dialect=dialect)

    def write(self, name: str, text: str | bytes) -> str:
        target = self.folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(dedent(text).encode() if isinstance(text, str) else text)
        return "/" + name

    def start(self) -> None:
        self.run("g_ui.importStyle('/styles/boxes.otui'); g_modules.discoverModules()")
        for name in ("lib", "maker"):
            self.run(f"assert(g_modules.getModule('{name}'):load())")
        self.run("for key, value in pairs(modules.maker) do _G['the_' .. key] = value end")

    def run(self, code: str) -> Any:
        return self.client.run(code.encode())

    def restyle(self, old: str, new: str) -> Any:
        text = (self.folder / "styles/boxes.otui").read_text()
        assert old in text
        path = self.write("styles/boxes.otui", text.replace(old, new))
        return self.control("restyle", path)

    def control(self, name: str, *arguments: Any) -> Any:
        """The answer of a control, in which an empty list is an empty map."""
        answer: Any = self.client.control(name, *arguments)
        return {key: value or [] if value == {} else value for key, value in answer.items()}

    def sizes(self) -> dict[str, list[int]]:
        sizes = {}
        for name in ("box", "big", "other", "holder"):
            sizes[name] = self.run(f"local w = the_{name}; return {{ w:getWidth(), w:getHeight() }}")
        return sizes


@pytest.fixture(params=["mehah", "edubart"])
def styled(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[Callable[[Styled], None]], None]:
    def run(body: Callable[[Styled], None]) -> None:
        def inside() -> None:
            it = Styled(tmp_path, request.param)
            with contextlib.closing(it.client):
                it.start()
                body(it)

        stack.run(inside)

    return run


In = Callable[[Callable[[Styled], None]], None]


def test_widgets_of_a_style_and_of_those_made_of_it_follow(styled: In) -> None:
    def body(it: Styled) -> None:
        before = it.sizes()
        report = it.restyle("size: 10 20", "size: 12 20")
        # The box, the big box, and the box in the holder.
        assert (report["ok"], report["widgets"], report["reload"]) == (True, 3, [])
        assert it.sizes() == {**before, "box": [12, 20], "big": [12, 40]}
        assert it.run("return the_holder:getChildById('inner'):getWidth()") == 12
        assert it.run("return g_ui.createWidget('BigBox', rootWidget):getHeight()") == 40

    styled(body)


def test_what_scripts_set_stays(styled: In) -> None:
    def body(it: Styled) -> None:
        it.run("the_box:setHeight(77); the_other:setText('mine')")
        report = it.restyle("color: red", "color: blue")
        assert report["widgets"] == 3
        assert it.run("return the_box:getHeight()") == 77
        assert it.run("local c = the_box:getColor(); return type(c) == 'table' and { c.r, c.b } or c") == [0, 255]
        # What was laid over the style counts more than it.
        it.run("the_box:mergeStyle({ width = 30 })")
        it.restyle("size: 10 20\n  color: blue", "size: 10 20\n  width: 11\n  color: blue")
        assert it.run("return { the_box:getWidth(), the_big:getWidth() }") == [30, 11]

    styled(body)


def test_a_file_that_says_the_same_changes_nothing(styled: In) -> None:
    def body(it: Styled) -> None:
        report = it.restyle("BigBox", "\n\nBigBox")
        assert (report["ok"], report["widgets"], report["styles"]) == (True, 0, [])

    styled(body)


def test_states_are_those_of_the_new_style(styled: In) -> None:
    def body(it: Styled) -> None:
        it.run("the_box:setOn(true)")
        it.restyle("color: green", "color: blue")
        assert it.run("return the_box:getColor().b") == 255
        it.run("the_box:setOn(false)")
        assert it.run("return the_box:getColor().r") == 255

    styled(body)


def test_parts_of_a_style_follow(styled: In) -> None:
    def body(it: Styled) -> None:
        report = it.restyle("margin-left: 3", "margin-left: 9")
        assert (report["widgets"], report["reload"]) == (2, [])
        assert it.run("return the_holder:getChildById('inner'):getMarginLeft()") == 9

    styled(body)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("  color: red\n", ""),
        ("id: inner", "id: other"),
        ("    margin-left: 3", "    margin-left: 3\n\n  Box"),
        ("Other < UIWidget\n", "Other < UIWidget\n  @onClick: print(1)\n"),
    ],
)
def test_what_widgets_can_not_be_given_asks_for_their_module(styled: In, old: str, new: str) -> None:
    def body(it: Styled) -> None:
        report = it.restyle(old, new)
        assert (report["ok"], report["reload"]) == (True, ["maker"])
        assert it.client.control("reload", "maker")["ok"] is True

    styled(body)


def test_a_broken_file_changes_nothing(styled: In) -> None:
    def body(it: Styled) -> None:
        before = it.sizes()
        report = it.restyle("size: 10 20", "\t\tsize 99")
        assert report["ok"] is False and "/styles/boxes.otui" in report["problem"]
        it.restyle("\t\tsize 99", "size: 10 20")
        report = it.restyle("Other <", "New < Nowhere\n\nOther <")
        assert (report["ok"], "base style 'Nowhere'" in report["problem"]) == (False, True)
        assert it.sizes() == before
        assert it.restyle("< Nowhere", "< Box")["ok"] is True
        assert it.run("return g_ui.createWidget('New', rootWidget):getWidth()") == 10

    styled(body)


def test_styles_of_a_module_still_go_with_it(styled: In) -> None:
    def body(it: Styled) -> None:
        path = it.write("maker/own.otui", "Own < UIWidget\n  size: 1 1\n")
        it.write("maker/maker.lua", "g_ui.importStyle('own.otui')\n" + MAKER)
        assert it.client.control("reload", "maker")["ok"] is True
        it.write("maker/own.otui", "Own < UIWidget\n  size: 2 2\nOwner < Own\n  width: 4\n")
        assert it.control("restyle", path)["ok"] is True
        assert it.run("return g_ui.createWidget('Owner', rootWidget):getHeight()") == 2
        it.client.control("unload", "maker")
        assert it.run("return { g_ui.getStyle('Own') == nil, g_ui.getStyle('Owner') == nil }") == [True, True]
        # What it was before is the new one by now.
        it.run("assert(g_modules.getModule('maker'):load())")
        it.write("maker/maker.lua", "error('no')")
        assert it.client.control("reload", "maker")["restored"] is True
        assert it.run("return g_ui.getStyle('Owner') ~= nil") is True

    styled(body)


def test_a_file_of_widgets_is_for_its_module(styled: In) -> None:
    def body(it: Styled) -> None:
        path = it.write("maker/window.otui", "UIWidget\n  id: window\n")
        it.write("maker/maker.lua", "g_ui.loadUI('window', rootWidget)")
        assert it.client.control("reload", "maker")["ok"] is True
        assert it.control("restyle", path)["reload"] == ["maker"]

    styled(body)


def test_a_new_file_among_styles_is_one_of_them(styled: In) -> None:
    def body(it: Styled) -> None:
        path = it.write("styles/more.otui", "More < Box\n  width: 8\n")
        assert it.client.control("readers", path)["use"] == "styles"
        assert it.control("restyle", path)["styles"] == ["More"]
        assert it.run("return g_ui.createWidget('More', rootWidget):getWidth()") == 8

    styled(body)


def test_pictures_are_looked_at_again(styled: In) -> None:
    def body(it: Styled) -> None:
        path = it.write("images/hat.png", png(7, 9))
        it.run("hat = g_ui.createWidget('UIWidget', rootWidget); hat:setImageSource('/images/hat')")
        assert it.run("return { hat:getWidth(), hat:getHeight() }") == [7, 9]
        it.write("images/hat.png", png(17, 19))
        report = it.control("refresh", path)
        assert (report["ok"], report["widgets"]) == (True, 1)
        assert it.run("return { hat:getWidth(), hat:getHeight(), hat:getImageTextureWidth() }") == [17, 19, 17]

    styled(body)


def test_texts_are_measured_again_when_their_font_changes(styled: In) -> None:
    def body(it: Styled) -> None:
        text = OTFONT.format(name="small")
        it.write("fonts/plain.png", font_picture())
        path = it.write("fonts/small.otfont", text)
        it.run("g_fonts.importFont('/fonts/small'); the_other:setFont('small'); the_other:setText('abc')")
        before = it.run("return the_other:getTextSize().height")
        it.write("fonts/small.otfont", text.replace("height: 9", "height: 31"))
        assert it.control("refresh", path)["widgets"] >= 1
        assert it.run("return the_other:getTextSize().height") > before
        it.write("fonts/small.otfont", "Font\n  nothing: 1\n")
        report = it.control("refresh", path)
        assert report["ok"] is False and "the old one stays" in report["problem"]
        assert it.run("return the_other:getTextSize().height") > before

    styled(body)
