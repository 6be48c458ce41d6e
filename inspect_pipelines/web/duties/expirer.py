"""The expirer lets the pictures of branches go that nobody works on any more."""

from __future__ import annotations

from datetime import timedelta

from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.pictures.close_layers import expire_layers
from inspect_pipelines.web.duties.duty import Duty

LOOK_EVERY_SECONDS = 3600.0


class Expirer(Duty):
    """Takes layers out of use, so many days after their branch was closed or came to rest."""

    def __init__(self, house: House, *, days: int, every_seconds: float = LOOK_EVERY_SECONDS) -> None:
        super().__init__("expirer", "branches", every_seconds=every_seconds)
        self._house, self._after = house, timedelta(days=days)

    def turn(self) -> None:
        expire_layers(self._house, after=self._after)
