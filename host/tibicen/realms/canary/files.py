"""What a server's scripts see of the disk: the folder of their server, and one that they may write."""

from __future__ import annotations

import os
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tibicen.errors import TibicenError


class Files:
    """The files of a server.

    Args:
        root: the server's own folder, with its data packs. It is read, never written.
        write_dir: where scripts may write; without one nothing is written. What is there is read in place of what
            the server has under the same path.
    """

    def __init__(self, root: Path, *, write_dir: Path | None = None) -> None:
        self.root = root.resolve()
        self.write_dir = write_dir.resolve() if write_dir else None

    def operations(self) -> dict[str, Callable[..., Any]]:
        """What the server calls, by name."""
        return {
            "files.read": self.read,
            "files.exists": self.exists,
            "files.list": self.below,
            "files.xml": self.xml,
            "files.writable": self.writable,
            "files.write": self.write,
            "files.remove": self.remove,
            "files.rename": self.rename,
            "files.mentions": self.mentions,
        }

    def path(self, name: str) -> Path | None:
        """Where a file of the server is; None when it is not there, or out of the server's folder."""
        for folder in (self.write_dir, self.root):
            found = _below(folder, name) if folder else None
            if found is not None and found.exists():
                return found
        return None

    def read(self, name: str) -> bytes | None:
        """What is in a file; None when there is none."""
        for folder in (self.write_dir, self.root):
            path = _below(folder, name) if folder else None
            if path is None:
                continue
            try:
                return path.read_bytes()
            except OSError:
                continue
        return None

    def exists(self, name: str) -> bool:
        """Whether there is a file or folder."""
        return self.path(name) is not None

    def below(self, folder: str, ending: str = ".lua") -> list[str]:
        """The files below a folder, with their paths, in order of their paths."""
        start = _below(self.root, folder)
        if start is None:
            return []
        found = []
        for at, _, names in os.walk(start):
            inside = Path(at).relative_to(self.root).as_posix()
            found += [f"{inside}/{name}" for name in names if name.endswith(ending)]
        return sorted(found, key=lambda path: path.split("/"))

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
        wanted = [[word.encode() for word in group] for group in words]
        return [
            path
            for path in paths
            if (text := self.read(path)) and any(all(word in text for word in group) for group in wanted)
        ]


def _below(folder: Path, name: str) -> Path | None:
    """A path below a folder; None when its words lead out of it. (Links are the folder's owner's affair.)"""
    if "\0" in name:
        return None
    path = os.path.normpath(name if name.startswith("/") else f"{folder}/{name}")
    return Path(path) if path == str(folder) or path.startswith(f"{folder}{os.sep}") else None


def _plain(element: ElementTree.Element) -> dict[str, Any]:
    return {
        "tag": element.tag,
        "attributes": dict(element.attrib),
        "text": (element.text or "").strip(),
        "children": [_plain(child) for child in element],
    }
