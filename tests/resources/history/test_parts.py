"""SQL from elsewhere: one organisation's rows, in a process that can reach nothing else and is killed in time."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from builders import NOW
from history_builders import Home, a_failed_run, a_home, facts_of
from inspect_pipelines.domain.ids import DEFAULT_ORG, OrgId
from inspect_pipelines.errors import NotFound, Unavailable, UsageError
from patience import allowed
from resources.history import answering
from resources.history.part import holds_only, make

ACME = OrgId("acme")
ENDLESS = "WITH RECURSIVE t AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM t) SELECT max(n) FROM t"


def finish_for(home: Home, org_id: OrgId, number: int) -> None:
    """A run of another organisation ends in the same home."""
    run = a_failed_run(number, org_id=org_id)
    with home.ledgers.of(org_id).write() as ledger:
        ledger.journal.append("run", facts_of(run), at=NOW)


def ask(home: Home, sql: str, org_id: OrgId = DEFAULT_ORG) -> list[tuple[object, ...]]:
    return [*home.history.answer(org_id, sql).rows]


@pytest.fixture
def published(home: Home) -> Home:
    home.finish(1)
    home.history.drain()
    return home


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """One run, published; it is only read."""
    home = a_home(tmp_path_factory.mktemp("once"))
    home.finish(1)
    home.history.drain()
    yield home
    home.ledgers.close()


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """Two organisations' runs, published together, and the parts of both; it is only read."""
    home = a_home(tmp_path_factory.mktemp("both"))
    home.finish(1)
    for number in (2, 3):
        finish_for(home, ACME, number)
    home.history.drain()
    for org_id in (DEFAULT_ORG, ACME):
        ask(home, "SELECT 1", org_id)
    yield home
    home.ledgers.close()


@pytest.fixture
def shared(home: Home) -> Home:
    """Two organisations' runs were published together."""
    home.finish(1)
    finish_for(home, ACME, 2)
    finish_for(home, ACME, 3)
    home.history.drain()
    return home


def test_before_the_first_run_there_is_nothing_to_ask(home: Home) -> None:
    with pytest.raises(NotFound, match="there is no run history yet"):
        home.history.answer(DEFAULT_ORG, "SELECT 1")


@pytest.mark.parametrize(
    "sql",
    [
        "FROM duckdb_databases()",
        "SELECT * FROM pragma_database_list",
        "FROM duckdb_settings()",
        "FROM duckdb_extensions()",
        "FROM duckdb_secrets()",
        "FROM duckdb_logs()",
        "SELECT current_setting('allowed_paths')",
        "EXPLAIN FROM duckdb_settings()",
    ],
)
@pytest.mark.parametrize("home", ["once", "both"])
def test_nothing_says_where_on_the_server_the_history_lies(
    request: pytest.FixtureRequest, home: str, sql: str
) -> None:
    """`duckdb_databases()` told whoever may query the path of the home, with the name of whoever runs it."""
    asked: Home = request.getfixturevalue(home)

    try:
        told = json.dumps(ask(asked, sql), default=str)
    except UsageError as error:  # of the directory of secrets, which there is none of
        told = str(error)

    assert str(asked.path) not in told
    assert str(Path.home()) not in told


def test_an_answer_has_columns_with_their_types_and_says_how_fresh_it_is(once: Home) -> None:
    answered = once.history.answer(DEFAULT_ORG, "SELECT run_id, status, completed_at FROM automated_runs")

    assert [(one.name, one.type) for one in answered.columns] == [
        ("run_id", "VARCHAR"),
        ("status", "VARCHAR"),
        ("completed_at", "TIMESTAMP WITH TIME ZONE"),
    ]
    ((run_id, status, completed_at),) = answered.rows
    assert (run_id, status) == ("01900000-0000-7000-8000-000000000001", "failed")
    assert str(completed_at).endswith("Z")
    assert answered.as_of.tzinfo is not None


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("1.5", 1.5),
        ("'nan'::DOUBLE", None),
        ("'ab'::BLOB", "6162"),
        ("INTERVAL 90 SECOND", 90.0),
        ("DATE '2026-11-29'", "2026-11-29"),
        ("TIMESTAMP '2026-11-29 01:02:03'", "2026-11-29T01:02:03"),
        ("TIMESTAMPTZ '2026-11-29 01:02:03+01'", "2026-11-29T00:02:03Z"),
        ("TIME '01:02:03'", "01:02:03"),
        ("[1, NULL]", [1, None]),
        ("{'a': 1.5, 'b': ['x']}", {"a": 1.5, "b": ["x"]}),
        ("MAP {1: 'one'}", {"1": "one"}),
        ("170141183460469231731687303715884105727::HUGEINT", 170141183460469231731687303715884105727),
        ("'0190f1d2-7c1a-7b3e-9d5f-3a1b2c4d5e6f'::UUID", "0190f1d2-7c1a-7b3e-9d5f-3a1b2c4d5e6f"),
        ("true", True),
        ("NULL", None),
    ],
)
def test_every_type_of_duckdbs_has_a_word_in_json(sql: str, said: object) -> None:
    with duckdb.connect(":memory:") as connection:
        connection.execute("SET TimeZone = 'UTC'")
        ((value,),) = connection.execute(f"SELECT {sql}").fetchall()

    assert json.loads(json.dumps(answering.plain(value))) == said


def test_each_organisation_finds_its_own_rows_and_no_others(both: Home) -> None:
    tables = ("automated_runs", "sessions", "comparisons", "findings", "screenshots")
    everywhere = " UNION ALL ".join(f"SELECT org_id FROM {table}" for table in tables)
    whose = f"SELECT DISTINCT org_id FROM ({everywhere})"

    assert (ask(both, whose), ask(both, whose, ACME)) == ([(DEFAULT_ORG,)], [(ACME,)])
    assert ask(both, "SELECT count(*) FROM automated_runs", ACME) == [(2,)]
    assert ask(both, "SELECT count(*) FROM automated_runs", OrgId("nobody")) == [(0,)]


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT run_id FROM whole.automated_runs",
        "SELECT run_id FROM memory.automated_runs",
        "SELECT body FROM internal.unread",
        "SELECT * FROM '{snapshot}'",
        "SELECT * FROM read_blob('{snapshot}')",
        "SELECT * FROM read_text('{other}')",
        "ATTACH '{snapshot}' AS s",
        "SELECT * FROM glob('{folder}/*')",
        "SELECT * FROM query_table('whole.automated_runs')",
    ],
)
def test_another_organisations_rows_cannot_be_reached(both: Home, sql: str) -> None:
    places = both.history.places
    named = sql.format(snapshot=places.snapshot, other=places.part(DEFAULT_ORG), folder=places.folder)

    said = answering.answer(places.part(ACME), ACME, named, answering.LIMITS)

    assert [*said] == ["refused"]


def test_of_a_file_that_holds_rows_of_others_nothing_is_asked(both: Home) -> None:
    said = answering.answer(both.history.places.snapshot, ACME, "SELECT 1", answering.LIMITS)

    assert said == {"is_shared": True}


def test_a_home_of_one_organisation_is_asked_where_it_was_published(once: Home) -> None:
    assert ask(once, "SELECT count(*) FROM automated_runs") == [(1,)]

    assert not once.history.places.part(DEFAULT_ORG).exists()


def test_when_a_second_organisation_is_published_its_rows_stay_its_own(published: Home) -> None:
    assert ask(published, "SELECT count(*) FROM automated_runs") == [(1,)]
    finish_for(published, ACME, 2)
    published.history.drain()

    assert ask(published, "SELECT org_id FROM automated_runs") == [(DEFAULT_ORG,)]


def test_rows_are_not_copied_again_before_that_has_paid(shared: Home) -> None:
    first = shared.history.answer(ACME, "SELECT count(*) FROM automated_runs")
    copied = shared.history.places.part(ACME).stat()
    shared.finish(4)
    finish_for(shared, ACME, 5)
    shared.history.drain()

    soon = shared.history.answer(ACME, "SELECT count(*) FROM automated_runs")

    assert (soon.rows, soon.as_of) == (first.rows, first.as_of)
    assert shared.history.places.part(ACME).stat() == copied


def test_rows_are_copied_again_once_that_has_paid(shared: Home) -> None:
    ask(shared, "SELECT 1", ACME)
    finish_for(shared, ACME, 5)
    shared.history.drain()
    shared.history._parts._parts[ACME].rests_until = 0.0

    assert ask(shared, "SELECT count(*) FROM automated_runs", ACME) == [(3,)]


def test_views_and_comments_are_in_a_part_too(both: Home) -> None:
    assert ask(both, "SELECT DISTINCT org_id FROM flaky_views", ACME) in ([], [(ACME,)])
    comments = "SELECT DISTINCT comment FROM duckdb_columns() WHERE table_name = 'automated_runs' AND column_name = 'run_id'"
    assert ask(both, comments, ACME) == [("the run",)]
    assert ask(both, "SELECT comment FROM duckdb_views() WHERE view_name = 'step_timings'", ACME)[0][0]


def test_every_table_for_people_says_whose_each_row_is(once: Home) -> None:
    """A part is made by that column: a table without it would have to be left out, or shown to everybody."""
    without = (
        "SELECT table_name FROM duckdb_tables() WHERE schema_name = 'main' AND table_name NOT IN "
        "(SELECT table_name FROM duckdb_columns() WHERE column_name = 'org_id')"
    )

    assert ask(once, without) == []


def test_facts_that_nobody_can_read_yet_are_nobodys(tmp_path: Path) -> None:
    """They lie unread in the published copy, and may be of any organisation."""
    place = tmp_path / "copy.duckdb"
    with duckdb.connect(str(place)) as connection:
        connection.execute("CREATE TABLE runs AS SELECT 'acme' AS org_id")
        connection.execute("CREATE SCHEMA internal")
        connection.execute("CREATE TABLE internal.unread AS SELECT 'x' AS body")
        connection.execute("CREATE TABLE internal.applied AS SELECT 1 AS seq")

        assert not holds_only(connection, ACME, database="copy")

        connection.execute("DELETE FROM internal.unread")
        assert holds_only(connection, ACME, database="copy")


@pytest.mark.parametrize(
    ("sql", "says"),
    [
        ("", "holds no statement"),
        ("SELECT 1; SELECT 2", "holds 2 statements"),
        ("SELEKT 1", "is not SQL"),
        (
            "SELECT * FROM read_text('/etc/passwd')",
            "only the tables of your organisation's history are there",
        ),
        ("SELECT * FROM read_csv('/etc/passwd')", "only the tables"),
        ("SELECT * FROM '/etc/passwd'", "/etc/passwd"),
        ("SELECT * FROM read_parquet('http://127.0.0.1:1/x')", "the query"),
        ("SELECT * FROM 's3://bucket/x.parquet'", "the query"),
        ("COPY automated_runs TO '/tmp/stolen.csv'", "would do more than read (COPY"),
        ("COPY (SELECT 1) TO '/dev/stdout'", "would do more than read (COPY"),
        ("ATTACH '/tmp/other.duckdb'", "would do more than read (ATTACH); "),
        ("DETACH history", "would do more than read"),
        ("INSTALL httpfs", "would do more than read"),
        ("LOAD httpfs", "would do more than read"),
        ("PRAGMA enable_profiling", "would do more than read"),
        ("PRAGMA database_list", "would do more than read"),
        ("SET enable_external_access = true", "would do more than read"),
        ("RESET lock_configuration", "would do more than read"),
        ("CALL enable_logging()", "would do more than read"),
        ("EXPORT DATABASE '/tmp/stolen'", "would do more than read"),
        ("CHECKPOINT", "would do more than read"),
        ("CREATE TEMP TABLE t AS SELECT 1", "nothing can be changed here"),
        ("CREATE MACRO m() AS 1", "would do more than read"),
        ("INSERT INTO automated_runs (run_id) VALUES ('x')", "would do more than read (INSERT)"),
        (
            "WITH x AS (SELECT 1) INSERT INTO automated_runs (run_id) SELECT 'x' FROM x",
            "would do more than read",
        ),
        ("DROP TABLE automated_runs", "would do more than read (DROP)"),
        ("EXPLAIN ANALYZE DELETE FROM automated_runs", "the query"),
        ("BEGIN", "would do more than read"),
        ("PREPARE p AS SELECT 1", "would do more than read"),
        ("EXECUTE p", "would do more than read"),
        ("SELECT getenv('HOME')", "getenv"),
        ("SELECT * FROM asked", "asked"),
        ("SELECT * FROM nothing", "nothing does not exist"),
        ("SELECT 1 WHERE 1 = $1", "the query"),
    ],
)
def test_what_is_wrong_writes_or_reaches_beyond_is_refused_in_a_sentence(
    once: Home, sql: str, says: str
) -> None:
    said = answering.answer(once.history.places.snapshot, DEFAULT_ORG, sql, answering.LIMITS)

    assert says in said["refused"]
    assert "inspect-pipelines history" not in said["refused"]  # which is for who sits at the machine


def test_the_process_says_the_same(once: Home) -> None:
    for sql, says in (
        (
            "SELECT * FROM read_text('/etc/passwd')",
            "only the tables of your organisation's history are there",
        ),
        ("COPY (SELECT 1) TO '/dev/stdout'", "would do more than read"),
        ("SELECT 1; SELECT 2", "holds 2 statements"),
    ):
        with pytest.raises(UsageError, match=re.escape(says)):
            ask(once, sql)


@pytest.mark.parametrize(
    ("sql", "says"),
    [
        ("FROM range(1000000000)", "more than 10,000 rows"),
        ("SELECT list(range) FROM range(200000000)", "more than 256MB of memory"),
        ("SELECT repeat('x', 1000) FROM range(9999)", "more than 8 MB"),
    ],
)
def test_what_takes_too_much_is_refused_in_a_sentence(once: Home, sql: str, says: str) -> None:
    patient = replace(answering.LIMITS, seconds=allowed(60))

    said = answering.answer(once.history.places.snapshot, DEFAULT_ORG, sql, patient)

    assert says in said["refused"]


def test_an_answer_of_two_gigabytes_is_refused_and_not_gathered(once: Home) -> None:
    with pytest.raises(UsageError, match=r"more (than|memory)|took longer"):
        ask(once, "SELECT repeat('x', 1000000) FROM range(2000)")


def test_a_query_that_never_ends_is_ended_in_its_time(once: Home) -> None:
    hasty = replace(answering.LIMITS, seconds=0.3)

    said = answering.answer(once.history.places.snapshot, DEFAULT_ORG, ENDLESS, hasty)

    assert answering.LIMITS.seconds == 10
    assert said["refused"].startswith("the query took longer than 0.3 s and was ended; ask for less")


def test_a_process_that_does_not_heed_its_clock_is_killed(
    once: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What DuckDB is deep in cannot always be interrupted: the process is killed from outside then."""
    monkeypatch.setattr("resources.history.parts.START_SECONDS", -9.0)
    before = children()

    with pytest.raises(UsageError, match="took longer than 10 s and was ended"):
        ask(once, ENDLESS)

    assert children() == before


def a_process(tmp_path: Path, *lines: str) -> str:
    """Stands in for Python: says what the lines say the first time, the second time the last of them."""
    script = tmp_path / "python"
    first, last = lines[0], lines[-1]
    script.write_text(
        f"#!/bin/sh\nif mkdir {tmp_path / 'asked'} 2> /dev/null; then {first}; else {last}; fi\n"
    )
    script.chmod(0o700)
    return str(script)


BREAK_DOWN = "kill -SEGV $$"


def test_a_process_that_broke_down_once_is_followed_by_another(
    once: Home, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """One of some hundred thousand did, on a busy machine, and the person was told of too much memory."""
    python = a_process(tmp_path, BREAK_DOWN, f'exec {sys.executable} "$@"')
    monkeypatch.setattr("resources.history.parts.sys.executable", python)

    assert ask(once, "SELECT count(*) FROM automated_runs") == [(1,)]


def test_a_process_that_breaks_down_again_is_told_as_that_and_logged(
    once: Home, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    python = a_process(tmp_path, f"echo why >&2; {BREAK_DOWN}")
    monkeypatch.setattr("resources.history.parts.sys.executable", python)

    with pytest.raises(Unavailable, match=r"broke down twice, with -11; ask for something else"):
        ask(once, "SELECT 1")

    assert [record.getMessage() for record in caplog.records] == [
        "the process that answers SQL of default ended with -11: why\n"
    ] * 2


@pytest.mark.parametrize("ending", ["kill -KILL $$", "echo 'std::bad_alloc' >&2; kill -ABRT $$"])
def test_a_process_that_has_no_memory_left_is_told_as_that(
    once: Home, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, ending: str
) -> None:
    monkeypatch.setattr("resources.history.parts.sys.executable", a_process(tmp_path, ending))

    with pytest.raises(UsageError, match="takes more memory than it may; ask for less"):
        ask(once, "SELECT 1")


def test_the_process_can_neither_write_a_file_nor_go_on_for_ever(tmp_path: Path) -> None:
    code = (
        "import resource\nfrom resources.history.answering import LIMITS, fence\nfence(LIMITS)\n"
        "print(resource.getrlimit(resource.RLIMIT_CPU)[1], resource.getrlimit(resource.RLIMIT_AS)[1])\n"
        f"with open({str(tmp_path / 'x')!r}, 'w') as file: file.write('x')"
    )

    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert ended.stdout.split() == ["12", "2000000000"]
    assert ended.returncode != 0
    assert (tmp_path / "x").read_bytes() == b""


def test_a_secret_of_the_server_is_not_in_that_process(once: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INSPECT_SECRET", "s3cret")

    rows = ask(once, "SELECT name, value FROM duckdb_settings()")

    assert "s3cret" not in str(rows)


def test_a_part_that_is_damaged_is_made_anew(shared: Home) -> None:
    ask(shared, "SELECT 1", ACME)
    shared.history.places.part(ACME).write_bytes(b"X" * 10_000)

    with pytest.raises(Unavailable, match="has to be gathered anew; ask again"):
        ask(shared, "SELECT 1", ACME)

    assert ask(shared, "SELECT count(*) FROM automated_runs", ACME) == [(2,)]


def test_a_part_that_cannot_be_made_is_told(shared: Home) -> None:
    shared.history.places.part(ACME).mkdir(parents=True)

    with pytest.raises(Unavailable, match=r"cannot be gathered: .*; ask again"):
        ask(shared, "SELECT 1", ACME)


def test_a_copy_half_made_by_one_who_was_killed_is_swept(shared: Home) -> None:
    path = shared.history.places.part(ACME)
    path.parent.mkdir()
    left = path.with_name(f"{path.name}.77.new")
    left.write_bytes(b"half")

    ask(shared, "SELECT 1", ACME)

    assert [one.name for one in path.parent.iterdir()] == [path.name]


def test_a_part_is_whole_at_every_moment(both: Home, tmp_path: Path) -> None:
    """It is made beside the old one and put in its place."""
    target = tmp_path / "acme.duckdb"
    make(both.history.places.snapshot, target, ACME)
    with target.open("rb") as old:
        make(both.history.places.snapshot, target, ACME)

        assert os.fstat(old.fileno()).st_nlink == 0
    assert [one.name for one in tmp_path.glob("acme*")] == ["acme.duckdb"]


def children() -> list[str]:
    return Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
