"""A session: one playbook played in one browser."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from inspect_pipelines.domain.evidence import EvidenceFile
from inspect_pipelines.domain.finding import Finding
from inspect_pipelines.domain.ids import DEFAULT_ORG, OrgId
from inspect_pipelines.domain.playbook import BROWSER, OPEN_INSPECT, Playbook
from inspect_pipelines.domain.screenshot import Environment, Screenshot

UNMET = "`when` does not hold: "  # the beginning of the message of a step that was left out


class SessionStatus(StrEnum):
    COMPLETED = "completed"  # every step was played; findings may still fail it
    FAILED = "failed"  # a step could not be played; the site's fault
    TIMEOUT = "timeout"  # told to stop at the run's deadline
    CANCELLED = "cancelled"
    SITE_CHANGED = "site_changed"  # another build was there at its end: what was seen is of two of them
    AUTH = "auth"  # nobody was logged in who should have been, so nothing of it is compared
    CRASHED = "crashed"  # the browser or its worker died; ours


class StepStatus(StrEnum):
    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"
    OPTIONAL_FAILED = "optional_failed"  # it failed, and the playbook says that it may
    NOT_CHECKED = "not_checked"  # it is for a person or an agent: nothing was looked at

    @property
    def is_played(self) -> bool:
        """Whether a browser did any of it."""
        return self not in (StepStatus.SKIPPED, StepStatus.NOT_CHECKED)

    @property
    def in_words(self) -> str:
        """As people read it."""
        return self.value.replace("_", " ")


@dataclass(frozen=True, slots=True)
class Value:
    """A variable's value; a secret one is a `${env:}` or `${file:}` reference, resolved only where it is used."""

    text: str
    is_secret_reference: bool = False
    is_of_event: bool = False  # some of it is what strangers wrote


@dataclass(frozen=True, slots=True)
class KnownFault:
    """What an earlier attempt at the same playbook could not do, or did not find."""

    step_id: str
    message: str


@dataclass(frozen=True, slots=True)
class SessionRequest:
    """All that a session needs; holds no secret, so it may be stored."""

    id: str
    run_id: str
    playbook: Playbook
    values: Mapping[str, Value]
    allowed_hosts: tuple[str, ...] = ()
    known_faults: tuple[KnownFault, ...] = ()  # nobody waits long for these again
    definition: str = ""  # what it is of, for titles
    repo: str | None = None  # owner/name, for an agent
    branch: str | None = None
    event: Mapping[str, str] = field(default_factory=dict)  # what an event told; strangers wrote it
    org_id: OrgId = DEFAULT_ORG  # whose kept logins it may use
    beside: SessionRequest | None = None  # the same at another address, played in turns with it


@dataclass(frozen=True, slots=True)
class StepResult:
    step_id: str
    name: str
    viewport: str
    status: StepStatus
    duration_ms: int
    message: str = ""  # why it failed or was skipped, and what of it nobody has checked
    url: str = ""  # where the page stood at its end

    @property
    def is_left_out(self) -> bool:
        """Whether it was not played because its own `when` did not hold."""
        return self.status is StepStatus.SKIPPED and self.message.startswith(UNMET)


@dataclass(frozen=True, slots=True)
class ToldStep:
    """A step as it is told while its session goes on, for whoever watches."""

    session_id: str
    playbook: str
    attempt: int
    result: StepResult


@dataclass(frozen=True, slots=True)
class ConsoleLine:
    viewport: str
    level: str
    text: str  # secrets redacted, at most 2,000 characters
    url: str = ""


@dataclass(frozen=True, slots=True)
class Agent:
    """Who played a session that no browser of ours has played."""

    session_id: str  # on the control plane; empty: there never was one
    url: str = ""  # of its page for people
    cost_usd: float | None = None  # as the control plane tells; None: it does not


@dataclass(frozen=True, slots=True)
class OtherSide:
    """What a session saw at the other address, where it played in turns at two."""

    names: tuple[str, str]  # what people call the session's own side, and this one
    addresses: tuple[str, str]  # at which they were played, in the same order
    screenshots: tuple[Screenshot, ...] = ()
    steps: tuple[StepResult, ...] = ()
    findings: tuple[Finding, ...] = ()
    error: str | None = None  # why it was not played to its end, if so


@dataclass(frozen=True, slots=True)
class SessionResult:
    """What a session leaves behind, complete or not."""

    id: str
    playbook: str
    status: SessionStatus
    started_at: datetime  # UTC
    completed_at: datetime  # UTC
    steps: tuple[StepResult, ...] = ()
    screenshots: tuple[Screenshot, ...] = ()
    findings: tuple[Finding, ...] = ()
    console: tuple[ConsoleLine, ...] = ()
    environment: Environment | None = None  # None: no browser came up
    error: str | None = None  # one sentence, when status is not COMPLETED
    browser_ms: int = 0  # from browser start to browser end
    fail_on: str | None = field(default="error")  # the playbook's findings.fail_on
    retry_may_help: bool = True  # of a crashed one: False when it would only crash again
    attempt: int = 1  # of its playbook in its run
    cause: str | None = None  # why there was an attempt after the first: domain/retry.RetryClass
    files: tuple[EvidenceFile, ...] = ()  # traces, films, network logs
    build: str | None = (
        None  # of the site, as the playbook asks for it; None: it does not, or the site did not say
    )
    agent: Agent | None = None  # None: a browser of ours played it
    beside: OtherSide | None = None  # None: it looked at one address only

    @property
    def runner(self) -> str:
        """Who played it, as a playbook names them."""
        return BROWSER if self.agent is None else OPEN_INSPECT


def cost_of(sessions: Iterable[SessionResult]) -> float | None:
    """US dollars of all that told a cost; None: none did, which is not the same as nothing."""
    costs = [each.agent.cost_usd for each in sessions if each.agent and each.agent.cost_usd is not None]
    return round(sum(costs), 6) if costs else None
