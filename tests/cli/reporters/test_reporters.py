"""What a site says is text in every report; what a run is, is the same in all of them."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as Xml

import pytest
from click.testing import CliRunner

from builders import a_screenshot, a_session
from inspect_pipelines.cli.main import cli
from inspect_pipelines.cli.reporters.asked import Asked, asked
from inspect_pipelines.cli.reporters.github import command, commands_of, resumed, stopped
from inspect_pipelines.cli.reporters.junit import junit
from inspect_pipelines.cli.reporters.markdown import markdown, plain
from inspect_pipelines.cli.reporters.writing import write_reports
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.domain.session import SessionStatus, StepResult, StepStatus
from inspect_pipelines.errors import NotFound, Unavailable, UsageError

PASSED_STEP = StepResult("home", "Open", "desktop", StepStatus.PASSED, 1000)


def outcomes(document: str) -> dict[str, str]:
    """Each case with what became of it."""
    cases = Xml.fromstring(document).iter("testcase")
    kinds = ("failure", "error", "skipped")
    return {
        str(case.get("name")): next((kind for kind in kinds if case.find(kind) is not None), "passed")
        for case in cases
    }


def test_junit_has_a_case_for_each_step_and_each_picture(facts):
    document = junit(facts())

    assert outcomes(document) == {
        "Open the shop (desktop)": "passed",
        "Pay (desktop)": "failure",
        "Be thanked (desktop)": "skipped",
        "home (desktop)": "passed",
        "cart (desktop)": "failure",
    }
    root = Xml.fromstring(document)
    assert (root.get("tests"), root.get("failures"), root.get("skipped"), root.get("errors")) == (
        "5",
        "2",
        "1",
        "0",
    )


def test_junit_holds_what_a_site_says_as_text(facts):
    root = Xml.fromstring(junit(facts()))

    (said, picture) = (case.get("message") for case in root.iter("failure"))
    assert "</failure>" in said
    assert "]]>" in said
    assert "\x00" not in said
    assert "text says Sold" in picture


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (RunStatus.ERROR, {"Open (desktop)": "passed", "run": "error"}),
        (RunStatus.TIMEOUT, {"Open (desktop)": "passed", "run": "error"}),
        (RunStatus.NEEDS_REVIEW, {"Open (desktop)": "passed", "run": "failure"}),
        (RunStatus.SKIPPED, {"Open (desktop)": "passed", "run": "skipped"}),
        (RunStatus.PASSED, {"Open (desktop)": "passed"}),
    ],
)
def test_a_red_run_never_has_a_green_report(make_ended, status, expected):
    assert outcomes(junit(make_ended(status))) == expected


@pytest.fixture
def make_ended(facts):
    """A run that ended like this, of which a step passed and no picture was compared."""
    from builders import a_session

    def made(status: RunStatus, **more: bool):
        session = a_session(status=SessionStatus.COMPLETED, steps=(PASSED_STEP,))
        return facts(status=status, reason="so it was", sessions=(session,), comparisons=(), **more)

    return made


def test_what_needs_review_is_skipped_where_it_is_allowed(facts):
    document = junit(facts(status=RunStatus.NEEDS_REVIEW, allows_review=True, sessions=()))

    assert outcomes(document) == {"home (desktop)": "passed", "cart (desktop)": "skipped"}


def test_markdown_says_what_a_person_asks_first(facts):
    text = markdown(facts())

    lines = text.splitlines()
    assert lines[0] == r"## ✗ nightly\-shop\: failed"
    assert "3 steps, 1 of 2 pictures as approved, 4.0 s." in text
    assert ", [report](<https://qa.acme.example/runs/1/report>)." in text
    assert any(line.startswith(r"| shop/cart&#64;desktop | changed |") for line in lines)


def test_markdown_holds_what_a_site_says_as_text(facts):
    text = markdown(facts())

    assert "<b>" not in text
    assert "@octocat" not in text
    assert "\x1b" not in text
    assert "](http://evil" not in text
    assert not any(line.lstrip().startswith("::error") for line in text.splitlines())
    rows = [line for line in text.splitlines() if line.startswith("| shop/cart")]
    assert len(re.findall(r"(?<!\\)\|", rows[0])) == 5


def test_a_report_on_this_machine_becomes_no_link_and_a_long_text_is_cut():
    assert plain("a" * 1000) == "a" * 299 + "…"
    assert plain("a & b\n# c") == r"a &amp; b \# c"


def test_a_table_of_a_thousand_rows_is_cut(facts):
    from history_builders import a_comparison

    rows = tuple(a_comparison(f"view {n}", passed=False) for n in range(1000))

    text = markdown(facts(comparisons=rows))

    assert "and 900 more, in the report" in text
    assert len(text) < 100_000


def test_annotations_are_one_line_each_and_hold_no_command_of_a_site(facts):
    lines = [*commands_of(facts())]

    assert all(re.match(r"::(error|warning|notice) title=[^:,\r\n]*::", line) for line in lines)
    assert all("\n" not in line and "\r" not in line for line in lines)
    assert lines[0].startswith("::error title=nightly-shop%3A failed::shop/pay@desktop")
    assert "%0A::error::owned %250A" in "".join(lines)
    assert command("error", "a:b,c%", "x\ny") == "::error title=a%3Ab%2Cc%25::x%0Ay"
    assert (stopped("w"), resumed("w")) == ("::stop-commands::w", "::w::")


@pytest.mark.parametrize(
    ("status", "allows", "kind"),
    [
        (RunStatus.PASSED, False, "notice"),
        (RunStatus.SKIPPED, False, "warning"),
        (RunStatus.NEEDS_REVIEW, True, "warning"),
        (RunStatus.NEEDS_REVIEW, False, "error"),
        (RunStatus.ERROR, True, "error"),
    ],
)
def test_an_annotation_is_as_grave_as_the_exit_code(make_ended, status, allows, kind):
    assert next(iter(commands_of(make_ended(status, allows_review=allows)))).startswith(f"::{kind} ")


def test_each_report_is_written_where_it_was_asked_for(tmp_path, monkeypatch, capsys, facts):
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    (tmp_path / "summary.md").write_text("before\n")
    texts = [f"junit={tmp_path}/j.xml,json={tmp_path}/r.json", f"markdown={tmp_path}/r.md", "github"]

    write_reports(asked(texts), facts().dossier, allows_review=False, fetch=str.encode)

    assert outcomes((tmp_path / "j.xml").read_text())["Pay (desktop)"] == "failure"
    assert json.loads((tmp_path / "r.json").read_text())["status"] == "failed"
    assert (tmp_path / "summary.md").read_text() == "before\n" + (tmp_path / "r.md").read_text()
    assert capsys.readouterr().out.startswith("::error title=nightly-shop%3A failed::")


def test_a_report_that_cannot_be_written_is_one_sentence(tmp_path, facts):
    (tmp_path / "file").touch()
    target = tmp_path / "file" / "x.xml"

    with pytest.raises(
        Unavailable, match=r"cannot be written: not a directory; the run has ended all the same"
    ):
        write_reports((Asked("junit", Path(target)),), facts().dossier, allows_review=False, fetch=str.encode)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("junitt=a.xml", "--reporter 'junitt=a.xml' is unknown (did you mean 'junit'?); write junit=FILE, markdown=FILE, json=FILE, pictures=FOLDER or github"),
        ("junit", "--reporter 'junit' needs a file: junit=FILE"),
        ("json=", "--reporter 'json=' needs a file: json=FILE"),
        ("github=a", "--reporter 'github=a' takes no file"),
        ("junit=a.xml,junit=b.xml", "--reporter 'junit' is there twice; a run is reported once in each way"),
        ("junit=none/a.xml", "--reporter: the folder of 'none/a.xml' does not exist; make it first"),
        ("junit=.", "--reporter: '.' is a folder; name a file"),
    ],
)  # fmt: skip
def test_a_wrong_reporter_is_refused_before_anything_is_started(tmp_path, monkeypatch, text, sentence):
    monkeypatch.chdir(tmp_path)

    with pytest.raises(UsageError) as error:
        asked([text])

    assert str(error.value) == sentence


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--reporter", "github"], "--reporter tells how a run ended; add --wait"),
        (["--wait", "--json", "--reporter", "github"], "--json and --reporter github cannot go together: both print; write json=FILE instead"),
    ],
)  # fmt: skip
def test_reporters_that_cannot_tell_are_refused_before_anything_is_started(words, sentence):
    result = CliRunner().invoke(cli, ["run", "nightly", *words])

    assert str(result.exception) == sentence


def test_pictures_are_files_that_the_markdown_names(facts, tmp_path):
    wanted = asked([f"pictures={tmp_path / 'pictures'},markdown={tmp_path / 'r.md'}"])
    given = facts(comparisons=tuple(
        replace(one, view=replace(one.view, name="../../cart x"), overlay_sha256="d" * 64)
        for one in facts().comparisons if not one.passed
    ))  # fmt: skip

    write_reports(wanted, given.dossier, allows_review=False, fetch=str.encode)

    (one,) = given.differing
    names = ["001-shop-..-..-cart-x@desktop-" + word + ".png" for word in ("approved", "differs", "now")]
    assert sorted(path.name for path in (tmp_path / "pictures").iterdir()) == names
    assert (tmp_path / "pictures" / names[2]).read_bytes() == str(one.new_sha256).encode()
    text = (tmp_path / "r.md").read_text()
    assert "| Files |" in text
    assert plain(f"pictures/{names[0]}, pictures/{names[2]}, pictures/{names[1]}") in text
    assert "![" not in text


def test_the_pictures_of_a_first_run_are_all_that_it_took(facts, tmp_path):
    session = a_session(screenshots=(a_screenshot("home"), a_screenshot("cart")))
    first = facts(status=RunStatus.NEEDS_REVIEW, comparisons=(), sessions=(session,))

    write_reports(asked([f"pictures={tmp_path / 'p'},markdown={tmp_path / 'r.md'}"]), first.dossier,
                  allows_review=False, fetch=str.encode)  # fmt: skip

    assert len(list((tmp_path / "p").iterdir())) == 2
    assert "not approved yet" in (tmp_path / "r.md").read_text()


def test_a_picture_that_is_gone_is_told_and_the_others_are_written(facts, tmp_path, capsys):
    def fetch(sha256: str) -> bytes:
        if sha256 == facts().differing[0].old_sha256:
            raise NotFound("the picture is gone")
        return b"png"

    write_reports(asked([f"pictures={tmp_path / 'p'}"]), facts().dossier, allows_review=False, fetch=fetch)

    assert "a picture is missing among the reports: the picture is gone" in capsys.readouterr().err
    assert [path.name for path in (tmp_path / "p").iterdir() if "approved" in path.name] == []
    assert (tmp_path / "p" / "001-shop-cart@desktop-now.png").read_bytes() == b"png"


def test_pictures_need_a_folder_that_can_be_made(facts, tmp_path):
    (tmp_path / "file").write_text("")

    with pytest.raises(UsageError, match="is a file; name a folder"):
        asked([f"pictures={tmp_path / 'file'}"])
    with pytest.raises(UsageError, match="needs a folder: pictures=FOLDER"):
        asked(["pictures"])
    with pytest.raises(Unavailable, match="cannot be written: "):
        write_reports(
            (Asked("pictures", tmp_path / "file"),), facts().dossier, allows_review=False, fetch=str.encode
        )
