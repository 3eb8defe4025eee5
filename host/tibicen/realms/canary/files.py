"""What a server's scripts see of the disk: the folder of their server, and one that they may write."""

from __future__ import annotations

import os
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from tibicen.errors import TibicenError

AHEAD_BYTES = 1 << 18
"""Texts that are read together are about so long."""


class Files:
    """The files of a server.

    Args:
        root: the server's own folder, with its data packs. It is read, never written.
        write_dir: where scripts may write; without one nothing is written. What is there is read in place of what
            the server has under the same path.
        more: further folders to read, by where they are for the server: `plugins/mine`.
    """

    def __init__(self, root: Path, *, write_dir: Path | None = None, more: Mapping[str, Path] | None = None) -> None:
        self.root = root.resolve()
        self._more = {name: path.resolve() for name, path in (more or {}).items()}
        self.write_dir = write_dir.resolve() if write_dir else None
        # Files that were read, with their time and size then.
        self._stamps: dict[str, tuple[int, int]] = {}

    def operations(self) -> dict[str, Callable[..., Any]]:
        """What the server calls, by name."""
        return {
            "files.read": self.read,
            "files.read_some": self.read_some,
            "files.read_since": self.read_since,
            "files.exists": self.exists,
            "files.list": self.below,
            "files.xml": self.xml,
            "files.json": self.json,
            "files.writable": self.writable,
            "files.write": self.write,
            "files.remove": self.remove,
            "files.rename": self.rename,
            "files.mentions": self.mentions,
        }

    def path(self, name: str) -> Path | None:
        """Where a file of the server is; None when it is not there, or out of the server's folder."""
        return next((found for found in map(Path, self._places(name)) if found.exists()), None)

    def _places(self, name: str) -> Iterator[str]:
        """Where a file may be, the first that is there counts. Paths as texts: a server reads thousands of files."""
        if self.write_dir and (written := _inside(self.write_dir, name)) is not None:
            yield written
        for seen, folder in self._more.items():
            if (name == seen or name.startswith(f"{seen}/")) and (
                found := _inside(folder, f".{name[len(seen) :]}")
            ) is not None:
                yield found
        if (found := _inside(self.root, name)) is not None:
            yield found

    def place(self, name: str) -> Path | None:
        """Where a file of the server is, or would be were it there."""
        places = map(Path, self._places(name))
        return self.path(name) or next((each for each in places if not self._is_written(each)), None)

    def _is_written(self, path: Path) -> bool:
        return self.write_dir is not None and path.is_relative_to(self.write_dir)

    def seen_as(self, path: Path) -> str | None:
        """How the server calls a file or folder of the disk, gone or not; None when it does not see it."""
        for seen, folder in self._more.items():
            if path.is_relative_to(folder):
                relative = path.relative_to(folder).as_posix()
                return seen if relative == "." else f"{seen}/{relative}"
        return path.relative_to(self.root).as_posix() if path.is_relative_to(self.root) else None

    def read(self, name: str) -> bytes | None:
        """What is in a file; None when there is none. It is noted that it was read."""
        for path in self._places(name):
            text = self._read(path, name)
            if text is not None:
                return text
        return None

    def _read(self, path: str, name: str) -> bytes | None:
        try:
            handle = os.open(path, os.O_RDONLY)
        except OSError:
            return None
        try:
            found = os.fstat(handle)
            # One more than there is tells that there is no more; what grows meanwhile is read all the same.
            text = os.read(handle, found.st_size + 1)
            while len(text) > found.st_size and (more := os.read(handle, 1 << 16)):
                text += more
        except OSError:
            return None
        finally:
            os.close(handle)
        self._stamps[name.removeprefix("./")] = (found.st_mtime_ns, found.st_size)
        return text

    def read_some(self, names: list[str]) -> list[bytes | bool]:
        """What is in the first files of a list, as many as may cross at once; False for one that is not there."""
        texts: list[bytes | bool] = []
        size = 0
        # Where nothing was written, nothing need be looked for: most files are the server's own.
        written = self.write_dir and self.write_dir.is_dir()
        tops = {found.name for found in self.write_dir.iterdir()} if self.write_dir and written else set()
        tops |= {seen.partition("/")[0] for seen in self._more} | {"", ".", ".."}
        for name in names:
            if name.partition("/")[0] in tops or ".." in name or "\0" in name:
                text = self.read(name)
            else:
                text = self._read(f"{self.root}/{name}", name)
            texts.append(False if text is None else text)
            size += len(text or b"")
            if size >= AHEAD_BYTES:
                break
        return texts

    def read_since(self, name: str, stamp: str) -> list[bytes | str] | bool | None:
        """What is in a file, and its stamp; False when that is still the one given, None when there is no file."""
        found = self._stamp(name)
        if found is None:
            return None
        now = f"{found[0]}:{found[1]}"
        if now == stamp:
            return False
        text = self.read(name)
        return None if text is None else [text, now]

    def note(self, name: str) -> tuple[str, int, int] | None:
        """Notes that a file is used without being read: where it is, its time and its size; None for none."""
        path, stamp = self.path(name), self._stamp(name)
        if path is None or stamp is None:
            return None
        self._stamps[name.removeprefix("./")] = stamp
        return str(path), *stamp

    def was_read(self, name: str) -> bool:
        """Whether a file has been read."""
        return name in self._stamps

    def changed(self) -> list[str]:
        """Files that are not as they were when they were read, or gone."""
        return [name for name, stamp in list(self._stamps.items()) if self._stamp(name) != stamp]

    def _stamp(self, name: str) -> tuple[int, int] | None:
        for path in self._places(name):
            try:
                found = os.stat(path)  # noqa: PTH116 - a Path takes longer to make than its file to be looked at
            except OSError:
                continue
            return found.st_mtime_ns, found.st_size
        return None

    def exists(self, name: str) -> bool:
        """Whether there is a file or folder."""
        return self.path(name) is not None

    def below(self, folder: str, ending: str = ".lua") -> list[str]:
        """The files below a folder, with their paths, in order of their paths."""
        seen = next((name for name in self._more if folder == name or folder.startswith(f"{name}/")), None)
        root = self.root if seen is None else self._more[seen]
        start = _below(root, folder if seen is None else f".{folder[len(seen) :]}")
        if start is None:
            return []
        inside = start.relative_to(root).as_posix()
        if seen is not None:
            inside = seen if inside == "." else f"{seen}/{inside}"
        return list(_walk(str(start), inside, ending))

    def xml(self, name: str) -> dict[str, Any] | None:
        """An XML file as plain data: `{tag, attributes, children}`; None when there is none.

        Raises:
            TibicenError: it is no XML.
        """
        text = self.read(name)
        if text is None:
            return None
        try:
            return _plain(ElementTree.fromstring(text))
        except ElementTree.ParseError as error:
            raise TibicenError(f"{name}: {error}") from None

    def json(self, name: str) -> Any:
        """A JSON file as plain data; None when there is none.

        Raises:
            TibicenError: it is no JSON.
        """
        text = self.read(name)
        if text is None:
            return None
        try:
            return msgspec.json.decode(text)
        except msgspec.DecodeError as error:
            raise TibicenError(f"{name}: {error}") from None

    def writable(self, name: str) -> bool:
        """Whether scripts may write a file."""
        return self.write_dir is not None and _below(self.write_dir, name) is not None

    def write(self, name: str, data: str | bytes, append: bool) -> bool:
        """Writes a file for a script."""
        path = _below(self.write_dir, name) if self.write_dir else None
        if path is None:
            return False
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab" if append else "wb") as file:
            file.write(data.encode() if isinstance(data, str) else data)
        return True

    def remove(self, name: str) -> bool:
        """Removes a file that a script wrote."""
        path = _below(self.write_dir, name) if self.write_dir else None
        if path is None or not path.is_file():
            return False
        path.unlink()
        return True

    def rename(self, name: str, to: str) -> bool:
        """Renames a file that a script wrote."""
        path = _below(self.write_dir, name) if self.write_dir else None
        target = _below(self.write_dir, to) if self.write_dir else None
        if path is None or target is None or not path.is_file():
            return False
        target.parent.mkdir(parents=True, exist_ok=True)
        path.replace(target)
        return True

    def mentions(self, words: list[list[str]], paths: list[str]) -> list[str]:
        """Those of the files that hold all words of one of the lists, in the order given."""
        # Lists begin with a class as a rule, of which few files hold any.
        wanted: dict[bytes, list[list[bytes]]] = {}
        for first, *others in words:
            wanted.setdefault(first.encode(), []).append([word.encode() for word in others])

        def is_mentioned(text: bytes) -> bool:
            return any(
                first in text and any(all(word in text for word in others) for others in lists)
                for first, lists in wanted.items()
            )

        return [path for path in paths if (text := self._text_of(path)) and is_mentioned(text)]

    def _text_of(self, name: str) -> bytes | None:
        path = self.path(name)
        try:
            return path.read_bytes() if path is not None else None
        except OSError:
            return None


def _below(folder: Path, name: str) -> Path | None:
    """A path below a folder; None when its words lead out of it. (Links are the folder's owner's affair.)"""
    path = _inside(folder, name)
    return None if path is None else Path(path)


def _inside(folder: Path, name: str) -> str | None:
    """As `_below`, as a text."""
    if "\0" in name:
        return None
    if not name.startswith("/") and ".." not in name:
        return f"{folder}/{name}"
    path = os.path.normpath(name if name.startswith("/") else f"{folder}/{name}")
    return path if path == str(folder) or path.startswith(f"{folder}{os.sep}") else None


def _walk(folder: str, inside: str, ending: str) -> Iterator[str]:
    """Files below a folder as `Files.below` names them. Linked folders are not entered."""
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:
        return
    for entry in entries:
        if entry.is_dir():
            if not entry.is_symlink():
                below = entry.name if inside == "." else f"{inside}/{entry.name}"
                yield from _walk(entry.path, below, ending)
        elif entry.name.endswith(ending):
            yield f"{inside}/{entry.name}"


def _plain(element: ElementTree.Element) -> dict[str, Any]:
    return {
        "tag": element.tag,
        "attributes": dict(element.attrib),
        "text": (element.text or "").strip(),
        "children": [_plain(child) for child in element],
    }
