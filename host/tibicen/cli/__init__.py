"""`tibicen ...`: the command line."""

from __future__ import annotations

import io
import os
import sys
from typing import TYPE_CHECKING

from tibicen.errors import TibicenError

if TYPE_CHECKING:
    from sys import UnraisableHookArgs

_INTERRUPTED = 130
"""The exit code after Ctrl-C, as shells have it."""


def main() -> None:
    """Entry point of the `tibicen` command. Errors are one clear text on stderr and exit code 1."""
    from tibicen.cli.app import app
    from tibicen.cli.logs import plain_tracebacks

    plain_tracebacks()
    sys.unraisablehook = _unraisable
    if isinstance(sys.stdout, io.TextIOWrapper):
        # Names and chat of all the world, and a terminal or a file that may know only some of it.
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        app()
    except TibicenError as error:
        print(f"tibicen: {error}", file=sys.stderr)
        sys.exit(1)
    except BrokenPipeError:
        # Whoever read the output has seen enough (`| head`); Python would complain again when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        # A folder that can't be written, a full disk: a path and a reason say it, a traceback doesn't say it better.
        print(f"tibicen: {error}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(_INTERRUPTED)


def _unraisable(lost: UnraisableHookArgs) -> None:
    """A Ctrl-C that falls into a finalizer or a collection of garbage would be printed and lost: it ends all."""
    if issubclass(lost.exc_type, KeyboardInterrupt):
        os._exit(_INTERRUPTED)
    sys.__unraisablehook__(lost)
