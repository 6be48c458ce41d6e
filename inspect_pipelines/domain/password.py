"""Passwords of people who sign in without an identity provider: which ones are good enough."""

from __future__ import annotations

import unicodedata

LEAST, MOST = 12, 256  # characters


def normalized(text: str) -> str:
    """The same sequence of signs, however a keyboard wrote them (NIST SP 800-63B: NFKC)."""
    return unicodedata.normalize("NFKC", text)


def flaw(text: str, login: str) -> str | None:
    """Why it is no password for that login: a clause; None: it is one. Length alone counts, no kinds of signs."""
    if len(text) < LEAST:
        return f"it has {len(text)} characters, and {LEAST} are the least"
    if len(text) > MOST:
        return f"it has {len(text)} characters, and {MOST} are the most"
    if not text.isprintable():
        return "it holds signs that nobody can type"
    if login in text.lower() and len(text) - len(login) < LEAST:
        return "it is the login and little else"
    if len(set(text)) < LEAST // 2:
        return f"it is made of {len(set(text))} different characters, and {LEAST // 2} are the least"
    return None
