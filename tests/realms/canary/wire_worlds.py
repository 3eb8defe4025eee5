"""A small world on the wire for tests: a field of grass, a few items, two accounts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from tibicen.realms.canary.checkout import Checkout
from tibicen.realms.canary.field_map import TEMPLE_X, TEMPLE_Y, field_map
from tibicen.realms.canary.server import Dialect, Server
from tibicen.realms.canary.wire.accounts import Account, KnownAccounts
from tibicen.realms.canary.wire.listener import WireThread
from tibicen.realms.canary.wire.options import WireLimits, WireOptions
from tibicen.testing.small_server import GROUND, ITEMS_FILE, Item, write_small_server

SWORD, BAG, COIN = 2400, 2853, 3031
ITEMS: Mapping[int, Item] = {
    SWORD: {"name": "sword", "weaponType": "sword", "attack": 10},
    BAG: {"name": "bag", "kind": "container", "containerSize": 8},
    COIN: {"name": "gold coin", "stackable": True},
}
HOME = (TEMPLE_X, TEMPLE_Y, 7)
QUICK = WireOptions(game_port=0, login_port=0, http_port=0, tick_ms=10)
PING = """
local event = CreatureEvent("Ping")
function event.onExtendedOpcode(player, opcode, buffer)
    local message = NetworkMessage()
    message:addByte(50)
    message:addByte(opcode)
    message:addString("pong:" .. buffer)
    message:sendToPlayer(player)
    return true
end
event:register()
local login = CreatureEvent("PingLogin")
function login.onLogin(player)
    player:registerEvent("Ping")
    return true
end
login:register()
"""


def accounts() -> KnownAccounts:
    """Ann and Bob, both with the password `secret`."""
    known = KnownAccounts()
    common = {"level": 8, "health": 185, "mana": 90, "cap": 470, "vocation": 1, "looktype": 128}
    known.add(Account("ann", {"Ann": {**common, "id": 7}}), "secret")
    known.add(Account("bob", {"Bob": {**common, "id": 8}}), "secret")
    return known


def wire_world(
    root: Path,
    *,
    dialect: Dialect = "canary",
    scripts: Mapping[str, str] | None = None,
    limits: WireLimits | None = None,
) -> WireThread:
    """A server with these scripts, not started yet."""
    options = replace(QUICK, limits=limits) if limits else QUICK
    return WireThread(server_of(root, dialect, scripts), accounts(), options)


def server_of(
    root: Path, dialect: Dialect = "canary", scripts: Mapping[str, str] | None = None
) -> Callable[[], Server]:
    """Writes the files of a server with these scripts; what makes it."""
    write_small_server(root, dialect, ITEMS)
    (root / "world.otbm").write_bytes(field_map())
    for name, source in (scripts or {"ping.lua": PING}).items():
        (root / name).write_text(source, encoding="utf-8")

    def make() -> Server:
        opened = Checkout(root, dialect)
        server = opened.server(write_dir=root / "written", things=root / ITEMS_FILE, name="wire")
        server.control("load_folder", "data/scripts/lib", True)
        server.control("load_map", "world.otbm")
        for name in scripts or ("ping.lua",):
            assert server.control("load_file", name)
        return server

    (root / "written").mkdir(exist_ok=True)
    return make


__all__ = ["BAG", "COIN", "GROUND", "HOME", "ITEMS", "PING", "QUICK", "SWORD", "accounts", "server_of", "wire_world"]
