"""`kind: ScheduleConfig` and `kind: OrganizationConfig` as they are written."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import (
    Field,
    PlainSerializer,
    ValidatorFunctionWrapHandler,
    WithJsonSchema,
    WrapValidator,
    model_validator,
)

from inspect_pipelines.config.alert_document import AlertsDocument, OwnAlertsDocument
from inspect_pipelines.config.channel_document import PersonDocument
from inspect_pipelines.config.digest_document import DigestDocument
from inspect_pipelines.config.document import Document, Duration, ListOf, Shorthand, Texts
from inspect_pipelines.config.open_inspect import OpenInspectDocument
from inspect_pipelines.config.retention_document import RetentionDocument
from inspect_pipelines.config.rule_document import RuleDocument
from inspect_pipelines.config.screenshot_document import Tolerance
from inspect_pipelines.config.sign_in import SignInDocument
from inspect_pipelines.config.source_document import SourceDocument
from inspect_pipelines.config.workflows import WorkflowDocument
from inspect_pipelines.domain.plan import BaselinePolicy

MAX_TIMEOUT_MINUTES = 24 * 60
MOST_PARALLEL = 8  # agents' sessions of one run; all runs of an organisation share one control plane
USUAL_TOLERANCE = 0.02
AUTO = -1.0  # stands for `auto`; no tolerance is negative


def _auto(value: Any, number: ValidatorFunctionWrapHandler) -> Any:
    return AUTO if value == "auto" else number(value)


PlanTolerance = Annotated[
    Tolerance,
    WrapValidator(_auto),
    PlainSerializer(lambda said: "auto" if said == AUTO else said),
    WithJsonSchema({"anyOf": [{"type": "number", "minimum": 0, "maximum": 1}, {"const": "auto"}]}),
]


class NotifyDocument(OwnAlertsDocument):
    on_failure: RuleDocument | None = None
    on_success: RuleDocument | None = None
    on_complete: RuleDocument | None = None
    on_needs_review: RuleDocument | None = None
    on_recovery: RuleDocument | None = None
    on_flaky: RuleDocument | None = None


class BaselineDocument(Document):
    enabled: bool = True
    set: str | None = None
    tolerance: PlanTolerance = USUAL_TOLERANCE
    layout_budget_px: Annotated[int, Field(ge=0, le=10_000)] = 4
    region_budget: Annotated[int, Field(ge=0, le=10_000)] | None = None
    update_on_success: bool = False
    first_run: Literal["review", "adopt"] = "review"

    def policy(self) -> BaselinePolicy:
        """What it means; until a view's noise is known, `auto` is the usual tolerance."""
        said = self.model_dump()
        if self.tolerance == AUTO:
            return BaselinePolicy(**said | {"tolerance": USUAL_TOLERANCE, "is_auto": True})
        return BaselinePolicy(**said)


class CompareDocument(Document):
    against: str


class RetriesDocument(Document):
    infra: Annotated[int, Field(ge=0, le=5)] = 2
    finding: Annotated[int, Field(ge=0, le=5)] = 1
    visual: Annotated[int, Field(ge=0, le=5)] = 1


class BudgetDocument(Document):
    run_minutes_per_month: Annotated[int, Field(ge=1, le=10_000_000)] | None = None
    agent_usd_per_month: Annotated[float, Field(gt=0, le=10_000_000)] | None = None

    @model_validator(mode="after")
    def _limits_something(self) -> BudgetDocument:
        if self.run_minutes_per_month is None and self.agent_usd_per_month is None:
            raise ValueError("limits nothing; write 'run_minutes_per_month' or 'agent_usd_per_month'")
        return self


class DefinitionDocument(Document):
    id: str
    name: str | None = None
    description: str = ""
    enabled: bool = True
    playbook: str | None = None
    playbooks: Annotated[list[str], Field(min_length=1)] | None = None
    repo: str | None = None
    branch: str | None = None
    variables: dict[str, Any] = Field(default_factory=dict)
    timeout_minutes: Annotated[int, Field(ge=1, le=MAX_TIMEOUT_MINUTES)] = 30
    notify: NotifyDocument = Field(default_factory=NotifyDocument)
    baseline: BaselineDocument = Field(default_factory=BaselineDocument)
    observe: bool = False
    compare: Annotated[CompareDocument, Shorthand("against")] | None = None
    preview_url: str = ""
    overlap: Literal["skip", "buffer_one", "allow"] | None = None  # None: skip for schedules, else buffer_one
    retries: RetriesDocument = Field(default_factory=RetriesDocument)
    max_parallel: Annotated[int, Field(ge=1, le=MOST_PARALLEL)] = 1
    budget: BudgetDocument | None = None
    priority: Annotated[int, Field(ge=-100, le=100)] = 0
    tags: Texts = Field(default_factory=list)
    owner: str = ""

    later: ClassVar[dict[str, str]] = {
        "quarantine": "quarantine a view, with a reason and an end: inspect-pipelines reviews decide RUN quarantine",
        "agent": "who plays it stands in the playbook: 'runner: open-inspect'",
    }

    @model_validator(mode="after")
    def _one_or_several(self) -> DefinitionDocument:
        if self.playbook is None and self.playbooks is None:
            raise ValueError("names no playbook; add 'playbook: ID'")
        if self.playbook is not None and self.playbooks is not None:
            raise ValueError("'playbook' and 'playbooks' cannot go together; keep one of them")
        return self


class ScheduleDocument(DefinitionDocument):
    cron: str
    timezone: str | None = None
    catch_up: Literal["latest", "none", "all"] = "latest"
    start_on: str | None = None
    end_on: str | None = None
    calendar: str | None = None
    jitter_seconds: Annotated[int, Field(ge=0, le=30)] = 0

    later: ClassVar[dict[str, str]] = {
        **DefinitionDocument.later,
        "alarm": "leave it out: people are told when a schedule stops ticking, see docs/alerts.md",
    }


class DebounceDocument(Document):
    wait: Duration
    max_wait: Duration | None = None
    key: (
        Annotated[
            list[Literal["repo", "branch", "environment", "author", "number", "sha", "url", "data"]],
            Field(min_length=1),
        ]
        | None
    ) = None


class AuthorsDocument(Document):
    include: Texts = Field(default_factory=list)
    exclude: Texts = Field(default_factory=list)


class ConditionDocument(Document):
    path: str
    eq: str | int | float | bool | None = None
    neq: str | int | float | bool | None = None
    gt: str | int | float | None = None
    gte: str | int | float | None = None
    lt: str | int | float | None = None
    lte: str | int | float | None = None
    contains: str | int | float | bool | None = None
    exists: bool | None = None
    matches: str | None = None

    @model_validator(mode="after")
    def _one_comparison(self) -> ConditionDocument:
        if len(self.comparisons()) != 1:
            known = "eq, neq, gt, gte, lt, lte, contains, exists or matches"
            raise ValueError(f"needs exactly one of {known} beside its path")
        return self

    def comparisons(self) -> dict[str, Any]:
        """What is written beside the path."""
        return {name: getattr(self, name) for name in self.model_fields_set if name != "path"}


class TriggerDocument(DefinitionDocument):
    event: str
    branches: Texts = Field(default_factory=list)
    paths: Texts = Field(default_factory=list)
    environment: str | None = None
    labels: Texts = Field(default_factory=list)
    authors: Annotated[AuthorsDocument, ListOf("include")] = Field(default_factory=AuthorsDocument)
    drafts: bool = False
    conditions: list[ConditionDocument] = Field(default_factory=list)
    source: str | None = None
    debounce: Annotated[DebounceDocument, Shorthand("wait")] | None = None
    supersede: Literal["wait", "cancel"] = "wait"
    delay: Duration | None = None


class OrganizationMetadata(Document):
    orgId: str = "default"
    name: str = ""


class ScheduleConfigDocument(Document):
    api_version: Annotated[Literal["v1"], Field(alias="apiVersion")]
    kind: Literal["ScheduleConfig"]
    metadata: OrganizationMetadata = Field(default_factory=OrganizationMetadata)
    schedules: list[ScheduleDocument] = Field(default_factory=list)
    triggers: list[TriggerDocument] = Field(default_factory=list)


class LimitsDocument(Document):
    organization: Annotated[int, Field(ge=1, le=1000)] = 5
    repository: Annotated[int, Field(ge=1, le=1000)] = 2
    target_host: Annotated[int, Field(ge=1, le=1000)] = 1


class BudgetsDocument(BudgetDocument):
    warn: RuleDocument | None = None


class MaintenanceDocument(Document):
    reason: str
    start: str | None = None
    end: str | None = None
    cron: str | None = None
    minutes: Annotated[int, Field(ge=1, le=7 * 24 * 60)] | None = None
    timezone: str | None = None
    definitions: Texts = Field(default_factory=list)

    @model_validator(mode="after")
    def _once_or_again(self) -> MaintenanceDocument:
        once, again = (self.start, self.end), (self.cron, self.minutes)
        if (None not in once) == (None not in again) or (any(once) and any(again)):
            raise ValueError(
                "says no time; write 'start' and 'end' for once, or 'cron' and 'minutes' for again and again"
            )
        return self


class ReviewsDocument(Document):
    finalize: Literal["people", "anybody"] = "people"


class PlaybookPolicyDocument(Document):
    evaluate: bool = False


class OrganizationConfigDocument(Document):
    """The parts typed as Any are known by name, so that files may hold them; their own issues give them their shape."""

    api_version: Annotated[Literal["v1"], Field(alias="apiVersion")]
    kind: Literal["OrganizationConfig"]
    metadata: OrganizationMetadata = Field(default_factory=OrganizationMetadata)
    allowed_hosts: list[str] = Field(default_factory=list)
    limits: LimitsDocument = Field(default_factory=LimitsDocument)
    budgets: BudgetsDocument | None = None
    maintenance: list[MaintenanceDocument] = Field(default_factory=list)
    sources: list[SourceDocument] = Field(default_factory=list)
    alerts: AlertsDocument = Field(default_factory=AlertsDocument)
    reviews: ReviewsDocument = Field(default_factory=ReviewsDocument)
    playbooks: PlaybookPolicyDocument = Field(default_factory=PlaybookPolicyDocument)
    public_url: str | None = None
    workflows: list[WorkflowDocument] = Field(default_factory=list)
    sign_in: SignInDocument | None = None
    open_inspect: OpenInspectDocument | None = None
    retention: RetentionDocument = Field(default_factory=RetentionDocument)
    owners: str = ""
    owners_file: str | None = None
    digest: DigestDocument | None = None
    calendars: dict[str, Annotated[list[str], Field(min_length=1)]] = Field(default_factory=dict)
    channels: dict[str, Any] = Field(default_factory=dict)  # config/channels.py asks the kind of each
    people: dict[str, PersonDocument] = Field(default_factory=dict)
    sites: Any = None


NOT_YET_USED = ("sites",)
