"""Gestures as a playbook writes them."""

from __future__ import annotations

from inspect_pipelines.config.target_document import OptionalTarget, TargetDocument
from inspect_pipelines.domain.gesture import Click, Fill, Press


class ClickDocument(TargetDocument):
    def action(self) -> Click:
        return Click(self.target())


class FillDocument(TargetDocument):
    value: str

    def action(self) -> Fill:
        return Fill(self.target(), self.value)


class PressDocument(OptionalTarget):
    key: str

    def action(self) -> Press:
        return Press(self.key, self.optional_target())
