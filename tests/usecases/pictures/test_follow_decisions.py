"""What a person decided about a change holds wherever exactly it shows again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from builders import ENVIRONMENT, NOW
from houses import a_house, of_another
from inspect_pipelines.domain.ids import OrgId, RunId
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.usecases.pictures.adopt import adopt
from inspect_pipelines.usecases.pictures.follow_decisions import follow
from inspect_pipelines.usecases.pictures.go_back import activate, roll_back
from inspect_pipelines.usecases.pictures.reject import reject
from resources.gallery.folder import FolderGallery
from watched_site import ADA, Site, watched


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return watched(a_house(tmp_path, gallery=FolderGallery(tmp_path / "gallery")), "nightly-shop")


def test_a_change_that_is_reverted_and_lands_again_is_asked_about_once(site: Site) -> None:
    adopt(site.house, site.look(200).id, by=ADA)
    adopt(site.house, site.look(90).id, by=ADA)

    again = site.look(200)

    assert again.status is RunStatus.PASSED
    assert again.reason == (
        "1 of 2 views look as approved, the others differ as decided before: "
        "shop/home@desktop accepted by ada on 2026-11-22"
    )
    assert site.reviews(again) == [("accepted", "automatic", "1 view as accepted by ada on 2026-11-22")]


def test_a_shade_more_is_another_change(site: Site) -> None:
    adopt(site.house, site.look(200).id, by=ADA)
    adopt(site.house, site.look(90).id, by=ADA)

    other = site.look(201)

    assert other.status is RunStatus.FAILED
    assert site.reviews(other) == []


def test_what_nobody_saw_is_asked_about_beside_what_was_decided(site: Site) -> None:
    adopt(site.house, site.look(200).id, by=ADA)
    adopt(site.house, site.look(90).id, by=ADA)

    both = site.look(200, cart=10)

    assert both.status is RunStatus.FAILED
    assert site.said(both) == ["accept", ""]
    assert [decision for decision, _, _ in site.reviews(both)] == ["partly_accepted"]
    assert "shop/home" not in both.reason


def test_a_rejected_change_stays_rejected_and_links_to_the_word(site: Site) -> None:
    first = site.look(200)
    reject(site.house, first.id, by=ADA, note="ticket 7")
    site.look(90)

    again = site.look(200)

    assert again.status is RunStatus.FAILED
    assert site.reviews(again) == [("rejected", "automatic", "1 view as rejected by ada on 2026-11-22")]
    with site.house.ledger.read() as ledger:
        (word,) = ledger.decisions.of_runs([first.id])[first.id]
        assert (word.note, ledger.decisions.followers(word.id)) == ("ticket 7", [again.id])


def test_rolling_back_is_the_newer_word(site: Site) -> None:
    """Else the pictures that a person had just taken out of use would pass for ever."""
    adopt(site.house, site.look(200).id, by=ADA)

    roll_back(site.house, "nightly-shop", by="user:eve")

    assert site.look(200).status is RunStatus.FAILED


def test_to_accept_what_was_rejected_is_the_newer_word(site: Site) -> None:
    run = site.look(200)
    reject(site.house, run.id, by=ADA, note="ticket 7")
    adopt(site.house, run.id, by=ADA)  # nobody else may: one rejection blocks
    adopt(site.house, site.look(90).id, by=ADA)

    assert site.look(200).status is RunStatus.PASSED


def test_going_back_behind_two_words_takes_back_both(site: Site) -> None:
    with site.house.ledger.read() as ledger:
        first = ledger.baselines.active(site.name)
    assert first is not None
    adopt(site.house, site.look(200).id, by=ADA)
    adopt(site.house, site.look(140).id, by=ADA)

    activate(site.house, first.id, by="user:eve")

    assert [site.look(grey).status for grey in (200, 140)] == [RunStatus.FAILED, RunStatus.FAILED]


def test_a_view_that_was_dropped_is_asked_about_once_it_is_approved_again(site: Site) -> None:
    adopt(site.house, site.look(90, cart=None).id, by=ADA, drop_glob="cart")
    assert site.look(90, cart=None).status is RunStatus.PASSED

    roll_back(site.house, site.name, by="user:eve")

    assert site.look(90, cart=None).status is RunStatus.FAILED


def test_a_word_about_what_was_approved_before_says_nothing_of_what_is_approved_now(site: Site) -> None:
    rejected = site.look(200)
    reject(site.house, rejected.id, by=ADA, note="ticket 7")
    adopt(site.house, site.look(140).id, by=ADA)

    other = site.look(200)

    assert (site.said(other), site.reviews(other)) == (["", ""], [])


def test_another_environment_is_asked_about_although_the_change_was_accepted(site: Site) -> None:
    adopt(site.house, site.look(200).id, by=ADA)
    adopt(site.house, site.look(90).id, by=ADA)

    elsewhere = site.look(200, environment=replace(ENVIRONMENT, browser="Chromium 999"))

    assert elsewhere.status is RunStatus.NEEDS_REVIEW


def test_a_word_holds_for_whoever_is_compared_with_the_same_set_and_for_nobody_else(tmp_path: Path) -> None:
    house = a_house(tmp_path, gallery=FolderGallery(tmp_path / "gallery"))
    one, alike, other = (
        watched(house, name, set_name=name_of_set)
        for name, name_of_set in (("one", "shop"), ("alike", "shop"), ("other", None))
    )
    adopt(house, one.look(200).id, by=ADA)
    adopt(house, one.look(90).id, by=ADA)

    assert alike.look(200).status is RunStatus.PASSED
    assert other.look(200).status is RunStatus.FAILED


def test_a_word_of_another_organisation_is_none_of_ours(site: Site) -> None:
    theirs = of_another(site.house, OrgId("other"))
    adopt(site.house, site.look(200).id, by=ADA)
    adopt(site.house, site.look(90).id, by=ADA)
    with site.house.ledger.read() as ledger:
        found = ledger.evidence.comparisons(site.look(200).id)
    changed = [replace(one, passed=False, said=None) for one in found]

    with theirs.ledger.read() as ledger:
        assert follow(ledger, site.name, changed, at=NOW) == changed


def test_the_words_of_a_run_are_in_the_audit(site: Site) -> None:
    run_id: RunId = site.look(200).id
    adopt(site.house, run_id, by=ADA)
    adopt(site.house, site.look(90).id, by=ADA)
    site.look(200)

    with site.house.ledger.read() as ledger:
        told = [(action, by) for _, by, action, _, _ in ledger.audit.latest(20)]  # type: ignore[attr-defined]  # only tests ask
    assert ("view.accepted", ADA) in told
    assert ("run.accepted", "service:runs") in told
