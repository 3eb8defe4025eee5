"""Starts a checkout of OTClient once, and tells of each module how that went."""

from __future__ import annotations

import contextlib
import re
import time
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tibicen.errors import TibicenError
from tibicen.paths import manifests_root
from tibicen.realms.bound import read_bound_api
from tibicen.realms.otclient.checkout import Checkout, Dialect
from tibicen.realms.otclient.client import Client

REALM = "otclient"
SETTLING_MS = 500
"""Milliseconds of the client's time after its start, in which what modules put off is done."""

_PLACE = re.compile(r"(/[^\s:'\"]+\.(?:lua|otui|otml|otmod|html)):(\d+)")
_UNOWNED = "(start)"
"""Stands for what no module caused: the start script, and errors after it."""


@dataclass
class _Module:
    name: str
    state: str = "unloaded"
    errors: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    ms: float = 0.0

    def row(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "realm": REALM,
            "state": self.state,
            "errors": self.errors,
            "ms": round(self.ms, 3),
            "missing": sorted(set(self.missing)),
        }


class _Observer:
    """What the client tells while modules load; each module's time is without that of those it loads."""

    def __init__(self, client: Client) -> None:
        self.order: list[str] = []
        self._client = client
        self._modules: dict[str, _Module] = {}
        self._stack: list[str] = []
        self._since = time.perf_counter()
        self._logged = 0
        client.operations["observe.begin"] = self._begin
        client.operations["observe.end"] = self._end
        client.operations["observe.missing"] = self._missing

    def module(self, name: str) -> _Module:
        if name not in self._modules:
            self._modules[name] = _Module(name)
        return self._modules[name]

    def _current(self) -> _Module:
        return self.module(self._stack[-1] if self._stack else _UNOWNED)

    def settle(self) -> None:
        """Gives the module that ran until now its time, and its errors."""
        now = time.perf_counter()
        current = self._current()
        current.ms += (now - self._since) * 1e3
        self._since = now
        for level, text in self._client.log[self._logged :]:
            if level in ("error", "fatal"):
                (self._blamed(text) or current).errors.append(text)
        self._logged = len(self._client.log)

    def _blamed(self, text: str) -> _Module | None:
        """Whose file an error names, after the start: callbacks belong to nobody in particular."""
        if self._stack:
            return None
        found = _PLACE.search(text)
        name = found[1].split("/")[1] if found else ""
        return self._modules.get(name)

    def _begin(self, name: str) -> None:
        self.settle()
        self._stack.append(name)
        if name not in self.order:
            self.order.append(name)

    def _end(self, name: str, ok: bool) -> None:
        self.settle()
        self._stack.pop()
        self.module(name).state = "active" if ok else "failed"

    def _missing(self, path: str) -> None:
        self._current().missing.append(path)


def missing_functions(dialect: Dialect) -> list[str]:
    """Functions that the API declares as missing here."""
    api = read_bound_api(manifests_root() / "api" / "otclient.yaml")
    return sorted({each.path for each in api.functions() if each.status == "missing" and each.only in ("", dialect)})


def check(path: Path, *, everything: bool = False) -> dict[str, Any]:
    """Starts a checkout in a client: `{"plugins": [rows], "totals": {...}}`, rows in the order of loading.

    Args:
        everything: loads the modules, too, that the client does not start with.

    For a thread with a large stack.

    Raises:
        ConfigError: the folder holds no client.
    """
    checkout = Checkout.open(path)
    with contextlib.ExitStack() as stack:
        home = Path(stack.enter_context(TemporaryDirectory(prefix="tibicen-client-")))
        client = checkout.client(home=home, settings="locale: en\n")
        stack.enter_context(contextlib.closing(client))
        client.control("observe", missing_functions(checkout.dialect))
        observer = _Observer(client)
        started = time.perf_counter()
        try:
            checkout.start(client)
        except TibicenError as error:
            observer.module(_UNOWNED).errors.append(str(error))
        observer.settle()
        load_ms = (time.perf_counter() - started) * 1e3
        if everything:
            client.run(_LOAD_REST, "=check")
        checkout.begin(client)
        client.advance(SETTLING_MS)
        observer.settle()
        discovered: list[str] = client.run(_NAMES, "=check")
        rows = [observer.module(name).row() for name in observer.order]
        rows += [observer.module(name).row() for name in discovered if name not in observer.order]
        outside = observer.module(_UNOWNED)
        if outside.errors or outside.missing:
            outside.state = "failed" if outside.errors else "active"
            rows.append(outside.row())
        memory = client.memory()
    return {"plugins": rows, "totals": _totals(rows, len(discovered), load_ms, memory, checkout.dialect)}


_NAMES = b"""
local names = {}
for _, module in ipairs(g_modules.getModules()) do
    names[#names + 1] = module:getName()
end
table.sort(names)
return names
"""

_LOAD_REST = b"""
local rest = {}
for _, module in ipairs(g_modules.getModules()) do
    if not module:isLoaded() then
        rest[#rest + 1] = module
    end
end
table.sort(rest, function(a, b) return a:getName() < b:getName() end)
for _, module in ipairs(rest) do
    module:load()
end
"""


def _totals(
    rows: list[dict[str, Any]], discovered: int, load_ms: float, memory: int, dialect: Dialect
) -> dict[str, Any]:
    return {
        "plugins": discovered,
        "active": sum(row["state"] == "active" and row["name"] != _UNOWNED for row in rows),
        "failed": sum(bool(row["errors"]) for row in rows),
        "errors": sum(len(row["errors"]) for row in rows),
        "missing": sorted({path for row in rows for path in row["missing"]}),
        "load_ms": round(load_ms, 1),
        "memory_bytes": memory,
        "dialect": dialect,
    }
