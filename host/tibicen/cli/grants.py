"""What `tibicen plugins grant` asks the host for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tibicen.errors import ConfigError
from tibicen.lifecycle.permissions import given_problem


def grant_arguments(name: str, permissions: Sequence[str], everything: bool) -> dict[str, Any]:
    """The arguments of the operation `plugins.grant`.

    Raises:
        ConfigError: one of them is no permission, or some are named although all are wanted.
    """
    if everything and permissions:
        raise ConfigError("name permissions, or say --all; not both")
    problems = [problem for text in permissions if (problem := given_problem(text))]
    if problems:
        raise ConfigError("\n".join(problems))
    return {"name": name, "permissions": list(permissions)}
