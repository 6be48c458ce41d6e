"""`python -m benchmarks.hosts.outside FOLDER`: what all hosts know of the world: a site, and a strict receiver of messages.

Each message that is signed rightly is one line in FOLDER/messages, as often as it comes. A page at /held comes when there is a file
FOLDER/open; who asks is a line in FOLDER/asked.
"""

from __future__ import annotations

import contextlib
import json
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from standardwebhooks import Webhook, WebhookVerificationError

from benchmarks.hosts.hosts import ADDRESS

SITE_PORT, HOOK_PORT = 8080, 8081
SECRET = "whsec_aHVudGVyMmh1bnRlcjJodW50ZXIyaHVudGVyMg=="
PAGE = b"<!doctype html><title>Front</title><h1>Front page</h1>"
MOST_BYTES = 20_000
HELD_SECONDS = 900.0


def serve(folder: Path) -> None:
    """Both, until the process is ended."""
    lock = threading.Lock()

    def note(name: str, line: str) -> None:
        with lock, (folder / name).open("a") as file:
            file.write(f"{line}\n")

    class Site(_Quiet):
        def do_GET(self) -> None:
            note("asked", self.path)
            give_up_at = time.monotonic() + HELD_SECONDS
            while self.path == "/held" and not (folder / "open").exists() and time.monotonic() < give_up_at:
                time.sleep(0.1)
            self.tell(200, PAGE)

    class Hook(_Quiet):
        def do_POST(self) -> None:
            body = self.rfile.read(min(MOST_BYTES + 1, int(self.headers.get("Content-Length") or 0)))
            try:
                said = Webhook(SECRET).verify(body, dict(self.headers))
            except WebhookVerificationError:
                return self.tell(401, b"")
            if self.path != "/hooks/qa" or len(body) > MOST_BYTES or {*said} != {"type", "timestamp", "data"}:
                return self.tell(422, b"")
            note("messages", json.dumps({"id": self.headers["webhook-id"], **said}))
            return self.tell(204, b"")

    site, hook = (
        ThreadingHTTPServer((ADDRESS, SITE_PORT), Site),
        ThreadingHTTPServer((ADDRESS, HOOK_PORT), Hook),
    )
    threading.Thread(target=site.serve_forever, daemon=True).start()
    (folder / "ready").touch()
    hook.serve_forever()


class _Quiet(BaseHTTPRequestHandler):
    def tell(self, status: int, body: bytes) -> None:
        with contextlib.suppress(OSError):
            self.send_response(status)
            self.send_header("content-type", "text/html")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Say nothing."""


if __name__ == "__main__":
    serve(Path(sys.argv[1]))
