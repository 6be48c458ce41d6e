"""Owners hear once a week of what they owe; over a real ledger and a real history."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from builders import a_plan, a_playbook, a_schedule, a_screenshot, a_session, a_sha, a_view
from ends import QA, Watch
from history_builders import a_comparison
from houses import CollectingChannel, a_house, apply
from inspect_pipelines.domain.comparison import Comparison, Outcome
from inspect_pipelines.domain.decision import Decision, Shown
from inspect_pipelines.domain.digest_policy import DigestPolicy
from inspect_pipelines.domain.drift_track import Track
from inspect_pipelines.domain.environment_change import CHANGED
from inspect_pipelines.domain.ids import DEFAULT_ORG, DecisionId
from inspect_pipelines.domain.ignore import Ignore
from inspect_pipelines.domain.notification import Notification
from inspect_pipelines.domain.organization import Organization
from inspect_pipelines.domain.ownership import OwnerRule
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.domain.said import DecisionKind
from inspect_pipelines.domain.session import SessionStatus
from inspect_pipelines.errors import ChannelError
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.digests import preview_digests
from inspect_pipelines.usecases.alerts.send import send_waiting
from inspect_pipelines.usecases.alerts.tell_owners import tell_owners
from resources.history.store import DuckHistory

MONDAY = datetime(2026, 11, 30, 8, tzinfo=UTC)
WEEK = timedelta(weeks=1)
OURS = Organization(
    DEFAULT_ORG,
    owners=(OwnerRule("routes/checkout/", ("payments",)), OwnerRule("home@*", ("ada",))),
    digest=DigestPolicy(targets={"payments": ("slack:#pay",)}, default=("slack:#qa",)),
)


@pytest.fixture
def slack() -> CollectingChannel:
    return CollectingChannel()


@pytest.fixture
def house(tmp_path: Path, slack: CollectingChannel) -> House:
    house = a_house(tmp_path, channels=[("*", slack)])
    house.clock.at = MONDAY - 2 * WEEK
    house = replace(house, history=DuckHistory(tmp_path, house.ledgers, house.clock))
    with house.ledger.write() as ledger:
        ledger.organizations.save(OURS, at=house.clock.now())
    tell_owners(house)  # the first week is told to nobody
    return house


def told(house: House) -> dict[str, Notification]:
    """What owners hear by another turn, by who they are."""
    return {note.title.removeprefix("This week for "): note for note in tell_owners(house)}


def waits(house: House, *names: str, **changes: object) -> Watch:
    """A run of which views wait for a person; `pay` was seen at the checkout."""
    watch = Watch(house)
    watch.define(QA, organization=OURS)
    shots = [a_screenshot(name, route="/checkout/pay" if name == "pay" else "/") for name in names]
    watch.end(
        comparisons=[a_comparison(name) for name in names],
        sessions=[a_session(screenshots=tuple(shots))],
        **changes,
    )
    return watch


def passing(name: str, score: float) -> Comparison:
    return a_comparison(
        name, score=score, layout_px=0, passed=True, outcome=Outcome.UNCHANGED, old_sha256=a_sha("b")
    )


def lines(notes: Mapping[str, Notification]) -> dict[str, tuple[str, ...]]:
    return {owner: note.message.lines for owner, note in notes.items() if note.message}


def test_each_owner_hears_once_a_week_of_what_waits_for_them(house: House) -> None:
    waits(house, "pay", "home", status=RunStatus.NEEDS_REVIEW)
    house.clock.at = MONDAY

    first, again = told(house), told(house)

    assert {owner: note.target for owner, note in first.items()} == {
        "payments": "slack:#pay",
        "ada": "slack:#qa",
    }
    for note in first.values():
        assert note.text.startswith("1 review waits for 13 days. All of it: inspect-pipelines digest show")
        assert "nightly-shop waits for 13 days: shop/pay@desktop, shop/home@desktop" in note.text
    assert again == {}
    house.clock.at = MONDAY + WEEK - timedelta(seconds=1)
    assert told(house) == {}
    house.clock.at = MONDAY + WEEK
    assert set(told(house)) == {"payments", "ada"}


def test_five_missed_weeks_are_one_message_and_the_first_week_is_none(house: House) -> None:
    waits(house, "home", status=RunStatus.NEEDS_REVIEW)
    assert told(house) == {}  # still the week in which it was switched on

    house.clock.at = MONDAY + 5 * WEEK + timedelta(days=2)
    assert set(told(house)) == {"ada"}
    assert told(house) == {}


def test_who_owes_nothing_hears_nothing_and_what_comes_later_waits_for_the_next_week(house: House) -> None:
    house.clock.at = MONDAY
    assert told(house) == {}

    waits(house, "home", status=RunStatus.NEEDS_REVIEW)
    assert told(house) == {}
    house.clock.at = MONDAY + WEEK
    assert set(told(house)) == {"ada"}


def test_without_a_digest_nobody_is_told_and_a_preview_says_so(house: House) -> None:
    waits(house, "home", status=RunStatus.NEEDS_REVIEW)
    with house.ledger.write() as ledger:
        ledger.organizations.save(replace(OURS, digest=None), at=MONDAY)
    house.clock.at = MONDAY

    assert told(house) == {}
    found = preview_digests(house, owner="@Ada", now=MONDAY)
    assert found.next_at is None
    assert [(one.owner, one.targets, len(one.debts)) for one in found.digests] == [("ada", (), 1)]
    assert preview_digests(house, owner="bob", now=MONDAY).digests == ()


def test_two_processes_tell_it_once(house: House) -> None:
    waits(house, "home", status=RunStatus.NEEDS_REVIEW)
    house.clock.at = MONDAY
    stored: list[int] = []

    class Meanwhile(DuckHistory):
        """Another process tells all of it while this one asks the history."""

        def frame(self, *words: str, **given: str):  # type: ignore[no-untyped-def]
            stored.append(len(tell_owners(house)))
            return super().frame(*words, **given)

    slow = replace(house, history=Meanwhile(Path(house.home), house.ledgers, house.clock))

    assert tell_owners(slow) == []
    assert stored == [1]


def test_a_digest_that_does_not_arrive_is_tried_again(house: House, slack: CollectingChannel) -> None:
    waits(house, "pay", status=RunStatus.NEEDS_REVIEW)
    house.clock.at = MONDAY
    (note,) = tell_owners(house)
    slack.failures = [ChannelError("Slack is busy", is_permanent=False)]

    for _ in range(3):
        send_waiting(house)
        house.clock.sleep(5)

    assert [one.id for one in slack.sent if one.target == "slack:#pay"] == [note.id]


def test_rungs_drift_and_what_ends_soon_are_told_with_their_numbers(house: House) -> None:
    book = a_playbook()
    ignores = replace(book.findings, ignore=(Ignore("ticket 7", text="x", until=date(2026, 12, 2)),))
    watch = Watch(house)
    watch.define(QA, organization=OURS, playbooks=(replace(book, findings=ignores),))
    house.clock.at = MONDAY - timedelta(days=6, hours=12)
    shots = (a_screenshot("pay", route="/checkout/pay"), a_screenshot("home"), a_screenshot("close"))
    for number in range(6):
        turns = a_comparison("home") if number % 2 else passing("home", 0.0)
        watch.end(
            comparisons=[a_comparison("pay"), turns, passing("close", 0.018)],
            sessions=[a_session(id=f"s{number}", screenshots=shots)],
            after=timedelta(days=1),
        )
    run, at = watch.last_run(), house.clock.now()
    with house.ledger.write() as ledger:
        for name in ("pay", "home"):  # nothing waits any more
            ledger.decisions.add(
                Decision(
                    DecisionId(name), DEFAULT_ORG, "nightly-shop", DecisionKind.QUARANTINE,
                    Shown(a_view(name), a_sha("b"), a_sha("c")), run.id, "user:ada", at, owner="@bob",
                    until=MONDAY + timedelta(days=3 if name == "pay" else 20),
                )
            )  # fmt: skip
        ledger.drift_tracks.keep(
            "nightly-shop",
            {a_view("home"): {"A": Track(a_sha(), "m", a_sha(), at, spent=1.5, runs=4, since=at)}},
        )
    house.clock.at = MONDAY

    found = lines(told(house))

    reviews = {owner: [one for one in said if "waits" in one] for owner, said in found.items()}
    assert all(len(one) <= 1 for one in reviews.values())
    owed = {owner: [one for one in said if "waits" not in one] for owner, said in found.items()}
    assert owed == {
        "payments": ["shop/pay@desktop is broken: 6 of 6 runs in 7 days failed"],
        "ada": [
            "shop/home@desktop is unstable: of 6 runs in 30 days 3 failed and 0 passed only at another look (50%)",
            f"shop/home@desktop drifts: over 4 runs in a row since {at:%Y-%m-%d} it has spent 1.5 times what one run may differ by; beyond 2 a run needs review",
        ],
        "bob": ["shop/pay@desktop is quarantined until 2026-12-03 08:00 UTC; bob looks after it"],
        "This week, and nobody owns it": [
            "shop/close@desktop is at risk: its worst run in 30 days used 90% of what it may differ by and pass",
            "shop ignores findings until 2026-12-02 because ticket 7; then they count again",
        ],
    }


def test_a_definition_that_is_switched_off_or_only_observes_owes_nothing_but_reviews(house: House) -> None:
    watch = waits(house, "home")
    for _ in range(5):
        watch.end(comparisons=[a_comparison("home")], sessions=[a_session(screenshots=(a_screenshot(),))])
    apply(house, a_schedule(enabled=False, plan=a_plan()), organization=OURS)
    house.clock.at = MONDAY

    (said,) = lines(told(house)).values()

    assert [one.partition(" waits")[0] for one in said] == ["nightly-shop"]


def test_a_playbook_whose_views_are_well_is_told_of_by_itself(house: House) -> None:
    watch = Watch(house)
    owners = (OwnerRule("playbooks/shop/", ("ada",)), OwnerRule("playbooks/shop/home*", ("bob",)))
    watch.define(QA, organization=replace(OURS, owners=owners))
    house.clock.at = MONDAY - timedelta(days=5)
    for number in range(6):
        failed = a_session(id=f"s{number}", status=SessionStatus.FAILED, error="no button", screenshots=())
        watch.end(sessions=[failed], after=timedelta(hours=12))
    house.clock.at = MONDAY

    assert lines(told(house)) == {"ada": ("playbook shop is broken: 6 of 6 runs in 30 days failed",)}


def test_another_environment_is_one_thing_of_whoever_owns_a_view_that_it_touches(house: House) -> None:
    waits(house, "pay", status=RunStatus.NEEDS_REVIEW, reason=f"{CHANGED}browser 'A' became 'B'")
    house.clock.at = MONDAY

    assert lines(told(house)) == {
        "payments": ("another environment touches 1 definition: browser 'A' became 'B'",)
    }
