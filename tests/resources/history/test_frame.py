"""Named queries of the history as pandas frames."""

from __future__ import annotations

import pandas as pd
import pytest

from builders import NOW, a_run, a_view
from history_builders import Home, a_comparison
from inspect_pipelines.domain.comparison import Comparison
from inspect_pipelines.domain.ids import OrgId
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.domain.verdict import Verdict
from inspect_pipelines.errors import NotFound, UsageError
from inspect_pipelines.facts.run import run_facts

OF_NIGHTLY = {"org_id": "default", "definition_id": "nightly-shop"}


def ended(home: Home, number: int, *comparisons: Comparison, passed: bool = True, **changes: object) -> None:
    status = RunStatus.PASSED if passed else RunStatus.FAILED
    run = a_run(number, **changes).claimed(f"d{number}", now=NOW).concluded(status, "as it was", now=NOW)
    facts = run_facts(
        run, None, (), comparisons, Verdict(None, status, ("as it was",)), baseline_id=None, report_path=""
    )
    with home.ledger.write() as ledger:
        ledger.journal.append("run", facts, at=NOW)


def clean(name: str, score: float) -> Comparison:
    return a_comparison(name, score=score, passed=True)


def test_a_named_query_is_a_frame_to_go_on_computing_with(home: Home) -> None:
    ended(home, 1, clean("home", 0.001), clean("pay", 0.0))
    ended(home, 2, clean("home", 0.003), clean("pay", 0.004))

    frame = home.history.frame("clean_scores", runs=30, **OF_NIGHTLY)

    assert isinstance(frame, pd.DataFrame)
    assert frame["score"].dtype == float
    assert frame["passed"].dtype == bool
    assert frame.groupby("view")["score"].max().to_dict() == {
        str(a_view("home")): 0.003,
        str(a_view("pay")): 0.004,
    }


def test_clean_scores_are_those_of_the_newest_runs_that_passed_newest_first(home: Home) -> None:
    for number in range(1, 5):
        ended(home, number, clean("home", number / 1000))
    ended(home, 5, clean("home", 0.9), passed=False)
    ended(home, 6)  # compared nothing
    ended(home, 7, clean("home", 0.8), definition_id="another")
    ended(home, 8, clean("home", 0.7), org_id=OrgId("others"))

    frame = home.history.frame("clean_scores", runs=3, **OF_NIGHTLY)

    assert frame["score"].tolist() == [0.004, 0.003, 0.002]


def test_a_frame_without_rows_still_has_its_columns(home: Home) -> None:
    ended(home, 1, clean("home", 0.5), passed=False)

    frame = home.history.frame("clean_scores", runs=30, **OF_NIGHTLY)

    assert frame.empty
    assert list(frame.columns) == ["run_seq", "view", "score", "score_method", "tolerance", "passed"]


def test_a_name_that_is_none_says_which_there_are(home: Home) -> None:
    with pytest.raises(
        NotFound, match="'clean_score' is no query of the run history; there are: alerts, clean_scores"
    ):
        home.history.frame("clean_score")


@pytest.mark.parametrize("given", [{}, {"runs": 3}, {**OF_NIGHTLY, "runs": 3, "more": 1}])
def test_other_parameters_than_the_query_s_are_a_sentence(home: Home, given: dict[str, int]) -> None:
    with pytest.raises(UsageError, match="takes the parameters definition_id, org_id, runs, not "):
        home.history.frame("clean_scores", **given)


def test_a_parameter_is_a_value_and_never_sql(home: Home) -> None:
    ended(home, 1, clean("home", 0.001))

    frame = home.history.frame("clean_scores", org_id="default", definition_id="' OR true --", runs=3)

    assert frame.empty


def test_no_history_yet_says_how_to_make_one(home: Home) -> None:
    with pytest.raises(NotFound, match="there is no run history yet"):
        home.history.frame("clean_scores", runs=3, **OF_NIGHTLY)
