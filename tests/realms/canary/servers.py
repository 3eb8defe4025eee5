"""Small servers for tests: a folder with a few files, and Lua run in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from tibicen.realms.canary.files import Files
from tibicen.realms.canary.server import Dialect, Server
from tibicen.vm import stack

DIALECTS: tuple[Dialect, ...] = ("canary", "tfs")

# What both servers' libs make of `function action.onUse(…)`.
_SUGAR = """
for class, names in pairs({
    Action = { "onUse" }, TalkAction = { "onSay" },
    MoveEvent = { "onStepIn", "onStepOut", "onEquip", "onDeEquip", "onAddItem", "onRemoveItem" },
    GlobalEvent = { "onThink", "onTime", "onStartup", "onShutdown", "onRecord", "onSave" },
    CreatureEvent = { "onLogin", "onLogout", "onThink", "onDeath", "onKill", "onHealthChange" },
}) do
    rawgetmetatable(class).__newindex = function(self, key, value)
        if class ~= "Action" and class ~= "TalkAction" and not (key == "onThink" or key == "onTime") then
            self:type(key:sub(3))
        elseif class == "CreatureEvent" then
            self:type(key:sub(3))
        end
        self[key](self, value)
    end
end
"""


def write(root: Path, files: Mapping[str, str]) -> None:
    """Writes files below a folder."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def with_server(
    root: Path,
    body: Callable[[Server], Any],
    files: Mapping[str, str] | None = None,
    *,
    dialect: Dialect = "canary",
    **options: Any,
) -> Any:
    """Makes a server of a folder with these files, and hands it to `body`, on a thread with a large stack."""
    lib = {f"data/{'core' if dialect == 'canary' else 'global'}.lua": _SUGAR}
    write(root, {"config.lua": 'dataPackDirectory = "data-pack"\n', **lib, **(files or {})})

    def run() -> Any:
        server = Server(Files(root), dialect=dialect, **options)
        try:
            return body(server)
        finally:
            server.close()

    return stack.run(run)


def lua(root: Path, code: str, files: Mapping[str, str] | None = None, **options: Any) -> Any:
    """What Lua code returns in a server that has loaded everything."""

    def body(server: Server) -> Any:
        server.control("load_all")
        return server.run(code.encode())

    return with_server(root, body, files, **options)
