"""`diff OLD NEW` as a person uses it, with real files."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from in_process import command
from inspect_pipelines.imaging.picture import decode
from inspect_pipelines.imaging.ssim import ssim
from patience import allowed

COMMAND = Path(sys.executable).with_name("inspect-pipelines")
KEYS = {
    "outcome",
    "score",
    "tolerance",
    "changed_ratio",
    "visible_ratio",
    "ssim",
    "regions",
    "layout",
    "sentence",
}


def call(*words, cwd):
    return command("diff", *words, cwd=cwd)


def page(button=(47, 111, 243), *, height=300):
    picture = np.full((height, 400, 3), 255, np.uint8)
    picture[20:40, 20:200] = 40
    picture[80:120, 40:200] = button
    return picture


def stored(folder, name, picture, **options):
    Image.fromarray(picture).save(folder / name, **options)
    return folder / name


@pytest.fixture
def files(tmp_path):
    stored(tmp_path, "old.png", page())
    stored(tmp_path, "new.png", page((217, 72, 15)))
    stored(tmp_path, "same.png", page(), compress_level=1)
    (tmp_path / "cut.png").write_bytes((tmp_path / "new.png").read_bytes()[:-20])
    (tmp_path / "text.png").write_text("no picture")
    (tmp_path / "empty.png").write_bytes(b"")
    return tmp_path


def test_a_changed_picture_exits_with_1_and_says_what_changed_and_where(files):
    done = call("old.png", "new.png", cwd=files)

    assert (done.returncode, done.stderr) == (1, "")
    first, told, numbers = done.stdout.splitlines()
    assert first == "✗ failed  old.png → new.png"
    assert told.startswith("    an area of 160x40 px at x=40, y=80 changed colour strongly (")
    assert numbers == "    5.33% of the pixels differ, 5.33% visibly"


def test_the_same_pixels_in_other_bytes_exit_with_0(files):
    done = call("old.png", "same.png", cwd=files)

    assert (done.returncode, done.stdout) == (0, "✓ passed  old.png → same.png\n    the same pixels\n")


def test_nothing_is_written_and_no_home_is_made_unless_asked_for(files):
    before = sorted(files.iterdir())

    call("old.png", "new.png", cwd=files)

    assert sorted(files.iterdir()) == before


def test_json_has_the_promised_keys_and_ssim_only_on_request(files):
    plain = json.loads(call("old.png", "new.png", "--json", cwd=files).stdout)
    asked = json.loads(call("old.png", "new.png", "--json", "--ssim", cwd=files).stdout)

    assert set(plain) == KEYS
    assert (plain["outcome"], plain["tolerance"], plain["ssim"]) == ("changed", 0.02, None)
    assert asked["ssim"] == pytest.approx(ssim(page(), page((217, 72, 15))), abs=1e-12)
    (region,) = plain["regions"]
    assert [region[key] for key in ("x", "y", "width", "height", "kind")] == [40, 80, 160, 40, "colour"]
    assert plain["layout"] == {"inserted_rows": 0, "removed_rows": 0, "bands": []}


def test_inserted_rows_are_told_as_layout(files):
    taller = np.concatenate([page()[:60], np.full((30, 400, 3), 90, np.uint8), page()[60:]])
    stored(files, "taller.png", taller)

    found = json.loads(call("old.png", "taller.png", "--json", cwd=files).stdout)
    allowed = call("old.png", "taller.png", "--layout-budget", 30, cwd=files)

    assert found["layout"] == {
        "inserted_rows": 30,
        "removed_rows": 0,
        "bands": [{"kind": "inserted", "y": 60, "height": 30}],
    }
    assert found["sentence"].startswith("30 px inserted at y=60 (")
    assert allowed.returncode == 0


@pytest.mark.parametrize(
    "words",
    [
        ("--tolerance", "0.99"),
        ("--mask", "40,80,160,40"),
        ("--mask", "0,0,100,300", "--mask", "100,0,100,300"),
    ],
)
def test_what_is_allowed_or_masked_passes(files, words):
    assert call("old.png", "new.png", *words, cwd=files).returncode == 0


def test_a_region_budget_fails_what_the_tolerance_lets_pass(files):
    done = call("old.png", "new.png", "--tolerance", "0.99", "--region-budget", 0, cwd=files)

    assert done.returncode == 1
    assert "region budget 0" in done.stdout


@pytest.mark.parametrize("name", ["cut.png", "text.png", "empty.png"])
@pytest.mark.parametrize("as_old", [True, False])
def test_what_is_no_whole_picture_exits_with_3_also_against_itself(files, name, as_old):
    pair = (name, "old.png") if as_old else ("old.png", name)
    done = call(*pair, cwd=files)
    itself = call(name, name, "--json", cwd=files)

    assert done.returncode == itself.returncode == 3
    which = "old" if as_old else "new"
    assert f"the {which} picture cannot be read: " in done.stdout
    found = json.loads(itself.stdout)
    assert set(found) == KEYS
    assert (found["outcome"], found["score"], found["changed_ratio"]) == ("unreadable", 1.0, None)


def test_a_file_without_an_end_is_refused(files):
    done = call("/dev/zero", "old.png", cwd=files)

    assert done.returncode == 3
    assert "has more than 400 MB" in done.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "Missing argument 'OLD'"),
        (("old.png",), "Missing argument 'NEW'"),
        (("old.png", "gone.png"), "picture 'gone.png' does not exist"),
        ((".", "old.png"), "compare two folders with: inspect-pipelines diff-dir A B"),
        (("old.png", "new.png", "--tolerance", "2"), "'2' is no number from 0 to 1"),
        (("old.png", "new.png", "--tolerance", "nan"), "'nan' is no number from 0 to 1"),
        (("old.png", "new.png", "--tolerance", "much"), "'much' is no number from 0 to 1"),
        (("old.png", "new.png", "--mask", "-1,0,5,5"), "'-1,0,5,5' holds no pixel"),
        (("old.png", "new.png", "--mask", "0,0,0,5"), "'0,0,0,5' holds no pixel"),
        (("old.png", "new.png", "--mask", "1,2,3"), "'1,2,3' is no area; write four whole numbers"),
        (("old.png", "new.png", "--layout-budget", "-1"), "-1 is not in the range"),
        (("old.png", "new.png", "--overlay", "old.png"), "--overlay 'old.png' is one of the pictures"),
        (("old.png", "new.png", "--html", "no/where.html"), "folder 'no' does not exist"),
        (("old.png", "new.png", "--html", "."), "--html '.' is a folder"),
    ],
)
def test_a_wrong_call_exits_with_2_and_a_sentence(files, words, said):
    done = call(*words, cwd=files)

    assert (done.returncode, done.stdout) == (2, "")
    assert said in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr


def test_the_overlay_is_written_only_when_there_is_something_to_show(files):
    call("old.png", "new.png", "--overlay", "shown.png", cwd=files)
    equal = call("old.png", "same.png", "--overlay", "none.png", cwd=files)

    assert decode((files / "shown.png").read_bytes()).shape == (300, 400, 3)
    assert not (files / "none.png").exists()
    assert "no overlay was written: there is nothing to show on it" in equal.stdout


def test_the_page_is_one_offline_file_with_both_pictures(files):
    call("old.png", "new.png", "--html", "page.html", cwd=files)

    html = (files / "page.html").read_text(encoding="utf-8")
    assert "The pictures differ." in html
    assert "An area" not in html.split("<h1>")[1].split("</h1>")[0]
    assert "old.png and new.png" in html
    assert html.count('src="data:image/') >= 4  # old, new, overlay and the changed area
    assert 'src="http' not in html


def test_a_name_cannot_write_into_the_page(files):
    stored(files, "<img src=x onerror=alert(1)>.png", page((1, 2, 3)))

    call("old.png", "<img src=x onerror=alert(1)>.png", "--html", "page.html", cwd=files)

    assert "<img src=x" not in (files / "page.html").read_text(encoding="utf-8")


def test_pictures_from_a_pipe_are_read_once(files):
    script = f"{COMMAND} diff <(cat old.png) <(cat new.png) --html page.html"
    done = subprocess.run(["bash", "-c", script], cwd=files, capture_output=True, text=True, check=False)

    assert done.returncode == 1
    assert (files / "page.html").stat().st_size > 10_000


def test_formats_may_differ_between_the_two(files):
    stored(files, "old.webp", page(), lossless=True)
    stored(files, "old.jpg", page(), quality=95)

    assert call("old.png", "old.webp", cwd=files).stdout.endswith("the same pixels\n")
    assert call("old.png", "old.jpg", "--tolerance", "0.1", cwd=files).returncode == 0


def test_it_starts_without_dagster_duckdb_playwright_and_scikit_image(files):
    script = (
        "import sys; from inspect_pipelines.cli.main import cli\n"
        "try: cli(['diff', 'old.png', 'new.png'])\n"
        "except SystemExit as done: code = done.code\n"
        "print(code, [m for m in ('dagster', 'duckdb', 'playwright', 'skimage', 'sqlalchemy') if m in sys.modules])"
    )
    began = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=files, capture_output=True, text=True, check=True
    )

    assert done.stdout.endswith("1 []\n")
    assert time.perf_counter() - began < allowed(20)  # half a second on a quiet machine
