from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from builders import NOW, a_baseline, a_plan, a_run, a_schedule, a_screenshot, a_sha, a_view
from builders_of_incidents import an_incident
from inspect_pipelines.domain.acceptance import accepted_by_policy
from inspect_pipelines.domain.baseline import Baseline, BaselineImage, image_of
from inspect_pipelines.domain.comparison import Outcome, first_compared
from inspect_pipelines.domain.decision import settled
from inspect_pipelines.domain.ids import BaselineId, DecisionId, RunId
from inspect_pipelines.domain.incident_deeds import Affair, branch_over
from inspect_pipelines.domain.layer import (
    approval_in,
    layered,
    moved,
    over,
    overtaken,
    promoted,
)
from inspect_pipelines.domain.plan import BaselinePolicy
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.domain.run_end import RunEnd
from inspect_pipelines.domain.said import DecisionKind, Said
from inspect_pipelines.domain.screenshot import Screenshot, View
from inspect_pipelines.domain.verdict import Verdict, VerdictKind
from ledger_rows import WORD

HOME, CART, PAY = a_view("home"), a_view("cart"), a_view("pay")
TARGET = a_baseline(views=("home", "cart"))
RUN = RunId("r2")


def a_layer(*views: str, gone: tuple[str, ...] = ()) -> Baseline:
    found = a_baseline(views=views) if views else replace(a_baseline(), images={})
    images = {view: replace(one, sha256=a_sha("b")) for view, one in found.images.items()}
    return replace(
        found, id=BaselineId("l1"), set="nightly-shop@fix", images=images, gone=tuple(map(a_view, gone))
    )


def test_a_branchs_own_pictures_lie_over_the_targets() -> None:
    found = over(TARGET, a_layer("home", "pay", gone=("cart",)))

    assert found is not None
    assert {view: one.sha256 for view, one in found.images.items()} == {HOME: a_sha("b"), PAY: a_sha("b")}
    assert over(TARGET, None) == TARGET
    empty = over(TARGET, a_layer())
    assert empty is not None
    assert empty.images == TARGET.images
    assert over(None, a_layer("home")) == a_layer("home")
    assert over(None, None) is None


def images_of(*shots: Screenshot) -> dict[View, BaselineImage]:
    return {shot.view: image_of(shot, RUN) for shot in shots}


def test_what_is_the_targets_too_is_no_branchs_own() -> None:
    same, other = (
        a_screenshot("home", sha256=TARGET.images[HOME].sha256),
        a_screenshot("cart", sha256=a_sha("c")),
    )

    images, gone = layered(a_layer("home", gone=("cart",)), TARGET, images_of(same, other))

    assert {view: one.sha256 for view, one in images.items()} == {CART: a_sha("c")}
    assert gone == ()
    images, gone = layered(a_layer("home", "pay"), TARGET, {}, [HOME, PAY])
    assert images == {}
    assert gone == (HOME,), "of a view that the target never had nothing is to be missing"
    assert layered(None, None, images_of(other))[0].keys() == {CART}


def test_moved_views_have_another_picture_or_none_on_one_side() -> None:
    after = replace(
        TARGET, images={HOME: replace(TARGET.images[HOME], sha256=a_sha("z")), PAY: TARGET.images[CART]}
    )

    assert moved(TARGET, after) == {HOME, CART, PAY}
    assert moved(TARGET, TARGET) == moved(None, None) == set()


def test_a_layer_loses_what_is_settled_on_the_target_and_keeps_the_rest() -> None:
    later = NOW + timedelta(days=1)

    left = overtaken(a_layer("home", "pay", gone=("cart",)), [HOME, CART], BaselineId("l2"), at=later)

    assert left is not None
    assert (set(left.images), left.gone, left.id, left.created_at) == ({PAY}, (), "l2", later)
    assert left.notes == "another picture is approved on the target: shop/cart@desktop, shop/home@desktop"
    assert overtaken(a_layer("pay"), [HOME], BaselineId("l2"), at=later) is None


def test_a_layers_picture_counts_by_the_word_that_approved_it() -> None:
    found = replace(first_compared(a_screenshot("home")), new_sha256=a_sha("b"))
    word = replace(WORD, kind=DecisionKind.ACCEPT, set="nightly-shop@fix", by="user:mia",
                   shown=replace(WORD.shown, view=HOME, new_sha256=a_sha("b")))  # fmt: skip

    said = approval_in(a_layer("home"), found, [word], now=NOW)

    assert said == Said(word.id, DecisionKind.ACCEPT, "user:mia", word.at, branch="fix")
    assert said.clause == "approved on fix by mia, promoted"
    for other in (
        replace(word, kind=DecisionKind.REJECT),
        replace(word, withdrawn_at=NOW),
        replace(word, shown=replace(word.shown, new_sha256=a_sha("c"))),
        replace(word, shown=replace(word.shown, view=CART)),
    ):
        assert approval_in(a_layer("home"), found, [other], now=NOW) is None
    gone = replace(word, shown=replace(word.shown, new_sha256=None))
    assert approval_in(a_layer(gone=("home",)), found, [gone], now=NOW) is not None


def an_end(status: RunStatus) -> RunEnd:
    return RunEnd(a_run(status=status), a_schedule(), Verdict(None, status, ()), NOW)


def said_on(branch: str, name: str, outcome: Outcome = Outcome.CHANGED):
    old = None if outcome is Outcome.ADDED else TARGET.images[a_view(name)].sha256
    said = Said(DecisionId("d1"), DecisionKind.ACCEPT, "user:mia", NOW, branch=branch)
    found = first_compared(a_screenshot(name))
    return replace(found, outcome=outcome, passed=True, old_sha256=old, said=said)


def test_what_branches_had_approved_becomes_the_targets_baseline() -> None:
    end = replace(
        an_end(RunStatus.FAILED),
        comparisons=(
            said_on("fix", "home"),
            said_on("fix", "cart", Outcome.REMOVED),
            said_on("fix", "pay", Outcome.ADDED),
            first_compared(a_screenshot("list")),
        ),
        baseline_id=BaselineId("b9"),
    )  # fmt: skip
    layers = [a_layer("home", "pay", gone=("cart",))]

    found = promoted(end, TARGET, layers, None)

    assert found is not None
    assert {view: one.sha256 for view, one in found.images.items()} == {HOME: a_sha("b"), PAY: a_sha("b")}
    assert (found.id, found.set, found.created_by) == ("b9", "nightly-shop", "promotion")
    assert found.notes.count("approved on fix by mia, promoted") == 3
    accepted = replace(TARGET, images={**TARGET.images, a_view("list"): TARGET.images[HOME]})
    both = promoted(end, TARGET, layers, accepted)
    assert both is not None
    assert both.images.keys() == {HOME, PAY, a_view("list")}, "with what the policy makes of the rest"


@pytest.mark.parametrize(
    ("changes", "active", "layers"),
    [
        ({"baseline_id": None}, TARGET, [a_layer("home")]),
        ({"run": an_end(RunStatus.CANCELLED).run}, TARGET, [a_layer("home")]),
        ({}, replace(TARGET, images={}), [a_layer("home")]),  # somebody has changed the target's meanwhile
        ({}, TARGET, [a_layer("cart")]),  # somebody took it back on the branch
        ({}, TARGET, [replace(a_layer("home"), set="nightly-shop@other")]),
        ({}, None, []),
    ],
)  # fmt: skip
def test_nothing_is_promoted_that_does_not_stand_any_more(
    changes: dict[str, object], active: Baseline | None, layers: list[Baseline]
) -> None:
    end = replace(
        an_end(RunStatus.FAILED), comparisons=(said_on("fix", "home"),), baseline_id=BaselineId("b9")
    )

    assert promoted(replace(end, **changes), active, layers, None) is None


def test_what_a_branch_had_approved_stands_until_somebody_says_otherwise_on_the_target() -> None:
    found = said_on("fix", "home")
    against = replace(
        WORD, kind=DecisionKind.REJECT, shown=replace(WORD.shown, view=HOME, old_sha256=found.old_sha256, new_sha256=found.new_sha256)
    )  # fmt: skip

    (kept,) = settled([found], [], now=NOW, same_change=lambda one, other: False)
    (rejected,) = settled([found], [against], now=NOW, same_change=lambda one, other: False)

    assert kept == found
    assert not rejected.passed


def test_no_policy_makes_a_branchs_run_a_baseline() -> None:
    adopts = a_schedule(plan=a_plan(baseline=BaselinePolicy(first_run="adopt")))
    end = replace(an_end(RunStatus.PASSED), definition=adopts, baseline_id=BaselineId("b9"))
    end = replace(end, verdict=Verdict(VerdictKind.PASSED, RunStatus.PASSED, ()))

    assert accepted_by_policy(end, None) is not None
    assert (
        accepted_by_policy(replace(end, run=replace(end.run, variables={"head_branch": "fix"})), None) is None
    )


def test_what_a_closed_pull_request_fails_by_is_over_and_told_to_those_who_heard() -> None:
    incident = an_incident(told=("slack:#qa",))
    affair = Affair(incident, a_run(), a_schedule())

    after = branch_over(affair, "feature/pay", at=NOW)
    quiet = branch_over(replace(affair, incident=replace(incident, told=())), "feature/pay", at=NOW)

    (ended,) = after.incidents
    assert (ended.resolved_at, ended.resolution) == (NOW, "the pull request of feature/pay has ended")
    assert [note.target for note in after.mail.told] == ["slack:#qa"]
    assert quiet.mail.told == ()


def test_a_layer_without_pictures_is_spent_and_a_target_never_is() -> None:
    assert a_layer().is_spent
    assert not a_layer("home").is_spent
    assert not a_layer(gone=("cart",)).is_spent
    assert not replace(TARGET, images={}).is_spent
