"""What every ledger keeps; run over SQLite and a real PostgreSQL."""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from builders import (
    NOW,
    a_baseline,
    a_finding,
    a_run,
    a_schedule,
    a_screenshot,
    a_session,
    a_sha,
    a_view,
)
from inspect_pipelines.domain.comparison import Beside, Comparison, Outcome
from inspect_pipelines.domain.ids import DEFAULT_ORG, BaselineId, DefinitionId, OrgId, RunId
from inspect_pipelines.domain.notification import DeliveryStatus, Notification
from inspect_pipelines.domain.plan import RuleEvent
from inspect_pipelines.domain.run import RunStatus, SkipReason
from inspect_pipelines.domain.session import StepResult, StepStatus, ToldStep
from inspect_pipelines.domain.trigger import Trigger
from inspect_pipelines.errors import NotFound, Refused
from resources.ledger import schema, tables
from resources.ledger.store import SqlLedgers

OTHER_ORG = OrgId("acme")


def a_notification(number: int = 1, **changes):
    values = {
        "id": f"notification-{number}",
        "org_id": DEFAULT_ORG,
        "run_id": a_run().id,
        "event": RuleEvent.ON_FAILURE,
        "target": f"slack:#qa-{number}",
        "title": "Nightly shop failed",
        "text": "shop/home@desktop changed",
        "mentions": ("@ada",),
        "created_at": NOW + timedelta(seconds=number),
    }
    return Notification(**(values | changes))


def a_comparison(name: str = "home", **changes):
    values = {
        "view": a_view(name),
        "outcome": Outcome.CHANGED,
        "passed": False,
        "reason": "the header moved",
        "score": 0.31,
        "score_method": "ssim-1",
        "tolerance": 0.02,
        "old_sha256": a_sha("b"),
        "new_sha256": a_sha("c"),
        "overlay_sha256": a_sha("d"),
    }
    return Comparison(**(values | changes))


def rows(ledgers, after=0, limit=1000):
    with ledgers.read() as session:
        return session.journal.after(after, limit)


def head(ledgers):
    with ledgers.read() as session:
        return session.journal.head()


# definitions


def test_a_saved_definition_is_found_as_it_was(ledger):
    schedule = a_schedule()
    trigger = Trigger(DefinitionId("on-merge"), DEFAULT_ORG, "On merge", "pull_request.merged", schedule.plan)

    with ledger.write() as session:
        session.definitions.save(schedule, by="user:ada", at=NOW)
        session.definitions.save(trigger, by="user:ada", at=NOW)

    with ledger.read() as session:
        assert session.definitions.all() == [schedule, trigger]
        assert session.definitions.find(schedule.id) == schedule


def test_saving_a_definition_again_replaces_it_and_keeps_who_made_it(ledger, ledgers):
    with ledger.write() as session:
        session.definitions.save(a_schedule(), by="user:ada", at=NOW)
        session.definitions.save(a_schedule(name="Renamed"), by="user:bob", at=NOW + timedelta(days=1))

    with ledger.read() as session:
        assert [one.name for one in session.definitions.all()] == ["Renamed"]
    with ledgers.database.read() as connection:
        row = connection.execute(sa.select(tables.definitions)).one()
        assert (row.created_by, row.created_at, row.updated_at) == ("user:ada", NOW, NOW + timedelta(days=1))


def test_a_deleted_definition_is_gone_and_its_runs_stay(ledger):
    with ledger.write() as session:
        session.definitions.save(a_schedule(), by="user:ada", at=NOW)
        session.runs.request(a_run())
        session.definitions.delete(a_schedule().id, by="user:ada", at=NOW)

    with ledger.read() as session:
        assert session.definitions.find(a_schedule().id) is None
        assert session.runs.find(a_run().id) == a_run()


def test_the_same_id_in_two_organisations_is_two_definitions(ledger, theirs):
    with ledger.write() as session:
        session.definitions.save(a_schedule(name="Ours"), by="user:ada", at=NOW)
    with theirs.write() as session:
        session.definitions.save(a_schedule(name="Theirs", org_id=OTHER_ORG), by="user:eve", at=NOW)
        session.definitions.delete(a_schedule().id, by="user:eve", at=NOW)

    with ledger.read() as session:
        assert [one.name for one in session.definitions.all()] == ["Ours"]
    with theirs.read() as session:
        assert session.definitions.all() == []


def test_the_audit_says_who_saved_deleted_and_decided(ledger):
    with ledger.write() as session:
        session.definitions.save(a_schedule(), by="user:ada", at=NOW)
        session.definitions.delete(a_schedule().id, by="user:bob", at=NOW)
        session.definitions.delete(DefinitionId("never-there"), by="user:bob", at=NOW)
        session.reviews.append(a_run().id, "adopted", by="user:cy", detail="all views", at=NOW)

    with ledger.read() as session:
        assert session.audit.latest() == [
            (NOW, "user:cy", "run.adopted", a_run().id, "all views"),
            (NOW, "user:bob", "definition.deleted", "nightly-shop", ""),
            (NOW, "user:ada", "definition.saved", "nightly-shop", "schedule"),
        ]


# runs


def test_requesting_an_origin_twice_finds_the_first_run(ledger):
    first = a_run(variables={"who": "Ada"}, requested_by="schedule")

    with ledger.write() as session:
        assert session.runs.request(first) == first
    with ledger.write() as session:
        assert session.runs.request(replace(first, id=RunId("another"))) == first


def test_one_of_eight_threads_that_race_for_an_origin_wins_its_claim(ledger):
    def race(number: int) -> tuple[str, bool]:
        with ledger.write() as session:
            run = session.runs.request(a_run(1, id=RunId(f"run-{number}")))
            if run.status is not RunStatus.PENDING:
                return run.id, False
            return run.id, session.runs.claim(run.claimed(f"dagster-{number}", now=NOW))

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(race, range(8)))

    assert len({run_id for run_id, _ in answers}) == 1
    assert [won for _, won in answers].count(True) == 1


def test_one_of_four_forked_processes_that_race_for_an_origin_wins_its_claim(ledger):
    with ledger.write() as session:
        session.runs.request(a_run())
    fork = multiprocessing.get_context("fork")
    answers = fork.Queue()

    def race(number: int) -> None:
        with ledger.write() as session:
            answers.put(session.runs.claim(a_run().claimed(f"dagster-{number}", now=NOW)))

    children = [fork.Process(target=race, args=(number,)) for number in range(4)]
    for child in children:
        child.start()
    won = [answers.get(timeout=300) for _ in children]
    for child in children:
        child.join()

    assert sorted(won) == [False, False, False, True]
    with ledger.read() as session:
        found = session.runs.find(a_run().id)
    assert found.status is RunStatus.RUNNING


def test_a_fork_within_an_open_transaction_harms_neither_side(ledger):
    fork = multiprocessing.get_context("fork")

    def child() -> None:
        with ledger.read() as session:
            assert session.runs.find(a_run().id) is None  # not committed yet

    with ledger.write() as session:
        session.runs.request(a_run())
        process = fork.Process(target=child)
        process.start()
        process.join()

    assert process.exitcode == 0
    with ledger.read() as session:
        assert session.runs.find(a_run().id) == a_run()


def test_a_definition_has_one_running_run_until_it_is_concluded(ledger):
    first, second = a_run(1).claimed("dagster-1", now=NOW), a_run(2).claimed("dagster-2", now=NOW)
    with ledger.write() as session:
        session.runs.request(a_run(1))
        session.runs.request(a_run(2))

        assert session.runs.claim(first)
        assert not session.runs.claim(second)
        assert session.runs.holder(first.definition_id) == first

        assert session.runs.conclude(first.concluded(RunStatus.PASSED, "all well", now=NOW))
        assert session.runs.claim(second)


def test_a_refused_claim_leaves_the_rest_of_its_transaction_intact(ledger, ledgers):
    with ledger.write() as session:
        session.runs.request(a_run(1))
        session.runs.request(a_run(2))
        session.runs.claim(a_run(1).claimed("dagster-1", now=NOW))
        assert not session.runs.claim(a_run(2).claimed("dagster-2", now=NOW))
        session.journal.append("run", {"id": "2"}, at=NOW)

    with ledger.read() as session:
        assert session.runs.find(a_run(2).id).status is RunStatus.PENDING
    assert head(ledgers) == 1


def test_runs_that_may_overlap_need_no_slot_and_hold_none(ledger):
    runs = [a_run(number).claimed(f"dagster-{number}", now=NOW) for number in (1, 2, 3)]
    with ledger.write() as session:
        for number in (1, 2, 3):
            session.runs.request(a_run(number))

        assert session.runs.claim(runs[0], allow_overlap=True)
        assert session.runs.claim(runs[1], allow_overlap=True)
        assert session.runs.claim(runs[2])


def test_two_organisations_do_not_share_a_slot(ledger, theirs):
    own, other = a_run(1), a_run(2, org_id=OTHER_ORG)
    with ledger.write() as session:
        session.runs.request(own)
        assert session.runs.claim(own.claimed("dagster-1", now=NOW))
    with theirs.write() as session:
        session.runs.request(other)
        assert session.runs.claim(other.claimed("dagster-2", now=NOW))


def test_a_run_is_concluded_once_and_keeps_its_first_end(ledger):
    running = a_run().claimed("dagster-1", now=NOW)
    passed = running.concluded(RunStatus.PASSED, "all well", now=NOW + timedelta(minutes=1))
    with ledger.write() as session:
        session.runs.request(a_run())
        session.runs.claim(running)

        assert session.runs.conclude(passed)
        assert not session.runs.conclude(running.concluded(RunStatus.ERROR, "too late", now=NOW))
        assert session.runs.find(running.id) == passed


def test_a_run_skipped_at_the_door_never_held_its_slot(ledger):
    skipped = a_run(1).skipped(SkipReason.PAUSE, "switched off", now=NOW)
    with ledger.write() as session:
        session.runs.request(a_run(1))
        session.runs.request(a_run(2))

        assert session.runs.conclude(skipped)
        assert session.runs.find(skipped.id) == skipped
        assert session.runs.claim(a_run(2).claimed("dagster-2", now=NOW))


def test_runs_are_listed_newest_first_and_filtered(ledger, theirs):
    with theirs.write() as session:
        session.runs.request(a_run(5, org_id=OTHER_ORG))
    with ledger.write() as session:
        for number in (1, 2, 3):
            session.runs.request(a_run(number))
        session.runs.request(a_run(4, definition_id=DefinitionId("other")))
        session.runs.claim(a_run(2).claimed("dagster-2", now=NOW))

        def ids(**filters):
            return [int(run.id[-2:]) for run in session.runs.latest(**filters)]

        assert ids() == [4, 3, 2, 1]
        assert ids(definition_id=DefinitionId("nightly-shop"), limit=2) == [3, 2]
        assert ids(status=RunStatus.RUNNING) == [2]
        assert ids(status=[RunStatus.RUNNING, RunStatus.PENDING], limit=3) == [4, 3, 2]
        assert ids(status=[]) == []
        assert ids(since=a_run(3).requested_at) == [4, 3]
        assert [run.id[-1] for run in session.runs.open()] == ["1", "2", "3", "4"]
        assert session.runs.counts() == {"nightly-shop": 3, "other": 1}


def test_runs_are_found_by_the_beginning_of_their_id(ledger, theirs):
    with theirs.write() as session:
        session.runs.request(a_run(3, org_id=OTHER_ORG))
    with ledger.write() as session:
        for number in (1, 2, 10):
            session.runs.request(a_run(number))

        def found(prefix, limit=5):
            return [int(run.id[-2:]) for run in session.runs.with_prefix(prefix, limit)]

        assert found("01900000-0000-7000-8000-0000000000") == [10, 2, 1]
        assert found("01900000-0000-7000-8000-0000000000", 2) == [10, 2]
        assert found(a_run(10).id[:-1]) == [10]
        assert found("0190000%") == found("______") == []


def test_the_newest_occurrence_of_a_schedule_is_found_by_its_origin(ledger, theirs):
    """Ids that differ by what PostgreSQL's order of text skips over, and an organisation of the same ids."""
    with theirs.write() as session:
        session.runs.request(a_run(9, org_id=OTHER_ORG, origin="cron:nightly:2026-12-01T07:00Z"))
    with ledger.write() as session:
        for number, origin in enumerate(
            (
                "cron:nightly:2026-11-21T07:00Z",
                "cron:nightly:2026-11-22T07:00Z",
                "cron:nightly:2026-11-20T07:00Z",
                "cron:nightly-2:2026-11-23T07:00Z",
                "cron:night-ly:2026-11-24T07:00Z",
                "request:nightly",
            )
        ):
            session.runs.request(a_run(number, origin=origin))

        newest = session.runs.newest_origin("cron:nightly:")

        assert newest.origin == "cron:nightly:2026-11-22T07:00Z"
        assert session.runs.newest_origin("cron:weekly:") is None


def test_a_run_is_found_by_its_dagster_run_and_by_those_that_retry_it(ledger):
    with ledger.write() as session:
        session.runs.request(a_run(1))
        session.runs.claim(a_run(1).claimed("dagster-1", now=NOW))
        session.runs.request(a_run(2, retry_of=a_run(1).id))
        assert session.runs.retries_of(a_run(1).id) == [a_run(2, retry_of=a_run(1).id)]

        assert session.runs.by_dagster_run("dagster-1").id == a_run(1).id
        assert session.runs.by_dagster_run("dagster-9") is None
        assert session.runs.retries(a_run(1).id) == 1
        assert session.runs.find(a_run(2).id).retry_of == a_run(1).id


# baselines


def test_a_new_baseline_replaces_the_active_one_of_its_set_only(ledger):
    first = a_baseline(views=("home", "cart"))
    second = replace(first, id=BaselineId("b2"), created_at=NOW + timedelta(days=1))
    elsewhere = replace(first, id=BaselineId("b3"), set="shared")
    with ledger.write() as session:
        for baseline in (first, elsewhere, second):
            session.baselines.add(baseline)

    with ledger.read() as session:
        assert session.baselines.active(first.set) == second
        assert session.baselines.active("shared") == elsewhere
        assert session.baselines.all(first.set) == [second, replace(first, is_active=False)]
        assert len(session.baselines.all()) == 3


def a_layer(number: int, branch: str, **changes):
    return a_baseline(id=BaselineId(f"l{number}"), set=f"nightly-shop@{branch}", **changes)


def test_each_branch_has_its_own_layer_over_a_set(ledger):
    target, other = a_baseline(set="nightly-shop"), a_baseline(id=BaselineId("b2"), set="nightly")
    first, second, fix = a_layer(1, "feature~pay"), a_layer(2, "feature~pay"), a_layer(3, "fix")
    with ledger.write() as session:
        for baseline in (target, other, first, second, fix):
            session.baselines.add(baseline)

    with ledger.read() as session:
        assert session.baselines.layers("nightly-shop") == [second, fix]
        assert session.baselines.layers("nightly") == []
        assert session.baselines.active("nightly-shop") == target
        assert [one.id for one in session.baselines.all(branch="feature/pay")] == ["l2", "l1"]
        assert {one.id for one in session.baselines.all(branch="")} == {target.id, other.id}


def test_a_layer_rests_after_its_branch_was_closed_or_when_nobody_has_run_it(ledger):
    days = [NOW + timedelta(days=number) for number in range(40)]
    closed, idle, used = a_layer(1, "closed"), a_layer(2, "idle"), a_layer(3, "used")
    with ledger.write() as session:
        for baseline in (a_baseline(), closed, idle, used):
            session.baselines.add(baseline)
        session.runs.request(a_run(1, requested_at=days[20], variables={"head_branch": "used"}))
        session.baselines.close([closed.set, "nightly-shop@nobody"], at=days[10])

    with ledger.read() as session:
        assert session.baselines.resting(before=NOW) == []
        assert session.baselines.resting(before=days[9]) == [idle.set]
        assert session.baselines.resting(before=days[11]) == [closed.set, idle.set]
        assert session.baselines.resting(before=days[21]) == [closed.set, idle.set, used.set]
    with ledger.write() as session:
        session.baselines.close([closed.set], at=None)
        session.baselines.add(replace(idle, id=BaselineId("l9"), created_at=days[30]))
    with ledger.read() as session:
        assert session.baselines.resting(before=days[11]) == [closed.set]


def test_the_pictures_of_an_expired_layer_are_needed_no_more(ledgers, ledger):
    layer = replace(
        a_layer(1, "fix"), images={a_view(): replace(a_baseline().images[a_view()], sha256=a_sha("e"))}
    )
    with ledger.write() as session:
        session.baselines.add(a_baseline())
        session.baselines.add(replace(layer, id=BaselineId("l0")))
        session.baselines.add(layer)
        session.baselines.expire(layer.set, by="policy:branches", at=NOW)
        session.baselines.expire("nightly-shop", by="policy:branches", at=NOW)

    with ledger.read() as session:
        assert session.baselines.layers("nightly-shop") == []
        assert [one.id for one in session.baselines.all(with_deleted=True) if one.deleted_at] == ["l1", "l0"]
        assert session.baselines.active("nightly-shop") == a_baseline(), "of a target nothing expires"
    with ledgers.read() as across:
        assert across.pictures.referenced() == {one.sha256 for one in a_baseline().images.values()}


def test_an_older_baseline_can_be_put_back_in_use(ledger):
    first = a_baseline()
    second = replace(first, id=BaselineId("b2"))
    with ledger.write() as session:
        session.baselines.add(first)
        session.baselines.add(second)
        session.baselines.activate(first.id, at=NOW)

    with ledger.read() as session:
        assert session.baselines.active(first.set) == first
        assert session.baselines.find(second.id) == replace(second, is_active=False)


def test_a_deleted_baseline_is_listed_only_when_asked_for_and_comes_back(ledger):
    with ledger.write() as session:
        session.baselines.add(a_baseline(id=BaselineId("b1")))
        session.baselines.add(a_baseline(id=BaselineId("b2")))
        for name in ("b1", "b2", "nope"):
            session.baselines.delete(BaselineId(name), by="user:ada", at=NOW)

        gone = session.baselines.find(BaselineId("b1"))
        assert gone is not None
        assert gone.deleted_at == NOW
        assert [one.id for one in session.baselines.all()] == ["b2"], "the one in use stays"
        assert len(session.baselines.all(with_deleted=True)) == 2

        session.baselines.restore(BaselineId("b1"), by="user:ada", at=NOW)
        assert {one.deleted_at for one in session.baselines.all()} == {None}
        assert len(session.baselines.all()) == 2


def test_activating_an_unknown_baseline_says_so(ledger):
    with pytest.raises(NotFound, match="baseline 'gone' does not exist"), ledger.write() as session:
        session.baselines.activate(BaselineId("gone"), at=NOW)


def test_eight_threads_that_adopt_at_once_leave_exactly_one_active_baseline(ledger):
    def adopt(number: int) -> None:
        with ledger.write() as session:
            session.baselines.add(a_baseline(id=BaselineId(f"b{number}")))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(adopt, range(8)))

    with ledger.read() as session:
        kept = session.baselines.all()
    assert len(kept) == 8
    assert [baseline.is_active for baseline in kept].count(True) == 1


# evidence and reviews


def test_sessions_come_back_in_playing_order_also_after_one_is_replaced(ledger):
    first, second = a_session(id="run.1"), a_session(id="run.2", playbook="blog")
    with ledger.write() as session:
        session.runs.request(a_run())
        session.evidence.save_session(a_run().id, first)
        session.evidence.save_session(a_run().id, second)
        first = replace(first, browser_ms=1234)
        session.evidence.save_session(a_run().id, first)

    with ledger.read() as session:
        assert session.evidence.sessions(a_run().id) == [first, second]
        assert session.evidence.sessions(a_run(2).id) == []


def test_comparisons_are_replaced_as_a_whole(ledger):
    with ledger.write() as session:
        session.runs.request(a_run())
        session.evidence.save_comparisons(a_run().id, [a_comparison("home"), a_comparison("cart")])
        session.evidence.save_comparisons(a_run().id, [a_comparison("pay")])

    with ledger.read() as session:
        assert session.evidence.comparisons(a_run().id) == [a_comparison("pay")]
        assert session.evidence.comparisons(a_run(2).id) == []


def test_every_image_that_evidence_refers_to_is_known(ledger, theirs, ledgers):
    shot, finding = a_screenshot(sha256=a_sha("1")), a_finding(screenshot=a_sha("2"))
    removed = a_comparison(
        old_sha256=a_sha("3"), new_sha256=None, overlay_sha256=a_sha("4"), side_by_side_sha256=a_sha("5"),
        variant="A", besides=(Beside("B", a_sha("6"), 0.5),),
    )  # fmt: skip
    with ledger.write() as session:
        session.runs.request(a_run())
        session.evidence.save_session(
            a_run().id, a_session(screenshots=(shot,), findings=(finding, a_finding()))
        )
        session.evidence.save_comparisons(a_run().id, [removed])
    with theirs.write() as session:
        session.baselines.add(a_baseline(org_id=OTHER_ORG))

    with ledgers.read() as session:
        assert session.pictures.referenced() == {a_sha(), *(a_sha(digit) for digit in "123456")}


def test_steps_are_told_in_order_until_they_are_forgotten(ledger):
    first, second = (
        ToldStep(
            "s", "shop", 2, StepResult(name, name, "phone", StepStatus.FAILED, 5, "no \0 button", "http://a")
        )
        for name in ("home", "cart")
    )
    with ledger.write() as session:
        session.steps.tell(a_run().id, first)
        session.steps.tell(a_run(2).id, first)
        session.steps.tell(a_run().id, second)

    with ledger.read() as session:
        told = session.steps.of_runs([a_run().id, a_run(2).id, a_run(3).id])
    readable = [replace(one, result=replace(one.result, message="no � button")) for one in (first, second)]
    assert told == {a_run().id: readable, a_run(2).id: readable[:1]}

    with ledger.write() as session:
        session.steps.forget(a_run().id)
    with ledger.read() as session:
        assert [*session.steps.of_runs([a_run().id, a_run(2).id])] == [a_run(2).id]


def test_evidence_of_a_run_that_does_not_exist_is_refused(ledger):
    with pytest.raises(NotFound, match="run 'nowhere' does not exist"), ledger.write() as session:
        session.evidence.save_session(RunId("nowhere"), a_session())


def test_text_that_no_database_can_hold_is_kept_readable(ledger, ledgers):
    """A page may print NUL, which PostgreSQL refuses, and half a surrogate pair, which UTF-8 cannot say."""
    running = a_run(variables={"title": "x\0y"}).claimed("dagster-1", now=NOW)
    failed = running.concluded(RunStatus.FAILED, "found '\ud83d' and '\0' and '\ud83d\ude00'", now=NOW)
    with ledger.write() as session:
        session.runs.request(a_run(variables={"title": "x\0y"}))
        session.runs.claim(running)
        session.runs.conclude(failed)
        session.evidence.save_session(a_run().id, a_session(error="\udfff\0"))
        session.journal.append("run", {"text": "\ud800"}, at=NOW)

    with ledger.read() as session:
        found = session.runs.find(running.id)
        assert found.reason == "found '�' and '�' and '\N{GRINNING FACE}'"
        assert found.variables == {"title": "x\0y"}
        assert session.evidence.sessions(running.id)[0].error == "�\0"
    assert rows(ledgers) == [(1, "run", '{"text":"�"}')]


def test_review_decisions_are_kept_in_order(ledger):
    with ledger.write() as session:
        session.reviews.append(a_run().id, "rejected", by="user:ada", detail="", at=NOW)
        session.reviews.append(a_run().id, "adopted", by="user:bob", detail="all views", at=NOW)

    with ledger.read() as session:
        assert session.reviews.of_run(a_run().id) == [
            ("rejected", "user:ada", ""),
            ("adopted", "user:bob", "all views"),
        ]


# outbox


def test_a_notification_is_stored_once_per_run_event_and_target(ledger):
    first = a_notification()
    with ledger.write() as session:
        session.outbox.store(first)
        session.outbox.store(replace(first, id="again", title="Again"))

    with ledger.read() as session:
        assert session.outbox.waiting() == [first]


def test_what_was_sent_waits_no_more_and_keeps_its_receipt(ledger):
    first, second = a_notification(1), a_notification(2)
    sent = replace(first, status=DeliveryStatus.SENT, receipt="ts 17", sent_at=NOW + timedelta(minutes=1))
    with ledger.write() as session:
        session.outbox.store(second)
        session.outbox.store(first)
        assert session.outbox.waiting(limit=1) == [first]
        session.outbox.record(sent, now=NOW)

    with ledger.read() as session:
        assert session.outbox.waiting() == [second]
        assert session.outbox.of_run(first.run_id) == [sent, second]


def test_recording_what_was_never_stored_is_refused(ledger):
    with pytest.raises(NotFound, match="'notification-1' was never stored"), ledger.write() as session:
        session.outbox.record(a_notification(), now=NOW)


# journal and transactions


def test_journal_rows_come_back_in_order_and_in_pages(ledger, ledgers):
    assert head(ledgers) == 0
    with ledger.write() as session:
        seqs = [
            session.journal.append("run", {"n": n, "text": "\N{GRINNING FACE}"}, at=NOW) for n in range(3)
        ]

    assert seqs == [1, 2, 3]
    assert head(ledgers) == 3
    assert rows(ledgers, after=1, limit=1) == [(2, "run", '{"n":1,"text":"\N{GRINNING FACE}"}')]
    assert [seq for seq, _, _ in rows(ledgers)] == [1, 2, 3]


def test_journal_rows_are_pruned_only_when_both_old_and_read_and_numbers_are_not_reused(ledger, ledgers):
    with ledger.write() as session:
        for age in (9, 9, 1, 9):
            session.journal.append("run", {}, at=NOW - timedelta(days=age))

    with ledgers.write() as session:
        assert session.journal.prune(before=NOW - timedelta(days=7), up_to_seq=3) == 2
        assert [seq for seq, _, _ in session.journal.after(0)] == [3, 4]

        assert session.journal.prune(before=NOW, up_to_seq=4) == 2
    with ledger.write() as session:
        assert session.journal.append("run", {}, at=NOW) == 5


def test_no_journal_row_appears_behind_one_that_was_read(ledger, ledgers):
    """A watermark that passed row 5 would lose row 4 for ever if 4 became visible later."""
    seen: list[int] = []

    def append(number: int) -> None:
        for _ in range(10):
            with ledger.write() as session:
                session.journal.append("run", {"n": number}, at=NOW)

    with ThreadPoolExecutor(5) as pool:
        writers = [pool.submit(append, number) for number in range(4)]
        while len(seen) < 40:
            seen += [seq for seq, _, _ in rows(ledgers, after=seen[-1] if seen else 0)]
            for writer in writers:
                if writer.done():
                    writer.result()

    assert len(seen) == 40


def test_an_exception_rolls_everything_back(ledger, ledgers):
    def crash() -> None:
        with ledger.write() as session:
            session.definitions.save(a_schedule(), by="user:ada", at=NOW)
            session.runs.request(a_run())
            session.journal.append("run", {}, at=NOW)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        crash()

    with ledger.read() as session:
        assert session.definitions.all() == []
        assert session.runs.find(a_run().id) is None
    assert head(ledgers) == 0


def test_a_reader_keeps_its_view_while_others_write(ledger):
    with ledger.read() as reader:
        assert reader.runs.open() == []
        with ledger.write() as writer:
            writer.runs.request(a_run())
        assert reader.runs.open() == []

    with ledger.read() as reader:
        assert reader.runs.open() == [a_run()]


# schema


def test_eight_threads_may_migrate_one_empty_database_at_once(unmade_ledgers):
    opened = [unmade_ledgers() for _ in range(8)]

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(SqlLedgers.migrate, opened))

    with opened[0].database.read() as connection:
        assert schema.version(connection) == schema.HEAD


def test_the_migrations_make_the_tables_that_the_statements_use(ledgers):
    ledgers.migrate()

    with ledgers.database.read() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, tables.metadata) == []


def test_the_newest_migration_is_the_one_the_quick_check_knows():
    assert ScriptDirectory(str(schema.MIGRATIONS)).get_heads() == [schema.HEAD]


def test_a_ledger_of_a_newer_version_is_refused_untouched(new_ledgers):
    ledgers = new_ledgers()
    ledgers.migrate()
    with ledgers.database.write() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
        connection.execute(sa.text("UPDATE needs SET revision = '9998'"))

    with pytest.raises(Refused, match="has schema '9999', written by a newer inspect-pipelines"):
        new_ledgers().migrate()
