"""Every hook there is: a signature and a sentence.

A Python plugin answers `player.login` with a function `player_login`, a Lua plugin with
`hooks.on("player.login", fn)`. Arguments are plain data. `docs/reference/hooks.md` is made from this file.
"""

from __future__ import annotations

from typing import Any

from tibicen.bus.markers import bytes_in, filters, gather, notify, query

Record = dict[str, Any]


@notify
def host_started(host: Record) -> None:
    """The host is up and listening. `host`: version, plugins (number), status_port."""


@notify
def host_stopping() -> None:
    """The host was asked to stop; plugins are unloaded right after this."""


@notify
def plugin_loaded(plugin: Record) -> None:
    """A plugin, or a new generation of it, went live. `plugin`: name, version, generation."""


@notify
def plugin_unloaded(plugin: Record) -> None:
    """A plugin was unloaded. `plugin`: name."""


@notify
def plugin_refused(plugin: Record) -> None:
    """A load or reload was refused; an old generation goes on serving. `plugin`: name, generation, error."""


@notify
def status_request(request: Record) -> None:
    """Somebody asks for the server's status. `request`: ip, kind (xml, binary), mask."""


@filters
def status_info(info: Record) -> Record | None:
    """Shapes the status document: server, owner, players, monsters, npcs, rates, map, motd (see docs/status.md)."""
    return None


@query
def status_player_online(name: str) -> bool | None:
    """Whether a player of that name is on-line; the first answer counts."""
    return None


@gather
def status_players() -> list[Record] | None:
    """The players on-line, for the binary status: each plugin answers a list of {name, level}."""
    return None


@query(closed="Your login can't be checked right now. Please try again later.")
def player_may_login(player: Record) -> bool | str | None:
    """Whether a player may enter: true, or false, or the reason why not. `player`: name, ip and account if known."""
    return None


@notify
def player_login(player: Record) -> None:
    """A player entered the world. `player`: id, name, level if known."""


@notify
def player_logout(player: Record) -> None:
    """A player left the world. `player`: id, name."""


@filters
def player_say(text: str, player: Record) -> str | None:
    """A player says something; the text may be replaced, or swallowed by stopping with an empty text."""
    return None


@notify
def bridge_opened(session: Record) -> None:
    """A client entered a server through the bridge. `session`: id, ip, version, system, character, upstream."""


@notify
def bridge_closed(session: Record) -> None:
    """Such a session ended. `session`: as in bridge.opened, and by (client, server, bridge), reason."""


@notify
def server_opened(session: Record) -> None:
    """A client's character came into the game of a server of this host. `session`: source (the server's plugin), id,
    ip, version, system, character."""


@notify
def server_closed(session: Record) -> None:
    """Such a session ended. `session`: as in server.opened, and reason (lost, left, replaced, refused, stopped)."""


@notify
def world_entered(event: Record) -> None:
    """A player came into the world. `event`: source (`bridge`, or the name of a server's plugin), session, creature
    (its id), position {x, y, z}. This and all of world, combat and trade are published on the subject of the same name,
    too; see docs/bridge.md."""


@notify
def world_appeared(event: Record) -> None:
    """A creature came into view. `event`: source, session, creature, name, health (percent), position."""


@notify
def world_moved(event: Record) -> None:
    """A creature in view moved. `event`: source, session, creature, name, from, position."""


@notify
def world_vanished(event: Record) -> None:
    """A creature went out of view, by whichever way. `event`: source, session, creature, name, position (the last)."""


@notify
def world_said(event: Record) -> None:
    """Somebody was heard. `event`: source, session, name, level, type (the version's number), text; position or
    channel, where it has one."""


@notify
def world_told(event: Record) -> None:
    """The server told the player something. `event`: source, session, type (the version's number), text."""


@notify
def world_container_opened(event: Record) -> None:
    """A container was opened, or shown anew. `event`: source, session, container (its number), name, item, items."""


@notify
def world_container_changed(event: Record) -> None:
    """What is in an open container changed. `event`: source, session, container, items."""


@notify
def world_container_closed(event: Record) -> None:
    """A container was closed. `event`: source, session, container."""


@notify
def combat_health(event: Record) -> None:
    """A creature in view was hurt or healed. `event`: source, session, creature, name, health, before (percent)."""


@notify
def combat_stats(event: Record) -> None:
    """The player's own figures changed. `event`: source, session, health, max_health, mana, max_mana, level,
    experience; before (those that are others now)."""


@notify
def trade_offered(event: Record) -> None:
    """One side of a trade is shown. `event`: source, session, own (whether it is the player's), name, items."""


@notify
def trade_closed(event: Record) -> None:
    """A trade ended, whichever way. `event`: source, session."""


@bytes_in("data")
@filters
def extended_client_NAME(message: Record) -> Record | None:
    """An extended message (0x32) from a client: `extended.client.op_200`, whole JSON values: `json_200`, all: `any`.
    `message`: source, session, side, opcode, data (bytes), enabled, and value for JSON. As packet.client.NAME, with
    {opcode, data} or {opcode, value} for answer and inject. See docs/bridge.md."""
    return None


@bytes_in("data")
@filters
def extended_server_NAME(message: Record) -> Record | None:
    """An extended message from a server, as extended.client.NAME."""
    return None


@bytes_in("data")
@filters
def packet_any(packet: Record) -> Record | None:
    """Every message of every session of the bridge, before the hooks of its name. See docs/bridge.md."""
    return None


@bytes_in("data")
@filters
def packet_client_NAME(packet: Record) -> Record | None:
    """A message of that name from a client: `packet.client.say`; by number `packet.client.op_96`; all: `any`.
    `packet`: session, side, opcode, name, data (bytes behind the opcode). Change data, set drop, or give lists of
    {opcode, data} as answer (back to the sender) and inject (on to the other side). See docs/bridge.md."""
    return None


@bytes_in("data")
@filters
def packet_server_NAME(packet: Record) -> Record | None:
    """A message of that name from a server, as packet.client.NAME."""
    return None
