"""Truth: how many real changes are seen, and how many harmless pairs raise an alarm, by the product and by its peers."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from benchmarks.report import Goal
from benchmarks.visual import product
from benchmarks.visual.answers import Answers
from benchmarks.visual.installing import Installed
from benchmarks.visual.manifest import Pair
from benchmarks.visual.peers import LOOKS_SAME, Peer, Ratio, ScikitImage, opened
from benchmarks.visual.product import POLICY, Answer
from benchmarks.visual.rates import Rate, binned, rate, rates_by, slug, table
from inspect_pipelines.imaging.picture import decode
from inspect_pipelines.imaging.ssim import ssim

RECALL, FALSE_ALARMS = 0.99, 0.01
THRESHOLDS = {"2pct": POLICY.tolerance, "any": 0.0}  # the RFC's, and each peer's own notion of a difference
DELTA_E = (2, 3, 4, 5, 8, 15, 50)
CHECKED = 12  # pairs on which the quick SSIM is held to scikit-image's own
AT_ONCE = 4  # peers asked at a time, of which some share a process; nothing is timed here
LARGEST_PX = 1_000_000  # of those pairs: scikit-image takes six seconds for a whole page

Judged = list[tuple[Pair, Answer]]


@dataclass(frozen=True, slots=True)
class Rated:
    """One comparison under one rule; `least` is the ratio above which a pair fails, None for the product's rule."""

    name: str
    rule: str
    least: float | None
    recall: Rate
    false_alarms: Rate

    @property
    def says(self) -> str:
        if self.least is None:
            return "its own rule"
        return f"ratio > {self.least:.3g}{', the best for it' if self.rule == 'best' else ''}"


def ours(pairs: Iterable[Pair]) -> Judged:
    """The product's answer to every pair."""
    return [(pair, product.answer(pair.old, pair.new)) for pair in pairs]


def report_ours(judged: Judged) -> tuple[dict[str, float], list[Goal]]:
    """Print the product's tables; its figures and goals."""
    changes, harmless = _of(judged, "change"), _of(judged, "harmless")
    recall = rate(answer.is_failed for _, answer in changes)
    alarms = rate(answer.is_failed for _, answer in harmless)
    print(f"\nTruth at tolerance {POLICY.tolerance:g}: recall {recall}, false alarms {alarms}")
    for what, key in (("viewport", lambda pair: pair.viewport), ("page", lambda pair: pair.page)):
        print(f"\n{_by(what, judged, key)}")
    print(f"\n{_by('kind', judged, lambda pair: pair.kind)}")
    print(f"\n{_faint(judged)}")
    _list("Missed changes", [(pair, answer) for pair, answer in changes if not answer.is_failed])
    _list("False alarms", [(pair, answer) for pair, answer in harmless if answer.is_failed])
    figures = {
        "recall_ratio": recall.share,
        "false_alarm_ratio": alarms.share,
        "changes_pairs": float(recall.of),
        "harmless_pairs": float(alarms.of),
        "missed_pairs": float(recall.of - recall.hits),
        "false_alarm_pairs": float(alarms.hits),
        "lowest_change_score": min((a.score for _, a in changes if _is_by_score(a)), default=0.0),
        "highest_harmless_score": max((a.score for _, a in harmless), default=0.0),
    }
    goals = [
        Goal("recall_ratio", recall.share, ">=", RECALL),
        Goal("false_alarm_ratio", alarms.share, "<=", FALSE_ALARMS),
    ]
    return figures, goals


def report_peers(
    pairs: Sequence[Pair], judged: Judged, installed: Installed, scratch: Path, say: Callable[[str], None]
) -> dict[str, float]:
    """Print the product beside every peer; the peers' figures."""
    changes, harmless = _of(judged, "change"), _of(judged, "harmless")
    rated = [
        Rated(
            "inspect-pipelines",
            "own",
            None,
            rate(answer.is_failed for _, answer in changes),
            rate(answer.is_failed for _, answer in harmless),
        )
    ]
    # Small ones first: a run that is stopped has asked about most pairs by then.
    asked = sorted(
        (pair for pair in pairs if pair.truth != "faint"), key=lambda pair: (pair.new_size, pair.id)
    )
    answers = Answers(installed.folder / "answers.jsonl")

    def ask(peer: Peer) -> list[Rated]:
        began, tool = time.monotonic(), f"{peer.name} {peer.version}"
        unknown = sum(not answers.known(tool, pair) for pair in asked)
        ratios = [(pair, answers.get(tool, pair, lambda pair=pair: _compared(peer, pair))) for pair in asked]
        say(f"  {tool}: asked about {unknown} pairs of {len(asked)}, {time.monotonic() - began:.0f} s")
        rules = {"any": 0.0} if peer.name == LOOKS_SAME else THRESHOLDS | {"best": fairest(ratios)}
        return [_rated(peer.name, rule, least, ratios) for rule, least in rules.items()]

    with opened(installed, scratch, for_speed=False) as peers, ThreadPoolExecutor(AT_ONCE) as pool:
        _check_ssim(asked)
        for found in pool.map(ask, peers):
            rated += found
    print("\nThe same pairs, every peer at its default settings; another size counts as seen")
    print(
        table(
            ("comparison", "a pair fails when", "recall", "false alarms"),
            [(row.name, row.says, str(row.recall), str(row.false_alarms)) for row in rated],
        )
    )
    return {
        f"{slug(row.name)}_{row.rule}_{what}_ratio": each.share
        for row in rated[1:]
        for what, each in (("recall", row.recall), ("false_alarm", row.false_alarms))
    }


def fairest(ratios: Iterable[tuple[Pair, Ratio]]) -> float:
    """The lowest threshold that raises no more false alarms than the goal allows: no other lets this peer see more."""
    harmless = sorted(
        (ratio for pair, ratio in ratios if pair.truth == "harmless" and ratio != "size"), reverse=True
    )
    allowed = int(FALSE_ALARMS * len(harmless))
    return harmless[allowed] if allowed < len(harmless) else 0.0


def _compared(peer: Peer, pair: Pair) -> Ratio:
    if not isinstance(peer, ScikitImage):
        return peer.compare(pair.old.resolve(), pair.new.resolve())
    # The same value to 1e-9 (checked below and in tests/imaging), in minutes instead of an hour.
    index = ssim(decode(pair.old.read_bytes()), decode(pair.new.read_bytes()))
    return "size" if index is None else 1.0 - index


def _check_ssim(pairs: Sequence[Pair]) -> None:
    small = [pair for pair in pairs if pair.new_size[0] * pair.new_size[1] < LARGEST_PX]
    real = ScikitImage()
    for pair in small[:: max(1, len(small) // CHECKED)]:
        quick, slow = _compared(real, pair), real.compare(pair.old, pair.new)
        assert quick == slow or (quick != "size" and slow != "size" and abs(quick - slow) < 1e-9), pair.id


def _rated(name: str, rule: str, least: float, ratios: Sequence[tuple[Pair, Ratio]]) -> Rated:
    def seen(truth: str) -> Rate:
        return rate(ratio == "size" or ratio > least for pair, ratio in ratios if pair.truth == truth)

    return Rated(name, rule, least, seen("change"), seen("harmless"))


def _of(judged: Judged, truth: str) -> Judged:
    return [(pair, answer) for pair, answer in judged if pair.truth == truth]


def _is_by_score(answer: Answer) -> bool:
    """Whether nothing but the score speaks for a change."""
    return not any("layout" in reason for reason in answer.why)


def _by(what: str, judged: Judged, key: Callable[[Pair], str]) -> str:
    """Recall and false alarms for every value of the key; kinds are either changes or harmless."""
    columns = [
        rates_by(_of(judged, truth), lambda row: key(row[0]), lambda row: row[1].is_failed)
        for truth in ("change", "harmless")
    ]
    names = list(dict.fromkeys([*columns[0], *columns[1]]))
    rows = [(name, *(str(column.get(name, "-")) for column in columns)) for name in names]
    return table((what, "recall", "false alarms"), rows)


def _faint(judged: Judged) -> str:
    """The recall curve over colour steps; below dE 5, and for letters below 10, it has no goal."""
    stepped = [
        (pair, answer)
        for pair, answer in judged
        if pair.truth != "harmless" and pair.delta_e is not None and binned(pair.delta_e, DELTA_E)
    ]
    rows = []
    for title in ("areas", "letters", "lines"):
        chosen = sorted(
            (row for row in stepped if _shape(row[0]) == title), key=lambda row: row[0].delta_e or 0
        )
        found = rates_by(
            chosen, lambda row: binned(row[0].delta_e or 0, DELTA_E), lambda row: row[1].is_failed
        )
        rows += [(f"{title} dE {name}", str(each)) for name, each in found.items()]
    return table(("colour step", "seen"), rows)


def _shape(pair: Pair) -> str:
    """What stepped in colour."""
    return "letters" if pair.kind.startswith("text") else "lines" if pair.kind == "hairline" else "areas"


def _list(title: str, rows: Judged) -> None:
    print(f"\n{title}: {len(rows)}")
    if rows:
        ordered = sorted(rows, key=lambda row: (row[0].kind, row[0].id))
        print(
            table(
                ("pair", "score", "why, or what it is"),
                [(p.id, f"{a.score:.4f}", "; ".join(a.why) or p.note) for p, a in ordered],
            )
        )
