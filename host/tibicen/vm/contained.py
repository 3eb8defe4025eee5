"""Tier `contained`: a Lua state of its own, with a memory quota and a deadline."""

from __future__ import annotations

from tibicen.vm.contract import VmOptions
from tibicen.vm.lua_state import LuaState
from tibicen.vm.room import RoomVM


class ContainedVM(RoomVM):
    """Closing it drops the whole Lua state, so nothing of the plugin can stay behind."""

    tier = "contained"

    def __init__(self, options: VmOptions) -> None:
        state = LuaState(
            memory_bytes=int(options.memory_mb * (1 << 20)),
            budget_ns=0 if options.trusted else int(options.cpu_ms * 1e6),
            realm=options.realm_folder,
            timed=True,
        )
        super().__init__(options, state, own_vm=True)
