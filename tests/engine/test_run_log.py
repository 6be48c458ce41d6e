from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from builders import a_run
from inspect_pipelines.config.settings import Settings
from inspect_pipelines.engine.run_log import lines_of
from inspect_pipelines.engine.warm.logs import run_log

RUN = replace(a_run(), dagster_run_id="86736270-3ef1-4e96-b6c0-d3915233d843")
PREFIX = f"2026-11-28 23:28:48 +0000 - dagster - ERROR - nightly_shop - {RUN.dagster_run_id} - "


def told(home: Path, *lines: str, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.setenv("INSPECT_HOME", str(home))
    (home / "logs").mkdir()
    run_log(home, RUN.dagster_run_id).write_text("\n".join(lines) + "\n")
    return [*lines_of(Settings(), RUN)]


def test_a_failure_of_the_site_is_told_without_where_in_our_code_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = told(
        tmp_path,
        f'{PREFIX}compare - STEP_FAILURE - Execution of step "compare" failed.',
        "",
        "dagster._core.definitions.events.Failure: failed: the header moved",
        "and the footer",
        "",
        "Stack Trace:",
        '  File "/x/assets/compare.py", line 54, in compare',
        "    raise blamed",
        f"{PREFIX}conclude - run 1: failed",
        monkeypatch=monkeypatch,
    )

    assert lines == [
        '2026-11-28 23:28:48  compare - STEP_FAILURE - Execution of step "compare" failed.',
        "failed: the header moved",
        "and the footer",
        "2026-11-28 23:28:48  conclude - run 1: failed",
    ]


def test_a_defect_of_ours_and_the_cause_of_a_failure_keep_their_stack(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = told(
        tmp_path,
        "dagster._core.definitions.events.Failure: the ledger is locked",
        "Stack Trace:",
        "  of the failure",
        "The above exception was caused by the following exception:",
        "OSError: disk",
        "Stack Trace:",
        "  of the cause",
        f"{PREFIX}conclude - next",
        "ZeroDivisionError: ours",
        "Stack Trace:",
        "  of the defect",
        monkeypatch=monkeypatch,
    )

    assert "  of the failure" not in lines
    assert {"  of the cause", "  of the defect", "ZeroDivisionError: ours"} <= set(lines)
