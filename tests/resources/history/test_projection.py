from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import duckdb
import pytest

from builders import NOW, a_baseline, a_run, a_schedule, a_session
from builders_of_incidents import an_incident
from history_builders import a_comparison, a_failed_run, facts_of
from inspect_pipelines.domain.ids import DEFAULT_ORG, BaselineId, DefinitionId
from inspect_pipelines.domain.notification import DeliveryStatus, Notification
from inspect_pipelines.domain.plan import RuleEvent
from inspect_pipelines.domain.run import RunStatus, SkipReason
from inspect_pipelines.domain.session import StepResult, StepStatus
from inspect_pipelines.domain.trigger import Trigger
from inspect_pipelines.domain.verdict import Verdict
from inspect_pipelines.facts.alert import incident_facts, notification_facts
from inspect_pipelines.facts.baseline import baseline_activated_facts, baseline_deleted_facts, baseline_facts
from inspect_pipelines.facts.definition import definition_facts
from inspect_pipelines.facts.run import run_facts
from resources.history.live import rows_of_next
from resources.ledger import tables

LATER = NOW + timedelta(days=1)
A_TRIGGER = Trigger(
    DefinitionId("on-merge"), DEFAULT_ORG, "On merge", "pull_request.merged", a_schedule().plan
)
A_NOTIFICATION = Notification(
    "n1", DEFAULT_ORG, a_run().id, RuleEvent.ON_FAILURE, "slack:#qa", "Failed", "text", ("@ada",), NOW
)


# what a column is filled from where a fact calls it otherwise, as its own object does
KEYS = {
    "automated_runs": {"run_id": "id", "event_type": "trigger_event_type"},
    "sessions": {"session_id": "id", "retry_class": "cause"},
    "screenshots": {"view_name": "name"},
    "comparisons": {"view_name": "name"},
    "schedules": {"schedule_id": "id"},
    "triggers": {"trigger_id": "id"},
    "baselines": {"baseline_id": "id", "baseline_set": "set_name"},
    "incidents": {"incident_id": "id"},
    "notifications": {"notification_id": "id", "rule": "event"},
}


def test_every_key_of_a_fact_is_a_column_of_its_table(home):
    def columns(table: str) -> set[str]:
        renamed = KEYS.get(table, {})
        return {renamed.get(row[0], row[0]) for row in home.rows(f"DESCRIBE {table}")}

    step = StepResult("pay", "Pay", "desktop", StepStatus.PASSED, 100)
    run = facts_of(a_failed_run(), steps=(step,))
    home.tell("run", run)

    computed = {
        "run_seq",
        "attempts_count",
        "notifications_sent",
        "about_repo",
        "about_branch",
        "about_environment",
    }
    assert columns("automated_runs") - set(run["run"]) == computed
    of_run = {"run_seq", "run_id", "org_id", "definition_id"}
    assert columns("sessions") | {"steps"} == {*run["sessions"][0], *of_run}
    of_session = {"session_id", "playbook_id", "attempt", "position", "played_at"}
    assert columns("steps") == {*run["sessions"][0]["steps"][0], *of_run, *of_session}
    assert columns("findings") == {*run["findings"][0], *of_run}
    assert columns("screenshots") == {*run["screenshots"][0], *of_run, "view"}
    assert columns("comparisons") == {*run["comparisons"][0], *of_run, "view", "baseline_id", "compared_at"}
    schedule = definition_facts(a_schedule(), at=NOW, by="user:ada")["schedule"]
    trigger = definition_facts(A_TRIGGER, at=NOW, by="user:ada")["trigger"]
    assert columns("schedules") == set(schedule)
    assert columns("triggers") == set(trigger)
    assert columns("baselines") == {*baseline_facts(a_baseline())["baseline"], "is_active", "activated_at"}
    assert columns("incidents") == set(incident_facts(an_incident())["incident"])
    assert columns("notifications") == {*notification_facts(A_NOTIFICATION)["notification"], "definition_id"}


def test_every_value_of_a_fact_arrives_as_it_was(home):
    facts = facts_of(a_failed_run(), comparisons=1)
    home.tell("run", facts)

    for table, expected in [("automated_runs", facts["run"]), ("comparisons", facts["comparisons"][0])]:
        answer = home.history.query(f"SELECT * FROM {table}")
        names = [KEYS[table].get(column, column) for column in answer.columns]
        row = dict(zip(names, answer.rows[0], strict=True))
        for key, value in expected.items():
            if key.endswith("_at") and value is not None:
                value = datetime.fromisoformat(value)
            if key == "regions":
                value = (
                    '[{"x":10,"y":20,"width":300,"height":40,"changed_pixels":900,"element":"header",'
                    '"kind":"replaced","colour_mean":0.0}]'
                )
            assert row[key] == value, key


def test_a_runs_rows_share_its_number_and_its_diff_score_is_the_worst_view(home):
    home.finish(1, 2)

    assert home.rows("SELECT run_seq, baseline_diff_score, views_count FROM automated_runs ORDER BY 1") == [
        (1, 0.19, 20),
        (2, 0.19, 20),
    ]
    for table, rows in [("sessions", 1), ("screenshots", 1), ("comparisons", 20), ("findings", 1)]:
        found = home.rows(
            f"SELECT run_seq, run_id, org_id, definition_id, count(*) FROM {table} GROUP BY ALL ORDER BY 1"
        )
        whose = ("default", "nightly-shop", rows)
        assert found == [(1, a_run(1).id, *whose), (2, a_run(2).id, *whose)], table


def test_times_are_utc_whatever_zone_the_machine_is_in(home, monkeypatch):
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    home.finish(1)

    ((completed_at, as_text),) = home.rows("SELECT completed_at, completed_at::VARCHAR FROM automated_runs")

    assert completed_at == NOW
    assert completed_at.utcoffset() == timedelta(0)
    assert as_text == "2026-11-22 07:00:00+00"


def test_a_run_that_was_skipped_or_whose_definition_is_gone_has_a_row_and_no_more(home):
    skipped = a_run().skipped(SkipReason.PAUSE, "switched off", now=NOW)
    verdict = Verdict(None, RunStatus.SKIPPED, (skipped.reason,))
    home.tell("run", run_facts(skipped, None, [], [], verdict, baseline_id=None, report_path=""))

    assert home.rows(
        "SELECT status, reason, verdict, started_at, duration_ms, baseline_diff_score, sessions_count, repo FROM automated_runs"
    ) == [("skipped", "pause: switched off", None, None, None, None, 0, None)]
    assert home.rows("SELECT count(*) FROM sessions") == [(0,)]


def test_a_score_that_is_no_number_is_unknown_not_zero(home):
    run = a_failed_run()
    verdict = Verdict(None, run.status, ())
    broken = a_comparison(score=float("nan"), changed_ratio=float("inf"))
    home.tell("run", run_facts(run, None, [a_session()], [broken], verdict, baseline_id=None, report_path=""))

    assert home.rows("SELECT score, changed_ratio FROM comparisons") == [(None, None)]
    assert home.rows("SELECT baseline_diff_score FROM automated_runs") == [(None,)]


def test_text_from_pages_arrives_whatever_it_holds(home):
    reason = "'); DROP TABLE automated_runs; -- \0 \N{GRINNING FACE} \\u0000 \ud800 {{x}} \n\t\"'"
    run = replace(a_failed_run(), reason=reason)
    home.tell("run", facts_of(run))

    assert home.rows("SELECT reason FROM automated_runs") == [(reason.replace("\ud800", "\ufffd"),)]


def test_draining_twice_stores_each_fact_once(home):
    home.finish(*range(1, 4))

    assert home.history.drain()
    assert home.history.drain()
    home.finish(4)
    assert home.history.drain()

    assert home.counts() == (4, 4, 0)


def test_a_backlog_longer_than_a_batch_arrives_in_order(home):
    for number in range(1, 1203):
        home.tell("run", {"run": {"id": f"r{number:05}", "org_id": "default"}})

    assert home.rows("SELECT count(*), count(DISTINCT run_seq), max(run_seq) FROM automated_runs") == [
        (1202, 1202, 1202)
    ]


@pytest.mark.parametrize(
    ("rows", "size", "next_one"),
    [(500, 100, 4000), (500, 5_000, 2000), (1, 30_000_000, 1), (2, 0, 4000), (40, 1_000_000, 10)],
)
def test_a_batch_is_as_many_rows_as_take_its_room(rows, size, next_one):
    assert rows_of_next([(seq, "run", "x" * size) for seq in range(rows)]) == next_one


def test_a_definition_has_one_row_its_newest_and_keeps_who_made_it(home):
    home.tell("definition", definition_facts(a_schedule(), at=NOW, by="user:ada"))
    home.history.drain()
    home.tell("definition", definition_facts(a_schedule(name="Second"), at=LATER, by="user:bob"))
    home.tell("definition", definition_facts(a_schedule(name="Third"), at=LATER, by="user:cy"))

    assert home.rows(
        "SELECT schedule_id, name, created_by, created_at, updated_at, deleted_at FROM schedules"
    ) == [("nightly-shop", "Third", "user:ada", NOW, LATER, None)]


def test_a_definition_made_and_changed_within_one_batch_keeps_its_maker(home):
    home.tell("definition", definition_facts(A_TRIGGER, at=NOW, by="user:ada"))
    home.tell("definition", definition_facts(replace(A_TRIGGER, repo="acme/shop"), at=LATER, by="user:bob"))

    assert home.rows("SELECT event_type, repo_pattern, created_by, created_at FROM triggers") == [
        ("pull_request.merged", "acme/shop", "user:ada", NOW)
    ]


def test_a_deleted_definition_stays_with_the_time_it_was_deleted(home):
    home.tell("definition", definition_facts(a_schedule(), at=NOW, by="user:ada"))
    home.tell("definition", definition_facts(a_schedule(), at=LATER, by="user:bob", deleted=True))

    assert home.rows("SELECT schedule_id, deleted_at, created_by FROM schedules") == [
        ("nightly-shop", LATER, "user:ada")
    ]


def test_a_schedule_that_became_a_trigger_is_a_trigger_only(home):
    home.tell("definition", definition_facts(a_schedule("on-merge"), at=NOW, by="user:ada"))
    home.history.drain()
    home.tell("definition", definition_facts(A_TRIGGER, at=LATER, by="user:bob"))

    assert home.rows("SELECT schedule_id FROM schedules") == []
    assert home.rows("SELECT trigger_id, created_at FROM triggers") == [("on-merge", NOW)]


@pytest.mark.parametrize("drains_between", [False, True], ids=["one batch", "a batch each"])
def test_exactly_one_baseline_of_a_set_is_active_the_last_one_named(home, drains_between):
    first = a_baseline()
    second = replace(first, id=BaselineId("b2"))
    other_set = replace(first, id=BaselineId("b3"), set="shared")
    deeds = [
        ("baseline", baseline_facts(first)),
        ("baseline", baseline_facts(other_set)),
        ("baseline", baseline_facts(second)),
        ("baseline_activated", baseline_activated_facts(DEFAULT_ORG, first.set, first.id, LATER)),
    ]

    for deed in deeds:
        home.tell(*deed)
        if drains_between:
            home.history.drain()

    assert home.rows("SELECT baseline_id, is_active, activated_at FROM baselines ORDER BY baseline_id") == [
        (first.id, True, LATER),
        ("b2", False, NOW if drains_between else None),
        ("b3", True, NOW),
    ]


@pytest.mark.parametrize("drains_between", [False, True], ids=["one batch", "a batch each"])
def test_a_baseline_that_was_deleted_is_known_as_such_until_it_is_restored(home, drains_between):
    """The history listed baselines that were deleted long ago as if a rollback could reach them."""
    gone, back = a_baseline(), replace(a_baseline(), id=BaselineId("b2"))
    deeds = [("baseline", baseline_facts(one)) for one in (gone, back)]
    deeds += [
        ("baseline_deleted", baseline_deleted_facts(replace(one, deleted_at=LATER))) for one in (gone, back)
    ]
    deeds.append(("baseline_restored", baseline_deleted_facts(back)))

    for deed in deeds:
        home.tell(*deed)
        if drains_between:
            home.history.drain()

    assert home.rows("SELECT baseline_id, deleted_at FROM baselines ORDER BY baseline_id") == sorted(
        [(gone.id, LATER), (back.id, None)]
    )


def test_a_history_that_is_told_again_takes_what_the_ledger_says_of_a_baseline(home):
    baseline = a_baseline()
    home.tell("baseline", baseline_facts(replace(baseline, deleted_at=LATER)))
    deleted = home.rows("SELECT deleted_at FROM baselines")
    home.tell("baseline", baseline_facts(baseline))

    assert (deleted, home.rows("SELECT deleted_at FROM baselines")) == ([(LATER,)], [(None,)])


def test_an_incident_has_one_row_its_newest_state(home):
    incident = an_incident()
    home.tell("incident", incident_facts(incident))
    assert home.rows("SELECT incident_id, state, resolved_at, keys FROM incidents") == [
        (incident.id, "open", None, ["finding shop/pay"])
    ]

    resolved = replace(incident, resolved_at=LATER, resolution="run 9 passed", runs=7)
    home.tell("incident", incident_facts(replace(incident, runs=6)))
    home.tell("incident", incident_facts(resolved))

    assert home.rows("SELECT state, resolution, runs_count, resolved_at FROM incidents") == [
        ("resolved", "run 9 passed", 7, LATER)
    ]


def test_a_notification_has_one_row_its_newest_and_the_run_lists_it_once_sent(home):
    sent = replace(A_NOTIFICATION, status=DeliveryStatus.SENT, receipt="ts 17", sent_at=LATER)
    home.finish(1)
    home.tell("notification", notification_facts(A_NOTIFICATION))
    assert home.rows("SELECT notifications_sent FROM automated_runs") == [(None,)]
    home.tell("notification", notification_facts(sent))

    assert home.rows(
        "SELECT notification_id, status, receipt, sent_at, definition_id FROM notifications"
    ) == [("n1", "sent", "ts 17", LATER, "nightly-shop")]
    assert home.rows("SELECT notifications_sent FROM automated_runs") == [('["n1"]',)]


def test_a_fact_of_an_unknown_kind_is_kept_and_holds_nothing_up(home):
    home.tell("satellite", {"id": 1})
    home.finish(1)

    assert home.counts() == (1, 1, 0)
    assert home.rows("SELECT seq, kind, body FROM internal.unread") == [(1, "satellite", '{"id":1}')]


def test_the_published_file_opens_in_duckdb_1_5(home):
    home.finish(1)
    home.history.drain()

    with duckdb.connect(home.history.url(), read_only=True) as connection:
        tags = connection.execute(
            "SELECT tags FROM duckdb_databases() WHERE database_name = 'history'"
        ).fetchone()
    assert tags[0]["storage_version"].startswith("v1.5"), tags


# DuckDB's own .df() still says inplace=True to pandas 3.1
@pytest.mark.filterwarnings("ignore:The inplace keyword in DataFrame.drop")
def test_the_published_file_is_a_pandas_frame_away(home):
    home.finish(1, 2)
    home.history.drain()

    with duckdb.connect(home.history.url(), read_only=True) as connection:
        frame = connection.execute(
            "SELECT run_id, completed_at, baseline_diff_score FROM automated_runs"
        ).df()

    assert len(frame) == 2
    assert frame["completed_at"].iloc[0].to_pydatetime().astimezone(UTC) == NOW


def test_a_row_that_is_no_json_is_kept_and_holds_nothing_up(home):
    home.finish(1)
    with home.ledgers.database.write() as connection:
        connection.execute(tables.journal.insert().values(kind="run", body='{"run": {', created_at=NOW))
    home.finish(2)

    assert home.counts() == (2, 2, 0)
    assert home.rows("SELECT seq, kind, body FROM internal.unread") == [(2, "run", '{"run": {')]
