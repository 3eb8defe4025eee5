"""What one handler of a hook costs: in a real host, beside pluggy's own call and beside a bare loop.

Every handler counts the events that it gets, and the counts are compared: nobody is fast by doing nothing.
The host's Lua plugins are untrusted: deadline armed, JIT off. Figures are the whole event divided by its handlers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from types import ModuleType
from typing import Any, NamedTuple

import pluggy

from tibicen.bus import hookspecs
from tibicen.bus.markers import PROJECT
from tibicen.host import Host

from ._host import Files, ask, in_host_thread, serving
from ._measure import Row, Work, by_turns, paired_row

SIZES = (1, 10, 100, 1000)
PLAYER = {"id": 1, "name": "Eve"}

LUA = """\
local seen = 0
hooks.on("player.login", function(player) seen = seen + 1 end)
exports.seen = function() return seen end
"""

PYTHON = """\
from tibicen.api import hookimpl

seen = 0


@hookimpl
def player_login(player):
    global seen
    seen += 1


def setup(plugin):
    plugin.export(lambda: seen, "seen")
"""


def lua_plugin(name: str, code: str, manifest: str) -> Files:
    return {f"{name}/init.lua": code, f"{name}/plugin.yaml": f"name: {name}\n{manifest}\n"}


def in_shared_vm(name: str) -> Files:
    return lua_plugin(name, LUA, "tier: shared")


def in_own_vm(name: str, code: str = LUA) -> Files:
    # The benchmark does nothing but call handlers: the most that a plugin can be given is the whole second.
    return lua_plugin(name, code, "budget: {cpu_ms_per_second: 1000}")


def in_python(name: str) -> Files:
    return {f"{name}.py": PYTHON}


def lua_in_one_vm(count: int) -> Files:
    return joined(in_shared_vm(f"lua{index:04}") for index in range(count))


def lua_with_a_vm_each(count: int) -> Files:
    return joined(in_own_vm(f"lua{index:04}") for index in range(count))


def handlers_of_one_plugin(count: int) -> Files:
    head, handler, tail = LUA.splitlines(keepends=True)
    return in_own_vm("many", f"{head}for _ = 1, {count} do\n{handler}end\n{tail}")


def python(count: int) -> Files:
    return joined(in_python(f"py{index:04}") for index in range(count))


def mixed_in_blocks(count: int) -> Files:
    return {**lua_in_one_vm(count // 2), **python(count - count // 2)}


def mixed_by_turns(count: int) -> Files:
    return joined((in_shared_vm if index % 2 else in_python)(f"p{index:04}") for index in range(count))


def joined(plugins: Iterable[Files]) -> Files:
    return {path: text for files in plugins for path, text in files.items()}


class Case(NamedTuple):
    """A way to have handlers. `aim`: how many times faster than pluggy it should be from 100 handlers on."""

    what: str
    files: Callable[[int], Files]
    smallest: int = 1
    aim: str = ""


CASES = (
    Case("Lua plugins in one VM", lua_in_one_vm, aim="8"),
    Case("handlers of one Lua plugin", handlers_of_one_plugin, aim="8"),
    Case("Python plugins", python, aim="2"),
    Case("half Lua in one VM, then half Python", mixed_in_blocks, 10),
    Case("Lua in one VM and Python by turns", mixed_by_turns, 10),
    Case("Lua plugins with a VM each", lua_with_a_vm_each),
)


class Rivals:
    """The same Python plugins under pluggy's own call, and called by a loop that promises nothing."""

    def __init__(self, count: int) -> None:
        manager = pluggy.PluginManager(PROJECT)
        manager.add_hookspecs(hookspecs)
        self.modules = []
        for index in range(count):
            module = ModuleType(f"rival{index}")
            exec(compile(PYTHON, f"rival{index}.py", "exec"), vars(module))
            manager.register(module)
            self.modules.append(module)
        functions = [module.player_login for module in self.modules]

        def loop(player: Any) -> None:
            for function in functions:
                function(player)

        self.pluggy: Work = partial(manager.hook.player_login, player=PLAYER)
        self.loop: Work = partial(loop, PLAYER)


def everyone_counts(host: Host, event: Work, rivals: Rivals, count: int) -> None:
    """Raises RuntimeError when a handler of either side misses an event."""
    names = sorted(host.plugins.plugins)
    each = count // len(names)

    def seen() -> list[int]:
        return [ask(host, name, "seen") for name in (names[0], names[-1])] + [rivals.modules[-1].seen]

    before = seen()
    event()
    rivals.pluggy()
    if seen() != [before[0] + each, before[1] + each, before[2] + 1]:
        raise RuntimeError("a handler missed an event")


def measure(case: Case, count: int, quick: bool) -> list[Row]:
    """The rows of one case at one size."""

    async def scenario() -> dict[str, list[float]]:
        rivals = Rivals(count)
        async with serving(case.files(count)) as host:
            event = partial(host.hooks["player.login"], PLAYER)
            everyone_counts(host, event, rivals, count)
            # LuaJIT compiles the host's side of every VM after some hundred crossings.
            for _ in range(50 if quick else 300):
                event()
            works: dict[str, Work] = {"ours": event, "pluggy": rivals.pluggy, "loop": rivals.loop}
            samples = by_turns(works, rounds=7 if quick else 31, sample_ms=2 if quick else 5)
            everyone_counts(host, event, rivals, count)
            return samples

    samples = {
        name: [nanoseconds / count for nanoseconds in series] for name, series in in_host_thread(scenario).items()
    }
    aim = f" (aim: {case.aim} x pluggy)" if case.aim and count >= 100 else ""
    title, unit = f"{count} {case.what}", "ns a handler"
    return [
        paired_row(title + aim, samples["ours"], samples["pluggy"], "pluggy, Python plugins", unit),
        paired_row(title, samples["ours"], samples["loop"], "bare Python loop", unit),
    ]


def run(quick: bool) -> list[Row]:
    """Every case at every size."""
    rows = []
    for case in CASES:
        for count in SIZES:
            if count >= case.smallest:
                rows += measure(case, count, quick)
    return rows
