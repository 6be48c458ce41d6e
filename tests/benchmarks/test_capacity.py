"""The load model: its queues do what theory and plain arithmetic say, and its page is what the command writes."""

from __future__ import annotations

import heapq
import json
import math
import random
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.capacity.chart import lines_over_a_day
from benchmarks.capacity.costs import Costs, read_costs
from benchmarks.capacity.day import DAY, HOUR, MIX, Day, day_of
from benchmarks.capacity.fleet import IN_TIME, WAIT_GOALS, Fleet, ladder, play, run_seconds, sized
from benchmarks.capacity.page import pages
from benchmarks.capacity.queueing import begun, published
from benchmarks.report import RESULTS

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def costs() -> Costs:
    return read_costs()


def test_the_page_and_its_picture_are_what_the_command_writes(costs: Costs) -> None:
    for name, text in pages(costs).items():
        assert (ROOT / "docs" / name).read_text(encoding="utf-8") == text, "say make capacity"


@given(
    st.lists(st.integers(0, 500), min_size=1, max_size=60),
    st.integers(0, 40),
    st.integers(1, 7),
)
def test_what_begins_is_what_a_loop_with_a_heap_of_servers_says(
    moments: list[int], seconds: int, servers: int
) -> None:
    arrivals = sorted(moments)
    free, expected = [0] * servers, []
    for arrival in arrivals:
        expected.append(max(arrival, heapq.heappop(free)))
        heapq.heappush(free, expected[-1] + seconds)

    assert list(begun(np.array(arrivals, dtype=float), seconds, servers)) == expected


@pytest.mark.parametrize("load", [0.3, 0.6, 0.8])
def test_chance_arrivals_at_one_server_wait_as_pollaczek_and_khinchine_say(load: float) -> None:
    chance, seconds = random.Random(7), 1.0
    arrivals = np.cumsum([chance.expovariate(load / seconds) for _ in range(200_000)])

    mean = float((begun(arrivals, seconds, 1) - arrivals).mean())

    assert mean == pytest.approx(load * seconds / (2 * (1 - load)), rel=0.05)


@pytest.mark.parametrize("servers", [2, 5])
def test_and_at_several_about_half_as_long_as_with_service_by_chance(servers: int) -> None:
    chance, load = random.Random(7), 0.8
    arrivals = np.cumsum([chance.expovariate(load * servers) for _ in range(200_000)])

    mean = float((begun(arrivals, 1.0, servers) - arrivals).mean())

    offered = load * servers  # Erlang's C, then half of M/M/c as M/D/c nearly is in heavy traffic
    last = offered**servers / math.factorial(servers) / (1 - load)
    waits = last / (sum(offered**n / math.factorial(n) for n in range(servers)) + last)
    assert mean == pytest.approx(waits / (2 * servers * (1 - load)), rel=0.12)


def test_a_burst_waits_for_as_many_rounds_as_it_fills() -> None:
    assert list(begun(np.zeros(7), 10.0, 3)) == [0, 0, 0, 10, 10, 10, 20]


def test_a_projector_takes_all_that_waits_at_once() -> None:
    done, batches = published(np.array([0.0, 1.0, 2.0, 100.0]), 10.0, 1.0, 1)

    assert (list(done), batches) == ([11.0, 23.0, 23.0, 111.0], 3)


@given(st.lists(st.integers(0, 500), max_size=60), st.integers(1, 9), st.integers(1, 4))
def test_every_run_is_published_after_it_came(moments: list[int], fixed: int, shards: int) -> None:
    arrivals = np.array(sorted(moments), dtype=float)

    done, batches = published(arrivals, fixed, 0.5, shards)

    assert (done >= arrivals + fixed + 0.5).all()
    assert (batches > 0) == (len(moments) > 0)


def test_a_day_has_as_many_of_each_cron_as_the_mix_says() -> None:
    day = day_of(2_000, seed=1)

    assert sum(MIX.values()) == pytest.approx(1)
    assert len(day.scheduled) == 600 + 600 + 360 + 160 * 24 + 80 * 24 + round(200 / 7)
    assert len(day.deliveries) == 2_000
    assert np.count_nonzero(day.scheduled == 2 * HOUR) >= 600 + 160
    assert day.scheduled.max() < DAY
    assert (np.diff(day.due) >= 0).all()


def test_a_seed_gives_the_same_day_and_another_one_another() -> None:
    assert np.array_equal(day_of(500, seed=4).due, day_of(500, seed=4).due)
    assert not np.array_equal(day_of(500, seed=4).due, day_of(500, seed=5).due)


def test_spread_and_jitter_move_runs_and_lose_none() -> None:
    crowded, spread, late = (
        day_of(2_000, seed=1),
        day_of(2_000, seed=1, spread=True),
        day_of(2_000, seed=1, jitter_seconds=30),
    )

    def busiest(day: Day) -> int:
        return int(np.bincount((day.scheduled // 60).astype(int)).max())

    assert len(crowded.due) == len(spread.due) == len(late.due)
    assert busiest(spread) < busiest(crowded) / 5
    assert busiest(late) == busiest(crowded)


def test_the_first_to_grow_without_end_is_the_one_whose_work_is_longest(costs: Costs) -> None:
    day = day_of(20_000, seed=1)

    (had, name, load, then), *_ = ladder(day, costs)

    assert (name, had) == ("browsers", Fleet())
    assert load == pytest.approx(len(day.due) * run_seconds(costs) / (Fleet().browsers * DAY), rel=0.001)
    assert play(day, then, costs).queues["browsers"].load < 1


def test_a_fleet_that_was_sized_is_in_time_and_one_browser_less_is_not(costs: Costs) -> None:
    day = day_of(2_000, seed=1)
    fleet = sized(day, costs)

    played = play(day, fleet, costs)
    fewer = play(
        day,
        Fleet(**{**{name: getattr(fleet, name) for name in WAIT_GOALS}, "browsers": fleet.browsers - 1}),
        costs,
    )

    assert IN_TIME == 0.95  # the percentile that a queue tells
    assert all(played.queues[name].wait_p95 <= goal for name, goal in WAIT_GOALS.items())
    assert fewer.queues["browsers"].wait_p95 > WAIT_GOALS["browsers"]


def test_a_figure_that_is_no_longer_measured_is_named(tmp_path: Path) -> None:
    for file in RESULTS.glob("*.json"):
        content = json.loads(file.read_text())
        if file.stem == "spine":
            del content["figures"]["finish_rate_per_s"]
        (tmp_path / file.name).write_text(json.dumps(content))

    with pytest.raises(KeyError, match=r"'finish_rate_per_s' of spine.json.*make bench-spine"):
        read_costs(tmp_path)


def test_every_measured_cost_names_a_file_that_is_there(costs: Costs) -> None:
    for cost in costs.all:
        assert cost.how == "assumed" or (RESULTS / cost.source.partition(":")[0]).exists(), cost


def test_a_chart_of_nothing_is_still_one() -> None:
    assert "<polyline" in lines_over_a_day("none", {"zero": np.zeros(3)}, unit="runs")
