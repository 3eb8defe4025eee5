"""Where a client that runs in a host keeps its settings, and how one takes over from another."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from tibicen.errors import ConfigError, TibicenError
from tibicen.realms.otclient.client import Client
from tibicen.vm.marshal import Plain

FOLDER = "otclient"
"""Below the host's data folder: a folder for each client."""


class Home:
    """The folder that a client may write to: its settings, and what its modules save.

    Args:
        data: the host's data folder; without one the client's folder goes with it.
        plugin: whose it is. The next version of it finds what this one has written.
    """

    def __init__(self, data: Path | None, plugin: str) -> None:
        self._scratch = None if data is not None else TemporaryDirectory(prefix="tibicen-client-")
        self.path = Path(self._scratch.name) if self._scratch else data / FOLDER / plugin  # type: ignore[operator]
        try:
            self.path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ConfigError(f"{plugin}: its folder {self.path} can't be made: {error.strerror}") from None

    def close(self) -> None:
        """Idempotent."""
        if self._scratch is not None:
            self._scratch.cleanup()


def save_settings(client: Client) -> None:
    """Has a running client write its settings, so that the one that is about to take its place finds them."""
    with contextlib.suppress(TibicenError):
        client.control("save_settings")


def say_farewell(client: Client, *, silent: bool) -> list[str]:
    """Ends a client as its user would: modules are unloaded, settings are saved.

    Args:
        silent: nothing reaches the disk any more, because another client has its folder already.

    Returns:
        What went wrong.
    """
    if silent:
        for name in ("write", "delete", "make_dir", "append", "open_log", "native_copy", "native_remove"):
            client.operations[f"files.{name}"] = _ignore
    try:
        client.terminate()
    except TibicenError as error:
        return [str(error)]
    return []


def _ignore(*_: Plain) -> Plain:
    return None


def as_settings(plugin: str, values: Mapping[str, Plain]) -> dict[str, Plain]:
    """Settings of a plugin as a client's settings file has them: texts, and lists of texts.

    Raises:
        ConfigError: one is a map.
    """
    found: dict[str, Plain] = {}
    for name, value in values.items():
        if isinstance(value, dict):
            raise ConfigError(f"plugins.{plugin}.settings.{name}: a client's settings are values and lists, no maps")
        found[name] = [_text(each) for each in value] if isinstance(value, list) else _text(value)
    return found


def _text(value: Plain) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
