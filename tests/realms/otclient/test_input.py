"""Mouse and keyboard of a client: who hears of what, in which order, and what stops it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tibicen.errors import TibicenError
from tibicen.realms.otclient.client import Client, Dialect
from tibicen.realms.otclient.files import Files
from tibicen.realms.otclient.input import KEYS, Input, run_commands
from tibicen.vm import stack

PREPARE = b"""
root = g_ui.getRootWidget()
trace, answers = {}, {}
local function text(value)
    if type(value) == "table" then return value.x .. "," .. value.y end
    if type(value) == "userdata" then return value:getId() end
    return tostring(value)
end
function make(id, parent, x, y, width, height)
    local w = g_ui.createWidget("UIWidget", parent or root)
    w:setId(id)
    w:setRect({ x = x, y = y, width = width, height = height })
    for _, event in ipairs({ "onMousePress", "onMouseRelease", "onClick", "onDoubleClick", "onMouseWheel",
        "onDragEnter", "onDragLeave", "onDragMove", "onDrop", "onHoverChange", "onKeyDown", "onKeyPress", "onKeyUp",
        "onKeyText" }) do
        w[event] = function(self, ...)
            local line = { id, event }
            for index = 1, select("#", ...) do
                line[#line + 1] = text((select(index, ...)))
            end
            trace[#trace + 1] = table.concat(line, " ")
            return answers[id .. "." .. event]
        end
    end
    return w
end
function take()
    local taken = trace
    trace = {}
    return taken
end
"""


class Hands:
    """A client with some widgets, and a user in front of it."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.user = Input(client)

    def run(self, code: str) -> Any:
        return self.client.run(code.encode())

    def trace(self, *without: str) -> list[str]:
        """What widgets heard of since the last time, without some events."""
        lines: list[str] = self.run("return take()") or []
        return [line for line in lines if line.split()[1] not in without]


Body = Callable[[Hands], None]


@pytest.fixture(params=["mehah", "edubart"])
def hands(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[Body], None]:
    """Runs a test with a client of each dialect."""
    dialect: Dialect = request.param

    def run(body: Body) -> None:
        def inside() -> None:
            client = Client(Files(tmp_path), dialect=dialect)
            with contextlib.closing(client):
                client.run(PREPARE)
                client.control("run")
                client.frame()
                body(Hands(client))
                assert not [text for level, text in client.log if level in ("error", "fatal")]

        stack.run(inside)

    return run


def test_press_bubbles_until_taken(hands: Callable[[Body], None]) -> None:
    def body(it: Hands) -> None:
        it.run("out = make('out', nil, 100, 100, 200, 200); inn = make('inn', out, 110, 110, 50, 50)")
        it.user.move(120, 120)
        assert it.trace() == ["inn onHoverChange true"]
        it.user.click()
        assert it.trace() == [
            "inn onMousePress 120,120 1",
            "out onMousePress 120,120 1",
            "inn onMouseRelease 120,120 1",
            "out onMouseRelease 120,120 1",
            "inn onClick 120,120",
        ]
        it.user.sleep(300)
        it.run("answers['inn.onMousePress'] = true; answers['inn.onMouseRelease'] = true")
        it.user.click()
        assert it.trace() == ["inn onMousePress 120,120 1", "inn onMouseRelease 120,120 1", "inn onClick 120,120"]
        it.user.click(3)
        assert it.trace() == ["inn onMousePress 120,120 2", "inn onMouseRelease 120,120 2"]

    hands(body)


def test_double_click_needs_both_soon(hands: Callable[[Body], None]) -> None:
    def body(it: Hands) -> None:
        it.run("make('w', nil, 0, 0, 50, 50)")
        it.user.move(5, 5)
        it.user.click()
        it.user.sleep(300)
        it.user.click()
        assert not [line for line in it.trace() if "onDoubleClick" in line]
        it.user.click()
        assert "w onDoubleClick 5,5" in it.trace()
        # The second press ended the pair: a third is a first again.
        it.user.click()
        assert not [line for line in it.trace() if "onDoubleClick" in line]

    hands(body)


def test_click_only_where_it_was_pressed(hands: Callable[[Body], None]) -> None:
    def body(it: Hands) -> None:
        it.run("a = make('a', nil, 0, 0, 50, 50); b = make('b', nil, 100, 0, 50, 50)")
        it.user.move(5, 5)
        it.user.press()
        assert it.run("return { a:isPressed(), g_mouse.isPressed(1), g_ui.getPressedWidget() == a }") == [
            True,
            True,
            True,
        ]
        it.user.move(105, 5)
        it.trace()
        it.user.release()
        assert it.trace() == ["a onMouseRelease 105,5 1", "b onMouseRelease 105,5 1"]
        assert it.run("return { a:isPressed(), g_mouse.isPressed(1) }") == [False, False]

    hands(body)


def test_disabled_hidden_and_phantom(hands: Callable[[Body], None]) -> None:
    def body(it: Hands) -> None:
        it.run("out = make('out', nil, 0, 0, 100, 100); inn = make('inn', out, 10, 10, 50, 50); inn:disable()")
        it.user.move(20, 20)
        it.user.click()
        assert it.trace() == ["out onMousePress 20,20 1", "out onMouseRelease 20,20 1"]
        it.run("inn:enable(); inn:hide()")
        it.user.sleep(300)
        it.trace()
        it.user.click()
        assert it.trace()[-1] == "out onClick 20,20"
        it.run("inn:show(); inn:setPhantom(true)")
        it.user.sleep(300)
        it.trace()
        it.user.click()
        # A phantom hears of the press, but who is clicked is what is seen through it.
        assert it.trace()[:2] == ["inn onMousePress 20,20 1", "out onMousePress 20,20 1"]
        assert it.run("return g_ui.getPressedWidget() == nil")

    hands(body)


def test_wheel_and_grabbed_mouse(hands: Callable[[Body], None]) -> None:
    def body(it: Hands) -> None:
        it.run("a = make('a', nil, 0, 0, 50, 50); b = make('b', nil, 100, 0, 50, 50)")
        it.user.move(5, 5)
        it.trace()
        it.user.wheel("up")
        it.user.wheel("down")
        assert it.trace() == ["a onMouseWheel 5,5 1", "a onMouseWheel 5,5 2"]
        it.run("b:grabMouse()")
        assert it.run("return g_ui.isMouseGrabbed()") is True
        it.user.click()
        assert it.trace() == ["b onMousePress 5,5 1", "b onMouseRelease 5,5 1"]
        it.run("b:destroy()")
        assert it.run("return g_ui.isMouseGrabbed()") is False

    hands(body)


def test_drag_begins_after_some_pixels(hands: Callable[[Body], None]) -> None:
    def body(it: Hands) -> None:
        it.run("a = make('a', nil, 0, 0, 50, 50); b = make('b', nil, 100, 0, 50, 50); a:setDraggable(true)")
        it.run("answers['a.onDragEnter'] = true; answers['a.onDragLeave'] = true; answers['b.onDrop'] = true")
        it.user.move(10, 10)
        it.user.press()
        it.user.move(12, 12)
        assert not [line for line in it.trace() if "onDrag" in line]
        it.user.move(14, 10)
        # It is dragged from where the mouse was before it moved far enough.
        assert it.trace() == ["a onDragEnter 12,12", "a onDragMove 14,10 2,-2"]
        assert it.run("return { a:isDragging(), g_ui.getDraggingWidget() == a }") == [True, True]
        it.user.move(110, 10)
        it.trace()
        it.user.release()
        assert it.trace() == ["b onDrop a 110,10", "a onDragLeave b 110,10"]
        assert it.run("return { a:isDragging(), g_ui.getDraggingWidget() == nil }") == [False, True]

    hands(body)


def test_keys_go_to_the_focused(hands: Callable[[Body], None]) -> None:
    def body(it: Hands) -> None:
        it.run("p = make('p', nil, 9, 9, 50, 50); c = make('c', p, 9, 9, 9, 9); c:focus(); p:focus()")
        it.user.key("a")
        assert it.trace() == [
            "c onKeyDown 65 0",
            "p onKeyDown 65 0",
            "c onKeyPress 65 0 0",
            "p onKeyPress 65 0 0",
            "c onKeyText a",
            "p onKeyText a",
            "c onKeyUp 65 0",
            "p onKeyUp 65 0",
        ]
        it.run("answers['c.onKeyDown'] = true; c:disable()")
        it.user.key("Ctrl+G")
        assert it.trace() == ["p onKeyDown 71 1", "p onKeyPress 71 1 0", "p onKeyUp 71 1"]
        it.run("c:enable()")
        it.user.key("exclam")
        assert it.trace("onKeyPress") == [
            "c onKeyDown 49 4",
            "c onKeyText !",
            "p onKeyText !",
            "c onKeyUp 49 4",
            "p onKeyUp 49 4",
        ]

    hands(body)


def test_held_keys_repeat_after_the_widgets_delay(hands: Callable[[Body], None]) -> None:
    def body(it: Hands) -> None:
        it.run("w = make('w', nil, 0, 0, 50, 50); w:focus(); w:setAutoRepeatDelay(200)")
        it.user.key_down("b")
        it.user.sleep(840)
        assert it.run("return g_window.isKeyPressed(66)") is True
        it.user.key_up("b")
        lines = it.trace()
        ticks = [int(line.split()[-1]) for line in lines if "onKeyPress" in line]
        assert ticks[0] == 0
        assert min(ticks[1:]) >= 200
        assert 15 <= len(ticks) <= 25
        # The server repeats text by its own clock: first after 660 ms, then each 40.
        assert 6 <= len([line for line in lines if "onKeyText b" in line]) <= 8
        assert len([line for line in lines if "onKeyDown" in line]) == 1

    hands(body)


def test_grabbed_keyboard(hands: Callable[[Body], None]) -> None:
    def body(it: Hands) -> None:
        it.run("a = make('a', nil, 9, 9, 50, 50); b = make('b', nil, 9, 9, 50, 50); b:focus(); a:grabKeyboard()")
        it.user.type("x")
        assert {line.split()[0] for line in it.trace()} == {"a"}
        it.run("a:ungrabKeyboard()")
        it.user.type("x")
        assert {line.split()[0] for line in it.trace()} == {"b"}

    hands(body)


def test_destroyed_while_pressed(hands: Callable[[Body], None]) -> None:
    def body(it: Hands) -> None:
        it.run("out = make('out', nil, 0, 0, 50, 50); inn = make('inn', out, 0, 0, 50, 50)")
        it.run("inn.onMousePress = function() inn:destroy() end")
        it.user.move(5, 5)
        it.trace()
        it.user.click()
        assert it.trace() == [
            "out onMousePress 5,5 1",
            "out onHoverChange true",
            "out onMouseRelease 5,5 1",
        ]

    hands(body)


def test_commands(hands: Callable[[Body], None]) -> None:
    def body(it: Hands) -> None:
        it.run("w = make('w', nil, 0, 0, 50, 50); w:focus()")
        run_commands(it.client, "move 5 5; click 1;click 4;key F1;keydown Shift_L;type a;keyup Shift_L;sleep 10")
        lines = it.trace("onKeyPress")
        assert "w onClick 5,5" in lines
        assert "w onMouseWheel 5,5 1" in lines
        assert "w onKeyDown 128 0" in lines
        assert "w onKeyText A" in lines
        assert it.run("return g_window.getKeyboardModifiers()") == 0
        with pytest.raises(TibicenError, match="no such input: 'jump 1'"):
            run_commands(it.client, "jump 1")
        with pytest.raises(TibicenError, match="no key 'Fn'"):
            it.user.key("Fn")

    hands(body)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("a", 65),
        ("Return", 5),
        ("F5", 132),
        ("F6", 134),
        ("F12", 140),
        ("space", 32),
        ("bracketleft", 91),
        ("KP_0", 48),
    ],
)
def test_codes(name: str, code: int) -> None:
    assert KEYS[name][0].code == code
