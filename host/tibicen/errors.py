"""Every error that Tibicen raises, as one tree.

TibicenError
├── ConfigError            host.yaml or a command line value can't be used
├── ManifestError          a plugin.yaml can't be used (carries every problem, each with file, line, way out)
├── PluginError            something that one plugin did; names plugin, file and line
│   ├── LoadError          syntax or run-time error while its code was loaded
│   ├── HandoverError      on_snapshot or on_migrate failed: the old generation keeps serving
│   ├── HealthError        on_health said no
│   ├── NotGrantedError    it asks for more than its owner granted
│   ├── HandlerError       a hook handler, timer, export or subscription raised
│   ├── CrashError         the worker process of an isolated plugin is dead, or died in the call
│   └── BudgetError
│       ├── CpuBudgetError     ran past its deadline
│       │   └── CpuShareError  used up its share of this second
│       └── MemoryBudgetError  asked for more memory than it may have
├── MarshalError           a value that can't cross between Python and Lua
├── VmClosedError          a call into a VM that is gone
├── TransitionError        a plugin was asked to change to a state it can't reach from where it is
├── UnknownPluginError     no plugin of that name
├── QuotaError             a plugin's storage, queue or registration quota is used up
├── DeniedError            a plugin did something that it has no permission for; names the one to ask for
├── StorageError           the KV file can't be read or written (disk full, not a database, no permission)
├── WireError              bytes that do not follow the protocol: truncated, oversized, wrong checksum
├── LaterError             the other side said when to come again: a place on a waiting list
├── RefusedError           the other side said no, and would say it again: a wrong password, a wrong version
└── ControlError           no running host behind the control socket, or it refused
"""

from __future__ import annotations


class TibicenError(Exception):
    """Base of all errors that Tibicen raises on purpose."""


class ConfigError(TibicenError):
    """host.yaml or a command line value can't be used."""


class ManifestError(TibicenError):
    """A manifest can't be used; `problems` holds one line each: `file:line: what, and the way out`."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class PluginError(TibicenError):
    """Something that one plugin did.

    `file` is the path as its author knows it, relative to the plugins folder (`greeter/init.lua`);
    `line` counts from 1 and is 0 where it isn't known.
    """

    def __init__(self, plugin: str, message: str, *, file: str = "", line: int = 0, traceback: str = "") -> None:
        where = f"{file}:{line}: " if file and line else f"{file}: " if file else ""
        super().__init__(f"{plugin}: {where}{message}")
        self.plugin = plugin
        self.message = message
        self.file = file
        self.line = line
        self.traceback = traceback


class LoadError(PluginError):
    """Syntax or run-time error while a plugin's code was loaded."""


class HandoverError(PluginError):
    """`on_snapshot` of the old or `on_migrate` of the new generation failed."""


class HealthError(PluginError):
    """`on_health` of a new generation said no."""


class NotGrantedError(PluginError):
    """A version of a plugin asks for permissions that its owner has not granted."""


class HandlerError(PluginError):
    """A hook handler, timer, export or subscription raised."""


class CrashError(PluginError):
    """The worker process of an isolated plugin is dead, or died in the call."""


class BudgetError(PluginError):
    """A plugin used more than its budget."""


class CpuBudgetError(BudgetError):
    """A call ran past its deadline."""


class CpuShareError(CpuBudgetError):
    """A plugin's share of this second is used up; the call was stopped, or refused."""


class MemoryBudgetError(BudgetError):
    """A plugin asked for more memory than its budget."""


class MarshalError(TibicenError):
    """A value that can't cross between Python and Lua; the message says where in the value."""


class VmClosedError(TibicenError):
    """A call into a VM that is gone."""


class TransitionError(TibicenError):
    """A plugin was asked to change to a state that it can't reach from where it is."""


class UnknownPluginError(TibicenError):
    """No plugin of that name; the message gives the nearest one."""


class QuotaError(TibicenError):
    """A plugin's storage, queue or registration quota is used up."""


class DeniedError(TibicenError):
    """A plugin did something that it has no permission for."""


class StorageError(TibicenError):
    """The KV file can't be read or written."""


class WireError(TibicenError):
    """Bytes that do not follow the protocol."""


class LaterError(TibicenError):
    """The other side of a connection said when to come again.

    Attributes:
        seconds: from now.
    """

    def __init__(self, text: str, seconds: float) -> None:
        super().__init__(text)
        self.seconds = seconds


class RefusedError(TibicenError):
    """The other side of a connection said no, and would say it again."""


class ControlError(TibicenError):
    """No running host behind the control socket, or it refused."""


PLUGIN_FAILURES = (Exception, SystemExit)
"""What ends a plugin's code and not the host: `sys.exit` in a plugin is a mistake like any other."""
