"""The hook bus: pluggy is the contract, the chain is compiled.

pluggy validates Python handlers against their hookspec and defines the order (tryfirst, trylast, wrappers).
Whenever handlers of a hook change, the hook is compiled at its next call to a flat chain, in which Lua handlers
that stand next to each other in one VM are one step: one border crossing, however many they are.

Order, outermost or first called first: wrappers; then `tryfirst`/`first`, plain, `trylast`/`last`. Within a group
the plugin that was loaded later comes first, as in pluggy (among `last`: later is later); a reload doesn't change
a plugin's place. Handlers of one plugin keep the order in which it registered them.
"""

from __future__ import annotations

import difflib
import functools
import inspect
import re
from collections.abc import Callable, Generator, Iterable, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any, Literal, NamedTuple

import pluggy

from tibicen.bus import chain, hookspecs
from tibicen.bus.closed import compile_closed
from tibicen.bus.markers import BYTES_ATTRIBUTE, CLOSED_ATTRIBUTE, KIND_ATTRIBUTE, OPEN, PROJECT, Kind
from tibicen.errors import LoadError, TibicenError
from tibicen.lifecycle.generation import Generation
from tibicen.vm.contract import VM

Position = Literal["first", "plain", "last", "wrapper"]

Failed = Callable[["Handler", BaseException], None]
"""Told of every handler that failed; the chain goes on without it."""


FAMILY_SUFFIX = "_NAME"
"""Ends the name of a spec that stands for any number of hooks: `packet_client_NAME` for `packet.client.say` and all."""

FAMILY_HOOKS = 1024
"""Hooks of families that are kept although nobody answers them."""

_MEMBER = re.compile(r"[a-z][a-z0-9_]{0,63}")


class HookSpec(NamedTuple):
    """A hook's declaration. `closed` is what counts when a handler could not answer; OPEN: nothing does."""

    name: str
    kind: Kind
    arguments: tuple[str, ...]
    sentence: str
    closed: Any = OPEN
    bytes_in: str = ""
    """The key of the first argument that holds bytes, whoever changed it: text that comes out of Lua is made bytes."""


class Handler:
    """One plugin's answer to one hook; an entry of its generation's ledger.

    Exactly one of `function` (Python) and `callback` (Lua: an id in `vm`) is set.
    """

    kind = "hook"
    __slots__ = ("_hook", "callback", "function", "generation", "position", "sequence", "series", "vm")

    def __init__(
        self,
        hook: Hook,
        generation: Generation,
        position: Position,
        sequence: int,
        *,
        function: Callable[..., Any] | None = None,
        vm: VM | None = None,
        callback: int = 0,
    ) -> None:
        self._hook = hook
        self.generation = generation
        self.position = position
        self.sequence = sequence
        self.function = function
        self.vm = vm
        self.callback = callback
        self.series = generation.figures.series(self.kind, hook.spec.name)

    @property
    def label(self) -> str:
        return self._hook.spec.name

    @property
    def order(self) -> tuple[int, int, int]:
        """Sorts handlers of one hook into calling order."""
        group = ("wrapper", "first", "plain", "last").index(self.position)
        rank = self.generation.rank if self.position == "last" else -self.generation.rank
        return group, rank, self.sequence

    def put_back(self) -> None:
        self._hook.add(self)

    def lift(self) -> None:
        self._hook.remove(self)

    def close(self) -> None:
        self._hook.remove(self)
        self.function = self.vm = None


class Hook:
    """One hook. Calling it runs its chain: notify gives None, filter `Filtered`, query a value, gather a list.

    Args:
        changed: told whenever handlers come or go.
    """

    def __init__(self, spec: HookSpec, failed: Failed, changed: Callable[[], None] | None = None) -> None:
        self.spec = spec
        self._failed = failed
        self._changed = changed
        self._handlers: dict[Handler, None] = {}
        self._chain: chain.Chain | None = None
        self._past_events = 0
        self._wake: dict[str, Callable[[], None]] = {}

    def add(self, handler: Handler) -> None:
        self._handlers[handler] = None
        self._forget_chain()

    def remove(self, handler: Handler) -> None:
        if self._handlers.pop(handler, 0) is None:
            self._forget_chain()

    def _forget_chain(self) -> None:
        if self._chain is not None:
            self._chain.drop()
            self._past_events += self._chain.events
            self._chain = None
        if self._changed is not None:
            self._changed()

    def wake(self, plugin: str, load: Callable[[], None]) -> None:
        """Has `load` called before the next event, once: a lazy plugin's."""
        self._wake[plugin] = load
        if self._changed is not None:
            self._changed()

    def let_sleep(self, plugin: str) -> None:
        self._wake.pop(plugin, None)

    def __bool__(self) -> bool:
        """Whether anyone listens; a hook without handlers costs its caller one look."""
        return bool(self._handlers) or bool(self._wake)

    def __len__(self) -> int:
        return len(self._handlers)

    def handlers(self) -> list[Handler]:
        """In calling order."""
        return sorted(self._handlers, key=lambda handler: handler.order)

    @property
    def in_lua(self) -> bool:
        """Whether all who listen are in Lua, as far as one can tell before lazy plugins woke."""
        return not self._wake and all(handler.vm is not None for handler in self._handlers)

    @property
    def in_reach(self) -> bool:
        """Whether all who listen are in VMs that are shown packets where they lie, see bus/bulk.py."""
        return not self._wake and all(handler.vm is not None and handler.vm.shows_packets for handler in self._handlers)

    @property
    def events(self) -> int:
        """How many events somebody listened to."""
        return self._past_events + (self._chain.events if self._chain is not None else 0)

    def settle(self, *, measure_next: bool = False) -> None:
        """Brings the figures of the handlers up to date; with `measure_next` the next event is measured."""
        if self._chain is not None:
            self._chain.settle()
            if measure_next:
                self._chain.measure_next()

    def __call__(self, *arguments: Any) -> Any:
        if self._wake:
            waiting, self._wake = self._wake, {}
            for load in waiting.values():
                load()
        return (self._chain or self.compiled()).call(arguments)

    def compiled(self) -> chain.Chain:
        """The chain of those who listen now; whoever keeps it has to ask for it anew when they change."""
        compiled = self._chain
        if compiled is None:
            spec, arity = self.spec, len(self.spec.arguments)
            if spec.bytes_in:
                chains = chain.with_bytes(spec.bytes_in)
                compiled = chain.compile_chain(spec.kind, arity, self.handlers(), self._failed, chains)
            elif spec.closed is OPEN:
                compiled = chain.compile_chain(spec.kind, arity, self.handlers(), self._failed)
            else:
                compiled = compile_closed(spec.kind, arity, self.handlers(), self._failed, spec.closed)
            self._chain = compiled
        return compiled


class HookBus:
    """All hooks of a host, by their dotted names (`player.login`).

    Args:
        failed: told of every handler that failed.
        specs: the module with the hookspecs.

    Attributes:
        families: specs that stand for any number of hooks, by what comes before the last dot. Their hooks are made
            when somebody names them.
        family_changes: grows whenever a handler of such a hook comes or goes.
    """

    def __init__(self, failed: Failed, specs: ModuleType = hookspecs) -> None:
        def counted(handler: Handler, error: BaseException) -> None:
            handler.series.errors += 1
            failed(handler, error)

        self._sequence = 0
        self._manager = pluggy.PluginManager(PROJECT)
        self._manager.add_hookspecs(specs)
        self.hooks: dict[str, Hook] = {}
        self.families: dict[str, HookSpec] = {}
        self.family_changes = 0
        self._counted = counted
        for function_name, function in inspect.getmembers(specs, inspect.isfunction):
            kind = getattr(function, KIND_ATTRIBUTE, None)
            if kind is None:
                continue
            spec = HookSpec(
                dotted(function_name),
                kind,
                tuple(inspect.signature(function).parameters),
                inspect.getdoc(function) or "",
                getattr(function, CLOSED_ATTRIBUTE, OPEN),
                getattr(function, BYTES_ATTRIBUTE, ""),
            )
            if function_name.endswith(FAMILY_SUFFIX):
                self.families[spec.name.rpartition(".")[0]] = spec
            else:
                self.hooks[spec.name] = Hook(spec, counted, self._family_changed if spec.bytes_in else None)

    def __getitem__(self, name: str) -> Hook:
        """The hook of that name.

        Raises:
            TibicenError: there is none; the message gives the nearest.
        """
        try:
            return self.hooks[name]
        except KeyError:
            if name.endswith(".*"):
                # As people write it; no Python function can have such a name.
                return self[name[:-1] + "any"]
            member = self._member(name)
            if member is not None:
                return member
            near = difflib.get_close_matches(name, self.hooks, n=1, cutoff=0.5)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise TibicenError(f"there is no hook {name!r}{hint}") from None

    def _member(self, name: str) -> Hook | None:
        """A hook of a family, made now; None when no family has such names."""
        family, _, last = name.rpartition(".")
        spec = self.families.get(family)
        if spec is None or not _MEMBER.fullmatch(last):
            return None
        members = [each for each in self.hooks if each.rpartition(".")[0] in self.families]
        if len(members) >= FAMILY_HOOKS:
            for each in members:
                if not self.hooks[each]:
                    del self.hooks[each]
        hook = self.hooks[name] = Hook(spec._replace(name=name), self._counted, self._family_changed)
        return hook

    def _family_changed(self) -> None:
        self.family_changes += 1

    def _dotted(self, function_name: str) -> str:
        """`dotted`, and for hooks of families all dots: `packet_client_say` is `packet.client.say`."""
        for family in self.families:
            prefix = family.replace(".", "_") + "_"
            if function_name.startswith(prefix):
                return f"{family}.{function_name.removeprefix(prefix)}"
        return dotted(function_name)

    def add_lua(
        self,
        generation: Generation,
        vm: VM,
        name: str,
        callback: int,
        *,
        first: bool = False,
        last: bool = False,
    ) -> Handler:
        """A Lua function as handler; held by the generation's ledger."""
        position = _position(name, first, last)
        return self._hold(Handler(self[name], generation, position, self._next(), vm=vm, callback=callback))

    def add_python(
        self,
        generation: Generation,
        name: str,
        function: Callable[..., Any],
        *,
        first: bool = False,
        last: bool = False,
    ) -> Handler:
        """A Python function as handler, with the hook's arguments in order; held by the generation's ledger."""
        position = _position(name, first, last)
        return self._hold(Handler(self[name], generation, position, self._next(), function=function))

    def add_wrapper(
        self, generation: Generation, name: str, function: Callable[..., Generator[None, Any, Any]]
    ) -> Handler:
        """A generator function around a hook, with its arguments in order; held by the generation's ledger."""
        return self._hold(Handler(self[name], generation, "wrapper", self._next(), function=function))

    def add_module(self, generation: Generation, module: object) -> list[Handler]:
        """Every `@hookimpl` of a Python plugin, after pluggy has validated it.

        Raises:
            LoadError: no such hook, an argument that the hook doesn't have, or an old-style hookwrapper.
        """
        plugin = generation.plugin
        try:
            self._manager.register(module, f"{plugin}#{generation.number}")
            found = [
                (caller, implementation)
                for caller in self._manager.get_hookcallers(module) or ()
                for implementation in caller.get_hookimpls()
                if implementation.plugin is module
            ]
        except (pluggy.PluginValidationError, ValueError) as error:
            raise self._misfit(generation, module) or LoadError(plugin, str(error).replace("\n", " ")) from None
        finally:
            # Only validated: what is in effect is the ledger's affair. pluggy keeps what it refused, too.
            if self._manager.is_registered(module):
                self._manager.unregister(module)
        return [self._add_implementation(generation, caller.name, each) for caller, each in found]

    def _misfit(self, generation: Generation, module: object) -> LoadError | None:
        """Which handler takes an argument that its hook doesn't have: pluggy says neither where it is nor what fits."""
        for name in dir(module):
            options = self._manager.parse_hookimpl_opts(module, name)
            if options is None:
                continue
            found = pluggy.HookImpl(module, generation.plugin, getattr(module, name), options)
            hook = self.hooks.get(self._dotted(options["specname"] or name))
            unknown = [each for each in found.argnames if hook is not None and each not in hook.spec.arguments]
            if hook is None or not unknown:
                continue
            gives = ", ".join(hook.spec.arguments) or "nothing"
            file, line = _place(generation, found.function)
            message = f"@hookimpl {name}: {hook.spec.name} has no argument {unknown[0]!r}; it has {gives}"
            return LoadError(generation.plugin, message, file=file, line=line)
        return None

    def _add_implementation(self, generation: Generation, function_name: str, found: pluggy.HookImpl) -> Handler:
        name = self._dotted(function_name)
        if name not in self.hooks and self._member(name) is None:
            near = difflib.get_close_matches(function_name, [h.replace(".", "_", 1) for h in self.hooks], n=1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            file, line = _place(generation, found.function)
            raise LoadError(
                generation.plugin, f"@hookimpl {function_name}: there is no hook {name!r}{hint}", file=file, line=line
            )
        if found.hookwrapper:
            file, line = _place(generation, found.function)
            raise LoadError(
                generation.plugin,
                f"@hookimpl(hookwrapper=True) {function_name}: write it as wrapper=True, with `result = yield`",
                file=file,
                line=line,
            )
        hook = self.hooks[name]
        # pluggy knows no families: whether the arguments fit is looked at here.
        unknown = [each for each in found.argnames if each not in hook.spec.arguments]
        if unknown:
            file, line = _place(generation, found.function)
            message = f"@hookimpl {function_name}: {name} has no argument {unknown[0]!r}"
            raise LoadError(generation.plugin, message, file=file, line=line)
        function = _fit(found.function, found.argnames, hook.spec.arguments)
        position: Position = "plain"
        if found.wrapper:
            position = "wrapper"
        elif found.tryfirst:
            position = "first"
        elif found.trylast:
            position = "last"
        return self._hold(Handler(hook, generation, position, self._next(), function=function))

    def _hold(self, handler: Handler) -> Handler:
        handler.generation.ledger.hold(handler)
        return handler

    def _next(self) -> int:
        self._sequence += 1
        return self._sequence

    # -- lazy plugins -----------------------------------------------------------------------------------

    def arm(self, plugin: str, hooks: Iterable[str], load: Callable[[], None]) -> None:
        """See `lifecycle.manager.LazyTriggers`."""
        for name in hooks:
            self[name].wake(plugin, load)

    def disarm(self, plugin: str) -> None:
        for hook in self.hooks.values():
            hook.let_sleep(plugin)


def _place(generation: Generation, function: Callable[..., Any]) -> tuple[str, int]:
    """Where a plugin's function is: the file as its author knows it, and the line."""
    code = getattr(inspect.unwrap(function), "__code__", None)
    folder = generation.source.root.parent
    file = Path(code.co_filename) if code is not None else generation.source.entry
    if not file.is_relative_to(folder):
        return generation.source.entry.relative_to(folder).as_posix(), 0
    return file.relative_to(folder).as_posix(), code.co_firstlineno if code is not None else 0


def dotted(function_name: str) -> str:
    """`player_login` → `player.login`: the first underscore is the dot. A family has dots only."""
    if function_name.endswith(FAMILY_SUFFIX):
        return function_name.replace("_", ".")
    return function_name.replace("_", ".", 1)


def _position(name: str, first: bool, last: bool) -> Position:
    if first and last:
        raise TibicenError(f"a handler of {name} can't be both first and last")
    return "first" if first else "last" if last else "plain"


def _fit(function: Callable[..., Any], wanted: Sequence[str], given: Sequence[str]) -> Callable[..., Any]:
    """Adapts a handler that takes only some of the hook's arguments."""
    if tuple(wanted) == tuple(given):
        return function
    indexes = [given.index(name) for name in wanted]

    @functools.wraps(function)
    def fitted(*arguments: Any) -> Any:
        return function(*[arguments[index] for index in indexes])

    return fitted
