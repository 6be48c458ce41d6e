"""Operations: what became of a request that somebody sent under an `Idempotency-Key`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from inspect_pipelines.domain.access import Caller
from inspect_pipelines.domain.kept_answer import KEPT_FOR
from inspect_pipelines.ports.house import House


@dataclass(frozen=True, slots=True)
class Operation:
    id: str  # the key
    state: Literal["running", "done", "refused", "given up"]
    began_at: datetime  # UTC
    status: int | None  # of the answer; None: there is none yet
    answer: Any  # as it was answered


def operation_of(house: House, caller: Caller, key: str) -> Operation | None:
    """The caller's own request with that key; None: they sent none in the last 24 hours, or it may be tried again."""
    now = house.clock.now()
    with house.ledger.read() as ledger:
        kept = ledger.kept_answers.find(caller.actor, key)
    if kept is None or kept.begun_at < now - KEPT_FOR:
        return None
    if kept.status is None:
        state: Literal["running", "given up"] = "given up" if kept.is_given_up(now) else "running"
        return Operation(key, state, kept.begun_at, None, None)
    ended: Literal["done", "refused"] = "done" if kept.status < 400 else "refused"
    return Operation(key, ended, kept.begun_at, kept.status, json.loads(kept.body))
