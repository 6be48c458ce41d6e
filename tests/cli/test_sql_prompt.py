"""The prompt of `history sql`: what it completes, remembers and says."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from prompt_toolkit.history import InMemoryHistory
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput

from inspect_pipelines.cli.history import FORMS
from inspect_pipelines.cli.sql_prompt import COLUMNS, converse, words
from inspect_pipelines.errors import UsageError
from inspect_pipelines.ports.history import Table

TABLES = {"automated_runs": ["run_id", "status"], "sessions": ["session_id", "status", "attempt"]}


def ask(sql: str) -> Table:
    if sql == COLUMNS:
        return Table(
            ("table_name", "column_name"), tuple((t, c) for t, columns in TABLES.items() for c in columns)
        )
    if "broken" in sql:
        raise UsageError("the query is not SQL: broken")
    return Table(("said",), ((" ".join(sql.split()),),))


def conversation(typed: str, save: Callable[[str, str], int] | None = None) -> tuple[list[str], list[str]]:
    """What it says to these keys, and what it remembers then, newest first."""
    said: list[str] = []
    history = InMemoryHistory()
    with create_pipe_input() as keys:
        keys.send_text(typed)
        converse(ask, FORMS, said.append, history=history, save=save, terminal=(keys, DummyOutput()))
    return said[1:], list(history.get_strings())[::-1]


@pytest.mark.parametrize(
    ("before", "first"),
    [
        ("SELECT * FROM aut", "automated_runs"),
        ("SELECT att", "attempt"),
        ("SELECT * FROM sessions WHERE s", "session_id"),
        ("sel", "SELECT"),
    ],
)
def test_a_word_becomes_what_the_statement_is_about_first(before: str, first: str) -> None:
    assert words(before, TABLES)[0] == first


def test_nothing_is_offered_after_a_whole_word_or_a_blank() -> None:
    assert words("SELECT ", TABLES) == []
    assert "status" not in words("SELECT status", TABLES)


def test_a_statement_of_several_lines_is_one_and_a_mistake_ends_nothing() -> None:
    said, remembered = conversation("SELECT 1\rFROM sessions;\rbroken;\rSELECT 2;\r.quit\r")

    assert "SELECT 1 FROM sessions;" in said[0]
    assert said[1] == "the query is not SQL: broken"
    assert "SELECT 2;" in said[2]
    assert remembered[:2] == [".quit", "SELECT 2;"]


def test_commands_list_tables_and_choose_how_answers_are_shown() -> None:
    said, _ = conversation(
        ".tables\r.columns sessions\r.columns nothing\r.csv\rSELECT 1;\r.json\rSELECT 1;\r.what\r.help\r\x04"
    )

    assert said[:3] == [
        "automated_runs\nsessions",
        "session_id\nstatus\nattempt",
        "there is no table 'nothing'; .tables lists them",
    ]
    assert said[3] == "said\nSELECT 1;"
    assert said[4].startswith("[\n")
    assert said[5] == "'.what' is no command; .help lists them"
    assert said[6].startswith("A statement ends with ;")


def test_ctrl_c_forgets_what_was_typed() -> None:
    said, _ = conversation("SELECT half\r\x03SELECT 3;\r\x04")

    assert len(said) == 1
    assert "SELECT 3;" in said[0]
    assert "half" not in said[0]


def test_the_last_answer_goes_into_a_parquet_file() -> None:
    saved: list[tuple[str, str]] = []

    def save(query: str, file: str) -> int:
        saved.append((query, file))
        return 1_200

    said, _ = conversation(".parquet x\rSELECT 7;\r.parquet  runs.parquet\r.parquet\r.quit\r", save)

    assert saved == [("SELECT 7;", "runs.parquet")]
    assert said[0] == said[3] == "ask a question first, then name a file: .parquet FILE"
    assert said[2] == "saved 1,200 rows to runs.parquet"


def test_a_file_that_cannot_be_written_ends_nothing_and_a_server_has_none() -> None:
    def save(query: str, file: str) -> int:
        raise UsageError(f"the answer cannot be saved: {file!r} is a folder")

    said, _ = conversation("SELECT 7;\r.parquet here\rSELECT 8;\r.quit\r", save)
    elsewhere, _ = conversation("SELECT 7;\r.parquet here\r.quit\r")

    assert said[1] == "the answer cannot be saved: 'here' is a folder"
    assert "SELECT 8;" in said[2]
    assert elsewhere[1] == "a server's answer cannot be saved as Parquet; take .csv or .json"
