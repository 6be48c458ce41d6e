"""The console's rooms in a browser: a schedule is made by form, its pictures are approved and rolled back, alarms and events are dealt with."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect

from journeys_commands import Project
from journeys_up import HeldSite, Up, up, write_project

SECRET = "It's a Secret to Everybody"
REFUSED = "Failed to load resource: the server responded with a status of 400 (Bad Request)"
TRIGGERS = """
triggers:
  - {id: post-merge, event: pull_request.merged, branches: [release], playbook: front, timeout_minutes: 30}
"""
ORGANIZATION = """\
apiVersion: v1
kind: OrganizationConfig
metadata: {orgId: default}
sources:
  - {id: github-acme, kind: github, secrets: "${env:WEBHOOK_SECRET}"}
"""
MERGED = {
    "action": "closed",
    "number": 7,
    "pull_request": {
        "number": 7, "merged": True, "draft": False, "title": "Round the prices", "user": {"login": "ada"},
        "html_url": "https://github.com/acme/shop/pull/7", "merge_commit_sha": "a" * 40, "base": {"ref": "main"},
        "merged_at": "2026-11-22T07:00:00Z", "updated_at": "2026-11-22T07:00:00Z", "labels": [],
        "head": {"sha": "b" * 40, "ref": "prices"}, "changed_files": 2,
    },
    "repository": {"full_name": "acme/shop"},
    "sender": {"login": "bob"},
}  # fmt: skip


def test_the_rooms_do_what_they_show(
    tmp_path: Path, site: HeldSite, page: Page, complaints: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WEBHOOK_SECRET", SECRET)
    project: Project = write_project(tmp_path, site.url, "nightly")
    schedules = tmp_path / "schedules.yaml"
    schedules.write_text(schedules.read_text() + TRIGGERS)
    (tmp_path / "organization.yaml").write_text(ORGANIZATION)
    project.does("apply", "--yes")
    with up(project) as running:
        page.goto(running.state["web_url"])
        makes_a_schedule_and_runs_it(page)
        takes_its_incident_on(page)
        approves_and_rolls_back(page)
        replays_an_event(running, page)
        makes_a_token(page)

    assert complaints == [REFUSED]  # the cron that was wrong, and nothing else


def makes_a_schedule_and_runs_it(page: Page) -> None:
    page.get_by_role("link", name="New schedule").click()
    page.get_by_label("Id (stays for ever)").fill("by-form")
    page.get_by_label("Time zone").fill("Europe/Oslo")
    page.get_by_label("Cron").fill("15 3 * * *")
    expect(page.locator("#times")).to_contain_text("03:15 CE")
    page.get_by_label("Cron").fill("99 3 * * *")
    expect(page.locator("#times")).to_contain_text("minute must be 0-59")
    page.get_by_role("button", name="Make the schedule").click()
    expect(page.get_by_role("heading", name="New schedule")).to_be_visible()
    expect(page.locator(".notice.bad")).to_contain_text("minute must be 0-59, found 99")
    page.get_by_label("Cron").fill("15 3 * * *")
    page.get_by_role("button", name="Make the schedule").click()
    expect(page.locator("h1")).to_contain_text("by-form")
    page.get_by_role("button", name="Run now").click()
    expect(page.locator("h1")).to_contain_text("Needs review")


def takes_its_incident_on(page: Page) -> None:
    page.get_by_label("Console").get_by_role("link", name="Incidents").click()
    page.get_by_role("link", name=re.compile("nothing is approved yet")).first.click()
    page.get_by_role("button", name="I look after it").click()
    expect(page.locator(".notice")).to_contain_text("looks after it")


def approves_and_rolls_back(page: Page) -> None:
    page.get_by_label("Console").get_by_role("link", name="Baselines").click()
    page.get_by_role("link", name="by-form", exact=True).click()
    page.get_by_label("Note").first.fill("the first ones")
    page.get_by_role("button", name="Approve its pictures").click()
    expect(page.locator("#history tbody tr")).to_have_count(1)
    page.get_by_text("Update from a run").click()
    page.get_by_label("Note").first.fill("once more")
    page.get_by_role("button", name="Approve its pictures").click()
    expect(page.locator("#history tbody tr")).to_have_count(2)
    page.get_by_role("button", name="Roll back to").click()
    in_use = page.locator("#history tbody tr").filter(has_text="In use")
    expect(in_use).to_contain_text("the first ones")


def replays_an_event(running: Up, page: Page) -> None:
    body = json.dumps(MERGED).encode()
    signature = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    headers = {
        "Content-Type": "application/json", "X-GitHub-Event": "pull_request", "X-GitHub-Delivery": "one",
        "X-Hub-Signature-256": f"sha256={signature}",
    }  # fmt: skip
    address = f"{running.state['web_url']}/webhooks/github/github-acme"
    assert httpx.post(address, content=body, headers=headers, trust_env=False, timeout=300).is_success
    page.get_by_label("Console").get_by_role("link", name="Events").click()
    for _ in range(60):
        if page.locator("tbody tr").filter(has_text="Decided").count():
            break
        page.wait_for_timeout(1000)
        page.reload()
    page.get_by_role("link", name="pull_request.merged").click()
    expect(page.locator("#decisions")).to_contain_text("ignored it because")
    page.get_by_role("button", name="Replay").click()
    expect(page.locator("#decisions")).to_contain_text("replay 1")


def makes_a_token(page: Page) -> None:
    page.get_by_label("Console").get_by_role("link", name="Settings").click()
    page.get_by_role("link", name="Members", exact=True).click()
    page.get_by_label("Login").fill("ada")
    page.locator("form.says").get_by_label("Role").select_option("admin")
    page.get_by_role("button", name="Add").click()
    expect(page.locator("#member-ada")).to_be_visible()
    page.get_by_role("link", name="Tokens", exact=True).click()
    page.get_by_label("What it is for").fill("deploy script")
    page.get_by_role("button", name="Make the token").click()
    expect(page.locator("#token")).to_have_text(re.compile("^insp_pat_"))
    page.get_by_role("link", name="I have it").click()
    expect(page.locator("tbody tr")).to_contain_text("deploy script")
