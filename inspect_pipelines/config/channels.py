"""`channels:` and `people:` of organization.yaml to the domain's."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from inspect_pipelines.config.channel_document import MAIL_ADDRESS, PersonDocument, WrittenKinds
from inspect_pipelines.config.problem import Findings, did_you_mean
from inspect_pipelines.config.reading import note, shown
from inspect_pipelines.config.yaml_source import Source
from inspect_pipelines.domain.channel import ChannelConfig, Person
from inspect_pipelines.domain.ids import SLUG

SLACK_ID = re.compile(r"[UWS][A-Z0-9]{5,20}")


def read_channels(
    source: Source, written: Mapping[str, Any], kinds: WrittenKinds, findings: Findings
) -> tuple[ChannelConfig, ...]:
    """The channels in the file's order; their faults are noted, and a channel with any is left out."""
    found = [_channel(source, name, one, kinds, findings) for name, one in written.items()]
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
        if one.email and not MAIL_ADDRESS.fullmatch(one.email):
            findings.wrong(source, ("people", login, "email"), f"{shown(one.email)} is not an e-mail address")
    return tuple(Person(login, one.slack, one.teams, one.email) for login, one in written.items())


def _channel(
    source: Source, name: str, written: Any, kinds: WrittenKinds, findings: Findings
) -> ChannelConfig | None:
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
    if not isinstance(kind, str) or kind not in kinds:
        known = ", ".join(kinds)
        if "kind" not in written:
            findings.wrong(source, here, f"lacks the key 'kind'; known are {known}")
        else:
            hint = did_you_mean(kind, kinds) if isinstance(kind, str) else ""
            findings.wrong(
                source,
                (*here, "kind"),
                f"{shown(kind)} is not a kind of channel{hint or f'; known are {known}'}",
            )
        return None
    model = kinds[kind].document
    try:
        document = model.model_validate(written)
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            note(findings, source, model, detail, below=here)
        return None
    problems = list(document.problems())
    for key, message in problems:
        findings.wrong(source, (*here, key), message)
    return None if problems else document.channel(name)
