"""Photograph every page of the console, by our own product, in both themes on a laptop and a phone (python docs/console_pages.py).

Over a copy of the last `make demo`'s home, to which it adds what a demo lacks: members, a token, a source with an event, an accepted environment, what was deleted.
Writes docs/console/pages/*.webp and docs/console-pages.md.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
import shutil
import subprocess
import tempfile
import time
from collections.abc import Mapping
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import httpx
from console import served
from PIL import Image

from inspect_pipelines.config.settings import Settings, child_environment
from inspect_pipelines.domain.access import RANDOM_BYTES, Role
from inspect_pipelines.domain.environment_change import AcceptedEnvironment
from inspect_pipelines.domain.event import SourceKind
from inspect_pipelines.domain.ids import DefinitionId, SourceId
from inspect_pipelines.domain.organization import Organization
from inspect_pipelines.domain.source import Source
from inspect_pipelines.examples.demo import command_line
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.events import list_events
from inspect_pipelines.usecases.access.change_members import add_member
from inspect_pipelines.usecases.access.create_token import create_token
from inspect_pipelines.usecases.definitions.create import create_definition
from inspect_pipelines.usecases.definitions.delete import delete_definition
from inspect_pipelines.wiring import house

FOLDER = Path(__file__).with_name("console") / "pages"
PAGE = Path(__file__).with_name("console-pages.md")
THEMES = ("light", "dark")
VIEWPORTS = {
    "desktop": "{name: desktop, width: 1280, height: 800}",
    "phone": "{name: phone, device: iPhone 13}",
}
TALLEST = {"desktop": 1100, "phone": 1200}  # CSS px that a picture shows; below are more rows of the same
QUALITY = 55
PATIENCE_SECONDS = 60.0
SECRET_NAME, SECRET = "DOCS_WEBHOOK_SECRET", "a secret of the pictures"
BY = "user:ada"
# What stands in docs/console-pages.md, page by page: its address and what it is.
PAGES: Mapping[str, tuple[str, str]] = {
    "home": ("/", "Automated runs"),
    "schedule": ("/schedules/nightly-shop", "A schedule"),
    "trigger": ("/triggers/deploy-check", "A trigger"),
    "new-schedule": ("/new/schedule?playbook=shop-tour", "New schedule"),
    "new-trigger": ("/new/trigger?playbook=shop-tour", "New trigger"),
    "deleted": ("/deleted", "Deleted definitions"),
    "runs": ("/runs", "Run history"),
    "run": ("/runs/{run}", "A run"),
    "compare-runs": ("/runs/{run}/compare?with={before}", "Two runs compared"),
    "review": ("/runs/{run}/review", "Review"),
    "inbox": ("/inbox", "Inbox"),
    "environments": ("/environments", "Environments"),
    "baselines": ("/baselines", "Baselines"),
    "baseline-set": ("/baselines/shop", "A set of baselines"),
    "baseline": ("/baselines/shop/{baseline}", "One baseline"),
    "compare-baselines": ("/baselines/shop/compare", "Two baselines compared"),
    "drift": ("/baselines/shop/drift?view={view}", "Drift"),
    "incidents": ("/incidents?state=any", "Incidents"),
    "incident": ("/incidents/{incident}", "An incident"),
    "events": ("/events", "Events"),
    "event": ("/events/{event}", "An event"),
    "insight": ("/insight", "Insight: pass rate"),
    "insight-durations": ("/insight?ask=durations", "Insight: durations"),
    "insight-scores": ("/insight?ask=scores", "Insight: scores beside their tolerance"),
    "settings": ("/settings", "Settings: you"),
    "members": ("/settings/members", "Settings: members"),
    "tokens": ("/settings/tokens", "Settings: tokens"),
    "channels": ("/settings/channels", "Settings: channels"),
    "sources": ("/settings/sources", "Settings: sources"),
    "limits": ("/settings/limits", "Settings: budgets and pauses"),
    "audit": ("/settings/audit", "Settings: audit"),
    "sign-in": ("/sign-in", "Sign in"),
}


def main() -> None:
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch)
        copy = root / "shown"
        shutil.copytree(Settings().absolute_home(), copy, ignore=shutil.ignore_patterns("run", "*.sock"))
        shown = Settings(home=copy)
        furnish(house(shown))
        with served(shown, **{SECRET_NAME: SECRET}) as url:
            tell_an_event(url, house(shown))
            project = root / "photographs"
            write_project(project, url, names_of(house(shown)))
            environment = child_environment(INSPECT_HOME=str(project / "home"), INSPECT_PROJECT=str(project))
            for words in (
                ("apply", "--yes"),
                *(("run", theme, "--wait", "--allow-review") for theme in THEMES),
            ):
                subprocess.run(command_line(*words), env=environment, check=words[0] == "apply")
        keep(Settings(home=project / "home"))
    write_page()


def furnish(ours: House) -> None:
    """What a demo lacks."""
    source = Source(SourceId("github-acme"), SourceKind.GITHUB, (f"${{env:{SECRET_NAME}}}",))
    with ours.ledger.write() as ledger:
        ledger.organizations.save(
            Organization(ours.org_id, name="Acme", sources=(source,)), at=ours.clock.now()
        )
    for login, role in (("ada", Role.ADMIN), ("grace", Role.REVIEWER), ("olga", Role.OPERATOR)):
        add_member(ours, login, role, by=BY)
    create_token(
        ours, "olga", name="deploy script", scopes=None, expires_at=ours.clock.now() + timedelta(days=90),
        random=secrets.token_bytes(RANDOM_BYTES), by=BY,
    )  # fmt: skip
    change = "browser 'Chromium 149.0.7812.53' became 'Chromium 150.0.7871.100'"
    accepted = AcceptedEnvironment(ours.org_id, change, BY, ours.clock.now(), "the image was updated")
    with ours.ledger.write() as ledger:
        ledger.environments.accept(accepted)
    entry = {
        "id": "weekly-checkout", "name": "Weekly checkout", "cron": "0 5 * * 1", "timezone": "Europe/Oslo",
        "playbook": "shop-tour", "variables": {"shop_url": "http://127.0.0.1:8470"},
    }  # fmt: skip
    create_definition(ours, "schedule", entry, by=BY)
    create_definition(ours, "schedule", {**entry, "id": "old-checkout", "name": "Old checkout"}, by=BY)
    name = DefinitionId("old-checkout")
    delete_definition(ours, "schedule", name, confirmed=name, if_match=None, by=BY)


def tell_an_event(url: str, ours: House) -> None:
    """A pull request that was merged, of which the trigger says why it starts nothing."""
    merged = {
        "action": "closed", "number": 7,
        "pull_request": {
            "number": 7, "merged": True, "draft": False, "title": "Round the prices", "user": {"login": "ada"},
            "html_url": "https://github.com/acme/shop/pull/7", "merge_commit_sha": "a" * 40, "base": {"ref": "main"},
            "merged_at": "2026-11-22T07:00:00Z", "updated_at": "2026-11-22T07:00:00Z", "labels": [],
            "head": {"sha": "b" * 40, "ref": "prices"}, "changed_files": 2,
        },
        "repository": {"full_name": "acme/shop"}, "sender": {"login": "grace"},
    }  # fmt: skip
    body = json.dumps(merged).encode()
    headers = {
        "Content-Type": "application/json", "X-GitHub-Event": "pull_request", "X-GitHub-Delivery": "one",
        "X-Hub-Signature-256": f"sha256={hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()}",
    }  # fmt: skip
    answer = httpx.post(f"{url}/webhooks/github/github-acme", content=body, headers=headers, trust_env=False)
    answer.raise_for_status()
    give_up_at = time.monotonic() + PATIENCE_SECONDS
    while not list_events(ours).items:
        assert time.monotonic() < give_up_at, "the event did not come"
        time.sleep(0.2)


def names_of(ours: House) -> dict[str, str]:
    """What addresses of pages name."""
    with ours.ledger.read() as ledger:
        last, before = ledger.runs.latest(limit=2)
        (active,) = [one for one in ledger.baselines.in_use() if one.set == "shop"]
        incident = ledger.incidents.latest(limit=1)[0]
        changed = next(one.view for one in ledger.evidence.comparisons(last.id) if not one.passed)
    return {
        "run": last.id,
        "before": before.id,
        "baseline": active.id,
        "incident": incident.id,
        "view": str(changed),
        "event": list_events(ours).items[0].id,
    }


def write_project(root: Path, url: str, names: Mapping[str, str]) -> None:
    """A playbook a theme: it chooses the theme as a person does, and then looks at each page."""
    (root / "playbooks").mkdir(parents=True)
    schedules = ["apiVersion: v1", "kind: ScheduleConfig", "metadata: {orgId: default}", "schedules:"]
    for theme in THEMES:
        schedules.append(
            f'  - {{id: {theme}, cron: "0 6 * * *", timezone: UTC, playbook: {theme}, timeout_minutes: 30}}'
        )
        steps = [
            {"id": "choose", "name": "Choose the theme", "actions": [
                {"goto": "/settings"},
                {"select": {"label": "Theme", "option": theme}},
                {"click": {"role": "button", "name": "Show pages so"}},
                {"wait_for": {"selector": f'html[data-theme="{theme}"]'}},
            ]},
            *(
                {"id": name, "name": title, "actions": [
                    {"goto": path.format(**names)},
                    *([{"wait_for": {"selector": "ip-diff[data-ready]"}}] if name == "review" else []),
                    {"screenshot": {"name": name, "full_page": name != "review"}},
                ]}
                for name, (path, title) in PAGES.items()
            ),
        ]  # fmt: skip
        document = {
            "apiVersion": "v1",
            "kind": "Playbook",
            "metadata": {"id": theme, "name": f"The console, {theme}"},
            "spec": {"base_url": url, "steps": steps},
        }
        text = json.dumps(document, indent=1)  # which YAML reads
        viewports = f'"viewports": [{", ".join(_as_json(one) for one in VIEWPORTS.values())}], "steps"'
        (root / f"playbooks/{theme}.yaml").write_text(text.replace('"steps"', viewports, 1), encoding="utf-8")
    (root / "schedules.yaml").write_text("\n".join(schedules) + "\n", encoding="utf-8")


def _as_json(viewport: str) -> str:
    parts = [part.split(": ") for part in viewport.strip("{}").split(", ")]
    return json.dumps({key: int(value) if value.isdigit() else value for key, value in parts})


def keep(settings: Settings) -> None:
    """Each picture at CSS size, small enough for a repository."""
    ours = house(settings)
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    with ours.ledger.read() as ledger:
        runs = ledger.runs.latest(limit=len(THEMES))
        told = ledger.evidence.sessions_of([run.id for run in runs])
    for run in runs:
        for shot in (shot for session in told[run.id] for shot in session.screenshots):
            picture = Image.open(BytesIO(ours.gallery.get(shot.sha256))).convert("RGB")
            if shot.environment.scale > 1:
                picture = picture.reduce(round(shot.environment.scale))
            picture = picture.crop((0, 0, picture.width, min(picture.height, TALLEST[shot.view.viewport])))
            name = f"{shot.view.name}-{shot.view.viewport}-{run.definition_id}.webp"
            picture.save(FOLDER / name, quality=QUALITY, method=6)


def write_page() -> None:
    lines = [
        "# Every page of the console",
        "",
        "Light and dark, on a laptop and a phone, photographed by our own product (`python docs/console_pages.py` after `make demo`). What each is for says",
        "[the console](console.md); how they are used, [a morning with the console](morning.md).",
        "",
    ]
    for name, (path, title) in PAGES.items():
        address = re.sub(r"\{(\w+)\}", lambda found: found[1].upper(), path.partition("?")[0])
        lines += [f"## {title}", "", f"`{address}`", ""]
        for viewport, width in (("desktop", 440), ("phone", 180)):
            for theme in THEMES:
                where = f"console/pages/{name}-{viewport}-{theme}.webp"
                lines.append(f'<img src="{where}" width="{width}" alt="{title}, {viewport}, {theme}">')
        lines.append("")
    PAGE.write_text("\n".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
