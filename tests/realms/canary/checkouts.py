"""Small servers that tests write: a checkout of Canary and one of TFS, with the least that loads."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tibicen.testing.small_server import write_small_server

ITEMS: dict[int, str | Mapping[str, Any]] = {
    106: {"name": "grass", "kind": "ground"},
    2148: {"name": "gold coin", "article": "a", "plural": "gold coins", "weight": 10, "stackable": True},
    2376: {"name": "sword", "article": "a", "weight": 3500, "attack": 14, "weaponType": "sword"},
    3264: {"name": "sword", "article": "a", "weight": 3500, "attack": 14, "weaponType": "sword"},
}


def write(root: Path, files: dict[str, str]) -> Path:
    """Writes files below a folder."""
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    return root


def write_canary(root: Path, **files: str) -> Path:
    """The least of a Canary with the pack data-canary."""
    return write(
        write_small_server(root, "canary", ITEMS),
        {
            "data/core.lua": 'CORE_DIRECTORY = "data"\nDATA_DIRECTORY = "data-canary"\n',
            "data/npclib/load.lua": "",
            "data/events/events.xml": "<events />",
            "data/modules/modules.xml": "<modules />",
            "data/chatchannels/chatchannels.xml": "<channels />",
            "data/scripts/lib/empty.lua": "",
            "data-canary/scripts/empty.lua": "",
            "data-canary/monster/empty.lua": "",
            "data-canary/npc/empty.lua": "",
            **files,
        },
    )


def write_tfs(root: Path, **files: str) -> Path:
    """The least of a TFS."""
    return write(
        write_small_server(root, "tfs", ITEMS),
        {
            "data/global.lua": "",
            "data/scripts/lib/empty.lua": "",
            "data/scripts/empty.lua": "",
            "data/events/events.xml": "<events />",
            "data/chatchannels/chatchannels.xml": "<channels />",
            **files,
        },
    )
