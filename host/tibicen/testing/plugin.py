"""The pytest side: collects tests in Lua, and offers fresh clients and servers to tests in Python."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tibicen.errors import TibicenError
from tibicen.testing.client_kit import ClientKit
from tibicen.testing.server_kit import ServerKit
from tibicen.testing.snapshots import Snapshots

LUA_TESTS = "*_test.lua"

_REALM = re.compile(rb"^--\s*realm:\s*(\w+)", re.MULTILINE)
_HEAD_BYTES = 1024
"""Of a file of tests: where it may say whose scripts it tests."""


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("tibicen")
    group.addoption(
        "--checkout",
        metavar="PATH",
        help="folder of the OTClient, or of the server, whose libraries tests are run with",
    )
    group.addoption("--update-snapshots", action="store_true", help="keep the trees of widgets that are seen now")
    parser.addini("otclient_checkout", "folder of the OTClient whose libraries modules are tested with", default="")
    parser.addini("server_checkout", "folder of the Canary or TFS whose libs scripts are tested with", default="")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "otclient(checkout=None, dialect=None): how the fixture `otclient` of this test is made"
    )

    config.addinivalue_line(
        "markers",
        "server(checkout=None, dialect=None, libs=True, datapack=None, items=None, seed=1):"
        " how the fixture `server` of this test is made",
    )


def checkout_of(config: pytest.Config, file: Path) -> Path | None:
    """The client that a test's modules are run with: as told, or the one that the test lies in; None for none."""
    told: str = config.getoption("--checkout") or config.getini("otclient_checkout")
    if told:
        return config.rootpath.joinpath(told).resolve()
    return next((folder for folder in file.parents if (folder / "modules" / "corelib").is_dir()), None)


def _kit(config: pytest.Config, file: Path, test: str, **options: Any) -> ClientKit:
    options.setdefault("checkout", checkout_of(config, file))
    snapshots = Snapshots(file, test, update=bool(config.getoption("--update-snapshots")))
    return ClientKit(readable=[file.parent, file.parent.parent], snapshots=snapshots, **options)


@pytest.fixture
def otclient(request: pytest.FixtureRequest) -> Iterator[ClientKit]:
    """A fresh headless client. The test fails when the client logged an error that the test did not ask for by
    `otclient.errors()`."""
    marker = request.node.get_closest_marker("otclient")
    with _kit(request.config, request.path, request.node.name, **(marker.kwargs if marker else {})) as kit:
        yield kit
        errors = kit.errors()
        if errors:
            pytest.fail("the client logged errors:\n" + "\n".join(errors), pytrace=False)


def _is_server(folder: Path) -> bool:
    return any((folder / "data" / name).is_file() for name in ("core.lua", "global.lua"))


def server_of(config: pytest.Config, file: Path) -> Path | None:
    """The server that a test's scripts are run with: as told, or the one that the test lies in; None for none."""
    told: str = config.getoption("--checkout") or config.getini("server_checkout")
    if told and _is_server(config.rootpath.joinpath(told)):
        return config.rootpath.joinpath(told).resolve()
    return next((folder for folder in file.parents if _is_server(folder)), None)


def _server_kit(config: pytest.Config, file: Path, **options: Any) -> ServerKit:
    options.setdefault("checkout", server_of(config, file))
    return ServerKit(**options)


@pytest.fixture
def server(request: pytest.FixtureRequest) -> Iterator[ServerKit]:
    """A fresh server. The test fails when a script failed and the test did not ask for that by `server.errors()`."""
    marker = request.node.get_closest_marker("server")
    with _server_kit(request.config, request.path, **(marker.kwargs if marker else {})) as kit:
        yield kit
        errors = kit.errors()
        if errors:
            pytest.fail("scripts failed:\n" + "\n".join(errors), pytrace=False)


def realm_of(file: Path) -> str:
    """Whose scripts a file of tests in Lua is for: what its head says (`-- realm: canary`), else where it lies."""
    with file.open("rb") as content:
        told = _REALM.search(content.read(_HEAD_BYTES))
    if told:
        return told[1].decode()
    return "canary" if any(map(_is_server, file.parents)) else "otclient"


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    if file_path.match(LUA_TESTS):
        return LuaFile.from_parent(parent, path=file_path)
    return None


class LuaFile(pytest.File):
    """A file of tests in Lua."""

    def collect(self) -> Iterable[LuaItem]:
        realm = realm_of(self.path)
        with _kit_of(realm, self.config, self.path, "") as kit:
            try:
                tests = kit.lua_tests(self.path)
            except TibicenError as error:
                raise self.CollectError(str(error)) from None
        for index, test in enumerate(tests):
            yield LuaItem.from_parent(self, name=test["name"], index=index, line=test["line"], realm=realm)


def _kit_of(realm: str, config: pytest.Config, file: Path, test: str) -> ClientKit | ServerKit:
    if realm == "otclient":
        # To read its tests, a file needs no libraries.
        return _kit(config, file, test) if test else ClientKit(readable=[file.parent])
    dialect: Any = "tfs" if realm == "tfs" else None
    if test:
        return _server_kit(config, file, dialect=dialect)
    return ServerKit(server_of(config, file), dialect=dialect, libs=False)


class LuaItem(pytest.Item):
    """One `it`, in a client or server of its own."""

    def __init__(self, *, index: int, line: int, realm: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._index = index
        self._line = line
        self._realm = realm

    def runtest(self) -> None:
        with _kit_of(self._realm, self.config, self.path, self.name) as kit:
            kit.lua_tests(self.path)
            problem = kit.run_lua_test(self._index)
            errors = kit.errors()
            if problem is None and errors:
                what = "the client logged errors" if self._realm == "otclient" else "scripts failed"
                problem = f"{what}:\n" + "\n".join(errors)
        if problem is not None:
            raise LuaTestFailure(problem)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        if isinstance(excinfo.value, LuaTestFailure):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        return self.path, self._line - 1, self.name


class LuaTestFailure(Exception):
    """A test in Lua failed; the text says how and where."""
