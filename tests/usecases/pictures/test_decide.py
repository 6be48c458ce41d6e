"""A person's word about what a run shows, a machine's proposal, and what follows from either."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from builders import NOW, a_view
from houses import a_house
from inspect_pipelines.domain.access import LOCAL, OPERATING, REVIEWING, Caller
from inspect_pipelines.domain.decision import Decision
from inspect_pipelines.domain.ids import DEFAULT_ORG, DecisionId, RunId
from inspect_pipelines.domain.organization import Organization
from inspect_pipelines.domain.review import ReviewState
from inspect_pipelines.domain.run import Run, RunStatus
from inspect_pipelines.domain.said import DecisionKind
from inspect_pipelines.domain.wish import Wish
from inspect_pipelines.errors import Forbidden, NotFound, Refused, UsageError
from inspect_pipelines.queries.reviews import list_reviews, review_with
from inspect_pipelines.usecases.pictures.adopt import adopt
from inspect_pipelines.usecases.pictures.decide import Superseded, decide
from inspect_pipelines.usecases.pictures.withdraw import withdraw
from resources.gallery.folder import FolderGallery
from watched_site import ADA, Site, watched

PERSON = replace(LOCAL, actor=ADA)
BOB = replace(LOCAL, actor="user:bob")
MACHINE = Caller("user:ci", DEFAULT_ORG, REVIEWING, token_id="t1")
HOME = frozenset({a_view("home")})
QUARANTINE = Wish(DecisionKind.QUARANTINE, HOME, "it flickers", "bob", NOW + timedelta(days=20))


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return watched(a_house(tmp_path, gallery=FolderGallery(tmp_path / "gallery")), "nightly-shop")


def say(site: Site, run: Run, kind: str, *, caller: Caller = PERSON, **wish: Any) -> list[Decision]:
    return decide(site.house, run.id, Wish(DecisionKind(kind), **wish), caller=caller)


def waiting(site: Site) -> list[RunId]:
    return [one.review.run_id for one in list_reviews(site.house, ReviewState.WAITING).items]


def approved(site: Site) -> int:
    with site.house.ledger.read() as ledger:
        return len(ledger.baselines.all("nightly-shop"))


def test_an_accepted_change_passes_from_now_on_and_makes_no_baseline(site: Site) -> None:
    """A pull request is right, and the main branch still looks as it did."""
    run = site.look(200)
    assert waiting(site) == [run.id]

    (decision,) = say(site, run, "accept", note="the new header")

    assert (waiting(site), approved(site)) == ([], 1)
    assert site.reviews(run) == [("accepted", ADA, "shop/home@desktop: the new header")]
    assert site.look(200).status is RunStatus.PASSED
    assert site.look(90).status is RunStatus.PASSED
    with site.house.ledger.read() as ledger:
        assert [one.is_open for one in ledger.incidents.of_run(run.id)] == [False]
        assert len(ledger.decisions.followers(decision.id)) == 1


def test_to_finalise_makes_the_pictures_the_approved_ones(site: Site) -> None:
    run = site.look(200)

    (decision,) = say(site, run, "accept", finalizes=True)

    assert (waiting(site), approved(site)) == ([], 2)
    assert decision.baseline_id
    again = site.look(200)
    assert (again.status, site.said(again)) == (RunStatus.PASSED, ["", ""])


def test_a_first_run_is_finalised_as_a_whole(tmp_path: Path) -> None:
    house = a_house(tmp_path, gallery=FolderGallery(tmp_path / "gallery"))
    site = watched(house, "nightly-shop", is_approved=False)
    run = site.look(90)
    assert waiting(site) == [run.id]

    with pytest.raises(Refused, match="baselines adopt"):
        say(site, run, "accept")
    assert say(site, run, "accept", finalizes=True) == []

    assert (waiting(site), approved(site)) == ([], 1)


def test_an_ignored_change_passes(site: Site) -> None:
    run = site.look(200)

    say(site, run, "ignore")

    assert site.look(200).status is RunStatus.PASSED
    assert site.look(10).status is RunStatus.FAILED


@pytest.mark.parametrize(
    "wish", [{"kind": "accept"}, {"kind": "ignore"}, {"kind": "accept", "finalizes": True}]
)
def test_one_rejection_blocks_until_it_is_taken_back(site: Site, wish: dict[str, Any]) -> None:
    """Ada rejected the new header, and Bob's later yes to the same picture made it pass, and even the approved one."""
    run = site.look(200, cart=10)
    (rejected,) = say(site, run, "reject", views=HOME, note="the old name")
    said = dict(wish)
    kind = said.pop("kind")

    with pytest.raises(
        Refused,
        match=r"'shop/home@desktop', as it is shown here, was rejected by ada, and one rejection blocks",
    ) as raised:
        say(site, run, kind, caller=BOB, views=HOME, **said)
    assert rejected.id in str(raised.value)

    say(site, run, kind, caller=BOB, views=frozenset({a_view("cart")}), **said)
    withdraw(site.house, rejected.id, caller=BOB)
    assert len(say(site, run, kind, caller=BOB, views=HOME, **said)) == 1


def test_a_rejection_that_other_runs_followed_can_still_be_taken_back(site: Site) -> None:
    """Whoever rejected may be away for weeks, and the design may have become what they saw."""
    run = site.look(200)
    (rejected,) = say(site, run, "reject", note="the old name")
    followed = site.look(200)

    withdraw(site.house, rejected.id, caller=BOB)
    again = site.look(200)

    assert followed.status is RunStatus.FAILED
    assert again.id in waiting(site)
    assert len(say(site, again, "accept", caller=BOB, views=HOME)) == 1


def test_no_detour_over_a_rejection_of_ones_own_passes_over_anothers(site: Site) -> None:
    run = site.look(200)
    say(site, run, "reject", note="the old name")
    with pytest.raises(Refused):  # nothing to add: it is rejected already
        say(site, run, "reject", caller=BOB, views=HOME, note="me too")

    with pytest.raises(Refused, match="one rejection blocks"):
        say(site, run, "accept", caller=BOB, views=HOME)


def test_whoever_rejected_may_think_again(site: Site) -> None:
    run = site.look(200)
    say(site, run, "reject", note="the old name")

    assert [one.kind for one in say(site, run, "accept", views=HOME)] == [DecisionKind.ACCEPT]


def test_adopting_a_run_as_a_whole_does_not_pass_over_a_rejection(site: Site) -> None:
    run = site.look(200, cart=10)
    say(site, run, "reject", views=HOME, note="the old name")

    with pytest.raises(Refused, match="one rejection blocks"):
        adopt(site.house, run.id, by="user:bob")

    assert approved(site) == 1


def test_a_part_is_decided_and_the_rest_waits(site: Site) -> None:
    run = site.look(200, cart=10)

    say(site, run, "accept", views=HOME)

    assert waiting(site) == [run.id]
    assert site.reviews(run) == [("partly_accepted", ADA, "shop/home@desktop")]
    found = review_with(site.house, run.id)
    assert found is not None
    assert found.waiting_views == (a_view("cart"),)


def test_a_quarantined_view_fails_nothing_is_kept_and_is_left_out_when_all_is_accepted(site: Site) -> None:
    run = site.look(200, cart=10)
    decide(site.house.by_way_of("agent claude"), run.id, QUARANTINE, caller=MACHINE)

    later = site.look(140, cart=10)
    adopt(site.house, later.id, by=ADA)

    assert site.said(later) == ["quarantine", ""]
    after = site.look(90, cart=10)
    assert (after.status, site.said(after)) == (RunStatus.PASSED, ["", ""])  # home is approved as before
    site.house.clock.sleep(20 * 24 * 3600)
    assert site.look(140, cart=10).status is RunStatus.FAILED


def test_a_quarantine_may_end_early(site: Site) -> None:
    (decision,) = decide(site.house, site.look(200).id, QUARANTINE, caller=PERSON)
    assert site.look(10).status is RunStatus.PASSED

    withdraw(site.house, decision.id, caller=MACHINE)

    assert site.look(10).status is RunStatus.FAILED


def test_a_proposal_waits_for_a_person(site: Site) -> None:
    run = site.look(200)
    operator = replace(MACHINE, rights=OPERATING)

    (proposal,) = say(site, run, "accept", caller=operator, is_proposal=True)

    assert (waiting(site), site.reviews(run)) == ([run.id], [])
    assert proposal.is_proposal
    assert site.look(200).status is RunStatus.FAILED
    with pytest.raises(Forbidden, match="review:decide"):
        say(site, run, "accept", caller=operator)


def test_only_a_person_finalises_unless_the_organisation_says_otherwise(site: Site) -> None:
    run = site.look(200)
    with pytest.raises(Forbidden, match="a token may not make pictures the approved ones"):
        say(site, run, "accept", caller=MACHINE, finalizes=True)

    with site.house.ledger.write() as ledger:
        ledger.organizations.save(Organization(DEFAULT_ORG, machines_finalize=True), at=NOW)
    say(site, run, "accept", caller=MACHINE, finalizes=True)

    assert approved(site) == 2


def test_nobody_decides_about_pictures_that_are_not_what_there_is(site: Site) -> None:
    old, new = site.look(200), site.look(140)

    with pytest.raises(
        Superseded, match=f"run {new.id} is newer, and it shows 'shop/home@desktop'"
    ) as refused:
        say(site, old, "accept")

    assert refused.value.newer == new.id
    assert waiting(site) == [new.id]


def test_a_newer_run_that_shows_the_same_takes_no_word_away(site: Site) -> None:
    """The link in last night's message leads to the run before; the change is the same."""
    old, new = site.look(200), site.look(200)

    say(site, old, "accept")

    assert waiting(site) == []
    assert site.reviews(new) == [("accepted", "automatic", "1 view as accepted by ada on 2026-11-22")]


def test_a_word_is_taken_back_while_nothing_was_built_on_it(site: Site) -> None:
    run = site.look(200)
    (decision,) = say(site, run, "reject", note="ticket 7")
    assert waiting(site) == []

    withdraw(site.house, decision.id, caller=PERSON)

    assert waiting(site) == [run.id]
    assert site.decisions(run)[0].withdrawn_by == ADA
    with site.house.ledger.read() as ledger:
        assert [one.known_by for one in ledger.incidents.of_run(run.id)] == [""]
    with pytest.raises(Refused, match="ada did so"):
        withdraw(site.house, decision.id, caller=PERSON)


def states_of(site: Site, run: Run) -> list[str]:
    with site.house.ledger.read() as ledger:
        return [one.state for one in ledger.incidents.of_run(run.id)]


def test_an_incident_that_a_word_ended_opens_again_when_it_is_taken_back(site: Site) -> None:
    """It stayed over, so that a failing site was in no list until another run had failed."""
    run = site.look(200)
    (decision,) = say(site, run, "accept")
    assert states_of(site, run) == ["resolved"]

    withdraw(site.house, decision.id, caller=PERSON)

    assert states_of(site, run) == ["open"]
    assert site.look(90).status is RunStatus.PASSED
    assert states_of(site, run) == ["resolved"]


def test_what_a_newer_run_shows_otherwise_opens_nothing_again(site: Site) -> None:
    old = site.look(200)
    (decision,) = say(site, old, "accept")
    site.look(10)  # which waits itself

    withdraw(site.house, decision.id, caller=PERSON)

    assert states_of(site, old) == ["resolved"]


def test_a_word_that_decided_another_run_or_made_a_baseline_stands(site: Site) -> None:
    (word,) = say(site, site.look(200), "accept")
    site.look(200)
    (final,) = say(site, site.look(140), "accept", finalizes=True)

    with pytest.raises(Refused, match="was decided by it"):
        withdraw(site.house, word.id, caller=PERSON)
    with pytest.raises(Refused, match="baselines rollback nightly-shop"):
        withdraw(site.house, final.id, caller=PERSON)
    with pytest.raises(Forbidden, match="review:decide"):
        withdraw(site.house, word.id, caller=replace(MACHINE, rights=OPERATING))
    with pytest.raises(NotFound, match="'nope' does not exist"):
        withdraw(site.house, DecisionId("nope"), caller=PERSON)


def test_what_nobody_was_asked_cannot_be_decided(site: Site) -> None:
    passed, failed = site.look(90), site.look(200)

    with pytest.raises(Refused, match="nothing that it shows waits"):
        say(site, passed, "accept")
    with pytest.raises(NotFound, match="'nope' does not exist"):
        decide(site.house, RunId("nope"), Wish(DecisionKind.ACCEPT), caller=PERSON)
    with pytest.raises(NotFound, match="has no view 'shop/pay@desktop'; it has: shop/cart@desktop"):
        say(site, failed, "accept", views=frozenset({a_view("pay")}))
    with pytest.raises(UsageError, match="needs a note"):
        say(site, failed, "reject")


def test_whoever_rejects_by_name_what_was_accepted_before_is_heard(site: Site) -> None:
    """Only what fails was rejected, so the word about a change that passes was dropped without a sound."""
    run = site.look(200, cart=10)
    say(site, run, "accept", views=HOME)

    (decision,) = say(site, run, "reject", views=HOME, note="it is wrong after all")

    assert (decision.kind, decision.shown.view) == (DecisionKind.REJECT, a_view("home"))
    assert site.said(site.look(200)) == ["reject", ""]


def test_a_word_that_says_nothing_new_is_refused_and_not_dropped(site: Site) -> None:
    run = site.look(200)
    say(site, run, "accept")

    with pytest.raises(Refused, match="was decided so before"):
        say(site, run, "accept", views=HOME)
    with pytest.raises(Refused, match="looks as approved"):
        say(site, run, "accept", views=frozenset({a_view("cart")}))
    with pytest.raises(Refused, match="looks as approved"):
        say(site, run, "reject", views=frozenset({a_view("cart")}), note="ticket 7")
    assert [decision for decision, _, _ in site.reviews(run)] == ["accepted"]


def test_a_view_that_looks_right_today_may_be_quarantined_too(site: Site) -> None:
    """It flickers, and the run at hand happened to catch it well: the quarantine was refused as nobody had been asked."""
    run = site.look(90)

    (decision,) = decide(site.house, run.id, QUARANTINE, caller=MACHINE)

    assert (waiting(site), site.look(10).status) == ([], RunStatus.PASSED)
    review = site.review(run)
    assert review is not None
    assert review.state is ReviewState.DECIDED
    withdraw(site.house, decision.id, caller=PERSON)
    assert (waiting(site), site.look(10).status) == ([], RunStatus.FAILED)


def test_a_defect_that_comes_back_after_it_was_over_is_silent_and_automatic(site: Site) -> None:
    first = site.look(200)
    say(site, first, "reject", note="ticket 7")
    site.look(90)

    again = site.look(200)

    assert site.reviews(again) == [("rejected", "automatic", "1 view as rejected by ada on 2026-11-22")]
    with site.house.ledger.read() as ledger:
        assert [one.is_open for one in ledger.incidents.of_run(first.id)] == [False]
        assert [(one.state, one.announced_at) for one in ledger.incidents.of_run(again.id)] == [
            ("known", None)
        ]


def test_to_finalise_all_that_waits_takes_no_defect_along(site: Site) -> None:
    """A colleague had rejected one view; whoever accepted the rest made the defect the approved picture."""
    run = site.look(200, cart=10)
    say(site, run, "reject", views=HOME, note="ticket 7")

    (decision,) = say(site, run, "accept", finalizes=True)

    assert decision.shown.view == a_view("cart")
    assert site.said(site.look(200, cart=10)) == ["reject", ""]
    assert site.look(90, cart=10).status is RunStatus.PASSED


def test_what_was_accepted_on_a_branch_is_finalised_later(site: Site) -> None:
    run = site.look(200)
    say(site, run, "accept")

    say(site, run, "accept", finalizes=True)

    again = site.look(200)
    assert (again.status, site.said(again)) == (RunStatus.PASSED, ["", ""])


def test_nothing_is_left_to_finalise_of_what_is_a_defect(site: Site) -> None:
    run = site.look(200)
    say(site, run, "reject", note="ticket 7")

    with pytest.raises(Refused, match="all of them are decided"):
        say(site, run, "accept", finalizes=True)

    assert approved(site) == 1
