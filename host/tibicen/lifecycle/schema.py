"""The JSON Schema of plugin.yaml, made from the manifest's types: `python -m tibicen.lifecycle.schema` writes it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec

from tibicen.lifecycle.manifest import Manifest
from tibicen.paths import manifests_root


def plugin_schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) for `plugin.yaml`."""
    schema = msgspec.json.schema(Manifest)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Tibicen plugin manifest (plugin.yaml)",
        **schema,
    }


def schema_text() -> str:
    """The file's text."""
    return json.dumps(plugin_schema(), indent=2, sort_keys=True) + "\n"


def schema_path() -> Path:
    """Where the schema is published."""
    return manifests_root() / "schemas" / "plugin.json"


if __name__ == "__main__":
    schema_path().write_text(schema_text(), encoding="utf-8")
