"""Profiles of Lua VMs: the stacks that are taken, what they weigh, and that nothing stays behind."""

from __future__ import annotations

from statistics import median
from typing import Any

import pytest
from tests.vm.tier import Tier

from tibicen.errors import CpuBudgetError, CrashError, TibicenError
from tibicen.vm.contract import VM
from tibicen.vm.failure import PACKED
from tibicen.vm.marshal import Plain, pack
from tibicen.vm.profile import Profile, Stack
from tibicen.vm.remote_state import RemoteState

pytestmark = pytest.mark.alone

CODE = b"""
local function weigh(count)
    local sum = 0
    for index = 1, count do
        sum = sum + index % 7
    end
    return sum
end

function heavy()
    local sum = weigh(200000)
    return sum
end

function light()
    local sum = weigh(2000)
    return sum
end

function deep(levels)
    if levels == 0 then
        return weigh(100000) + 0
    end
    return deep(levels - 1) + 0
end

function inside_coroutine()
    local wrapped = coroutine.wrap(function() return weigh(100000) + 0 end)
    return wrapped() + 0
end

function many_ways(count)
    local sum = 0
    for index = 1, count do
        local source = "local weigh = ... return function() local sum = weigh(3000) return sum end"
        sum = sum + loadstring(source, "@way" .. index .. ".lua")(weigh)() + 0
    end
    return sum
end

function endless()
    while true do end
end
"""


@pytest.fixture
def vm(tier: Tier) -> VM:
    made = tier.make(cpu_ms=5000)
    made.load(CODE, "tester/init.lua")
    return made


def names(stack: Stack) -> list[tuple[str, int]]:
    return [(frame.function, frame.defined) for frame in stack.frames]


def profile(vm: VM, *calls: tuple[str, Plain], interval_ms: float = 0.5) -> Profile:
    vm.start_profile(interval_ms)
    for function, argument in calls:
        vm.call(function, argument)
    return vm.stop_profile()


def test_the_hot_function_and_line_are_found(vm: VM) -> None:
    found = profile(vm, *[("heavy", None), ("light", None)] * 10)
    assert found.plugin == "tester" and found.language == "lua" and found.notes == []
    heavy = sum(stack.ns for stack in found.stacks if names(stack)[:1] == [("", 10)])
    assert heavy > 0.5 * found.total_ns > 0
    hottest = found.stacks[0]
    assert names(hottest) == [("", 10), ("weigh", 2)]
    assert hottest.frames[-1].file == "tester/init.lua" and hottest.frames[-1].line in (3, 4, 5, 6)
    assert hottest.frames[0].line in (10, 11, 12)
    assert sum(stack.samples for stack in found.stacks) > 5
    assert found.total_ns <= found.ran_ns <= found.seconds * 1e9


def test_many_short_calls_weigh_what_they_run(vm: VM) -> None:
    found = profile(vm, *[("light", None)] * 300)
    assert found.total_ns > 0.5 * found.ran_ns
    # The border's own code may be met, too; then there is a handler and no frame.
    assert all(names(stack)[:1] in ([("", 15)], []) for stack in found.stacks)


def test_nothing_is_left_behind(vm: VM) -> None:
    first = profile(vm, ("heavy", None))
    assert first.stacks
    assert vm.call("heavy") == 599_997
    second = profile(vm)
    assert second.stacks == [] and second.ran_ns < first.ran_ns
    with pytest.raises(TibicenError, match="no profile runs"):
        vm.stop_profile()


def test_a_runaway_is_stopped_while_it_is_profiled(tier: Tier) -> None:
    vm = tier.make(cpu_ms=30)
    vm.load(CODE, "tester/init.lua")
    vm.start_profile(0.5)
    with pytest.raises(CpuBudgetError):
        vm.call("endless")
    assert names(vm.stop_profile().stacks[0]) == [("", 41)]
    with pytest.raises(CpuBudgetError):
        vm.call("endless")


def test_deep_stacks_are_cut_at_their_root(vm: VM) -> None:
    found = profile(vm, *[("deep", 150)] * 5)
    frames = found.stacks[0].frames
    assert len(frames) == 49 and frames[0].function == "..." and frames[-1].function == "weigh"


def test_coroutines_are_seen(vm: VM) -> None:
    found = profile(vm, *[("inside_coroutine", None)] * 5)
    assert found.stacks[0].handler == "life-cycle"
    assert found.stacks[0].frames[-1].function == "weigh"


def test_stacks_are_bounded(vm: VM) -> None:
    found = profile(vm, ("many_ways", 3000), interval_ms=0.1)
    assert 100 < len(found.stacks) <= 500
    assert any("too many different stacks" in note for note in found.notes)


def test_handlers_of_a_chain_are_told_apart(tier: Tier) -> None:
    ids: list[int] = []

    def host(operation: str, arguments: list[Plain]) -> Plain:
        if operation == "hooks.on":
            ids.append(int(arguments[1]))
        return len(ids)

    vm = tier.make(host, realm="realm_native", settings={"settings": {}}, cpu_ms=5000)
    vm.load(
        b'hooks.on("player.login", function() local s = 0 for i = 1, 200000 do s = s + i end end)\n'
        b'hooks.on("player.say", function() local s = 0 for i = 1, 20000 do s = s + i end end)\n',
        "tester/init.lua",
    )
    chain = vm.chain("notify", 0, ids)
    measured: list[Any] = []
    for timed in (False, True):
        vm.start_profile(0.5)
        for _ in range(40):
            outcome, times = vm.dispatch_timed(chain, pack([])) if timed else (vm.dispatch(chain, pack([])), ())
            assert outcome is None
            measured.append(times)
        found = vm.stop_profile()
        weights = {"hook player.login": 0, "hook player.say": 0}
        for stack in found.stacks:
            weights[stack.handler] += stack.ns
        assert weights["hook player.login"] > 2 * weights["hook player.say"]
    if tier.name == "isolated":
        # What goes over the wire is the chain's answer alone.
        assert measured == [()] * 80
        return
    # The median: any one call may have been interrupted.
    first, second = map(median, zip(*measured[40:], strict=True))
    assert first > 2 * second > 0


def test_only_one_room_of_a_shared_vm_is_profiled(tier: Tier) -> None:
    if tier.name != "shared":
        pytest.skip("only where VMs share a state")
    one, other = tier.make(plugin="one", cpu_ms=5000), tier.make(plugin="other", cpu_ms=5000)
    for vm in (one, other):
        vm.load(CODE, "tester/init.lua")
    one.start_profile(0.5)
    with pytest.raises(TibicenError, match="being profiled already"):
        other.start_profile(0.5)
    for _ in range(3):
        other.call("heavy")
    one.call("heavy")
    other.close()
    found = one.stop_profile()
    # The other's time is nobody's here.
    assert 0 < found.total_ns < 0.8 * found.ran_ns
    three = tier.make(plugin="three", cpu_ms=5000)
    three.start_profile(0.5)
    three.close()
    one.start_profile(0.5)
    assert one.stop_profile().stacks == []


def test_a_trusted_vm_is_interpreted_meanwhile(tier: Tier) -> None:
    vm = tier.make(trusted=True)
    vm.load(CODE, "tester/init.lua")
    for _ in range(20):
        vm.call("heavy")
    found = profile(vm, *[("heavy", None)] * 10)
    assert "JIT" in found.notes[0]
    assert names(found.stacks[0]) == [("", 10), ("weigh", 2)]
    assert vm.call("heavy") == 599_997


def test_a_process_that_makes_up_a_profile_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    tier = Tier("isolated")
    for made_up in ("nonsense", [["handler\nno fields at all", 1, 1]], [[1, 2]]):
        vm = tier.make()
        vm.start_profile(1.0)
        answer = made_up if isinstance(made_up, str) else [made_up, 1, 0, 0, 0, False]
        monkeypatch.setattr(RemoteState, "stop_profile", lambda self, told=answer: (PACKED, pack(told)))
        with pytest.raises(CrashError, match="broke the protocol"):
            vm.stop_profile()
        with pytest.raises(CrashError):
            vm.call("anything")
    tier.close()
