"""`tibicen ...`: the command line."""

from __future__ import annotations

import io
import os
import sys

from tibicen.errors import TibicenError


def main() -> None:
    """Entry point of the `tibicen` command. Errors are one clear text on stderr and exit code 1."""
    from tibicen.cli.app import app
    from tibicen.cli.logs import plain_tracebacks

    plain_tracebacks()
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
        sys.exit(130)
