import json
from pathlib import Path

import pytest

from benchmarks import report
from benchmarks.report import Goal
from benchmarks.visual.rates import binned, median_ms, rate, rates_by, ratio, table


def test_a_rate_counts_the_hits():
    seen = rate([True, True, False, True])

    assert (seen.hits, seen.of, seen.share) == (3, 4, 0.75)
    assert str(seen) == "3/4 75.0%"


def test_there_is_no_rate_of_nothing():
    nothing = rate([])

    assert str(nothing) == "-"
    with pytest.raises(ZeroDivisionError):
        _ = nothing.share


def test_rates_are_grouped_in_the_order_of_their_keys():
    rows = [("text", True), ("colour", False), ("text", False)]

    found = rates_by(rows, lambda row: row[0], lambda row: row[1])

    assert {name: (each.hits, each.of) for name, each in found.items()} == {"text": (1, 2), "colour": (0, 1)}
    assert list(found) == ["text", "colour"]


def test_a_bin_holds_its_lower_edge_and_not_its_upper_one():
    edges = (2, 3, 5)

    assert [binned(value, edges) for value in (1.9, 2, 2.99, 3, 5)] == [None, "2-3", "2-3", "3-5", None]


def test_a_ratio_is_paired_by_round_so_that_load_cancels_out():
    times = {"ours": [1.0, 10.0, 1.0], "theirs": [2.0, 20.0, 2.0]}

    assert ratio(times, "theirs", "ours") == 2.0
    assert median_ms(times, "ours") == 1.0


def test_rounds_that_a_slow_tool_sat_out_are_left_out_on_both_sides():
    times = {"ours": [1.0, 9.0, 9.0], "slow": [5.0, None, None], "absent": [None, None, None]}

    assert ratio(times, "slow", "ours") == 5.0
    assert median_ms(times, "slow") == 5.0
    assert (ratio(times, "absent", "ours"), median_ms(times, "absent")) == (None, None)


def test_a_table_lines_its_columns_up():
    assert table(("kind", "ms"), [("text", "1.5"), ("colour", "12.5")]) == (
        "kind      ms\n"
        "text     1.5\n"
        "colour  12.5"
    )  # fmt: skip


def test_a_missed_goal_stays_in_the_results_as_missed(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    goals = [Goal("recall_ratio", 0.98, ">=", 0.99), Goal("pair_ms", 3.0, "<=", 10.0)]

    written = report.write(
        "visual",
        {"recall_ratio": 0.98, "pair_ms": 3.0, "peer_ms": 9.0},
        goals,
        versions={"peer": "4.5.0"},
        show_all=False,
        folder=tmp_path,
    )

    content = json.loads(written.read_text(encoding="utf-8"))
    assert [(goal["name"], goal["met"]) for goal in content["goals"]] == [
        ("recall_ratio", False),
        ("pair_ms", True),
    ]
    assert (content["figures"]["peer_ms"], content["versions"]) == (9.0, {"peer": "4.5.0"})
    printed = capsys.readouterr().out
    assert "MISSED" in printed
    assert "peer_ms" not in printed
