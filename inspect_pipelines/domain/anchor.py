"""An anchor: the picture of a view that a person approved last, where a rule has put another one in its place since."""

from __future__ import annotations

from dataclasses import dataclass

from inspect_pipelines.domain.ids import RunId, Sha256
from inspect_pipelines.domain.screenshot import Environment, Masked


@dataclass(frozen=True, slots=True)
class Anchor:
    sha256: Sha256
    width: int  # px
    height: int  # px
    environment: Environment
    source_run_id: RunId
    masked: tuple[Masked, ...] = ()
