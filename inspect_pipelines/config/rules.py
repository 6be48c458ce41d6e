"""A notify rule of a document to the domain's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from pydantic import ConfigDict, ValidationError, create_model

from inspect_pipelines.config.channel_document import RuleKey, WrittenKinds
from inspect_pipelines.config.problem import Findings
from inspect_pipelines.config.reading import note, shown
from inspect_pipelines.config.rule_document import RuleDocument
from inspect_pipelines.config.yaml_source import Source, YamlPath
from inspect_pipelines.domain.channel import ChannelConfig, Kinds, addressed
from inspect_pipelines.domain.plan import NotifyRule, RuleEvent


def rule_document(kinds: WrittenKinds) -> type[RuleDocument]:
    """A rule as it may be written: with a key of each kind of channel that has one."""
    return _with_keys(tuple(spec.rule for spec in kinds.values() if spec.rule))


@cache  # making a model takes a millisecond, and a file may have a thousand rules
def _with_keys(keys: tuple[RuleKey, ...]) -> type[RuleDocument]:
    fields: dict[str, Any] = {key.name: (key.takes | None, None) for key in keys}
    # Of the closed shape: RuleDocument itself is open, and here an unknown key is an error.
    return create_model("RuleDocument", __base__=_Closed, **fields)


def notify_rule(
    event: RuleEvent,
    rule: RuleDocument,
    kinds: WrittenKinds,
    source: Source,
    where: YamlPath,
    findings: Findings,
) -> NotifyRule:
    """The rule; its faults are noted, and it then tells nobody.

    Args:
        where: The rule's place in the file.
    """
    model = rule_document(kinds)
    try:
        document = model.model_validate(rule.model_dump(exclude_unset=True))
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            note(findings, source, model, detail, below=where)
        return NotifyRule(event)
    targets: list[str] = []
    for spec in kinds.values():
        if spec.rule is None:
            continue
        for address, *path in _addresses(getattr(document, spec.rule.name)):
            if problem := spec.rule.problem(address):
                findings.wrong(source, (*where, spec.rule.name, *path), problem)
            targets.append(f"{spec.kind}:{address}" if address else spec.kind)
    if not targets:
        names = [spec.rule.name for spec in kinds.values() if spec.rule]
        findings.wrong(source, where, f"tells nobody; name {', '.join(names[:-1])} or {names[-1]}")
    return NotifyRule(event, tuple(targets), tuple(rule.mention))


def unreached(rule: NotifyRule, kinds: Kinds, channels: Sequence[ChannelConfig] | None) -> list[str]:
    """What to warn of: one sentence for all when there is no channel at all, else one a target.

    Args:
        channels: None: not known, so nothing is said.
    """
    if channels is None:
        return []
    if not channels:
        return ["no channel is in organization.yaml, so all messages become files in INSPECT_HOME/outbox"]
    return [
        f"no channel for {shown(target)} is in organization.yaml, so its messages become files in INSPECT_HOME/outbox"
        for target in rule.targets
        if addressed(kinds, channels, target) is None
    ]


class _Closed(RuleDocument):
    model_config = ConfigDict(extra="forbid")


def _addresses(value: bool | str | Sequence[str] | None) -> Iterator[tuple[Any, ...]]:
    """Each address with its place below the key; an empty one: the kind says enough."""
    if value is True:
        yield ("",)
    elif isinstance(value, str):
        if value:
            yield (value,)
    else:
        for number, address in enumerate(value or ()):
            yield (address, number)
