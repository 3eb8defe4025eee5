"""`tibicen new`: a plugin to start from."""

from __future__ import annotations

from pathlib import Path

import yaml

from tibicen.errors import ConfigError
from tibicen.lifecycle.manifest import NAME_RULE, valid_name

_MANIFEST = """name: {written}
version: "0.1.0"
description: Says hello to players.
entry: {entry}
settings:
  greeting: {{type: string, default: "Hello"}}
"""

_LUA = """-- {name}: save this file while the host runs, and the new version is live.

local greeted = 0

hooks.on("player.login", function(player)
    greeted = greeted + 1
    log.info(settings.greeting .. ", " .. player.name .. "! You are number " .. greeted .. ".")
end)

-- State is handed from one version to the next.
function on_snapshot()
    return {{ greeted = greeted }}
end

function on_migrate(old)
    greeted = old and old.greeted or 0
end
"""

_PYTHON = '''"""{name}: save this file while the host runs, and the new version is live."""

from tibicen.api import Plugin, hookimpl

state = {{"greeted": 0}}
plugin: Plugin


def setup(this: Plugin) -> None:
    global plugin
    plugin = this


@hookimpl
def player_login(player):
    state["greeted"] += 1
    greeting = plugin.settings["greeting"]
    plugin.log.info(f"{{greeting}}, {{player['name']}}! You are number {{state['greeted']}}.")


# State is handed from one version to the next.
def on_snapshot():
    return state


def on_migrate(old):
    state.update(old or {{}})
'''


def make_plugin(name: str, folder: Path, *, python: bool) -> Path:
    """Writes a new plugin and returns its folder.

    Raises:
        ConfigError: the name is not one for a plugin, or the folder exists.
    """
    if not valid_name(name):
        raise ConfigError(f"{name!r} is no name for a plugin; use {NAME_RULE}")
    target = folder / name
    for taken in (target, *(folder / (name + suffix) for suffix in (".lua", ".py"))):
        if taken.exists():
            raise ConfigError(f"{taken} exists already")
    # `on`, `no` and `null` are names for plugins, but something else to YAML.
    written = name if yaml.safe_load(name) == name else f'"{name}"'
    entry, text = ("plugin.py", _PYTHON) if python else ("init.lua", _LUA)
    # Written aside, under a name that hosts pass over, and renamed: a running host sees the plugin whole.
    draft = folder / f".{name}.new"
    draft.mkdir(parents=True, exist_ok=True)
    (draft / entry).write_text(text.format(name=name), encoding="utf-8")
    (draft / "plugin.yaml").write_text(_MANIFEST.format(written=written, entry=entry), encoding="utf-8")
    return draft.rename(target)
