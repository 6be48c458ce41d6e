"""`page` of a playbook, with the checks that a schema cannot make."""

from __future__ import annotations

from collections.abc import Sequence

from inspect_pipelines.config.page_document import PageDocument
from inspect_pipelines.config.problem import Findings
from inspect_pipelines.config.reading import shown
from inspect_pipelines.config.yaml_source import Source
from inspect_pipelines.domain.playbook import PageRules, Variable
from inspect_pipelines.domain.template import placeholders

CONFIDENTIAL = ("authorization", "cookie", "token", "secret", "password", "api-key", "apikey")
OURS = ("host", "content-length", "connection", "transfer-encoding", "upgrade")  # the browser's own
AS_VARIABLE = (
    "a secret is a variable that says 'secret: true'; write '{{name}}' (what stands here is not shown)"
)


def to_page_rules(
    written: PageDocument, base_url: str, variables: Sequence[Variable], source: Source, findings: Findings
) -> PageRules:
    """The rules; what is wrong with them is noted."""
    secret = {variable.name for variable in variables if variable.secret}

    def wrong(message: str, *path: str | int) -> None:
        findings.wrong(source, ("spec", "page", *path), message)

    def holds_secret(text: str) -> bool:
        return any(name in secret for name in placeholders(text))

    for name, value in written.headers.items():
        if not name or not name.isascii() or not all(each.isalnum() or each in "-_" for each in name):
            wrong(f"{shown(name)} is not a header's name", "headers", name)
        elif name.lower() in OURS:
            wrong(f"{shown(name)} is the browser's own; take it out", "headers", name)
        elif any(word in name.lower() for word in CONFIDENTIAL) and not holds_secret(value):
            wrong(AS_VARIABLE, "headers", name)
    if written.basic_auth is not None and not holds_secret(written.basic_auth.password):
        wrong(AS_VARIABLE, "basic_auth", "password")
    for number, stub in enumerate(written.stub):
        if holds_secret(f"{stub.body or ''}{stub.json_ or ''}"):
            wrong("holds a secret, which a page must not be told", "stub", number)
    if holds_secret(written.style):
        wrong("holds a secret, which a page must not be told", "style")
    needs = [key for key in ("headers", "cookies", "basic_auth") if getattr(written, key)]
    if needs and not base_url:
        wrong("goes to the playbook's own hosts, and there is no base_url; add one under spec", needs[0])
    if written.ignore_https_errors and secret:
        findings.warn(
            source,
            ("spec", "page", "ignore_https_errors"),
            "nobody checks whom the secrets of this playbook are told; give the machine the site's certificate instead",
        )
    return written.rules()
