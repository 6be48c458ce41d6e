"""The console in a browser: a run begins, goes on and ends before one's eyes, under a policy that nothing breaks."""

from __future__ import annotations

import time
from pathlib import Path

from playwright.sync_api import Page, Route, expect

from journeys_commands import Project
from journeys_up import HeldSite, up, write_project
from patience import allowed, until

WATCHED = '{goto: /free}, {wait_for: {selector: "#later"}},'  # while it waits there is something to see


def come_late(route: Route) -> None:
    time.sleep(1)
    route.continue_()


def test_a_run_is_watched_to_its_verdict_accepted_and_run_again(
    tmp_path: Path, site: HeldSite, page: Page, complaints: list[str]
) -> None:
    project: Project = write_project(tmp_path, site.url, "nightly")
    playbook = tmp_path / "playbooks" / "front.yaml"
    playbook.write_text(playbook.read_text().replace("{goto: /},", WATCHED))
    project.does("apply", "--yes")
    # As from a busy server: the page was never told then what happens.
    for late in ("**/hx-sse*.js", "**/live*.js"):
        page.route(late, come_late)
    with up(project) as running:
        page.goto(running.state["web_url"])
        expect(page.locator("#live")).to_have_text("Live")
        row = page.locator("#schedule-nightly")
        expect(row).to_contain_text("never ran")

        asked = site.asked
        site.gate.clear()
        project.call("run", "nightly")
        expect(row).to_contain_text("Running")
        row.get_by_role("link").nth(1).click()
        until(lambda: site.asked > asked)
        expect(page.locator(".doing")).to_contain_text("playing front")
        shown = page.locator("#window img")
        expect(shown).to_be_visible()
        assert shown.evaluate("image => image.decode().then(() => image.naturalWidth)") > 100
        first = shown.get_attribute("src")
        until(lambda: shown.get_attribute("src") != first)  # and again, while nothing on the page happens
        age = float((page.locator("#window h2 .count").inner_text()).split()[0])
        assert age < allowed(1)
        site.gate.set()

        expect(page.locator("h1")).to_contain_text("Needs review")
        expect(page.locator("h1")).to_contain_text("nothing is approved yet")
        expect(page.locator("#window")).to_have_count(0)
        assert [*(project.home / "run" / "live").iterdir()] == []
        page.locator("#view-1 img").evaluate("image => image.decode()")
        page.get_by_role("button", name="Accept these pictures").click()
        expect(page.get_by_role("heading", name="Nothing waits")).to_be_visible()
        page.get_by_role("link", name="Automated runs").first.click()
        page.get_by_role("button", name="Run now").click()
        expect(page.locator("h1")).to_contain_text("1 of 1 views look as approved")
        page.get_by_role("link", name="Report").click()
        expect(page.locator("h1")).to_be_visible()

    assert complaints == []
