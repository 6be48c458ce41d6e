from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from builders import ENVIRONMENT, a_finding, a_plan, a_schedule, a_screenshot, a_session, a_sha
from houses import a_house, apply
from inspect_pipelines.domain.finding import Finding, FindingKind
from inspect_pipelines.domain.ids import BaselineId, DefinitionId, RunId
from inspect_pipelines.domain.plan import BaselinePolicy
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.domain.screenshot import Screenshot
from inspect_pipelines.domain.session import SessionStatus, StepResult, StepStatus
from inspect_pipelines.domain.trigger import Trigger
from inspect_pipelines.errors import NotFound, Refused
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.pictures.adopt import adopt
from inspect_pipelines.usecases.pictures.compare_run import compare_run
from inspect_pipelines.usecases.pictures.go_back import activate, roll_back
from inspect_pipelines.usecases.runs import start
from inspect_pipelines.usecases.runs.conclude import abort, judge
from inspect_pipelines.usecases.runs.look_again import look_again
from inspect_pipelines.usecases.runs.play import play_all
from inspect_pipelines.usecases.runs.start import Ticket
from loopback_site.server import png
from resources.gallery.folder import FolderGallery


@pytest.fixture
def house(tmp_path: Path) -> House:
    house = a_house(tmp_path, gallery=FolderGallery(tmp_path / "gallery"))
    apply(house, a_schedule())
    return house


def ended(
    house: House,
    tick: int,
    *shots: Screenshot,
    definition: str = "nightly-shop",
    status: SessionStatus = SessionStatus.COMPLETED,
    compares: bool = False,  # only equal pictures and missing ones: no pixels lie behind them
) -> RunId:
    ticket = Ticket(
        DefinitionId(definition), f"d{tick}", origin=f"cron:{definition}:2026-11-{tick:02d}T07:00Z"
    )
    run_id = start.admit(house, ticket).run.id
    error = None if status is SessionStatus.COMPLETED else "step 3 broke"
    sessions = [a_session(id=f"{run_id}.1", screenshots=shots, status=status, error=error)]
    with house.ledger.write() as ledger:
        for session in sessions:
            ledger.evidence.save_session(run_id, session)
    if compares:
        compare_run(house, run_id)
    judge(house, run_id)
    return run_id


def status_of(house: House, run_id: RunId) -> RunStatus:
    with house.ledger.read() as ledger:
        return ledger.runs.find(run_id).status


def active(house: House, set_name: str = "nightly-shop") -> dict[str, str]:
    with house.ledger.read() as ledger:
        baseline = ledger.baselines.active(set_name)
    return {view.name: image.sha256[0] for view, image in baseline.images.items()} if baseline else {}


def shot(name: str, sha: str) -> Screenshot:
    return a_screenshot(name, sha256=a_sha(sha))


def test_what_a_broken_run_did_not_come_to_stays_approved_and_is_named(house: House) -> None:
    """Adopting a run whose third step broke once replaced a baseline of 8 views by its 2, without a word."""
    names = ("home", "list", "item", "cart", "form", "card", "done", "help")
    adopt(house, ended(house, 1, *(shot(name, "a") for name in names)), by="user:ada")

    done = adopt(
        house,
        ended(house, 2, shot("home", "b"), shot("list", "b"), status=SessionStatus.FAILED),
        by="user:ada",
    )

    assert active(house) == {name: "b" if name in ("home", "list") else "a" for name in names}
    assert sorted(view.name for view in done.unseen) == sorted(names[2:])


def test_a_view_that_is_gone_on_purpose_is_dropped_by_its_name_and_ends_the_incident(house: House) -> None:
    adopt(house, ended(house, 1, shot("home", "a"), shot("old", "a")), by="user:ada")
    run_id = ended(house, 2, shot("home", "a"), compares=True)

    done = adopt(house, run_id, by="user:ada", drop_glob="old@*")

    assert (done.taken, [view.name for view in done.dropped], done.unseen) == ((), ["old"], ())
    assert active(house) == {"home": "a"}
    with house.ledger.read() as ledger:
        assert ledger.reviews.of_run(run_id) == [("adopted", "user:ada", "dropped old@*")]
    assert status_of(house, ended(house, 3, shot("home", "a"), compares=True)) is RunStatus.PASSED


def test_taking_and_dropping_go_together(house: House) -> None:
    adopt(house, ended(house, 1, shot("home", "a"), shot("old", "a")), by="user:ada")

    adopt(house, ended(house, 2, shot("home", "b")), by="user:ada", view_glob="*", drop_glob="old")

    assert active(house) == {"home": "b"}


@pytest.mark.parametrize("glob", ["home", "nothing"])
def test_only_what_the_run_does_not_show_can_be_dropped(house: House, glob: str) -> None:
    adopt(house, ended(house, 1, shot("home", "a"), shot("old", "a")), by="user:ada")
    run_id = ended(house, 2, shot("home", "a"))

    with pytest.raises(NotFound, match=rf"is missing in run .* matches '{glob}'; it has: shop/old@desktop"):
        adopt(house, run_id, by="user:ada", drop_glob=glob)


def test_a_view_that_is_new_in_the_playbook_needs_review_and_is_shot_once(house: House) -> None:
    """It was called a failure, and was shot again 64 s long only to have "looked different each time"."""
    adopt(house, ended(house, 1, shot("home", "a")), by="user:ada")

    run_id = ended(house, 2, shot("home", "a"), shot("new", "b"), compares=True)

    assert status_of(house, run_id) is RunStatus.NEEDS_REVIEW
    assert look_again(house, run_id) == []
    adopt(house, run_id, by="user:ada", view_glob="new")
    assert active(house) == {"home": "a", "new": "b"}
    with house.ledger.read() as ledger:
        assert [one.is_open for one in ledger.incidents.of_run(run_id)] == [False]


def test_adopting_with_a_glob_touches_only_matching_views(house: House) -> None:
    adopt(house, ended(house, 1, shot("home", "a"), shot("cart", "a")), by="user:ada")

    adopt(house, ended(house, 2, shot("home", "b"), shot("cart", "b")), by="user:ada", view_glob="ca*")

    assert active(house) == {"home": "a", "cart": "b"}


def test_a_glob_that_matches_nothing_is_refused_with_the_views(house: House) -> None:
    run_id = ended(house, 1, shot("home", "a"))

    with pytest.raises(NotFound, match=r"no view of run .* matches 'basket'; it has: shop/home@desktop"):
        adopt(house, run_id, by="user:ada", view_glob="basket")


def test_an_open_run_cannot_be_adopted(house: House) -> None:
    ticket = Ticket(DefinitionId("nightly-shop"), "d1", origin="cron:nightly-shop:2026-11-01T07:00Z")
    run_id = start.admit(house, ticket).run.id

    with pytest.raises(Refused, match="it is still 'running'; wait for its end"):
        adopt(house, run_id, by="user:ada")


def test_a_run_that_ended_early_is_adopted_only_by_view_or_force(house: House) -> None:
    ticket = Ticket(DefinitionId("nightly-shop"), "d1", origin="cron:nightly-shop:2026-11-01T07:00Z")
    run_id = start.admit(house, ticket).run.id
    house.sessions.results = [a_session(id=f"{run_id}.1")]
    play_all(house, run_id)
    abort(house, run_id, RunStatus.CANCELLED, "a person")

    with pytest.raises(Refused, match="ended as 'cancelled', so views may be missing"):
        adopt(house, run_id, by="user:ada")
    adopt(house, run_id, by="user:ada", view_glob="home")
    adopt(house, run_id, by="user:ada", force=True)


def test_pictures_of_another_environment_need_force(house: House) -> None:
    adopt(house, ended(house, 1, shot("home", "a")), by="user:ada")
    newer = replace(ENVIRONMENT, browser="Chromium 157.0.1.0")
    run_id = ended(house, 2, replace(shot("home", "b"), environment=newer))

    with pytest.raises(
        Refused, match=r"browser 'Chromium 156.0.8078.79' became 'Chromium 157.0.1.0'.*--force"
    ):
        adopt(house, run_id, by="user:ada")
    adopt(house, run_id, by="user:ada", force=True)

    assert active(house) == {"home": "b"}


def test_a_run_in_another_environment_needs_review(house: House) -> None:
    adopt(house, ended(house, 1, shot("home", "a")), by="user:ada")
    newer = replace(ENVIRONMENT, browser="Chromium 157.0.1.0")

    run_id = ended(house, 2, replace(shot("home", "a"), environment=newer))

    with house.ledger.read() as ledger:
        assert ledger.runs.find(run_id).status is RunStatus.NEEDS_REVIEW


def test_triggers_have_baselines_and_may_share_a_schedules(house: House) -> None:
    plan = a_plan(baseline=BaselinePolicy(set="nightly-shop"))
    apply(house, Trigger(DefinitionId("deploy"), house.org_id, "Deploy", "deployment.completed", plan))
    adopt(house, ended(house, 1, shot("home", "a")), by="user:ada")

    adopt(house, ended(house, 2, shot("home", "b"), definition="deploy"), by="user:ada")

    assert active(house) == {"home": "b"}


def test_adopting_is_remembered_beside_the_run_whose_status_stays(house: House) -> None:
    run_id = ended(house, 1, shot("home", "a"))

    adopt(house, run_id, by="user:ada")

    with house.ledger.read() as ledger:
        assert ledger.reviews.of_run(run_id) == [("adopted", "user:ada", "all views")]
        assert ledger.runs.find(run_id).status is RunStatus.NEEDS_REVIEW


def test_rolling_back_uses_the_one_before_and_ends_at_the_oldest(house: House) -> None:
    adopt(house, ended(house, 1, shot("home", "a")), by="user:ada")
    house.clock.sleep(60)
    adopt(house, ended(house, 2, shot("home", "b")), by="user:ada")

    roll_back(house, "nightly-shop", by="user:ada")

    assert active(house) == {"home": "a"}
    with pytest.raises(Refused, match="its oldest baseline is already in use"):
        roll_back(house, "nightly-shop", by="user:ada")


def test_any_baseline_can_be_activated_again(house: House) -> None:
    adopt(house, ended(house, 1, shot("home", "a")), by="user:ada")
    house.clock.sleep(60)
    newer = adopt(house, ended(house, 2, shot("home", "b")), by="user:ada").baseline
    roll_back(house, "nightly-shop", by="user:ada")

    activate(house, newer.id, by="user:ada")

    assert active(house) == {"home": "b"}


def test_unknown_ids_say_where_to_look(house: House) -> None:
    with pytest.raises(NotFound, match="inspect-pipelines runs"):
        adopt(house, RunId("nope"), by="user:ada")
    with pytest.raises(NotFound, match="inspect-pipelines baselines list"):
        activate(house, BaselineId("nope"), by="user:ada")
    with pytest.raises(NotFound, match="baseline set 'nope' has no baseline"):
        roll_back(house, "nope", by="user:ada")


def test_a_damaged_picture_is_not_approved(house: House) -> None:
    """It would have been compared with by every later run, and nobody could see what it was."""
    sha = house.gallery.put(png(20, 10))
    run_id = ended(house, 1, a_screenshot("home", sha256=sha), shot("pay", "b"))
    Path(house.gallery.url(sha)).write_bytes(b"")

    with pytest.raises(Refused, match=r"cannot be adopted: of view 'shop/home@desktop' .* is damaged"):
        adopt(house, run_id, by="user:ada")
    adopt(house, run_id, by="user:ada", view_glob="pay")

    assert active(house) == {"pay": "b"}


def test_a_finding_that_was_there_when_all_was_approved_is_known_from_then_on_until_it_is_gone(
    house: House,
) -> None:
    old, gone = (
        a_finding(kind=FindingKind.PAGE_ERROR, message=said)
        for said in ("uncaught: no ad", "uncaught: no map")
    )
    shot = a_screenshot("home")

    def night(tick: int, *found: Finding) -> RunId:
        ticket = Ticket(
            DefinitionId("nightly-shop"), f"d{tick}", origin=f"cron:nightly-shop:2026-11-{tick:02d}T07:00Z"
        )
        run_id = start.admit(house, ticket).run.id
        steps = (StepResult("look", "Look", "desktop", StepStatus.PASSED, 1),)
        house.sessions.results = [a_session(screenshots=(shot,), findings=found, steps=steps)] * 3
        play_all(house, run_id)
        compare_run(house, run_id)
        judge(house, run_id)
        return run_id

    adopt(house, night(1, old, gone), by="ada")
    second = night(2, old)
    third = night(3, replace(old, message="uncaught: no price"), old)
    adopt(house, second, by="ada")
    fourth = night(4, gone)

    assert [status_of(house, each) for each in (second, third, fourth)] == [
        RunStatus.PASSED,
        RunStatus.FAILED,
        RunStatus.FAILED,
    ]
    with house.ledger.read() as ledger:
        (played,) = ledger.evidence.sessions(second)
        reasons = ledger.runs.find(third).reason
    assert [each.is_known for each in played.findings] == [True]
    assert "no price" in reasons
    assert "no ad" not in reasons


def test_approving_one_view_of_several_makes_no_finding_known(house: House) -> None:
    found = a_finding(kind=FindingKind.PAGE_ERROR, message="uncaught: no ad")
    steps = (StepResult("look", "Look", "desktop", StepStatus.PASSED, 1),)
    ticket = Ticket(DefinitionId("nightly-shop"), "d1", origin="cron:nightly-shop:2026-11-01T07:00Z")
    run_id = start.admit(house, ticket).run.id
    shots = (a_screenshot("home"), a_screenshot("cart"))
    house.sessions.results = [a_session(screenshots=shots, findings=(found,), steps=steps)] * 3
    play_all(house, run_id)
    judge(house, run_id)

    partly = adopt(house, run_id, by="ada", view_glob="home")
    wholly = adopt(house, run_id, by="ada", view_glob="cart")

    assert partly.baseline.findings == ()
    assert [one.text for one in wholly.baseline.findings] == ["uncaught: no ad"]
