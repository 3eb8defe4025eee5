"""The port that Prometheus scrapes. Requests are served on threads; what they show is read on the event loop."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import TimeoutError as NotInTime
from socketserver import ThreadingMixIn
from typing import TYPE_CHECKING
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from prometheus_client.exposition import make_wsgi_app

from tibicen.errors import ConfigError
from tibicen.metrics.prometheus import registry
from tibicen.metrics.readings import HostReading

PATIENCE_SECONDS = 5.0
"""How long a scrape waits for the loop; a host that is that busy answers with an error."""


if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Server6(_Server):
    address_family = socket.AF_INET6


class _Request(WSGIRequestHandler):
    # Seconds that a client may keep a thread waiting.
    timeout = 30

    def log_message(self, format: str, *args: object) -> None:
        """Scrapes are not worth a line."""


class MetricsServer:
    """Serves the figures over HTTP, without access control: bind it where only Prometheus comes.

    Args:
        read: gives the reading; called on the event loop.
    """

    def __init__(self, read: Callable[[], HostReading], host: str, port: int) -> None:
        self._read = read
        self._host = host
        self._wanted = port
        self._loop = asyncio.get_running_loop()
        self._server: WSGIServer | None = None
        self._thread: threading.Thread | None = None

    @property
    def port(self) -> int:
        """The port that it listens at; 0 when it doesn't."""
        return self._server.server_port if self._server is not None else 0

    def start(self) -> None:
        """Starts listening.

        Raises:
            ConfigError: the port can't be had.
        """
        kind = _Server6 if ":" in self._host else _Server
        try:
            self._server = make_server(self._host, self._wanted, self._application(), kind, _Request)
        except OSError as error:
            raise ConfigError(
                f"the metrics port {self._host}:{self._wanted} can't be had: {error.strerror or error}; "
                "set metrics.port in host.yaml, or stop what uses it"
            ) from None

        self._thread = threading.Thread(target=self._server.serve_forever, name="tibicen-metrics", daemon=True)
        self._thread.start()

    def _application(self) -> WSGIApplication:
        show = make_wsgi_app(registry(self._on_loop))

        def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
            try:
                answer: Iterable[bytes] = show(environ, start_response)
                return answer
            except NotInTime:
                start_response("503 Service Unavailable", [("Content-Type", "text/plain; charset=utf-8")])
                return [b"the host is too busy to say how it is\n"]

        return application

    def _on_loop(self) -> HostReading:
        async def read() -> HostReading:
            return self._read()

        future = asyncio.run_coroutine_threadsafe(read(), self._loop)
        try:
            return future.result(PATIENCE_SECONDS)
        except NotInTime:
            future.cancel()
            raise

    async def stop(self) -> None:
        """Stops listening. Idempotent."""
        server, thread = self._server, self._thread
        self._server = self._thread = None
        if server is not None and thread is not None:
            # In a thread: a scrape that is under way waits for this very loop.
            await asyncio.to_thread(server.shutdown)
            await asyncio.to_thread(thread.join)
            server.server_close()
