"""The settings of a client that runs in a host, and how one takes over from another."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping

from tibicen.errors import ConfigError, TibicenError
from tibicen.realms.otclient.client import Client
from tibicen.vm.marshal import Plain


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
