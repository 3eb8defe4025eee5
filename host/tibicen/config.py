"""host.yaml: how a host is set up. Everything has a default; an absent file is an empty one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
import yaml
from msgspec import Meta

from tibicen.errors import ConfigError, ManifestError
from tibicen.lifecycle.permissions import given_problem
from tibicen.lifecycle.yaml_reader import Reader, node_at, read
from tibicen.realms.connections import LoginConfig, WireConfig
from tibicen.vm.isolated import CHECKPOINT_SECONDS, HEARTBEAT_SECONDS

Level = Literal["debug", "info", "warn", "error"]


class StatusConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the status protocol is served, and what it says before plugins shape it."""

    enabled: bool = True
    host: str = "127.0.0.1"
    port: Annotated[int, Meta(ge=0, le=65535)] = 7171
    timeout_seconds: Annotated[float, Meta(gt=0)] = 5.0
    throttle_seconds: Annotated[float, Meta(ge=0)] = 5.0
    info: dict[str, Any] = {}


class MetricsConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where Prometheus finds the figures. There is no access control: bind it where only Prometheus comes."""

    enabled: bool = False
    host: str = "127.0.0.1"
    port: Annotated[int, Meta(ge=0, le=65535)] = 9464


class StrikesConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When a plugin is struck out."""

    limit: Annotated[int, Meta(ge=0, description="0: never")] = 3
    decay_seconds: Annotated[float, Meta(gt=0)] = 60.0


class IsolatedConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How closely worker processes are watched."""

    heartbeat_seconds: Annotated[
        float, Meta(ge=0.1, le=5, description="How often a worker process has to answer; one that does not is ended")
    ] = HEARTBEAT_SECONDS
    checkpoint_seconds: Annotated[
        float,
        Meta(ge=0.1, description="How often, at most, a plugin is asked for the state that a restart begins with"),
    ] = CHECKPOINT_SECONDS


class PermissionsConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What plugins get without being asked about."""

    first_load: Annotated[
        Literal["grant", "ask"],
        Meta(description="grant: dropping a plugin in grants what its first version asks for; ask: nothing is granted"),
    ] = "grant"
    everyone: Annotated[
        list[str], Meta(description='Given to every plugin whether it asks or not; ["*"] turns permissions off')
    ] = []


class PluginConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the owner says of one plugin."""

    enabled: bool = True
    settings: dict[str, Any] = {}
    log_level: Level | None = None
    permissions: Annotated[
        list[str], Meta(description='Given to it whether it asks or not; ["*"] while it is being written')
    ] = []
    wire: Annotated[WireConfig | None, Meta(description="Realm canary: ports for real clients")] = None
    login: Annotated[LoginConfig | None, Meta(description="Realm otclient: where its client logs in by itself")] = None


class BridgeTlsConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The certificate of a port in front."""

    certificate: str
    key: str


class BridgePortConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A port in front of servers."""

    kind: Literal["game", "login", "http"]
    servers: Annotated[list[str], Meta(min_length=1, description="host:port of each")]
    host: str = "127.0.0.1"
    port: Annotated[int, Meta(ge=0, le=65535)] = 0
    framing: Annotated[
        Literal["bytes", "blocks"], Meta(description="blocks: for clients from 14.05 on; bytes: for those before")
    ] = "bytes"
    checksum: Annotated[
        Literal["auto", "adler", "sequence"], Meta(description="auto: by version and system, as servers do")
    ] = "auto"
    advertise: Annotated[str, Meta(description="host or host:port that clients are sent to for a game port")] = ""
    server_key: Annotated[str, Meta(description="key.pem of the servers, or their modulus, when it is not yours")] = ""
    server_tls: Annotated[bool, Meta(description="Whether the servers are spoken to by TLS")] = False
    tls: BridgeTlsConfig | None = None
    websocket: Annotated[
        bool, Meta(description="Clients come by WebSocket; where they log in: they are sent to ports where they do")
    ] = False
    items: Annotated[str, Meta(description="Flags of the servers' items, without which little of theirs is read")] = ""


class BridgeLimitsConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one client, one server and one address may do. Bytes, seconds and numbers."""

    client_frame: Annotated[int, Meta(ge=256, le=65535)] = 24_573
    packets_per_second: Annotated[int, Meta(ge=0, description="0: no limit")] = 25
    first_frame_seconds: Annotated[float, Meta(gt=0)] = 10.0
    idle_seconds: Annotated[float, Meta(gt=0)] = 30.0
    stuck_seconds: Annotated[float, Meta(gt=0)] = 30.0
    waiting_bytes: Annotated[int, Meta(ge=4096)] = 256 * 1024
    connections: Annotated[int, Meta(ge=1)] = 4096
    connections_per_address: Annotated[int, Meta(ge=1)] = 64
    throttle: bool = True


class BridgeConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Real clients in front, real servers behind, plugins in between. Without ports there is no bridge."""

    ports: list[BridgePortConfig] = []
    key: Annotated[str, Meta(description="key.pem that clients close logins for; Open Tibia's unless given")] = ""
    reuse_key: Annotated[
        bool, Meta(description="Whether servers get the client's XTEA key, so that frames pass as they came")
    ] = True
    deadline_ms: Annotated[float, Meta(gt=0)] = 50.0
    learn_items: Annotated[
        bool, Meta(description="Whether flags of items are learnt from servers at game ports without `items`")
    ] = True
    limits: BridgeLimitsConfig = BridgeLimitsConfig()


class HostConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole of host.yaml."""

    plugins_dir: str = "plugins"
    data_dir: str = ".tibicen"
    log_level: Level = "info"
    drain_seconds: Annotated[float, Meta(ge=0)] = 5.0
    status: StatusConfig = StatusConfig()
    metrics: MetricsConfig = MetricsConfig()
    strikes: StrikesConfig = StrikesConfig()
    isolated: IsolatedConfig = IsolatedConfig()
    permissions: PermissionsConfig = PermissionsConfig()
    bridge: BridgeConfig = BridgeConfig()
    plugins: dict[str, PluginConfig] = {}


def load_config(path: Path | None) -> HostConfig:
    """Reads a config file; None or an empty file gives the defaults.

    Raises:
        ConfigError: it can't be read or used; every problem with file and line.
    """
    if path is None:
        return HostConfig()
    try:
        text = path.read_bytes()
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}") from None
    # A file of comments is an empty one: it is how one begins.
    if all(not line.strip() or line.lstrip().startswith(b"#") for line in text.splitlines()):
        return HostConfig()
    try:
        return read(text, path.name, HostConfig, _check_meaning)
    except ManifestError as error:
        raise ConfigError("\n".join(error.problems)) from None


def _check_meaning(reader: Reader, node: yaml.Node, values: dict[str, Any]) -> None:
    """What types alone don't say: whether permissions are some."""
    lists: dict[tuple[str, ...], Any] = {("permissions", "everyone"): values.get("permissions", {}).get("everyone")}
    for name, plugin in values.get("plugins", {}).items():
        lists["plugins", name, "permissions"] = plugin.get("permissions")
    for path, given in lists.items():
        for index, text in enumerate(given or ()):
            problem = given_problem(text)
            if problem:
                listed = node_at(node, *path)
                where = listed.value[index] if isinstance(listed, yaml.SequenceNode) else listed
                reader.problem(where, f"{'.'.join(path)}: {problem}")
