"""Descriptors that a Python plugin leaves behind are told by name and place."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import PluginFolder, RunningHost, Scenario

Start = Callable[..., AbstractAsyncContextManager[RunningHost]]
InHost = Callable[[Scenario], Any]

LEAVES = {
    "a descriptor": ("os.open({path!r}, os.O_RDONLY)", "the file {path}"),
    "a file that others hold": ("sys.kept_by_a_test = open({path!r})", "the file {path}"),
    "a socket that others hold": ("sys.kept_by_a_test = socket.socket()", "a socket"),
}

CLOSES = {
    "a descriptor that is closed": "os.close(os.open({path!r}, os.O_RDONLY))",
    "a file that goes with it": "global kept; kept = open({path!r})",
    "a socket that goes with it": "global kept; kept = socket.socket()",
    "nothing": "pass",
}

CODE = "import os, socket, sys\n\n\ndef setup(plugin):\n    {}\n"


def load_and_unload(folder: PluginFolder, host: Start, in_host: InHost, code: str) -> list[str]:
    folder.write("p.py", code)
    problems: list[str] = []

    async def scenario() -> None:
        async with host() as running:
            running.host.plugins.unload("p")
            running.host.plugins.check_leaks()
            problems.extend(running.info("p")["leaks"])

    in_host(scenario)
    return problems


@pytest.mark.parametrize("what", LEAVES)
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_what_stays_open_is_told(folder: PluginFolder, host: Start, in_host: InHost, tmp_path: Path, what: str) -> None:
    import sys

    path = tmp_path / "data.txt"
    path.write_text("x")
    code, sentence = LEAVES[what]
    before = set(os.listdir("/proc/self/fd"))  # noqa: PTH208
    try:
        (problem,) = load_and_unload(folder, host, in_host, CODE.format(code.format(path=str(path))))
    finally:
        kept = sys.__dict__.pop("kept_by_a_test", None)
        if kept is not None:
            kept.close()
        else:
            for name in set(os.listdir("/proc/self/fd")) - before:  # noqa: PTH208
                if os.path.realpath(f"/proc/self/fd/{name}") == str(path):
                    os.close(int(name))
    assert sentence.format(path=path) in problem
    assert "p.py:5" in problem


@pytest.mark.parametrize("what", CLOSES)
@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_what_is_closed_is_not(folder: PluginFolder, host: Start, in_host: InHost, tmp_path: Path, what: str) -> None:
    path = tmp_path / "data.txt"
    path.write_text("x")
    assert load_and_unload(folder, host, in_host, CODE.format(CLOSES[what].format(path=str(path)))) == []
    gc.collect()
