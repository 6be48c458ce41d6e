"""What people find in the file: names, words about each column, and answers about flaky views and slow steps."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from builders import NOW, a_finding, a_screenshot, a_session
from history_builders import Home, a_comparison, a_failed_run
from inspect_pipelines.domain.run import Run
from inspect_pipelines.domain.session import StepResult, StepStatus
from inspect_pipelines.domain.verdict import Verdict, VerdictKind
from inspect_pipelines.facts.run import run_facts

PAGE = (Path(__file__).parents[3] / "docs/history.md").read_text(encoding="utf-8")
QUESTIONS = re.findall(r"```sql\n(.*?)```", PAGE, re.DOTALL)
AN_ID = re.compile(r"'[0-9a-f]{8}-[0-9a-f-]{27}'")


def tell(home: Home, run: Run, **parts: Any) -> None:
    verdict = Verdict(VerdictKind.FAILED, run.status, (run.reason,))
    given: dict[str, Any] = {"sessions": [a_session()], "comparisons": [], **parts}
    facts = run_facts(
        run, None, given["sessions"], given["comparisons"], verdict, baseline_id=None, report_path=""
    )
    home.tell("run", facts)


def a_step(step_id: str, status: StepStatus = StepStatus.PASSED, duration_ms: int = 100) -> StepResult:
    return StepResult(step_id, step_id.title(), "desktop", status, duration_ms, "", "http://shop/")


@pytest.fixture
def flaky_home(home: Home) -> Home:
    """Of four runs, `pay` was looked at again in the first two, and passed then; in the third it failed."""
    pay, front = a_screenshot("pay"), a_screenshot("home")
    for number in (1, 2, 3, 4):
        first = a_session(id=f"{number}.1", screenshots=(front, pay), findings=(a_finding(),))
        look = a_session(
            id=f"{number}.2", attempt=2, cause="visual",
            screenshots=(replace(pay, taken_at=NOW + timedelta(seconds=9)),),
        )  # fmt: skip
        tell(
            home,
            a_failed_run(number),
            sessions=[first, look] if number < 4 else [first],
            comparisons=[
                a_comparison("home", passed=True, fingerprint=""),
                a_comparison("pay", passed=number != 3, fingerprint="v1:9"),
            ],
        )
    return home


def test_which_view_is_flakiest_is_one_query(flaky_home: Home) -> None:
    assert flaky_home.rows(
        "SELECT view, flaky_ratio, flaky_count, failed_count, runs_count FROM flaky_views ORDER BY flaky_ratio DESC"
    ) == [("shop/pay@desktop", 0.5, 2, 1, 4)]
    assert flaky_home.rows("SELECT DISTINCT view, looks_count FROM comparisons ORDER BY ALL") == [
        ("shop/home@desktop", 1),
        ("shop/pay@desktop", 1),
        ("shop/pay@desktop", 2),
    ]


def test_a_picture_of_another_look_names_the_session_that_took_it(flaky_home: Home) -> None:
    """It named the session before, whose picture had been replaced."""
    assert flaky_home.rows("SELECT view_name, session_id FROM screenshots WHERE run_seq = 1 ORDER BY 1") == [
        ("home", "1.1"),
        ("pay", "1.2"),
    ]


def test_every_attempt_keeps_its_steps_in_order_with_their_times(home: Home) -> None:
    fails = a_session(id="1.1", steps=(a_step("open"), a_step("pay", StepStatus.FAILED, 30_000)))
    passes = a_session(
        id="1.2", attempt=2, cause="finding", steps=(a_step("open", duration_ms=300), a_step("pay"))
    )
    tell(home, a_failed_run(1), sessions=[fails, passes])
    tell(home, a_failed_run(2), sessions=[a_session(id="2.1", steps=(a_step("open"), a_step("pay")))])

    assert home.rows(
        "SELECT session_id, attempt, position, step_id, step_name, status, duration_ms, url FROM steps WHERE run_seq = 1"
    ) == [
        ("1.1", 1, 1, "open", "Open", "passed", 100, "http://shop/"),
        ("1.1", 1, 2, "pay", "Pay", "failed", 30_000, "http://shop/"),
        ("1.2", 2, 1, "open", "Open", "passed", 300, "http://shop/"),
        ("1.2", 2, 2, "pay", "Pay", "passed", 100, "http://shop/"),
    ]
    assert home.rows(
        "SELECT step_id, plays_count, failed_count, median_ms, slowest_ms FROM step_timings ORDER BY 1"
    ) == [
        ("open", 3, 0, 100, 300),
        ("pay", 3, 1, 100, 30_000),
    ]
    assert home.rows("SELECT step_id, flaky_count, runs_count, flaky_ratio FROM flaky_steps") == [
        ("pay", 1, 2, 0.5)
    ]
    assert home.rows("SELECT run_seq, attempts_count FROM automated_runs ORDER BY 1") == [(1, 2), (2, 1)]


def test_a_step_that_was_skipped_counts_nowhere(home: Home) -> None:
    tell(home, a_failed_run(), sessions=[a_session(steps=(a_step("pay", StepStatus.SKIPPED, 0),))])

    assert home.rows("SELECT status FROM steps") == [("skipped",)]
    assert home.rows("FROM step_timings") == home.rows("FROM flaky_steps") == []


def test_every_table_view_and_column_says_what_it_is(home: Home) -> None:
    home.finish(1)

    columns = home.rows(
        "SELECT schema_name, table_name, column_name, comment FROM duckdb_columns() WHERE database_name = 'history'"
    )
    tables = home.rows(
        "SELECT table_name, comment FROM duckdb_tables() UNION ALL "
        "SELECT view_name, comment FROM duckdb_views() WHERE NOT internal"
    )

    assert [row[:3] for row in columns if not row[3]] == []
    assert [name for name, comment in tables if not comment] == []
    assert len(columns) > 200


def test_people_see_their_tables_only(home: Home) -> None:
    home.finish(1)

    shown = {name for (name,) in home.rows("SHOW TABLES")}

    listed = {
        word
        for cell in re.findall(
            r"^\| (`[^|]+) \| [^|]+ \|$", PAGE.partition("## Questions with a name")[0], re.MULTILINE
        )
        for word in re.findall(r"`(\w+)`", cell)
    }
    assert shown == listed
    assert not [name for name in shown if name.startswith("_") or "migration" in name]


def test_an_id_has_one_name_wherever_it_stands(home: Home) -> None:
    """`automated_runs.id` was `run_id` everywhere else, `baselines.set_name` the `baseline_set` of runs, ..."""
    home.finish(1)
    where = defaultdict(set)
    for table, column in home.rows(
        "SELECT table_name, column_name FROM duckdb_columns() WHERE schema_name = 'main'"
    ):
        where[column].add(table)

    assert not {"id", "set_name", "cause", "source"} & set(where)
    owners = {
        "run_id": "automated_runs", "session_id": "sessions", "baseline_id": "baselines", "event_id": "events",
        "schedule_id": "schedules", "trigger_id": "triggers", "incident_id": "incidents",
        "notification_id": "notifications",
    }  # fmt: skip
    for column, owner in owners.items():
        assert owner in where[column], column
    for join in (
        "automated_runs JOIN sessions USING (run_id)",
        "sessions JOIN screenshots USING (session_id)",
    ):
        assert home.rows(f"SELECT count(*) FROM {join}") == [(1,)], join


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda text: " ".join(text.split())[:60])
def test_the_questions_of_the_docs_have_answers(flaky_home: Home, question: str) -> None:
    steps = (a_step("open"), a_step("pay", StepStatus.FAILED))
    tell(flaky_home, a_failed_run(5), sessions=[a_session(id="5.1", steps=steps, findings=(a_finding(),))])
    recent = replace(a_failed_run(6), completed_at=flaky_home.clock.now())
    look = a_session(id="6.2", attempt=2, cause="visual", screenshots=(a_screenshot("pay"),))
    tell(
        flaky_home,
        recent,
        sessions=[a_session(id="6.1"), look],
        comparisons=[a_comparison("pay", passed=True)],
    )

    answer = flaky_home.history.query(AN_ID.sub(f"'{a_failed_run(1).id}'", question))

    assert answer.rows
