"""What a Python plugin imports.

    from tibicen.api import Plugin, Stop, hookimpl

    def setup(plugin: Plugin) -> None: ...

    @hookimpl
    def player_login(player): ...

`setup`, `on_snapshot`, `on_migrate`, `on_health` and `on_settings` are found by name; all are optional.
"""

from tibicen.bus.markers import Stop, hookimpl
from tibicen.realms.python_api import Plugin

__all__ = ["Plugin", "Stop", "hookimpl"]
