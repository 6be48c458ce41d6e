"""`channels:` and `people:` of organization.yaml to the domain's."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from inspect_pipelines.config.channel_document import (
    DOCUMENTS,
    ChannelDocument,
    EmailDocument,
    PersonDocument,
    TeamsDocument,
)
from inspect_pipelines.config.problem import Findings, did_you_mean
from inspect_pipelines.config.reading import note, shown
from inspect_pipelines.config.yaml_text import Source
from inspect_pipelines.domain.channel import ChannelConfig, ChannelKind, MailServer, Person, url_problem
from inspect_pipelines.domain.ids import SLUG
from inspect_pipelines.domain.variable import SECRET_REFERENCE

PORTS = {"starttls": 587, "tls": 465, "none": 25}
ADDRESS = re.compile(r"[^@\s<>,;\"]+@[^@\s<>,;\"]+")
SLACK_ID = re.compile(r"[UWS][A-Z0-9]{5,20}")
NOT_A_REFERENCE = "a secret is written as '${env:NAME}' or '${file:/path}', never as its value"
SECRET_FIELDS = ("bot_token", "routing_key", "secret", "token", "password")


def read_channels(
    source: Source, written: Mapping[str, Any], findings: Findings
) -> tuple[ChannelConfig, ...]:
    """The channels in the file's order; their faults are noted, and a channel with any is left out."""
    found = [_channel(source, name, one, findings) for name, one in written.items()]
    return tuple(one for one in found if one is not None)


def read_people(
    source: Source, written: Mapping[str, PersonDocument], findings: Findings
) -> tuple[Person, ...]:
    """The people in the file's order; their faults are noted."""
    for login, one in written.items():
        if one.slack and not SLACK_ID.fullmatch(one.slack):
            message = (
                f"{shown(one.slack)} is not a Slack id; write a member's 'U024BE7LH' or a group's 'S024BE7LH'"
            )
            findings.wrong(source, ("people", login, "slack"), message)
        if one.email and not ADDRESS.fullmatch(one.email):
            findings.wrong(source, ("people", login, "email"), f"{shown(one.email)} is not an e-mail address")
    return tuple(Person(login, one.slack, one.teams, one.email) for login, one in written.items())


def _channel(source: Source, name: str, written: Any, findings: Findings) -> ChannelConfig | None:
    here = ("channels", name)
    if not SLUG.match(name):
        findings.wrong(
            source, here, f"{shown(name)} is not a name: letters, digits, '-' and '_'", at_key=True
        )
    if not isinstance(written, dict):
        if written is not None:  # a key without a value is noted already
            findings.wrong(source, here, f"{shown(written)} is not a mapping (`key: value` lines)")
        return None
    kind = written.get("kind", name)
    if not isinstance(kind, str) or kind not in DOCUMENTS:
        known = ", ".join(DOCUMENTS)
        if "kind" not in written:
            findings.wrong(source, here, f"lacks the key 'kind'; known are {known}")
        else:
            hint = did_you_mean(kind, DOCUMENTS) if isinstance(kind, str) else ""
            findings.wrong(
                source,
                (*here, "kind"),
                f"{shown(kind)} is not a kind of channel{hint or f'; known are {known}'}",
            )
        return None
    try:
        document = DOCUMENTS[kind].model_validate(written)
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            note(findings, source, DOCUMENTS[kind], detail, below=here)
        return None
    problems = list(_problems(document))
    for key, message in problems:
        findings.wrong(source, (*here, key), message)
    return None if problems else _domain(name, ChannelKind(kind), document)


def _problems(document: ChannelDocument) -> list[tuple[str, str]]:
    """(key, what is wrong with it); literal secrets under secret names are noted with the whole file's."""
    found: list[tuple[str, str]] = []
    url = getattr(document, "url", None)
    if isinstance(document, TeamsDocument):
        if not SECRET_REFERENCE.match(document.url):
            found.append(("url", f"{NOT_A_REFERENCE}: whoever knows a workflow's address can post"))
    elif url is not None and not SECRET_REFERENCE.match(url):
        problem = url_problem(url, document.allow_private)
        if problem:
            found.append(("url", f"{shown(url)} {problem}"))
    if isinstance(document, EmailDocument):
        if not ADDRESS.fullmatch(document.sender):
            found.append(("from", f"{shown(document.sender)} is not an e-mail address"))
        if "/" in document.host or any(character.isspace() for character in document.host):
            found.append(("host", f"{shown(document.host)} is not a host; write 'smtp.acme.com'"))
        if document.password and not document.username:
            found.append(("password", "is of no use without 'username'"))
        if document.password and document.security == "none":
            found.append(
                ("security", "'none' would send the password unencrypted; write 'starttls' or 'tls'")
            )
    return found


def _domain(name: str, kind: ChannelKind, document: ChannelDocument) -> ChannelConfig:
    secret = next((value for key in SECRET_FIELDS if (value := getattr(document, key, ""))), "")
    mail = None
    if isinstance(document, EmailDocument):
        mail = MailServer(
            host=document.host,
            port=document.port or PORTS[document.security],
            security=document.security,
            sender=document.sender,
            username=document.username,
        )
    return ChannelConfig(
        name=name,
        kind=kind,
        url=getattr(document, "url", ""),
        secret=secret,
        timeout_seconds=document.timeout,
        allow_private=tuple(document.allow_private),
        mail=mail,
    )
