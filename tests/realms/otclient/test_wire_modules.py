"""The stock modules of a real client log in to the embedded server by their own code, and play.

Needs a checkout of mehah's or edubart's client, which TIBICEN_OTCLIENT names.
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import pytest
from tests.realms.canary.wire_worlds import BAG, COIN, GROUND, HOME, wire_world

from tibicen.realms.canary.wire.listener import WireThread
from tibicen.realms.otclient import assets
from tibicen.realms.otclient.checkout import WRITE_FOLDER, Checkout
from tibicen.realms.otclient.client import Client
from tibicen.realms.otclient.wire import ClientWire
from tibicen.vm.stack import run

CHECKOUT = os.environ.get("TIBICEN_OTCLIENT", "")
PATIENCE = 20.0
MISSING_PICTURES = ("Unable to load texture", "AttachedEffectManager")
"""What mehah's own start complains of: pictures that its repository has not."""

pytestmark = pytest.mark.skipif(not CHECKOUT, reason="TIBICEN_OTCLIENT names no checkout of OTClient")

FILL_IN = """
    local window = rootWidget:recursiveGetChildById("enterGame")
    for id, text in pairs({accountNameTextEdit = "ann", accountPasswordTextEdit = "secret",
            serverHostTextEdit = "127.0.0.1", serverPortTextEdit = "%d"}) do
        window:getChildById(id):setText(text)
    end
    local versions = window:recursiveGetChildById("clientComboBox")
    if not versions:isOption("1098") then versions:addOption("1098") end
    versions:setCurrentOption("1098")
    EnterGame.doLogin()
"""


class Player:
    """The client, driven as its user would."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def lua(self, code: str) -> Any:
        return self.client.run(code.encode())

    def until(self, condition: str) -> None:
        """Lets frames pass until a Lua expression is true."""
        end = time.monotonic() + PATIENCE
        while not self.lua(f"return ({condition}) and true or false"):
            assert time.monotonic() < end, (condition, self.problems)
            self.client.frame()
            time.sleep(0.004)

    @property
    def problems(self) -> list[str]:
        told = [text for level, text in self.client.log if level in ("error", "fatal")]
        return [text for text in told if not text.startswith(MISSING_PICTURES)]


def play(player: Player, world: WireThread) -> None:
    player.lua(FILL_IN % world.login_port)
    player.until("G.characters and #G.characters == 1")
    player.lua("CharacterList.doLogin()")
    player.until("g_game.isOnline() and g_game.getLocalPlayer():getPosition()")
    player.lua("me = g_game.getLocalPlayer()")
    assert player.lua("local at = me:getPosition() return {me:getName(), at.x, at.y, at.z}") == ["Ann", *HOME]
    assert player.lua("return modules.game_interface.getRootPanel():isVisible()") is True
    player.lua("g_game.walk(East)")
    player.until(f"me:getPosition().x == {HOME[0] + 1}")
    player.lua("g_game.turn(South)")
    player.until("me:getDirection() == South")
    player.lua("heard = {} connect(g_game, {onTalk = function(_, _, _, text) heard[#heard + 1] = text end})")
    player.lua("modules.game_console.sendMessage('hello there')")
    player.until("heard[1] == 'hello there'")
    world.call(lambda server: server.run(f"Player('Ann'):addItem({BAG}, 1):addItem({COIN}, 50)".encode()))
    player.until("g_map.getTile(me:getPosition()):getTopUseThing():isContainer()")
    player.lua("g_game.open(g_map.getTile(me:getPosition()):getTopUseThing())")
    player.until("g_game.getContainer(0)")
    inside = "local bag = g_game.getContainer(0) local coin = bag:getItem(0)"
    assert player.lua(f"{inside} return {{bag:getName(), coin:getId(), coin:getCount()}}") == ["bag", COIN, 50]
    player.lua(f"{inside} g_game.move(coin, me:getPosition(), 10)")
    player.until("g_game.getContainer(0):getItem(0):getCount() == 40")
    player.lua("g_game.safeLogout()")
    player.until("not g_game.isOnline()")
    player.lua("CharacterList.doLogin()")
    player.until("g_game.isOnline()")
    assert player.problems == []


def test_stock_modules_log_in_by_themselves_and_play(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assets, "ITEMS", GROUND)
    monkeypatch.setitem(assets.SPECIAL, GROUND, assets.GROUND)
    assets.write_assets(tmp_path / "home" / WRITE_FOLDER, 1098)
    (tmp_path / "server").mkdir()
    checkout = Checkout.open(Path(CHECKOUT))

    def inside() -> None:
        client = checkout.client(home=tmp_path / "home")
        try:
            ClientWire().attach(client)
            checkout.start(client)
            checkout.begin(client)
            play(Player(client), world)
        finally:
            client.close()

    # A script that answers extended opcodes would answer those of the shop, too.
    with wire_world(tmp_path / "server", scripts={"none.lua": ""}) as world:
        run(inside)
        assert world.call(lambda server: server.errors()) == []
