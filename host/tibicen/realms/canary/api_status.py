"""What of the servers' APIs is there: the statuses in `manifests/api`, held against servers that are asked.

`python -m tibicen.realms.canary.api_status` tells the differences; with `--write` it brings the files up to date.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

from tibicen.paths import manifests_root
from tibicen.realms.bound import BoundApi, Function, read_bound_api
from tibicen.realms.canary.files import Files
from tibicen.realms.canary.server import Dialect, Server
from tibicen.vm import stack

DIALECTS: tuple[Dialect, ...] = ("canary", "tfs")

_ASK = b"""
local names = {}
local function add(owner, place)
    for name, value in pairs(place) do
        if type(name) == "string" and type(value) == "function" then
            names[#names + 1] = owner .. name
        end
    end
end
add("", _G)
for name, value in pairs(_G) do
    if type(value) == "table" and value ~= _G then
        add(name .. ".", value)
    end
end
return table.concat(names, " ")
"""
_OF_LUA = re.compile(
    r"assert|collectgarbage|dofile|error|gcinfo|getfenv|getmetatable|ipairs|load|loadfile|loadstring|module|newproxy"
    r"|next|pairs|pcall|print|raw(?:equal|get|len|set)|require|select|setfenv|setmetatable|tonumber|tostring|type"
    r"|unpack|xpcall|(?:bit|coroutine|debug|ffi|io|jit|math|os|package|string|table|_G)\..*"
)
"""What Lua itself has."""


def file_of(dialect: Dialect) -> Path:
    """The declaration of a server's API."""
    return manifests_root() / "api" / f"{dialect}.yaml"


def there(dialect: Dialect) -> frozenset[str]:
    """The functions of a server that has loaded nothing: `addEvent`, `Game.createItem`, `Player.getLevel`."""

    def ask() -> frozenset[str]:
        with TemporaryDirectory(prefix="tibicen-api-") as empty:
            server = Server(Files(Path(empty)), dialect=dialect, name="api")
            try:
                answer = server.run(_ASK, "=api")
            finally:
                server.close()
        text = answer.decode("latin-1") if isinstance(answer, bytes) else str(answer)
        return frozenset(text.split())

    return stack.run(ask)


def path_of(function: Function) -> str:
    """A function as `there` tells it."""
    return f"{function.owner}.{function.name}" if function.owner else function.name


def changed(api: BoundApi, found: frozenset[str]) -> dict[str, str]:
    """The functions whose status is not true, with the one that is. One that is there and does nothing says so by
    hand."""
    statuses: dict[str, str] = {}
    for each in api.functions():
        path = path_of(each)
        if (path in found) != (each.status != "missing"):
            statuses[path] = "implemented" if path in found else "missing"
    return statuses


def undeclared(api: BoundApi, found: Iterable[str]) -> list[str]:
    """Functions that are there although the server has none of that name."""
    declared = {path_of(each) for each in api.functions()}

    return sorted(path for path in found if path not in declared and not _OF_LUA.fullmatch(path))


_OWNER = re.compile(r"  (\w+):")
_FUNCTION = re.compile(r"(?P<indent>(?: {2}| {4}| {6}))(?P<name>\w+): (?P<value>[\"{].*)")
_SIGNATURE = re.compile(r"\"[^\"]*\"")
_NOTE = re.compile(r", note: (?:\"[^\"]*\"|[^,}]*)")


def rewritten(text: str, statuses: dict[str, str]) -> str:
    """A declaration with other statuses. Each function stands on a line of its own."""
    lines: list[str] = []
    owner = ""
    for line in text.splitlines():
        function = _FUNCTION.fullmatch(line)
        header = _OWNER.match(line)
        if header and not function:
            owner = header[1]
        elif not line.startswith(" "):
            owner = ""
        if function:
            status = statuses.get(f"{owner}.{function['name']}" if owner else function["name"])
            if status:
                line = f"{function['indent']}{function['name']}: {_value(function['value'], status)}"
        lines.append(line)
    return "\n".join(lines) + "\n"


def _value(value: str, status: str) -> str:
    match = _SIGNATURE.search(value)
    signature = match[0] if match else '"()"'
    note = _NOTE.search(value)
    more = note[0] if note else ""
    if status == "implemented":
        return f"{{signature: {signature}{more}}}" if more else signature
    return f"{{signature: {signature}, status: {status}{more}}}"


def main(arguments: list[str]) -> int:
    """Tells, or writes, what differs; 1 when something does and is not written."""
    differ = False
    for dialect in DIALECTS:
        path, found = file_of(dialect), there(dialect)
        api = read_bound_api(path)
        statuses = changed(api, found)
        for name, status in sorted(statuses.items()):
            print(f"{dialect}: {name} is {status}")
        for name in undeclared(api, found):
            print(f"{dialect}: {name} is no function of the server's")
        if statuses and "--write" in arguments:
            path.write_text(rewritten(path.read_text(encoding="utf-8"), statuses), encoding="utf-8")
        elif statuses:
            differ = True
    return int(differ)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
