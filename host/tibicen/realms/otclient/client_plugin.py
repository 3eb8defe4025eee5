"""A plugin of the realm otclient: a headless client with a checkout's modules and its own, which runs in the host."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from tibicen.errors import ConfigError, HealthError, LoadError, TibicenError
from tibicen.lifecycle import permissions
from tibicen.lifecycle.discovery import MANIFEST
from tibicen.lifecycle.generation import Generation
from tibicen.lifecycle.waves import Wave
from tibicen.protocol.extended import RESERVED
from tibicen.protocol.integration import Integration
from tibicen.realms.allowance import allowance_of
from tibicen.realms.inhabited import (
    Beat,
    Home,
    Outcome,
    Part,
    Parts,
    Running,
    Watches,
    checkout_folder,
    no_checkout,
)
from tibicen.realms.otclient.blame import Blame
from tibicen.realms.otclient.checkout import START_SCRIPT, Checkout
from tibicen.realms.otclient.client import FRAME_MS, Client
from tibicen.realms.otclient.handover import as_settings, save_settings, say_farewell
from tibicen.realms.otclient.login import ClientLogin
from tibicen.realms.otclient.net import loopback_only
from tibicen.realms.otclient.watching import OTMOD, Saves
from tibicen.realms.otclient.wire import ClientWire
from tibicen.realms.services import Services
from tibicen.realms.settings import effective
from tibicen.vm.contract import Memory, VmStatistics
from tibicen.vm.marshal import Plain

FRAME_SECONDS = FRAME_MS / 1000

LONGEST_FRAME_MS = 100
"""Time that passes for the client in one frame at most. When the host was held up for longer, the client was too."""

WATCHED = ("modules", "mods", "data")
"""Folders of a checkout whose changes count."""

_LEVELS = {"fine": "debug", "debug": "debug", "info": "info", "warning": "warn"}


class ClientPlugin:
    """Runs one generation of a client; see `lifecycle.generation.Runtime` and `Inhabited`.

    Saves of modules' files reload those modules inside the running client. A reload of the plugin itself starts a new
    client beside it, which takes over the settings and nothing else.
    """

    def __init__(self, generation: Generation, services: Services) -> None:
        source = generation.source
        self.generation = generation
        self.services = services
        self._may = allowance_of(generation, services)
        self._own = source.folder.resolve()
        self._manifest_text = (source.folder / MANIFEST).read_bytes()
        self._settings = as_settings(
            source.name, effective(source.name, source.manifest, services.settings_of(source.name))
        )
        self._checkout = self._open_checkout()
        before = services.plugins.active(source.name)
        if before is not None and isinstance(before.runtime, ClientPlugin):
            save_settings(before.runtime.client)
        self._home = Home(services.data, "otclient", source.name)
        self._modules = Parts()
        self._start_errors: list[str] = []
        self._collected: list[str] | None = self._start_errors
        self._watches = Watches(services, self._take_wave)
        self._beat = Beat(
            generation, services.loop, "frame", FRAME_SECONDS, LONGEST_FRAME_MS, self._run_frame, self._frame_failed
        )
        self._served = self._closed = False
        self._login: ClientLogin | None = None
        try:
            self.client: Client = self._make_client()
            ClientWire().attach(self.client)
            wanted = services.connections_of(source.name).login
            if wanted is not None:
                self._login = ClientLogin(self.client, wanted, lambda level, text: self._may.log(level, text, {}))
        except BaseException:
            self._home.close()
            raise
        bases = [services.folder, self._folder, self._own]
        self._blame = Blame(source.name, self.client.files, bases)
        self._saves = Saves(self.client, self._own, source.name, self._blame)
        generation.ledger.hold(Running("client", source.name, self._begin, self._end))

    @property
    def _folder(self) -> Path:
        assert self._checkout.path is not None
        return self._checkout.path

    def _open_checkout(self) -> Checkout:
        source = self.generation.source
        try:
            return Checkout.open(checkout_folder(source))
        except ConfigError as error:
            raise no_checkout(source, error) from None

    def _make_client(self) -> Client:
        client = self._checkout.client(
            home=self._home.path,
            readable=[self._own],
            name=self.generation.plugin,
            permitted=self._permitted,
        )
        keep = client.operations["log"]

        def log(level: str, text: str | bytes) -> None:
            keep(level, text)
            self._write_log(level, text.decode("latin-1") if isinstance(text, bytes) else text)

        client.operations["log"] = log
        return client

    def _permitted(self, host: str, port: int) -> bool:
        if loopback_only(host, port):
            return True
        given = self.services.given(self.generation.plugin) if self.services.given is not None else ()
        asked = f"net.http:{host}"
        return permissions.problem(asked) is None and permissions.covers(
            [*self.generation.source.manifest.permissions, *given], asked
        )

    def _write_log(self, level: str, text: str) -> None:
        if level in ("error", "fatal"):
            if self._collected is not None:
                self._collected.append(text)
            else:
                self._may.log("error", str(self._blame.problem(text)), {})
        else:
            known = _LEVELS.get(level, "info")
            if known == "debug" or (known == "info" and not self._served):
                # What a client says of itself while it starts is long, and always the same; nobody counts it.
                self.services.log(self.generation.plugin, "debug", text, {})
            else:
                self._may.log(known, text, {})

    # -- Runtime ----------------------------------------------------------------------------------------

    def load(self) -> None:
        client, name = self.client, self.generation.plugin
        client.control("preset", self._settings)
        try:
            problem = client.control("run_script", f"/{START_SCRIPT}")
            if not problem and not client.stopped:
                self._load_own()
                client.control("run")
        except TibicenError as error:
            problem = str(error)
        finally:
            self._collected = None
        if problem or client.stopped:
            told = self._blame.problem(str(problem or (self._start_errors or ["it ended itself while it started"])[-1]))
            raise LoadError(name, told.message, file=told.file, line=told.line, traceback=told.traceback)
        self._note_start()

    def _load_own(self) -> None:
        if self._own != self._folder:
            self.client.control("add_search_path", str(self._own))
        files = self.client.files
        own = [
            files.seen_as(file)
            for folder in sorted(self._own.iterdir())
            if folder.is_dir()
            for file in sorted(folder.glob(f"*{OTMOD}"))
        ]
        found = [path for path in own if path is not None and path.count("/") == 2]
        # What goes wrong with one of them is in the log, as with those that the client starts with.
        self._saves.take_in(found)

    def _note_start(self) -> None:
        for text in self._start_errors:
            errors = self._modules.of(self._blame.module_in(text)).errors
            # What a module raises is logged, and once more that the module can't be loaded for that.
            if (told := str(self._blame.problem(text))) not in errors:
                errors.append(told)

    def load_notes(self) -> list[str]:
        return [
            f"module {name}: {error}" if name else error
            for name, module in self._modules.items()
            for error in module.errors
        ]

    def snapshot(self) -> Plain:
        """A client hands over its settings, by its folder; see `__init__`."""
        return None

    def migrate(self, state: Plain) -> None:
        return

    def health(self) -> None:
        if self.client.stopped:
            raise HealthError(self.generation.plugin, "the client ended itself while it started")

    def settings_changed(self, changed: dict[str, Plain]) -> None:
        """Puts new values into the running client's settings; modules look at theirs when they please."""
        with contextlib.suppress(TibicenError):
            self.client.control("preset", as_settings(self.generation.plugin, changed))

    def pending(self) -> bool:
        return False

    async def drain(self) -> None:
        return

    def close(self) -> None:
        """Ends the client: one that served is ended as its user would end it."""
        if self._closed:
            return
        self._closed = True
        self._end()
        if self._served:
            self._collected = []
            self._leave_game()
            silent = self.services.plugins.active(self.generation.plugin) is not None
            for problem in say_farewell(self.client, silent=silent):
                self._may.log("warn", f"the client did not end well: {problem}", {})
        self.client.close()
        self._home.close()

    def _leave_game(self) -> None:
        if self._login is not None:
            self._login.end()

    def remains(self) -> list[str]:
        return self.client.remains()

    def memory(self) -> Memory:
        return self.client.vm_memory()

    def statistics(self) -> VmStatistics:
        return self.client.statistics()

    def describe_process(self) -> dict[str, Plain]:
        """See `Runtime.describe_process`."""
        return {}

    # -- frames -----------------------------------------------------------------------------------------

    def _begin(self) -> None:
        self._served = True
        self._beat.begin()
        if self._login is not None:
            self._login.begin(self.services.loop)
        for name in WATCHED:
            self._watches.add(self._folder / name)

    def _end(self) -> None:
        self._beat.end()
        self._watches.end()

    def _run_frame(self, ms: int) -> bool:
        self.client.frame(ms)
        if self.client.stopped:
            self._tell_of_end("the client ended itself")
            return False
        return True

    def _frame_failed(self, error: TibicenError) -> bool:
        if self._is_stopped():
            self._tell_of_end(str(error))
            return False
        self._may.log("error", str(error), {})
        return True

    def _is_stopped(self) -> bool:
        try:
            return self.client.stopped
        except TibicenError:
            return True

    def _tell_of_end(self, reason: str) -> None:
        name = self.generation.plugin
        told = self._blame.problem(reason)
        self._may.log("error", f"{told}; `tibicen plugins reload {name}` starts it anew", {})

    # -- saves ------------------------------------------------------------------------------------------

    def _take_wave(self, wave: Wave) -> None:
        self._take(wave.paths, wave.noticed_at)

    def is_inside(self, paths: Collection[Path]) -> bool:
        root = self.generation.source.root
        if root / MANIFEST in paths or self._is_stopped():
            return False
        if root in paths:
            try:
                return (root / MANIFEST).read_bytes() == self._manifest_text
            except OSError:
                return False
        return True

    def take_saves(self, paths: Collection[Path], noticed_at: float | None) -> bool:
        if not self.is_inside(paths):
            return False
        self._take(paths, noticed_at)
        return True

    def _take(self, paths: Collection[Path], noticed_at: float | None) -> None:
        if self._closed or self._is_stopped():
            return
        unsure = any(path == self._own or path == self.generation.source.root for path in paths)
        unsure = unsure or any(path == (self._folder / name).resolve() for path in paths for name in WATCHED)
        began = time.perf_counter()
        with self._collecting():
            try:
                outcomes = self._saves.look_again() if unsure else self._saves.take(paths)
            except TibicenError as error:
                problem = self._blame.problem(str(error))
                outcomes = [Outcome("reload", ["its files"], ok=False, problems=[problem])]
        took = (time.perf_counter() - began) * 1e3
        for outcome in outcomes:
            self._modules.note(outcome)
            self.services.report(outcome.report(self.generation, took, noticed_at))

    @contextlib.contextmanager
    def _collecting(self) -> Iterator[None]:
        """What is logged as errors meanwhile is told by the report."""
        self._collected = []
        try:
            yield
        finally:
            self._collected = None

    # -- figures ----------------------------------------------------------------------------------------

    @property
    def integration(self) -> Integration | None:
        """Its login, when the owner wants one."""
        return self._login

    def describe_parts(self) -> dict[str, Plain]:
        rows: list[Plain] = []
        modules = [] if self._closed else self.client.control("live_modules")
        assert isinstance(modules, list)
        for each in modules:
            assert isinstance(each, dict)
            name = str(each["name"])
            known = self._modules.get(name) or Part()
            state = "active" if each["loaded"] else "failed" if each["failed"] else "unloaded"
            rows.append(
                {
                    "name": name,
                    "state": state,
                    "reloads": known.reloads,
                    "errors": list(known.errors),
                    "refused": list(known.refused),
                }
            )
        return {
            "checkout": str(self._folder),
            "dialect": self._checkout.dialect,
            "stopped": self._is_stopped(),
            "frames": self._beat.figures(),
            "modules": rows,
            "extended_opcodes": [] if self._closed else self._extended_opcodes(),
        }

    def _extended_opcodes(self) -> list[Plain]:
        """Which module answers which, a sentence each."""
        rows: Any = self.client.control("extended_opcodes")
        return [_owner_of(row) for row in rows or ()]


def _owner_of(row: dict[str, Any]) -> str:
    opcode = int(row["opcode"])
    json = " as JSON" if row["json"] else ""
    reserved = f"; OTClient itself takes it for: {RESERVED[opcode]}" if opcode in RESERVED else ""
    return f"{opcode}{json}: {row.get('module') or 'no module'} ({row['place']}){reserved}"
