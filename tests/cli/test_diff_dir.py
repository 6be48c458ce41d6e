"""`diff-dir A B` as a person uses it, with real folders."""

from __future__ import annotations

import json
import os

import numpy as np
import pytest
from PIL import Image

from in_process import command


def call(*words, cwd):
    return command("diff-dir", *words, cwd=cwd)


def save(path, level=255):
    path.parent.mkdir(parents=True, exist_ok=True)
    picture = np.full((60, 80, 3), 255, np.uint8)
    picture[20:40, 20:60] = level
    Image.fromarray(picture).save(path)


@pytest.fixture
def folders(tmp_path):
    for side in "AB":
        save(tmp_path / side / "home.png", 30)
        save(tmp_path / side / "deep/er/cart.png", 30)
    return tmp_path


def listed(done):
    """The table's lines as (outcome, name)."""
    found = json.loads(done.stdout)
    return [(each["outcome"], each["path"]) for each in found["pictures"]]


def test_equal_folders_pass_in_one_line(folders):
    done = call("A", "B", cwd=folders)

    assert (done.returncode, done.stdout) == (0, "✓ 2 pictures compared: 2 unchanged\n")


def test_pictures_pair_by_their_path_over_both_folders_failures_first(folders):
    save(folders / "B/deep/er/cart.png", 200)
    save(folders / "A/gone.png")
    save(folders / "B/fresh.png")
    (folders / "A/broken.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    save(folders / "B/broken.png")

    done = call("A", "B", "--json", cwd=folders)

    assert done.returncode == 1
    assert listed(done) == [
        ("changed", "deep/er/cart.png"),
        ("removed", "gone.png"),
        ("added", "fresh.png"),
        ("unreadable", "broken.png"),
        ("unchanged", "home.png"),
    ]
    found = json.loads(done.stdout)
    assert found["passed"] is False
    assert found["counts"] == {"changed": 1, "removed": 1, "added": 1, "unreadable": 1, "unchanged": 1}


def test_the_table_lists_what_fails_and_ends_with_a_summary(folders):
    save(folders / "B/home.png", 200)

    done = call("A", "B", cwd=folders)
    everything = call("A", "B", "--all", cwd=folders)

    header, row, empty, summary = done.stdout.splitlines()
    assert header.split() == ["OUTCOME", "SCORE", "PICTURE", "WHAT"]
    assert row.startswith("✗ changed  ")
    assert "home.png  an area of 40x20 px at x=20, y=20 changed colour strongly (" in row
    assert (empty, summary) == ("", "✗ 2 pictures compared: 1 changed, 1 unchanged")
    assert "✓ unchanged  0.000  deep/er/cart.png  the same pixels" in everything.stdout


def test_only_unreadable_pictures_exit_with_3(folders):
    for side in "AB":
        (folders / side / "text.png").write_text("no picture")

    done = call("A", "B", cwd=folders)

    assert done.returncode == 3
    assert done.stdout.splitlines()[-1] == "! 3 pictures compared: 1 unreadable, 2 unchanged"


@pytest.mark.parametrize(
    "words", [("--tolerance", "1"), ("--mask", "0,0,80,60"), ("--tolerance", "1", "--region-budget", "1")]
)
def test_what_is_allowed_holds_for_every_pair(folders, words):
    save(folders / "B/home.png", 200)

    assert call("A", "B", *words, cwd=folders).returncode == 0


def test_what_is_left_out_is_said(folders):
    (folders / "A/notes.txt").write_text("x")
    (folders / "A/old.gif").write_bytes(b"GIF89a")
    (folders / "A/linked").symlink_to("deep")

    done = call("A", "B", cwd=folders)

    assert done.returncode == 0
    assert done.stdout.splitlines()[:-1] == [
        "note: A: old.gif left out: only PNG, JPEG and WebP can be compared",
        "note: A: linked left out: links to folders are not followed",
        "note: A: 1 other file left out",
    ]


def test_a_link_out_of_its_folder_is_not_read_and_one_inside_is(folders):
    save(folders / "secret.png", 1)
    (folders / "A/out.png").symlink_to("../secret.png")
    (folders / "A/in.png").symlink_to("home.png")
    save(folders / "B/out.png", 1)
    save(folders / "B/in.png", 30)

    done = call("A", "B", "--json", cwd=folders)

    assert done.returncode == 3
    assert listed(done)[0] == ("unreadable", "out.png")
    assert ("unchanged", "in.png") in listed(done)
    assert "is a link that leads out of its folder" in json.loads(done.stdout)["pictures"][0]["sentence"]


def test_links_that_lead_nowhere_or_round_and_pipes_do_not_hang_it(folders):
    (folders / "A/nowhere.png").symlink_to("gone.png")
    (folders / "A/round.png").symlink_to("round.png")
    os.mkfifo(folders / "A/pipe.png")
    for name in ("nowhere", "round", "pipe"):
        save(folders / f"B/{name}.png")

    done = call("A", "B", "--json", cwd=folders)

    assert done.returncode == 3
    assert {name for outcome, name in listed(done) if outcome == "unreadable"} == {
        "nowhere.png",
        "pipe.png",
        "round.png",
    }


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "Missing argument 'A'"),
        (("A",), "Missing argument 'B'"),
        (("A", "gone"), "folder 'gone' does not exist"),
        (("A/home.png", "B"), "compare two pictures with: inspect-pipelines diff OLD NEW"),
        (
            ("empty", "void"),
            "neither 'empty' nor 'void' holds a PNG, JPEG or WebP file: nothing was compared",
        ),
        (("A", "B", "--tolerance", "nan"), "'nan' is no number from 0 to 1"),
        (("A", "B", "--html", "A"), "--html 'A' is a folder"),
    ],
)
def test_a_wrong_call_exits_with_2_and_a_sentence(folders, words, said):
    (folders / "empty").mkdir()
    (folders / "void").mkdir()

    done = call(*words, cwd=folders)

    assert (done.returncode, done.stdout) == (2, "")
    assert said in " ".join(done.stderr.split())


def test_the_report_is_one_offline_page_of_every_pair(folders):
    save(folders / "B/home.png", 200)
    save(folders / "A/gone.png")
    (folders / "B/broken.png").write_text("x")
    save(folders / "A/broken.png")

    call("A", "B", "--html", "report.html", cwd=folders)

    html = (folders / "report.html").read_text(encoding="utf-8")
    assert "3 of 4 pictures differ." in html
    for name in ("home.png", "gone.png", "broken.png", "deep/er/cart.png"):
        assert name in html
    assert 'src="http' not in html
