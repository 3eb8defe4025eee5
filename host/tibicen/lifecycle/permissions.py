"""Permissions: the words that a manifest may ask with, and which of them cover which.

A permission is a name, for most of them with a pattern behind a colon: `bus.publish:chat.*`. A plugin that asks for
nothing gets the harmless set (docs/plugins.md); everything that reaches further is asked for.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

EVERYTHING = "*"
"""Covers every permission. Its owner may give it to a plugin; no plugin may ask for it."""


class Word(NamedTuple):
    """One name of the vocabulary.

    Attributes:
        takes: what its pattern is a pattern of; empty when it has none.
        example: a whole permission.
        allows: what it allows, in words.
        used: whether an API asks for it by now.
    """

    takes: str
    example: str
    allows: str
    used: bool = True


VOCABULARY: dict[str, Word] = {
    "hooks.answer": Word("hooks", "hooks.answer:status.*", "answer filter, query and gather hooks"),
    "bus.publish": Word("subjects", "bus.publish:chat.say", "publish on subjects that don't begin with its name"),
    "bus.subscribe": Word("subjects", "bus.subscribe:chat.*", "receive messages of others"),
    "imports.call": Word("exports", "imports.call:greeter.welcome", "call exports of plugins that it doesn't require"),
    "plugins.control": Word("", "plugins.control", "load, reload and unload other plugins", used=False),
    "files.read": Word("paths", "files.read:maps/*.otbm", "read files", used=False),
    "files.write": Word("paths", "files.write:exports/**", "write files", used=False),
    "net.http": Word("hosts", "net.http:*.example.com", "connect to other hosts, by HTTP or as a game"),
    "process.run": Word("programs", "process.run:git", "start programs", used=False),
    "config.read": Word("", "config.read", "read the host's configuration", used=False),
    "config.write": Word("", "config.write", "change the host's configuration", used=False),
}

NEEDS_NONE = {
    "kv": "a plugin's own kv",
    "timers": "a timer",
    "log": "the log",
    "json": "json",
    "settings": "a plugin's own settings",
    "exports": "a plugin's own exports",
}
"""What is free; asking for it all the same is a mistake that can be told."""

SHARED_SUBJECTS = frozenset(
    {
        "chat",
        "combat",
        "config",
        "debug",
        "files",
        "gateway",
        "hooks",
        "host",
        "item",
        "map",
        "net",
        "npc",
        "player",
        "plugin",
        "plugins",
        "server",
        "session",
        "state",
        "status",
        "system",
        "tibicen",
        "trade",
        "world",
    }
)
"""First words of subjects that no plugin owns, whatever its name."""

_WORD = r"[^\s.*>:,]+"
_SHAPES = {
    "hooks": (re.compile(r"(?:\*|[a-z0-9_]+)(?:\.(?:\*|[a-z0-9_]+))*(?:\.>)?|>"), "hook names such as status.*"),
    "subjects": (re.compile(rf"(?:\*|{_WORD})(?:\.(?:\*|{_WORD}))*(?:\.>)?|>"), "subjects such as chat.* or chat.>"),
    "exports": (re.compile(r"(?:\*|[a-z][a-z0-9_-]*)(?:\.(?:\*|[^\s*>:,]+))?"), "PLUGIN or PLUGIN.EXPORT"),
    "paths": (
        re.compile(r"(?!.*(?:^|/)\.\.(?:/|$))[^/\s:\\,][^/\\:,]*(?:/[^/\\:,]+)*"),
        "relative paths with `/` and without `..`, such as maps/*.otbm or data/**",
    ),
    "hosts": (
        re.compile(r"\*|(?:\*\.)?[a-z0-9]([a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*", re.I),
        "hosts such as api.example.com or *.example.com",
    ),
    "programs": (re.compile(r"\*|[\w.+-]+"), "a program's name"),
}

SCHEMA_PATTERN = "^(({})|({}):[^ ,]+)$".format(
    "|".join(re.escape(name) for name, word in VOCABULARY.items() if not word.takes),
    "|".join(re.escape(name) for name, word in VOCABULARY.items() if word.takes),
)
"""For JSON Schema: the names. What a pattern may look like is told by `problem`."""


class Permission(NamedTuple):
    """One permission, taken apart. `words` end in `>` for "and everything below"; empty where there is no pattern."""

    name: str
    words: tuple[str, ...]


@lru_cache(maxsize=4096)
def parse(text: str) -> Permission:
    """Takes a permission apart; one that `problem` has passed, or `*`."""
    if text == EVERYTHING:
        return Permission(EVERYTHING, ())
    name, _, pattern = text.partition(":")
    takes = VOCABULARY[name].takes
    if not takes:
        return Permission(name, ())
    # `*` alone is the shortest way to say "all of them", also where a word is between dots.
    return Permission(name, (">",) if pattern == EVERYTHING else words_of(takes, pattern))


def words_of(takes: str, pattern: str) -> tuple[str, ...]:
    """A pattern, or one name, as words in order of growing detail."""
    if takes == "exports":
        plugin, dot, export = pattern.partition(".")
        return (plugin, export) if dot else (plugin, ">")
    if takes == "hosts":
        words = tuple(reversed(pattern.lower().split(".")))
        return (*words[:-1], ">") if words[-1] == "*" else words
    if takes == "paths":
        return tuple(">" if word == "**" else word for word in pattern.split("/"))
    return tuple(pattern.split(".")) if takes in ("hooks", "subjects") else (pattern,)


def problem(text: str) -> str | None:
    """What is wrong with a permission that is asked for, with the way out; None when it is one."""
    if text == EVERYTHING:
        return "'*' is for its owner to give; ask for what the plugin needs"
    name, colon, pattern = text.partition(":")
    word = VOCABULARY.get(name)
    if word is None:
        free = NEEDS_NONE.get(name.partition(".")[0])
        if free:
            return f"{text!r} is no permission: {free} needs none; remove it"
        near = difflib.get_close_matches(name, VOCABULARY, n=1, cutoff=0.6)
        way = f"did you mean {near[0] + colon + pattern!r}?" if near else f"there are {', '.join(VOCABULARY)}"
        return f"unknown permission {text!r}; {way}"
    if not word.takes:
        return f"{name} has nothing behind it; write only {name!r}" if colon else None
    if not pattern:
        return f"{name!r} needs to say which {word.takes}; write it like {word.example!r}"
    shape, expected = _SHAPES[word.takes]
    if pattern != EVERYTHING and not shape.fullmatch(pattern):
        return f"{text!r}: {pattern!r} is no pattern of {word.takes}; write {expected}"
    if word.takes == "paths" and "**" in pattern.split("/")[:-1]:
        return f"{text!r}: `**` stands only at the end of a path"
    return None


def given_problem(text: str) -> str | None:
    """The same for what an owner gives, who may give everything."""
    return None if text == EVERYTHING else problem(text)


def _word_covers(granted: str, asked: str) -> bool:
    if granted in (asked, "*"):
        return True
    # Inside a word `*` is any run of characters; only paths have such words, and theirs are asked for as they stand.
    if "*" not in granted or "*" in asked:
        return False
    return re.fullmatch(".*".join(map(re.escape, granted.split("*"))), asked, re.DOTALL) is not None


def words_cover(granted: Sequence[str], asked: Sequence[str]) -> bool:
    """Whether every name that `asked` stands for is among those of `granted`."""
    for index, word in enumerate(granted):
        if word == ">":
            return len(asked) > index
        if index >= len(asked) or asked[index] == ">" or not _word_covers(word, asked[index]):
            return False
    return len(granted) == len(asked)


def covers(granted: Iterable[str], asked: str) -> bool:
    """Whether one of the permissions `granted` allows all that `asked` does."""
    wanted = parse(asked)
    for text in granted:
        has = parse(text)
        if has.name == EVERYTHING:
            return True
        if has.name == wanted.name and (not wanted.words or words_cover(has.words, wanted.words)):
            return True
    return False


def not_covered(granted: Sequence[str], asked: Iterable[str]) -> list[str]:
    """What of `asked` no permission of `granted` covers, in its order and each once."""
    return [text for text in dict.fromkeys(asked) if not covers(granted, text)]
