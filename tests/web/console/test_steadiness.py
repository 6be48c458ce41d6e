"""The drift page says how steady each view is."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pandas as pd

import ledger_rows
from builders import NOW, a_sha, a_view
from houses import NoHistory
from inspect_pipelines.domain.drift_track import Distance, Track
from inspect_pipelines.ports.house import House
from pressing import shown
from web_app import a_client

SET = ledger_rows.NIGHTLY.id


class Told(NoHistory):
    """A history in which a view failed every other night, and another one used three quarters of its budget."""

    def frame(self, name: str, *, fresh_within_seconds: float = 5.0, **parameters: Any) -> pd.DataFrame:
        at = [int((NOW - timedelta(days=night)).timestamp() * 1000) for night in range(6)]
        run = {"run_seq": range(6), "at_ms": at, "playbook_id": "shop", "is_restless": False}
        if name == "flake_playbooks":
            return pd.DataFrame({**run, "passed": True})
        usual = {**run, "tolerance": 0.02, "layout_px": 0, "approved": "a"}
        turns = {"view": str(a_view("cart")), "passed": [True, False] * 3, "score": 0.0}
        close = {"view": str(a_view("home")), "passed": True, "score": 0.015}
        return pd.concat([pd.DataFrame({**usual, **turns}), pd.DataFrame({**usual, **close})])


def test_each_view_and_playbook_stands_on_its_rung_with_its_headroom_and_its_drift(ours: House) -> None:
    track = Track(a_sha("a"), "m", a_sha("b"), NOW, (Distance(0.002),) * 3, 1.3, 4, NOW)
    with ours.ledger.write() as ledger:
        ledger.drift_tracks.keep(SET, {a_view("home"): {"A": track}})

    page = shown(a_client(replace(ours, history=Told())), f"/baselines/{SET}/drift")

    section = page.partition("How steady the views are")[2]
    assert section.index("shop/cart@desktop") < section.index("shop/home@desktop")
    assert "Unstable" in section
    assert "At risk" in section
    assert "the playbook as a whole" in section
    assert "25 %" in section
    assert "65 %" in section


def test_where_nothing_ran_the_section_is_left_out(ours: House) -> None:
    assert "How steady" not in shown(a_client(ours), f"/baselines/{SET}/drift")
