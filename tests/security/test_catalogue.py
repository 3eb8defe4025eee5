"""Every item of the catalogue has a test, and the threat model says what this suite says."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from tests.security.catalogue import LISTED, NOT_HELD, OPEN, OWN
from tests.vm.tier import TIERS

HERE = Path(__file__).parent
THREAT_MODEL = HERE.parent.parent / "docs" / "threat-model.md"


@pytest.fixture(scope="module")
def collected() -> list[str]:
    """The names of all tests in this folder."""
    command = [sys.executable, "-m", "pytest", "--collect-only", "-p", "no:cacheprovider", str(HERE)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=HERE.parent.parent, timeout=60, check=True)
    names = [line for line in done.stdout.splitlines() if "::" in line]
    assert len(names) > 500
    return names


def numbers(names: list[str], pattern: str) -> set[int]:
    return {int(number) for name in names for number in re.findall(pattern, name)}


def test_every_item_of_the_list_has_a_test(collected: list[str]) -> None:
    missing = set(LISTED) - numbers(collected, r"item_(\d+)_")
    assert not missing, f"no test is named item_N_... for {sorted(missing)}"


def test_every_item_of_our_own_has_a_test(collected: list[str]) -> None:
    found = numbers(collected, r"(?:_|\W)x(\d+)_")
    assert found == set(OWN), f"missing: {sorted(set(OWN) - found)}, not in the catalogue: {sorted(found - set(OWN))}"


def test_every_tier_is_attacked(collected: list[str]) -> None:
    for tier in TIERS:
        attacked = numbers([name for name in collected if re.search(rf"[\[-]{tier}[\]-]", name)], r"item_(\d+)_")
        assert len(attacked) > 60, f"{tier}: only {sorted(attacked)}"


def test_what_is_open_is_still_tested(collected: list[str]) -> None:
    for item, hole in OPEN.items():
        for part in hole.tests:
            assert any(part in name for name in collected), f"{item}: no test has {part!r} in its name"


def table(heading: str) -> list[list[str]]:
    """The cells of the table under a heading of the threat model."""
    text = THREAT_MODEL.read_text(encoding="utf-8").partition(f"## {heading}\n")[2].partition("\n## ")[0]
    rows = [line.strip().strip("|").split("|") for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row] for row in rows[2:]]


def test_the_threat_model_tells_what_no_tier_holds() -> None:
    assert table("What a tier does not hold") == [[*key, reason] for key, reason in NOT_HELD.items()]


def test_the_threat_model_tells_what_is_open() -> None:
    assert table("Open") == [[item, hole.what] for item, hole in OPEN.items()]
