"""What widgets tell scripts, when, and in which order."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.realms.otclient.ui_clients import Hosted, with_client

from tibicen.realms.otclient.client import Dialect

BOTH = pytest.mark.parametrize("dialect", ["mehah", "edubart"])

TRACE = """
heard = {}
for _, event in ipairs({ 'onCreate', 'onSetup', 'onStyleApply', 'onFocusChange', 'onIdChange', 'onVisibilityChange',
    'onEnabled', 'onCheckChange', 'onGeometryChange', 'onResize', 'onWidthChange' }) do
    UIWidget[event] = function(w, a, b)
        if w ~= root then heard[#heard + 1] = event end
        if event == 'onGeometryChange' then first, second = a, b end
    end
end
function take() local r = table.concat(heard, ' ') heard = {} return r end
"""


@BOTH
def test_creation(dialect: Dialect, tmp_path: Path) -> None:
    def body(it: Hosted) -> None:
        it.run(TRACE)
        (it.folder / "w.otui").write_text("UIWidget\n  id: w\n  visible: false\n")
        it.run("w = g_ui.loadUI('/w', root)")
        assert it.run("return take()") == "onCreate onIdChange onVisibilityChange onStyleApply onSetup"

    with_client(tmp_path, dialect, body)


@BOTH
def test_changes_of_a_frame_are_one(dialect: Dialect, tmp_path: Path) -> None:
    def body(it: Hosted) -> None:
        it.run("w = make('UIWidget', nil, { 1, 1, 10, 10 })")
        it.frame(2)
        it.run(TRACE)
        it.run("w:setWidth(20); w:setWidth(30); w:setHeight(5)")
        assert it.run("return take()") == ""
        it.frame()
        wanted = "onWidthChange onResize onGeometryChange" if dialect == "mehah" else "onGeometryChange"
        assert it.run("return take()") == wanted
        new, old = ("first", "second") if dialect == "mehah" else ("second", "first")
        assert it.run(f"return {{ {new}.width, {new}.height, {old}.width, {old}.height }}") == [30, 5, 10, 10]
        it.run("w:setWidth(31); w:setWidth(30)")
        it.frame()
        assert it.run("return take()") == ""

    with_client(tmp_path, dialect, body)


@BOTH
def test_a_change_is_told_once(dialect: Dialect, tmp_path: Path) -> None:
    def body(it: Hosted) -> None:
        it.run("w = make('UIWidget', nil, { 1, 1, 10, 10 })")
        it.frame()
        it.run(TRACE)
        for call, wanted in {
            "w:hide(); w:hide()": "onVisibilityChange",
            "w:show()": "onVisibilityChange",
            "w:setChecked(true); w:setChecked(true)": "onCheckChange",
            "w:setId('x'); w:setId('x')": "onIdChange",
            "w:disable(); w:enable()": "onEnabled onEnabled" if dialect == "mehah" else "",
            "root:focusChild(nil, 1)": "onFocusChange",
        }.items():
            it.run(call)
            assert it.run("return take()") == wanted, call

    with_client(tmp_path, dialect, body)


@BOTH
def test_children_stay_inside(dialect: Dialect, tmp_path: Path) -> None:
    def body(it: Hosted) -> None:
        it.run("p = make('UIWidget', nil, { 100, 100, 200, 100 }); w = make('UIWidget', p, { 250, 150, 40, 40 })")
        it.frame()
        it.run("p:setSize({ width = 150, height = 80 })")
        it.frame()
        assert it.rect("w") == [210, 140, 40, 40]
        it.run("w:setPosition({ x = 0, y = 0 }); w:bindRectToParent()")
        assert it.rect("w") == [100, 100, 40, 40]

    with_client(tmp_path, dialect, body)


def test_limits_hold_in_mehah(tmp_path: Path) -> None:
    def body(it: Hosted) -> None:
        it.run(
            "w = make('UIWidget', nil, { 0, 0, 50, 50 }); w:setMinWidth(20); w:setMaxSize({ width = 60, height = 40 })"
        )
        assert it.rect("w") == [0, 0, 50, 40]
        it.run("w:setWidth(5); w:setHeight('90px')")
        assert it.rect("w") == [0, 0, 20, 40]
        it.run("w:setWidth('50%')")
        assert it.rect("w") == [0, 0, 20, 40]

    with_client(tmp_path, "mehah", body)


def test_where_a_widget_was_made(tmp_path: Path) -> None:
    def body(it: Hosted) -> None:
        (it.folder / "maker.lua").write_text(
            "function build()\n  local w = g_ui.createWidget('UIWidget', root)\n  return w\nend\n"
        )
        it.run("dofile('/maker'); w = build(); v = build()")
        assert it.run("return { w:getSource(), v:getSource() }") == ["/maker.lua:2", "/maker.lua:2"]

    with_client(tmp_path, "mehah", body)
