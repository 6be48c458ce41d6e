"""Goals that follow from what the machine itself takes, measured beside."""

from __future__ import annotations

from pathlib import Path

from benchmarks import spine, webhooks
from benchmarks.bare import bare_commits


def test_every_row_of_every_writer_is_counted_and_on_the_disk(tmp_path: Path) -> None:
    took_ms = bare_commits(tmp_path / "bare.db", 5_000, rate=100, seconds=0.5, writers=2)

    assert 20 < len(took_ms) < 120
    assert min(took_ms) > 0
    written = sum(
        (tmp_path / name).stat().st_size for name in ("bare.db", "bare.db-wal") if (tmp_path / name).exists()
    )
    assert written > 5_000 * len(took_ms)


def test_finishing_a_run_is_held_to_twice_a_bare_commit_of_the_same_run() -> None:
    goals = spine.wanted({"bare_commit_p50_ms": 0.6, "bare_commit_p99_ms": 4.0})

    assert goals["finish_p50_ms"] == ("<=", 1.2)
    assert goals["finish_p99_ms"] == ("<=", 8.0)
    assert goals["visible_p99_ms"] == ("<=", 250.0)


def test_the_slowest_acknowledgements_are_held_to_25_ms_or_three_bare_inserts() -> None:
    quick, slow = (webhooks.wanted({"bare_insert_p99_ms": ms})["at_200_ack_p99_ms"] for ms in (3.0, 12.0))

    assert (quick, slow) == (("<=", 25.0), ("<=", 36.0))
