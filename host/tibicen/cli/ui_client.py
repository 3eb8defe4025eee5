"""The client that `tibicen ui` asks for a laid-out tree: run for a moment, without a window."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

from tibicen.errors import ConfigError, TibicenError
from tibicen.paths import lua_root
from tibicen.realms.otclient.checkout import Checkout, start_libraries
from tibicen.realms.otclient.client import Client
from tibicen.render.tree import Widget, read_screen

FOLDERS = ("modules", "mods", "data")
"""Of a checkout, where each file's virtual path begins."""

FRAMES_MS = 600
"""How long the client runs: what fades in has done so by then."""

_STYLE = re.compile(r"^([A-Za-z_][\w]*)[ \t]*<[ \t]*\w+", re.MULTILINE)
_WIDGET = re.compile(r"^[A-Za-z_]\w*[ \t]*\r?$", re.MULTILINE)

T = TypeVar("T")


@dataclass(frozen=True)
class Target:
    """What is shown, and the checkout that it is shown with."""

    path: Path
    checkout: Path

    @classmethod
    def of(cls, path: Path, checkout: Path | None) -> Target:
        """Looks what a path is.

        Raises:
            ConfigError: it is nothing that can be shown, or no checkout is around it and none was given.
        """
        if not path.exists():
            raise ConfigError(f"{path} is not there")
        path = path.resolve()
        root = (checkout.resolve() if checkout else None) or _checkout_around(path)
        if root is None:
            raise ConfigError(f"{path} is in no checkout of OTClient; name one with --checkout")
        target = cls(path, root)
        if not target.is_checkout and not target.module and path.suffix != ".otui":
            raise ConfigError(f"{path} is neither a .otui file nor a folder with a module, nor a checkout of OTClient")
        return target

    @property
    def is_checkout(self) -> bool:
        return self.path == self.checkout

    @property
    def module(self) -> str:
        """The name of the module; empty when it is none."""
        folder = self.path.parent if self.path.suffix == ".otmod" else self.path
        if not folder.is_dir():
            return ""
        descriptions = sorted(folder.glob("*.otmod"))
        if not descriptions:
            return ""
        found = re.search(r"^\s+name:\s*(\S+)", descriptions[0].read_text("latin-1"), re.MULTILINE)
        return found[1] if found else folder.name

    @property
    def outside(self) -> Path | None:
        """The folder that the client has to be given besides the checkout's."""
        if any(self.path.is_relative_to(self.checkout / folder) for folder in FOLDERS) or self.is_checkout:
            return None
        if self.path.suffix == ".otmod":
            return self.path.parent.parent
        return self.path.parent

    def virtual(self, path: Path) -> str:
        """The path that the client has for a file."""
        for base in (*(self.checkout / folder for folder in FOLDERS), self.outside or self.checkout):
            if path.is_relative_to(base):
                return "/" + path.relative_to(base).as_posix()
        raise ConfigError(f"the client can't see {path}")


def _checkout_around(path: Path) -> Path | None:
    return next((each for each in (path, *path.parents) if (each / "modules" / "corelib").is_dir()), None)


def with_tree(target: Target, size: tuple[int, int], use: Callable[[Any, Client], T]) -> T:
    """Shows the target in a client, and uses its tree while the client's files can be read.

    For a thread with a large stack.

    Raises:
        TibicenError: the client did not come to show it.
    """
    ways: list[Callable[[Client, Target], None]]
    if target.module:
        ways = [_show_module, _show_module_in_all]
    elif target.is_checkout:
        ways = [_start]
    else:
        ways = [_show_file, _show_file_in_all]
    problems: list[str] = []
    for show in ways:
        with _client(target, size) as client:
            try:
                show(client, target)
                client.advance(FRAMES_MS)
            except TibicenError as error:
                problems.append(_with_log(client, str(error)))
                continue
            return use(client.control("tree"), client)
    raise TibicenError("\n".join(problems))


@contextlib.contextmanager
def _client(target: Target, size: tuple[int, int]) -> Iterator[Client]:
    with TemporaryDirectory(prefix="tibicen-ui-") as home:
        environment = {"START_WIDTH": str(size[0]), "START_HEIGHT": str(size[1])}
        if target.outside:
            environment["START_FOLDER"] = str(target.outside)
        client = Checkout.open(target.checkout).client(
            home=Path(home),
            environment=environment,
            readable=[target.outside] if target.outside else [],
            settings=f"window-size: {size[0]} {size[1]}\nwindow-pos: 0 0\nlocale: en\n",
        )
        with contextlib.closing(client):
            yield client


def _start(client: Client, _: Target) -> None:
    client.start()


def _start_alone(client: Client) -> None:
    start_libraries(client)
    client.run((lua_root() / "preview" / "otclient.lua").read_bytes(), "/preview.lua")
    client.control("run")
    client.frame()


def _show_module(client: Client, target: Target) -> None:
    """The module with the libraries, and no other module."""
    _start_alone(client)
    if not _ask(client, "module", target.module):
        raise TibicenError(f"the module {target.module} shows nothing without the others:")


def _start_with_all(client: Client) -> None:
    client.start()
    client.advance(FRAMES_MS)
    client.run((lua_root() / "preview" / "reveal.lua").read_bytes(), "/reveal.lua")


def _show_module_in_all(client: Client, target: Target) -> None:
    """What the module has made in a client that has all modules."""
    _start_with_all(client)
    places = list(_places(read_screen(client.control("tree")).root, f"/{target.module}/"))
    if not _ask(client, "reveal", places):
        raise TibicenError(
            f"the module {target.module} shows nothing with the others either; "
            "it may wait for the game: name one of its .otui files"
        )


def _places(root: Widget, folder: str) -> Iterator[str]:
    """Where the outermost widgets are that come from a folder."""
    waiting = [(child, f"{index}") for index, child in enumerate(root.children, 1)]
    while waiting:
        widget, place = waiting.pop(0)
        if widget.style_source.startswith(folder) or widget.source.startswith(folder):
            yield place
        else:
            waiting += [(child, f"{place}.{index}") for index, child in enumerate(widget.children, 1)]


def _show_file(client: Client, target: Target) -> None:
    """The file with the libraries, and no module."""
    _start_alone(client)
    text, path = target.path.read_text("latin-1"), target.virtual(target.path)
    names = [] if _WIDGET.search(text) else list(dict.fromkeys(_STYLE.findall(text)))

    def show() -> bool:
        return _ask(client, "styles", path, names) if names else _ask(client, "file", path)

    before = len(client.log)
    shown = show()
    if not shown:
        # It may need styles that its module takes from other files; what is wrong with those does not matter here.
        _ask(client, "import", [target.virtual(each) for each in _beside(target.path)])
        del client.log[before:]
        shown = show()
    if not shown:
        raise TibicenError(f"no widget came of {target.path}:")


def _show_file_in_all(client: Client, target: Target) -> None:
    """The file in a client that has the styles of all modules."""
    if not _WIDGET.search(target.path.read_text("latin-1")):
        raise TibicenError("none of its styles can be shown")
    _start_with_all(client)
    if not _ask(client, "file", target.virtual(target.path)):
        raise TibicenError("nor with all modules:")


def _beside(path: Path) -> list[Path]:
    """The other .otui files of the module that a file is of."""
    folder = next((each for each in path.parents if any(each.glob("*.otmod"))), path.parent)
    return [each for each in sorted(folder.rglob("*.otui")) if each != path]


def _ask(client: Client, function: str, *arguments: str | list[str]) -> bool:
    """Calls a function of lua/preview/otclient.lua."""
    written = (_quoted(each) if isinstance(each, str) else f"{{{', '.join(map(_quoted, each))}}}" for each in arguments)
    return bool(client.run(f"return Preview.{function}({', '.join(written)})".encode()))


def _with_log(client: Client, problem: str) -> str:
    told = [text for level, text in client.log if level in ("error", "fatal")]
    return "\n".join([problem, *(f"  {text.splitlines()[0]}" for text in told if text)])


def _quoted(text: str) -> str:
    """A text as Lua writes it."""
    plain = (chr(byte) if 32 <= byte < 127 and byte not in b'"\\' else f"\\{byte:03}" for byte in text.encode())
    return f'"{"".join(plain)}"'
