"""The order: all that a browser's worker needs, on its standard input."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from inspect_pipelines.domain.session import SessionRequest
from resources.objects.bucket import Bucket


@dataclass(frozen=True, slots=True)
class Order:
    """Holds references to secrets, never secrets."""

    request: SessionRequest
    gallery: Path | Bucket
    scratch: Path  # for the profile and every temporary file; the parent removes it
    chromium: Path  # a leash around the real one, see leash.py
    no_sandbox: bool
    logins: Path  # the folder of kept ones
    headed: bool = False  # on a screen, for whoever writes a playbook
    holds: bool = False  # a step that has failed is left as it is, until the parent says so by SIGUSR2
    evidence: Path | None = None  # where traces, films and network logs are kept; None: nowhere
    live: Path | None = None  # where its window is shown as it is played; None: nowhere
