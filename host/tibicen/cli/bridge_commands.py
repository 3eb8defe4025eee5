"""The commands that run a bridge."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from cyclopts import Parameter

from tibicen.cli import control
from tibicen.cli.options import ServersOption, SocketOption, config_of


def bridge(
    *,
    game: ServersOption = None,
    login: ServersOption = None,
    http: ServersOption = None,
    listen: str = "127.0.0.1",
    port: int | None = None,
    framing: Literal["bytes", "blocks"] = "bytes",
    advertise: str = "",
    websocket: bool = False,
    items: Path | None = None,
    plugins: Path | None = None,
    config: Path | None = None,
    record: Path | None = None,
    socket: SocketOption = None,
) -> None:
    """Runs a host between real clients and real servers until Ctrl-C; its plugins see every message.

    Parameters
    ----------
    game
        host:port of a game server; more than once for several.
    login
        host:port of a login server (lists of characters and status requests).
    http
        host:port of a login server that speaks HTTP.
    listen
        The address to listen on.
    port
        The first port in front; game, login and http take it and the next ones. Any free ports unless given.
    framing
        blocks for clients from 14.05 on.
    advertise
        The host that clients are sent to; the address to listen on unless given.
    websocket
        Clients come by WebSocket, as OTClient's browser build does.
    items
        Flags of the servers' items: items.otb, appearances.dat, Tibia.dat or JSON. Without them what stands behind an
        item in a frame isn't read.
    plugins
        The plugins folder; `plugins` unless given here or in the config.
    config
        host.yaml; the one in the working folder unless given. Its bridge.ports count when no server is named here.
    record
        A file to write the sessions to, secrets left out; as OTClient's .cam by that ending.
    """
    from tibicen.cli.bridge import bridge_of
    from tibicen.cli.run import Runner

    loaded, file = config_of(config)
    if game or login or http or not loaded.bridge.ports:
        made = bridge_of(
            game or [],
            login or [],
            http or [],
            listen=listen,
            first_port=port,
            framing=framing,
            advertise=advertise,
            websocket=websocket,
            items=items,
        )
        made = msgspec.structs.replace(
            loaded.bridge,
            ports=made.ports,
        )
        loaded = msgspec.structs.replace(loaded, bridge=made)
    base = file.resolve().parent if file else Path.cwd()
    folder = plugins if plugins is not None else base / loaded.plugins_dir
    data = Path(loaded.data_dir)
    sys.exit(Runner(loaded, folder, data, socket or data / control.SOCKET_NAME, file, record).run())


def record(
    file: Path,
    *,
    game: ServersOption = None,
    login: ServersOption = None,
    http: ServersOption = None,
    listen: str = "127.0.0.1",
    port: int | None = None,
    framing: Literal["bytes", "blocks"] = "bytes",
    plugins: Path | None = None,
    cam: Annotated[bool, Parameter(negative="")] = False,
) -> None:
    """Runs a bridge that writes its sessions down; what opens an account is left out.

    Parameters
    ----------
    file
        Where to; made anew. JSON lines, or OTClient's form when it ends in .cam.
    game
        host:port of a game server.
    login
        host:port of a login server.
    http
        host:port of a login server that speaks HTTP.
    listen
        The address to listen on.
    port
        The first port in front, as with `tibicen bridge`.
    framing
        blocks for clients from 14.05 on.
    plugins
        The plugins folder; `plugins` unless given here or in the config.
    cam
        Writes OTClient's .cam, which `g_game.playRecord` plays: a file for each game session, FILE.cam, FILE-2.cam, ...
    """
    if cam:
        file = file.with_name(file.name.removesuffix(".cam") + ".cam")
    bridge(game=game, login=login, http=http, listen=listen, port=port, framing=framing, plugins=plugins, record=file)


COMMANDS = (bridge, record)
