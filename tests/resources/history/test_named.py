"""Questions with a name: each says what it answers, takes what it says, and is answered over a real history."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from builders import a_run
from history_builders import Home, a_home
from inspect_pipelines.domain.ids import DEFAULT_ORG
from inspect_pipelines.errors import NotFound, UsageError
from resources.history.named import FOLDER, USED, named_queries

PAGE = (Path(__file__).parents[3] / "docs/history.md").read_text(encoding="utf-8")
NEEDED = {
    "definition_id": "nightly-shop", "run_id": a_run(1).id, "since": "2026-11-01",
    "first": "2026-11-01", "last": "2026-11-30", "day": "2026-11-22",
}  # fmt: skip


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """Two runs; nobody tells more."""
    home = a_home(tmp_path_factory.mktemp("told"))
    home.finish(1, 2)
    home.history.drain()
    yield home
    home.ledgers.close()


def test_each_says_what_it_answers_and_all_that_it_takes() -> None:
    for query in named_queries().values():
        assert re.match(r"[A-Z].*\.$", query.says), query.name
        assert set(USED.findall(query.statement)) == {"org_id", *(one.name for one in query.parameters)}
        assert all(one.says for one in query.parameters)


def test_the_page_lists_each() -> None:
    listed = re.findall(r"^\| `(\w+)` \| [^|]+ \| [^|]+ \|$", PAGE, re.MULTILINE)

    assert sorted(listed) == sorted(path.stem for path in FOLDER.glob("*.sql"))


@pytest.mark.parametrize("name", sorted(path.stem for path in FOLDER.glob("*.sql")))
def test_each_is_answered_of_its_organisation_alone(told: Home, name: str) -> None:
    given = {one.name: NEEDED[one.name] for one in named_queries()[name].parameters if one.default is None}

    ours = told.history.query(told.history.statement(DEFAULT_ORG, name, given))
    others = told.history.query(told.history.statement("acme", name, given))  # type: ignore[arg-type]

    assert ours.columns == others.columns
    assert others.rows == ()


def test_the_answers_are_about_the_runs(told: Home) -> None:
    def answer(name: str, **given: str) -> list[tuple[object, ...]]:
        return list(told.history.query(told.history.statement(DEFAULT_ORG, name, given)).rows)

    assert [row[:2] for row in answer("last_runs")] == [("nightly-shop", "failed")]
    assert [row[2:] for row in answer("pass_rate", days="9999")] == [(2, 0.0)]
    assert len(answer("views_of_run", run_id=a_run(2).id)) == 20
    assert {row[4] for row in answer("failures", rows="1")} <= {a_run(1).id, a_run(2).id}
    assert len(answer("failures", rows="1")) == 1


@pytest.mark.parametrize(
    ("name", "given", "sentence"),
    [
        ("flakiest", {"day": "3"}, "the query 'flakiest' has no parameter 'day'; it takes: days, rows"),
        ("last_runs", {"day": "3"}, "the query 'last_runs' has no parameter 'day'; it takes: none"),
        (
            "flakiest",
            {"days": "3; DROP TABLE x"},
            "days of the query 'flakiest' is a whole number, not '3; DROP",
        ),
        (
            "trend",
            {},
            "the query 'trend' needs definition_id, the schedule or trigger; add: definition_id=VALUE",
        ),
    ],
)
def test_other_values_than_it_takes_are_a_sentence(
    told: Home, name: str, given: dict[str, str], sentence: str
) -> None:
    with pytest.raises(UsageError, match=re.escape(sentence)):
        told.history.statement(DEFAULT_ORG, name, given)


def test_a_name_that_is_none_says_which_there_are(told: Home) -> None:
    with pytest.raises(NotFound, match="'flaky' is no query of the run history; there are: alerts, "):
        told.history.statement(DEFAULT_ORG, "flaky", {})


def test_a_value_is_a_text_and_never_sql(told: Home) -> None:
    given = {"definition_id": "nightly-shop' OR 'a' = 'a", "days": "9999"}

    assert told.history.query(told.history.statement(DEFAULT_ORG, "trend", given)).rows == ()
