"""Compares what probes recorded here with what real clients recorded.

A folder of probes holds `vfs/probes/NAME.lua` and, beside `vfs`, `NAME.expected.json` (mehah's client) or
`NAME.expected.edubart.json`. A key that starts with `~` is one that the real client itself answered differently from
run to run; its value is `{"seen": [...]}`.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from tibicen.errors import ConfigError
from tibicen.realms.conformance import ABSENT, Difference, Outcome
from tibicen.realms.otclient.checkout import Dialect

LOOSE = "~"
"""What a key starts with whose value varies."""

_SAYS_SOMETHING = (":logs", "$probe-error", "$input-timeout")
"""Ends of keys that are there only when something happened. Others are left out where values depend on the machine."""

_STANDS_FOR = {
    "widget#": r"widget\d+",
    "0xPTR": r"0x[0-9a-fA-F]+",
    # Folders of the machine that values were recorded on.
    "<vfs>": r"/\S*",
    "<path>": r"/\S*",
    "<writedir>": r"/\S*",
}
_PLACEHOLDER = re.compile("|".join(map(re.escape, _STANDS_FOR)))
# Values of these keys never settled, or depend on the order of what the real client held in a hash table.
_AS_LINES = (str, list)


def probes(folder: Path) -> list[str]:
    """Names of all probes of a folder.

    Raises:
        ConfigError: it is no folder of probes.
    """
    names = sorted(path.stem for path in (folder / "vfs" / "probes").glob("*.lua"))
    if not names:
        raise ConfigError(f"{folder} holds no probes: there is no vfs/probes/NAME.lua in it")
    return names


def expected_values(folder: Path, probe: str, dialect: Dialect) -> dict[str, Any]:
    """What the real client recorded.

    Raises:
        ConfigError: there is no such file.
    """
    path = folder / f"{probe}.expected{'.edubart' if dialect == 'edubart' else ''}.json"
    if not path.is_file():
        raise ConfigError(f"{path} is not there, so that {probe} has nothing to be compared with")
    values: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return values


def same(expected: Any, got: Any) -> bool:
    """Whether two recorded values are equal; expected text may have placeholders, such as `widget#` for an id."""
    if isinstance(expected, bool) or isinstance(got, bool):
        return expected is got
    if isinstance(expected, str) and isinstance(got, str):
        return expected == got or _matches(expected, got)
    if isinstance(expected, dict) and isinstance(got, dict):
        return expected.keys() == got.keys() and all(same(value, got[key]) for key, value in expected.items())
    if isinstance(expected, list) and isinstance(got, list):
        return len(expected) == len(got) and all(map(same, expected, got))
    return bool(expected == got)


def _matches(expected: str, got: str) -> bool:
    """Whether a text with placeholders in it stands for another."""
    parts, at = [], 0
    for found in _PLACEHOLDER.finditer(expected):
        parts += [re.escape(expected[at : found.start()]), _STANDS_FOR[found[0]]]
        at = found.end()
    return at > 0 and re.fullmatch("".join(parts) + re.escape(expected[at:]), got) is not None


def within(seen: list[Any], got: Any) -> bool:
    """Whether a value is one of those seen, or as good.

    Text and lists count as sets of lines, as their order is a hash table's. A number may be below those seen: it counts
    what the real client leaves behind by chance.
    """
    if any(same(value, got) for value in seen):
        return True
    if _is_count(got):
        return any(_is_count(value) and 0 <= got <= value for value in seen)
    if not isinstance(got, _AS_LINES):
        return False
    lines = _lines(got)
    return any(isinstance(value, _AS_LINES) and _lines(value) == lines for value in seen)


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _lines(value: Any) -> list[str]:
    """The lines of a text, or items of a list, sorted; without those of OTML's blocks, which mehah's client damages."""
    given = value.split("\n") if isinstance(value, str) else value
    lines, block = [], None
    for line in given:
        if not isinstance(line, str):
            line = json.dumps(line, sort_keys=True)
        indent = len(line) - len(line.lstrip(" "))
        if block is not None and (indent > block or not line.strip()):
            continue
        block = indent if line.rstrip("+-").endswith(": |") else None
        lines.append(line)
    return sorted(lines)


def compare(outcome: Outcome, expected: dict[str, Any], got: dict[str, Any]) -> None:
    """Counts into `outcome` what agrees and what differs."""
    for name, value in expected.items():
        if name.startswith(LOOSE):
            key = name.removeprefix(LOOSE)
            outcome.loose += 1
            if key in got and within(value["seen"], got[key]):
                outcome.loose_agree += 1
            else:
                outcome.loose_differ.append(Difference(key, value, got.get(key, ABSENT)))
            continue
        outcome.total += 1
        if name in got and same(value, got[name]):
            outcome.agree += 1
        else:
            outcome.differ.append(Difference(name, value, got.get(name, ABSENT)))
    for key, value in got.items():
        if key not in expected and LOOSE + key not in expected and key.endswith(_SAYS_SOMETHING):
            outcome.differ.append(Difference(key, ABSENT, value))


def total_of(expected: dict[str, Any]) -> int:
    """Keys that count."""
    return sum(not key.startswith(LOOSE) for key in expected)
