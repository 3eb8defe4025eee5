"""plugin.yaml: its types. Reading one, with every problem at its line, is `manifest_reader`."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from tibicen.lifecycle import permissions as vocabulary

NAME = r"^[a-z][a-z0-9_-]{0,63}$"
NAME_RULE = "lower-case letters, digits, `_` and `-`, starting with a letter, at most 64"
SETTING_TYPES: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "list": list,
    "map": dict,
}

Tier = Literal["shared", "contained", "isolated"]

PluginName = Annotated[str, Meta(pattern=NAME, description="Name of a plugin: " + NAME_RULE)]


class Budget(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a plugin may use. What goes beyond is refused or stopped, and counts as a strike."""

    cpu_ms: Annotated[float, Meta(gt=0, le=60_000, description="Milliseconds that one call may run")] = 50
    cpu_ms_per_second: Annotated[
        float,
        Meta(ge=0, le=1000, description="Milliseconds of each second that its Lua code may run; 0 for no limit"),
    ] = 250
    memory_mb: Annotated[float, Meta(ge=1, le=256, description="Megabytes that its VM may hold")] = 16
    kv_mb: Annotated[int, Meta(ge=0, le=4096, description="Megabytes that it may store")] = 16
    timers: Annotated[int, Meta(ge=0, le=100_000, description="Timers that may be live at a time")] = 1000
    handlers: Annotated[int, Meta(ge=0, le=100_000, description="Hook handlers that may be live at a time")] = 1000
    subscriptions: Annotated[int, Meta(ge=0, le=100_000, description="Subscriptions that may be live at a time")] = 1000
    tasks: Annotated[
        int, Meta(ge=0, le=100_000, description="Tasks of Python plugins that may be under way at a time")
    ] = 1000
    exports: Annotated[int, Meta(ge=0, le=100_000, description="Functions that it may export")] = 1000
    pending_requests: Annotated[
        int,
        Meta(
            ge=0,
            le=100_000,
            description="Requests that may wait for an answer, and messages that may wait until it has loaded",
        ),
    ] = 1000
    publishes_per_second: Annotated[
        int, Meta(ge=1, le=1_000_000, description="Messages that it may publish a second")
    ] = 5000
    message_kb: Annotated[
        int,
        Meta(
            ge=1,
            le=8192,
            description="Kilobytes of the largest message to publish, value in kv, and arguments of a call",
        ),
    ] = 1024
    log_lines_per_second: Annotated[
        int,
        Meta(ge=1, le=100_000, description="Lines of log a second, four times as many in a burst; more are dropped"),
    ] = 50


class Setting(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing that the owner may set."""

    type: Literal["string", "integer", "number", "boolean", "list", "map"]
    default: Any
    description: str = ""
    min: float | None = None
    max: float | None = None
    choices: list[Any] | None = None


class Lazy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When a lazy plugin is loaded."""

    on: Annotated[list[str], Meta(min_length=1, description="Hooks whose first event loads it")]


class Manifest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A plugin's manifest, `plugin.yaml` in its folder; a single file has a header, or the defaults."""

    name: PluginName
    version: Annotated[str, Meta(description='Version of the plugin, quoted: "1.2.0"')] = "0.0.0"
    description: str = ""
    authors: list[str] = []
    realm: Annotated[
        Literal["native", "otclient", "canary"],
        Meta(description="The API that its Lua code is written against"),
    ] = "native"
    entry: Annotated[str, Meta(description="First file: init.lua or plugin.py unless given")] = ""
    checkout: Annotated[
        str,
        Meta(
            description="Of realms otclient and canary: the folder whose scripts it runs, from the plugin's own folder "
            "or absolute; the plugin's folder unless given"
        ),
    ] = ""
    requires: Annotated[
        dict[PluginName, str],
        Meta(description='Plugins that it needs, with version ranges: ">=1.0,<2"; "*" for any'),
    ] = {}
    tier: Tier = "contained"
    group: Annotated[
        str,
        Meta(
            pattern=r"^([a-z][a-z0-9_-]{0,63})?$",
            description="Of tier isolated: plugins of a group and language share a process; a crash restarts them all",
        ),
    ] = ""
    trusted: Annotated[bool, Meta(description="JIT on and no deadline, for code that its owner vouches for")] = False
    budget: Budget = Budget()
    permissions: Annotated[
        list[Annotated[str, Meta(pattern=vocabulary.SCHEMA_PATTERN)]],
        Meta(description="What it asks for beyond the harmless set, see docs/plugins.md: bus.publish:chat.say"),
    ] = []
    settings: dict[str, Setting] = {}
    lazy: Lazy | None = None
    enabled: bool = True


WITH_CHECKOUT = frozenset({"otclient", "canary"})
"""Realms whose plugins run somebody's whole folder of scripts and need no entry of their own."""


def valid_name(name: str) -> bool:
    """Whether `name` is one for a plugin."""
    return re.fullmatch(NAME, name) is not None


def check_setting(setting: Setting, value: object) -> str | None:
    """What is wrong with a value of a setting; None when it fits."""
    expected = SETTING_TYPES[setting.type]
    if not isinstance(value, expected) or (isinstance(value, bool) and setting.type != "boolean"):
        return f"expected a value of type {setting.type}, found {value!r}"
    if isinstance(value, int | float) and not isinstance(value, bool):
        if setting.min is not None and value < setting.min:
            return f"{value!r} is below the minimum of {setting.min:g}"
        if setting.max is not None and value > setting.max:
            return f"{value!r} is above the maximum of {setting.max:g}"
    if setting.choices is not None and value not in setting.choices:
        return f"{value!r} is none of {', '.join(map(repr, setting.choices))}"
    return None
