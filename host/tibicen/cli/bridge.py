"""The bridge of a running host, made of host.yaml; `tibicen bridge` and `tibicen record`."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import Literal

from tibicen.bus.world import WorldFeed
from tibicen.cli.item_files import item_table
from tibicen.config import BridgeConfig, BridgePortConfig, HostConfig
from tibicen.errors import ConfigError
from tibicen.host import Host
from tibicen.native import Stack
from tibicen.protocol.bridge import Bridge, Port
from tibicen.protocol.cam import SUFFIX
from tibicen.protocol.cam_recorder import CamRecorder
from tibicen.protocol.extended import BRIDGE
from tibicen.protocol.integration import IntegrationOptions
from tibicen.protocol.item_school import ItemSchool
from tibicen.protocol.limits import BridgeLimits
from tibicen.protocol.recorder import Recorder, SessionRecorder
from tibicen.protocol.rsa import PrivateKey, load_key, load_public_key, open_tibia_key
from tibicen.protocol.upstream import Address, UpstreamPool

LEARNT = "learnt_items.json"
"""The file in the data folder with what is learnt of items."""


class HostedBridge(Bridge):
    """A bridge that plugins reach by subjects, and that ends with its recording."""

    def serve(self, host: Host) -> None:
        self._sources = host.sources
        host.sources.add(BRIDGE, self)
        host.tie("host:bridge", self)

    async def stop(self) -> None:
        self._sources.remove(BRIDGE, self)
        await super().stop()
        if self.recorder is not None:
            self.recorder.close()
        if self.school is not None:
            self.school.close()


async def start_bridge(
    config: HostConfig, host: Host, config_file: Path | None, record: Path | None, data: Path | None = None
) -> Bridge:
    """The bridge of a host, listening.

    Args:
        record: a file to write sessions to.
        data: a folder for what is learnt of items.

    Raises:
        ConfigError: a key or certificate can't be used, or a port can't be had.
    """
    base = config_file.resolve().parent if config_file is not None else Path.cwd()
    settings = config.bridge
    key = load_key(base / settings.key) if settings.key else open_tibia_key()
    limits = BridgeLimits(**{name: getattr(settings.limits, name) for name in settings.limits.__struct_fields__})
    bridge = HostedBridge(
        [_port(each, base, key) for each in settings.ports],
        host.hooks,
        key=key,
        limits=limits,
        options=IntegrationOptions(retry_count=0),
        reuse_key=settings.reuse_key,
        deadline_ms=settings.deadline_ms,
        recorder=recorder_of(record) if record is not None else None,
        feed=WorldFeed(BRIDGE, host.hooks, host.subjects),
        school=ItemSchool(data / LEARNT if data is not None else None) if settings.learn_items else None,
    )
    try:
        await bridge.start()
    except OSError as error:
        raise ConfigError(f"a port of the bridge can't be had: {error.strerror or error}") from None
    bridge.serve(host)
    return bridge


def recorder_of(path: Path) -> SessionRecorder:
    """What writes sessions to a file: as OTClient's `.cam` by its ending, as JSON lines otherwise.

    Raises:
        ConfigError: the file can't be made.
    """
    return CamRecorder(path) if path.suffix == SUFFIX else Recorder(path)


def _port(settings: BridgePortConfig, base: Path, key: PrivateKey) -> Port:
    tls = ssl.create_default_context() if settings.server_tls else None
    servers = [Address(*address(each), tls) for each in settings.servers]
    stacks = {"auto": None, "adler": Stack.ADLER, "sequence": Stack.SEQUENCE}
    return Port(
        settings.kind,
        settings.host,
        settings.port,
        UpstreamPool(servers),
        Stack.BLOCKS if settings.framing == "blocks" else Stack.ADLER,
        stacks[settings.checksum] if settings.framing == "bytes" else None,
        load_public_key(base / settings.server_key) if settings.server_key else key,
        _context(settings, base),
        _advertised(settings),
        settings.websocket,
        item_table(base / settings.items) if settings.items else None,
    )


def _advertised(settings: BridgePortConfig) -> tuple[str, int] | None:
    if not settings.advertise:
        return None
    if ":" not in settings.advertise:
        return settings.advertise, 0
    return address(settings.advertise)


def _context(settings: BridgePortConfig, base: Path) -> ssl.SSLContext | None:
    if settings.tls is None:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_cert_chain(base / settings.tls.certificate, base / settings.tls.key)
    except (OSError, ssl.SSLError) as error:
        raise ConfigError(f"the certificate {settings.tls.certificate} can't be used: {error}") from None
    return context


def address(text: str) -> tuple[str, int]:
    """`host:port`, the host of an IPv6 address in brackets.

    Raises:
        ConfigError: it is none.
    """
    host, colon, port = text.rpartition(":")
    if not colon or not host or not port.isdecimal() or not 0 < int(port) < 65536:
        raise ConfigError(f"{text!r} is no host:port")
    return host.strip("[]"), int(port)


def described(bridge: Bridge) -> str:
    """Its ports in a line."""
    return "; ".join(
        f"{port.kind} {port.host}:{port.port} to {', '.join(str(each.address) for each in port.pool.upstreams)}"
        for port in bridge.ports
    )


def bridge_of(
    game: list[str],
    login: list[str],
    http: list[str],
    *,
    listen: str,
    first_port: int | None,
    framing: Literal["bytes", "blocks"],
    advertise: str,
    websocket: bool = False,
    items: Path | None = None,
) -> BridgeConfig:
    """The bridge that a command line describes; with a first port, game, login and http take the next ones in turn.

    Raises:
        ConfigError: it names no server.
    """
    ports: list[BridgePortConfig] = []
    kinds: tuple[tuple[Literal["game", "login", "http"], list[str]], ...] = (
        ("game", game),
        ("login", login),
        ("http", http),
    )
    for kind, servers in kinds:
        if not servers:
            continue
        for each in servers:
            address(each)
        ports.append(
            BridgePortConfig(
                kind=kind,
                servers=servers,
                host=listen,
                port=0 if first_port is None else first_port + len(ports),
                framing=framing if kind == "game" else "bytes",
                advertise=advertise or (listen if login or http else ""),
                websocket=websocket,
                items=str(items.resolve()) if items is not None and kind == "game" else "",
            )
        )
    if not ports:
        raise ConfigError("name a server with --game, --login or --http, or ports in host.yaml (bridge.ports)")
    return BridgeConfig(ports=ports)
