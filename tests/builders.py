"""Small builders: a value that is right in every respect but the one a test is about."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from inspect_pipelines.domain.action import Goto, TakeScreenshot
from inspect_pipelines.domain.baseline import Baseline, BaselineImage
from inspect_pipelines.domain.event import Delivery, Event, SourceKind
from inspect_pipelines.domain.finding import Finding, FindingKind, Severity
from inspect_pipelines.domain.ids import (
    DEFAULT_ORG,
    BaselineId,
    DefinitionId,
    EventId,
    PlaybookId,
    RunId,
    Sha256,
    SourceId,
)
from inspect_pipelines.domain.plan import Overlap, Plan
from inspect_pipelines.domain.playbook import Playbook, Step
from inspect_pipelines.domain.presence import Presence
from inspect_pipelines.domain.run import Run, cron_origin
from inspect_pipelines.domain.schedule import Schedule
from inspect_pipelines.domain.screenshot import Environment, Screenshot, View
from inspect_pipelines.domain.session import SessionResult, SessionStatus
from inspect_pipelines.domain.source import Source
from inspect_pipelines.domain.trigger import Trigger

NOW = datetime(2026, 11, 22, 7, 0, tzinfo=UTC)
ENVIRONMENT = Environment("Chromium 156.0.8078.79", "Debian GNU/Linux 12 x86_64", "0123456789abcdef")


def a_sha(seed: str = "a") -> Sha256:
    return Sha256((seed * 64)[:64])


def a_view(name: str = "home", *, playbook: str = "shop", viewport: str = "desktop") -> View:
    return View(playbook, name, viewport)


def a_screenshot(name: str = "home", **changes: Any) -> Screenshot:
    values: dict[str, Any] = {
        "view": a_view(name),
        "sha256": a_sha(),
        "width": 1280,
        "height": 800,
        "environment": ENVIRONMENT,
        "taken_at": NOW,
        "url": f"http://shop.test/{name}",
        "route": f"/{name}",
        "step_id": "look",
    }
    return Screenshot(**(values | changes))


def a_finding(**changes: Any) -> Finding:
    values: dict[str, Any] = {
        "kind": FindingKind.EXPECTATION,
        "severity": Severity.ERROR,
        "message": "expected text 'Thank you', found 'Sorry'",
        "playbook": "shop",
        "step_id": "pay",
        "viewport": "desktop",
        "route": "/pay",
    }
    return Finding(**(values | changes))


def a_playbook(**changes: Any) -> Playbook:
    values: dict[str, Any] = {
        "id": PlaybookId("shop"),
        "name": "Shop",
        "steps": (Step("look", "Look", (Goto("/"), TakeScreenshot("home"))),),
        "base_url": "http://shop.test",
    }
    return Playbook(**(values | changes))


def a_plan(**changes: Any) -> Plan:
    return Plan(**({"playbooks": (a_playbook(),)} | changes))


def a_schedule(definition_id: str = "nightly-shop", **changes: Any) -> Schedule:
    values: dict[str, Any] = {
        "id": DefinitionId(definition_id),
        "org_id": DEFAULT_ORG,
        "name": "Nightly shop",
        "cron": "0 2 * * *",
        "timezone": "America/New_York",
        "plan": a_plan(),
    }
    return Schedule(**(values | changes))


def a_trigger(definition_id: str = "post-merge", **changes: Any) -> Trigger:
    values: dict[str, Any] = {
        "id": DefinitionId(definition_id),
        "org_id": DEFAULT_ORG,
        "name": "Post-merge smoke test",
        "event": "pull_request.merged",
        "plan": a_plan(overlap=Overlap.BUFFER_ONE),
    }
    return Trigger(**(values | changes))


def a_merge(serial: int = 1, **changes: Any) -> Event:
    values: dict[str, Any] = {
        "id": EventId(f"01900000-0000-7000-9000-{serial:012d}"),
        "org_id": DEFAULT_ORG,
        "source_id": SourceId("github-acme"),
        "source_kind": SourceKind.GITHUB,
        "source_delivery_id": f"delivery-{serial}",
        "type": "pull_request.merged",
        "received_at": NOW + timedelta(seconds=serial),
        "event_time": NOW + timedelta(seconds=serial),
        "repo": "acme/shop",
        "branch": "main",
        "sha": f"{serial:040x}",
        "actor": "ada",
        "author": "ada",
        "number": serial,
        "title": "Round the prices",
        "url": f"https://github.com/acme/shop/pull/{serial}",
        "paths": ("src/price.py",),
    }
    return Event(**(values | changes))


def a_run(number: int = 1, **changes: Any) -> Run:
    definition_id = DefinitionId("nightly-shop")
    nominal_at = NOW + timedelta(minutes=number)
    values: dict[str, Any] = {
        "id": RunId(f"01900000-0000-7000-8000-{number:012d}"),
        "org_id": DEFAULT_ORG,
        "origin": cron_origin(definition_id, nominal_at),
        "definition_id": definition_id,
        "definition_kind": "schedule",
        "nominal_at": nominal_at,
        "requested_at": nominal_at,
        "timeout_minutes": 30,
    }
    return Run(**(values | changes))


def a_session(**changes: Any) -> SessionResult:
    values: dict[str, Any] = {
        "id": "01900000-0000-7000-8000-00000000aaaa",
        "playbook": "shop",
        "status": SessionStatus.COMPLETED,
        "started_at": NOW,
        "completed_at": NOW + timedelta(seconds=3),
        "screenshots": (a_screenshot(),),
        "environment": ENVIRONMENT,
    }
    return SessionResult(**(values | changes))


def a_baseline(*, views: tuple[str, ...] = ("home",), **changes: Any) -> Baseline:
    images = {
        a_view(name): BaselineImage(
            a_sha(), 1280, 800, ENVIRONMENT, RunId("01900000-0000-7000-8000-000000000001")
        )
        for name in views
    }
    values: dict[str, Any] = {
        "id": BaselineId("01900000-0000-7000-8000-00000000bbbb"),
        "org_id": DEFAULT_ORG,
        "set": "nightly-shop",
        "images": images,
        "created_at": NOW,
        "created_by": "user:ada",
        "source_run_id": RunId("01900000-0000-7000-8000-000000000001"),
    }
    return Baseline(**(values | changes))


def a_source(**changes: Any) -> Source:
    values: dict[str, Any] = {
        "id": SourceId("github-acme"),
        "kind": SourceKind.GITHUB,
        "secrets": ("${env:GITHUB_SECRET}",),
    }
    return Source(**(values | changes))


def a_delivery(number: int = 1, **changes: Any) -> Delivery:
    values: dict[str, Any] = {
        "id": EventId(f"01900000-0000-7000-8000-{number:012d}"),
        "org_id": DEFAULT_ORG,
        "source_id": SourceId("github-acme"),
        "source_kind": SourceKind.GITHUB,
        "source_delivery_id": f"72d3162e-cc78-11e3-81ab-{number:012d}",
        "kind": "ping",
        "body": b'{"zen": "Keep it logically awesome."}',
        "received_at": NOW + timedelta(seconds=number),
    }
    return Delivery(**(values | changes))


def an_event(number: int = 1, /, **changes: Any) -> Event:
    values: dict[str, Any] = {
        "id": EventId(f"01900000-0000-7000-8000-{number:012d}"),
        "org_id": DEFAULT_ORG,
        "source_id": SourceId("github-acme"),
        "source_kind": SourceKind.GITHUB,
        "source_delivery_id": f"72d3162e-cc78-11e3-81ab-{number:012d}",
        "type": "pull_request.merged",
        "received_at": NOW + timedelta(seconds=number),
        "repo": "acme/shop",
        "branch": "main",
        "sha": "9049f1265b7d61be4a8904a9a27120d2064dab3b",
        "number": 17,
        "title": "Sell chairs",
        "labels": ("qa", "shop"),
        "data": {"action": "closed", "merged": True},
    }
    return Event(**(values | changes))


def a_presence(**changes: Any) -> Presence:
    """An `up` that plays what is asked of it."""
    said = Presence(
        host="a",
        part="up",
        place="/home",
        version="1.4.0",
        code="c0de",
        revision="0049",
        python="3.11.2",
        dagster="1.13.27",
        browser="Chromium 140.0.1.2",
        fonts="f0f0",
        zone="UTC",
        plays=True,
        rows_behind=3,
    )
    return replace(said, **changes)
