"""`tibicen bench`: the shape of what it prints, with a benchmark that takes no time."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.conftest import Command

from tibicen.cli import bench

TRIVIAL = """
from __future__ import annotations

from dataclasses import asdict, dataclass


@dataclass
class Row:
    case: str
    ours: float
    rival: float | None
    rival_name: str
    ratio: float | None
    unit: str


def run(quick: bool) -> list[dict]:
    print("measuring")
    beside = Row("beside", 1.0, 2.5, "somebody", 2.5, "us")
    alone = Row("alone [a]", 3.0, None, "", None, "quick" if quick else "ms")
    return [asdict(beside), asdict(alone)]
"""
ROWS = [
    {"case": "beside", "ours": 1.0, "rival": 2.5, "rival_name": "somebody", "ratio": 2.5, "unit": "us"},
    {"case": "alone [a]", "ours": 3.0, "rival": None, "rival_name": "", "ratio": None, "unit": "ms"},
]


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A source checkout with one benchmark."""
    folder = tmp_path / "tests" / "bench"
    folder.mkdir(parents=True)
    (folder / "trivial.py").write_text(TRIVIAL, encoding="utf-8")
    (folder / "_helper.py").write_text("", encoding="utf-8")
    monkeypatch.setattr(bench, "checkout_root", lambda: tmp_path)
    return tmp_path


@pytest.mark.usefixtures("checkout")
def test_the_shape(tibicen: Command) -> None:
    one = tibicen("bench", "trivial", "--json")
    assert (one.code, one.err) == (0, "")
    assert set(one.json) == {"bench", "machine", "rows"}
    assert one.json["bench"] == "trivial"
    assert set(one.json["machine"]) == {"system", "python", "cpu", "vector"}
    assert all(one.json["machine"].values())
    assert one.json["rows"] == ROWS
    everything = tibicen("bench", "--json", "--quick").json
    assert [each["bench"] for each in everything] == ["trivial"]
    assert everything[0]["rows"][1]["unit"] == "quick"


@pytest.mark.usefixtures("checkout")
def test_the_table(tibicen: Command) -> None:
    said = tibicen("bench", "trivial")
    assert said.code == 0
    beside, alone = (line.split() for line in said.out.splitlines() if line.strip(" │").startswith(("beside", "alone")))
    assert [word for word in beside if word != "│"] == ["beside", "1", "2.5", "somebody", "2.50", "us"]
    assert [word for word in alone if word != "│"] == ["alone", "[a]", "3", "-", "-", "ms"]


@pytest.mark.usefixtures("checkout")
def test_a_name_that_is_none(tibicen: Command) -> None:
    said = tibicen("bench", "trvial")
    assert (said.code, said.err) == (1, "tibicen: there is no benchmark 'trvial'; there are trivial\n")


def test_a_wheel_has_none(tibicen: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench, "checkout_root", lambda: None)
    said = tibicen("bench")
    assert (said.code, said.err) == (1, "tibicen: benchmarks come with a source checkout, not with the wheel\n")
