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
