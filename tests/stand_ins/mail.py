"""A mail server: aiosmtpd with STARTTLS or TLS, a log-in, and answers that a test asks for."""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections import deque
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

import trustme
from aiosmtpd.smtp import SMTP as Server
from aiosmtpd.smtp import AuthResult, LoginPassword

PASSWORD = "hunter2-hunter2"


class Mailbox:
    """Keeps what arrives; `next` holds answers to DATA, `recipients` to RCPT."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.raw: list[bytes] = []
        self.next: deque[str] = deque()
        self.recipients: deque[str] = deque()
        self.people: list[list[str]] = []

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if self.recipients:
            return self.recipients.popleft()
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        answer = self.next.popleft() if self.next else "250 queued"
        if answer == "close":
            server.transport.abort()
            return "250 never said"
        if answer == "hang":
            await asyncio.sleep(60)  # longer than any client waits
        if answer.startswith("250"):
            self.raw.append(envelope.content)
            self.people.append(envelope.rcpt_tos)
            self.mails.append(message_from_bytes(envelope.content, policy=SMTP))  # type: ignore[arg-type]
        return answer


class MailServer:
    """On a free port of 127.0.0.1, in a loop and a thread of its own.

    Args:
        authority: Signs its certificate.
        security: `starttls`, `tls` or `none`.
    """

    def __init__(self, authority: trustme.CA, security: str = "starttls") -> None:
        self.mailbox = Mailbox()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("127.0.0.1").configure_cert(context)

        def conversation() -> Server:
            return Server(
                self.mailbox,
                hostname="mail.test",
                tls_context=context if security == "starttls" else None,
                require_starttls=security == "starttls",
                auth_required=security == "starttls",  # aiosmtpd warns of it otherwise
                auth_require_tls=security == "starttls",
                authenticator=_authenticate,
                enable_SMTPUTF8=True,
                loop=self._loop,
            )

        self._loop = asyncio.new_event_loop()
        tls = context if security == "tls" else None
        self._server = self._loop.run_until_complete(
            self._loop.create_server(conversation, "127.0.0.1", 0, ssl=tls)
        )
        self.port = self._server.sockets[0].getsockname()[1]
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def close(self) -> None:
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result(5)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(120)
        self._loop.close()

    async def _stop(self) -> None:
        self._server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)


def _authenticate(server: Server, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
    is_known = isinstance(data, LoginPassword) and (data.login, data.password) == (b"qa", PASSWORD.encode())
    return AuthResult(success=is_known, handled=False)
