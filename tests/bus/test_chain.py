"""Compiled chains: what each kind makes of its handlers' answers, and what a failure costs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tibicen.bus.chain import Filtered
from tibicen.bus.hooks import Handler, HookBus
from tibicen.bus.markers import Stop, hookimpl
from tibicen.errors import HandlerError, MarshalError, VmClosedError
from tibicen.lifecycle.discovery import Source
from tibicen.lifecycle.generation import Generation
from tibicen.lifecycle.manifest import Manifest
from tibicen.vm.contract import HookFailure, HookOutcome
from tibicen.vm.marshal import unpack


class PaperVM:
    """What a chain needs of a VM, with Python functions as its callbacks."""

    def __init__(self, crossing: object) -> None:
        self.crossing = crossing
        self.callbacks: dict[int, Callable[..., Any]] = {}
        self.chains: dict[int, tuple[str, int, list[int]]] = {}
        self.built = 0
        self.closed = False
        self.crossings: list[list[int]] = []

    def chain(self, kind: str, arity: int, callbacks: list[int]) -> int:
        self.built += 1
        self.chains[self.built] = (kind, arity, list(callbacks))
        return self.built

    def drop_chain(self, chain: int) -> None:
        del self.chains[chain]

    def dispatch(self, chain: int, packed: bytes) -> HookOutcome | None:
        if self.closed:
            raise VmClosedError("this VM is closed")
        kind, arity, callbacks = self.chains[chain]
        self.crossings.append(callbacks)
        value, *rest = [*unpack(packed), None][: max(arity, 1)]
        failures: list[HookFailure] = []
        answers: list[Any] = []
        for callback in callbacks:
            try:
                answer = self.callbacks[callback](*[value, *rest][:arity])
            except Exception as error:
                failures.append(HookFailure(callback, HandlerError("the first in the VM", str(error))))
                continue
            if kind == "filter" and isinstance(answer, Stop):
                return HookOutcome(answer.value, answer.value is not None, callback, tuple(failures))
            if kind == "filter" and answer is not None:
                value = answer
            if answer is not None:
                answers.append(answer)
            if kind == "query" and answers:
                break
        made = {"notify": None, "filter": value, "query": answers[0] if answers else None, "gather": answers}[kind]
        return HookOutcome(made, kind == "filter", 0, tuple(failures))

    def dispatch_timed(self, chain: int, packed: bytes) -> tuple[HookOutcome | None, tuple[int, ...]]:
        return self.dispatch(chain, packed), ()


class Chained:
    """Plugins in the order in which their handlers are called: each new one goes behind the others."""

    def __init__(self, hook: str) -> None:
        self.failures: list[tuple[str, Exception]] = []
        self.bus = HookBus(self._failed)
        self.hook = self.bus[hook]
        self.count = 0

    def _failed(self, handler: Handler, error: Exception) -> None:
        self.failures.append((handler.generation.plugin, error))

    @property
    def failed(self) -> list[str]:
        return [plugin for plugin, _ in self.failures]

    def generation(self, name: str) -> Generation:
        self.count += 1
        entry = Path("plugins") / f"{name}.py"
        source = Source(name, entry, entry.parent, entry, Manifest(name=name), "file", "python")
        generation = Generation(source, 1, -self.count, {})
        generation.ledger.put_back()
        return generation

    def python(self, name: str, function: Callable[..., Any]) -> Handler:
        return self.bus.add_python(self.generation(name), self.hook.spec.name, function)

    def lua(self, name: str, vm: PaperVM, function: Callable[..., Any]) -> Handler:
        generation = self.generation(name)
        vm.callbacks[self.count] = function
        as_vm: Any = vm
        return self.bus.add_lua(generation, as_vm, self.hook.spec.name, self.count)

    def wrapper(self, name: str, function: Callable[..., Any]) -> None:
        module = type("Module", (), {})()
        module.around = hookimpl(function, wrapper=True, specname=self.hook.spec.name.replace(".", "_", 1))
        self.bus.add_module(self.generation(name), module)


def broken(*arguments: Any) -> Any:
    raise ValueError("broken")


ME = {"id": 1}


# -- kinds ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lua", [False, True])
def test_notify_reaches_everyone(lua: bool) -> None:
    log: list[Any] = []
    chained, vm = Chained("player.login"), PaperVM(1)
    add = (lambda name, function: chained.lua(name, vm, function)) if lua else chained.python
    add("one", lambda player: log.append(("one", player)))
    add("broken", broken)
    add("two", lambda player: log.append(("two", player)) or "an answer that nobody wants")
    assert chained.hook(ME) is None
    assert log == [("one", ME), ("two", ME)]
    assert chained.failed == ["broken"] and "broken" in str(chained.failures[0][1])


def test_filter_replaces_in_order_and_none_keeps() -> None:
    chained = Chained("player.say")
    chained.python("one", lambda text, player: text + "1")
    chained.python("looks_on", lambda text, player: None)
    chained.lua("lua", PaperVM(1), lambda text, player: text + str(player["id"] + 1))
    chained.python("broken", broken)
    chained.python("empty", lambda text, player: "" if text == "0" else text + "3")
    assert chained.hook("x", ME) == Filtered("x123", None)
    assert chained.failed == ["broken"]


@pytest.mark.parametrize(
    ("stop", "expected"),
    [(Stop("end"), "end"), (Stop(""), ""), (Stop(), "x1"), (Stop(0), 0), (Stop({"a": []}), {"a": []})],
)
@pytest.mark.parametrize("lua", [False, True])
def test_filter_stops(stop: Stop, expected: Any, lua: bool) -> None:
    chained, vm = Chained("player.say"), PaperVM(1)
    chained.python("one", lambda text, player: text + "1")
    add = (lambda name, function: chained.lua(name, vm, function)) if lua else chained.python
    add("before", lambda text, player: None)
    add("stopper", lambda text, player: stop)
    chained.python("not_reached", broken)
    assert chained.hook("x", ME) == Filtered(expected, "stopper")
    assert chained.failures == []


def test_a_filter_that_fails_leaves_the_record_as_it_was() -> None:
    chained = Chained("status.info")

    def half_way(info: Any) -> None:
        info["motd"] = "half-way"
        info["players"].append("ghost")
        raise ValueError("no")

    chained.python("in_place", lambda info: info["players"].append("Eve"))
    chained.python("half_way", half_way)
    chained.python("behind", lambda info: {**info, "seen": list(info["players"])})
    chained.python("half_way_again", half_way)
    assert chained.hook({"players": []}).value == {"players": ["Eve"], "seen": ["Eve"]}
    assert chained.failed == ["half_way", "half_way_again"]


@pytest.mark.parametrize("lua_behind", [False, True])
@pytest.mark.parametrize(
    "bad",
    [
        lambda info: {**info, "bad": object()},
        lambda info: info.update(bad=object()),
        lambda info: Stop({"bad": object()}),
        lambda info: object(),
    ],
    ids=["replaced", "in place", "stop", "no record"],
)
def test_what_is_not_plain_is_the_failure_of_who_answered_it(bad: Callable[..., Any], lua_behind: bool) -> None:
    chained = Chained("status.info")
    chained.python("good", lambda info: {**info, "good": 1})
    chained.python("bad", bad)
    add = (lambda name, function: chained.lua(name, PaperVM(1), function)) if lua_behind else chained.python
    add("behind", lambda info: {**info, "behind": 2})
    assert chained.hook({}) == Filtered({"good": 1, "behind": 2}, None)
    assert chained.failed == ["bad"] and isinstance(chained.failures[0][1], MarshalError)


@pytest.mark.parametrize("lua", [False, True])
def test_query_takes_the_first_answer_and_asks_nobody_else(lua: bool) -> None:
    asked: list[str] = []

    def answer(name: str, value: Any) -> Callable[..., Any]:
        return lambda who: asked.append(name) or (value if who == "Eve" else None)

    chained, vm = Chained("status.player_online"), PaperVM(1)
    chained.python("broken", broken)
    chained.lua("silent_lua", vm, answer("silent_lua", None))
    chained.python("silent", answer("silent", None))
    add = (lambda name, function: chained.lua(name, vm, function)) if lua else chained.python
    add("false", answer("false", False))
    chained.lua("behind", vm, answer("behind", True))
    assert chained.hook("Eve") is False, "False is an answer"
    assert asked == ["silent_lua", "silent", "false"]
    assert chained.hook("Bob") is None
    assert asked[3:] == ["silent_lua", "silent", "false", "behind"]
    assert chained.failed == ["broken", "broken"]


def test_gather_takes_every_answer_in_order() -> None:
    chained, vm = Chained("status.players"), PaperVM(1)
    chained.python("one", lambda: [1])
    chained.lua("two", vm, lambda: [2])
    chained.lua("broken_lua", vm, broken)
    chained.lua("silent", vm, lambda: None)
    chained.lua("three", vm, lambda: 0)
    chained.python("broken", broken)
    chained.python("nothing", lambda: None)
    chained.python("four", list)
    assert chained.hook() == [[1], [2], 0, []]
    assert chained.failed == ["broken_lua", "broken"]


# -- wrappers ---------------------------------------------------------------------------------------------


def test_wrappers_see_arguments_and_result_from_outside_in() -> None:
    log: list[Any] = []
    chained = Chained("player.say")

    def around(name: str) -> Callable[..., Any]:
        def wrapper(text: str, player: Any) -> Iterator[None]:
            log.append((name, text))
            result = yield
            log.append((name, result))
            return f"{name}({result})" if text == "x" else None

        return wrapper

    chained.wrapper("outer", around("outer"))
    chained.wrapper("inner", around("inner"))
    chained.python("stopper", lambda text, player: Stop(text + "1"))
    assert chained.hook("x", ME) == Filtered("outer(inner(x1))", "stopper")
    assert log == [("outer", "x"), ("inner", "x"), ("inner", "x1"), ("outer", "inner(x1)")]
    assert chained.hook("y", ME) == Filtered("y1", "stopper"), "a filter's wrapper that returns nothing changes nothing"


def test_wrappers_of_the_other_kinds() -> None:
    def doubled(*arguments: Any) -> Iterator[None]:
        result = yield
        return result * 2 if isinstance(result, list) else "wrapped"

    def looks_on(*arguments: Any) -> Iterator[None]:
        yield

    for hook, arguments, wrapper, expected in [
        ("player.login", [ME], doubled, None),
        ("status.player_online", ["Eve"], doubled, "wrapped"),
        ("status.players", [], doubled, [1, 1]),
        ("status.players", [], looks_on, [1]),
    ]:
        chained = Chained(hook)
        chained.wrapper("wrapper", wrapper)
        chained.python("plain", lambda *_: 1)
        assert chained.hook(*arguments) == expected, hook
        assert chained.failures == []


def fails_before(text: str, player: Any) -> Iterator[None]:
    raise ValueError("before")
    yield


def fails_behind(text: str, player: Any) -> Iterator[None]:
    yield
    raise ValueError("behind")


def yields_never(text: str, player: Any) -> Iterator[None]:
    if text == "never":
        yield


def yields_twice(text: str, player: Any) -> Iterator[None]:
    yield
    yield


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (fails_before, "before"),
        (fails_behind, "behind"),
        (yields_never, "has to yield once"),
        (yields_twice, "has to yield only once"),
    ],
)
def test_a_wrapper_that_fails_is_out_and_the_result_stays(bad: Callable[..., Any], reason: str) -> None:
    def good(text: str, player: Any) -> Iterator[None]:
        result = yield
        return f"<{result}>"

    chained = Chained("player.say")
    chained.wrapper("outer", good)
    chained.wrapper("bad", bad)
    chained.wrapper("inner", good)
    chained.python("plain", lambda text, player: text + "1")
    chained.lua("lua", PaperVM(1), lambda text, player: text + "2")
    assert chained.hook("x", ME) == Filtered("<<x12>>", None)
    ((plugin, error),) = chained.failures
    assert plugin == "bad" and reason in str(error)


# -- crossings and VMs ------------------------------------------------------------------------------------


def test_neighbours_in_one_vm_are_one_crossing() -> None:
    chained, shared, other = Chained("player.login"), PaperVM("shared"), PaperVM("other")
    chained.lua("a", shared, lambda player: None)
    chained.lua("b", shared, broken)
    chained.lua("c", other, lambda player: None)
    chained.python("d", lambda player: None)
    chained.lua("e", shared, lambda player: None)
    chained.hook(ME)
    assert (shared.crossings, other.crossings) == ([[1, 2], [5]], [[3]])
    assert sorted(shared.chains.values()) == [("notify", 1, [1, 2]), ("notify", 1, [5])]
    # Not after the plugin whose VM made the crossing.
    ((plugin, error),) = chained.failures
    assert plugin == "b" and isinstance(error, HandlerError) and error.plugin == "b"


def test_a_vm_that_is_gone_costs_only_its_own_step() -> None:
    log: list[str] = []
    chained, vm = Chained("player.login"), PaperVM(1)
    chained.lua("gone", vm, broken)
    chained.python("behind", lambda player: log.append("behind"))
    vm.closed = True
    chained.hook(ME)
    assert log == ["behind"]
    assert [(plugin, type(error)) for plugin, error in chained.failures] == [("gone", VmClosedError)]


@pytest.mark.parametrize("hook", ["player.login", "status.player_online", "player.say"])
def test_what_can_not_cross_costs_each_lua_handler_the_event_once(hook: str) -> None:
    log: list[str] = []
    chained, vm = Chained(hook), PaperVM(1)
    chained.lua("lua", vm, broken)
    chained.python("python", lambda *arguments: log.append("python"))
    chained.lua("lua_behind", vm, broken)
    chained.hook(*{"player.say": ["hi", {"bad": object()}]}.get(hook, [object()]))
    assert log == ["python"] and vm.crossings == []
    assert [(plugin, type(error)) for plugin, error in chained.failures] == [
        ("lua", MarshalError),
        ("lua_behind", MarshalError),
    ]


def test_a_chain_is_compiled_again_only_after_a_change() -> None:
    chained, vm = Chained("player.login"), PaperVM(1)
    first = chained.lua("one", vm, lambda player: None)
    assert vm.built == 0, "nobody has called the hook yet"
    for _ in range(3):
        chained.hook(ME)
    assert vm.built == 1
    second = chained.lua("two", vm, lambda player: None)
    assert vm.chains == {}, "the old chain is freed at once"
    chained.hook(ME)
    assert vm.chains == {2: ("notify", 1, [1, 2])}
    chained.hook.remove(first)
    chained.hook(ME)
    assert vm.chains == {3: ("notify", 1, [2])}
    second.generation.ledger.close()
    chained.hook(ME)
    assert vm.chains == {} and vm.crossings == [[1], [1], [1], [1, 2], [2]]


def test_an_event_ends_with_the_handlers_that_it_began_with() -> None:
    """Whoever is called first adds one, takes one back and calls the hook again; those behind miss nothing."""
    log: list[str] = []
    chained, vm = Chained("player.login"), PaperVM(1)

    def restless(player: Any) -> None:
        log.append(f"restless {player}")
        if player == "outer":
            chained.python("new", lambda player: log.append(f"new {player}"))
            taken.generation.ledger.close()
            chained.hook("inner")

    chained.python("restless", restless)
    chained.lua("stays", vm, lambda player: log.append(f"stays {player}"))
    taken = chained.lua("taken", vm, lambda player: log.append(f"taken {player}"))
    chained.hook("outer")
    inner = ["restless inner", "stays inner", "new inner"]
    assert log == ["restless outer", *inner, "stays outer", "taken outer"]
    assert chained.failures == []
    assert list(vm.chains.values()) == [("notify", 1, [2])], "the first chain is freed when its event is over"
