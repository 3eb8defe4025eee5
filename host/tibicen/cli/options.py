"""What commands of `tibicen` have in common: options, the config, the control socket, JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from tibicen.cli import control
from tibicen.config import HostConfig, load_config
from tibicen.errors import ConfigError

DEFAULT_CONFIG = Path("host.yaml")

SocketOption = Annotated[
    Path | None, Parameter(help="Control socket of the host; that of the working folder unless given.")
]
AllFlag = Annotated[
    bool, Parameter(name="--all", negative="", help="All that its newest version asks for, which is also the default.")
]
ServersOption = Annotated[list[str] | None, Parameter(negative="")]
JsonFlag = Annotated[bool, Parameter(name="--json", negative="", help="Print JSON.")]


def config_of(path: Path | None) -> tuple[HostConfig, Path | None]:
    """The config, and the file that it came from."""
    if path is None and DEFAULT_CONFIG.is_file():
        path = DEFAULT_CONFIG
    return load_config(path), path


def socket_of(given: Path | None) -> Path:
    """The control socket: the one given, or that of the host in the working folder."""
    if given is not None:
        return given
    try:
        config, _ = config_of(None)
    except ConfigError:
        # Somebody is just editing it; the host that runs goes by what it said before.
        config = HostConfig()
    return Path(config.data_dir) / control.SOCKET_NAME


def print_json(value: Any) -> None:
    """On standard output, for programs."""
    print(json.dumps(value, indent=2, default=str))
