"""Dialogs of a page: answered as the playbook says, or with no."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from playwright.sync_api import Dialog

from inspect_pipelines.domain.finding import FindingKind, Severity
from resources.sessions.record import Record

KINDS = {"alert": "an alert", "confirm": "a question", "prompt": "a prompt"}


@dataclass(frozen=True, slots=True)
class Answer:
    """To one dialog, placeholders filled."""

    accepts: bool
    text: str | None
    value: str | None


class Dialogs:
    """Those of one window."""

    def __init__(self, record: Record) -> None:
        self._record = record
        self._answers: deque[Answer] = deque()
        self._missed: list[str] = []

    def prepare(self, answer: Answer) -> None:
        """The next one that nobody has prepared an answer for is answered so."""
        self._answers.append(answer)

    def take_missed(self) -> list[str]:
        """What was expected since the last time and did not come, as sentences; nothing is expected any more."""
        missed = self._missed
        for answer in self._answers:
            says = f" that says {answer.text!r}" if answer.text else ""
            missed.append(f"expected a dialog{says}, none came")
        self._missed = []
        self._answers.clear()
        return missed

    def answer(self, dialog: Dialog, *, url: str) -> None:
        """Say no to everything but leaving the page, unless it is prepared: nothing that a dialog warns of is done by accident."""
        if dialog.type == "beforeunload":
            told = "the page asked whether it may be left; it was"
            self._record.find(FindingKind.DIALOG, told, url=url, severity=Severity.INFO)
            dialog.accept()
            return
        if self._answers:
            answer = self._answers.popleft()
            if answer.text is not None and answer.text not in dialog.message:
                self._missed.append(
                    f"expected a dialog that says {answer.text!r}, it said {dialog.message!r}"
                )
                dialog.dismiss()  # it is another one: what it asks is not what was agreed to
            elif answer.accepts:
                dialog.accept(answer.value or "")
            else:
                dialog.dismiss()
            return
        told = f"the page showed {KINDS.get(dialog.type, dialog.type)} {dialog.message!r}; it was dismissed"
        self._record.find(FindingKind.DIALOG, told, url=url)
        dialog.dismiss()
