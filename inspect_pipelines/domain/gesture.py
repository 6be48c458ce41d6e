"""Gestures: what a person does with hand and keyboard."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from inspect_pipelines.domain.target import Somewhere, Target


@dataclass(frozen=True, slots=True)
class Click(Somewhere):
    target: Target
    verb: Literal["click"] = "click"


@dataclass(frozen=True, slots=True)
class Fill(Somewhere):
    target: Target
    value: str
    verb: Literal["fill"] = "fill"


@dataclass(frozen=True, slots=True)
class Press(Somewhere):
    key: str
    target: Target | None = None
    verb: Literal["press"] = "press"
