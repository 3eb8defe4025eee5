"""Reads plugin.yaml: what its types say, and what they don't."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any

import msgspec
import yaml
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

from tibicen.lifecycle import permissions
from tibicen.lifecycle.manifest import NAME_RULE, WITH_CHECKOUT, Manifest, Setting, check_setting, valid_name
from tibicen.lifecycle.yaml_reader import Reader, node_at, read


def parse_manifest(text: bytes, file: str) -> Manifest:
    """The manifest in `text`; `file` is its name in messages, e.g. `greeter/plugin.yaml`.

    Raises:
        ManifestError: with every problem that was found.
    """
    return read(text, file, Manifest, _check_meaning)


def _check_meaning(reader: Reader, node: yaml.Node, values: dict[str, Any]) -> None:
    """What types alone don't say."""
    name = values.get("name")
    if name is not None and not valid_name(name):
        reader.problem(node_at(node, "name"), f"name {name!r} is not one for a plugin; use {NAME_RULE}")
    if "version" in values:
        problem = version_problem(values["version"])
        if problem:
            reader.problem(node_at(node, "version"), problem)
    for other, wanted in values.get("requires", {}).items():
        for problem in requirement_problems(name, other, wanted):
            reader.problem(node_at(node, "requires", other), problem)
    for index, permission in enumerate(values.get("permissions", ())):
        problem = permissions.problem(permission)
        if problem:
            listed = node_at(node, "permissions")
            reader.problem(listed.value[index] if isinstance(listed, yaml.SequenceNode) else listed, problem)
    entry = values.get("entry", "")
    parts = PurePosixPath(entry.replace("\\", "/"))
    if entry and (parts.is_absolute() or ".." in parts.parts or ":" in entry or "\0" in entry):
        reader.problem(node_at(node, "entry"), f"entry {entry!r} must lie inside the plugin's folder")
    elif entry and parts.suffix not in (".lua", ".py"):
        reader.problem(node_at(node, "entry"), f"entry {entry!r} must be a .lua or .py file")
    if values.get("group") and values.get("tier") != "isolated":
        reader.problem(node_at(node, "group"), "group is for plugins of tier isolated; write that tier, or remove it")
    realm = values.get("realm", "native")
    if "checkout" in values and realm not in WITH_CHECKOUT:
        reader.problem(
            node_at(node, "checkout"),
            f"checkout is for plugins of the realms otclient and canary, not {realm}; write the realm, or remove it",
        )
    elif "\0" in values.get("checkout", ""):
        reader.problem(node_at(node, "checkout"), "checkout must be a path")
    if realm == "otclient" and entry:
        reader.problem(
            node_at(node, "entry"),
            "a client begins with the init.lua of its checkout; name that by `checkout`, not entry",
        )
    if realm in WITH_CHECKOUT and values.get("tier", "contained") != "contained":
        reader.problem(
            node_at(node, "tier"), f"a plugin of the realm {realm} has a VM of its own: tier contained; remove it"
        )
    for setting_name, raw in values.get("settings", {}).items():
        _check_setting(reader, node, setting_name, raw)


def version_problem(text: str) -> str | None:
    """What is wrong with a plugin's version; None when it is one."""
    try:
        Version(text)
    except InvalidVersion:
        return f'version {text!r} is none; write it like "1.2.0"'
    return None


def requirement_problems(name: str | None, other: str, wanted: str) -> list[str]:
    """What is wrong with the requirement of a plugin `name` for `other` in the versions `wanted`."""
    problems = []
    if other == name:
        problems.append(f"{name} requires itself")
    if not valid_name(other):
        problems.append(f"requires: {other!r} is no name of a plugin; use {NAME_RULE}")
    try:
        SpecifierSet("" if wanted == "*" else wanted)
    except InvalidSpecifier:
        problems.append(f'requires.{other}: {wanted!r} is no version range; write it like ">=1.0,<2"')
    return problems


def _check_setting(reader: Reader, node: yaml.Node, name: str, raw: dict[str, Any]) -> None:
    if "type" not in raw or "default" not in raw:
        return
    try:
        setting = msgspec.convert(raw, Setting)
    except msgspec.ValidationError as error:
        reader.problem(node_at(node, "settings", name), f"settings.{name}: {error}")
        return
    problem = check_setting(setting, setting.default)
    if problem:
        reader.problem(node_at(node, "settings", name, "default"), f"settings.{name}.default: {problem}")
