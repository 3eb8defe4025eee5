"""`tibicen profile`: which handler, function and line of a plugin takes the time."""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path
from typing import Any

import msgspec
from rich.console import Group
from rich.table import Table
from rich.text import Text

from tibicen.cli import control
from tibicen.cli.text import printable
from tibicen.vm.profile import Profile, Stack

MOST_ROWS = 15


def record(socket: Path, name: str, seconds: float, interval_ms: float) -> Profile:
    """Profiles a plugin of the running host. Ctrl-C ends it early, with what there is by then.

    Raises:
        ControlError: no host, or it refused.
    """
    control.request(socket, "profile.start", name=name, seconds=seconds, interval_ms=interval_ms)
    try:
        time.sleep(seconds)
    except KeyboardInterrupt:
        pass
    return msgspec.convert(control.request(socket, "profile.stop", name=name), Profile)


def collapsed(profile: Profile) -> str:
    """A line for each stack, `root;frame;frame microseconds`: what flame graph tools read."""
    lines = []
    for stack in profile.stacks:
        frames = [stack.handler, *(f"{each.function or '?'} ({each.file}:{each.line})" for each in stack.frames)]
        clean = [printable(frame).replace(";", ",").replace("\n", " ") for frame in frames]
        lines.append(f"{';'.join([printable(profile.plugin), *clean])} {stack.ns // 1000}")
    return "".join(line + "\n" for line in sorted(lines))


def summary(profile: Profile) -> dict[str, Any]:
    """The profile by handler, function and line, heaviest first; times in milliseconds, shares in percent."""
    handlers: Counter[str] = Counter()
    own: Counter[str] = Counter()
    whole: Counter[str] = Counter()
    lines: Counter[str] = Counter()
    for stack in profile.stacks:
        handlers[stack.handler] += stack.ns
        functions = _functions(stack)
        for function in set(functions):
            whole[function] += stack.ns
        if functions:
            own[functions[-1]] += stack.ns
            leaf = stack.frames[-1]
            lines[f"{leaf.file}:{leaf.line}"] += stack.ns
    total = profile.total_ns
    return {
        "plugin": profile.plugin,
        "language": profile.language,
        "seconds": round(profile.seconds, 3),
        "sampled_ms": round(total / 1e6, 3),
        "ran_ms": round(profile.ran_ns / 1e6, 3),
        "samples": sum(stack.samples for stack in profile.stacks),
        "notes": profile.notes,
        "handlers": [_row("handler", name, ns, total) for name, ns in handlers.most_common()],
        "functions": [
            {**_row("function", name, ns, total), "own_ms": round(own[name] / 1e6, 3)}
            for name, ns in whole.most_common()
        ],
        "lines": [_row("line", name, ns, total) for name, ns in lines.most_common()],
    }


def _functions(stack: Stack) -> list[str]:
    return [
        f"{each.function} ({each.file}:{each.defined})" if each.function else f"{each.file}:{each.defined}"
        for each in stack.frames
    ]


def _row(what: str, name: str, ns: int, total: int) -> dict[str, Any]:
    return {what: name, "ms": round(ns / 1e6, 3), "percent": round(100 * ns / total, 1) if total else 0.0}


def tables(result: dict[str, Any]) -> Group:
    """A summary for people."""
    name = printable(result["plugin"])
    parts: list[Text | Table] = [
        Text(f"{name}: {result['sampled_ms']:.1f} ms of code in {result['seconds']:.1f} s, {result['samples']} samples")
    ]
    parts += [Text(f"  note: {note}") for note in result["notes"]]
    if not result["samples"]:
        parts.append(Text("Nothing of it ran for long enough to be seen; profile it while it is busy, or for longer."))
        return Group(*parts)
    for title, what, extra in (("handlers", "handler", ""), ("functions", "function", "own_ms"), ("lines", "line", "")):
        table = Table(box=None, pad_edge=False, header_style="bold")
        for heading in ("ms", "%", *(["own ms"] if extra else [])):
            table.add_column(heading, justify="right", no_wrap=True)
        table.add_column(f"by {what}", overflow="fold")
        for row in result[title][:MOST_ROWS]:
            figures = [f"{row['ms']:.1f}", f"{row['percent']:.1f}", *([f"{row[extra]:.1f}"] if extra else [])]
            table.add_row(*figures, Text(printable(row[what])))
        parts += [Text(""), table]
        if len(result[title]) > MOST_ROWS:
            parts.append(Text(f"(and {len(result[title]) - MOST_ROWS} more; --json has them all)"))
    return Group(*parts)
