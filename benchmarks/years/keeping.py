"""What it takes to keep such a history: taking in, publishing, forgetting a month, making it anew."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from inspect_pipelines.domain.ids import DEFAULT_ORG
from inspect_pipelines.facts.forgotten import FORGOTTEN, forgotten_facts
from resources.clock import SystemClock
from resources.history.connection import open_writing
from resources.history.lease import holding
from resources.history.live import LiveHistory
from resources.history.places import Places
from resources.history.projector import Projector
from resources.history.rebuild import rebuild
from resources.ledger.store import SqlLedgers, create_ledgers

VIEWS = 10
AT_ONCE = 1000  # runs of one transaction of the ledger


@dataclass(frozen=True, slots=True)
class Kept:
    """A home around a generated live file."""

    home: Path
    ledgers: SqlLedgers

    @property
    def places(self) -> Places:
        return Places(self.home)

    def live(self) -> LiveHistory:
        return LiveHistory(self.places, self.ledgers, SystemClock())


def a_home(home: Path) -> Kept:
    """A home whose live file lies there already; it becomes this ledger's."""
    ledgers = create_ledgers(home / "ledger.db")
    ledgers.migrate()
    with ledgers.read() as session:
        epoch = session.journal.numbers().epoch
    with open_writing(Places(home).live) as connection:
        Projector(connection).move(0, epoch, None)
    return Kept(home, ledgers)


def keep(kept: Kept, *, backlog: int) -> dict[str, float]:
    """Seconds and bytes of each."""
    figures: dict[str, float] = {}
    with holding(kept.places.lock) as is_mine:
        assert is_mine
        live = kept.live()
        for which in ("first", "second", "third", "fourth"):  # two whole copies, then what is new
            tell(kept, 100, first=1 + 100 * len(figures))
            live.drain()
            began = time.perf_counter()
            live.publish()
            figures[f"publish_100_runs_{which}_s"] = time.perf_counter() - began
            figures[f"publish_100_runs_{which}_written_mb"] = live.written_bytes / 1e6
        tell(kept, backlog, first=1_000_000)
        began = time.perf_counter()
        live.drain()
        figures["backlog_s"] = time.perf_counter() - began
        live.publish()
        live.close()
        figures["forget_a_month_s"] = forget_a_month(kept.places.live)
    began = time.perf_counter()
    rebuild(kept.home, kept.ledgers, SystemClock())
    figures["rebuild_s"] = time.perf_counter() - began
    return figures


def forget_a_month(live: Path) -> float:
    """How long it takes to delete the oldest month, until that is on the disk."""
    with open_writing(live) as connection:
        row = connection.execute("SELECT min(completed_at) + INTERVAL 1 MONTH FROM automated_runs").fetchone()
        assert row is not None
        projector = Projector(connection)
        done = projector.watermark()
        body = json.dumps(forgotten_facts(DEFAULT_ORG, row[0]))
        began = time.perf_counter()
        projector.apply([(done.seq + 1, FORGOTTEN, body)], done.epoch or "")
        return time.perf_counter() - began


def tell(kept: Kept, count: int, *, first: int) -> None:
    """So many runs end."""
    ledger, now = kept.ledgers.of(DEFAULT_ORG), SystemClock().now()
    for start in range(0, count, AT_ONCE):
        with ledger.write() as session:
            for number in range(start, min(start + AT_ONCE, count)):
                at = (now + timedelta(milliseconds=number)).isoformat()
                session.journal.append("run", facts_of_run(first + number, at), at=now)


def facts_of_run(number: int, at: str) -> dict[str, Any]:
    definition = f"watch-{number % 5000}"
    run = {
        "id": f"ffff0000-0000-7000-8000-{number:012x}",
        "org_id": DEFAULT_ORG,
        "definition_id": definition,
        "definition_kind": "schedule",
        "origin": f"cron:{definition}:{at}",
        "status": "passed",
        "verdict": "passed",
        "reason": "10 of 10 views look as approved",
        "reasons": ["10 of 10 views look as approved"],
        **dict.fromkeys(("scheduled_at", "requested_at", "started_at", "completed_at"), at),
        "duration_ms": 40_000,
        "baseline_diff_score": 0.0,
        "views_count": VIEWS,
        "views_failed": 0,
    }
    comparison = {
        "playbook_id": f"playbook-{number % 500}",
        "viewport": "desktop",
        "outcome": "unchanged",
        "passed": True,
        "reason": "the same picture",
        "score": 0.0,
        "tolerance_score": 0.02,
        "old_sha256": f"{number % 5000:064x}",
        "new_sha256": f"{number % 5000:064x}",
        "is_flaky": False,
        "changed_ratio": 0.0,
        "visible_ratio": 0.0,
        "layout_px": 0,
        "regions_count": 0,
        "regions": [],
        "fingerprint": "",
    }
    comparisons = [{**comparison, "name": f"view-{at}", "route": f"/area/{at}"} for at in range(VIEWS)]
    return {"run": run, "sessions": [], "screenshots": [], "findings": [], "comparisons": comparisons}
