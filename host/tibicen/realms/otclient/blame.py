"""Where an error of a client's is: file and line out of the texts that the engine logs."""

from __future__ import annotations

import re
from pathlib import Path

from tibicen.lifecycle.report import Problem
from tibicen.realms.otclient.files import Files

_PLACE = re.compile(r"@?(/[^\s:'\"]+\.(?:lua|otui|otml|otmod|otfont|html|css)):(\d+):?")
_OTML = re.compile(r"OTML error in '(?P<file>[^']+)'(?: at line (?P<line>\d+))?: (?P<message>.*)")
_MODULE = re.compile(r"nable to (?:un)?load module '([^']+)'")
_HEADS = re.compile(r"^(?:LUA ERROR:|Lua exception:|protected lua call failed:|\s)+")


class Blame:
    """Tells problems as the author of a client's files knows them.

    Args:
        plugin: whose client it is.
        bases: folders that files are named from, the first that holds one counts.
    """

    def __init__(self, plugin: str, files: Files, bases: list[Path]) -> None:
        self._plugin = plugin
        self._files = files
        self._bases = bases

    def problem(self, text: str) -> Problem:
        """A problem out of what the engine says of it."""
        head, _, traceback = text.partition("stack traceback:")
        otml = _OTML.search(head)
        if otml is not None:
            file, line, message = otml["file"], int(otml["line"] or 0), otml["message"]
        elif (place := _PLACE.search(head)) is not None:
            file, line = place[1], int(place[2])
            message = head[place.end() :].strip().split("\n")[0] or head.strip().split("\n")[0]
        else:
            file, line, message = "", 0, _HEADS.sub("", head).strip().split("\n")[0]
        shown = self.shown(file) if file else ""
        return Problem(self._plugin, message, shown, line, text if traceback else "")

    def shown(self, path: str) -> str:
        """A file of the client by the name that it has on the disk."""
        real = self._files.real_dir(path)
        if real is None:
            return path
        whole = Path(real) / path.lstrip("/")
        base = next((base for base in self._bases if whole.is_relative_to(base)), None)
        return str(whole.relative_to(base)) if base else path

    @staticmethod
    def module_in(text: str) -> str:
        """The module that an error is of, or empty."""
        found = _MODULE.search(text)
        if found is not None:
            return found[1]
        place = _PLACE.search(text)
        return place[1].split("/")[1] if place is not None else ""
