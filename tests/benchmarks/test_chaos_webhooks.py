"""The short form of `make chaos-webhooks`: a receiver killed twice loses and doubles nothing."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from benchmarks.sending.killing import chaos, plan


def test_every_delivery_has_one_event_although_the_receiver_is_killed(tmp_path: Path) -> None:
    said, books = chaos(tmp_path, seed=7, deliveries=120, kills=2)

    assert not any(asdict(books).values()), books
    assert said.unanswered > 0  # it was really gone
    assert said.new.total() + said.again.total() == len(plan(7, 120, 2).sendings)
