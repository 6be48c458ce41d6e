"""The real house over a fresh home, with a clock that the benchmark moves and a channel that it listens to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from inspect_pipelines.config.settings import Settings
from inspect_pipelines.domain.action import Goto, TakeScreenshot
from inspect_pipelines.domain.alerting import Overrides
from inspect_pipelines.domain.ids import DEFAULT_ORG, DefinitionId, PlaybookId, RunId
from inspect_pipelines.domain.notification import Notification
from inspect_pipelines.domain.plan import NotifyRule, Plan, RuleEvent
from inspect_pipelines.domain.playbook import Playbook, Step
from inspect_pipelines.domain.run import Run, RunStatus
from inspect_pipelines.domain.schedule import Schedule
from inspect_pipelines.ports.channel import Channel, Receipt
from inspect_pipelines.ports.house import House
from inspect_pipelines.ports.ledger import LedgerSession
from inspect_pipelines.wiring import house as build
from resources.clock import SystemClock


class MovedClock(SystemClock):
    """Stands still until it is moved; ids are real ones."""

    def __init__(self, at: datetime) -> None:
        super().__init__()
        self.at = at

    def now(self) -> datetime:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


class Listening:
    """Keeps what was said."""

    def __init__(self) -> None:
        self.heard: list[Notification] = []

    def send(self, notification: Notification, thread: Mapping[str, str]) -> Receipt:
        self.heard.append(notification)
        return Receipt(f"{len(self.heard)}", {"ts": f"{len(self.heard)}"})


def open_house(home: Path, channel: Channel, clock: SystemClock | None = None) -> House:
    """A house whose messages all go to this channel."""
    house = build(Settings(home=home))
    return replace(house, channels=[("*", channel)], clock=clock or house.clock)


def define(house: House, name: str, rules: Sequence[NotifyRule] = (), host: str = "shop.test") -> Schedule:
    """Store a definition that tells `#qa` of failures, or whom the rules name."""
    step = Step("look", "Look", (Goto("/"), TakeScreenshot("home")))
    playbook = Playbook(PlaybookId("tour"), "Tour", (step,), base_url=f"https://{host}")
    told = tuple(rules) or (NotifyRule(RuleEvent.ON_FAILURE, ("slack:#qa",)),)
    plan = Plan((playbook,), notify=told, alerts=Overrides())
    schedule = Schedule(DefinitionId(name), DEFAULT_ORG, name, "0 * * * *", "UTC", plan)
    with house.ledger.write() as ledger:
        ledger.definitions.save(schedule, by="user:bench", at=house.clock.now())
    return schedule


def begun(house: House, definition: Schedule, ledger: LedgerSession) -> Run:
    """A run in the hands of a worker, within a transaction."""
    now = house.clock.now()
    run = Run(
        id=RunId(house.clock.new_id()),
        org_id=DEFAULT_ORG,
        origin=f"request:{house.clock.new_id()}",
        definition_id=definition.id,
        definition_kind="schedule",
        nominal_at=now,
        requested_at=now,
        timeout_minutes=30,
    )
    ledger.runs.request(run)
    running = run.claimed(run.id, now=now)
    ledger.runs.claim(running, allow_overlap=True)
    return running


def ended(run: Run, status: RunStatus, reason: str, at: datetime) -> Run:
    return run.concluded(status, reason, now=at)
