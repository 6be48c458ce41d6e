"""What people type about repairs: a person decides, and the file is changed where it must be, or not at all."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from in_process import Done, command
from inspect_pipelines.domain.ids import DEFAULT_ORG
from inspect_pipelines.domain.repair import Place, Repair, RepairStatus
from inspect_pipelines.domain.target import Target
from prepared import prepared_ledgers

PLAYBOOK = """\
apiVersion: v1
kind: Playbook
metadata: {id: shop}
spec:
  base_url: https://shop.example
  steps:
    - id: pay
      success_criteria: [{expect_visible: {text: Thank you}}]
      actions:
        - use: open-till
        # by card
        - click: "#card"
        - click: "#pay"  # the last one
        - screenshot: paid
"""
FRAGMENT = """\
apiVersion: v1
kind: Fragment
metadata: {id: open-till}
spec:
  actions:
    - goto: /
    - click: "#till"
"""
NEW = Target(role="button", name="Pay now")
REPAIR = Repair(
    "0190-a", "r1", "shop", "pay", "click #pay: x: found none", RepairStatus.PROPOSED, datetime(2026, 11, 30, tzinfo=UTC)
)  # fmt: skip


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("INSPECT_HOME", str(tmp_path / "home"))
    for name, text in {
        "schedules.yaml": "apiVersion: v1\nkind: ScheduleConfig\nschedules: []\n",
        "playbooks/shop.yaml": PLAYBOOK,
        "fragments/open-till.yaml": FRAGMENT,
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "home").mkdir()
    return tmp_path


def kept(project: Path, *places: Place, **changes: Any) -> None:
    ledgers = prepared_ledgers(project / "home" / "ledger.db")
    with ledgers.of(DEFAULT_ORG).write() as ledger:
        ledger.repairs.save(replace(REPAIR, places=places, **changes))
    ledgers.close()


def done(project: Path, *words: str) -> Done:
    return command("repairs", *words, cwd=project)


def text_of(project: Path) -> str:
    return (project / "playbooks" / "shop.yaml").read_text(encoding="utf-8")


def test_nothing_to_decide_is_said(project: Path) -> None:
    assert "nothing was repaired yet" in done(project, "list").stdout
    assert "no repair begins with 'x'" in done(project, "show", "x").stderr


def test_a_place_in_the_fragment_is_never_written_into_an_action_of_the_playbook(project: Path) -> None:
    """Places count actions as they are played: the fragment's click is the second one, which in the file is another."""
    kept(project, Place("pay", 1, "click", Target(selector="#till"), NEW))

    accepted = done(project, "accept", "0190")

    assert accepted.returncode == 2
    assert text_of(project) == PLAYBOOK
    assert "proposed" in done(project, "list").stdout


def test_a_playbook_that_says_something_else_by_now_is_left_alone(project: Path) -> None:
    kept(project, Place("pay", 3, "click", Target(selector="#buy"), NEW))

    accepted = done(project, "accept", "0190")

    assert (accepted.returncode, "something else by now" in accepted.stderr) == (2, True)
    assert text_of(project) == PLAYBOOK


def test_a_place_is_written_and_comments_stay(project: Path) -> None:
    (project / "playbooks" / "shop.yaml").write_text(
        PLAYBOOK.replace("        - use: open-till\n", ""), encoding="utf-8"
    )
    kept(project, Place("pay", 1, "click", Target(selector="#pay"), NEW))

    accepted = done(project, "accept", "0190")
    again = done(project, "accept", "0190")

    assert accepted.returncode == 0, accepted.stderr
    assert "        # by card\n" in text_of(project)
    assert "        - click: {role: button, name: Pay now}  # the last one\n" in text_of(project)
    assert (again.returncode, "accepted already, by local" in again.stderr) == (2, True)
    assert [each.name for each in (project / "playbooks").iterdir()] == ["shop.yaml"]


def test_a_repair_is_declined_once_and_shown_with_the_reason(project: Path) -> None:
    kept(
        project,
        Place("pay", 1, "click", Target(selector="#pay"), NEW),
        same=2,
        differing=("shop/paid@desktop",),
    )

    shown = done(project, "show", "0190").stdout
    first, second = (done(project, "decline", "0190", "--reason", "it comes back") for _ in range(2))

    assert "2 look as approved with it; differing: shop/paid@desktop" in shown
    assert (first.returncode, second.returncode) == (0, 0)
    (told,) = json.loads(done(project, "list", "--json").stdout)
    assert (told["status"], told["reason"], told["decided_by"]) == ("declined", "it comes back", "local")
    assert "declined already" in done(project, "accept", "0190").stderr
    assert text_of(project) == PLAYBOOK
