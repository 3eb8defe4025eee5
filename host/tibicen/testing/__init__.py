"""Tests of scripts without a server or a screen: a pytest plugin, and the kit that its fixtures hand out.

`tibicen test PATH` runs with it; pytest finds it by itself where tibicen is installed. It collects `*_test.lua` beside
Python's tests, and offers the fixture `otclient`: see docs/testing.md.
"""

from __future__ import annotations

from tibicen.testing.client_kit import ClientKit, ModuleTestError
from tibicen.testing.widget import Widget

__all__ = ["ClientKit", "ModuleTestError", "Widget"]
