"""Layouts: where children come to be, by anchors, in boxes and in grids."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.realms.otclient.ui_clients import Hosted, with_client

from tibicen.realms.otclient.client import Dialect

BOTH = pytest.mark.parametrize("dialect", ["mehah", "edubart"])

PARENT = "p = make('UIWidget', nil, {{ 10, 20, {}, {} }}); p:setPadding({})"


def load(it: Hosted, style: str, name: str = "p") -> None:
    """Makes a widget of a style in a global."""
    (it.folder / f"{name}.otui").write_text(style)
    it.run(f"{name} = g_ui.loadUI('/{name}', root)")
    assert not it.problems()


def child(it: Hosted, number: int, parent: str = "p") -> list[int]:
    return it.rect(f"{parent}:getChildByIndex({number})")


@BOTH
def test_anchors_to_the_parent_are_inside_its_padding(dialect: Dialect, tmp_path: Path) -> None:
    def body(it: Hosted) -> None:
        it.run(PARENT.format(101, 50, 3))
        it.run("w = make('UIWidget', p, { 0, 0, 20, 10 }); w:fill('parent')")
        assert it.rect("w") == [13, 23, 95, 44]
        it.run("w:setMargin(1); w:setMarginLeft(5)")
        assert it.rect("w") == [18, 24, 89, 42]
        it.run("p:setWidth(60); p:setX(0)")
        it.frame()
        assert it.rect("w") == [8, 24, 48, 42]

    with_client(tmp_path, dialect, body)


@BOTH
def test_centers_are_cut_towards_the_left(dialect: Dialect, tmp_path: Path) -> None:
    def body(it: Hosted) -> None:
        it.run(PARENT.format(101, 50, 0))
        it.run("w = make('UIWidget', p, { 0, 0, 20, 11 }); w:centerIn('parent')")
        # The middle of 101 is the 51st; that of 20 its tenth.
        assert it.rect("w") == [10 + 50 - 9, 20 + 24 - 5, 20, 11]
        it.run("w:setMarginLeft(7); w:setMarginRight(2)")
        assert it.rect("w")[0] == 10 + 50 - 9 + 5

    with_client(tmp_path, dialect, body)


@BOTH
def test_anchors_to_siblings(dialect: Dialect, tmp_path: Path) -> None:
    def body(it: Hosted) -> None:
        load(
            it,
            "UIWidget\n  size: 200 100\n"
            "  UIWidget\n    id: a\n    size: 30 10\n    anchors.top: parent.top\n    anchors.left: parent.left\n"
            # Two edges stretch a widget, the first of them only moves it.
            "  UIWidget\n    size: 9 9\n    anchors.left: prev.right\n"
            "    anchors.right: last.left\n    anchors.top: a.bottom\n"
            "  UIWidget\n    id: last\n    size: 20 10\n"
            "    anchors.right: parent.right\n    anchors.bottom: parent.bottom\n"
            "  UIWidget\n    size: 5 5\n    anchors.left: nobody.left\n    anchors.top: next.top\n",
        )
        assert child(it, 2) == [29, 9, 180 - 29 + 1, 9]
        assert child(it, 3) == [180, 90, 20, 10]
        assert child(it, 4) == [0, 0, 5, 5]
        # What the others hang on moves, and they follow at once.
        it.run("a = p:getChildById('a'); a:setMarginTop(4)")
        assert child(it, 2)[1] == 13
        it.run("p:getChildByIndex(2):breakAnchors(); a:setMarginTop(0)")
        assert child(it, 2)[1] == 13

    with_client(tmp_path, dialect, body)


@BOTH
def test_widget_anchored_to_itself_is_told(dialect: Dialect, tmp_path: Path) -> None:
    def body(it: Hosted) -> None:
        it.run(PARENT.format(100, 50, 0) + "; p:setId('box')")
        it.run("a, b = make('UIWidget', p), make('UIWidget', p); a:setId('a'); b:setId('b')")
        it.run("a:addAnchor(3, 'b', 4)")
        assert not it.problems()
        it.run("b:addAnchor(3, 'a', 4)")
        text = "child 'a' of parent widget 'box' is recursively anchored to itself, please fix this"
        assert text in it.problems()

    with_client(tmp_path, dialect, body)


def test_circle_that_does_not_come_back_ends(tmp_path: Path) -> None:
    def body(it: Hosted) -> None:
        it.run(PARENT.format(100, 50, 0))
        it.run("for _, id in ipairs({ 'a', 'b', 'c' }) do _G[id] = make('UIWidget', p); _G[id]:setId(id) end")
        it.run("a:addAnchor(3, 'b', 3); b:addAnchor(3, 'c', 3); c:addAnchor(3, 'b', 3)")
        assert it.problems()

    with_client(tmp_path, "mehah", body)


def test_layout_that_never_settles_does_not_stop_the_client(tmp_path: Path) -> None:
    def body(it: Hosted) -> None:
        it.run(PARENT.format(100, 50, 0) + "; a, b = make('UIWidget', p), make('UIWidget', p)")
        it.run("a:setId('a'); b:setId('b'); a:addAnchor(3, 'b', 4); a:setMarginLeft(3); b:addAnchor(3, 'a', 4)")
        it.frame()
        assert any(text.startswith("events at the end of the frame go on adding others") for text in it.problems())

    with_client(tmp_path, "mehah", body)


@BOTH
def test_updates_wait_while_they_are_disabled(dialect: Dialect, tmp_path: Path) -> None:
    def body(it: Hosted) -> None:
        it.run(PARENT.format(100, 50, 0))
        it.run("w = make('UIWidget', p, { 0, 0, 5, 5 }); layout = p:getLayout(); layout:disableUpdates()")
        it.run("w:fill('parent'); seen = layout:isUpdateDisabled()")
        assert it.rect("w") == [0, 0, 5, 5]
        it.run("layout:enableUpdates(); layout:enableUpdates(); layout:updateLater()")
        assert it.run("return { seen, layout:isUpdateDisabled() }") == [True, False]
        assert it.rect("w") == [0, 0, 5, 5]
        it.frame(2)
        assert it.rect("w") == [10, 20, 100, 50]

    with_client(tmp_path, dialect, body)


def test_anchor_that_is_there_already_updates_nothing_in_mehah(tmp_path: Path) -> None:
    def body(it: Hosted) -> None:
        it.run(PARENT.format(100, 50, 0))
        it.run(
            "w = make('UIWidget', p); w:fill('parent'); count = 0; p.onLayoutUpdate = function() count = count + 1 end"
        )
        it.run("w:fill('parent')")
        assert it.run("return count") == 0
        it.run("w:addAnchor(3, 'parent', 4)")
        assert it.run("return count") == 1

    with_client(tmp_path, "mehah", body)


VERTICAL = (
    "UIWidget\n  size: 100 200\n  padding: 5\n  layout:\n    type: verticalBox\n    spacing: 3\n{}"
    "  UIWidget\n    height: 10\n    margin-top: 2\n    margin-left: 4\n"
    "  UIWidget\n    height: 20\n    visible: false\n"
    "  UIWidget\n    fixed-size: true\n    size: 31 30\n    margin-bottom: 1\n"
)


@BOTH
def test_vertical_box(dialect: Dialect, tmp_path: Path) -> None:
    def body(it: Hosted) -> None:
        load(it, VERTICAL.format(""))
        it.frame(2)
        # A margin on one side makes narrower, and what is narrower stands in the middle.
        assert child(it, 1) == [5 + 2, 7, 86, 10]
        assert child(it, 3) == [5 + (90 - 31) // 2, 20, 31, 30]
        assert it.rect("p") == [0, 0, 100, 200]
        load(it, VERTICAL.format("    fit-children: true\n"), "q")
        it.frame(2)
        assert it.rect("q") == [0, 0, 100, 5 + 2 + 10 + 3 + 30 + 1 + 5]

    with_client(tmp_path, dialect, body)


@BOTH
def test_vertical_box_from_below(dialect: Dialect, tmp_path: Path) -> None:
    def body(it: Hosted) -> None:
        load(it, VERTICAL.format("    align-bottom: true\n"))
        it.frame(2)
        bottom = 194
        assert child(it, 3)[1] == bottom - 31
        # edubart's spacing goes the wrong way.
        assert child(it, 1)[1] == bottom - 31 - 10 + (-3 if dialect == "mehah" else 3)

    with_client(tmp_path, dialect, body)


@BOTH
def test_horizontal_box(dialect: Dialect, tmp_path: Path) -> None:
    style = (
        "UIWidget\n  size: 100 50\n  layout:\n    type: horizontalBox\n    spacing: 2\n{}"
        "  UIWidget\n    width: 10\n    margin: 1 4 3 2\n"
        "  UIWidget\n    size: 20 11\n    fixed-size: true\n    text-align: {}\n    margin-bottom: 2\n"
    )

    def body(it: Hosted) -> None:
        load(it, style.format("    fit-children: true\n", "bottom"))
        it.frame(2)
        assert child(it, 1) == [2, (50 - 46) // 2, 10, 46]
        assert child(it, 2) == [18, 49 - 11 - 2, 20, 11]
        assert it.rect("p")[2] == 2 + 10 + 4 + 2 + 20
        load(it, style.format("    align-right: true\n", "topLeft"), "q")
        it.frame(2)
        assert child(it, 2, "q") == [99 - 20, 0, 20, 11]
        it.run("q:setVirtualOffset({ x = 7, y = 5 })")
        assert child(it, 2, "q") == [99 - 20 - 7, -5, 20, 11]

    with_client(tmp_path, dialect, body)


GRID = (
    "UIWidget\n  size: 100 100\n  padding: 2\n  layout:\n    type: grid\n    cell-size: 20 10\n    cell-spacing: 4\n{}"
    + "  UIWidget\n" * 7
)


@BOTH
def test_grid(dialect: Dialect, tmp_path: Path) -> None:
    def body(it: Hosted) -> None:
        load(it, GRID.format("    num-columns: 3\n    num-lines: 2\n"))
        assert child(it, 3) == [2 + 48, 2, 20, 10]
        assert child(it, 6) == [2 + 48, 16, 20, 10]
        # Two lines of three are full.
        assert child(it, 7)[2:] == [0, 0]
        it.run("p:getLayout():setNumLines(0); p:getChildByIndex(2):hide()")
        assert child(it, 4) == [50, 2, 20, 10]
        it.run("p:getChildByIndex(3):setMargin(1)")
        assert child(it, 3) == [27, 3, 18, 8]

    with_client(tmp_path, dialect, body)


@BOTH
def test_grid_that_flows(dialect: Dialect, tmp_path: Path) -> None:
    def body(it: Hosted) -> None:
        load(it, GRID.format("    flow: true\n    fit-children: true\n"))
        it.frame(2)
        assert it.run("return { p:getLayout():getNumColumns(), p:getLayout():getNumLines() }") == [4, 2]
        assert child(it, 5) == [2, 16, 20, 10]
        assert it.rect("p") == [0, 0, 100, 2 + 24 + 2]
        load(it, GRID.format("    num-columns: 4\n    auto-spacing: true\n"), "q")
        # Of the 96 within, 80 are cells: 16 are left for three gaps.
        assert child(it, 4, "q") == [2 + 3 * 25, 2, 20, 10]

    with_client(tmp_path, dialect, body)


@BOTH
def test_layouts_know_their_kind(dialect: Dialect, tmp_path: Path) -> None:
    def body(it: Hosted) -> None:
        it.run("w = make('UIWidget'); l = UIVerticalLayout.create(w); w:setLayout(l)")
        it.run("l:setAlignBottom(true); l:setSpacing(200)")
        assert it.run(
            "return { l:isUIBoxLayout(), l:isUIVerticalLayout(), l:isUIGridLayout(), l:isAlignBottom(),"
            " l:getParentWidget() == w, w:getLayout() == l, l:isUpdating() }"
        ) == [True, True, False, True, True, True, False]
        it.run("a = make('UIWidget', w, { 0, 0, 5, 5 }); b = make('UIWidget', w, { 0, 0, 5, 5 })")
        it.frame(2)
        # mehah keeps spacings in eight bits: 200 are 56 the other way.
        distance = it.run("return b:getY() - a:getY()")
        assert distance == (-56 + 5 if dialect == "mehah" else 5 - 200)
        it.run("w:destroy()")
        assert it.run("return l:getParentWidget()") is None

    with_client(tmp_path, dialect, body)
