"""Where an error of a server's is: file and line out of its texts, by the names that the files have on the disk."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tibicen.lifecycle.report import Problem
from tibicen.realms.canary.files import Files

_PLACE = re.compile(r"(?:\./)?([^\s:'\"]+\.(?:lua(?:\.dist)?|xml)):(\d+): ?")


class Blame:
    """Tells problems as the author of a server's files knows them.

    Args:
        plugin: whose server it is.
        bases: folders that files are named from, the first that holds one counts.
    """

    def __init__(self, plugin: str, files: Files | None, bases: list[Path]) -> None:
        self._plugin = plugin
        self._files = files
        self._bases = bases

    def problem(self, text: str, path: str = "") -> Problem:
        """A problem out of what the server says of it.

        Args:
            path: the file that it is of, when the text names none.
        """
        head = text.partition("\nstack traceback:")[0]
        place = _PLACE.search(head)
        line = 0
        message = head.strip().split("\n")[0]
        if place is not None:
            # Lua cuts long names of files at the front.
            path = path if path and place[1].startswith("...") else place[1]
            line, message = int(place[2]), head[place.end() :].strip().split("\n")[0]
        return Problem(self._plugin, message, self.shown(path) if path else "", line, text if head != text else "")

    def of_entry(self, entry: Mapping[str, Any]) -> Problem:
        """A problem out of an entry of the server's errors."""
        text = str(entry.get("text") or "").split("\n")[0]
        callback = str(entry.get("callback") or "")
        path, line = str(entry.get("file") or ""), int(entry.get("line") or 0)
        place = _PLACE.match(text)
        if place is not None:
            line = line or int(place[2])
            text = text[place.end() :]
        if callback and callback != "loading":
            text = f"{callback}: {text}"
        arguments = ", ".join(str(each) for each in (entry.get("arguments") or ())[:4])
        return Problem(self._plugin, f"{text} ({arguments})" if arguments else text, self.shown(path), line)

    def shown(self, path: str) -> str:
        """A file of the server by the name that it has on the disk."""
        name = path.removeprefix("./")
        whole = self._files.place(name) if name and self._files is not None else None
        base = next((base for base in self._bases if whole is not None and whole.is_relative_to(base)), None)
        return whole.relative_to(base).as_posix() if whole is not None and base is not None else name
