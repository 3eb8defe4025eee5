"""Python plugins: as a file, as a folder, as a package; modules of their own in each generation, nothing stale."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import PluginFolder

from tibicen.errors import HandlerError
from tibicen.realms.python_loader import PREFIX


def modules_of(*plugins: str) -> list[str]:
    """Names of loaded modules, without the prefix that plugins' modules have."""
    names = sorted(name.removeprefix(PREFIX) for name in sys.modules if name.startswith(PREFIX))
    return [name for name in names if not plugins or name.startswith(plugins)]


@pytest.fixture(autouse=True)
def nothing_is_left_behind(folder: PluginFolder) -> Any:
    """After every test here: no plugin's module in sys.modules, no cache beside the plugins."""
    yield
    assert modules_of() == []
    assert [path for path in folder.path.rglob("*") if path.name == "__pycache__" or path.suffix == ".pyc"] == []


SHAPES = {
    "a single file": {"p.py": "NAME = 'file'\ndef setup(plugin): plugin.export(lambda: NAME, 'get')\n"},
    "a folder with plugin.py": {
        "p/plugin.py": "from .sub.mod import NAME\ndef setup(plugin): plugin.export(lambda: NAME, 'get')\n",
        "p/sub/mod.py": "from ..helper import NAME\n",
        "p/helper.py": "NAME = 'folder'\n",
    },
    "a package": {
        "p/__init__.py": "from . import helper\nfrom .sub import NAME\n"
        "def setup(plugin): plugin.export(lambda: NAME, 'get')\n",
        "p/sub/__init__.py": "from .mod import NAME\n",
        "p/sub/mod.py": "from ..helper import NAME\n",
        "p/helper.py": "NAME = 'package'\n",
    },
    "a package around plugin.py": {
        "p/__init__.py": "NAME = 'around'\n",
        "p/plugin.py": "from . import NAME\ndef setup(plugin): plugin.export(lambda: NAME, 'get')\n",
    },
}


@pytest.mark.parametrize("shape", SHAPES)
def test_shapes_and_relative_imports(folder: PluginFolder, host: Any, in_host: Any, shape: str) -> None:
    for name, code in SHAPES[shape].items():
        folder.write(name, code)

    async def scenario() -> None:
        async with host() as running:
            assert running.info("p")["errors"] == []
            assert running.export("p", "get") == shape.replace("a folder with plugin.py", "folder").split()[-1].replace(
                "plugin.py", "around"
            )
            first = modules_of()
            assert running.host.plugins.reload("p").ok
            # The same modules of the new generation, and none of the old.
            assert modules_of() == [name.replace("p_g1", "p_g2") for name in first]
            running.host.plugins.unload("p")
            assert modules_of() == []

    in_host(scenario)


def test_each_generation_has_a_namespace_of_its_own(folder: PluginFolder, host: Any, in_host: Any) -> None:
    folder.write("p/state.py", "seen = []\n")
    folder.plugin(
        "p",
        """
        from . import state

        def setup(plugin):
            state.seen.append(plugin.generation)
            plugin.export(lambda: state.seen, "seen")
        """,
        entry="plugin.py",
    )

    async def scenario() -> None:
        async with host() as running:
            old = running.host.plugins.active("p").runtime._module
            assert running.host.plugins.reload("p").ok
            new = running.host.plugins.active("p").runtime._module
            assert running.export("p", "seen") == [2]
            assert old is not new
            assert old.state.seen == [1]
            assert (old.__name__, new.__name__) == (f"{PREFIX}p_g1.plugin", f"{PREFIX}p_g2.plugin")

    in_host(scenario)


def test_names_that_differ_in_a_dash_do_not_share_modules(folder: PluginFolder, host: Any, in_host: Any) -> None:
    for name in ("a-b", "a_b"):
        folder.plugin(
            name,
            """
            from .mod import NAME

            def setup(plugin):
                from . import late
                plugin.export(lambda: NAME, "get")
            """,
            entry="plugin.py",
        )
        folder.write(f"{name}/mod.py", f"NAME = {name!r}\n")
        folder.write(f"{name}/late.py", f"assert __file__.endswith({name + '/late.py'!r})\n")

    async def scenario() -> None:
        async with host() as running:
            assert [running.export(name, "get") for name in ("a-b", "a_b")] == ["a-b", "a_b"]
            running.host.plugins.unload("a-b")
            assert modules_of("a_b") == ["a_b_g1", "a_b_g1.late", "a_b_g1.mod", "a_b_g1.plugin"]

    in_host(scenario)


def test_a_changed_submodule_is_loaded_anew(folder: PluginFolder, host: Any, in_host: Any) -> None:
    """Also when size and second of the file stay the same, which is all that Python's cache looks at."""
    folder.plugin(
        "p", "from .mod import NAME\ndef setup(plugin): plugin.export(lambda: NAME, 'get')\n", entry="plugin.py"
    )
    path = folder.write("p/mod.py", "NAME = 'one'\n")

    async def scenario() -> None:
        async with host() as running:
            for name in ("one", "two", "six"):
                folder.write("p/mod.py", f"NAME = '{name}'\n")
                (report,) = running.save(path)
                assert report.ok
                assert running.export("p", "get") == name

    in_host(scenario)


BROKEN = {
    "syntax": ("def (\n", "p/sub/mod.py", 1, "SyntaxError: invalid syntax"),
    "run time": ("# one\n\nraise ValueError('no')\n", "p/sub/mod.py", 3, "ValueError: no"),
    "import": ("# one\nfrom . import nothing\n", "p/sub/mod.py", 2, "ImportError: cannot import name 'nothing'"),
    "text that is compiled": ("# one\nNAME = eval('1 +')\n", "p/sub/mod.py", 2, "SyntaxError: invalid syntax"),
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_submodule_is_named_and_the_old_goes_on(
    folder: PluginFolder, host: Any, in_host: Any, what: str
) -> None:
    code, file, line, message = BROKEN[what]
    folder.plugin(
        "p", "from .sub.mod import NAME\ndef setup(plugin): plugin.export(lambda: NAME, 'get')\n", entry="plugin.py"
    )
    path = folder.write("p/sub/mod.py", "NAME = 'good'\n")

    async def scenario() -> None:
        async with host() as running:
            before = modules_of()
            folder.write("p/sub/mod.py", code)
            (report,) = running.save(path)
            (problem,) = report.problems
            assert (problem.file, problem.line) == (file, line)
            assert problem.message.startswith(message)
            assert running.export("p", "get") == "good"
            # Nothing of the refused generation stays.
            assert modules_of() == before

    in_host(scenario)


def test_health_that_says_no_names_the_file(folder: PluginFolder, host: Any, in_host: Any) -> None:
    folder.plugin("p", "def on_health(): return 'ill'\n", entry="plugin.py")

    async def scenario() -> None:
        async with host() as running:
            assert running.info("p")["errors"] == ["p/plugin.py: on_health said no: ill"]

    in_host(scenario)


@pytest.mark.parametrize("shape", SHAPES)
def test_no_bytecode_is_written_nor_read(
    folder: PluginFolder, host: Any, in_host: Any, monkeypatch: pytest.MonkeyPatch, shape: str
) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    for name, code in SHAPES[shape].items():
        folder.write(name, code)

    async def scenario() -> None:
        async with host() as running:
            before = set(folder.path.rglob("*"))
            assert running.host.plugins.reload("p").ok
            assert set(folder.path.rglob("*")) == before

    in_host(scenario)


def test_the_ledger_holds_what_python_registers(folder: PluginFolder, host: Any, in_host: Any) -> None:
    folder.write(
        "p.py",
        """
        import asyncio

        from tibicen.api import hookimpl

        ended = []

        @hookimpl
        def player_login(player):
            return None

        def setup(plugin):
            async def work():
                try:
                    await asyncio.Event().wait()
                finally:
                    ended.append(plugin.generation)
                    plugin.kv.set("ended", ended)

            plugin.on("player.login", lambda player: None)
            plugin.every(60_000, print)
            plugin.after(60_000, print)
            plugin.subscribe("a.>", print)
            plugin.export(lambda: 1, "one")
            plugin.spawn(work)
        """,
    )

    async def scenario() -> None:
        async with host() as running:
            owned = {"hook": 2, "timer": 2, "subscription": 1, "export": 1, "task": 1}
            assert running.info("p")["owns"] == owned
            assert len(running.host.hooks["player.login"]) == 2
            await running.until(lambda: running.host.plugins.active("p").ledger.entries("task")[0].task is not None)
            first = running.host.plugins.active("p")
            assert running.host.plugins.reload("p").ok
            assert running.info("p")["owns"] == owned
            assert len(running.host.hooks["player.login"]) == 2
            assert running.host.subjects.listeners("a.b") == tuple(
                running.host.plugins.active("p").ledger.entries("subscription")
            )
            await running.until(lambda: first.ledger.mode.name == "CLOSED")
            assert len(first.ledger) == 0
            running.host.plugins.unload("p")
            assert len(running.host.hooks["player.login"]) == 0
            assert running.host.subjects.listeners("a.b") == ()

    in_host(scenario)


def test_a_refused_generation_registers_nothing(folder: PluginFolder, host: Any, in_host: Any) -> None:
    good = "def setup(plugin):\n    plugin.on('player.login', print)\n    plugin.subscribe('a', print)\n"
    path = folder.write("p.py", good)

    async def scenario() -> None:
        async with host() as running:
            listeners = running.host.subjects.listeners("a")
            folder.write("p.py", good + "    plugin.on('player.say', print)\n    raise ValueError('no')\n")
            assert [report.ok for report in running.save(path)] == [False]
            assert len(running.host.hooks["player.login"]) == 1
            assert len(running.host.hooks["player.say"]) == 0
            assert running.host.subjects.listeners("a") == listeners

    in_host(scenario)


def test_a_dead_generation_can_not_register(folder: PluginFolder, host: Any, in_host: Any) -> None:
    folder.write("p.py", "def setup(plugin):\n    global kept\n    kept = plugin\n")

    async def scenario() -> None:
        async with host() as running:
            old = running.host.plugins.active("p").runtime._module.kept
            assert running.host.plugins.reload("p").ok
            with pytest.raises(Exception, match=r"p \(generation 1\) was unloaded or reloaded; a timer can't be"):
                old.every(10, print)
            # What it says is heard by nobody.
            before = running.host.subjects.delivered
            old.publish("late")
            assert len(running.host.subjects._queue) == 0
            assert running.host.subjects.delivered == before

    in_host(scenario)


def test_a_file_that_becomes_a_folder_is_the_same_plugin(folder: PluginFolder, host: Any, in_host: Any) -> None:
    single = folder.write("p.py", "def setup(plugin): plugin.export(lambda: 'file', 'get')\n")

    async def scenario() -> None:
        async with host() as running:
            assert running.export("p", "get") == "file"
            single.unlink()
            package = folder.write("p/__init__.py", "def setup(plugin): plugin.export(lambda: 'package', 'get')\n")
            running.save(Path(single), package)
            assert running.export("p", "get") == "package"

    in_host(scenario)


@pytest.mark.parametrize("where", ["hook", "timer", "task", "export", "subscription"])
def test_a_plugin_can_not_end_the_host_by_sys_exit(folder: PluginFolder, host: Any, in_host: Any, where: str) -> None:
    registered = {
        "hook": "plugin.on('player.login', lambda player: sys.exit(3))",
        "timer": "plugin.after(1, lambda: sys.exit(3))",
        "task": "plugin.spawn(task)",
        "export": "plugin.export(lambda: sys.exit(3), 'leave')",
        "subscription": "plugin.subscribe('p.x', lambda subject, data: sys.exit(3))",
    }[where]
    folder.write(
        "p.py", f"import sys\n\n\nasync def task():\n    sys.exit(3)\n\n\ndef setup(plugin):\n    {registered}\n"
    )

    async def scenario() -> None:
        async with host() as running:
            running.host.emit("player.login", [{"id": 1, "name": "Eve"}])
            running.host.subjects.publish("p.x", None)
            if where == "export":
                with pytest.raises(HandlerError, match="end the host"):
                    running.export("p", "leave")
                return
            await running.until(lambda: running.info("p")["strikes"])
            (strike,) = running.info("p")["strikes"]
            assert "it tried to end the host (sys.exit(3))" in strike["reason"]
            assert strike["reason"].startswith("p.py:")

    in_host(scenario)
