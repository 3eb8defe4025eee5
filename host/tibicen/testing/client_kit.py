"""A client under test: a fresh headless one with the libraries of a checkout, and hands to play it with."""

from __future__ import annotations

import difflib
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from tibicen.errors import TibicenError
from tibicen.realms.otclient.checkout import Checkout, Dialect, start_libraries
from tibicen.realms.otclient.client import Client
from tibicen.realms.otclient.files import Files
from tibicen.realms.otclient.input import Input
from tibicen.realms.otclient.session import enter_game, leave_game
from tibicen.testing.snapshots import Snapshots
from tibicen.testing.widget import Widget
from tibicen.vm.stack import StackThread

T = TypeVar("T")

SETTLING_MS = 100
"""What passes after a module was loaded, so that its widgets have their places."""

NEAREST = 5
"""Ids that an error names when a widget is not found."""


class ModuleTestError(TibicenError):
    """What a test asked of a module or widget could not be done."""


class ClientKit:
    """A client for one test. Time stands still but when a test lets it pass; nothing sleeps.

    Args:
        checkout: the folder of the client whose libraries (corelib, …) the modules need; None for the engine alone.
        dialect: mehah or edubart; told from the checkout unless given.
        readable: further folders that the client may read, and whose modules it loads by name.
        snapshots: where trees are kept that `matches_snapshot` compares with.

    Use it as a context manager, or call `close`.
    """

    def __init__(
        self,
        checkout: Path | None = None,
        *,
        dialect: Dialect | None = None,
        readable: Sequence[Path] = (),
        snapshots: Snapshots | None = None,
    ) -> None:
        self._thread = StackThread("tibicen-test-client")
        self._home = tempfile.TemporaryDirectory(prefix="tibicen-test-")
        self._snapshots = snapshots
        self._readable = [each.resolve() for each in readable]
        self._seen = 0
        try:
            self._client = self._thread.call(lambda: self._make(checkout, dialect))
        except BaseException:
            self._home.cleanup()
            self._thread.close()
            raise
        self.input = Input(self._client)
        self._client.operations.update({f"kit.{name}": serve for name, serve in self._operations().items()})

    def _make(self, checkout: Path | None, dialect: Dialect | None) -> Client:
        home = Path(self._home.name)
        if checkout is None:
            work = home / "work"
            work.mkdir()
            client = Client(Files(work, roots=self._readable, write_dir=home), dialect=dialect or "mehah", name="test")
        else:
            found = Checkout.open(checkout, dialect)
            client = found.client(home=home, readable=self._readable, settings="locale: en\n", name="test")
            start_libraries(client)
        client.control("kit_open")
        client.control("run")
        return client

    # -- the client's thread ----------------------------------------------------------------------------

    def _do(self, function: Callable[[], T]) -> T:
        return self._thread.call(function)

    def control(self, name: str, *arguments: Any) -> Any:
        """Calls one of the engine's controls; for what the kit has no name for."""
        return self._do(lambda: self._client.control(name, *arguments))

    def run(self, source: str) -> Any:
        """Runs Lua in the client's globals, as its console would; returns what it returns."""
        return self._do(lambda: self._client.run(source.encode("latin-1"), "test"))

    def advance(self, ms: int) -> None:
        """Lets time pass, frame by frame: events fire, widgets find their places."""
        self._do(lambda: self._client.advance(int(ms)))

    # -- modules ----------------------------------------------------------------------------------------

    def load(self, module: str | Path) -> None:
        """Loads a module: by name, out of a readable folder or the checkout, or its folder.

        Raises:
            ModuleTestError: it could not be loaded; with what the client logged.
        """
        __tracebackhide__ = True
        path = Path(module)
        beside = (each for each in self._readable if (each / path.name / f"{path.name}.otmod").is_file())
        folder = path.resolve().parent if path.is_dir() else next(beside, None)
        before = len(self._client.log)
        problem = self.control("kit_load", path.name, str(folder) if folder else None)
        if problem:
            raise ModuleTestError("\n".join([f"{path.name}: {_text(problem)}", *self._errors_since(before)]))
        self.advance(SETTLING_MS)

    def unload(self, module: str) -> None:
        """Unloads a module, with all that is its own."""
        self.control("unload", module)

    def reload(self, module: str) -> None:
        """Loads a module anew, and those that use it; see docs/otclient.md.

        Raises:
            ModuleTestError: the new version failed; the old one goes on.
        """
        __tracebackhide__ = True
        before = len(self._client.log)
        result = self.control("reload", module)
        if isinstance(result, dict) and not result.get("ok", True):
            raise ModuleTestError("\n".join([f"{module}: it was not reloaded", *self._errors_since(before)]))
        self.advance(SETTLING_MS)

    # -- widgets ----------------------------------------------------------------------------------------

    def widget(self, selector: str, *, below: Widget | None = None) -> Widget:
        """Finds a widget: ids from the outside in (`enterGame/okButton`), each at any depth below the one before;
        a step `text=OK` is what shows that text. What is visible and near goes first.

        Raises:
            ModuleTestError: there is none; the nearest ids are named.
        """
        __tracebackhide__ = True
        found = self.control("kit_find", selector, below.handle if below else None)
        if "handle" not in found:
            missing, ids = _text(found["missing"]), [_text(each) for each in found["ids"] or ()]
            near = difflib.get_close_matches(missing, ids, NEAREST, 0.4) or ids[:NEAREST]
            names = f"; there are {', '.join(dict.fromkeys(near))}" if near else "; it holds none with an id"
            raise ModuleTestError(f"there is no widget {missing!r} below {_text(found['below']) or 'the root'}{names}")
        return Widget(self, int(found["handle"]), selector)

    def exists(self, selector: str) -> bool:
        """Whether there is such a widget, visible or not."""
        return "handle" in self.control("kit_find", selector, None)

    def describe(self, handle: int) -> dict[str, Any]:
        """What a widget's getters answer, by name."""
        plain: dict[str, Any] = self.control("kit_widget", handle)
        return {_text(name): _text(value) if isinstance(value, bytes) else value for name, value in plain.items()}

    def tree(self, widget: Widget | str | None = None) -> str:
        """A widget and what it holds, a line each: class, id, rect, text, states. What is hidden is not followed."""
        handle = self._widget(widget).handle if widget is not None else None
        return _text(self.control("kit_tree", handle))

    def matches_snapshot(self, widget: Widget | str | None = None, name: str = "") -> None:
        """Compares a tree with the one that was kept by an earlier run; the first run keeps it.

        Raises:
            AssertionError: they differ. `--update-snapshots` keeps the new one.
        """
        __tracebackhide__ = True
        if self._snapshots is None:
            raise ModuleTestError("this kit was made without a place for snapshots")
        self._snapshots.compare(self.tree(widget), name)

    def _widget(self, widget: Widget | str | Mapping[str, int]) -> Widget:
        if isinstance(widget, Widget):
            return widget
        if isinstance(widget, Mapping):
            return Widget(self, int(widget["widget"]), "given by the test")
        return self.widget(widget)

    # -- hands ------------------------------------------------------------------------------------------

    def click(self, widget: Widget | str, button: int = 1) -> None:
        """Moves the mouse to a widget's middle and clicks.

        Raises:
            ModuleTestError: it is hidden, or has no size: nobody could click it.
        """
        __tracebackhide__ = True
        found = self._widget(widget)
        rect = found.rect
        if not found.visible or rect.width <= 0 or rect.height <= 0:
            raise ModuleTestError(f"{found.selector} can't be clicked: it is hidden, or has no size ({tuple(rect)})")
        self._do(lambda: self.input.move(*rect.center))
        self._do(lambda: self.input.click(int(button)))

    def type(self, text: str) -> None:
        """Types a text, key by key, into what has the focus."""
        self._do(lambda: self.input.type(text))

    def key(self, name: str) -> None:
        """Strikes a key, or several at once: `F5`, `Ctrl+G`."""
        self._do(lambda: self.input.key(name))

    # -- the game ---------------------------------------------------------------------------------------

    def start_game(self, version: int = 1098, name: str = "Tester") -> None:
        """A character enters the game: `onGameStart`, with a local player of that name."""
        self._do(lambda: enter_game(self._client, int(version), name))
        self.advance(SETTLING_MS)

    def end_game(self) -> None:
        """The character leaves: `onGameEnd`."""
        self._do(lambda: leave_game(self._client))
        self.advance(SETTLING_MS)

    def feed(self, event: str, *arguments: Any) -> None:
        """What a message of the server does to the game: `feed("TextMessage", 22, "Hello")`."""
        self.control("game_event", event, *arguments)

    def raise_event(self, owner: str, event: str, *arguments: Any) -> None:
        """Raises an event of a singleton alone: `raise_event("g_game", "onPing")`."""
        self.control("game_raise", owner, event, *arguments)

    def extended_opcode(self, opcode: int, buffer: str | bytes) -> None:
        """An extended opcode of the server comes in, for who registered it."""
        self.control("game_event", "ExtendedOpcode", opcode, buffer)

    def sent_actions(self) -> list[Any]:
        """What the client sent since the last call, in order: name of the action, then its arguments."""
        return list(self.control("game_sent") or ())

    # -- the log ----------------------------------------------------------------------------------------

    @property
    def log(self) -> list[tuple[str, str]]:
        """Level and text of what the client logged, in order."""
        return self._client.log

    def errors(self) -> list[str]:
        """Errors that the client logged and that no call of `errors` gave before."""
        since, self._seen = self._seen, len(self._client.log)
        return self._errors_since(since)

    def _errors_since(self, index: int) -> list[str]:
        return [text for level, text in self._client.log[index:] if level in ("error", "fatal")]

    # -- tests in Lua -----------------------------------------------------------------------------------

    def lua_tests(self, file: Path) -> list[dict[str, Any]]:
        """Reads a file of tests; `{"name", "line"}` of each that it declares.

        Raises:
            TibicenError: the file has a mistake.
        """
        self._do(lambda: self._client.run(file.read_bytes(), file.name))
        return [{"name": _text(test["name"]), "line": int(test["line"])} for test in self.control("kit_tests") or ()]

    def run_lua_test(self, index: int) -> str | None:
        """Runs a test that `lua_tests` told of, by its place from 0; what is wrong, None when nothing is."""
        problem = self.control("kit_run", index + 1)
        return None if problem is None else _text(problem)

    def _operations(self) -> dict[str, Callable[..., Any]]:
        """What `client` offers to tests in Lua."""
        hands = self.input
        return {
            "load": lambda module: self.load(_text(module)),
            "unload": lambda module: self.unload(_text(module)),
            "reload": lambda module: self.reload(_text(module)),
            "move": lambda x, y: hands.move(int(x), int(y)),
            "click": lambda widget, button=1: self.click(_selector(widget), int(button)),
            "press": lambda button=1: hands.press(int(button)),
            "release": lambda button=1: hands.release(int(button)),
            "wheel": lambda direction: hands.wheel(_text(direction)),
            "type": lambda text: self.type(_text(text)),
            "key": lambda name: self.key(_text(name)),
            "key_down": lambda name: hands.key_down(_text(name)),
            "key_up": lambda name: hands.key_up(_text(name)),
            "advance": self.advance,
            "start_game": lambda version=1098, name="Tester": self.start_game(int(version), _text(name)),
            "end_game": self.end_game,
            "feed": lambda event, *arguments: self.feed(_text(event), *arguments),
            "raise": lambda owner, event, *arguments: self.raise_event(_text(owner), _text(event), *arguments),
            "extended_opcode": lambda opcode, buffer: self.extended_opcode(int(opcode), buffer),
            "sent": self.sent_actions,
            "log": lambda: [[level, text] for level, text in self.log],
            "matches_snapshot": lambda widget=None, name="": self.matches_snapshot(
                None if widget is None else self._widget(_selector(widget)), _text(name)
            ),
        }

    # -- the end ----------------------------------------------------------------------------------------

    def close(self) -> None:
        """Drops the client with all that it holds. Idempotent."""
        if self._home is not None:
            self._do(self._client.close)
            self._thread.close()
            self._home.cleanup()
            self._home = None  # type: ignore[assignment]

    def __enter__(self) -> ClientKit:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _selector(widget: Any) -> Any:
    return widget if isinstance(widget, Mapping) else _text(widget)


def _text(value: Any) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)
