"""`digest` of organization.yaml to the domain's policy."""

from __future__ import annotations

from inspect_pipelines.config.channel_document import WrittenKinds
from inspect_pipelines.config.digest_document import DigestDocument
from inspect_pipelines.config.problem import Findings, did_you_mean
from inspect_pipelines.config.reading import shown
from inspect_pipelines.config.rule_document import RuleDocument
from inspect_pipelines.config.rules import notify_rule, unreached
from inspect_pipelines.config.yaml_source import Source, YamlPath
from inspect_pipelines.domain.channel import spec_of
from inspect_pipelines.domain.cron import Cron
from inspect_pipelines.domain.digest_policy import MONDAY_MORNING, DigestPolicy, too_often
from inspect_pipelines.domain.organization import Organization
from inspect_pipelines.domain.plan import NotifyRule, RuleEvent
from inspect_pipelines.errors import UsageError

HERE: YamlPath = ("digest",)


def digest_policy(
    written: DigestDocument | None, kinds: WrittenKinds, source: Source, findings: Findings
) -> DigestPolicy | None:
    """The policy, its faults noted; None: nobody wants a digest."""
    if written is None:
        return None
    try:
        cron = Cron(written.cron, written.timezone)
    except UsageError as error:
        findings.wrong(source, (*HERE, "timezone" if "time zone" in str(error) else "cron"), str(error))
        cron = Cron(MONDAY_MORNING)
    if too_often(cron):
        message = (
            f"{shown(cron.expression)} fires more than once a week; a digest of Mondays is {MONDAY_MORNING!r}"
        )
        findings.wrong(source, (*HERE, "cron"), message)
    targets = {
        name.removeprefix("@"): _targets(rule, kinds, source, (*HERE, "owners", name), findings)
        for name, rule in written.owners.items()
    }
    default = (
        _targets(written.default, kinds, source, (*HERE, "default"), findings) if written.default else ()
    )
    return DigestPolicy(cron.expression, cron.timezone, targets, default)


def warn_of_digest(
    organization: Organization, kinds: WrittenKinds, source: Source, findings: Findings
) -> None:
    """What works and may not be meant: owners whom no digest reaches, places of owners who own nothing."""
    policy = organization.digest
    if policy is None:
        return
    owners = {name.casefold(): name for rule in organization.owners for name in rule.owners}
    for name in policy.targets:
        if name.casefold() not in owners:
            hint = did_you_mean(name, owners.values())
            findings.warn(source, (*HERE, "owners", name), f"{shown(name)} owns nothing by 'owners'{hint}")
    people, channels = organization.people, organization.channels
    unheard = [
        name
        for name in owners.values()
        if not policy.places(name, people=people, channels=channels, kinds=kinds)
    ]
    if unheard:
        message = (
            f"no digest reaches {', '.join(map(shown, unheard[:5]))}{', ..' if len(unheard) > 5 else ''}; write where under "
            "'owners' or 'default', or an 'email' in 'people' where there is a channel for mail"
        )
        findings.warn(source, HERE, message)
    elif not policy.default:
        findings.warn(source, HERE, "of what nobody owns nobody hears; write where under 'default'")
    told = dict.fromkeys(each for one in (*policy.targets.values(), policy.default) for each in one)
    for message in unreached(NotifyRule(RuleEvent.ON_NEEDS_REVIEW, tuple(told)), kinds, channels):
        findings.warn_once(source, HERE, message)


def _targets(
    rule: RuleDocument, kinds: WrittenKinds, source: Source, where: YamlPath, findings: Findings
) -> tuple[str, ...]:
    if rule.mention:
        findings.wrong(source, (*where, "mention"), "is not for a digest, which mentions its owner by itself")
    found = notify_rule(RuleEvent.ON_NEEDS_REVIEW, rule, kinds, source, where, findings).targets
    for target in found:
        if not spec_of(kinds, target).is_grouped:
            message = f"{shown(target.partition(':')[0])} is told of a run or an alarm; a digest is neither"
            findings.wrong(source, where, message)
    return found
