"""The cookie by which a browser is known: its name says over what it came, so that none can be laid out for another way."""

from __future__ import annotations

from starlette.requests import HTTPConnection
from starlette.responses import Response

from inspect_pipelines.domain.sign_in import LONGEST

# Browsers take a cookie of this prefix over HTTPS only, of this very host, for all its paths (RFC 6265bis, 4.1.3.2).
ENCRYPTED = "__Host-inspect"
# Over plain HTTP of this machine, where not every browser keeps a cookie that is `Secure`. Other programs of the machine could
# read it on their ports; they may ask as its local person anyway.
LOOPBACK = "inspect-loopback"
ERRAND = "-errand"
SECONDS = int(LONGEST.total_seconds())


def is_encrypted(asking: HTTPConnection) -> bool:
    return asking.url.scheme in ("https", "wss")


def shown(asking: HTTPConnection, *, is_local: bool) -> str | None:
    """What the browser shows; None: nothing that counts over the way on which it came."""
    if is_encrypted(asking):
        return asking.cookies.get(ENCRYPTED)
    return asking.cookies.get(LOOPBACK) if is_local else None


def exposed(asking: HTTPConnection, *, is_local: bool) -> str | None:
    """What others may have read on its way, since no browser would have sent it so."""
    return None if is_encrypted(asking) or is_local else asking.cookies.get(ENCRYPTED)


def sent_off(asking: HTTPConnection) -> str | None:
    """What a browser keeps while it is at the identity provider."""
    return asking.cookies.get(f"{ENCRYPTED if is_encrypted(asking) else LOOPBACK}{ERRAND}")


def send_off(response: Response, text: str, seconds: int, *, encrypted: bool) -> None:
    """Have it keep this for so long."""
    _set(response, text, seconds, encrypted=encrypted, suffix=ERRAND)


def give(response: Response, text: str, *, encrypted: bool) -> None:
    """Have the browser show this from now on."""
    _set(response, text, SECONDS, encrypted=encrypted)


def take(response: Response, *, encrypted: bool) -> None:
    """Have the browser show nothing from now on."""
    _set(response, "", 0, encrypted=encrypted)


def _set(response: Response, text: str, seconds: int, *, encrypted: bool, suffix: str = "") -> None:
    response.set_cookie(
        f"{ENCRYPTED if encrypted else LOOPBACK}{suffix}",
        text,
        max_age=seconds,
        path="/",
        secure=encrypted,
        httponly=True,
        samesite="lax",  # links in messages open as who one is; what changes something looks at Origin besides
    )
