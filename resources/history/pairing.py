"""Pairing: whether a history holds the facts of this ledger, up to its watermark and no others."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from inspect_pipelines.ports.across import Numbers


@dataclass(frozen=True, slots=True)
class Watermark:
    """How far a history is."""

    seq: int  # of the newest row that it holds; 0: none
    epoch: str | None  # of the ledger whose row that is; None: it was taken in before there were any
    mark: str | None  # of that row


class Pairing(StrEnum):
    PAIRED = "paired"
    ANOTHER = "another"  # its facts are another ledger's
    RESTORED = "restored"  # the ledger is an older state of the same, and may have gone on from there
    GAP = "gap"  # rows that it never saw have left the journal


def pairing(history: Watermark, numbers: Numbers, mark: str | None) -> Pairing:
    """How a history and a ledger belong together.

    Args:
        history: How far it is.
        numbers: The ledger's.
        mark: Of the ledger's row at the watermark; None: it has none there.
    """
    if history.seq == 0:
        return Pairing.GAP if numbers.pruned else Pairing.PAIRED
    if history.epoch not in (None, numbers.epoch):
        return Pairing.ANOTHER
    has_lost_row = mark is None and history.seq > numbers.pruned
    is_other_row = None not in (mark, history.mark) and mark != history.mark
    if history.seq > numbers.head or has_lost_row or is_other_row:
        return Pairing.RESTORED
    return Pairing.GAP if history.seq < numbers.pruned else Pairing.PAIRED
