"""Who holds a Python generation that should be gone: the way from its objects up to a name that somebody knows."""

from __future__ import annotations

import gc
import sys
import threading
from types import FrameType, FunctionType, MethodType, ModuleType
from typing import Any

from tibicen.realms.python_loader import MARK, Mark

STEPS = 5
"""How many containers may lie between an object of the plugin and the name that holds it."""

MOST = 5
"""Holders that are reported; whoever removes these looks again."""


def holders(mark: Mark) -> list[str]:
    """What outside the generation holds a function, class, object or module of it, one sentence each.

    Looks through the whole heap once a step: some tens of milliseconds each in a large process.
    """
    # What is frozen is in no list that is looked through.
    gc.unfreeze()
    namespaces = [each for each in gc.get_referrers(mark) if isinstance(each, dict)]
    names = {each.get("__name__") for each in namespaces}
    things = [each for each in gc.get_objects() if _is_own(each, mark, names)]
    known = _known_places()
    # What is looked at, with the thing of the plugin that it leads to; what is the generation's own is passed over.
    level = {id(each): (each, each) for each in things}
    seen = {id(each) for each in (*namespaces, *things)}
    # This list would be found to hold all of them.
    del things
    found: list[str] = []
    last: list[str] = []
    for _ in range(STEPS):
        above = _above(level, seen)
        if not above:
            break
        places = {key: _place(holder, known) for key, (holder, _) in above.items()}
        found += [f"its {_name(thing)} is held by {places[key]}" for key, (_, thing) in above.items() if places[key]]
        last = [f"its {_name(thing)} is held by a {type(holder).__name__}" for holder, thing in above.values()]
        level = {key: pair for key, pair in above.items() if not places[key]}
    return (list(dict.fromkeys(found)) or last)[:MOST]


def _is_own(thing: Any, mark: Mark, names: set[Any]) -> bool:
    kind = type(thing)
    if kind is MethodType:
        thing, kind = thing.__func__, type(thing.__func__)
    if kind is FunctionType:
        return thing.__globals__.get(MARK) is mark
    if kind is ModuleType:
        return vars(thing).get(MARK) is mark
    # By its real type: a weak proxy of a class says that it is one, but is not.
    return _of_module(thing if issubclass(kind, type) else kind, names)


def _of_module(kind: type, names: set[Any]) -> bool:
    module = type.__getattribute__(kind, "__dict__").get("__module__")
    return isinstance(module, str) and module in names


def _above(level: dict[int, tuple[Any, Any]], seen: set[int]) -> dict[int, tuple[Any, Any]]:
    """Who refers to what is in `level`, each with the plugin's thing that it leads to. Notes them in `seen`."""
    objects = [each for each, _ in level.values()]
    bookkeeping = {id(objects), *(id(pair) for pair in level.values())}
    above: dict[int, tuple[Any, Any]] = {}
    for holder in gc.get_referrers(*objects):
        if id(holder) in seen or id(holder) in bookkeeping or isinstance(holder, FrameType):
            continue
        seen.add(id(holder))
        leads_to = next((level[id(each)][1] for each in gc.get_referents(holder) if id(each) in level), None)
        if leads_to is not None:
            above[id(holder)] = (holder, leads_to)
    return above


def _known_places() -> dict[int, str]:
    """Namespaces of modules, and what they name, by identity."""
    places: dict[int, str] = {}
    for name, module in list(sys.modules.items()):
        namespace = getattr(module, "__dict__", None)
        if not isinstance(namespace, dict):
            continue
        for key, value in list(namespace.items()):
            places.setdefault(id(value), f"{name}.{key}")
    for name, module in list(sys.modules.items()):
        places[id(module)] = places[id(getattr(module, "__dict__", module))] = f"the module {name}"
    return places


def _place(holder: Any, known: dict[int, str]) -> str | None:
    """A holder in words, when it is one that somebody can look up."""
    if id(holder) in known:
        return known[id(holder)]
    return f"the thread {holder.name!r}" if isinstance(holder, threading.Thread) else None


def _name(thing: Any) -> str:
    if isinstance(thing, FunctionType | MethodType):
        return f"function {thing.__qualname__}"
    if isinstance(thing, ModuleType):
        return "module"
    return f"class {thing.__qualname__}" if isinstance(thing, type) else f"{type(thing).__qualname__} object"
