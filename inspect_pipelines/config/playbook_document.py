"""`kind: Playbook` as it is written; `config/playbooks.py` checks what it means and makes the domain's Playbook."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal

import jmespath
from jmespath.exceptions import JMESPathError
from pydantic import Field, GetCoreSchemaHandler, GetJsonSchemaHandler, model_validator
from pydantic_core import CoreSchema, core_schema

from inspect_pipelines.config.action_document import ActionDocument
from inspect_pipelines.config.document import Document, Duration, LongDuration, Shorthand, Texts
from inspect_pipelines.config.expectation_document import CriterionDocument, Only
from inspect_pipelines.config.page_document import PageDocument
from inspect_pipelines.config.screenshot_document import Px
from inspect_pipelines.config.surroundings_document import SurroundingsDocument
from inspect_pipelines.config.target_document import TargetDocument
from inspect_pipelines.domain.evidence import EvidenceRules, Keep
from inspect_pipelines.domain.finding import FindingKind
from inspect_pipelines.domain.ignore import NEVER_IGNORED
from inspect_pipelines.domain.playbook import SLOW_SECONDS, WHEN_SECONDS, When
from inspect_pipelines.domain.site_build import BuildSource

KINDS_IGNORED = tuple(kind.value for kind in FindingKind if kind not in NEVER_IGNORED)


class VariableValueDocument(Document):
    name: str
    equals: str | None = None


class WhenDocument(Document):
    visible: Annotated[TargetDocument, Shorthand("selector")] | None = None
    hidden: Annotated[TargetDocument, Shorthand("selector")] | None = None
    url: str | None = None
    var: Annotated[VariableValueDocument, Shorthand("name")] | None = None
    within: Duration = WHEN_SECONDS

    @model_validator(mode="after")
    def _one_at_least(self) -> WhenDocument:
        if all(each is None for each in (self.visible, self.hidden, self.url, self.var)):
            raise ValueError("says nothing; use one of visible, hidden, url, var")
        return self

    def when(self) -> When:
        return When(
            visible=self.visible.target() if self.visible else None,
            hidden=self.hidden.target() if self.hidden else None,
            url=self.url,
            variable=self.var.name if self.var else None,
            equals=self.var.equals if self.var else None,
            within_seconds=self.within,
        )


@dataclass(frozen=True, slots=True)
class PageThatAnswers:
    """Lets an address stand for: one that is opened, and that one is not led away from."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(self._expand, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {"anyOf": [{"type": "string"}, handler(schema)]}

    def _expand(self, value: object) -> object:
        if not isinstance(value, str):
            return value
        pattern = value if "://" in value or value.startswith("{{") else f"**/{value.lstrip('/')}"
        return [{"goto": value}, {"expect_url": pattern}]


class AroundDocument(Document):
    """`setup` and `teardown`."""

    instruction: str = ""
    actions: list[ActionDocument] = Field(default_factory=list)
    timeout: Duration = 30.0


class LoginDocument(Document):
    state: Annotated[str, Field(min_length=1, max_length=60)] | None = None
    max_age: LongDuration | None = None
    valid_when: Annotated[list[ActionDocument], PageThatAnswers()] = Field(default_factory=list)
    until: str | None = None
    passkeys: bool = False
    actions: Annotated[list[ActionDocument], Field(min_length=1)]
    timeout: Duration = 30.0


class StepDocument(Document):
    id: str
    name: str | None = None
    instruction: str = ""
    actions: list[ActionDocument] = Field(default_factory=list)
    success_criteria: list[Annotated[CriterionDocument, Shorthand("text")]] = Field(default_factory=list)
    timeout: Duration = 30.0
    slow: Duration = SLOW_SECONDS
    only: Only | None = None
    when: Annotated[WhenDocument, Shorthand("visible")] | None = None
    condition: str = ""
    optional: bool = False
    retries: Annotated[int, Field(ge=0, le=5)] = 0
    manual: bool = False


KEPT = Literal["off", "on_failure", "always"]


class EvidenceDocument(Document):
    trace: KEPT = "off"
    video: KEPT = "off"
    har: KEPT = "off"
    console: KEPT = "always"

    def rules(self) -> EvidenceRules:
        return EvidenceRules(Keep(self.trace), Keep(self.video), Keep(self.har), Keep(self.console))


class BuildDocument(Document):
    """`build`: where the site says its build."""

    url: str = "/"
    header: str | None = None
    meta: str | None = None
    json_: Annotated[str | None, Field(alias="json")] = None

    @model_validator(mode="after")
    def _one_at_most(self) -> BuildDocument:
        named = [
            key for key, each in (("header", self.header), ("meta", self.meta), ("json", self.json_)) if each
        ]
        if len(named) > 1:
            raise ValueError(f"has {' and '.join(named)}; a build is read in one place")
        if self.json_ is not None:
            try:
                jmespath.compile(self.json_)
            except JMESPathError as error:
                raise ValueError(
                    f"json {self.json_!r} is no JMESPath: {str(error).splitlines()[0]}"
                ) from error
        return self

    def source(self) -> BuildSource:
        return BuildSource(self.url, self.header, self.meta, self.json_)


class VariableDocument(Document):
    name: str
    type: Literal["string", "text", "url", "int", "boolean", "enum", "login", "sha", "path_list"] = "string"
    description: str = ""
    required: bool = False
    default: Any = None
    secret: bool = False
    choices: list[str] = Field(default_factory=list)


class ViewportDocument(SurroundingsDocument):
    name: str
    device: str | None = None
    width: Px | None = None
    height: Px | None = None
    scale: Annotated[float, Field(gt=0, le=4)] | None = None
    mobile: bool | None = None
    user_agent: str | None = None
    orientation: Literal["portrait", "landscape"] | None = None


def _one_of_kinds(schema: dict[str, Any]) -> None:
    """Let editors know the kinds, alone and in a list."""
    schema["anyOf"] = [
        {"enum": [*KINDS_IGNORED]},
        {"type": "array", "items": {"enum": [*KINDS_IGNORED]}},
    ]


class IgnoreDocument(Document):
    kind: Texts | None = Field(default=None, json_schema_extra=_one_of_kinds)
    console: str | None = None
    text: str | None = None
    url: str | None = None
    reason: str
    until: str | None = None


class FindingsDocument(Document):
    fail_on: Literal["error", "warning", "never"] = "error"
    ignore: list[IgnoreDocument] = Field(default_factory=list)


class PlaybookMetadata(Document):
    id: str
    name: str | None = None
    description: str = ""
    author: str = ""
    tags: list[str] = Field(default_factory=list)
    created: str = ""
    updated: str = ""


class PlaybookSpec(SurroundingsDocument):
    base_url: str = ""
    runner: Literal["browser", "open-inspect"] | None = None
    variables: list[VariableDocument] = Field(default_factory=list)
    viewports: list[ViewportDocument] = Field(default_factory=list)
    page: PageDocument = Field(default_factory=PageDocument)
    findings: FindingsDocument = Field(default_factory=FindingsDocument)
    evidence: EvidenceDocument = Field(default_factory=EvidenceDocument)
    build: Annotated[BuildDocument, Shorthand("header")] | None = None
    login: LoginDocument | None = None
    setup: Annotated[AroundDocument, Shorthand("instruction")] | None = None
    steps: Annotated[list[StepDocument], Field(min_length=1)]
    teardown: Annotated[AroundDocument, Shorthand("instruction")] | None = None

    later: ClassVar[dict[str, str]] = {
        "viewport_mode": "each viewport is a fresh browser context",
        "network": "a slower network shows other moments of a page, not other pictures; say what must not come in page.block",
        "accessibility": "no picture shows it; keep a tool of its own for it, and leave it out here",
        "agent": "say 'runner: open-inspect', and in each step's instruction what the agent is to do",
    }


class PlaybookDocument(Document):
    api_version: Annotated[Literal["v1"], Field(alias="apiVersion")]
    kind: Literal["Playbook"]
    metadata: PlaybookMetadata
    spec: PlaybookSpec
