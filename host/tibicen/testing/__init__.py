"""Tests of scripts without a server or a screen: a pytest plugin, and the kits that its fixtures hand out.

`tibicen test PATH` runs with it; pytest finds it by itself where tibicen is installed. It collects `*_test.lua` beside
Python's tests, and offers the fixtures `otclient` and `server`: see docs/testing.md and docs/testing-servers.md.
"""

from __future__ import annotations

from tibicen.testing.client_kit import ClientKit, ModuleTestError
from tibicen.testing.server_kit import ScriptTestError, ServerKit
from tibicen.testing.widget import Widget

__all__ = ["ClientKit", "ModuleTestError", "ScriptTestError", "ServerKit", "Widget"]
