"""No plugin is stopped because a collection of Python's garbage fell into its call."""

from __future__ import annotations

import gc
import time
from collections.abc import Iterator
from typing import Any

import pytest
from tests.vm.tier import Tier

from tibicen.errors import CpuBudgetError
from tibicen.vm.contract import VM
from tibicen.vm.marshal import Plain

pytestmark = pytest.mark.alone

BUDGET_MS = 40
PAUSE_MS = 100

CODE = b"""
function ask(what) kv.get(what) local sum = 0 for i = 1, 1e5 do sum = sum + i end return sum end
function spin() kv.get("garbage") while true do end end
"""


def burn(milliseconds: float) -> None:
    """Uses the processor; a plugin isn't charged for what its thread slept."""
    end = time.thread_time() + milliseconds / 1e3
    while time.thread_time() < end:
        pass


def slow(phase: str, _: dict[str, int]) -> None:
    if phase == "start":
        burn(PAUSE_MS)


@pytest.fixture
def slow_garbage() -> Iterator[None]:
    """Every collection takes long, as in a process with much in it."""
    gc.callbacks.append(slow)
    yield
    gc.callbacks.remove(slow)


def host(operation: str, arguments: list[Plain]) -> Plain:
    if arguments[0] == "garbage":
        gc.collect()
    elif arguments[0] == "work":
        burn(PAUSE_MS)


def make(tier: Tier, **limits: Any) -> VM:
    vm = tier.make(host, realm="realm_native", settings={"name": "p"}, cpu_ms=BUDGET_MS, **limits)
    vm.load(CODE, "p/init.lua")
    return vm


@pytest.mark.usefixtures("slow_garbage")
def test_a_collection_is_nobodys_time(tier: Tier) -> None:
    vm = make(tier)
    assert vm.call("ask", "garbage") == 5000050000
    assert vm.call("ask", "nothing") == 5000050000


@pytest.mark.usefixtures("slow_garbage")
def test_a_collection_stops_no_deadline(tier: Tier) -> None:
    vm = make(tier)
    with pytest.raises(CpuBudgetError):
        vm.call("spin")


@pytest.mark.usefixtures("slow_garbage")
def test_a_collection_is_not_taken_from_the_share_of_a_second(tier: Tier) -> None:
    vm = make(tier, cpu_ms_per_second=2 * PAUSE_MS)
    for _ in range(4):
        vm.call("ask", "garbage")


def test_the_hosts_own_work_is_the_plugins_time(tier: Tier) -> None:
    if tier.name == "isolated":
        pytest.skip("a worker's processor rests meanwhile")
    with pytest.raises(CpuBudgetError):
        make(tier).call("ask", "work")
