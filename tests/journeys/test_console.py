"""The console in a browser: a run begins, goes on and ends before one's eyes, under a policy that nothing breaks."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page, expect

from journeys_commands import Project
from journeys_up import HeldSite, up, write_project
from patience import until


def test_a_run_is_watched_to_its_verdict_accepted_and_run_again(
    tmp_path: Path, site: HeldSite, page: Page, complaints: list[str]
) -> None:
    project: Project = write_project(tmp_path, site.url, "nightly")
    project.call("apply", "--yes")
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
        site.gate.set()

        expect(page.locator("h1")).to_contain_text("Needs review")
        expect(page.locator("h1")).to_contain_text("nothing is approved yet")
        page.locator("#view-1 img").evaluate("image => image.decode()")
        page.get_by_role("button", name="Accept these pictures").click()
        expect(page.get_by_role("heading", name="Nothing waits")).to_be_visible()
        page.get_by_role("link", name="Automated runs").first.click()
        page.get_by_role("button", name="Run now").click()
        expect(page.locator("h1")).to_contain_text("1 of 1 views look as approved")
        page.get_by_role("link", name="Report").click()
        expect(page.locator("h1")).to_be_visible()

    assert complaints == []
