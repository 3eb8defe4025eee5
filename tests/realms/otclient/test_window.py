"""The window that isn't there: what scripts ask of it, and what they are told."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tibicen.realms.otclient.client import Client, Dialect
from tibicen.realms.otclient.files import Files
from tibicen.realms.otclient.input import Input
from tibicen.vm import stack

Body = Callable[[Client, Callable[[str], Any]], None]


@pytest.fixture(params=["mehah", "edubart"])
def window(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[Body], None]:
    """Runs a test with a client of each dialect, whose frames have not begun."""
    dialect: Dialect = request.param

    def run(body: Body) -> None:
        def inside() -> None:
            client = Client(Files(tmp_path), dialect=dialect)
            with contextlib.closing(client):
                body(client, lambda code: client.run(code.encode()))

        stack.run(inside)

    return run


def begin(client: Client) -> None:
    client.control("run")
    client.frame()


def test_resize_comes_with_the_poll(window: Callable[[Body], None]) -> None:
    def body(_client: Client, run: Callable[[str], Any]) -> None:
        assert run("return g_window.getSize()") == {"width": 600, "height": 480}
        run("g_window.resize({ width = 1024, height = 768 }); g_window.move({ x = 3, y = 4 })")
        assert run("return g_window.getWidth()") == 600
        run("g_window.poll()")
        assert run("return { g_window.getWidth(), g_window.getHeight(), g_window.getX(), g_window.getY() }") == [
            1024,
            768,
            3,
            4,
        ]
        assert run("return g_ui.getRootWidget():getSize()") == {"width": 1024, "height": 768}
        assert run("return g_window.getUnmaximizedSize()") == {"width": 1024, "height": 768}
        # No window is smaller than this.
        run("g_window.resize({ width = 599, height = 500 }); g_window.poll()")
        assert run("return g_window.getWidth()") == 1024

    window(body)


def test_a_users_resize_reaches_the_root(window: Callable[[Body], None]) -> None:
    def body(client: Client, run: Callable[[str], Any]) -> None:
        begin(client)
        client.control("resize", 800, 700)
        client.frame()
        assert run("return g_ui.getRootWidget():getSize()") == {"width": 800, "height": 700}
        assert client.control("window")["width"] == 800

    window(body)


def test_wishes_are_heard_at_the_next_frame(window: Callable[[Body], None]) -> None:
    def body(client: Client, run: Callable[[str], Any]) -> None:
        begin(client)
        run("g_window.setFullscreen(true)")
        # mehah's window is on another thread.
        assert run("return g_window.isFullscreen()") is (client.dialect == "edubart")
        client.frame()
        assert run("return g_window.isFullscreen()") is True
        run("g_window.setTitle('A client'); g_window.setClipboardText('copied')")
        assert client.control("window")["title"] == "A client"
        assert run("return g_window.getClipboardText()") == "copied"

    window(body)


def test_hiding_lets_go_of_keys(window: Callable[[Body], None]) -> None:
    def body(client: Client, run: Callable[[str], Any]) -> None:
        begin(client)
        user = Input(client)
        user.move(7, 8)
        user.key_down("Shift_L")
        user.key_down("x")
        user.press(3)
        asked = (
            "return { g_window.isKeyPressed(88), g_window.getKeyboardModifiers(), g_window.isMouseButtonPressed(2) }"
        )
        assert run(asked) == [True, 4, True]
        assert run("return g_window.getMousePosition()") == {"x": 7, "y": 8}
        run("g_window.hide()")
        client.frame()
        client.frame()
        assert run("return g_window.isVisible()") is False
        assert run(asked) == [False, 0, False]

    window(body)


def test_cursors_are_a_stack(window: Callable[[Body], None]) -> None:
    def body(_client: Client, run: Callable[[str], Any]) -> None:
        assert run("return g_mouse.pushCursor('horizontal')") is False
        assert run("return g_mouse.isCursorChanged()") is False

    window(body)


def test_a_scaled_interface_has_fewer_pixels(tmp_path: Path) -> None:
    def inside() -> None:
        client = Client(Files(tmp_path))
        with contextlib.closing(client):
            begin(client)
            client.control("resize", 1000, 800)
            client.frame()
            client.run(b"g_app.setHUDScale(2)")
            assert client.run(b"return g_ui.getRootWidget():getSize()") == {"width": 500, "height": 400}
            client.input.move(300, 100)
            assert client.run(b"return g_window.getMousePosition()") == {"x": 150, "y": 50}
            assert client.run(b"return { g_app.isScaled(), g_window.getDisplayDensity() }") == [True, 2]

    stack.run(inside)
