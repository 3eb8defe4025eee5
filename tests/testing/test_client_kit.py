"""The kit's client: modules loaded, widgets found, hands that click and type, and what a test is told when it errs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.realms.otclient.clients import write

from tibicen.testing import ClientKit, ModuleTestError
from tibicen.testing.snapshots import Snapshots

COUNTER = {
    "counter/counter.otmod": """
        Module
          name: counter
          sandboxed: true
          scripts: [ counter ]
          @onLoad: init()
          @onUnload: terminate()
    """,
    "counter/counter.lua": """
        clicks = 0
        function init()
            window = g_ui.createWidget('UIWidget', g_ui.getRootWidget())
            window:setId('counterWindow')
            window:setRect({ x = 10, y = 20, width = 200, height = 100 })
            button = g_ui.createWidget('UIWidget', window)
            button:setId('plus')
            button:setRect({ x = 30, y = 40, width = 60, height = 20 })
            button.onClick = function() plus() return true end
            edit = g_ui.createWidget('UITextEdit', window)
            edit:setId('name')
            edit:setRect({ x = 30, y = 70, width = 100, height = 20 })
            hidden = g_ui.createWidget('UIWidget', window)
            hidden:setId('hidden')
            hidden:hide()
        end
        function plus()
            clicks = clicks + 1
            window:setText(tostring(clicks))
            event = g_dispatcher.scheduleEvent(function() window:setText(clicks .. '!') end, 1000)
        end
        function terminate()
            window:destroy()
        end
    """,
    "broken/broken.otmod": "Module\n  name: broken\n  scripts: [ broken ]\n",
    "broken/broken.lua": "nobody.knows()\n",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write(tmp_path / "modules", COUNTER)


@pytest.fixture
def kit(folder: Path, tmp_path: Path) -> Iterator[ClientKit]:
    with ClientKit(readable=[folder], snapshots=Snapshots(tmp_path / "test_x.py", "x")) as made:
        yield made


def test_clicks_reach_the_module_and_time_moves_when_told(kit: ClientKit, folder: Path) -> None:
    kit.load(folder / "counter")
    window = kit.widget("counterWindow")
    kit.widget("counterWindow/plus").click()
    assert window.text == "1"
    kit.advance(1100)
    assert window.text == "1!"
    assert kit.errors() == []


def test_typing_goes_to_what_was_clicked(kit: ClientKit, folder: Path) -> None:
    kit.load(folder / "counter")
    kit.widget("name").type("Ab 1")
    assert kit.widget("name").text == "Ab 1"
    kit.key("BackSpace")
    assert kit.widget("name").text == "Ab "


def test_a_widget_tells_what_it_is(kit: ClientKit, folder: Path) -> None:
    kit.load(folder / "counter")
    plus = kit.widget("plus")
    assert (plus.id, tuple(plus.rect), plus.rect.center) == ("plus", (30, 40, 60, 20), (60, 50))
    assert (plus.visible, plus.enabled, plus.checked, plus.destroyed) == (True, True, False, False)
    assert not kit.widget("hidden").visible
    assert kit.widget("name").class_name == "UITextEdit"
    kit.unload("counter")
    assert plus.destroyed
    assert not kit.exists("counterWindow")


def test_what_is_not_found_is_named_with_what_is_near(kit: ClientKit, folder: Path) -> None:
    kit.load(folder / "counter")
    with pytest.raises(ModuleTestError, match="there is no widget 'pluss' below counterWindow; there are plus"):
        kit.widget("counterWindow/pluss")
    with pytest.raises(ModuleTestError, match="hidden can't be clicked: it is hidden"):
        kit.widget("hidden").click()


def test_a_text_finds_what_shows_it(kit: ClientKit, folder: Path) -> None:
    kit.load(folder / "counter")
    kit.widget("plus").click()
    assert kit.widget("text=1").id == "counterWindow"


def test_a_module_that_fails_says_why(kit: ClientKit, folder: Path) -> None:
    with pytest.raises(ModuleTestError, match=r"(?s)broken: it was not loaded.*/broken/broken\.lua:1: .*nobody"):
        kit.load(folder / "broken")
    with pytest.raises(ModuleTestError, match=r"absent: there is no module absent: /absent/absent\.otmod"):
        kit.load("absent")


def test_a_tree_is_kept_and_compared(kit: ClientKit, folder: Path, tmp_path: Path) -> None:
    kit.load(folder / "counter")
    kit.matches_snapshot("counterWindow", "window")
    kept = (tmp_path / "snapshots" / "test_x-x-window.txt").read_text()
    assert kept == kit.tree("counterWindow")
    assert kept.splitlines()[:2] == ["UIWidget#counterWindow [10 20 200 100]", "  UIWidget#plus [30 40 60 20]"]
    kit.matches_snapshot("counterWindow", "window")
    kit.widget("plus").click()
    with pytest.raises(AssertionError, match=r'(?s)\+UIWidget#counterWindow \[10 20 200 100\] "1".*--update-snapshots'):
        kit.matches_snapshot("counterWindow", "window")
    updating = Snapshots(tmp_path / "test_x.py", "x", update=True)
    updating.compare(kit.tree("counterWindow"), "window")
    kit.matches_snapshot("counterWindow", "window")


def test_errors_are_given_once(kit: ClientKit) -> None:
    kit.run("g_logger.error('one')")
    assert [text.removeprefix("ERROR: ") for text in kit.errors()] == ["one"]
    assert kit.errors() == []
    kit.close()
    kit.close()


def test_a_game_begins_is_fed_and_ends(kit: ClientKit) -> None:
    kit.run(
        """
        heard = {}
        for _, event in ipairs({ 'onGameStart', 'onGameEnd', 'onTextMessage', 'onPing' }) do
            g_game[event] = function(...) heard[#heard + 1] = { event, g_game.isOnline(), ... } end
        end
        """
    )
    kit.start_game(860, "Ada")
    assert kit.run("return g_game.getLocalPlayer():getName()") == "Ada"
    kit.feed("TextMessage", 22, "Hello")
    kit.raise_event("g_game", "onPing")
    kit.run("g_game.talk('hi')")
    assert kit.sent_actions()[-1][0] == "Talk"
    kit.end_game()
    assert kit.run("return heard") == [
        ["onGameStart", True],
        ["onTextMessage", True, 22, "Hello"],
        ["onPing", True],
        ["onGameEnd", False],
    ]
