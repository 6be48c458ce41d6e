"""`page` of a playbook as it is written: what holds for all of its pages."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import Field, model_validator

from inspect_pipelines.config.action_document import json_text
from inspect_pipelines.config.document import Document, Shorthand, Texts
from inspect_pipelines.config.expectation_document import Method
from inspect_pipelines.config.screenshot_document import Masks, selectors, widths
from inspect_pipelines.config.target_document import TargetDocument
from inspect_pipelines.domain.page_setting import Cookie, Credentials, Dismiss, Stub, Wire
from inspect_pipelines.domain.playbook import PageRules

JSON, TEXT = "application/json", "text/plain; charset=utf-8"


class DismissDocument(Document):
    when: Annotated[TargetDocument, Shorthand("selector")]
    click: Annotated[TargetDocument, Shorthand("selector")] | None = None

    def dismiss(self) -> Dismiss:
        return Dismiss(self.when.target(), (self.click or self.when).target())


class StubDocument(Document):
    url: str
    method: Method | None = None
    status: Annotated[int, Field(ge=200, le=599)] = 200
    json_: Annotated[Any, Field(alias="json")] = None
    body: str | None = None
    content_type: str | None = None

    @model_validator(mode="after")
    def _one_body(self) -> StubDocument:
        if self.json_ is not None and self.body is not None:
            raise ValueError("'json' and 'body' cannot go together; keep one of them")
        return self

    def stub(self) -> Stub:
        body = json_text(self.json_) if self.json_ is not None else self.body
        kind = self.content_type or (JSON if self.json_ is not None else TEXT)
        return Stub(self.url, self.status, body or "", kind, self.method)


class CookieDocument(Document):
    name: str
    value: str
    path: str = "/"

    def cookie(self) -> Cookie:
        return Cookie(self.name, self.value, self.path)


class BasicAuthDocument(Document):
    username: str
    password: str


class PageDocument(Document):
    mask: Masks = Field(default_factory=list)
    hide: Texts = Field(default_factory=list)
    ready: Texts = Field(default_factory=list)
    block: Texts = Field(default_factory=list)
    style: str = ""
    dismiss: list[Annotated[DismissDocument, Shorthand("when")]] = Field(default_factory=list)
    stub: list[StubDocument] = Field(default_factory=list)
    headers: dict[str, str] = Field(default_factory=dict)
    cookies: list[CookieDocument] = Field(default_factory=list)
    basic_auth: BasicAuthDocument | None = None
    ignore_https_errors: bool = False

    later: ClassVar[dict[str, str]] = {
        "proxy": "the session's own gate is the browser's proxy; let the machine's network lead to the site",
        "client_certificates": "let something in front of the site show the certificate",
    }
    elsewhere: ClassVar[dict[str, str]] = dict.fromkeys(
        ("freeze_time", "locale", "timezone", "color_scheme", "geolocation", "permissions"),
        "it stands under spec, or at a viewport",
    )

    def rules(self) -> PageRules:
        auth = self.basic_auth
        return PageRules(
            selectors(self.mask),
            tuple(self.ready),
            tuple(self.block),
            tuple(self.hide),
            widths(self.mask),
            self.style,
            tuple(each.dismiss() for each in self.dismiss),
            tuple(each.stub() for each in self.stub),
            Wire(
                tuple(self.headers.items()),
                tuple(each.cookie() for each in self.cookies),
                Credentials(auth.username, auth.password) if auth else None,
                self.ignore_https_errors,
            ),
        )
