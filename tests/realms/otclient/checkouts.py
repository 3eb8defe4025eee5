"""A client's folder that tests write: as small as what the engine starts with, and nothing of anybody else's."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from textwrap import dedent

CORELIB = """\
modules = package.loaded

function connect(object, slots)
    for name, slot in pairs(slots) do
        object[name] = slot
    end
end

local kept = {}
function scheduleEvent(fn, delay)
    local event = g_dispatcher.scheduleEvent(fn, delay)
    kept[#kept + 1] = event
    return event
end
"""

INIT = """\
started_by_stock = true
g_resources.addSearchPath(g_resources.getWorkDir() .. "modules", true)
g_resources.setupUserWriteDir("otclient/")
g_configs.loadSettings("/config.otml")
g_modules.discoverModules()
g_modules.ensureModuleLoaded("corelib")
g_modules.autoLoadModules(9999)
if g_resources.fileExists("/otclientrc.lua") then
    dofile("/otclientrc.lua")
end
"""

OTMOD = """\
Module
  name: {name}
  autoload: {autoload}
  sandboxed: {sandboxed}
  scripts: [ {name} ]
"""


def write_checkout(path: Path, modules: Mapping[str, str] | None = None, *, edubart: bool = False) -> Path:
    """Writes a client with corelib and others that init.lua starts or not.

    Args:
        modules: name to script; one whose name starts with `extra_` is not started.
        edubart: for edubart's engine instead of mehah's, whose clients have a modulelib.
    """
    scripts = {
        "corelib": CORELIB,
        "gamelib": "",
        **({} if edubart else {"modulelib": ""}),
        "client_styles": "",
        **{name: dedent(script) for name, script in (modules or {}).items()},
    }
    (path / "data").mkdir(parents=True)
    (path / "init.lua").write_text(INIT, encoding="utf-8")
    (path / "otclientrc.lua").write_text("stock_rc = true\n", encoding="utf-8")
    for name, script in scripts.items():
        folder = path / "modules" / name
        folder.mkdir(parents=True)
        text = OTMOD.format(
            name=name,
            autoload="false" if name.startswith("extra_") else "true",
            sandboxed="false" if name.endswith("lib") else "true",
        )
        (folder / f"{name}.otmod").write_text(text, encoding="utf-8")
        (folder / f"{name}.lua").write_text(script, encoding="utf-8")
    return path
