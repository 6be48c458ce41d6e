"""Runs of a part of a plan: what nobody looked at is `not_run`, and nothing is said about it, by anybody."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from builders import NOW, a_finding, a_plan, a_schedule, a_screenshot
from galleries import MemoryGallery
from houses import a_house, apply
from inspect_pipelines.domain.action import Goto, TakeScreenshot
from inspect_pipelines.domain.baseline import photographed
from inspect_pipelines.domain.cause import CauseKind
from inspect_pipelines.domain.comparison import Outcome
from inspect_pipelines.domain.ids import DefinitionId, PlaybookId
from inspect_pipelines.domain.plan import BaselinePolicy
from inspect_pipelines.domain.playbook import Playbook, Step, Viewport
from inspect_pipelines.domain.run import Run, RunStatus
from inspect_pipelines.domain.screenshot import View
from inspect_pipelines.domain.selection import WHOLE, Selection, attempted, parts_of
from inspect_pipelines.domain.session import SessionResult, SessionStatus
from inspect_pipelines.errors import Refused, UsageError
from inspect_pipelines.facts.run import run_facts
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.badge import badge_of
from inspect_pipelines.queries.report import model
from inspect_pipelines.queries.runs import list_runs
from inspect_pipelines.usecases.pictures.adopt import adopt
from inspect_pipelines.usecases.pictures.compare_run import compare_run
from inspect_pipelines.usecases.runs import start
from inspect_pipelines.usecases.runs.conclude import judge
from inspect_pipelines.usecases.runs.play import play_all
from inspect_pipelines.usecases.runs.retry import retry
from inspect_pipelines.usecases.runs.start import Ticket
from loopback_site.server import png

NIGHTLY = DefinitionId("nightly-shop")
VIEWPORTS = (Viewport("desktop", 1280, 800), Viewport("phone", 390, 800))


def a_book(name: str, *pictures: str) -> Playbook:
    steps = tuple(Step(each, each, (Goto("/"), TakeScreenshot(each))) for each in pictures)
    return Playbook(PlaybookId(name), name, steps, viewports=VIEWPORTS)


BOOKS = (a_book("shop", "home", "cart", "pay"), a_book("blog", "news", "post"))


@cache
def picture(grey: int) -> bytes:
    return png(64, 64, grey)


def usual(view: View) -> int:
    """A shade of its own for each view: equal pictures of different pages are taken for a login that was lost."""
    return 20 + 15 * sorted(photographed(BOOKS)).index(view)


class ShownSite:
    """Plays what it is asked for: every picture of the request, in the shade that a view has."""

    def __init__(self, gallery: MemoryGallery) -> None:
        self.gallery = gallery
        self.shades: dict[View, int] = {}  # where it is otherwise than usual
        self.lost: set[View] = set()

    def play(self, request, *, deadline, cancelled=None, told=None) -> SessionResult:
        views = [view for view in photographed([request.playbook]) if view not in self.lost]
        shots = tuple(
            a_screenshot(
                view.name,
                view=view,
                sha256=self.gallery.put(picture(self.shades.get(view, usual(view)))),
                width=64,
                height=64,
            )
            for view in views
        )
        return SessionResult(
            request.id, request.playbook.id, SessionStatus.COMPLETED, NOW, NOW, screenshots=shots
        )

    def are_elsewhere(self, playbook: Playbook) -> bool:
        return False

    def close(self) -> None:
        """There is nothing to end."""


class Watched:
    """A house with one schedule of two playbooks, ten views in all."""

    def __init__(self, home: Path, **policy: object) -> None:
        gallery = MemoryGallery()
        self.site = ShownSite(gallery)
        self.house: House = replace(a_house(home, gallery=gallery), sessions=self.site)
        apply(self.house, a_schedule(plan=a_plan(playbooks=BOOKS, baseline=BaselinePolicy(**policy))))
        self._count = 0

    def run(self, selection: Selection = WHOLE) -> Run:
        self._count += 1
        wish = start.request(
            self.house, NIGHTLY, {}, by="user:ada", key=f"k{self._count}", selection=selection
        )
        return self.play(wish)

    def play(self, wish: Run) -> Run:
        run_id = start.admit(self.house, Ticket(NIGHTLY, f"d-{wish.id}", origin=wish.origin)).run.id
        play_all(self.house, run_id)
        compare_run(self.house, run_id)
        return judge(self.house, run_id).report.run

    def outcomes(self, run: Run) -> dict[str, Outcome]:
        with self.house.ledger.read() as ledger:
            return {str(one.view): one.outcome for one in ledger.evidence.comparisons(run.id)}

    def incidents(self) -> list[tuple[str, bool]]:
        with self.house.ledger.read() as ledger:
            found = ledger.incidents.latest()
        return [(one.kind.value, one.is_open) for one in found if one.kind is not CauseKind.REVIEW]

    def approved(self) -> set[str]:
        with self.house.ledger.read() as ledger:
            active = ledger.baselines.active(NIGHTLY)
            return {str(view) for view in active.images} if active else set()


@pytest.fixture
def watched(tmp_path: Path) -> Watched:
    found = Watched(tmp_path)
    adopt(found.house, found.run().id, by="user:ada")
    return found


def some(*words: str) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(words), unique=True, max_size=2).map(tuple)


SELECTIONS = st.builds(
    Selection,
    views=some("home", "cart@phone", "blog/news", "blog/post@desktop"),
    steps=some("home", "pay", "news"),
    viewports=some("desktop", "phone"),
    playbooks=some("shop", "blog"),
).filter(lambda one: not one.is_whole and bool(parts_of(BOOKS, one)) and bool(attempted(BOOKS, one)))


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(selection=SELECTIONS)
def test_no_filtered_run_ever_calls_a_view_removed(watched, selection):
    run = watched.run(selection)

    outcomes = watched.outcomes(run)
    looked_at = {str(view) for view in attempted(BOOKS, selection)}
    assert run.status is RunStatus.PASSED, run.reason
    assert {*outcomes} == watched.approved()
    assert {view for view, one in outcomes.items() if one is Outcome.UNCHANGED} == looked_at
    assert {*outcomes.values()} <= {Outcome.UNCHANGED, Outcome.NOT_RUN}


def test_a_view_that_was_looked_for_and_is_gone_is_removed_all_the_same(watched):
    watched.site.lost = {View("shop", "cart", "phone")}

    run = watched.run(Selection(steps=("cart",)))

    assert run.status is RunStatus.FAILED
    assert watched.outcomes(run)["shop/cart@phone"] is Outcome.REMOVED
    assert watched.outcomes(run)["shop/pay@phone"] is Outcome.NOT_RUN


def test_what_was_not_run_is_told_by_the_reason_the_report_the_list_and_the_history(watched):
    run = watched.run(Selection(views=("home@phone",)))

    assert run.reason == "1 of 1 views look as approved, 9 were not run"
    (first, *_) = list_runs(watched.house).items
    assert first.selection == "--view home@phone"
    with watched.house.ledger.read() as ledger:
        comparisons, sessions = ledger.evidence.comparisons(run.id), ledger.evidence.sessions(run.id)
    facts = run_facts(
        run, None, sessions, comparisons, judge(watched.house, run.id).report.verdict, baseline_id=None,
        report_path="",
    )  # fmt: skip
    row = facts["run"]
    assert (row["selection"], row["views_count"], row["views_not_run"], row["views_failed"]) == (
        "--view home@phone", 1, 9, 0,
    )  # fmt: skip
    unseen = next(one for one in facts["comparisons"] if one["name"] == "post")
    assert (unseen["outcome"], unseen["passed"], unseen["score"]) == ("not_run", None, None)
    page = model(judge(watched.house, run.id).report)
    assert page.headline == "The one view looks as approved; 9 were not run."
    assert [str(card.view) for card in page.quiet] == ["shop/home@phone"]
    assert len(page.not_run) == 9
    assert page.attention == ()


def test_a_part_becomes_no_whole_baseline_and_single_views_of_it_may(watched):
    watched.site.shades = {View("shop", "home", "phone"): 200, View("shop", "cart", "phone"): 200}
    run = watched.run(Selection(viewports=("phone",), playbooks=("shop",)))
    assert run.status is RunStatus.FAILED

    for force in (False, True):
        with pytest.raises(Refused, match="asked for --playbook shop --viewport phone only"):
            adopt(watched.house, run.id, by="user:ada", force=force)
    done = adopt(watched.house, run.id, by="user:ada", view_glob="home@phone")

    assert [str(view) for view in done.taken] == ["shop/home@phone"]
    assert done.unseen == ()
    assert len(watched.approved()) == 10
    assert (
        watched.outcomes(watched.run(Selection(views=("home@phone",))))["shop/home@phone"]
        is Outcome.UNCHANGED
    )


def test_a_part_is_adopted_by_no_policy(tmp_path):
    watched = Watched(tmp_path, first_run="adopt", update_on_success=True)

    part = watched.run(Selection(views=("home",)))

    assert (part.status, watched.approved()) == (RunStatus.NEEDS_REVIEW, set())
    assert watched.run().status is RunStatus.PASSED
    assert len(watched.approved()) == 10


def test_a_part_ends_incidents_of_what_it_has_looked_at_and_no_other(watched):
    watched.site.shades = {View("shop", "home", "phone"): 200}
    assert watched.run().status is RunStatus.FAILED
    watched.site.shades = {}

    watched.run(Selection(viewports=("desktop",)))
    assert watched.incidents() == [("visual", True)]
    watched.run(Selection(views=("home@phone",)))
    assert watched.incidents() == [("visual", False)]


def test_a_part_ends_no_incident_of_a_finding(watched, monkeypatch):
    play = watched.site.play

    def broken(request, **kept):
        return replace(play(request, **kept), findings=(a_finding(),))

    monkeypatch.setattr(watched.site, "play", broken)
    assert watched.run().status is RunStatus.FAILED
    monkeypatch.setattr(watched.site, "play", play)

    watched.run(Selection(playbooks=("shop",)))
    assert watched.incidents() == [("finding", True)]
    watched.run()
    assert watched.incidents() == [("finding", False)]


def test_a_part_is_neither_the_badge_nor_the_last_good_run(watched):
    whole = watched.run()
    watched.site.shades = {View("shop", "home", "phone"): 200}
    watched.run(Selection(views=("home@phone",)))

    badge = badge_of(watched.house, "schedule", NIGHTLY)
    with watched.house.ledger.read() as ledger:
        last = ledger.runs.latest(definition_id=NIGHTLY, limit=1, only_whole=True)

    assert badge is not None
    assert badge.says == "passing"
    assert [one.id for one in last] == [whole.id]


def test_a_part_leaves_the_review_of_a_whole_run_waiting(watched):
    watched.site.shades = {View("shop", "home", "phone"): 200}
    whole = watched.run()

    watched.run(Selection(viewports=("desktop",)))

    with watched.house.ledger.read() as ledger:
        assert [one.run_id for one in ledger.review_queue.waiting_in(NIGHTLY)] == [whole.id]


def test_a_retry_plays_the_same_part(watched):
    part = watched.run(Selection(views=("blog/news",)))

    again = watched.play(retry(watched.house, part.id, by="user:ada"))

    assert again.selection == part.selection
    assert again.reason == "2 of 2 views look as approved, 8 were not run"


def test_a_selection_that_names_nothing_is_refused_before_anything_is_stored(watched):
    before = len(list_runs(watched.house).items)

    with pytest.raises(UsageError, match=r"--view 'hme' names no view of this; there is 'home', 'cart'"):
        watched.run(Selection(views=("hme",)))

    assert len(list_runs(watched.house).items) == before
