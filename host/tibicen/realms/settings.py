"""A plugin's settings: what its manifest declares, with what the owner set."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy

from tibicen.errors import ConfigError
from tibicen.lifecycle.manifest import Manifest, Setting, check_setting
from tibicen.vm.marshal import Plain


def effective(plugin: str, manifest: Manifest, chosen: Mapping[str, Plain]) -> dict[str, Plain]:
    """Every declared setting with its value in force.

    Raises:
        ConfigError: the owner set something that isn't declared, or not of its type; every problem at once.
    """
    problems = [
        f"plugins.{plugin}.settings.{name}: {plugin} has no such setting; "
        f"it has {', '.join(manifest.settings) or 'none'}"
        for name in chosen
        if name not in manifest.settings
    ]
    values: dict[str, Plain] = {}
    for name, setting in manifest.settings.items():
        value = chosen.get(name, setting.default)
        problem = _problem(setting, value) if name in chosen else None
        if problem:
            problems.append(f"plugins.{plugin}.settings.{name}: {problem}")
        # A copy: what a plugin does to a list is not done to the manifest, host.yaml and the next generation.
        values[name] = deepcopy(value)
    if problems:
        raise ConfigError("\n".join(problems))
    return values


def _problem(setting: Setting, value: Plain) -> str | None:
    return check_setting(setting, value)
