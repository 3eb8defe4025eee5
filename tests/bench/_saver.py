"""Saves files when told to, as an editor would from its own process, and watches the same folder with a bare watchdog.

Run as a script with the folder as its argument. Each line of standard input is one save, `{"path", "text"}`; each
line of standard output tells when the file was closed and when the bare observer noticed it, in seconds of the
monotonic clock, which all processes of a system share.
"""

from __future__ import annotations

import json
import sys
import threading
import time

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer

PATIENCE_SECONDS = 10.0


class Notice(FileSystemEventHandler):
    """The time at which a watched file's end of writing was noticed."""

    def __init__(self) -> None:
        self.path = ""
        self.at = 0.0
        self.noticed = threading.Event()

    def expect(self, path: str) -> None:
        self.noticed.clear()
        self.path = path

    def on_closed(self, event: FileSystemEvent) -> None:
        at = time.monotonic()
        if event.src_path == self.path and not self.noticed.is_set():
            self.at = at
            self.noticed.set()


def save(path: str, text: str) -> float:
    """Overwrites a file; the time just before it was closed."""
    file = open(path, "w", encoding="utf-8")  # noqa: SIM115, PTH123 - closing it is what is timed
    file.write(text)
    file.flush()
    closed_at = time.monotonic()
    file.close()
    return closed_at


def main(folder: str) -> None:
    notice = Notice()
    observer = Observer()
    observer.schedule(notice, folder, recursive=True)
    observer.start()
    print("ready", flush=True)
    try:
        for line in sys.stdin:
            order = json.loads(line)
            notice.expect(order["path"])
            closed_at = save(order["path"], order["text"])
            if not notice.noticed.wait(PATIENCE_SECONDS):
                raise RuntimeError(f"the bare observer did not notice {order['path']}")
            print(json.dumps({"closed_at": closed_at, "noticed_at": notice.at}), flush=True)
    finally:
        observer.stop()
        observer.join()


if __name__ == "__main__":
    main(sys.argv[1])
