"""Insight in the console: each question is drawn, with its SQL, and comes as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from houses import NoHistory, a_house
from inspect_pipelines.domain.ids import DEFAULT_ORG, OrgId
from inspect_pipelines.errors import NotFound
from inspect_pipelines.ports.history import Answered, Column
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.insight import QUESTIONS, SPANS
from pressing import EVIL, FORM, refuse_markup, shown
from resources.history.connection import open_writing
from resources.history.migrations import known, migrate
from resources.history.named import filled
from web_app import TestClient, a_client


class Told(NoHistory):
    """Answers what a test wrote down, and remembers what was asked."""

    def __init__(self, *answers: Answered) -> None:
        self._answers = list(answers)
        self.asked: list[tuple[OrgId, str]] = []

    def statement(self, org_id: OrgId, name: str, given: Mapping[str, str]) -> str:
        return filled(name, org_id, given)

    def answer(self, org_id: OrgId, sql: str) -> Answered:
        self.asked.append((org_id, sql))
        if not self._answers:
            raise NotFound("there is no history yet")
        return self._answers[0]


def an_answer(names: str, *rows: tuple[Any, ...]) -> Answered:
    columns = tuple(Column(name, "VARCHAR") for name in names.split())
    return Answered(columns, rows, datetime(2026, 11, 28, tzinfo=UTC))


@pytest.fixture
def home(tmp_path: Path) -> Iterator[House]:
    house = a_house(tmp_path)
    yield house
    house.ledgers.close()


def a_browser(home: House, history: NoHistory) -> TestClient:
    return a_client(replace(home, history=history))


PASSED = an_answer(
    "definition_id day runs passed_percent",
    ("shop", "2026-11-26", 4, 50.0),
    ("shop", "2026-11-27", 4, 100.0),
    ("other", "2026-11-27", 1, 0.0),
)


def test_a_rate_is_drawn_as_a_line_for_each_definition_with_its_figures(home: House) -> None:
    page = shown(a_browser(home, Told(PASSED)), "/insight")

    assert page.count("<polyline") == 2
    assert "from 2026-11-26 to 2026-11-27: newest 100.0, lowest 50.0, highest 100.0" in page
    assert "until 2026-11-28 00:00 UTC" in page


def test_durations_are_bars_beside_their_figures(home: House) -> None:
    history = Told(
        an_answer(
            "definition_id runs median_seconds p95_seconds", ("slow", 9, 60.0, 80.0), ("fast", 9, 2.0, 4.0)
        )
    )

    page = shown(a_browser(home, history), "/insight?ask=durations&days=90")

    assert '<rect width="100.0"' in page
    assert '<rect width="5.0"' in page
    assert "to_days(90::INTEGER)" in page
    assert [sql for _, sql in history.asked] == [filled("definition_durations", home.org_id, {"days": "90"})]


def test_a_score_is_drawn_beside_its_tolerance(home: House) -> None:
    history = Told(
        an_answer(
            "line compared_at score tolerance_score", ("home (edges)", "2026-11-26T00:00:00Z", 0.01, 0.02)
        )
    )

    assert 'class="limit"' in shown(a_browser(home, history), "/insight?ask=scores")


def test_an_answer_comes_as_csv_in_which_strangers_words_compute_nothing(home: House) -> None:
    history = Told(an_answer("definition_id day runs passed_percent", ("=cmd()", "2026-11-26", 4, -50.0)))

    answer = a_browser(home, history).get("/insight.csv?ask=passed", headers=FORM)

    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert 'filename="passed-28-days.csv"' in answer.headers["content-disposition"]
    assert [*csv.reader(io.StringIO(answer.text))] == [
        ["definition_id", "day", "runs", "passed_percent"],
        ["'=cmd()", "2026-11-26", "4", "-50.0"],
    ]


@pytest.mark.parametrize(
    ("query", "status", "says"),
    [("ask=everything", 400, "is no question of this page"), ("days=3", 400, "3 days are no span")],
)
def test_what_is_no_question_is_refused(home: House, query: str, status: int, says: str) -> None:
    history = Told(PASSED)

    answer = a_browser(home, history).get(f"/insight?{query}", headers=FORM)

    assert answer.status_code == status
    assert says in answer.text
    assert history.asked == []


def test_before_anything_ended_the_page_says_how_it_comes_about(home: House) -> None:
    page = shown(a_browser(home, Told()), "/insight")

    assert "Nothing has ended yet" in page
    assert "inspect-pipelines run ID" in page


@pytest.mark.parametrize("ask", QUESTIONS)
def test_what_strangers_wrote_stays_text(home: House, ask: str) -> None:
    question = QUESTIONS[ask]
    names = [question.series, question.along or "more", question.value]
    history = Told(an_answer(" ".join(names), (EVIL, EVIL, 1.0)))

    refuse_markup(shown(a_browser(home, history), f"/insight?ask={ask}"))


@pytest.mark.parametrize("ask", QUESTIONS)
def test_each_question_is_one_that_the_history_answers_with_what_is_drawn(tmp_path: Path, ask: str) -> None:
    question = QUESTIONS[ask]
    with open_writing(tmp_path / "history.duckdb") as connection:
        migrate(connection, known())
        answer = connection.execute(filled(question.query, DEFAULT_ORG, {"days": str(SPANS[0])}))
        names = {one[0] for one in answer.description or ()}

    assert {question.series, question.value, *filter(None, (question.along, question.limit))} <= names
