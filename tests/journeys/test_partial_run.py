"""A part of a plan with the real browser: its pictures are taken, and all others are as they were."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from builders import a_plan, a_schedule
from houses import a_house, apply
from inspect_pipelines.domain.action import Goto, TakeScreenshot
from inspect_pipelines.domain.comparison import Outcome
from inspect_pipelines.domain.ids import DefinitionId, PlaybookId
from inspect_pipelines.domain.playbook import Playbook, Step, Viewport
from inspect_pipelines.domain.run import Run, RunStatus
from inspect_pipelines.domain.selection import WHOLE, Selection
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.pictures.adopt import adopt
from inspect_pipelines.usecases.pictures.compare_run import compare_run
from inspect_pipelines.usecases.runs import start
from inspect_pipelines.usecases.runs.conclude import judge
from inspect_pipelines.usecases.runs.play import play_all
from inspect_pipelines.usecases.runs.start import Ticket
from loopback_site.server import Site
from resources.clock import SystemClock
from resources.gallery.folder import FolderGallery
from resources.sessions.browser.sessions import BrowserSessions

NIGHTLY = DefinitionId("nightly-shop")


def run(house: House, key: str, selection: Selection = WHOLE) -> Run:
    wish = start.request(house, NIGHTLY, {}, by="user:ada", key=key, selection=selection)
    run_id = start.admit(house, Ticket(NIGHTLY, f"d-{key}", origin=wish.origin)).run.id
    play_all(house, run_id)
    compare_run(house, run_id)
    return judge(house, run_id).report.run


def test_a_view_is_played_alone_and_the_others_are_not_run(tmp_path: Path) -> None:
    site = Site()
    steps = (
        Step("home", "Home", (Goto("/"), TakeScreenshot("home"))),
        Step("other", "Other", (Goto("/other"), TakeScreenshot("other"))),
        Step("form", "Form", (Goto("/form"), TakeScreenshot("form"))),
    )
    viewports = (Viewport("desktop", 800, 600), Viewport("phone", 390, 700))
    playbook = Playbook(PlaybookId("tour"), "Tour", steps, base_url=site.url, viewports=viewports)
    gallery, clock = FolderGallery(tmp_path / "gallery"), SystemClock()
    sessions = BrowserSessions(gallery=tmp_path / "gallery", scratch=tmp_path / "run", clock=clock)
    house = replace(a_house(tmp_path, gallery=gallery), clock=clock, sessions=sessions)
    apply(house, a_schedule(plan=a_plan(playbooks=(playbook,), allowed_hosts=("127.0.0.1",))))
    try:
        adopt(house, run(house, "whole").id, by="user:ada")
        site.requests.clear()

        part = run(house, "part", Selection(views=("other@phone",)))
    finally:
        sessions.close()
        site.close()

    assert (part.status, part.reason) == (RunStatus.PASSED, "1 of 1 views look as approved, 5 were not run")
    with house.ledger.read() as ledger:
        outcomes = {str(one.view): one.outcome for one in ledger.evidence.comparisons(part.id)}
        (session,) = ledger.evidence.sessions(part.id)
    assert [view for view, one in outcomes.items() if one is not Outcome.NOT_RUN] == ["tour/other@phone"]
    assert [(step.step_id, step.viewport) for step in session.steps] == [
        ("home", "phone"),
        ("other", "phone"),
    ]
    assert [each for each in site.requests if each in ("/", "/other", "/form")] == ["/", "/other"]
