"""Keeps the last lines of chat. Shows: a Python plugin with a hook, a subscription, an export and hand-over."""

from collections import deque

from tibicen.api import Plugin, hookimpl

lines: deque[dict] = deque()
plugin: Plugin


def setup(this: Plugin) -> None:
    global plugin
    plugin = this
    plugin.subscribe("chat.say", said)
    plugin.export(recent)


def remember(line: dict) -> None:
    lines.append(line)
    while len(lines) > plugin.settings["lines"]:
        lines.popleft()
    plugin.publish("chatlog.line", line)


def said(subject: str, message: dict) -> None:
    remember({"from": message.get("from", "?"), "text": message.get("text", "")})


@hookimpl(trylast=True)
def player_say(text: str, player: dict) -> None:
    """Last in the chain, so that it sees what the other plugins made of the text."""
    remember({"from": player["name"], "text": text})


def recent(count: int = 10) -> list[dict]:
    """The last `count` lines, oldest first."""
    return list(lines)[-count:]


def on_snapshot() -> list[dict]:
    return list(lines)


def on_migrate(old: list[dict] | None) -> None:
    lines.extend(old or [])
