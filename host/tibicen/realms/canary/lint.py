"""Looks over a server's scripts without running them: names that exist nowhere, and storage keys that nobody writes.

The work is done in Lua over the bytecode of the scripts (`lua/lint/`), in a Lua state of its own.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from lupa.luajit21 import LuaRuntime

from tibicen.errors import ConfigError
from tibicen.paths import lua_root, manifests_root
from tibicen.realms.bound import read_bound_api
from tibicen.realms.canary.files import Files
from tibicen.realms.canary.server import Dialect, Server, numbers_of

DIALECTS: tuple[Dialect, ...] = ("canary", "tfs")

_MESSAGES = {
    "global": "reads the global {name}, which nothing sets",
    "enum": "reads {name}, which no server has; it is nil, which counts as 0",
    "method": "calls the method {name}, which no class has",
    "function": "reads {name}, which no server has",
    "storage": "reads the storage {name}, which nothing writes",
    "no-storage": "uses {name}, which is no storage: no table has such a key",
    "duplicate": "registers {name}, which loses to what was registered before",
}


class Finding(NamedTuple):
    """Something that is probably wrong in a script."""

    kind: str
    """global, enum, method, function, storage, no-storage or duplicate."""
    name: str
    file: str
    line: int

    @property
    def message(self) -> str:
        return _MESSAGES[self.kind].format(name=self.name)

    @property
    def text(self) -> str:
        """As it is shown: file, line and what is wrong."""
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.message}"

    def row(self) -> dict[str, Any]:
        return {**self._asdict(), "message": self.message}


class Api(NamedTuple):
    """Names that scripts find."""

    globals: frozenset[str]
    methods: frozenset[str]
    """Of all classes, and of what Lua's own libraries make."""
    members: frozenset[str]
    """`Game.getPlayers`, for each function of a global table that is no class."""
    tables: frozenset[str]


def api_of(dialect: Dialect) -> Api:
    """What scripts of a server find: the globals are those of its dialect, methods and functions those of either.

    For a thread with a large stack.
    """
    found = {each: _api_here(each) for each in DIALECTS}
    configuration = {f"configKeys.{key}" for each in DIALECTS for key in numbers_of(each)["config"]}
    lists = list(found.values())
    return Api(
        found[dialect].globals | set(numbers_of(dialect)["enums"]) | {"configKeys"},
        frozenset().union(*(each.methods for each in lists)) | _METHODS_OF_LUA,
        frozenset().union(*(each.members for each in lists)) | configuration,
        frozenset().union(*(each.tables for each in lists)) | {"configKeys"},
    )


_METHODS_OF_LUA = frozenset("close flush lines read seek setvbuf write".split())  # noqa: SIM905

NAMES_OF_API = b"""
local plain, classes, tables = {}, {}, {}
for name, value in pairs(_G) do
    plain[#plain + 1] = name
    if type(value) == "table" and value ~= _G then
        local members = {}
        for key in pairs(value) do
            if type(key) == "string" then
                members[#members + 1] = key
            end
        end
        local is_class = rawgetmetatable and rawgetmetatable(name) ~= nil
        local list = is_class and classes or tables
        list[#list + 1] = { name, members }
    end
end
return { plain, classes, tables }
"""


def _api_here(dialect: Dialect) -> Api:
    with TemporaryDirectory(prefix="tibicen-lint-") as empty:
        server = Server(Files(Path(empty)), dialect=dialect, name="lint")
        try:
            plain, classes, tables = server.run(NAMES_OF_API, "=lint")
        finally:
            server.close()
    methods = {_text(member) for _, members in classes for member in members}
    names = {_text(name): [_text(member) for member in members] for name, members in tables}
    # Objects of the string library are texts; some tables are called with a colon, too.
    methods.update(member for members in names.values() for member in members)
    members = {f"{name}.{member}" for name, list_ in names.items() for member in list_}
    missing_methods, missing_members = missing(dialect)
    return Api(
        frozenset(map(_text, plain)),
        frozenset(methods | missing_methods),
        frozenset(members | missing_members),
        frozenset(names),
    )


def missing(dialect: Dialect) -> tuple[set[str], set[str]]:
    """What the API declares that is not implemented here: names of methods, and `Game.x` for functions of tables."""
    path = manifests_root() / "api" / f"{dialect}.yaml"
    if not path.is_file():
        return set(), set()
    absent = [each for each in read_bound_api(path).functions() if each.status == "missing"]
    return (
        {each.name for each in absent if each.is_method},
        {each.path for each in absent if each.owner and not each.is_method},
    )


def lint(sources: Iterable[tuple[str, bytes]], api: Api, broken: dict[str, str] | None = None) -> list[Finding]:
    """Looks over files together, by name and content; those that do not compile are left out.

    Args:
        broken: is given these, with the reason.
    """
    runtime = LuaRuntime(encoding=None, register_eval=False, register_builtins=False)
    folder = lua_root() / "lint"
    bytecode = runtime.compile((folder / "bytecode.lua").read_bytes(), name=b"=lint/bytecode")()
    scripts = runtime.compile((folder / "scripts.lua").read_bytes(), name=b"=lint/scripts")(bytecode)
    add = scripts[b"add"]
    for name, source in sources:
        problem = add(name.encode(), source)
        if problem is not None and broken is not None:
            broken[name] = _text(problem)
    text = scripts[b"findings"](*(" ".join(names).encode() for names in api)).decode("latin-1")
    rows = [line.split("\t") for line in text.splitlines()]
    return sorted(Finding(kind, name, file, int(line)) for kind, name, file, line in rows)


class Baseline:
    """Findings that a project knows of and lives with; lines move, so they go by kind, name and file.

    Args:
        path: the file; where there is none, `keep` makes it.

    Raises:
        ConfigError: the file is no baseline.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.exists = path.is_file()
        self._known: set[tuple[str, str, str]] = set()
        if self.exists:
            try:
                rows = json.loads(path.read_text(encoding="utf-8"))["findings"]
                self._known = {(row["kind"], row["name"], row["file"]) for row in rows}
            except (ValueError, KeyError, TypeError) as error:
                raise ConfigError(f"{path} is no baseline of findings: {error}") from error

    def new(self, findings: Sequence[Finding]) -> list[Finding]:
        """Those that the file does not hold."""
        return [each for each in findings if (each.kind, each.name, each.file) not in self._known]

    def keep(self, findings: Sequence[Finding]) -> None:
        """Writes the file anew, with these."""
        rows = sorted({(each.kind, each.name, each.file) for each in findings})
        content = [{"kind": kind, "name": name, "file": file} for kind, name, file in rows]
        text = ",\n".join(json.dumps(row) for row in content)
        self.path.write_text(f'{{"findings": [\n{text}\n]}}\n', encoding="utf-8")


def _text(value: Any) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)
