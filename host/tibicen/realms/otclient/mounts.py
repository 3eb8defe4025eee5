"""What is laid over each other to make up the files of a client: folders of the disk, and packages."""

from __future__ import annotations

import stat
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path


class Package:
    """A zip archive (`.otpkg`) that is laid over the folders."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._archive = zipfile.ZipFile(path)
        self._files: dict[str, zipfile.ZipInfo] = {}
        self._folders: dict[str, set[str]] = {"": set()}
        for info in self._archive.infolist():
            parts = [part for part in info.filename.split("/") if part]
            if ".." in parts or "." in parts:
                continue
            for depth, part in enumerate(parts):
                self._folders.setdefault("/".join(parts[:depth]), set()).add(part)
            if info.is_dir():
                self._folders.setdefault("/".join(parts), set())
            else:
                self._files["/".join(parts)] = info

    def kind(self, relative: str) -> str | None:
        """What a path in the archive is: `file`, `directory` or nothing."""
        return "file" if relative in self._files else "directory" if relative in self._folders else None

    def read(self, relative: str, size: int = -1) -> bytes:
        """A file of the archive, or its first bytes."""
        with self._archive.open(self._files[relative]) as file:
            return file.read(size)

    def names(self, relative: str) -> Iterable[str]:
        """What lies in a folder of the archive."""
        return self._folders.get(relative, ())


class Folder:
    """A folder of the disk that is laid over others."""

    def __init__(self, path: Path, permitted: Callable[[Path], bool]) -> None:
        self.path = path
        self._permitted = permitted

    def kind(self, relative: str) -> str | None:
        """What a path in the folder is: `file`, `directory`, or nothing where the client may not see it either."""
        target = self.path / relative
        try:
            mode = target.stat().st_mode
        except (OSError, ValueError):
            return None
        if not self._permitted(target):
            return None
        return "directory" if stat.S_ISDIR(mode) else "file" if stat.S_ISREG(mode) else None

    def read(self, relative: str, size: int = -1) -> bytes:
        """A file of the folder, of which `kind` says that it is one, or its first bytes."""
        with (self.path / relative).open("rb", buffering=0 if size >= 0 else -1) as file:
            return file.read(size)

    def names(self, relative: str) -> Iterable[str]:
        """What lies in a folder below this one, of which `kind` says that it is one."""
        try:
            return [inner.name for inner in (self.path / relative).iterdir()]
        except OSError:
            return ()


Mount = Folder | Package
