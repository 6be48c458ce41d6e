"""A site for members on loopback: strict about passwords, one-time codes and sessions; each test has its own."""

from __future__ import annotations

import base64
import html
import json
import secrets
import threading
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, quote, urlsplit

import pyotp

PASSWORD = "hunter2-Sécret!"
SEED = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
FORM = """<!doctype html><title>Sign in</title><h1>Sign in</h1><p id=said>{said}</p>
<form method=post action=/login><label>Email <input name=email></label>
<label>Password <input name=password type=password></label><label>Code <input name=code></label><button>Sign in</button></form>"""
# Where a script keeps its token: `kind` is local, session or indexed.
SAVED = """<!doctype html><title>Welcome</title><script>
const [kind, token] = [{kind}, {token}];
const go = () => location.replace('/app?kind=' + kind);
if (kind === 'local') {{ localStorage.token = token; go() }}
else if (kind === 'session') {{ sessionStorage.token = token; go() }}
else if (kind === 'memory') {{ history.replaceState({{}}, '', '/app?kind=memory'); document.write('<h1>My account</h1>') }}
else {{ const q = indexedDB.open('d', 1); q.onupgradeneeded = () => q.result.createObjectStore('o');
  q.onsuccess = () => {{ const t = q.result.transaction('o', 'readwrite'); t.objectStore('o').put(token, 'k'); t.oncomplete = go }} }}
</script>"""
APP = """<!doctype html><title>App</title><body><script>
const kind = new URL(location).searchParams.get('kind');
const show = async (token) => {{
  const r = await fetch('/api/me', {{ headers: {{ authorization: token || 'none' }} }});
  document.body.innerHTML = (await r.json()).ok ? '<h1>My account</h1><p>Welcome back</p>' : '<h1>Please sign in</h1>' }};
if (kind === 'local') show(localStorage.token);
else if (kind === 'session') show(sessionStorage.token);
else if (kind === 'memory') show('');
else {{ const q = indexedDB.open('d', 1); q.onupgradeneeded = () => q.result.createObjectStore('o');
  q.onsuccess = () => {{ const g = q.result.transaction('o').objectStore('o').get('k'); g.onsuccess = () => show(g.result) }} }}
</script></body>"""


class MemberSite:
    """Up until closed.

    Attributes:
        logins: How often somebody was let in.
        refused: How often nobody was.
        tokens: Of the sessions that hold.
        kind: Where a session is kept: `cookie`, or in the page: `local`, `session`, `indexed`, `memory`.
        ends_after: After so many pages for members a session ends; None: never.
        ahead: How far its clock is ahead of ours.
        wants_code: Whether a one-time code is asked for; each is taken once.
    """

    def __init__(self, kind: str = "cookie") -> None:
        self.kind = kind
        self.logins = self.refused = 0
        self.tokens: dict[str, int] = {}  # token -> pages that were shown
        self.ever: list[str] = []
        self.ends_after: int | None = None
        self.ahead = timedelta()
        self.wants_code = False
        self.codes: set[str] = set()
        self.is_down = False
        self.lock = threading.Lock()
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.answer(self)

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode()
                site.admit(self, {name: each[0] for name, each in parse_qs(body).items()})

            def date_time_string(self, timestamp: float | None = None) -> str:
                return format_datetime(datetime.now(UTC) + site.ahead, usegmt=True)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def end_sessions(self) -> None:
        self.tokens.clear()

    def admit(self, handler: BaseHTTPRequestHandler, form: dict[str, str]) -> None:
        with self.lock:
            code = form.get("code", "")
            now = datetime.now(UTC) + self.ahead
            is_code = not self.wants_code or (
                pyotp.TOTP(SEED).verify(code, for_time=now) and code not in self.codes
            )
            if form.get("password") != PASSWORD or not is_code:
                self.refused += 1
                send(handler, FORM.format(said="Wrong password or code."), status=401)
                return
            self.codes.add(code)
            self.logins += 1
            token = secrets.token_urlsafe(24)
            self.tokens[token] = 0
            self.ever.append(token)
        if self.kind == "cookie":
            cookie = f"session={token}; HttpOnly; Path=/; SameSite=Lax"
            send(handler, "", status=303, headers={"Location": "/account", "Set-Cookie": cookie})
        else:
            send(handler, SAVED.format(kind=json.dumps(self.kind), token=json.dumps(token)))

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        path = urlsplit(handler.path).path
        if self.is_down:
            send(handler, "down", status=503)
        elif path == "/favicon.ico":
            send(handler, "", status=204)
        elif path == "/login":
            send(handler, FORM.format(said=""))
        elif path == "/app":
            send(handler, APP.format())
        elif path == "/api/me":
            self.say(handler, self.is_member(handler.headers.get("Authorization", "")))
        elif path == "/logout":
            self.tokens.pop(cookie_of(handler), None)
            send(handler, "<title>Bye</title><h1>Bye</h1>")
        elif path == "/leak":
            self.leak(handler)
        elif path == "/":
            send(handler, "<title>Home</title><h1>Home</h1>")
        elif self.is_member(cookie_of(handler)):
            send(handler, f"<title>{path}</title><h1>{'My account' if path == '/account' else path}</h1>")
        else:
            send(handler, "", status=302, headers={"Location": f"/login?next={path}"})

    def leak(self, handler: BaseHTTPRequestHandler) -> None:
        """A page that tells whoever looks all that it was told, in every spelling that it knows."""
        told = [PASSWORD, SEED, cookie_of(handler)]
        spelled = [*told, *map(quote, told), *(json.dumps(each) for each in told)]
        spelled += [
            base64.b64encode(f"{before}{each}:".encode()).decode()
            for each in told
            for before in ("", "a", "ab")
        ]
        script = f"""for (const each of {json.dumps(spelled)}) {{ console.error('leaked ' + each); console.log('said ' + each) }}
          fetch('/missing?secret=' + encodeURIComponent({json.dumps(PASSWORD)}));
          setTimeout(() => {{ throw new Error('died of ' + {json.dumps(" ".join(spelled))}) }})"""
        shown = "".join(f"<li>{html.escape(each)}" for each in spelled)
        send(handler, f"<title>Leak</title><h1>Leak</h1><ul id=leak>{shown}</ul><script>{script}</script>")

    def is_member(self, token: str) -> bool:
        with self.lock:
            if token not in self.tokens:
                return False
            self.tokens[token] += 1
            if self.ends_after is not None and self.tokens[token] > self.ends_after:
                del self.tokens[token]
                return False
            return True

    def say(self, handler: BaseHTTPRequestHandler, is_ok: bool) -> None:
        send(handler, json.dumps({"ok": is_ok}), kind="application/json")

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


def cookie_of(handler: BaseHTTPRequestHandler) -> str:
    for part in handler.headers.get("Cookie", "").split(";"):
        name, _, value = part.strip().partition("=")
        if name == "session":
            return value
    return ""


def send(
    handler: BaseHTTPRequestHandler,
    text: str,
    *,
    kind: str = "text/html; charset=utf-8",
    status: int = 200,
    headers: dict[str, str] | None = None,
) -> None:
    body = text.encode()
    handler.send_response(status)
    for name, value in {"Content-Type": kind, "Content-Length": str(len(body)), **(headers or {})}.items():
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(body)
