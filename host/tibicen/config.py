"""host.yaml: how a host is set up. Everything has a default; an absent file is an empty one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from tibicen.errors import ConfigError, ManifestError
from tibicen.lifecycle.yaml_reader import read

Level = Literal["debug", "info", "warn", "error"]


class StatusConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the status protocol is served, and what it says before plugins shape it."""

    enabled: bool = True
    host: str = "127.0.0.1"
    port: Annotated[int, Meta(ge=0, le=65535)] = 7171
    timeout_seconds: Annotated[float, Meta(gt=0)] = 5.0
    throttle_seconds: Annotated[float, Meta(ge=0)] = 5.0
    info: dict[str, Any] = {}


class StrikesConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When a plugin is struck out."""

    limit: Annotated[int, Meta(ge=0, description="0: never")] = 3
    decay_seconds: Annotated[float, Meta(gt=0)] = 60.0


class PluginConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the owner says of one plugin."""

    enabled: bool = True
    settings: dict[str, Any] = {}
    log_level: Level | None = None


class HostConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole of host.yaml."""

    plugins_dir: str = "plugins"
    data_dir: str = ".tibicen"
    log_level: Level = "info"
    drain_seconds: Annotated[float, Meta(ge=0)] = 5.0
    status: StatusConfig = StatusConfig()
    strikes: StrikesConfig = StrikesConfig()
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
    if not text.strip():
        return HostConfig()
    try:
        return read(text, path.name, HostConfig)
    except ManifestError as error:
        raise ConfigError("\n".join(error.problems)) from None
