"""The mail server that a channel writes to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Literal, cast

Security = Literal["starttls", "tls", "none"]


@dataclass(frozen=True, slots=True)
class MailServer:
    host: str
    port: int
    security: Security
    sender: str  # an address, `qa@acme.example`
    username: str = ""  # empty: the server asks for none

    def options(self) -> dict[str, str]:
        """As a channel's configuration keeps it."""
        return {name: str(value) for name, value in asdict(self).items()}

    @classmethod
    def of(cls, options: Mapping[str, str]) -> MailServer:
        """The server behind `options()`."""
        security = cast("Security", options["security"])
        return cls(options["host"], int(options["port"]), security, options["sender"], options["username"])
