"""Branches: their own approved pictures over the target's, promoted once the target shows the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from builders import a_merge, a_plan, a_schedule, a_view
from houses import a_house, apply
from inspect_pipelines.domain.access import LOCAL
from inspect_pipelines.domain.baseline import Baseline
from inspect_pipelines.domain.layer import PROMOTION
from inspect_pipelines.domain.plan import BaselinePolicy
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.domain.said import DecisionKind
from inspect_pipelines.domain.wish import Wish
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.pictures.adopt import adopt
from inspect_pipelines.usecases.pictures.close_layers import close_layers, expire_layers
from inspect_pipelines.usecases.pictures.decide import decide
from inspect_pipelines.usecases.pictures.go_back import activate, roll_back
from inspect_pipelines.usecases.pictures.reject import reject
from loopback_site.server import png
from resources.gallery.folder import FolderGallery
from watched_site import ADA, Site, watched

MIA, BOB = "user:mia", "user:bob"
PAY, OTHER = {"head_branch": "feature/pay"}, {"head_branch": "fix"}
LAYER = "nightly-shop@feature~pay"
PASSED, FAILED, NEEDS_REVIEW = RunStatus.PASSED, RunStatus.FAILED, RunStatus.NEEDS_REVIEW


@pytest.fixture
def house(tmp_path: Path) -> House:
    return a_house(tmp_path, gallery=FolderGallery(tmp_path / "gallery"))


@pytest.fixture
def site(house: House) -> Site:
    return watched(house, "nightly-shop")


def in_use(house: House, name: str = "nightly-shop") -> dict[str, str]:
    with house.ledger.read() as ledger:
        found = ledger.baselines.active(name)
    return {view.name: one.sha256 for view, one in found.images.items()} if found else {}


def newest(house: House) -> Baseline:
    with house.ledger.read() as ledger:
        return ledger.baselines.all("nightly-shop")[0]


def grey(house: House, shade: int) -> str:
    return house.gallery.put(png(64, 64, shade))


def test_a_branch_is_compared_with_its_own_picture_over_the_targets(house: House, site: Site) -> None:
    assert site.look(140, variables=PAY).status is FAILED

    adopt(house, site.look(140, variables=PAY).id, by=MIA)

    assert site.look(140, variables=PAY).status is PASSED
    assert site.look(140, 30, variables=PAY).status is FAILED, "of the cart the target's picture counts"
    assert site.look(140, variables=OTHER).status is FAILED, "another branch has not approved it"
    assert in_use(house) == {"home": grey(house, 90), "cart": grey(house, 90)}, "the target is as it was"
    assert in_use(house, LAYER) == {"home": grey(house, 140)}, "only what is its own"


def test_what_was_approved_on_a_branch_is_promoted_when_the_target_shows_it(house: House, site: Site) -> None:
    adopt(house, site.look(140, variables=PAY).id, by=MIA)

    merged = site.look(140)

    assert merged.status is PASSED
    assert "approved on feature/pay by mia, promoted" in merged.reason
    assert site.reviews(merged) == [
        ("accepted", "automatic", "1 view as approved on feature/pay by mia, promoted")
    ]
    assert in_use(house)["home"] == grey(house, 140)
    assert newest(house).created_by == PROMOTION
    assert newest(house).notes == "shop/home@desktop approved on feature/pay by mia, promoted"
    with house.ledger.read() as ledger:
        told = [one for one in ledger.audit.latest() if one[2] == "baseline.promoted"]
    assert [(who, what) for _, who, _, what, _ in told] == [("service:runs", newest(house).id)]
    assert f"of run {merged.id}: shop/home@desktop approved on feature/pay by mia, promoted" in told[0][4]
    assert in_use(house, LAYER) == {}, "it is the target's now"
    assert site.look(140, variables=PAY).status is PASSED
    assert site.look(90).status is FAILED


def test_nothing_is_promoted_that_the_target_shows_otherwise_or_nobody_approved(
    house: House, site: Site
) -> None:
    site.look(140, variables=OTHER)  # seen, and approved by nobody
    adopt(house, site.look(200, variables=PAY).id, by=MIA)

    assert site.look(140).status is FAILED
    assert in_use(house)["home"] == grey(house, 90)

    assert site.look(199).status is PASSED, "beside the approved picture it passes"
    assert in_use(house)["home"] == grey(house, 200), "the picture that somebody approved"


def test_a_defect_that_somebody_rejected_on_the_target_is_not_promoted(house: House, site: Site) -> None:
    adopt(house, site.look(140, variables=PAY).id, by=MIA)
    with house.ledger.write() as ledger:  # as long as nobody approved it, the target may show it
        layer = ledger.baselines.active(LAYER)
        ledger.baselines.add(replace(layer, id=house.clock.new_id(), images={}))
    reject(house, site.look(140).id, by=BOB, note="ticket 7")
    activate(house, layer.id, by=MIA)

    assert site.look(140).status is FAILED
    assert in_use(house)["home"] == grey(house, 90)


def test_of_two_branches_the_one_whose_picture_the_target_shows_wins(house: House, site: Site) -> None:
    adopt(house, site.look(140, variables=PAY).id, by=MIA)
    adopt(house, site.look(200, variables=OTHER).id, by=BOB)

    site.look(200)

    assert in_use(house)["home"] == grey(house, 200)
    assert site.look(140, variables=PAY).status is FAILED, "it is compared with the new target now"
    adopt(house, site.look(140, variables=PAY).id, by=MIA)
    assert "approved on feature/pay by mia" in site.look(140).reason


def test_a_persons_word_on_the_target_ends_what_branches_had_approved_of_that_view(
    house: House, site: Site
) -> None:
    adopt(house, site.look(140, 30, variables=PAY).id, by=MIA)

    adopt(house, site.look(200).id, by=ADA)
    assert in_use(house, LAYER) == {"cart": grey(house, 30)}

    roll_back(house, "nightly-shop", by=ADA)
    assert in_use(house, LAYER) == {"cart": grey(house, 30)}, "nobody looked at what it would be over now"
    roll_back(house, LAYER, by=MIA)
    assert in_use(house, LAYER) == {"home": grey(house, 140), "cart": grey(house, 30)}


def test_what_is_gone_on_a_branch_is_gone_when_the_target_is_without_it(house: House, site: Site) -> None:
    adopt(house, site.look(90, None, variables=PAY).id, by=MIA, drop_glob="cart")

    assert site.look(90, None, variables=PAY).status is PASSED
    assert site.look(90).status is PASSED, "on the target it is as before"
    merged = site.look(90, None)

    assert merged.status is PASSED
    assert in_use(house) == {"home": grey(house, 90)}


def test_pictures_of_which_the_target_has_none_are_promoted_too(house: House) -> None:
    site = watched(house, "nightly-shop", is_approved=False)
    first = site.look(140, variables=PAY)
    assert first.status is NEEDS_REVIEW
    adopt(house, first.id, by=MIA)
    assert site.look(140, variables=PAY).status is PASSED

    assert site.look(140, 30).status is NEEDS_REVIEW, "of the cart nobody has said yes"
    assert in_use(house) == {"home": grey(house, 140)}
    adopt(house, site.look(140, 90, variables=PAY).id, by=MIA)
    assert site.look(140, 90).status is PASSED
    assert in_use(house) == {"home": grey(house, 140), "cart": grey(house, 90)}


@pytest.mark.parametrize("policy", [{"update_on_success": True}, {"first_run": "adopt"}])
def test_no_policy_writes_into_a_branch(house: House, policy: dict[str, object]) -> None:
    site = watched(house, "nightly-shop", is_approved=False)
    apply(house, a_schedule("nightly-shop", plan=a_plan(baseline=BaselinePolicy(**policy))))

    run = site.look(140, variables=PAY)

    assert run.status is NEEDS_REVIEW
    assert in_use(house, LAYER) == {}


def test_a_policy_that_moves_the_target_along_ends_no_branchs_picture(house: House, site: Site) -> None:
    apply(house, a_schedule("nightly-shop", plan=a_plan(baseline=BaselinePolicy(update_on_success=True))))
    adopt(house, site.look(140, variables=PAY).id, by=MIA)

    site.look(90, compression=0)
    assert in_use(house)["home"] == house.gallery.put(png(64, 64, 90, compression=0))

    assert in_use(house, LAYER) == {"home": grey(house, 140)}
    assert site.look(140).status is PASSED


def test_incidents_and_reviews_are_each_branchs_own(house: House, site: Site) -> None:
    broken, asked = site.look(140), site.look(140, variables=PAY)
    with house.ledger.read() as ledger:
        scopes = {one.scope for one in ledger.incidents.latest(open_only=True)}
    assert scopes == {"definition:nightly-shop", f"definition:{LAYER}"}

    adopt(house, asked.id, by=MIA)

    with house.ledger.read() as ledger:
        assert [one.scope for one in ledger.incidents.latest(open_only=True)] == ["definition:nightly-shop"]
    review = site.review(broken)
    assert review is not None
    assert review.superseded_by is None
    assert review.state == "waiting"


@pytest.mark.parametrize("kind", ["pull_request.merged", "pull_request.closed"])
def test_the_layer_of_a_pull_request_that_ended_waits_for_the_target_and_expires(
    house: House, site: Site, kind: str
) -> None:
    adopt(house, site.look(140, variables=PAY).id, by=MIA)
    site.look(30, variables=PAY)
    event = a_merge(
        type=kind, repo="acme/shop", data={"head_branch": "feature/pay", "head_repo": "acme/shop"}
    )
    with house.ledger.write() as ledger:
        close_layers(ledger, event, at=house.clock.now())
        assert ledger.incidents.latest(open_only=True) == [], "no run will ever end it"
    house.clock.sleep(timedelta(days=13).total_seconds())
    assert expire_layers(house, after=timedelta(days=14)) == []
    assert in_use(house, LAYER) == {"home": grey(house, 140)}
    house.clock.sleep(timedelta(days=2).total_seconds())

    assert expire_layers(house, after=timedelta(days=14)) == [LAYER]

    assert in_use(house, LAYER) == {}
    assert site.look(140).status is FAILED
    with house.ledger.read() as ledger:
        assert ("baseline.expired", LAYER) in [one[2:4] for one in ledger.audit.latest()]


def test_a_branch_that_is_worked_on_does_not_expire_and_an_idle_one_does(house: House, site: Site) -> None:
    adopt(house, site.look(140, variables=PAY).id, by=MIA)
    adopt(house, site.look(140, variables=OTHER).id, by=MIA)
    for _ in range(3):
        house.clock.sleep(timedelta(days=10).total_seconds())
        site.look(140, variables=PAY)

    assert expire_layers(house, after=timedelta(days=14)) == ["nightly-shop@fix"]

    with house.ledger.write() as ledger:
        gone = a_merge(
            type="pull_request.closed", data={"head_branch": "feature/pay", "head_repo": "acme/shop"}
        )
        close_layers(ledger, gone, at=house.clock.now())
        close_layers(ledger, replace(gone, type="pull_request.reopened"), at=house.clock.now())
    assert in_use(house, LAYER) == {"home": grey(house, 140)}


def test_a_fork_with_the_name_of_our_branch_is_another_branch(house: House, site: Site) -> None:
    run = site.look(140, variables={"head_branch": "eve:main"})
    adopt(house, run.id, by=MIA)

    assert in_use(house) == {"home": grey(house, 90), "cart": grey(house, 90)}
    assert in_use(house, "nightly-shop@eve:main") == {"home": grey(house, 140)}


def test_the_plans_branch_is_the_target(house: House) -> None:
    site = watched(house, "nightly-shop")
    apply(house, a_schedule("nightly-shop", plan=a_plan(branch="trunk")))

    adopt(house, site.look(140, variables={"head_branch": "trunk"}).id, by=ADA)
    adopt(house, site.look(200, variables={"head_branch": "main"}).id, by=ADA)

    assert in_use(house)["home"] == grey(house, 140)
    assert in_use(house, "nightly-shop@main") == {"home": grey(house, 200)}


def test_a_view_that_is_quarantined_on_the_target_fails_no_branch(house: House, site: Site) -> None:
    until = house.clock.now() + timedelta(days=7)
    word = Wish(
        DecisionKind.QUARANTINE,
        note="it flickers",
        owner="bob",
        until=until,
        views=frozenset({a_view("home")}),
    )
    decide(house, site.look(140).id, word, caller=LOCAL)

    assert site.look(30, variables=PAY).status is PASSED
    assert site.look(30, 30, variables=PAY).status is FAILED, "only that view"
    other = replace(word, views=frozenset({a_view("cart")}))
    decide(house, site.look(90, 30, variables=PAY).id, other, caller=LOCAL)
    assert site.look(90, 30).status is FAILED, "and a branch's quarantine is its own"
