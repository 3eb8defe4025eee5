"""The rival of a call into a worker: another process that sends back what it gets, over the same kind of socket."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

_ECHO = """
import socket, sys
end = socket.socket(fileno=int(sys.argv[1]))
while data := end.recv(65536):
    end.sendall(data)
"""


@contextmanager
def echo_process() -> Iterator[socket.socket]:
    """This end of a socket pair whose other end echoes, in a Python process of its own."""
    ours, theirs = socket.socketpair()
    with ours:
        process = subprocess.Popen([sys.executable, "-c", _ECHO, str(theirs.fileno())], pass_fds=[theirs.fileno()])
        theirs.close()
        try:
            ours.sendall(b"up?")
            ours.recv(16)
            yield ours
        finally:
            ours.close()
            process.wait()
