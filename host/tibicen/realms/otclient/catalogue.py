"""The catalogue of a newer client's assets: catalog-content.json."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from tibicen.errors import TibicenError

__all__ = ["operations", "read_catalogue"]


def read_catalogue(text: str | bytes) -> dict[str, Any]:
    """What a catalogue names.

    Returns:
        `appearances` and `staticdata`, names of files ("" where there is none); `sheets` of sprites, each first and
        last number and layout, sorted; `sprites`, how many there are.

    Raises:
        TibicenError: it is no catalogue.
    """
    found: dict[str, Any] = {"appearances": "", "staticdata": ""}
    sheets: list[list[int]] = []
    try:
        for entry in json.loads(text):
            kind = entry["type"]
            if kind in found:
                found[kind] = str(entry["file"])
            elif kind == "sprite":
                sheets.append([int(entry[key]) for key in ("firstspriteid", "lastspriteid", "spritetype")])
    except (ValueError, TypeError, KeyError) as problem:
        raise TibicenError(f"catalog-content.json is damaged: {problem}") from problem
    return {**found, "sheets": sorted(sheets), "sprites": max((sheet[1] for sheet in sheets), default=0) + 1}


def operations() -> dict[str, Callable[..., Any]]:
    """What the engine calls, by name."""
    return {"things.catalogue": read_catalogue}
