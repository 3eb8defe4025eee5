"""The hook bus: who is registered, in which order, and what is refused."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pluggy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.conftest import PluginFolder

from tibicen.bus import hookspecs
from tibicen.bus.hooks import HookBus
from tibicen.bus.markers import PROJECT, hookimpl
from tibicen.errors import LoadError, TibicenError, TransitionError
from tibicen.lifecycle.discovery import Source
from tibicen.lifecycle.generation import Generation
from tibicen.lifecycle.manifest import Manifest

MARKS: dict[str, dict[str, bool]] = {
    "plain": {},
    "first": {"tryfirst": True},
    "last": {"trylast": True},
    "wrapper": {"wrapper": True},
}


class World:
    """A hook bus, generations of plugins that have no code on disk, and every failure that was reported."""

    def __init__(self) -> None:
        self.failures: list[tuple[str, str]] = []
        self.bus = HookBus(lambda handler, error: self.failures.append((handler.generation.plugin, str(error))))
        self._ranks = count(1)

    def plugin(self, name: str, rank: int | None = None, number: int = 1) -> Generation:
        entry = Path("plugins") / f"{name}.py"
        source = Source(name, entry, entry.parent, entry, Manifest(name=name), "file", "python")
        return Generation(source, number, next(self._ranks) if rank is None else rank, {})

    def live(self, name: str, *functions: Callable[..., Any], hook: str = "player.login") -> Generation:
        """A plugin in service that answers one hook."""
        generation = self.plugin(name)
        for function in functions:
            self.bus.add_python(generation, hook, function)
        generation.ledger.put_back()
        return generation


@pytest.fixture
def world() -> World:
    return World()


def answering(position: str, label: str, log: list[str]) -> Callable[..., Any]:
    """A marked handler of `player.login` that says when it ran."""
    if position == "wrapper":

        def around(player: Any) -> Iterator[None]:
            log.append(f"into {label}")
            yield
            log.append(f"out of {label}")

        return hookimpl(around, specname="player_login", **MARKS[position])
    return hookimpl(lambda player: log.append(label), specname="player_login", **MARKS[position])


def bare_pluggy(plugins: list[object]) -> None:
    """One `player.login` as pluggy itself would run it."""
    manager = pluggy.PluginManager(PROJECT)
    manager.add_hookspecs(hookspecs)
    for plugin in plugins:
        manager.register(plugin)
    manager.hook.player_login(player={})


# -- order ------------------------------------------------------------------------------------------------


@settings(deadline=None)
@given(data=st.data(), positions=st.lists(st.sampled_from(list(MARKS)), min_size=1, max_size=9))
def test_the_order_across_plugins_is_pluggys(data: st.DataObject, positions: list[str]) -> None:
    log: list[str] = []
    modules = [SimpleNamespace(answer=answering(each, f"p{rank}", log)) for rank, each in enumerate(positions)]
    bare_pluggy(modules)
    expected, world = log.copy(), World()
    assert len(expected) == len(positions) + positions.count("wrapper")

    generations = [world.plugin(f"p{rank}", rank) for rank in range(len(positions))]
    for generation, module in zip(generations, modules, strict=True):
        world.bus.add_module(generation, module)
    # Who goes live when does not matter: the place is the plugin's.
    for generation in data.draw(st.permutations(generations)):
        generation.ledger.put_back()
    log.clear()
    world.bus["player.login"]({})
    assert log == expected

    # Neither does a reload.
    rank = data.draw(st.integers(0, len(positions) - 1))
    generations[rank].ledger.close()
    reloaded = world.plugin(f"p{rank}", rank, number=2)
    world.bus.add_module(reloaded, modules[rank])
    reloaded.ledger.put_back()
    log.clear()
    world.bus["player.login"]({})
    assert log == expected
    assert world.failures == []


@settings(deadline=None)
@given(
    registered=st.lists(
        st.tuples(st.integers(0, 3), st.sampled_from(["plain", "first", "last"])), min_size=1, max_size=12
    )
)
def test_handlers_of_one_plugin_keep_their_own_order(registered: list[tuple[int, str]]) -> None:
    """pluggy puts what is registered later first; so it gets each plugin's handlers backwards (but for `last`)."""
    log: list[str] = []
    labelled = [(rank, position, f"p{rank}.{number}") for number, (rank, position) in enumerate(registered)]
    plugins: list[object] = []
    for rank in range(4):
        own = [(position, label) for owner, position, label in labelled if owner == rank]
        backwards = [each for each in reversed(own) if each[0] != "last"] + [each for each in own if each[0] == "last"]
        plugins += [SimpleNamespace(answer=answering(position, label, log)) for position, label in backwards]
    bare_pluggy(plugins)
    expected, world = log.copy(), World()
    assert sorted(expected) == sorted(label for _, _, label in labelled)

    generations = [world.plugin(f"p{rank}", rank) for rank in range(4)]
    for rank, position, label in labelled:
        world.bus.add_python(
            generations[rank],
            "player.login",
            lambda player, label=label: log.append(label),
            first=position == "first",
            last=position == "last",
        )
    for generation in generations:
        generation.ledger.put_back()
    log.clear()
    world.bus["player.login"]({})
    assert log == expected


# -- what is registered -----------------------------------------------------------------------------------


def test_handlers_are_heard_only_while_their_generation_is_live(world: World) -> None:
    log: list[str] = []
    generation = world.plugin("greeter")
    handler = world.bus.add_python(generation, "player.login", lambda player: log.append(player["name"]))
    hook = world.bus["player.login"]
    assert handler.label == "player.login" and not hook and len(hook) == 0
    hook({"name": "while it loads"})
    generation.ledger.put_back()
    assert hook and len(hook) == 1 and hook.handlers() == [handler]
    hook({"name": "Eve"})
    generation.ledger.lift()
    hook({"name": "while it is lifted"})
    generation.ledger.put_back()
    hook({"name": "Bob"})
    generation.ledger.close()
    hook({"name": "when it is gone"})
    assert log == ["Eve", "Bob"] and not hook
    with pytest.raises(TransitionError, match="greeter"):
        world.bus.add_python(generation, "player.login", print)


def test_one_handler_can_be_taken_back_alone(world: World) -> None:
    log: list[str] = []
    generation = world.plugin("p")
    handlers = [
        world.bus.add_python(generation, "player.login", lambda player, number=number: log.append(number))
        for number in "123"
    ]
    generation.ledger.put_back()
    hook = world.bus["player.login"]
    hook({})
    assert generation.ledger.release(handlers[1])
    hook({})
    assert not generation.ledger.release(handlers[1])
    assert log == ["1", "2", "3", "1", "3"]
    assert hook.handlers() == [handlers[0], handlers[2]]


def test_a_closed_handler_lets_go_of_the_plugins_code(world: World) -> None:
    def make() -> tuple[Generation, weakref.ref[Any]]:
        def heard(player: Any) -> None: ...

        return world.live("p", heard), weakref.ref(heard)

    generation, function = make()
    hook = world.bus["player.login"]
    hook({})
    (kept,) = hook.handlers()
    assert function() is not None
    generation.ledger.close()
    gc.collect()
    assert function() is None and kept.label == "player.login"


def test_a_module_may_take_some_arguments_in_any_order(world: World) -> None:
    seen: list[Any] = []
    module = SimpleNamespace(
        player_say=hookimpl(lambda player, text: seen.append((player, text))),
        whole=hookimpl(lambda text, player: seen.append((text, player)), specname="player_say"),
        name_only=hookimpl(lambda player: seen.append(player), specname="player_say"),
        nothing=hookimpl(lambda: seen.append("called"), specname="player_say"),
        player_logout=lambda player: seen.append("not marked, so no handler"),
    )
    generation = world.plugin("p")
    assert len(world.bus.add_module(generation, module)) == 4
    generation.ledger.put_back()
    world.bus["player.say"]("hi", {"id": 1})
    world.bus["player.logout"]({})
    assert len(seen) == 4
    for each in [({"id": 1}, "hi"), ("hi", {"id": 1}), {"id": 1}, "called"]:
        assert each in seen


def test_a_sleeping_plugin_is_woken_once_and_hears_the_event(world: World) -> None:
    log: list[str] = []
    loads: list[str] = []

    def load() -> None:
        loads.append("lazy")
        world.live("lazy", lambda player: log.append(player["name"]))

    world.bus.arm("lazy", ["player.login", "player.logout"], load)
    world.bus.arm("other", ["player.logout"], lambda: loads.append("other"))
    hook = world.bus["player.login"]
    assert hook and len(hook) == 0
    hook({"name": "Eve"})
    hook({"name": "Bob"})
    assert loads == ["lazy"] and log == ["Eve", "Bob"]
    world.bus.disarm("lazy")
    world.bus["player.logout"]({})
    assert loads == ["lazy", "other"]
    with pytest.raises(TibicenError, match=r"no hook 'player.logni'; did you mean 'player.login'"):
        world.bus.arm("lazy", ["player.logni"], load)


# -- what is refused --------------------------------------------------------------------------------------


def test_an_unknown_name_gets_the_nearest(world: World) -> None:
    with pytest.raises(TibicenError, match=r"there is no hook 'player\.sya'; did you mean 'player\.say'\?"):
        world.bus["player.sya"]
    with pytest.raises(TibicenError, match=r"there is no hook 'zzz'$"):
        world.bus["zzz"]
    generation = world.plugin("p")
    with pytest.raises(TibicenError, match=r"no hook 'player_login'; did you mean 'player\.login'"):
        world.bus.add_python(generation, "player_login", print)
    assert len(generation.ledger) == 0


def old_style(player: Any) -> Iterator[None]:
    yield


def no_hook() -> None: ...


REFUSED = {
    "an unknown hook": (
        {"player_logni": hookimpl(no_hook)},
        r"^greeter: greeter\.py: @hookimpl player_logni: there is no hook 'player\.logni'; "
        r"did you mean 'player_login'\?",
    ),
    "a wrong argument": (
        {"player_say": hookimpl(lambda text, plyer: None)},
        r"^greeter: greeter\.py: @hookimpl player_say: player\.say has no argument 'plyer'; it has text, player$",
    ),
    "an old wrapper": (
        {"player_login": hookimpl(old_style, hookwrapper=True)},
        r"^greeter: greeter\.py: @hookimpl\(hookwrapper=True\) player_login: write it as wrapper=True",
    ),
    "a wrapper that does not yield": (
        {"player_login": hookimpl(lambda player: None, wrapper=True)},
        r"^greeter: .*player_login.*generator",
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_a_wrong_module_is_refused_by_name(world: World, what: str) -> None:
    members, message = REFUSED[what]
    # A handler that is right, before the wrong one in pluggy's order of names.
    module = SimpleNamespace(host_started=hookimpl(lambda host: None), **members)
    with pytest.raises(LoadError, match=message) as caught:
        world.bus.add_module(world.plugin("greeter"), module)
    assert caught.value.plugin == "greeter"
    assert "\n" not in str(caught.value)
    assert not world.bus["host.started"] and not world.bus["player.login"]


def test_a_refused_module_is_not_kept_and_its_name_is_free(world: World) -> None:
    module = ModuleType("greeter")
    module.__dict__["player_login"] = hookimpl(lambda plyer: None)
    with pytest.raises(LoadError, match="'plyer'"):
        world.bus.add_module(world.plugin("greeter"), module)
    gone = weakref.ref(module)
    del module
    gc.collect()
    assert gone() is None
    mended = SimpleNamespace(player_login=hookimpl(lambda player: None))
    assert len(world.bus.add_module(world.plugin("greeter"), mended)) == 1


def test_first_and_last_at_once_is_refused(world: World) -> None:
    generation = world.plugin("p")
    message = r"a handler of player\.login can't be both first and last"
    with pytest.raises(TibicenError, match=message):
        world.bus.add_python(generation, "player.login", print, first=True, last=True)
    vm: Any = SimpleNamespace(crossing=1)
    with pytest.raises(TibicenError, match=message):
        world.bus.add_lua(generation, vm, "player.login", 1, first=True, last=True)
    assert len(generation.ledger) == 0


def test_a_handler_that_does_not_fit_fails_at_the_event_as_its_plugins_own(world: World) -> None:
    log: list[str] = []
    world.live("good", lambda player: log.append("good"))
    world.live("bad", lambda: log.append("bad"))
    world.bus["player.login"]({})
    assert log == ["good"]
    ((plugin, error),) = world.failures
    assert plugin == "bad" and "takes 0 positional arguments but 1 was given" in error


def test_every_spec_is_a_hook_with_its_kind_and_sentence(world: World) -> None:
    assert world.bus["player.say"].spec[:3] == ("player.say", "filter", ("text", "player"))
    assert world.bus["status.player_online"].spec.kind == "query"
    assert world.bus["status.players"].spec[:3] == ("status.players", "gather", ())
    assert world.bus["player.login"].spec.sentence.startswith("A player entered the world.")


def test_a_handler_that_registers_another_costs_no_lua_plugin_the_event(
    folder: PluginFolder, host: Any, in_host: Any
) -> None:
    folder.plugin(
        "lua",
        """
        local heard = {}
        hooks.on("player.login", function(player) heard[#heard + 1] = player.name end)
        function exports.heard() return json.array(heard) end
        """,
    )
    folder.write(
        "python.py",
        """
        def setup(plugin):
            def once(player):
                handle.cancel()
                plugin.on("player.login", lambda player: None)

            handle = plugin.on("player.login", once, first=True)
        """,
    )

    async def scenario() -> None:
        async with host() as running:
            for name in ("Eve", "Bob"):
                running.host.hooks["player.login"]({"name": name})
            assert running.export("lua", "heard") == ["Eve", "Bob"]
            assert running.info("lua")["strikes"] == running.info("python")["strikes"] == []

    in_host(scenario)


# -- families: hooks that are made when they are named ------------------------------------------------------


def test_a_familys_hook_is_made_when_it_is_named(world: World) -> None:
    before = world.bus.family_changes
    assert "packet.client.say" not in world.bus.hooks and not world.bus["packet.client.say"]
    seen: list[Any] = []
    module = SimpleNamespace(
        packet_client_say=hookimpl(lambda packet: seen.append(packet["data"])),
        everything=hookimpl(lambda packet: seen.append("any"), specname="packet_any"),
    )
    generation = world.plugin("p")
    assert {handler.label for handler in world.bus.add_module(generation, module)} == {
        "packet.client.say",
        "packet.any",
    }
    assert world.bus.family_changes == before
    generation.ledger.put_back()
    assert world.bus.family_changes == before + 2
    world.bus["packet.client.say"]({"data": b"hi"})
    world.bus["packet.*"]({})
    assert seen == [b"hi", "any"] and world.bus["packet.*"] is world.bus["packet.any"]
    generation.ledger.close()
    assert world.bus.family_changes == before + 4 and not world.bus["packet.client.say"]


def test_names_that_no_family_has_are_refused(world: World) -> None:
    for name in ("packet.client.Say", "packet.client.", "packet.nobody.say", "packet.client.a.b", "packet.client.NAME"):
        with pytest.raises(TibicenError, match="there is no hook"):
            world.bus[name]
    module = SimpleNamespace(packet_client_say=hookimpl(lambda message: None))
    with pytest.raises(LoadError, match=r"packet\.client\.say has no argument 'message'"):
        world.bus.add_module(world.plugin("p"), module)


def test_hooks_of_families_that_nobody_answers_do_not_pile_up(world: World) -> None:
    kept = world.live("p", lambda packet: None, hook="packet.client.kept")
    for each in range(3000):
        world.bus[f"packet.client.n{each}"]
    assert len(world.bus.hooks) < 1200 and len(world.bus["packet.client.kept"]) == 1 and kept
