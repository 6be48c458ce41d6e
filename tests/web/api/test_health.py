"""How the troubles of several duties become one part of `/health`."""

from __future__ import annotations

from pathlib import Path

from galleries import MemoryGallery
from houses import a_house
from inspect_pipelines.web.api.health import ailments
from inspect_pipelines.web.duties.duty import Duty


class Saying(Duty):
    def __init__(self, part: str, sentence: str) -> None:
        super().__init__("saying", part, every_seconds=1)
        self._sentence = sentence

    def turn(self) -> None: ...

    def finding(self) -> str:
        return self._sentence


def test_a_part_is_well_when_all_its_duties_are_and_says_each_trouble_once(tmp_path: Path) -> None:
    duties = [Saying("webhooks", "the ledger is away")] * 2
    duties += [Saying("webhooks", ""), Saying("webhooks", "no secret"), Saying("messages", "")]

    found = ailments(a_house(tmp_path, gallery=MemoryGallery()), duties)

    assert (found["webhooks"], found["messages"]) == ("the ledger is away; no secret", "")
