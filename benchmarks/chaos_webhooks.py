"""Exactly one run for each delivery, whatever is killed; `make chaos-webhooks`.

First thousands of deliveries, each sent one to three times in any order, while the receiver is killed: each must have one
stored run. Then some more with everything running, while the web process and the daemon are killed: each must have one run
that ended, played once.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import random
import tempfile
import time
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Any

import httpx
import psutil

from benchmarks import report
from benchmarks.sending.killing import chaos
from benchmarks.sending.place import Receiver
from benchmarks.sending.starts import WHERE, everything, send, until
from inspect_pipelines.domain.action import Goto
from inspect_pipelines.domain.ids import DEFAULT_ORG, DefinitionId, PlaybookId
from inspect_pipelines.domain.plan import Overlap, Plan
from inspect_pipelines.domain.playbook import Playbook, Step
from inspect_pipelines.domain.trigger import Trigger
from inspect_pipelines.ports.house import House

SEED = 20261125
DELIVERIES, KILLS = 5_000, 20
PLAYED, PLAYED_KILLS = 40, 8
GIVE_UP_SECONDS = 900.0
SCHEDULES = """\
apiVersion: v1
kind: ScheduleConfig
triggers:
  - {id: deploys, event: deployment.completed, playbook: front, overlap: allow}
"""
PUSHES = Trigger(
    id=DefinitionId("pushes"),
    org_id=DEFAULT_ORG,
    name="Pushes",
    event="push",
    plan=Plan(
        (
            Playbook(
                PlaybookId("front"), "Front", (Step("home", "Home", (Goto("/"),)),), "http://127.0.0.1:9"
            ),
        ),
        overlap=Overlap.ALLOW,
    ),
)


def main() -> None:
    """Send, kill, check, write benchmarks/results/chaos-webhooks.json (only for the whole numbers)."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--deliveries", type=int, default=DELIVERIES)
    parser.add_argument("--kills", type=int, default=KILLS)
    parser.add_argument("--played", type=int, default=PLAYED)
    parser.add_argument("--played-kills", type=int, default=PLAYED_KILLS)
    parser.add_argument("--seed", type=int, default=SEED)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="chaos-webhooks-") as folder:
        _, books = chaos(
            Path(folder),
            seed=wanted.seed,
            deliveries=wanted.deliveries,
            kills=wanted.kills,
            effects=stored_runs,
            triggers=[PUSHES],
            say=print,
        )
    stored = {f"stored_{name}": float(count) for name, count in asdict(books).items()}
    played = play(wanted.seed, wanted.played, wanted.played_kills)
    figures = {**stored, **played}
    goals = report.goals_of(
        figures, dict.fromkeys((*stored, "played_lost", "played_doubled", "played_badly"), ("<=", 0.0))
    )
    whole = (wanted.deliveries, wanted.kills, wanted.played) == (DELIVERIES, KILLS, PLAYED)
    if whole:
        report.write("chaos-webhooks", figures, goals)
    else:
        report.show(figures, goals)


def stored_runs(receiver: Receiver) -> Counter[str]:
    """How many runs each delivery has, once its events are decided."""
    give_up_at = time.monotonic() + GIVE_UP_SECONDS
    while True:
        with receiver.house.ledger.read() as ledger:
            events = ledger.events.latest(limit=10**7)
            runs = ledger.runs.latest(limit=10**7)
        if all(event.status.value == "decided" for event in events):
            break
        assert time.monotonic() < give_up_at, "events stay undecided"
        time.sleep(0.2)
    names = {event.id: event.source_delivery_id for event in events}
    return Counter(names[run.origin.split(":")[1]] for run in runs)


def play(seed: int, deliveries: int, kills: int) -> dict[str, float]:
    """Everything up; the web process and the daemon are killed in turns while deliveries come and runs play."""
    chance = random.Random(seed)
    sendings = [number for number in range(deliveries) for _ in range(chance.randint(1, 3))]
    chance.shuffle(sendings)
    kill_at = {at: chance.choice(["web", "daemon"]) for at in chance.sample(range(len(sendings)), kills)}
    with tempfile.TemporaryDirectory(prefix="chaos-webhooks-") as folder:
        root = Path(folder)
        with everything(root, SCHEDULES) as (house, _):
            for at, number in enumerate(sendings):
                if at in kill_at:
                    _kill(house, kill_at[at])
                _until_taken(house, number)
            until(lambda: _all_ended(house, deliveries), GIVE_UP_SECONDS)
            with house.ledger.read() as ledger:
                runs = ledger.runs.latest(limit=10**6)
                events = {e.id: e.source_delivery_id for e in ledger.events.latest(limit=10**6)}
                sessions = [len(ledger.evidence.sessions(run.id)) for run in runs]
    counted = Counter(events[run.origin.split(":")[1]] for run in runs)
    return {
        "played": float(deliveries),
        "played_sent": float(len(sendings)),
        "played_kills": float(kills),
        "played_lost": float(deliveries - len(counted)),
        "played_doubled": float(sum(count > 1 for count in counted.values())),
        "played_badly": float(
            sum(run.status.value not in ("needs_review", "passed") for run in runs)
            + sum(count != 1 for count in sessions)
        ),
    }


def _kill(house: House, part: str) -> None:
    with contextlib.suppress(psutil.NoSuchProcess, KeyError):
        psutil.Process(_state(house)["pids"][part]).kill()


def _until_taken(house: House, number: int) -> None:
    """Send it until it is answered, as senders do that repeat."""
    payload = {
        "deployment_status": {"state": "success", "environment": "production"},
        "deployment": {"sha": f"{number:040x}", "ref": "main"},
        **WHERE,
    }

    def taken() -> bool:
        try:
            return send(_state(house)["web_url"], "deployment_status", payload, f"deploy-{number}") in (
                200,
                202,
            )
        except httpx.TransportError:
            return False

    until(taken)


def _state(house: House) -> dict[str, Any]:
    state: dict[str, Any] = json.loads((Path(house.home) / "run" / "up.json").read_text())
    return state


def _all_ended(house: House, count: int) -> bool:
    with house.ledger.read() as ledger:
        runs = ledger.runs.latest(limit=10**6)
    return len(runs) >= count and all(run.completed_at for run in runs)


if __name__ == "__main__":
    main()
