from __future__ import annotations

import csv
import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import psutil
import pytest

from history_builders import Home, a_home
from in_process import Done, command
from inspect_pipelines.cli.history import as_aligned, as_csv, as_json
from inspect_pipelines.ports.history import Table
from patience import allowed


@pytest.fixture
def home(tmp_path: Path):
    home = a_home(tmp_path / "state")
    yield home
    home.ledgers.close()


def inspect_pipelines(home: Home, *words: str) -> Done:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("INSPECT_HOME", str(home.path))
        return command(*words, cwd=Path.cwd())


def test_sql_prints_an_aligned_table_with_a_row_count(home):
    home.finish(1, 2)

    done = inspect_pipelines(
        home,
        "history",
        "sql",
        "SELECT status, count(*) AS runs, max(baseline_diff_score) AS worst FROM automated_runs GROUP BY ALL",
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "status  runs  worst",
        "------  ----  -----",
        "failed     2   0.19",
        "(1 row)",
    ]


def test_sql_prints_json_and_csv(home):
    home.finish(1)
    query = "SELECT completed_at, reasons, retry_of, views_count FROM automated_runs"

    as_json_text = inspect_pipelines(home, "history", "sql", "--json", query).stdout
    as_csv_text = inspect_pipelines(home, "history", "sql", query, "--csv").stdout

    reasons = ["shop/home@desktop changed", "and more"]
    assert json.loads(as_json_text) == [
        {"completed_at": "2026-11-22T07:00:00Z", "reasons": reasons, "retry_of": None, "views_count": 20}
    ]
    assert list(csv.DictReader(io.StringIO(as_csv_text))) == [
        {
            "completed_at": "2026-11-22T07:00:00Z",
            "reasons": json.dumps(reasons),
            "retry_of": "",
            "views_count": "20",
        }
    ]


def test_sql_and_report_save_a_parquet_file_with_the_true_types(home, tmp_path):
    home.finish(1, 2)
    query = "SELECT run_id, completed_at, reasons, retry_of FROM automated_runs -- the runs;"
    file, other = tmp_path / "runs o'the night.parquet", tmp_path / "last.parquet"

    saved = inspect_pipelines(home, "history", "sql", query, "--parquet", str(file))
    reported = inspect_pipelines(home, "history", "report", "last_runs", "--parquet", str(other))

    assert (saved.returncode, saved.stderr, saved.stdout) == (0, "", f"saved 2 rows to {file}\n")
    assert (reported.returncode, reported.stderr) == (0, "")
    assert sorted(one.name for one in tmp_path.iterdir() if one.suffix) == [other.name, file.name]
    read = duckdb.read_parquet(str(file))
    assert list(map(str, read.types)) == ["VARCHAR", "TIMESTAMP WITH TIME ZONE", "VARCHAR[]", "VARCHAR"]
    assert len(read.fetchall()) == 2


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["SELECT 1", "--parquet", "no/such/folder.parquet"], "has no folder"),
        (["SELECT 1", "--parquet", "."], "is a folder; name a file"),
        (["SELECT 1", "--parquet", "x", "--csv"], "--parquet and --csv exclude each other"),
        (["--parquet", "x"], "name the query whose answer goes to 'x'"),
        (["EXPLAIN SELECT 1", "--parquet", "x"], "the query failed: Parser Error"),
        (["DELETE FROM automated_runs", "--parquet", "x"], "the query would do more than read (DELETE)"),
        (["SELECT 1) TO '/tmp/y'; COPY (SELECT 1", "--parquet", "x"], "the query is not SQL"),
        (["FROM read_text('/etc/passwd')", "--parquet", "x"], "the query reaches beyond the run history"),
    ],
)
def test_what_cannot_be_saved_is_a_sentence_and_leaves_no_file(home, tmp_path, monkeypatch, words, sentence):
    home.finish(1)
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)

    done = inspect_pipelines(home, "history", "sql", *words)

    assert (done.returncode, done.stdout) == (2, "")
    assert sentence in done.stderr
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["sql", "SELEKT"], "the query is not SQL: Parser Error"),
        (["sql", "DELETE FROM automated_runs"], "the query would do more than read (DELETE)"),
        (["sql", "SELECT nope FROM automated_runs"], 'Referenced column "nope" not found'),
        (["sql"], "name a query, for example"),
    ],
)
def test_a_wrong_query_is_a_sentence_and_exit_code_2(home, words, sentence):
    home.finish(1)

    done = inspect_pipelines(home, "history", *words)

    assert (done.returncode, done.stdout) == (2, "")
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr


def test_a_question_with_a_name_is_listed_shown_and_answered(home):
    home.finish(1, 2)

    listed = inspect_pipelines(home, "history", "queries").stdout
    shown = inspect_pipelines(home, "history", "report", "pass_rate", "days=9999", "--sql").stdout
    answered = inspect_pipelines(home, "history", "report", "pass_rate", "days=9999", "--json")
    asked = inspect_pipelines(home, "history", "sql", "--json", shown)

    assert "pass_rate definition_id=% days=90\n    How many of a day's runs passed" in listed
    assert "trend DEFINITION_ID days=90\n" in listed
    assert (answered.returncode, answered.stderr) == (0, "")
    assert json.loads(answered.stdout) == json.loads(asked.stdout)
    assert json.loads(answered.stdout)[0]["passed_percent"] == 0.0


@pytest.mark.parametrize(
    ("words", "status", "sentence"),
    [
        (["flakiest", "7"], 2, "'7' is no KEY=VALUE; for example: history report flakiest days=7"),
        (["flakiest", "days=x"], 2, "days of the query 'flakiest' is a whole number, not 'x'"),
        (["nope"], 2, "'nope' is no query of the run history; there are: alerts, "),
    ],
)
def test_a_wrong_question_is_a_sentence(home, words, status, sentence):
    home.finish(1)

    done = inspect_pipelines(home, "history", "report", *words)

    assert (done.returncode, done.stdout) == (status, "")
    assert sentence in done.stderr


def test_a_query_without_any_run_yet_says_how_to_make_one(home):
    done = inspect_pipelines(home, "history", "sql", "SELECT 1")

    assert done.returncode == 2
    assert "there is no run history yet; make a first run with: inspect-pipelines run" in done.stderr


def test_path_prints_where_the_published_copy_is(home):
    done = inspect_pipelines(home, "history", "path")

    assert done.stdout.strip() == str(home.path / "history.duckdb")


def test_a_damaged_history_leads_to_rebuild_and_rebuild_mends_it(home):
    home.finish(1)
    home.history.drain()
    home.history.places.live.write_bytes(b"damaged" * 4096)
    home.finish(2)

    damaged = inspect_pipelines(home, "history", "sql", "SELECT 1")
    rebuilt = inspect_pipelines(home, "history", "rebuild")

    assert damaged.returncode == 3
    assert "inspect-pipelines history rebuild" in damaged.stderr
    assert rebuilt.returncode == 0, rebuilt.stderr
    assert "made anew from its last publication and the journal up to row 2" in rebuilt.stdout
    assert home.counts() == (2, 2, 0)


def test_a_cell_that_a_spreadsheet_would_compute_is_quoted_and_numbers_are_not():
    table = Table(
        ("=head", "value"),
        (('=HYPERLINK("http://evil")', -1.5), ("@SUM(A1)", 3), ("+49 30", None), ("-x", True), ("plain", 0)),
    )

    rows = list(csv.reader(io.StringIO(as_csv(table))))

    assert rows == [
        ["'=head", "value"],
        ['\'=HYPERLINK("http://evil")', "-1.5"],
        ["'@SUM(A1)", "3"],
        ["'+49 30", ""],
        ["'-x", "True"],
        ["plain", "0"],
    ]


def test_a_long_or_many_lined_cell_keeps_the_table_in_shape():
    table = Table(("text", "n"), (("a\nb\tc", 1), ("x" * 100, 22)))

    lines = as_aligned(table).splitlines()

    assert lines[2] == "a b c" + " " * 55 + "   1"
    assert lines[3] == "x" * 59 + "…" + "  22"


def test_an_empty_answer_shows_its_columns():
    assert as_aligned(Table(("id", "status"), ())).splitlines() == ["id  status", "--  ------", "(0 rows)"]
    assert as_json(Table(("id",), ())) == "[]\n"
    assert as_csv(Table(("id",), ())) == "id\n"


@pytest.mark.parametrize("form", ["--json", "--csv", None])
def test_what_a_site_wrote_steers_no_terminal_in_any_form(home, form):
    """A page's sentence with `ESC ]0;` set the title of the window of whoever asked for it."""
    home.finish(1)
    query = "SELECT 'pay' || chr(27) || ']0;owned' || chr(7) || chr(155) || chr(8238) AS sentence"

    said = inspect_pipelines(home, "history", "sql", query, *([form] if form else [])).stdout

    assert "pay" in said
    assert all(c.isprintable() or c == "\n" for c in said)


def test_ctrl_c_ends_a_query_at_once_without_a_traceback(home):
    """It went on until its end, and then showed DuckDB's RuntimeError."""
    home.finish(1)
    program = Path(sys.executable).with_name("inspect-pipelines")
    endless = "SELECT count(*) FROM range(10000000) a, range(10000000) b WHERE a.range * b.range % 7 = 3"
    environment = {**os.environ, "INSPECT_HOME": str(home.path)}
    querying = subprocess.Popen(
        [program, "history", "sql", endless], env=environment, stderr=subprocess.PIPE, text=True
    )
    process = psutil.Process(querying.pid)
    computes_since = time.monotonic()
    while process.cpu_times().user < 3 and time.monotonic() - computes_since < allowed(40):
        time.sleep(0.1)

    querying.send_signal(signal.SIGINT)
    _, said = querying.communicate(timeout=allowed(20))

    assert (querying.returncode, said.strip()) == (3, "stopped")
