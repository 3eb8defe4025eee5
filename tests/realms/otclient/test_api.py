"""The declared API of OTClient is whole: what its engines bind, in types that the realm casts."""

from __future__ import annotations

import re

import pytest

from tibicen.paths import manifests_root
from tibicen.realms.bound import BUILT_IN, REST, BoundApi, Signature, read_bound_api

OTCLIENT = manifests_root() / "api" / "otclient.yaml"

# Singletons and their functions, classes and their functions, globals: as bound by the sources of the engines, without
# what only a map editor has; and LuaObject, dofile, dofiles and loadfile, which they register by other means.
BOUND = {"mehah": (33, 534, 57, 1164, 19), "edubart": (26, 429, 58, 931, 18)}


@pytest.fixture(scope="module")
def api() -> BoundApi:
    return read_bound_api(OTCLIENT)


def types_of(signature: Signature) -> set[str]:
    """The names of types in a signature but enums: `map<int,Item[]>` has three."""
    kinds = [param.type for param in signature.params] + [signature.returns]
    return {word for kind in kinds for word in re.findall(r"[\w:]+", kind) if "::" not in word}


def test_every_type_is_known(api: BoundApi) -> None:
    known = BUILT_IN | {"map"} | set(api.structs) | set(api.classes)
    for function in api.functions():
        for signature in (function.signature, *function.differs.values()):
            assert types_of(signature) <= known, function.path


def test_any_number_of_values_is_handed_through_as_it_is(api: BoundApi) -> None:
    rest = [each for each in api.functions() if any(param.name == REST for param in each.signature.params)]
    assert all(param.type == "any" for each in rest for param in each.signature.params if param.name == REST)


@pytest.mark.parametrize("dialect", BOUND)
def test_nothing_that_an_engine_binds_was_lost(api: BoundApi, dialect: str) -> None:
    def there(owner_only: str) -> bool:
        return owner_only in ("", dialect)

    singletons = [sum(there(each.only) for each in functions) for functions in api.singletons.values()]
    classes = [each for each in api.classes.values() if there(each.only)]
    assert (
        sum(count > 0 for count in singletons),
        sum(singletons),
        len(classes),
        sum(there(function.only) for each in classes for function in each.functions),
        sum(there(each.only) for each in api.globals),
    ) == BOUND[dialect]
