"""Tier `shared`: plugins of one realm live in one Lua state, each with globals of its own.

Cheaper to make and to call than a state each; one memory quota serves all, and a plugin's data are freed by
garbage collection after its unload, not by dropping the state.
"""

from __future__ import annotations

from tibicen.vm.contract import VmOptions
from tibicen.vm.lua_state import LuaState
from tibicen.vm.room import RoomVM

QUOTA_BYTES = 256 << 20


class SharedVM(RoomVM):
    """A room of a state that others live in too. Make it through `SharedStates`."""

    tier = "shared"

    def __init__(self, options: VmOptions, state: LuaState) -> None:
        super().__init__(options, state, own_vm=False)


class SharedStates:
    """The shared states of a host: one per realm and trust, made when first needed."""

    def __init__(self) -> None:
        self._states: dict[tuple[str, bool, float], LuaState] = {}

    def open(self, options: VmOptions) -> SharedVM:
        """A room for a plugin. Plugins with the same CPU budget share a state, so that one deadline fits all."""
        key = (options.realm, options.trusted, options.cpu_ms)
        state = self._states.get(key)
        if state is None or state.closed:
            budget_ns = 0 if options.trusted else int(options.cpu_ms * 1e6)
            state = self._states[key] = LuaState(
                memory_bytes=QUOTA_BYTES, budget_ns=budget_ns, realm=options.realm_folder
            )
        return SharedVM(options, state)

    def close(self) -> None:
        """Closes every state; the rooms in them are closed with them."""
        for state in self._states.values():
            state.close()
        self._states.clear()
