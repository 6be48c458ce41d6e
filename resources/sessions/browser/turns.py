"""Turns: playing that pauses wherever another side may have its own."""

from __future__ import annotations

from collections.abc import Generator

Turns = Generator[None, None, str | None]  # at its end it gives why it could not go on, if so
