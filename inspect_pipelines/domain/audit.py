"""The audit: who did what to what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from inspect_pipelines.domain.decision import AUTOMATIC
from inspect_pipelines.domain.pause import BY_ITSELF
from inspect_pipelines.domain.way import ITSELF

# The account of each organisation as which its runs act where no person does. It has no role, no password and no token: nobody can
# come as it, and it may what the plan of the run says.
SERVICE = "service:runs"
# Parts of a ledger that are withheld from it, and what it may do there all the same: it tells whose token ends soon.
WITHHELD: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        **dict.fromkeys(("members", "passwords", "sign_ins", "identities", "kept_answers"), ()),
        "tokens": ("ending",),
    }
)
RULES = (AUTOMATIC, BY_ITSELF)
POLICY = "policy:"  # how what the plan's `baseline` decides begins


@dataclass(frozen=True, slots=True)
class AuditEntry:
    seq: int  # grows with time
    happened_at: datetime  # UTC
    actor: str  # `user:NAME`, `local`, `workflow:..`, `system:..`, or SERVICE
    action: str  # `run.cancel`
    subject: str  # what it was done to: an id
    detail: str  # what else is worth remembering
    via: str = ITSELF  # by what way they came: `console`, `cli`, `api`, `agent NAME`


def is_by_rule(by: str) -> bool:
    """Whether no person says so but a rule, which a run follows."""
    return by in RULES or by.startswith(POLICY)


def told(by: str, detail: str) -> tuple[str, str]:
    """The actor and the detail of an entry: what a run does by a rule, its service account does, and the rule is named."""
    if not is_by_rule(by):
        return by, detail
    return SERVICE, f"{by}, {detail}" if detail else by
