"""What the log lines of commands look like."""

from __future__ import annotations

import structlog


def plain_tracebacks() -> None:
    """Tracebacks without the values of variables, which structlog shows where rich is there: one may be a password.

    For all commands; `tibicen run` says more on how its lines look.
    """
    *before, _ = structlog.get_config()["processors"]
    renderer = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[*before, renderer])
