"""The manifest of a plugin in a single file: comments before its first code, `-- permissions: bus.publish:chat.say`.

Four keys of plugin.yaml can stand there: permissions, requires, version and tier. `permissions` and `requires` take
several items behind each other with commas between them, and may stand more than once.
"""

from __future__ import annotations

import difflib
import io
import re
import tokenize
from collections.abc import Iterator
from typing import Any, get_args

import msgspec

from tibicen.errors import ManifestError
from tibicen.lifecycle import permissions
from tibicen.lifecycle.manifest import Manifest, Tier
from tibicen.lifecycle.manifest_reader import requirement_problems, version_problem

LONGEST = 64 << 10
"""Bytes at the beginning of a file that are looked at."""

_KEY = re.compile(r"(permissions|requires|version|tier):(?:\s+(.*?))?\s*")
_LONG_COMMENT = re.compile(r"--\[(=*)\[")
_REQUIREMENT = re.compile(r"([^\s<>=!~]+)\s*(.*)")
_QUIET = {tokenize.ENCODING, tokenize.NL, tokenize.NEWLINE, tokenize.STRING, tokenize.COMMENT}


def parse_header(text: bytes, file: str, name: str) -> Manifest:
    """The manifest that the comments before the first code of `file` make.

    Raises:
        ManifestError: with every problem that was found, each with its line.
    """
    # A first bad byte says nothing yet: Lua files may be written in Latin-1.
    source = text[:LONGEST].removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace")
    comments = _python_comments(source) if file.endswith(".py") else _lua_comments(source)
    return _Header(file, name).read(comments)


def _lua_comments(source: str) -> Iterator[tuple[int, str]]:
    """Line number and text of each line comment before the first code; long comments are passed over."""
    closing = ""
    for number, line in enumerate(source.split("\n"), 1):
        text = line.strip()
        if closing:
            _, found, text = text.partition(closing)
            if not found:
                continue
            closing, text = "", text.strip()
        opened = _LONG_COMMENT.match(text)
        if opened:
            closing = f"]{opened[1]}]"
            _, found, rest = text[opened.end() :].partition(closing)
            if not found:
                continue
            closing, text = "", rest.strip()
        if text.startswith("--"):
            yield number, text[2:].strip()
        elif text and not (number == 1 and text.startswith("#")):
            return


def _python_comments(source: str) -> Iterator[tuple[int, str]]:
    """The same for Python, where the docstring comes before the first code too."""
    try:
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            if token.type not in _QUIET:
                return
            if token.type == tokenize.COMMENT:
                yield token.start[0], token.string[1:].strip()
    except (tokenize.TokenError, SyntaxError):
        # Whatever is wrong with the code is told when it is loaded.
        return


class _Header:
    """One header being read: collects problems, so that none hides another."""

    def __init__(self, file: str, name: str) -> None:
        self._file = file
        self._values: dict[str, Any] = {"name": name}
        self._lines: dict[str, int] = {}
        self._problems: list[str] = []

    def read(self, comments: Iterator[tuple[int, str]]) -> Manifest:
        for number, text in comments:
            found = _KEY.fullmatch(text)
            if found:
                self._take(number, found[1], found[2] or "")
        if self._problems:
            raise ManifestError(self._problems)
        return msgspec.convert(self._values, Manifest)

    def _problem(self, line: int, text: str) -> None:
        self._problems.append(f"{self._file}:{line}: {text}")

    def _take(self, line: int, key: str, value: str) -> None:
        before = self._lines.setdefault(key, line)
        if not value:
            self._problem(line, f"{key}: there is nothing behind it")
        elif key == "permissions":
            self._permissions(line, value)
        elif key == "requires":
            self._requires(line, value)
        elif before != line:
            self._problem(line, f"{key!r} stands here a second time (first at line {before}); remove one")
        elif key == "version":
            self._values["version"] = value.strip("\"'")
            problem = version_problem(self._values["version"])
            if problem:
                self._problem(line, problem)
        else:
            self._tier(line, value)

    def _permissions(self, line: int, value: str) -> None:
        asked = self._values.setdefault("permissions", [])
        for item in filter(None, (part.strip() for part in value.strip("[]").split(","))):
            problem = permissions.problem(item)
            if problem:
                self._problem(line, problem)
            asked.append(item)

    def _requires(self, line: int, value: str) -> None:
        """`chatlog >=1.0,<2, greeter`: what begins with an operator belongs to the plugin before it."""
        requires = self._values.setdefault("requires", {})
        wanted: dict[str, list[str]] = {}
        last = ""
        for item in filter(None, (part.strip() for part in value.split(","))):
            found = _REQUIREMENT.fullmatch(item)
            if found:
                last = found[1]
                wanted.setdefault(last, []).extend(filter(None, [found[2]]))
            elif last:
                wanted[last].append(item)
            else:
                self._problem(line, f"requires: {item!r} names no plugin; write it like: chatlog >=1.0,<2")
        for other, ranges in wanted.items():
            text = ",".join(ranges) or "*"
            if other in requires:
                self._problem(line, f"requires: {other!r} stands here a second time; remove one")
            for problem in requirement_problems(self._values["name"], other, text):
                self._problem(line, problem)
            requires[other] = text

    def _tier(self, line: int, value: str) -> None:
        tiers = get_args(Tier)
        if value not in tiers:
            near = difflib.get_close_matches(value, tiers, n=1)
            way = f"; did you mean {near[0]!r}?" if near else ""
            self._problem(line, f"tier must be one of {', '.join(tiers)}, found {value!r}{way}")
        self._values["tier"] = value
