"""A watch: a schedule in the ledger that observes, tells nobody, and after five runs says what to mask and how strict to be."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from builders import a_plan, a_schedule, a_screenshot, a_session
from galleries import MemoryGallery
from houses import a_house, apply
from inspect_pipelines.domain.action import Goto, TakeScreenshot
from inspect_pipelines.domain.box import Box
from inspect_pipelines.domain.crawl import Banner
from inspect_pipelines.domain.ids import DefinitionId
from inspect_pipelines.domain.playbook import DESKTOP, Playbook, Viewport
from inspect_pipelines.domain.revision import ManagedBy
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.domain.session import SessionResult
from inspect_pipelines.errors import NotFound, Refused, UsageError
from inspect_pipelines.imaging.drawing import encode
from inspect_pipelines.ports.house import House
from inspect_pipelines.stored.serial import dump_json
from inspect_pipelines.usecases.definitions.propose import Route, playbook_of
from inspect_pipelines.usecases.definitions.watch import (
    begin_watch,
    cron_of,
    find_watch,
    observed,
    proposal,
    watches,
)
from inspect_pipelines.usecases.pictures.compare_run import compare_run
from inspect_pipelines.usecases.runs import start
from inspect_pipelines.usecases.runs.conclude import judge
from inspect_pipelines.usecases.runs.look_again import look_again
from inspect_pipelines.usecases.runs.play import play_all

WATCH = DefinitionId("watch-shop")
SITE = "http://shop.test"


def a_watched_playbook() -> Playbook:
    routes = [Route("home", "home", f"{SITE}/"), Route("about", "about", f"{SITE}/about")]
    phone = Viewport("phone", 390, 800)
    return playbook_of(WATCH, routes, [Banner("#bar", "Reject", "button")], phone=phone)


@pytest.fixture
def house(tmp_path: Path) -> House:
    house = a_house(tmp_path, gallery=MemoryGallery())
    begin_watch(house, a_watched_playbook(), host="shop.test", cron=cron_of(6 * 3600), by="user:ada")
    return house


def look(house: House, number: int) -> SessionResult:
    """Both pages on both viewports; a counter on the first is another one each time."""
    shots = []
    for name in ("home", "about"):
        for viewport in (DESKTOP.name, "phone"):
            picture = np.full((300, 400, 3), 255, np.uint8)
            picture[20:60, 20:300] = 60
            if name == "home":
                picture[100:140, 40 : 120 + number % 7 * 20] = (10, 10, 60 + number % 5 * 40)
            made = a_screenshot(name, sha256=house.gallery.put(encode(picture)), width=400, height=300)
            shots.append(
                replace(
                    made,
                    view=replace(made.view, playbook=WATCH, viewport=viewport),
                    route=f"/{name}",
                    url=f"{SITE}/{name}",
                    elements=(("b", Box(30, 90, 300, 60)),),
                    texts=("",),
                    selectors=("b.visitor",),
                )
            )
    return a_session(playbook=WATCH, screenshots=tuple(shots))


def observe(house: House, number: int):
    wanted = start.request(house, WATCH, {}, by="user:ada", key=f"k{number}")
    house.sessions.results = [look(house, number), look(house, number + 3)]
    start.admit(house, start.Ticket(WATCH, f"d{number}", origin=wanted.origin))
    play_all(house, wanted.id)
    look_again(house, wanted.id)
    compare_run(house, wanted.id)
    return judge(house, wanted.id).report


def test_a_watch_is_a_schedule_of_nobodys_files_that_observes(house: House) -> None:
    ((watch, runs),) = watches(house)

    with house.ledger.read() as ledger:
        assert ledger.revisions.standing()[WATCH].managed_by is ManagedBy.API
        assert ledger.organizations.applied_at() is not None, "what is not applied is not published"
    assert (watch.id, watch.cron, watch.plan.observe, runs) == (WATCH, "0 */6 * * *", True, 0)
    assert find_watch(house, SITE + "/") == find_watch(house, "watch-shop") == watch
    with pytest.raises(NotFound, match="watched: watch-shop"):
        find_watch(house, "http://other.test")
    with pytest.raises(Refused, match="is watched or scheduled already"):
        begin_watch(house, a_watched_playbook(), host="shop.test", cron="0 6 * * *", by="user:ada")


def test_applying_a_projects_files_leaves_a_watch_as_it_is(house: House) -> None:
    ((before, _),) = watches(house)

    apply(house, a_schedule(plan=a_plan()))

    ((after, _),) = watches(house)
    assert after == before


def test_five_runs_that_told_nobody_say_what_to_mask_and_how_strict_to_be(house: House) -> None:
    with pytest.raises(Refused, match="observed 0 times, and 5 are needed"):
        observed(house, find_watch(house, WATCH))

    reports = [observe(house, number) for number in range(1, 7)]

    with house.ledger.read() as ledger:
        assert ledger.incidents.latest(limit=9) == []
        assert all(ledger.review_queue.find(report.run.id) is None for report in reports)
    assert {report.run.status for report in reports} == {RunStatus.PASSED}
    assert reports[-1].run.reason.startswith("observed, and told to nobody: ")
    found = observed(house, find_watch(house, WATCH))
    assert found.masks == {"home": {"b.visitor": None}}
    assert set(found.tolerances) == {"about"}
    assert found.tolerances["about"] == 0.005


def test_what_is_proposed_is_played_with_its_masks_and_tolerances_and_says_both(house: House) -> None:
    for number in range(1, 7):
        observe(house, number)
    played: list[Playbook] = []

    class Plays:
        def play(self, request, **_: object) -> SessionResult:
            dump_json(request)  # it goes to a worker as text
            played.append(request.playbook)
            return look(house, 1)

        def close(self) -> None:
            pass

    draft, is_quiet = proposal(house, find_watch(house, WATCH), Plays(), house.gallery, "shop")

    shots = [one for one in played[0].actions() if isinstance(one, TakeScreenshot)]
    assert [(one.name, one.mask, one.tolerance) for one in shots] == [
        ("home", ("b.visitor",), None),
        ("about", (), 0.005),
    ]
    assert [one.url for one in played[0].actions() if isinstance(one, Goto)] == [f"{SITE}/", f"{SITE}/about"]
    assert is_quiet
    assert "screenshot: {name: home, mask: [b.visitor]}" in draft.text()
    assert "screenshot: {name: about, tolerance: 0.005}" in draft.text()
    assert "dismiss: " in draft.text()


@pytest.mark.parametrize(
    ("seconds", "cron"),
    [(900, "*/15 * * * *"), (3600, "0 */1 * * *"), (21600, "0 */6 * * *"), (86400, "0 6 * * *")],
)
def test_an_interval_becomes_a_cron(seconds: float, cron: str) -> None:
    assert cron_of(seconds) == cron


@pytest.mark.parametrize("seconds", [0, 30, 420, 5400, 25200, 172800])
def test_an_interval_that_no_cron_says_evenly_is_refused(seconds: float) -> None:
    with pytest.raises(UsageError, match="write a divider"):
        cron_of(seconds)
