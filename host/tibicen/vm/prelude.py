"""The prelude as bytecode: compiled once a process from `lua/prelude/`, loaded into every VM."""

from __future__ import annotations

from functools import cache

from lupa.luajit21 import LuaRuntime

from tibicen.paths import lua_root


@cache
def bytecode(realm: str = "") -> dict[str, bytes]:
    """Module name to bytecode: every file in `lua/prelude/`, and for a realm with a folder of its own those of that
    folder and of `lua/testing/`, which the kits of such realms use.

    Names are `border` for the prelude's and `otclient/widget` for others. Chunk names start with `=tibicen/`.
    """
    scratch = LuaRuntime(encoding=None, register_eval=False, register_builtins=False)
    dump = scratch.eval(b"function(source, name) return string.dump(assert(loadstring(source, name))) end")
    modules = {path.stem: path for path in sorted((lua_root() / "prelude").glob("*.lua"))}
    for name in (realm, "testing") if realm else ():
        folder = lua_root() / name
        for path in sorted(folder.rglob("*.lua")):
            modules[f"{name}/{path.relative_to(folder).with_suffix('').as_posix()}"] = path
    return {name: dump(path.read_bytes(), b"=tibicen/" + name.encode()) for name, path in modules.items()}
