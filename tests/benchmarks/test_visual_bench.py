from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks.visual import cases, sheet, truth
from benchmarks.visual.answers import Answers
from benchmarks.visual.manifest import Pair
from benchmarks.visual.pixels import decoded, encoded
from benchmarks.visual.product import Answer, answer, answer_without_quick_png

SEEN, PASSED = ("score 0.300 is over the tolerance 0.02",), ()


def a_pair(folder: Path = Path(), **changed: object) -> Pair:
    pair = Pair(
        id="form/phone/letter-1",
        page="form",
        viewport="phone",
        scale=1,
        kind="letter",
        truth="change",
        old=folder / "old.png",
        new=folder / "new.png",
        old_size=(96, 64),
        new_size=(96, 64),
        box=(20, 20, 10, 12),
        delta_e=None,
        changed_px=100,
        note="'o' became 'e'",
    )
    return replace(pair, **changed)


@pytest.fixture
def drawn(tmp_path: Path) -> Pair:
    """A pair of files in which a dark square appeared."""
    old = np.full((64, 96, 3), 250, np.uint8)
    new = old.copy()
    new[20:44, 20:44] = 30
    (tmp_path / "old.png").write_bytes(encoded(old))
    (tmp_path / "new.png").write_bytes(encoded(new))
    return a_pair(tmp_path)


def test_the_product_is_asked_by_its_own_rule(drawn: Pair):
    seen, same = answer(drawn.old, drawn.new), answer(drawn.old, drawn.old)

    assert (seen.is_failed, same) == (True, Answer(0.0, ()))
    assert "over the tolerance 0.02" in seen.why[0]


def test_a_peers_best_threshold_allows_as_many_false_alarms_as_the_goal():
    harmless = [(a_pair(truth="harmless"), number / 1000) for number in range(200)]
    change = [(a_pair(), 0.5)]

    least = truth.fairest([*harmless, *change])

    assert sum(ratio > least for _, ratio in harmless) == 2


def test_the_hardest_pairs_are_the_lowest_changes_and_the_highest_harmless_ones_few_of_a_kind():
    changes = [(a_pair(id=f"c{n}"), Answer(n / 100, SEEN)) for n in range(5)]
    layout = (
        a_pair(id="band", kind="block-inserted"),
        Answer(0.0, ("9 px moved, over the layout budget of 4 px",)),
    )
    harmless = [
        (a_pair(id=f"h{n}", truth="harmless", kind=kind), Answer(n / 1000, PASSED))
        for n, kind in enumerate(("noise-5", "caret", "noise-5", "noise-5"))
    ]

    low, high = sheet.hardest([*reversed(changes), layout, *harmless])

    assert [pair.id for pair, _ in low] == ["c0", "c1"]
    assert [pair.id for pair, _ in high] == ["h3", "h2", "h1"]


def test_the_sheet_is_drawn_from_the_files_themselves(drawn: Pair, tmp_path: Path):
    judged = [(drawn, Answer(0.3, SEEN)), (replace(drawn, truth="harmless", box=None), Answer(0.4, SEEN))]

    pixels = decoded(sheet.draw(judged, tmp_path / "sheet.png").read_bytes())

    assert pixels.shape[1] > 6 * sheet.CROP[0]
    assert (pixels < 60).all(axis=2).sum() > 4 * 24 * 24  # the dark square, on both halves


def test_a_peer_is_asked_once_about_the_same_bytes(drawn: Pair, tmp_path: Path):
    kept = tmp_path / "answers.jsonl"
    asked = []

    def ask() -> float:
        asked.append(1)
        return 0.25

    first = Answers(kept).get("odiff 4.5.0", drawn, ask)
    again = Answers(kept)

    assert (first, again.get("odiff 4.5.0", drawn, ask), len(asked)) == (0.25, 0.25, 1)
    assert not again.known("odiff 4.6.0", drawn)
    drawn.new.write_bytes(encoded(np.zeros((64, 96, 3), np.uint8)))
    assert not Answers(kept).known("odiff 4.5.0", drawn)


def test_what_is_written_as_chromium_does_holds_the_same_pixels():
    pixels = np.random.default_rng(3).integers(0, 255, (40, 50, 3), np.uint8)

    assert (decoded(cases.as_chromium(pixels)) == pixels).all()


def test_both_ways_of_reading_that_are_timed_give_one_answer(tmp_path: Path):
    page = np.full((720, 600, 3), 255, np.uint8)
    page[::9, ::5] = 20
    broken = page.copy()
    broken[300:340, 100:220] = (200, 0, 0)
    old, new = tmp_path / "old.png", tmp_path / "new.png"
    old.write_bytes(cases.as_chromium(page))
    new.write_bytes(cases.as_chromium(broken))

    quick, whole = answer(old, new), answer_without_quick_png(old, new)

    assert quick == whole
    assert quick.is_failed


def test_every_case_is_what_its_name_says():
    chance = np.random.default_rng(3)
    page = np.full((720, 600, 3), 255, np.uint8)
    strokes = chance.random((720, 600)) < 0.15
    page[strokes] = 20
    png = cases.as_chromium(page)

    made = {kind: make(page, png) for kind, make in cases.KINDS.items()}

    changed = {kind: float((decoded(new) != page).any(axis=2).mean()) for kind, new in made.items()}
    assert made["same_bytes"] == png
    assert made["same_pixels"] != png
    assert (changed["same_pixels"], changed["all_changed"]) == (0.0, 1.0)
    assert 0 < changed["colour"] < 0.05
    assert 0 < changed["text"] < 0.1
    assert changed["inserted"] > 0.1
    assert 0.2 < changed["noise"] < 0.3
    assert all(decoded(new).shape == page.shape for new in made.values())
