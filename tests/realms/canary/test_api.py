"""The declared APIs of the two servers say what is there: all that they register, with statuses that are true."""

from __future__ import annotations

import re

import pytest

from tibicen.realms.bound import BUILT_IN, BoundApi, read_bound_api
from tibicen.realms.canary.api_status import changed, file_of, path_of, rewritten, there, undeclared
from tibicen.realms.canary.server import Dialect

# Global functions; tables with functions, and these; classes and what their objects can do: as the sources register.
REGISTERED: dict[Dialect, tuple[int, int, int, int, int]] = {
    "canary": (34, 11, 105, 41, 1135),
    "tfs": (35, 6, 56, 36, 769),
}


@pytest.fixture(scope="module", params=["canary", "tfs"])
def dialect(request: pytest.FixtureRequest) -> Dialect:
    found: Dialect = request.param
    return found


@pytest.fixture(scope="module")
def api(dialect: Dialect) -> BoundApi:
    return read_bound_api(file_of(dialect))


@pytest.fixture(scope="module")
def found(dialect: Dialect) -> frozenset[str]:
    return there(dialect)


def test_statuses_are_true(api: BoundApi, found: frozenset[str]) -> None:
    assert changed(api, found) == {}, "run: python -m tibicen.realms.canary.api_status --write; tibicen reference"


def test_there_is_nothing_that_the_server_lacks(api: BoundApi, found: frozenset[str]) -> None:
    assert undeclared(api, found) == []


def test_nothing_that_the_server_registers_was_lost(api: BoundApi, dialect: Dialect) -> None:
    assert (
        len(api.globals),
        len(api.singletons),
        sum(map(len, api.singletons.values())),
        len(api.classes),
        sum(len(each.functions) for each in api.classes.values()),
    ) == REGISTERED[dialect]


def test_every_type_is_known(api: BoundApi) -> None:
    known = BUILT_IN | set(api.classes) | {"", "..."}
    for each in api.functions():
        kinds = [param.type for param in each.signature.params] + [each.signature.returns]
        assert set(kinds) <= known, each.path


def test_a_status_is_written_where_it_belongs(api: BoundApi, dialect: Dialect) -> None:
    text = file_of(dialect).read_text(encoding="utf-8")
    paths = [path_of(each) for each in api.functions()]
    missing = rewritten(text, dict.fromkeys(paths, "missing"))
    assert len(re.findall(r"status: missing", missing)) == len(paths)
    back = rewritten(missing, dict.fromkeys(paths, "implemented"))
    assert "status: " not in back
    states = {path_of(each): each.status for each in api.functions() if each.status != "implemented"}
    assert rewritten(back, states) == text, "names, signatures and notes stay as they were"


def test_what_differs_is_found(api: BoundApi) -> None:
    function = next(each for each in api.functions() if each.status == "implemented")
    path = path_of(function)
    everything = frozenset(path_of(each) for each in api.functions() if each.status != "missing")
    assert changed(api, everything) == {}
    assert changed(api, everything - {path}) == {path: "missing"}
    assert undeclared(api, everything | {"Player.fly", "string.find", "print", "fly"}) == ["Player.fly", "fly"]
