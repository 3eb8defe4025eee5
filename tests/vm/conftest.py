"""Every test here runs over every tier, on a thread with the host's stack."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.vm.tier import TIERS, Tier

from tibicen.vm import stack


@pytest.fixture(params=TIERS)
def tier(request: pytest.FixtureRequest) -> Iterator[Tier]:
    made = Tier(request.param)
    yield made
    made.close()


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Iterator[None]:
    """Runs the test's function on a thread with the host's stack."""
    function = pyfuncitem.obj
    pyfuncitem.obj = lambda **arguments: stack.run(lambda: function(**arguments))
    try:
        return (yield)
    finally:
        pyfuncitem.obj = function
