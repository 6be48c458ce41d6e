"""A history of schema 4, the last one before ids had one name, goes on under this program."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from typing import Any

import duckdb
import pytest

from builders import NOW, a_run, a_session, a_view
from history_builders import Home, a_comparison, a_failed_run, facts_of
from inspect_pipelines.domain.ids import DEFAULT_ORG
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.domain.verdict import Verdict, VerdictKind
from inspect_pipelines.errors import NotFound
from inspect_pipelines.facts.run import run_facts
from resources.history import migrations
from resources.history.connection import open_writing
from resources.history.lease import holding
from resources.history.rebuild import rebuild

FLAKY = "shop/pay@desktop: differed at first, and looks as approved at another look"
OF_TODAY = {
    "comparisons": (
        "is_flaky",
        "looks_count",
        "visible_ratio",
        "fingerprint",
        "side_by_side_sha256",
        "drift_used",
        "drift_sum",
        "drift_since",
    ),
    "sessions": ("steps", "site_build", "runner", "agent_session_id", "agent_url", "cost_usd"),
}
OF_TODAYS_RUN = ("against", "selection", "views_not_run", "cost_usd")


def facts_of_before(number: int) -> dict[str, Any]:
    """What a run of that version told: it had a second look at one view, which then passed."""
    run = replace(a_failed_run(number), status=RunStatus.PASSED)
    facts = run_facts(
        run,
        None,
        [a_session(id=f"{number}.1"), a_session(id=f"{number}.2", attempt=2, cause="visual")],
        [a_comparison("home", passed=True), a_comparison("pay", passed=True)],
        Verdict(VerdictKind.FLAKY, RunStatus.PASSED, (FLAKY, "2 of 2 views look as approved")),
        baseline_id=None,
        report_path="",
    )
    for part, keys in OF_TODAY.items():
        facts[part] = [{key: row[key] for key in row if key not in keys} for row in facts[part]]
    facts["run"] = {key: one for key, one in facts["run"].items() if key not in OF_TODAYS_RUN}
    return facts


def insert(connection: duckdb.DuckDBPyConnection, table: str, row: dict[str, Any]) -> None:
    body = json.dumps(row)
    connection.execute(
        f"INSERT INTO {table} BY NAME SELECT unnest(from_json(?, json_structure(?)))", [body, body]
    )


@pytest.fixture
def old_home(home: Home) -> Home:
    """Run 1 is in the file and published; run 2 waits in the journal."""
    for number in (1, 2):
        home.tell("run", facts_of_before(number))
    places, facts = home.history.places, facts_of_before(1)
    places.folder.mkdir()
    with open_writing(places.live) as connection:
        connection.execute(
            "CREATE TABLE schema_migrations (version INTEGER, checksum VARCHAR, applied_at TIMESTAMPTZ)"
        )
        for migration in migrations.known()[:4]:
            connection.execute(migration.sql)
            connection.execute(
                "INSERT INTO schema_migrations VALUES (?, ?, now())", [migration.version, migration.checksum]
            )
        shared = {
            "run_seq": 1,
            "run_id": facts["run"]["id"],
            "org_id": DEFAULT_ORG,
            "definition_id": "nightly-shop",
        }
        insert(connection, "automated_runs", {"run_seq": 1, **facts["run"]})
        for table in ("sessions", "screenshots", "comparisons"):
            for row in facts[table]:
                when = {"compared_at": facts["run"]["completed_at"]} if table == "comparisons" else {}
                insert(connection, table, {**shared, **when, **row})
        connection.execute("INSERT INTO _unread VALUES (1, 'satellite', '{}')")
        connection.execute("UPDATE _applied SET seq = 1")
    for copy in (places.snapshot, places.published):
        shutil.copyfile(places.live, copy)
    places.published_note.write_text(
        json.dumps({"seq": 2, "published_at": NOW.isoformat(), "cost_seconds": 0.0})
    )
    return home


def test_nothing_is_lost_and_what_waited_comes_after_it(old_home: Home) -> None:
    rows = old_home.rows("SELECT run_seq, run_id, attempts_count FROM automated_runs ORDER BY run_seq")

    assert rows == [(1, a_run(1).id, 2), (2, a_run(2).id, 2)]
    for table, count in [("sessions", 4), ("screenshots", 2), ("comparisons", 4), ("steps", 0)]:
        assert old_home.rows(f"SELECT count(*) FROM {table}") == [(count,)], table
    assert old_home.rows("FROM internal.unread") == [(1, "satellite", "{}")]
    assert old_home.rows("SELECT retry_class FROM sessions WHERE attempt = 2") == [("visual",)] * 2


def test_which_views_were_flaky_is_known_of_old_runs_too(old_home: Home) -> None:
    assert old_home.rows("SELECT view, flaky_count, runs_count, flaky_ratio FROM flaky_views") == [
        (str(a_view("pay")), 2, 2, 1.0)
    ]


def test_a_rebuild_from_the_old_publication_or_the_journal_alone_is_as_whole(old_home: Home) -> None:
    rebuild(old_home.path, old_home.ledgers, old_home.clock)
    from_the_old_publication = old_home.rows("SELECT * FROM comparisons ORDER BY ALL")
    places = old_home.history.places
    for file in (places.live, places.snapshot):
        file.write_bytes(b"damaged" * 4096)

    rebuild(old_home.path, old_home.ledgers, old_home.clock)

    for new, old in zip(
        old_home.rows("SELECT * FROM comparisons ORDER BY ALL"), from_the_old_publication, strict=True
    ):
        assert new == old
    assert len(from_the_old_publication) == 4


def test_a_list_of_runs_reads_the_old_publication_only_once_it_has_todays_tables(old_home: Home) -> None:
    found = old_home.history.ended_runs(DEFAULT_ORG)

    assert [run.id for run in found] == [a_run(2).id, a_run(1).id]


def test_while_another_process_owns_the_old_history_a_list_of_runs_says_so(
    old_home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("resources.history.store.UPGRADE_SECONDS", 0.1)

    with holding(old_home.history.places.lock), pytest.raises(NotFound, match="only by an older version"):
        old_home.history.ended_runs(DEFAULT_ORG)


def test_a_home_whose_journal_was_forgotten_is_upgraded_as_well(old_home: Home) -> None:
    """Rows stay seven days; a home that nobody used for longer has none."""
    with old_home.ledgers.write() as ledgers:
        ledgers.journal.prune(before=old_home.clock.now(), up_to_seq=2)

    assert old_home.rows("SELECT run_id FROM automated_runs") == [(a_run(1).id,)]


def test_new_runs_go_beside_the_old_ones(old_home: Home) -> None:
    old_home.tell("run", facts_of(a_failed_run(3), comparisons=1))

    assert old_home.rows("SELECT count(*), count(is_flaky), count(looks_count) FROM comparisons") == [
        (5, 5, 1)
    ]
