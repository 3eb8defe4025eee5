"""Log lines of commands: tracebacks without the values of variables, whichever command it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
import structlog

from tibicen.cli.logs import plain_tracebacks
from tibicen.cli.run import set_up_logging
from tibicen.cli.table import Screen


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    before = structlog.get_config()
    yield
    structlog.configure(**before)


def fails() -> None:
    password = "".join(("s3c", "r3t"))
    try:
        raise ValueError("of no use")
    except ValueError:
        structlog.get_logger("tibicen.client").exception("a login failed", length=len(password))


@pytest.mark.parametrize("set_up", [plain_tracebacks, lambda: set_up_logging(Screen())])
def test_a_traceback_shows_no_values(set_up: Callable[[], None], capsys: pytest.CaptureFixture[str]) -> None:
    set_up()
    fails()
    said = "".join(capsys.readouterr())
    assert "a login failed" in said and "ValueError: of no use" in said and "test_logs.py" in said
    assert "s3cr3t" not in said
