"""Where the history is, as settings say it: a file of the home, or a lake; and whoever keeps it fresh."""

from __future__ import annotations

from inspect_pipelines.config.settings import Settings, resolve_secret
from inspect_pipelines.ports.across import Ledgers
from inspect_pipelines.ports.clock import Clock
from inspect_pipelines.ports.history import History, HistoryOwner
from resources.history.lake import Lake, lake_of
from resources.history.lake_store import LakeHistory
from resources.history.store import DuckHistory


def lake_at(settings: Settings) -> Lake | None:
    """The lake that INSPECT_HISTORY says; None: the history is a file.

    Raises:
        UsageError: It says none that can be.
    """
    if settings.history is None:
        return None
    return lake_named(settings, settings.history.get_secret_value())


def lake_named(settings: Settings, address: str) -> Lake:
    """The lake at an address, which may be a reference to it; its files are where settings say.

    Raises:
        UsageError: There is none that can be.
    """
    secret = settings.history_secret
    return lake_of(
        resolve_secret(address) if address.startswith("${") else address,
        settings.history_data,
        endpoint=settings.history_endpoint,
        region=settings.history_region,
        key=settings.history_key,
        secret=None if secret is None else resolve_secret(secret),
    )


def history_at(settings: Settings, ledgers: Ledgers, clock: Clock) -> History:
    """Opens nothing before its first use."""
    lake, home = lake_at(settings), settings.absolute_home()
    return DuckHistory(home, ledgers, clock) if lake is None else LakeHistory(lake, home, ledgers, clock)


def owner_at(settings: Settings, ledgers: Ledgers, clock: Clock) -> HistoryOwner:
    """As `history_at`; imports DuckDB."""
    from resources.history.lake_owner import LakeOwner
    from resources.history.owner import Owner

    lake, home = lake_at(settings), settings.absolute_home()
    return Owner(home, ledgers, clock) if lake is None else LakeOwner(lake, home, ledgers, clock)
