"""The tree of widgets: ids, order, focus, locks and destruction, and who hears of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.realms.otclient.ui_clients import Hosted, with_client

from tibicen.realms.otclient.client import Dialect

BOTH = pytest.mark.parametrize("dialect", ["mehah", "edubart"])

SETUP = """
p = make('UIWidget', nil, { 0, 0, 100, 100 })
p:setId('p')
function ids()
    local r = {}
    for _, c in ipairs(p:getChildren()) do r[#r + 1] = c:getId() end
    return table.concat(r, ' ')
end
function focused() local f = p:getFocusedChild() return f and f:getId() or '-' end
for _, id in ipairs({ 'a', 'b', 'c' }) do local w = make('UIWidget', p, { 0, 0, 10, 10 }) w:setId(id) _G[id] = w end
"""


def test_children_are_fields_of_their_parent_in_mehah(tmp_path: Path) -> None:
    def body(it: Hosted) -> None:
        it.run(SETUP)
        assert it.run("return p.a == a and p.b == b")
        it.run("a:setId('other')")
        assert it.run("return p.a == nil and p.other == a and p:getChildById('other') == a")
        it.run("local w = UIWidget.create(); w:setId('late'); p:addChild(w)")
        assert it.run("return p.late ~= nil")
        it.run("p:removeChild(p.late)")
        assert it.run("return p.late == nil")

    with_client(tmp_path, "mehah", body)


def test_children_are_no_fields_in_edubart(tmp_path: Path) -> None:
    def body(it: Hosted) -> None:
        it.run(SETUP)
        assert it.run("return p.a == nil and p:getChildById('a') == a")

    with_client(tmp_path, "edubart", body)


@BOTH
def test_order(dialect: Dialect, tmp_path: Path) -> None:
    def body(it: Hosted) -> None:
        it.run(SETUP)
        for call, order in {
            "p:raiseChild(a)": "b c a",
            "p:lowerChild(a)": "a b c",
            "p:moveChildToIndex(c, 2)": "a c b",
            "a:raise()": "c b a",
            "p:moveChildToIndex(a, 7)": "c b a",
        }.items():
            it.run(call)
            assert it.run("return ids()") == order, call
        assert it.problems() == ["moving a to index 7 on p"]
        it.run("d = UIWidget.create(); d:setId('d'); p:insertChild(2, d)")
        it.run("e = UIWidget.create(); e:setId('e'); p:insertChild(-1, e)")
        assert it.run("return ids()") == "c d b e a"
        assert it.run("return { p:getChildIndex(e), p:getChildAfter(e):getId(), p:getChildBefore(e):getId() }") == [
            4,
            "a",
            "b",
        ]
        it.run("a:setParent(b)")
        assert it.run("return ids() .. '|' .. b:getChildByIndex(1):getId()") == "c d b e|a"

    with_client(tmp_path, dialect, body)


@BOTH
def test_focus_goes_round(dialect: Dialect, tmp_path: Path) -> None:
    def body(it: Hosted) -> None:
        it.run(SETUP)
        assert it.run("return focused()") == "c"
        for call, wanted in {
            "p:focusNextChild(KeyboardFocusReason or 1)": "c",
            "p:focusNextChild(1, true)": "a",
            "p:focusPreviousChild(1, true)": "c",
            "b:disable(); p:focusPreviousChild(1, true)": "a",
            "a:setFocusable(false)": "c",
            "c:hide()": "c",
            "b:enable(); c:show(); p:focusChild(b, 1); b:hide()": "c",
            "p:focusChild(nil, 1)": "-",
        }.items():
            it.run(call)
            assert it.run("return focused()") == wanted, call
        it.run("p:focusChild(root, 1)")
        assert it.problems() == ["attempt to focus an unknown child in a UIWidget"]

    with_client(tmp_path, dialect, body)


@BOTH
def test_a_lock_disables_the_others(dialect: Dialect, tmp_path: Path) -> None:
    def body(it: Hosted) -> None:
        it.run(SETUP)
        state = "return { a:isEnabled(), b:isEnabled(), c:isEnabled(), focused() }"
        it.run("p:lockChild(a)")
        assert it.run(state) == [True, False, False, "a"]
        it.run("b:lock()")
        assert it.run(state) == [False, True, False, "b"]
        it.run("p:unlockChild(b)")
        assert it.run(state) == [True, False, False, "a"]
        it.run("a:unlock()")
        assert it.run(state)[:3] == [True, True, True]

    with_client(tmp_path, dialect, body)


@BOTH
def test_destruction_comes_from_the_leaves(dialect: Dialect, tmp_path: Path) -> None:
    def body(it: Hosted) -> None:
        it.run(SETUP)
        it.run("heard = ''; function hear(w) heard = heard .. w:getId() end")
        it.run("for _, w in ipairs({ a, b, p }) do w.onDestroy = hear end")
        it.run("b.kept = 1; a:setParent(b); p:destroy()")
        assert it.run("return heard") == "abp"
        assert it.run("return { a:isDestroyed(), b.kept == nil, p:getChildCount(), a:getParent() == nil }") == [
            True,
            True,
            0,
            True,
        ]
        it.run("p:destroy()")
        warning = next(text for level, text in it.client.log if level == "warning")
        assert warning.startswith("attempt to destroy widget 'p'")
        assert warning.endswith("two times")

    with_client(tmp_path, dialect, body)


@BOTH
def test_who_may_not_be_added(dialect: Dialect, tmp_path: Path) -> None:
    def body(it: Hosted) -> None:
        it.run(SETUP)
        it.run("p:addChild(a); p:addChild(nil); p:removeChild(root)")
        warnings = [text.split("\n")[0] for level, text in it.client.log if level == "warning"]
        assert warnings == [
            "attempt to add a child again into a UIWidget",
            "attempt to add a null child into a UIWidget",
        ]
        assert it.problems() == ["attempt to remove an unknown child from a UIWidget"]
        assert it.run("return ids()") == "a b c"

    with_client(tmp_path, dialect, body)


def test_lookups(tmp_path: Path) -> None:
    def body(it: Hosted) -> None:
        it.run(SETUP)
        it.run("deep = make('UIWidget', b, { 5, 5, 10, 10 }); deep:setId('deep')")
        it.run("b:setRect({ x = 0, y = 0, width = 50, height = 50 })")
        assert it.run("return p:recursiveGetChildById('deep') == deep and p:getChildById('deep') == nil")
        assert it.run("return deep:backwardsGetWidgetById('c') == c and deep:getRootParent() == root")
        assert it.run("return p:recursiveGetChildByPos({ x = 12, y = 12 }, false) == deep")
        it.run("deep:setPhantom(true)")
        assert it.run("return p:recursiveGetChildByPos({ x = 12, y = 12 }, false) == b")
        assert it.run("return p:recursiveGetChildByPos({ x = 12, y = 12 }, true) == deep")
        assert it.run("return #p:recursiveGetChildren()") == 4
        it.run("c:setChecked(true)")
        assert it.run("return p:getChildByState(32) == c")

    with_client(tmp_path, "mehah", body)
