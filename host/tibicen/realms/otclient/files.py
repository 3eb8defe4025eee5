"""What a client sees of the disk: folders laid over each other under one root, and one folder that it may write."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from tibicen.errors import TibicenError
from tibicen.realms.otclient.mounts import Folder, Mount, Package

NOT_FOUND = "not found"
NOT_A_FILE = "not a file"
BAD_NAME = "filename is illegal or insecure"
NO_WRITE_DIR = "write directory is not set"
READ_ONLY = "read-only filesystem"

PART = 4 << 20
"""Bytes that cross into the client at a time: a message may not be larger than 8 MiB."""

Name = str | bytes


class Files:
    """The virtual file system of a client.

    Args:
        work_dir: the client's own folder, with `init.lua`, `data` and `modules`. It is read, never written.
        roots: other folders that the client may read, when its scripts add them to the search path.
        write_dir: where the client may write: its settings, and what modules save. Without one nothing is written.

    Nothing outside of these folders is reachable, by `..` or by a symbolic link either.
    """

    def __init__(self, work_dir: Path, *, roots: Iterable[Path] = (), write_dir: Path | None = None) -> None:
        self.work_dir = work_dir.resolve()
        if not self.work_dir.is_dir():
            raise TibicenError(f"{work_dir}: there is no such folder")
        self.user_dir = write_dir.resolve() if write_dir else None
        if self.user_dir:
            self.user_dir.mkdir(parents=True, exist_ok=True)
        roots = [self.work_dir, *(root.resolve() for root in roots)]
        if self.user_dir:
            roots.append(self.user_dir)
        self._roots = tuple({str(root): None for root in roots})
        self._prefixes = tuple(root.rstrip("/") + "/" for root in self._roots)
        self._target: Path | None = None
        """The folder that is written into just now, in or at `user_dir`."""
        self._log: Path | None = None
        self._large = b""
        """What is left to be read of a large file."""
        self._staged = bytearray()
        """What came of a large file that will be written."""
        self._looked_at: dict[Path, tuple[int, int]] = {}
        """Folders of which is known that they are permitted, and which they were then."""
        self._mounts: list[tuple[str, Mount]] = []
        self.mount(self._text(self.work_dir) + "/", True)

    # What the engine asks for -------------------------------------------------------------------------------

    def operations(self) -> dict[str, Callable[..., Any]]:
        """What the engine calls, by name."""
        return {
            "files.work_dir": lambda: self._text(self.work_dir) + "/",
            "files.user_dir": lambda: (self._text(self.user_dir) if self.user_dir else "") + "/",
            "files.mount": self.mount,
            "files.unmount": self.unmount,
            "files.kind": self.kind,
            "files.read": self.read_part,
            "files.more": self.more,
            "files.stage": self.stage,
            "files.list": self.names,
            "files.real_dir": self.real_dir,
            "files.set_write_dir": self.set_write_dir,
            "files.write": self.write,
            "files.delete": self.delete,
            "files.make_dir": self.make_dir,
            "files.time": self.time,
            "files.checksum": self.checksum,
            "files.open_log": self.open_log,
            "files.append": self.append_log,
            "files.native_list": self.native_list,
            "files.native_exists": lambda path: bool(self.native(path, Path.is_file)),
            "files.native_copy": self.native_copy,
            "files.native_remove": self.native_remove,
        }

    def mount(self, path: Name, front: bool = False) -> bool | str:
        """Lays a folder or a package over the others (`front`) or under them.

        Returns:
            Whether there is such a folder; a text when there is, but the client may not see it.
        """
        text = _name(path)
        if any(text == mounted for mounted, _ in self._mounts):
            return True
        try:
            target = Path(text).resolve()
            exists = bool(text) and target.exists()
        except (OSError, ValueError):
            return False
        if not exists:
            return False
        if not self._permitted(target):
            return f"'{text}' is not among the folders that this client may see: {', '.join(self._roots)}"
        mounted: Mount
        if target.is_dir():
            mounted = Folder(target, self._permitted)
        else:
            try:
                mounted = Package(target)
            except (OSError, zipfile.BadZipFile):
                return False
        self._mounts.insert(0 if front else len(self._mounts), (text, mounted))
        return True

    def seen_as(self, path: Path) -> str | None:
        """The path by which the client sees a file or folder of the disk, gone or not; the shortest, where there are
        several. Nothing when it doesn't, or when another folder lies over it there."""
        found: str | None = None
        for _, mounted in self._mounts:
            if not isinstance(mounted, Folder) or not path.is_relative_to(mounted.path):
                continue
            relative = path.relative_to(mounted.path).as_posix()
            if (found is None or len(relative) < len(found)) and not self._is_covered(mounted, relative):
                found = relative
        return None if found is None else f"/{found}" if found != "." else "/"

    def _is_covered(self, below: Mount, relative: str) -> bool:
        for _, mounted in self._mounts:
            if mounted is below:
                return False
            if mounted.kind(relative) == "file":
                return True
        return False

    def unmount(self, path: Name) -> bool:
        """Takes a folder or a package away; whether it was there."""
        text = _name(path)
        for index, (mounted, _) in enumerate(self._mounts):
            if mounted == text:
                del self._mounts[index]
                return True
        return False

    def kind(self, path: Name) -> str | None:
        """What a path is: `file`, `directory` or nothing."""
        relative = _relative(path)
        if relative is None:
            return None
        for _, mounted in self._mounts:
            kind = mounted.kind(relative)
            if kind:
                return kind
        return "directory" if not relative else None

    def head(self, path: Name, size: int) -> bytes | None:
        """A file's first bytes; nothing when there is none."""
        content: bytes | None = self.read(path, size)[0]
        return content

    def read(self, path: Name, size: int = -1) -> list[Any]:
        """A file's bytes, or the first of them; or nothing, and why."""
        relative = _relative(path)
        if relative is None:
            return [None, BAD_NAME]
        found = False
        for _, mounted in self._mounts:
            kind = mounted.kind(relative)
            if kind == "file":
                try:
                    return [mounted.read(relative, size)]
                except OSError as error:
                    return [None, _reason(error)]
            found = found or kind is not None
        return [None, NOT_A_FILE if found else NOT_FOUND]

    def read_part(self, path: Name) -> list[Any]:
        """A file's first bytes, and whether `more` gives others; or nothing, and why."""
        answer = self.read(path)
        if answer[0] is None or len(answer[0]) <= PART:
            return answer
        self._large = answer[0]
        return [self.more(), True]

    def more(self) -> bytes:
        """The next bytes of the large file that was read last; empty at its end."""
        part, self._large = self._large[:PART], self._large[PART:]
        return part

    def stage(self, data: Name) -> None:
        """Takes a part of what the next `write` writes before its own text."""
        self._staged += data.encode() if isinstance(data, str) else data

    def names(self, path: Name) -> list[Name]:
        """What lies in a folder, sorted, of all that is laid over each other there; bytes where it is no UTF-8."""
        relative = _relative(path)
        if relative is None:
            return []
        names: set[str] = set()
        for _, mounted in self._mounts:
            if mounted.kind(relative) == "directory":
                names.update(mounted.names(relative))
        return [_sendable(name) for name in sorted(names, key=os.fsencode)]

    def real_dir(self, path: Name) -> str | None:
        """The search path that a path is found in."""
        relative = _relative(path)
        if relative is None:
            return None
        return next((text for text, mounted in self._mounts if mounted.kind(relative)), None)

    def set_write_dir(self, path: Name) -> str | None:
        """Chooses the folder that is written into; returns why that can't be."""
        if not self.user_dir:
            return "this client has no folder to write into"
        target = Path(_name(path)).resolve()
        if target != self.user_dir and self.user_dir not in target.parents:
            return f"not below {self.user_dir}, the only folder that this client may write into"
        if not target.is_dir():
            return NOT_FOUND
        self._target = target
        return None

    def write(self, path: Name, data: Name) -> str | None:
        """Writes a file, whole or not at all; returns why that can't be.

        Raises:
            TibicenError: the disk took it not; what was there before is still there.
        """
        whole = bytes(self._staged) + (data.encode() if isinstance(data, str) else data)
        self._staged.clear()
        target, problem = self._writable(path)
        if not target:
            return problem
        if target.is_dir():
            return NOT_A_FILE
        if not target.parent.is_dir():
            return NOT_FOUND
        try:
            write_whole(target, whole)
        except OSError as error:
            raise TibicenError(f"{_name(path)} was not written: {_reason(error)}") from error
        return None

    def make_dir(self, path: Name) -> str | None:
        """Makes a folder, and those above it; returns why that can't be."""
        target, problem = self._writable(path)
        if not target:
            return problem
        try:
            target.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            return _reason(error)
        return None

    def delete(self, path: Name) -> str | None:
        """Deletes a file or an empty folder; returns why that can't be."""
        target, problem = self._writable(path)
        if not target:
            return problem
        try:
            if target.is_dir() and not target.is_symlink():
                target.rmdir()
            else:
                target.unlink()
        except OSError as error:
            return _reason(error)
        return None

    def time(self, path: Name) -> int:
        """When a file on the disk was changed, in seconds; 0 when it is nowhere."""
        return int(self.native(path, lambda file: file.stat().st_mtime) or 0)

    def checksum(self, path: Name) -> str | None:
        """The CRC-32 of a file, in hexadecimal."""
        answer = self.read(path)
        return None if answer[0] is None else f"{zlib.crc32(answer[0]):x}"

    def open_log(self, path: Name) -> str | None:
        """Chooses the file that the log is written into; returns why that can't be.

        A client's own folder is not written: a log that belongs there goes to the folder that is.
        """
        if not self.user_dir:
            return None
        target = Path(_name(path))
        if not self._below_user_dir(target):
            target = self.user_dir / target.name
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.open("ab").close()
        except (OSError, ValueError) as error:
            return str(error)
        self._log = target
        return None

    def append_log(self, _: Name, text: Name) -> None:
        """Adds a line to the log; one that the disk doesn't take is lost."""
        if self._log:
            with contextlib.suppress(OSError), self._log.open("ab") as file:
                file.write(text.encode() if isinstance(text, str) else text)

    def native_list(self, path: Name, names_only: bool, recursive: bool) -> dict[str, list[str]]:
        """Files of a folder on the disk, and the folders that were looked through."""
        files: list[str] = []
        folders: list[str] = []

        def look(folder: Path) -> None:
            folders.append(str(folder))
            for inner in sorted(folder.iterdir()):
                if recursive and inner.is_dir() and self._permitted(inner):
                    look(inner)
                else:
                    # As upstream has it: the file's own path, then its name once more.
                    files.append(inner.name if names_only else f"{inner}/{inner.name}")

        if self.native(path, Path.is_dir):
            look(Path(_name(path)))
        return {"files": files, "folders": folders}

    def native(self, path: Name, ask: Callable[[Path], Any]) -> Any:
        """Asks for a path of the disk; false where the client may not see it, or there is nothing."""
        target = Path(_name(path))
        try:
            return ask(target) if self._permitted(target) else False
        except (OSError, ValueError):
            return False

    def native_copy(self, source: Name, target: Name) -> bool:
        """Copies a file of the disk into the folder that may be written."""
        destination = Path(_name(target))
        if not self.native(source, Path.is_file) or not self._below_user_dir(destination):
            return False
        try:
            shutil.copyfile(_name(source), destination)
        except OSError:
            return False
        return True

    def native_remove(self, path: Name) -> bool:
        """Removes a file of the disk, in the folder that may be written."""
        target = Path(_name(path))
        if not self._below_user_dir(target):
            return False
        try:
            target.unlink()
        except OSError:
            return False
        return True

    # What is permitted --------------------------------------------------------------------------------------

    def _permitted(self, path: Path) -> bool:
        try:
            # Most files lie in a folder that was looked at before, and is no other by now.
            folder = path.parent
            found = folder.stat()
            identity = (found.st_dev, found.st_ino)
            if self._looked_at.get(folder) == identity and not path.is_symlink():
                return True
            real, folders_real = os.path.realpath(path), os.path.realpath(folder)
        except (OSError, ValueError):
            return False
        if self._is_inside(folders_real):
            self._looked_at[folder] = identity
        return self._is_inside(real)

    def _is_inside(self, real: str) -> bool:
        return real in self._roots or real.startswith(self._prefixes)

    def _below_user_dir(self, path: Path) -> bool:
        return self.user_dir is not None and self.user_dir in path.resolve().parents

    def _writable(self, path: Name) -> tuple[Path | None, str]:
        if not self._target:
            return None, NO_WRITE_DIR
        relative = _relative(path)
        if relative is None:
            return None, BAD_NAME
        target = self._target / relative
        # The file itself may be a link: what it leads to is written, if it is ours.
        if target != self._target and not self._below_user_dir(target):
            return None, READ_ONLY
        return target, ""

    @staticmethod
    def _text(path: Path) -> str:
        return str(path)


def write_whole(target: Path, data: bytes) -> None:
    """Writes a file so that at any time either what was there or all that is new is there."""
    if target.is_symlink():
        target = target.resolve()
    handle, temporary = tempfile.mkstemp(prefix=f".{target.name[:100]}.", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(temporary).chmod(target.stat().st_mode & 0o777 if target.exists() else 0o644)
        Path(temporary).replace(target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _name(path: Name) -> str:
    return path if isinstance(path, str) else os.fsdecode(path)


def _sendable(name: str) -> Name:
    try:
        name.encode()
    except UnicodeEncodeError:
        return os.fsencode(name)
    return name


def _relative(path: Name) -> str | None:
    """A path of the client without its slashes at the ends; nothing for one that no client may use."""
    text = _name(path)
    if ":" in text or "\\" in text or "\0" in text:
        return None
    parts = [part for part in text.split("/") if part]
    if "." in parts or ".." in parts:
        return None
    return "/".join(parts)


def _reason(error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return NOT_FOUND
    if isinstance(error, PermissionError):
        return "permission denied"
    return error.strerror or "i/o error"
