"""The data folder is one host's: a lock on a file in it, which the system takes back when its process ends."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path

from tibicen.errors import ConfigError

LOCK_FILE = "host.lock"


def _lock(file: int) -> None:
    """Raises OSError where another process has it."""
    if sys.platform == "win32":
        import msvcrt

        # Behind everything that is written: a locked byte can't be read by others.
        os.lseek(file, 1 << 20, os.SEEK_SET)
        msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


class FolderLock:
    """Held from the moment it is made until `release`, or the end of the process, however that comes.

    Raises:
        ConfigError: another host has the folder, or the file can't be made.
    """

    def __init__(self, folder: Path) -> None:
        path = folder / LOCK_FILE
        try:
            self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise ConfigError(
                f"{path} can't be made: {error.strerror}; name another data folder by data_dir in host.yaml"
            ) from None
        try:
            _lock(self._file)
        except OSError:
            holder = _holder(self._file)
            os.close(self._file)
            raise ConfigError(
                f"the data folder {folder} is in use by another host{holder}; stop that one, "
                "or name another folder by data_dir in host.yaml"
            ) from None
        # The file stays when the host ends: removing it could take it from under one that has just locked it.
        with contextlib.suppress(OSError):
            # Only to be told by name: a full disk is the store's to report.
            os.ftruncate(self._file, 0)
            os.lseek(self._file, 0, os.SEEK_SET)
            os.write(self._file, str(os.getpid()).encode())

    def release(self) -> None:
        """Lets another host have the folder. Idempotent."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1


def _holder(file: int) -> str:
    with contextlib.suppress(OSError, ValueError):
        return f" (process {int(os.read(file, 20))})"
    return ""
