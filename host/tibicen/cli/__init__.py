"""`tibicen ...`: the command line."""

from __future__ import annotations

import sys

from tibicen.errors import TibicenError


def main() -> None:
    """Entry point of the `tibicen` command. Errors are one clear text on stderr and exit code 1."""
    from tibicen.cli.app import app

    try:
        app()
    except TibicenError as error:
        print(f"tibicen: {error}", file=sys.stderr)
        sys.exit(1)
