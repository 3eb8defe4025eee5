"""What the owner of a host granted to its plugins: kept by plugin name, over restarts and deletions."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence

from tibicen.errors import TibicenError
from tibicen.lifecycle.discovery import Source
from tibicen.lifecycle.permissions import covers, given_problem, not_covered
from tibicen.state.kv import Namespace
from tibicen.vm.marshal import pack, unpack

Given = Callable[[str], Sequence[str]]
"""What host.yaml gives a plugin, by its name."""


class Grants:
    """The gate of `lifecycle.manager`: a version that asks for more than was granted does not load.

    Args:
        store: where the grants lie; the key is the plugin's name.
        given: what host.yaml gives beside them.
        grants_first: whether what a plugin asks for at its first load is granted by dropping it in.
    """

    def __init__(self, store: Namespace, given: Given, grants_first: Callable[[], bool]) -> None:
        self._store = store
        self._given = given
        self._grants_first = grants_first

    def granted(self, plugin: str) -> list[str] | None:
        """What was granted; None when the plugin has never been loaded nor granted anything."""
        packed = self._store.get(plugin)
        return None if packed is None else list(unpack(packed))

    def missing(self, source: Source) -> list[str]:
        """What a version asks for that nobody has granted, in its order."""
        asked = source.manifest.permissions
        if not asked:
            return []
        granted = self.granted(source.name)
        if granted is None and self._grants_first():
            return []
        return not_covered([*(granted or ()), *self._given(source.name)], asked)

    def admitted(self, source: Source) -> None:
        """A version went live. What the first one asked for is all that later ones get without a word."""
        if self._store.get(source.name) is None:
            asked = source.manifest.permissions if self._grants_first() else []
            self._write(source.name, asked)

    def grant(self, plugin: str, permissions: Sequence[str]) -> list[str]:
        """Grants permissions; returns those that are new.

        Raises:
            TibicenError: one is no permission.
        """
        problems = [problem for text in permissions if (problem := given_problem(text))]
        if problems:
            raise TibicenError("; ".join(problems))
        before = self.granted(plugin) or []
        new = [text for text in dict.fromkeys(permissions) if not covers(before, text)]
        # Also when nothing is new: from now on the plugin is one that its owner has looked at.
        self._write(plugin, [*before, *new])
        return new

    def revoke(self, plugin: str, permission: str) -> None:
        """Takes a permission back.

        Raises:
            TibicenError: it was not granted in these words; the message gives those that were.
        """
        before = self.granted(plugin) or []
        if permission not in before:
            near = difflib.get_close_matches(permission, before, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            has = ", ".join(before) or "nothing"
            raise TibicenError(f"{permission!r} was not granted to {plugin}, which has {has}{hint}")
        self._write(plugin, [text for text in before if text != permission])

    def _write(self, plugin: str, granted: Sequence[str]) -> None:
        self._store.set(plugin, pack(list(granted)))

    def describe(self, source: Source | None, name: str) -> dict[str, list[str]]:
        """For `tibicen plugins info`: asked for by the newest version, granted, given by host.yaml, missing."""
        return {
            "asked": list(source.manifest.permissions) if source else [],
            "granted": self.granted(name) or [],
            "given": list(self._given(name)),
            "missing": self.missing(source) if source else [],
        }
