"""The prelude as bytecode: compiled once a process from `lua/prelude/`, loaded into every VM."""

from __future__ import annotations

from functools import cache

from lupa.luajit21 import LuaRuntime

from tibicen.paths import lua_root


@cache
def bytecode() -> dict[str, bytes]:
    """Module name to bytecode of every file in `lua/prelude/`. Chunk names start with `=tibicen/`."""
    scratch = LuaRuntime(encoding=None, register_eval=False, register_builtins=False)
    dump = scratch.eval(b"function(source, name) return string.dump(assert(loadstring(source, name))) end")
    return {
        path.stem: dump(path.read_bytes(), b"=tibicen/" + path.stem.encode())
        for path in sorted((lua_root() / "prelude").glob("*.lua"))
    }
