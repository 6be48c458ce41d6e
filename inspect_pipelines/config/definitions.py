"""Schedule and trigger documents to the domain's definitions, checked against the playbooks they name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property

from inspect_pipelines.config.alert_document import overrides
from inspect_pipelines.config.channel_document import WrittenKinds
from inspect_pipelines.config.labels import labels
from inspect_pipelines.config.max_parallel import max_parallel
from inspect_pipelines.config.named_hosts import hosts_named_by, no_address
from inspect_pipelines.config.playbook_variables import checked_value
from inspect_pipelines.config.preview_url import preview_url
from inspect_pipelines.config.problem import Findings, did_you_mean
from inspect_pipelines.config.reading import shown
from inspect_pipelines.config.rule_document import RuleDocument
from inspect_pipelines.config.rules import notify_rule, unreached
from inspect_pipelines.config.schedule_document import (
    DefinitionDocument,
    ScheduleDocument,
    TriggerDocument,
)
from inspect_pipelines.config.triggers import REPO_GLOB, check_source, is_glob, not_brought, trigger_parts
from inspect_pipelines.config.type_advice import another_number
from inspect_pipelines.config.yaml_source import Source
from inspect_pipelines.config.zones import zone_hint
from inspect_pipelines.domain import cron as clock
from inspect_pipelines.domain.calendar import Days, day
from inspect_pipelines.domain.channel import ChannelConfig
from inspect_pipelines.domain.event import SourceKind
from inspect_pipelines.domain.event_data import is_of_data
from inspect_pipelines.domain.host import host_of
from inspect_pipelines.domain.ids import NOT_AN_ID, SLUG, DefinitionId, OrgId
from inspect_pipelines.domain.plan import NotifyRule, Overlap, Plan, Retries, RuleEvent
from inspect_pipelines.domain.playbook import Playbook, VariableType
from inspect_pipelines.domain.schedule import CatchUp, Schedule
from inspect_pipelines.domain.template import malformed, placeholders
from inspect_pipelines.domain.trigger import Definition, Trigger
from inspect_pipelines.errors import UsageError

REPO = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})/[A-Za-z0-9._-]{1,100}")
DST_NOTICE = timedelta(days=100)  # how far ahead a clock change is mentioned


@dataclass(frozen=True)
class Around:
    """What a definition is checked against."""

    source: Source
    findings: Findings
    playbooks: Mapping[str, Playbook]
    org_id: OrgId
    allowed_hosts: tuple[str, ...]
    now: datetime
    playbooks_are_known: bool = True  # False: some file could not be read, so a missing playbook says nothing
    calendars: Mapping[str, tuple[Days, ...]] = field(default_factory=dict)
    calendars_are_known: bool = True
    sources: Mapping[str, SourceKind] = field(default_factory=dict)  # known as far as the calendars are
    channels: tuple[ChannelConfig, ...] | None = None  # None: not known, so nothing is said of a missing one
    kinds: WrittenKinds = field(default_factory=dict)  # of channels

    @cached_property
    def hosts_of_playbooks(self) -> dict[str, set[str]]:
        return {name: hosts_named_by(playbook) for name, playbook in self.playbooks.items()}


def to_definition(written: ScheduleDocument | TriggerDocument, number: int, around: Around) -> Definition:
    """The definition of a document; its faults are noted, and it is then not to be used."""
    section = "schedules" if isinstance(written, ScheduleDocument) else "triggers"
    check = _Check(around, section, number, getattr(written, "event", ""))
    if not SLUG.match(written.id):
        check.wrong(f"{shown(written.id)} {NOT_AN_ID}", "id")
    grammar = REPO if section == "schedules" else REPO_GLOB
    if written.repo is not None and not grammar.fullmatch(written.repo):
        check.wrong(f"{shown(written.repo)} is not a repository; write 'owner/name'", "repo")
    name, identifier = written.name or written.id, DefinitionId(written.id)
    plan = check.plan(written)
    if isinstance(written, ScheduleDocument):
        check.cron(written)
        start_on, end_on = check.dates(written)
        return Schedule(
            id=identifier,
            org_id=around.org_id,
            name=name,
            cron=written.cron,
            timezone=written.timezone or "UTC",
            plan=plan,
            enabled=written.enabled,
            catch_up=CatchUp(written.catch_up),
            start_on=start_on,
            end_on=end_on,
            calendar=check.calendar(written.calendar),
            jitter_seconds=written.jitter_seconds,
        )
    if around.calendars_are_known:
        check_source(written, around.sources, check.wrong)
    return Trigger(
        id=identifier,
        org_id=around.org_id,
        name=name,
        plan=plan,
        enabled=written.enabled,
        **trigger_parts(written, check.wrong),
    )


class _Check:
    def __init__(self, around: Around, section: str, number: int, event: str) -> None:
        self.around, self.here = around, (section, number)
        self.has_event, self.event = section == "triggers", event

    def wrong(self, message: str, *path: str | int, at_key: bool = False) -> None:
        self.around.findings.wrong(self.around.source, (*self.here, *path), message, at_key=at_key)

    def warn(self, message: str, *path: str | int) -> None:
        self.around.findings.warn(self.around.source, (*self.here, *path), message)

    def cron(self, written: ScheduleDocument) -> None:
        try:
            clock.zone(written.timezone or "UTC")
        except UsageError as error:
            self.wrong(f"{error}{zone_hint(written.timezone or '')}", "timezone")
            return
        try:
            schedule = clock.Cron(written.cron, written.timezone or "UTC")
        except UsageError as error:
            self.wrong(str(error), "cron")
            return
        if written.timezone is None:
            self.warn(f"{shown(written.cron)} has no timezone beside it, so it is read in UTC", "cron")
        for note in [*schedule.step_notes(), *schedule.dst_notes(self.around.now, DST_NOTICE)]:
            self.warn(note, "cron")

    def dates(self, written: ScheduleDocument) -> tuple[date | None, date | None]:
        """The first and the last day."""
        found: dict[str, date] = {}
        for key in ("start_on", "end_on"):
            text = getattr(written, key)
            try:
                if text is not None:
                    found[key] = day(text)
            except UsageError as error:
                self.wrong(str(error), key)
        first, last = found.get("start_on"), found.get("end_on")
        if first is not None and last is not None and last < first:
            self.wrong(f"{shown(last)} is before its start, '{first}'", "end_on")
        return first, last

    def calendar(self, name: str | None) -> tuple[Days, ...]:
        if name is None or not self.around.calendars_are_known:
            return ()
        if name not in self.around.calendars:
            known = ", ".join(sorted(self.around.calendars)) or "none"
            hint = did_you_mean(name, self.around.calendars) or f"; organization.yaml has: {known}"
            self.wrong(f"no calendar is called {shown(name)}{hint}", "calendar")
        return self.around.calendars.get(name, ())

    def plan(self, written: DefinitionDocument) -> Plan:
        playbooks = self._playbooks(written)
        policy = written.baseline
        if policy.set is not None and not SLUG.match(policy.set):
            self.wrong(f"{shown(policy.set)} {NOT_AN_ID}", "baseline", "set")
        variables = self._variables(written, playbooks)
        hosts = {host for playbook in playbooks for host in self.around.hosts_of_playbooks[playbook.id]}
        against = self._against(written)
        texts = [text for text in (*variables.values(), against) if "://" in text and not placeholders(text)]
        hosts |= {host_of(text) for text in texts} - {""}
        allowed = tuple(dict.fromkeys((*self.around.allowed_hosts, *sorted(hosts))))
        self._event_urls(variables, playbooks, allowed)
        self._long_steps(written, playbooks)
        return Plan(
            playbooks=playbooks,
            repo=None if written.repo is None or is_glob(written.repo) else written.repo,
            branch=written.branch,
            variables=variables,
            timeout_minutes=written.timeout_minutes,
            baseline=policy.policy(),
            notify=tuple(
                self._rule(event, rule)
                for event in RuleEvent
                if (rule := getattr(written.notify, event, None)) is not None
            ),
            alerts=overrides(written.notify),
            overlap=Overlap(written.overlap or ("buffer_one" if self.has_event else "skip")),
            retries=Retries(**written.retries.model_dump()),
            max_parallel=max_parallel(written, playbooks, self.warn),
            budget_minutes=written.budget.run_minutes_per_month if written.budget else None,
            budget_usd=written.budget.agent_usd_per_month if written.budget else None,
            against=against,
            preview_url=preview_url(written, self.wrong),
            observe=written.observe,
            allowed_hosts=allowed,
            **labels(written, self.wrong),
        )

    def _against(self, written: DefinitionDocument) -> str:
        text = written.compare.against.strip() if written.compare else ""
        self._placeholders(text, "compare", "against")
        if written.compare and not placeholders(text) and (problem := no_address(text)):
            self.wrong(problem, "compare", "against")
        return text

    def _playbooks(self, written: DefinitionDocument) -> tuple[Playbook, ...]:
        names = [written.playbook] if written.playbook is not None else list(written.playbooks or [])
        found = []
        for number, name in enumerate(names):
            path: tuple[str | int, ...] = ("playbook",) if written.playbook else ("playbooks", number)
            if name in names[:number]:
                self.wrong(f"playbook {shown(name)} is listed twice", *path)
            elif name in self.around.playbooks:
                found.append(self.around.playbooks[name])
            elif self.around.playbooks_are_known:
                hint = did_you_mean(name, self.around.playbooks) or f"; write it as playbooks/{name}.yaml"
                self.wrong(f"no playbook has the id {shown(name)}{hint}", *path)
        return tuple(found)

    def _variables(self, written: DefinitionDocument, playbooks: Iterable[Playbook]) -> dict[str, str]:
        declared = {variable.name: variable for playbook in playbooks for variable in playbook.variables}
        texts = {}
        for name, value in written.variables.items():
            if not declared and not playbooks:
                continue  # the playbook is unknown, which is said already
            where = ("variables", name)
            if name not in declared:
                hint = did_you_mean(name, declared) or "; its playbook declares no such variable"
                self.wrong(f"unknown variable {name!r}{hint}", *where, at_key=True)
                continue
            try:
                for playbook in playbooks:
                    for variable in playbook.variables:
                        if variable.name == name:
                            texts[name] = checked_value(variable, value)
            except UsageError as error:
                self.wrong(str(error), *where)
                continue
            here = (*self.here, *where)
            if problem := another_number(self.around.source, here, value, declared[name].type):
                self.wrong(problem, *where)
            if not declared[name].secret:
                self._placeholders(texts[name], *where)
        for playbook in playbooks:
            for variable in playbook.variables:
                if variable.required and variable.default is None and variable.name not in written.variables:
                    self.wrong(f"playbook {playbook.id!r} needs the variable {variable.name!r}", "variables")
        return texts

    def _placeholders(self, text: str, *path: str | int) -> None:
        if bad := malformed(text):
            self.wrong(f"{shown(bad)} is not a placeholder; write '{{{{name}}}}'", *path)
        for name in placeholders(text):
            if not self.has_event:
                self.wrong(f"'{{{{{name}}}}}' has no value: a schedule has no event to take it from", *path)
            elif problem := not_brought(self.event, name):
                self.wrong(problem, *path)

    def _long_steps(self, written: DefinitionDocument, playbooks: Iterable[Playbook]) -> None:
        """A run that is shorter than one step would always end as a time-out."""
        for playbook in playbooks:
            for step in playbook.every_step:
                if step.timeout_seconds > written.timeout_minutes * 60:
                    self.wrong(
                        f"{written.timeout_minutes} is less than step {step.id!r} of playbook {playbook.id!r} may take, "
                        f"{step.timeout_seconds:g} s; give the run more, or the step a shorter timeout",
                        "timeout_minutes",
                    )

    def _event_urls(
        self, texts: Mapping[str, str], playbooks: Iterable[Playbook], allowed: Sequence[str]
    ) -> None:
        """An address from an event must have some host that it may point to."""
        for variable in {
            variable.name: variable for playbook in playbooks for variable in playbook.variables
        }.values():
            text = texts.get(variable.name, "")
            if variable.type is VariableType.URL and placeholders(text) and self.has_event and not allowed:
                message = f"{shown(text)} comes from the event, but no host is allowed; list allowed_hosts in organization.yaml"
                self.wrong(message, "variables", variable.name)

    def _rule(self, event: RuleEvent, rule: RuleDocument) -> NotifyRule:
        where = ("notify", event.value)
        for number, name in enumerate(rule.mention):
            self._placeholders(name, *where, "mention", number)
            if any(is_of_data(one) for one in placeholders(name)):
                self.wrong(
                    "whom to mention is a login that we have checked, such as '{{actor}}'",
                    *where,
                    "mention",
                    number,
                )
        around = self.around
        found = notify_rule(event, rule, around.kinds, around.source, (*self.here, *where), around.findings)
        for message in unreached(found, around.kinds, around.channels):
            around.findings.warn_once(around.source, (*self.here, *where), message)
        return found
