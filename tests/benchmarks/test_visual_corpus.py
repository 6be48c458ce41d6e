import random
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from benchmarks.visual import changes, corpus, harmless, manifest
from benchmarks.visual.pixels import delta_e, jumps
from inspect_pipelines.errors import UsageError

PAIRS = 6  # of one page: some seconds of Chromium


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("corpus") / "first"
    corpus.generate(folder, only=PAIRS, say=lambda _: None)
    return folder


def pixels(path: Path) -> np.ndarray:
    return np.asarray(Image.open(path).convert("RGB"))


def test_the_same_sources_give_the_same_bytes(folder: Path, tmp_path: Path):
    corpus.generate(tmp_path / "second", only=PAIRS, say=lambda _: None)

    first = {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*.*")}
    again = {path.relative_to(tmp_path / "second"): path.read_bytes() for path in tmp_path.rglob("*.*")}
    assert len(first) > PAIRS
    assert [path for path in first if first[path] != again.get(path)] == []


def test_every_truth_is_there_and_true_of_the_pixels(folder: Path):
    pairs = manifest.load(folder)

    assert {pair.truth for pair in pairs} == {"change", "harmless", "faint"}
    for pair in pairs:
        old, new = pixels(pair.old), pixels(pair.new)
        assert (old.shape[1::-1], new.shape[1::-1]) == (pair.old_size, pair.new_size)
        if pair.truth == "change":
            assert pair.kind in changes.TURNS
            assert old.shape != new.shape or (old != new).any(), pair.id
        elif pair.truth == "faint":
            assert changes.STEPS[pair.kind][0] <= pair.delta_e < changes.STEPS[pair.kind][1], pair.id
        else:
            assert pair.kind in harmless.TURNS
            assert old.shape == new.shape, pair.id


def test_a_corpus_of_the_same_sources_is_not_made_again(folder: Path):
    assert corpus.generate(folder, only=PAIRS, say=lambda _: None) is False


def test_a_folder_without_a_corpus_says_how_to_make_one(tmp_path: Path):
    with pytest.raises(UsageError, match=r"has no manifest\.json; make one with"):
        manifest.load(tmp_path)


def test_the_plan_holds_what_the_issue_asks_for():
    plan = corpus.cells()

    assert corpus.LEAST == {"change": 500, "harmless": 500, "faint": 60}
    for truth, least in corpus.LEAST.items():
        assert sum(getattr(cell, truth) for cell in plan) >= least
    assert {view.viewport for cell in plan for view in cell.views} == {"phone", "desktop", "full"}
    assert len({cell.page for cell in plan}) >= 10


@pytest.mark.parametrize("kind", [kind for kind in changes.STEPS if kind != "colour-equal-luma"])
def test_a_colour_step_is_as_large_as_its_kind_says(kind: str):
    low, high = changes.STEPS[kind]
    now = [46, 125, 79]

    how = changes.RULES[kind].how({"now": now}, random.Random(3))

    step = delta_e(np.array([now], np.uint8), np.array([how["colour"]], np.uint8))
    assert low <= step[0] < high


def test_text_that_moves_by_a_pixel_is_no_harmless_pair():
    page = np.full((128, 128, 3), 255, np.uint8)
    page[20:40, 30:32] = page[20:22, 30:60] = page[70:90, 80:83] = 0

    assert jumps(page, page) == []
    assert sorted(jumps(page, np.roll(page, 1, axis=1))) == [(0, 0, 64, 64), (64, 64, 64, 64)]
