"""Speed: from the bytes of two files to the verdict, the product and every peer in turn over the same cases."""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.report import Goal, goals_of
from benchmarks.visual import product
from benchmarks.visual.cases import KINDS, SIZES, Case, build
from benchmarks.visual.installing import Installed
from benchmarks.visual.manifest import Pair
from benchmarks.visual.peers import Peer, Worker, opened
from benchmarks.visual.rates import median_ms, ratio, slug, table
from inspect_pipelines.imaging.picture import decode
from inspect_pipelines.imaging.rows import pack

OURS, BOTH, IN_TURN = "inspect-pipelines", "decode both", "decode in turn"
WITHOUT_QUICK = "without quick_png"  # what quick_png and libdeflate buy, see DECISIONS 20
ODIFF, SKIMAGE = "odiff server", "scikit-image"
PATIENCE = ((3000.0, 1), (800.0, 2))  # ms and rounds: what takes longer sits out after so many rounds
# The same files as same_pixels: ours is told more, odiff is asked again beside it, the others would say nothing new.
HASHES_ALONE = {"row_hashes"}
SEED = 7

# By how much a comparison may exceed decoding both pictures, on two threads or in turn, whichever is quicker.
WITHIN = {"same_pixels": 1.4, "colour": 1.4, "text": 1.4, "inserted": 1.7, "all_changed": 1.7, "noise": 1.7}
AGAINST_ODIFF = {
    "colour": 2.0,
    "text": 2.0,
    "inserted": 4.0,
    "same_pixels": 1.0,
    "row_hashes": 2.0,
    "all_changed": 0.8,
    "noise": 0.8,
}
AGAINST_SKIMAGE = 20.0
EQUAL_DESKTOP_MS, DESKTOP_MS, TWO_THREADS = 0.2, 10.0, 1.3

Took = dict[str, list[float | None]]  # tool -> ms by round


@dataclass(slots=True)
class Timed:
    """A case with what every tool took for it."""

    case: Case
    rows: product.Rows
    times: Took = field(default_factory=dict)


def measure_speed(
    pairs: Sequence[Pair], installed: Installed, scratch: Path, rounds: int, say: Callable[[str], None]
) -> list[Timed]:
    """Time all cases; `scratch` should be in memory, so that no disk is measured."""
    timed = [Timed(case, _stored_rows(case)) for case in build(pairs, scratch / "cases")]
    with opened(installed, scratch, for_speed=True) as peers:
        tools = _tools(peers)
        for peer in peers:
            if isinstance(peer, Worker):
                way_ms = _round_trip_ms(peer)
                say(f"  {peer.name}: {way_ms:.2f} ms of its figures are the way to its process and back")
        for size, chosen in _by_size(timed).items():
            began = time.monotonic()
            _play(chosen, tools, rounds)
            say(f"  {size}: {len(chosen)} cases in {time.monotonic() - began:.0f} s")
    return timed


def report_speed(timed: Sequence[Timed]) -> tuple[dict[str, float], list[Goal]]:
    """Print a table of each size; figures and goals, of the sizes and the peers that are there."""
    figures: dict[str, float] = {}
    for size, chosen in _by_size(timed).items():
        figures |= _print_size(size, chosen)
    against = [figures[name] for kind in KINDS if (name := f"full_{kind}_scikit_image_ratio") in figures]
    typical = [figures[name] for kind in KINDS if (name := f"desktop_{kind}_ms") in figures]
    if against:
        figures["full_worst_scikit_image_ratio"] = min(against)
    if typical:
        figures["desktop_typical_ms"] = statistics.median(typical)
    wanted = {f"full_{kind}_odiff_server_ratio": (">=", least) for kind, least in AGAINST_ODIFF.items()}
    wanted |= {
        "full_worst_scikit_image_ratio": (">=", AGAINST_SKIMAGE),
        "desktop_same_bytes_ms": ("<=", EQUAL_DESKTOP_MS),
        "desktop_typical_ms": ("<=", DESKTOP_MS),
    }
    wanted |= {
        f"{size}_{kind}_of_decode_ratio": ("<=", most)
        for size in ("full", "desktop")
        for kind, most in WITHIN.items()
    }
    return figures, goals_of(figures, {name: goal for name, goal in wanted.items() if name in figures})


def measure_threads(timed: Sequence[Timed], rounds: int) -> tuple[dict[str, float], list[Goal]]:
    """How many times more pairs two threads judge than one, over a mix of everything."""
    figures = {}
    for size, chosen in _by_size(timed).items():
        mix = chosen * (1 if size == "full" else 4)
        took: Took = {"1": [], "2": []}
        for number in range(rounds):
            for threads in (("1", "2"), ("2", "1"))[number % 2]:
                with ThreadPoolExecutor(int(threads)) as pool:
                    began = time.perf_counter()
                    list(pool.map(_ours, mix))
                    took[threads].append((time.perf_counter() - began) * 1000)
        figures[f"{size}_two_threads_ratio"] = ratio(took, "1", "2") or 0.0
    print(table(("two threads over one", "throughput"), [(k, f"{v:.2f}x") for k, v in figures.items()]))
    return figures, [
        Goal(name, value, ">=", TWO_THREADS) for name, value in figures.items() if "phone" not in name
    ]


def _by_size(timed: Sequence[Timed]) -> dict[str, list[Timed]]:
    found = {size: [each for each in timed if each.case.size == size] for size in SIZES}
    return {size: chosen for size, chosen in found.items() if chosen}


def _stored_rows(case: Case) -> product.Rows:
    if case.kind != "row_hashes":
        return None, None
    return pack(decode(case.old.read_bytes())), pack(decode(case.new.read_bytes()))


def _tools(peers: Sequence[Peer]) -> dict[str, Callable[[Timed], object]]:
    tools: dict[str, Callable[[Timed], object]] = {
        OURS: _ours,
        WITHOUT_QUICK: _without_quick,
        BOTH: _decode_both,
        IN_TURN: _decode_in_turn,
    }
    for peer in peers:
        tools[peer.name] = lambda each, peer=peer: peer.compare(each.case.old, each.case.new)
    return tools


def _ours(each: Timed) -> bool:
    return product.answer(each.case.old, each.case.new, each.rows).is_failed


def _without_quick(each: Timed) -> bool:
    return product.answer_without_quick_png(each.case.old, each.case.new, each.rows).is_failed


def _decode_both(each: Timed) -> None:
    """On two threads, as the product does it."""
    with ThreadPoolExecutor(1) as pool:
        reading = pool.submit(decode, each.case.old.read_bytes())
        decode(each.case.new.read_bytes())
        reading.result()


def _decode_in_turn(each: Timed) -> None:
    decode(each.case.old.read_bytes())
    decode(each.case.new.read_bytes())


def _play(timed: Sequence[Timed], tools: dict[str, Callable[[Timed], object]], rounds: int) -> None:
    """Each round asks every tool about every case, the tools in another order each time."""
    chance = random.Random(SEED)
    left = dict.fromkeys(tools, rounds)
    for each in timed:
        each.times = {name: [] for name in tools}
    for name, tool in tools.items():  # a first call loads code and fills caches
        if name != SKIMAGE:
            tool(timed[0])
    for number in range(rounds):
        for each in timed:
            for name in chance.sample(list(tools), len(tools)):
                is_asked = each.case.kind not in HASHES_ALONE or name in (OURS, BOTH, IN_TURN, ODIFF)
                took = _took_ms(tools[name], each) if is_asked and number < left[name] else None
                each.times[name].append(took)
                for most_ms, few in PATIENCE:
                    if took is not None and took > most_ms:
                        left[name] = min(left[name], few)


def _took_ms(tool: Callable[[Timed], object], each: Timed) -> float:
    began = time.perf_counter()
    tool(each)
    return (time.perf_counter() - began) * 1000


def _round_trip_ms(peer: Worker) -> float:
    took = []
    for _ in range(50):
        began = time.perf_counter()
        peer.ping()
        took.append((time.perf_counter() - began) * 1000)
    return statistics.median(took)


def _print_size(size: str, timed: Sequence[Timed]) -> dict[str, float]:
    figures: dict[str, float] = {}
    tools = list(timed[0].times)
    rows = []
    for kind in KINDS:
        pooled = pooled_times([each for each in timed if each.case.kind == kind])
        ours = median_ms(pooled, OURS) or 0.0
        figures[f"{size}_{kind}_ms"] = ours
        cells = [kind, f"{ours:.2f}" if ours < 1 else f"{ours:.1f}"]
        for tool in tools[1:]:
            took, times = median_ms(pooled, tool), ratio(pooled, tool, OURS)
            cells.append("-" if took is None or times is None else f"{took:.1f} ({times:.1f}x)")
            if took is not None and times is not None and tool != IN_TURN:
                figures[f"{size}_{kind}_{slug(tool)}_ms"] = took
                figures[f"{size}_{kind}_{slug(tool)}_ratio"] = times
        pooled["quicker decode"] = [
            min(filter(None, pair), default=None) for pair in zip(pooled[BOTH], pooled[IN_TURN], strict=True)
        ]
        figures[f"{size}_{kind}_of_decode_ratio"] = ratio(pooled, OURS, "quicker decode") or 0.0
        rows.append(cells)
    print(f"\n{size}, median ms a pair from the files' bytes to the verdict (times ours)")
    print(table((size, *tools), rows))
    return figures


def pooled_times(timed: Sequence[Timed]) -> Took:
    """The rounds of several cases as one series, still paired by round."""
    return {tool: [ms for each in timed for ms in each.times[tool]] for tool in timed[0].times}
