"""`tibicen profile`: the summary, the collapsed stacks, and a recording over the control socket."""

from __future__ import annotations

import asyncio
import io
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from tests.conftest import PluginFolder

from tibicen.cli import profile as profiling
from tibicen.cli.control import ControlServer
from tibicen.cli.flame import render
from tibicen.cli.operations import operations_of
from tibicen.errors import ControlError
from tibicen.vm.profile import Frame, Profile, Stack

F, G = Frame("f", "p/init.lua", 1, 3), Frame("g", "p/lib.lua", 5, 7)
PROFILE = Profile(
    "p",
    "lua",
    [
        Stack("hook a", [F, G], 6_000_000, 6),
        Stack("hook a", [F], 1_000_000, 1),
        Stack("timer every 5 ms", [Frame("", "p/init.lua", 9, 9), G, F, G], 3_000_000, 3),
    ],
    2.0,
    11_000_000,
    ["a note"],
)


def test_summary() -> None:
    result = profiling.summary(PROFILE)
    assert (result["sampled_ms"], result["ran_ms"], result["samples"], result["seconds"]) == (10.0, 11.0, 10, 2.0)
    assert result["handlers"] == [
        {"handler": "hook a", "ms": 7.0, "percent": 70.0},
        {"handler": "timer every 5 ms", "ms": 3.0, "percent": 30.0},
    ]
    functions = {row["function"]: (row["ms"], row["own_ms"]) for row in result["functions"]}
    # Once for each stack, however often it is in it.
    assert functions == {"f (p/init.lua:1)": (10.0, 1.0), "g (p/lib.lua:5)": (9.0, 9.0), "p/init.lua:9": (3.0, 0.0)}
    assert result["lines"][0] == {"line": "p/lib.lua:7", "ms": 9.0, "percent": 90.0}


def test_collapsed_stacks() -> None:
    assert profiling.collapsed(PROFILE).splitlines() == [
        "p;hook a;f (p/init.lua:3) 1000",
        "p;hook a;f (p/init.lua:3);g (p/lib.lua:7) 6000",
        "p;timer every 5 ms;? (p/init.lua:9);g (p/lib.lua:7);f (p/init.lua:3);g (p/lib.lua:7) 3000",
    ]
    evil = Profile("p", "lua", [Stack("export a;b\nc\x1b[2J", [], 5000, 1)], 1.0, 0, [])
    assert profiling.collapsed(evil) == "p;export a,b c\\x1b[2J 5\n"


def shown(profile: Profile) -> str:
    console = Console(file=io.StringIO(), width=200, highlight=False, markup=False)
    console.print(profiling.tables(profiling.summary(profile)))
    return str(console.file.getvalue())  # type: ignore[attr-defined]


def test_tables() -> None:
    text = shown(PROFILE)
    assert "10.0 ms of code in 2.0 s, 10 samples" in text and "note: a note" in text
    assert "7.0  70.0  hook a" in text and "9.0  90.0  p/lib.lua:7" in text
    assert "be seen" in shown(Profile("p", "lua", [], 2.0, 0, []))
    many = [Stack(f"hook {index}", [F], 1000, 1) for index in range(40)]
    assert "(and 25 more" in shown(Profile("p", "lua", many, 1.0, 0, []))


def test_a_recording_names_the_hot_handler(folder: PluginFolder, host: Any, in_host: Any, tmp_path: Path) -> None:
    folder.plugin(
        "hot",
        """
        local function burn(count)
            local sum = 0
            for index = 1, count do sum = sum + index % 7 end
            return sum
        end
        timers.every(4, function() local sum = burn(60000) return sum end)
        timers.every(5, function() local sum = burn(50) return sum end)
        """,
        "budget: {cpu_ms: 5000, cpu_ms_per_second: 0}",
    )
    socket = tmp_path / "c.sock"

    async def scenario() -> Profile:
        async with host() as running:
            control = ControlServer(socket, operations_of(running.host))
            await control.start()
            try:
                return await asyncio.to_thread(profiling.record, socket, "hot", 1.0, 0.5)
            finally:
                await control.stop()

    profile = in_host(scenario)
    result = profiling.summary(profile)
    assert result["handlers"][0]["handler"] == "timer every 4 ms" and result["handlers"][0]["percent"] > 80
    assert result["functions"][0]["function"] in ("burn (hot/init.lua:1)", "hot/init.lua:6")
    assert result["lines"][0]["line"] == "hot/init.lua:3"
    root = ElementTree.fromstring(render(profile).encode())
    titles = {
        group[0].text.partition(":")[0]: float(group[1].attrib["width"])
        for group in root.iter("{http://www.w3.org/2000/svg}g")
        if group[0].text
    }
    assert titles["timer every 4 ms"] == max(width for title, width in titles.items() if title != "hot")


def test_without_a_host(tmp_path: Path) -> None:
    with pytest.raises(ControlError, match="no host listens"):
        profiling.record(tmp_path / "none.sock", "hot", 1.0, 1.0)
