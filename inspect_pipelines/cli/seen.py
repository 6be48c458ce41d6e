"""A run at one moment, as far as somebody who watches it is shown; a house and a server both have such."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from inspect_pipelines.domain.ids import DefinitionId, RunId
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.domain.session import ToldStep


class Running(Protocol):
    @property
    def id(self) -> RunId: ...
    @property
    def definition_id(self) -> DefinitionId: ...
    @property
    def status(self) -> RunStatus: ...


class Seen(Protocol):
    @property
    def run(self) -> Running: ...
    @property
    def doing(self) -> str: ...
    @property
    def elapsed_seconds(self) -> float: ...
    @property
    def left_seconds(self) -> float | None: ...
    @property
    def steps(self) -> Sequence[ToldStep]: ...
