"""Mail over SMTP: text and HTML, pictures inside, a conversation an incident."""

from __future__ import annotations

import hashlib
import re
import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from inspect_pipelines.domain.notification import Notification
from inspect_pipelines.errors import ChannelError
from inspect_pipelines.ports.channel import Receipt
from inspect_pipelines.ports.clock import Clock
from inspect_pipelines.ports.gallery import Gallery
from resources.channels.email.mail import mail
from resources.channels.email.server import MailServer
from resources.channels.telling import cut, message_of, plain
from resources.channels.who import People
from resources.http.addresses import AddressRefused, connected
from resources.http.outgoing import Outgoing
from resources.http.trust import Trust

ADDRESS = re.compile(r"[^@\s<>,;\"]{1,64}@[^@\s<>,;\"]{1,255}")


class EmailChannel:
    """Sends one mail to one address.

    Args:
        password: Empty when the server asks for no name.
    """

    def __init__(
        self,
        outgoing: Outgoing,
        server: MailServer,
        password: str,
        address: str,
        *,
        timeout_seconds: float,
        allow_private: tuple[str, ...],
        people: People,
        gallery: Gallery,
        clock: Clock,
        trust: Trust,
    ) -> None:
        self._outgoing = outgoing
        self._server = server
        self._password = password
        self._address = address
        self._timeout_seconds = timeout_seconds
        self._allow_private = allow_private
        self._people = people
        self._gallery = gallery
        self._clock = clock
        self._trust = trust

    def send(self, notification: Notification, thread: Mapping[str, str]) -> Receipt:
        """Send it; a repeated one has the same Message-ID."""
        if not ADDRESS.fullmatch(self._address) or not self._address.isprintable():
            raise self._outgoing.error(
                f"cannot write to {cut(plain(self._address), 80)!r}: it is not an e-mail address",
                is_permanent=True,
            )
        first = thread.get("message_id", "")
        name = message_id(notification.id, self._server.sender)
        written = mail(
            message_of(notification),
            sender=self._server.sender,
            to=self._address,
            name=name,
            answers=first if re.fullmatch(r"<[!-;=?-~]{1,200}>", first) else "",
            at=self._clock.now(),
            people=self._people,
            gallery=self._gallery,
        )
        with self._errors(), self._session() as smtp:
            smtp.send_message(written, from_addr=self._server.sender, to_addrs=[self._address])
        return Receipt(f"mail {name} accepted by {self._server.host}", {"message_id": first or name})

    @contextmanager
    def _session(self) -> Iterator[smtplib.SMTP]:
        server, context = self._server, self._trust.context()
        kind = _GuardedTlsSmtp if server.security == "tls" else _GuardedSmtp
        smtp = kind(self._timeout_seconds, self._allow_private, context)
        # Each step has the time limit; a server that answers a byte a second is cut off by this.
        watch = threading.Timer(self._timeout_seconds, smtp.cut_off)
        watch.daemon = True
        watch.start()
        try:
            smtp.connect(server.host, server.port)
            if server.security == "starttls":
                smtp.starttls(context=context)
            if server.username:
                smtp.login(server.username, self._password)
            yield smtp
        except (smtplib.SMTPServerDisconnected, OSError) as error:
            if smtp.is_cut_off:
                raise TimeoutError from error
            raise
        finally:
            watch.cancel()
            smtp.leave()

    @contextmanager
    def _errors(self) -> Iterator[None]:
        host = self._server.host
        try:
            yield
        # `from None`: the causes hold what was said to the server
        except AddressRefused as error:
            raise self._outgoing.error(f"is not asked: {error}", is_permanent=True) from None
        except smtplib.SMTPNotSupportedError as error:
            what = f"at {host!r} cannot do what is asked: {plain(str(error))}"
            raise self._outgoing.error(what, is_permanent=True) from None
        except smtplib.SMTPRecipientsRefused as error:
            code, text = next(iter(error.recipients.values()))
            raise self._answered(code, text) from None
        except smtplib.SMTPResponseException as error:
            raise self._answered(error.smtp_code, error.smtp_error) from None
        except TimeoutError:
            what = f"at {host!r} did not answer within {self._timeout_seconds:g} s"
            raise self._outgoing.error(what, is_permanent=False) from None
        except (smtplib.SMTPException, ssl.SSLError, OSError, UnicodeError) as error:
            what = f"cannot be reached at {host!r}: {cut(plain(str(error)), 200)}"
            raise self._outgoing.error(what, is_permanent=False) from None

    def _answered(self, code: int, said: bytes | str) -> ChannelError:
        text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
        advice = "; check its user name and password" if code in (530, 534, 535) else ""
        return self._outgoing.error(
            f"at {self._server.host!r} answers {code} {cut(plain(text), 200)}{advice}",
            is_permanent=code >= 500,
        )


def message_id(notification_id: str, sender: str) -> str:
    """The same for the same notification, so that a mailbox knows a repeated one."""
    digest = hashlib.sha256(notification_id.encode("utf-8", "replace")).hexdigest()[:32]
    domain = sender.rpartition("@")[2]
    return f"<{digest}@{domain if domain.isascii() else 'mail.invalid'}>"


class _GuardedSmtp(smtplib.SMTP):
    """smtplib over connections to checked addresses; the hook is the one that its own SMTP_SSL uses."""

    def __init__(self, timeout: float, allow_private: tuple[str, ...], context: ssl.SSLContext) -> None:
        self._allow_private, self._tls = allow_private, context
        self.is_cut_off = False
        super().__init__(timeout=timeout)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        self._host = host  # what the certificate must name
        return connected(host, port, timeout=timeout, allow_private=self._allow_private)

    def cut_off(self) -> None:
        """End the conversation from another thread."""
        self.is_cut_off = True
        if self.sock is not None:
            try:
                self.sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                return  # over already

    def leave(self) -> None:
        """Say goodbye; the mail is accepted or refused by now, whatever happens here."""
        try:
            self.quit()
        except (smtplib.SMTPException, OSError):
            self.close()


class _GuardedTlsSmtp(_GuardedSmtp):
    def _get_socket(self, host: str, port: int, timeout: float) -> Any:
        plain_socket = super()._get_socket(host, port, timeout)
        return self._tls.wrap_socket(plain_socket, server_hostname=host)
