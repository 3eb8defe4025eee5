"""Widgets of HTML: how a page is read, which styles its elements get, and where they come to be."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.realms.otclient.ui_clients import Hosted, with_client

# What corelib would do with attributes: set them.
BINDING = """
bound = {}
function UIWidget:__applyOrBindHtmlAttribute(name, value)
    bound[#bound + 1] = self:getId() .. '.' .. name .. '=' .. value
end
function UIWidget:onCreateByHTML(tag, attributes) self.tag = tag self.attributes = attributes end
UIHTML = setmetatable({}, { __index = UIWidget })
UIHTML.create = UIWidget.create
"""


def page(it: Hosted, html: str, **files: str) -> Any:
    folder = it.folder / "modules" / "page"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "page.html").write_text(html)
    for name, text in files.items():
        (folder / name.replace("_", ".")).write_text(text)
    it.run(BINDING)
    return it.run("id = g_html.load('page', 'page.html', root); top = g_html.getRootWidget(id); return id")


def test_elements_become_widgets(tmp_path: Path) -> None:
    def body(it: Hosted) -> None:
        page(it, '<html><div id="top" title="x &amp; y"><p id="one">a<p id="two">b<br></div><!-- no --></html>')
        assert it.run("return { top:getId(), top.tag, top.attributes.title, top:isOnHtml() }") == [
            "top",
            "div",
            "x & y",
            True,
        ]
        assert it.run("return { top.one.tag, top.two.tag, top:getChildCount() }") == ["p", "p", 2]
        assert it.run("return top.one:getChildByIndex(1):getText()") == "a"
        assert it.run("return bound") == ["top.title=x & y"]
        it.run("g_html.destroy(id)")
        assert it.run("return top:isDestroyed() and g_html.getRootWidget(id) == nil")

    with_client(tmp_path, "mehah", body)


def test_style_sheets(tmp_path: Path) -> None:
    def body(it: Hosted) -> None:
        page(
            it,
            '<link href="page.css"><html><div id="top" class="big"><span id="a" style="opacity: 0.5">x</span>'
            '<span id="b">y</span></div></html><style>span:last-child { margin-top: 3 }</style>',
            page_css="/* all */ .big > #a, .none { --icon-color: #050505 !important; padding-left: 4px }\n"
            "div { color: #060606 } div:hover { opacity: 0.25 }",
        )
        assert it.run("return { top.a:getIconColor().r, top.a:getPaddingLeft(), top.a:getOpacity() }") == [5, 4, 0.5]
        assert it.run("return { top.b:getMarginTop(), top.a:getMarginTop() }") == [3, 0]
        # A color is inherited.
        assert it.run("return { top:getColor().r, top.b:getColor().r }") == [6, 6]
        assert it.run("return top:getOpacity()") == 1

    with_client(tmp_path, "mehah", body)


def test_selectors(tmp_path: Path) -> None:
    def body(it: Hosted) -> None:
        items = '<li id="a" kind="x-1">1</li><li id="b">2</li><li id="c"><b id="d">3</b></li>'
        page(it, f'<html><ul id="top">{items}</ul></html>')
        for selector, wanted in {
            "li": "a b c",
            "#b": "b",
            "[kind^=x]": "a",
            "li:nth-child(odd)": "a c",
            "li:not(#b)": "a c",
            "li + li": "b c",
            "#a ~ li": "b c",
            "ul > b": "",
            "ul b, #a": "d a",
            "li:has(b)": "c",
        }.items():
            found = f"local r = {{}} for i, w in ipairs(top:querySelectorAll('{selector}')) do r[i] = w:getId() end"
            assert it.run(f"{found} return table.concat(r, ' ')") == wanted, selector
        assert it.run("return top:querySelector('b'):getId()") == "d"
        it.run("top:append('<li id=\"e\">4</li>'); top:remove('#a')")
        assert it.run("return { top:getChildCount(), top:getLastChild():getId() }") == [3, "e"]

    with_client(tmp_path, "mehah", body)


def test_blocks_stand_below_each_other(tmp_path: Path) -> None:
    def body(it: Hosted) -> None:
        page(
            it,
            '<html><div id="top" style="width: 200; height: 100; display: block; padding: 5">'
            '<div id="a" style="display: block; height: 20; width: auto"></div>'
            '<div id="b" style="display: block; height: 10; width: 50%"></div></div></html>',
        )
        it.frame(3)
        top = it.rect("top")
        # Of the properties, in the order of their names, the height comes before the padding that adds to it.
        assert top[2:] == [210, 100]
        assert it.rect("top.a") == [top[0] + 5, top[1] + 5, 200, 20]
        assert it.rect("top.b") == [top[0] + 5, top[1] + 25, 100, 10]
        it.run("top.a:setDisplay(0)")
        it.frame(3)
        assert it.run("return top.a:isVisible()") is False
        assert it.rect("top.b")[1] == top[1] + 5

    with_client(tmp_path, "mehah", body)


def test_offsets_of_absolute_widgets(tmp_path: Path) -> None:
    def body(it: Hosted) -> None:
        page(
            it,
            '<html><div id="top" style="display: block; width: 200; height: 100; position: relative">'
            '<div id="a" style="display: block; position: absolute; left: 10; top: 5; width: 20; height: 20"></div>'
            '<div id="b" style="display: block; position: absolute; right: 10; bottom: 5; width: 20; height: 20"></div>'
            "</div></html>",
        )
        it.frame(3)
        left, top, width, height = it.rect("top")
        assert it.rect("top.a") == [left + 10, top + 5, 20, 20]
        assert it.rect("top.b") == [left + width - 30, top + height - 25, 20, 20]
        it.run("top.a:setLeft(40)")
        it.frame(3)
        assert it.rect("top.a")[0] == left + 40

    with_client(tmp_path, "mehah", body)


def test_a_qr_code_is_as_large_as_its_text_needs(tmp_path: Path) -> None:
    def body(it: Hosted) -> None:
        it.run("w = UIQrCode.create(); root:addChild(w)")
        for text, side in {"HELLO WORLD": 21, "a" * 14: 21, "a" * 15: 25, "1" * 34: 21, "1" * 35: 25}.items():
            it.run(f"w:setSize({{ width = 0, height = 0 }}); w:setCode('{text}', 1)")
            assert it.rect("w")[2:] == [side + 2, side + 2], text

    with_client(tmp_path, "mehah", body)
