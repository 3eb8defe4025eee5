"""A real host with a hostile plugin, and one beside it that must not notice."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple

from tests.conftest import PluginFolder, RunningHost, Scenario, run_in_host_thread, running

from tibicen.errors import CrashError, TibicenError

MIB = 1 << 20
RSS_BOUND = 700 * MIB
"""What the host's process may grow by during one attempt: the 256 MB of the shared state and its garbage, and more."""

PATIENT = "budget: {cpu_ms: 500, cpu_ms_per_second: 0, memory_mb: 16}\n"
"""For attempts that are about denial: a slow machine must not turn them into a CPU budget error."""

HASTY = "budget: {cpu_ms: 100, cpu_ms_per_second: 0, memory_mb: 16}\n"
"""For attempts that are about exhaustion."""

LOGIN = [{"id": 1, "name": "Eve"}]

VICTIM = """
local logins, ticks = 0, 0
hooks.on("player.login", function() logins = logins + 1 end)
hooks.on("player.say", function(text) return text .. "!" end)
timers.every(2, function() ticks = ticks + 1 end)
exports.logins = function() return logins end
exports.ticks = function() return ticks end
exports.greet = function(name) return "Hello " .. tostring(name) end

local function names(library)
    local found = {}
    for name, value in pairs(library) do
        found[#found + 1] = tostring(name) .. ":" .. type(value)
    end
    table.sort(found)
    return table.concat(found, " ")
end

exports.fingerprint = function()
    local function fails(fn) return not pcall(fn) end
    return {
        globals = names(_G),
        string = names(string),
        table = names(table),
        math = names(math),
        coroutine = names(coroutine),
        os = names(os),
        bit = names(bit),
        json = names(json),
        behaviour = string.format("%5.1f|%s|%d", 2.5, ("x"):rep(3), #("abc"):upper())
            .. table.concat({ 1, 2 }, ",") .. math.floor(2.7) .. tostring(nil) .. select("#", 1, 2) .. type(pairs),
        found = ("abc"):find("b") .. ("abc"):gsub("b", "x"),
        metatable = tostring(getmetatable("")) .. tostring(getmetatable(_G)) .. tostring(getmetatable(json.array({}))),
        bare = fails(function() return (nil).x end)
            and fails(function() return (5).x end)
            and fails(function() return (function() end).x end)
            and fails(function() return (true).x end)
            and ("x").nothing == nil,
        list = json.encode(json.array({})),
    }
end
"""

EVIL = """
{before}
exports.rest = function() kept = nil collectgarbage() collectgarbage() return 1 end
exports.attempt = function(...)
{code}
end
"""


class Outcome(NamedTuple):
    """What an attempt gave: the plugin's own verdict, or the error that stopped it."""

    value: Any
    error: Exception | None

    @property
    def kind(self) -> str:
        return type(self.error).__name__ if self.error else ""


def resident_bytes() -> int:
    """What the process holds in memory now."""
    pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
    return int(pages) * 4096


def run_unprintable(scenario: Scenario) -> None:
    """Runs a scenario in which exceptions may come up that pytest itself could not print."""
    failure = ""
    try:
        run_in_host_thread(scenario)
    except AssertionError as error:
        failure = str(error)
    except Exception as error:
        failure = f"a {type(error).__name__} came out of the host"
    assert not failure, failure


class Arena:
    """The host of one attempt."""

    def __init__(self, folder: PluginFolder, tier: str, host: RunningHost) -> None:
        self.folder = folder
        self.tier = tier
        self.running = host
        self.loop_errors: list[dict[str, Any]] = []
        self._before = self._fingerprint()
        self._rss = resident_bytes()
        self._logins = self._victim("logins")

    def _victim(self, name: str, *arguments: Any) -> Any:
        return self.running.export("victim", name, *arguments)

    def _fingerprint(self) -> Any:
        return self._victim("fingerprint")

    def attempt(self, *arguments: Any, name: str = "attempt", plugin: str = "evil") -> Outcome:
        """Calls the hostile plugin's export."""
        try:
            return Outcome(self.running.export(plugin, name, *arguments), None)
        except TibicenError as error:
            return Outcome(None, error)

    async def still_well(self) -> None:
        """The host, its loop and the plugin beside the hostile one are as they were."""
        host = self.running.host
        # The loop turns, and timers come through it.
        ticks = self._victim("ticks")
        await self.running.until(lambda: self._victim("ticks") > ticks + 1)
        self._logins += 1
        host.emit("player.login", LOGIN)
        assert self._victim("logins") == self._logins, "the plugin beside it lost an event"
        said = host.emit("player.say", ["hi", LOGIN[0]])
        assert said["value"].endswith("!"), "the filter beside it was left out"
        assert self._fingerprint() == self._before, "the plugin beside it was tampered with"
        info = self.running.info("victim")
        assert (info["state"], info["strikes"], info["errors"]) == ("active", [], [])
        self._memory_is_back()
        assert self.loop_errors == []

    def _memory_is_back(self) -> None:
        evil = self.running.host.plugins.plugins.get("evil")
        if evil is not None and evil.active is not None and evil.active.runtime is not None:
            rested = self.attempt(name="rest")
            if self.tier == "isolated" and isinstance(rested.error, CrashError):
                # Killed is how this tier stops what does not stop; the host starts it anew by itself.
                return
            assert rested.value == 1, f"the hostile plugin's own VM is not usable any more: {rested.error}"
            memory = evil.active.runtime.memory()
            assert memory.limit == 0 or memory.used < memory.limit * 0.9, "its garbage was not given back"
        grown = resident_bytes() - self._rss
        if grown > RSS_BOUND:
            gc.collect()
            grown = resident_bytes() - self._rss
        assert grown < RSS_BOUND, f"the host grew by {grown / MIB:.0f} MB"


@asynccontextmanager
async def arena(
    folder: PluginFolder,
    tier: str,
    code: str = "return true",
    *,
    before: str = "",
    manifest: str = PATIENT,
    **config: Any,
) -> AsyncIterator[Arena]:
    """A host with the plugins `victim` and `evil` in one tier; `code` is the body of evil's export `attempt`."""
    place = f"tier: {tier}\n"
    # The same budget for both, so that in the tier `shared` they live in one Lua state.
    folder.plugin("victim", VICTIM, place + manifest)
    folder.write("evil/init.lua", EVIL.format(before=before, code=code))
    folder.write("evil/plugin.yaml", "name: evil\n" + place + manifest)
    async with running(folder, **config) as host:
        assert host.info("victim")["state"] == "active", host.info("victim")["errors"]
        made = Arena(folder, tier, host)
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, context: made.loop_errors.append(context))
        yield made
        await made.still_well()


def denied(folder: PluginFolder, tier: str, code: str, *, before: str = "", manifest: str = PATIENT) -> Outcome:
    """Runs one attempt whose Lua says itself whether it was denied; asserts that it was, and that all is well."""

    async def scenario() -> Outcome:
        async with arena(folder, tier, code, before=before, manifest=manifest) as made:
            assert made.running.info("evil")["errors"] == []
            return made.attempt()

    outcome: Outcome = run_in_host_thread(scenario)
    assert outcome.error is None, f"{outcome.kind}: {outcome.error}"
    assert outcome.value is True, f"not denied: {outcome.value!r}"
    return outcome


def stopped(
    folder: PluginFolder,
    tier: str,
    code: str,
    *kinds: str,
    before: str = "",
    manifest: str = HASTY,
) -> Outcome:
    """Runs one attempt that must end in one of these errors; asserts that all is well afterwards."""

    async def scenario() -> Outcome:
        async with arena(folder, tier, code, before=before, manifest=manifest) as made:
            assert made.running.info("evil")["errors"] == []
            return made.attempt()

    outcome: Outcome = run_in_host_thread(scenario)
    if tier == "isolated":
        kinds = (*kinds, "CrashError")
    found = outcome.kind or repr(outcome.value)
    assert outcome.kind in kinds, f"expected {' or '.join(kinds)}, found {found}: {outcome.error}"
    return outcome
