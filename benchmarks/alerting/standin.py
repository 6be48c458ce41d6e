"""A service on loopback that honours idempotency keys: it acts once on each, and counts how often it was asked."""

from __future__ import annotations

import threading
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

TAKES_SECONDS = 0.01  # from having acted to answering: where a kill hurts most


class StandIn:
    """Start it, give its `url` to a channel, and look at its books."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()
        self.acted_on: list[str] = []
        self.accepted_at: dict[str, float] = {}
        self._lock = threading.Lock()
        take = self._take

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                take(self.headers["Idempotency-Key"])
                time.sleep(TAKES_SECONDS)
                self.send_response(200)
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"ok")

            def log_message(self, *arguments: object) -> None: ...

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *arguments: object) -> None:
                """A killed sender closes its connection; that is what we are here for."""

        self._server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _take(self, key: str) -> None:
        with self._lock:
            self.asked[key] += 1
            if self.asked[key] == 1:
                self.acted_on.append(key)
                self.accepted_at[key] = time.perf_counter()
