"""organization.yaml to the domain's organisation and its calendars."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from inspect_pipelines.config.alert_document import alerting
from inspect_pipelines.config.channel_document import WrittenKinds
from inspect_pipelines.config.channels import read_channels, read_people
from inspect_pipelines.config.digest import digest_policy, warn_of_digest
from inspect_pipelines.config.layout import ORGANIZATION
from inspect_pipelines.config.open_inspect import control_plane
from inspect_pipelines.config.owners import owners
from inspect_pipelines.config.owners_file import of_playbooks, rules_of_project, rules_that_were_sent
from inspect_pipelines.config.problem import Findings
from inspect_pipelines.config.reading import read, shown
from inspect_pipelines.config.retention_document import RetentionDocument
from inspect_pipelines.config.rules import notify_rule
from inspect_pipelines.config.schedule_document import (
    NOT_YET_USED,
    MaintenanceDocument,
    OrganizationConfigDocument,
    OrganizationMetadata,
)
from inspect_pipelines.config.sign_in import sign_in
from inspect_pipelines.config.sources import sources
from inspect_pipelines.config.workflows import workflows
from inspect_pipelines.config.yaml_source import Source, YamlPath
from inspect_pipelines.domain import calendar
from inspect_pipelines.domain.budget import Budget
from inspect_pipelines.domain.cron import Cron, zone
from inspect_pipelines.domain.host import host_pattern
from inspect_pipelines.domain.ids import SLUG, OrgId
from inspect_pipelines.domain.maintenance import Maintenance
from inspect_pipelines.domain.organization import Limits, Organization
from inspect_pipelines.domain.ownership import OwnerRule
from inspect_pipelines.domain.plan import RuleEvent
from inspect_pipelines.domain.playbook import VariableType
from inspect_pipelines.domain.retention import Retention, too_short
from inspect_pipelines.domain.variable import SECRET_REFERENCE, normalised
from inspect_pipelines.errors import UsageError

SECRET_KEYS = ("secret", "token", "password", "api_key", "routing_key", "private_key")

Calendars = Mapping[str, tuple[calendar.Days, ...]]


@dataclass(frozen=True, slots=True)
class OrganizationFile:
    """What organization.yaml says; all of it is empty when there is none."""

    organization: Organization = field(default_factory=lambda: Organization(OrgId("")))
    calendars: Calendars = field(default_factory=dict)
    may_evaluate: bool = False  # whether playbooks may run scripts of their own
    owners_of_files: tuple[OwnerRule, ...] = ()  # of `owners_file`, by the names of playbooks' files
    source: Source | None = None  # None: there is no file, or none that can be read
    is_readable: bool = (
        True  # False: what it names is unknown, so that nothing is said of a name that is missing
    )


def read_organization(
    root: Path, kinds: WrittenKinds, findings: Findings, files: list[str], *, was_sent: bool = False
) -> OrganizationFile:
    """What the file says, its faults noted; the id is empty when it names none.

    Args:
        was_sent: The project came as texts, and what `owners_file` says lies beside them.
    """
    if not (root / ORGANIZATION).exists():
        return OrganizationFile()
    files.append(ORGANIZATION)
    source, document = read(root / ORGANIZATION, ORGANIZATION, OrganizationConfigDocument, findings)
    if document is None:
        return OrganizationFile(is_readable=False)
    for key in NOT_YET_USED:
        if getattr(document, key) is not None:
            findings.warn(source, (key,), f"{key!r} is kept, but has no effect yet")
    _refuse_secrets(source, source.value, (), findings)
    for number, host in enumerate(document.allowed_hosts):
        try:
            host_pattern(host)
        except UsageError as error:
            findings.wrong(source, ("allowed_hosts", number), str(error))
    named = "orgId" in document.metadata.model_fields_set
    reader = _Reader(source, findings)
    budgets = document.budgets
    organization = Organization(
        org_id=org_id_of(source, document.metadata, findings, None) if named else OrgId(""),
        name=document.metadata.name,
        allowed_hosts=tuple(document.allowed_hosts),
        limits=Limits(**document.limits.model_dump()),
        budget=Budget(budgets.run_minutes_per_month) if budgets and budgets.run_minutes_per_month else None,
        agent_usd=budgets.agent_usd_per_month if budgets else None,
        budget_rule=notify_rule(
            RuleEvent.ON_BUDGET, budgets.warn, kinds, source, ("budgets", "warn"), findings
        )
        if budgets and budgets.warn
        else None,
        maintenance=tuple(
            reader.maintenance(number, written) for number, written in enumerate(document.maintenance)
        ),
        sources=sources(document.sources, reader.at("sources")),
        alerts=alerting(document.alerts),
        public_url=reader.public_url(document.public_url),
        channels=read_channels(source, document.channels, kinds, findings),
        people=read_people(source, document.people, findings),
        machines_finalize=document.reviews.finalize == "anybody",
        workflows=workflows(document.workflows, document.public_url, reader.at("workflows")),
        sign_in=sign_in(document.sign_in, document.public_url, reader.at("sign_in")),
        open_inspect=control_plane(
            document.open_inspect, reader.at("open_inspect"), reader.warned_at("open_inspect")
        ),
        retention=reader.retention(document.retention),
        owners=owners(document.owners, reader.at("owners")),
        digest=digest_policy(document.digest, kinds, source, findings),
    )
    return OrganizationFile(
        organization,
        {name: reader.calendar(name, days) for name, days in document.calendars.items()},
        document.playbooks.evaluate,
        reader.owners_of_files(root, document.owners_file, was_sent=was_sent),
        source,
    )


def with_owners_of_files(
    file: OrganizationFile, playbooks: Mapping[str, str], kinds: WrittenKinds, findings: Findings
) -> Organization:
    """The organisation with what `owners_file` says before its own `owners`, so that these win.

    Args:
        playbooks: The file of each, by its id.
    """
    organization = replace(
        file.organization, owners=(*of_playbooks(file.owners_of_files, playbooks), *file.organization.owners)
    )
    if file.source is not None:
        warn_of_digest(organization, kinds, file.source, findings)
    return organization


def org_id_of(
    source: Source, written: OrganizationMetadata, findings: Findings, other: Organization | None
) -> OrgId:
    """The organisation's id; the two files that may say it must agree."""
    if not SLUG.match(written.orgId):
        findings.wrong(
            source,
            ("metadata", "orgId"),
            f"{shown(written.orgId)} is not an id: letters, digits, '-' and '_'",
        )
    if "orgId" not in written.model_fields_set and other is not None and other.org_id:
        return other.org_id
    if other is not None and other.org_id and other.org_id != written.orgId:
        message = (
            f"{shown(written.orgId)} is not the organisation of {ORGANIZATION}, which is {other.org_id!r}"
        )
        findings.wrong(source, ("metadata", "orgId"), message)
    return OrgId(written.orgId)


@dataclass(frozen=True, slots=True)
class _Reader:
    source: Source
    findings: Findings

    def at(self, *here: str | int) -> Callable[..., None]:
        """What notes a fault below a place."""
        return lambda message, *path: self.findings.wrong(self.source, (*here, *path), message)

    def warned_at(self, *here: str | int) -> Callable[..., None]:
        """The same of what is no fault."""
        return lambda message, *path: self.findings.warn(self.source, (*here, *path), message)

    def calendar(self, name: str, written: list[str]) -> tuple[calendar.Days, ...]:
        found = []
        for number, text in enumerate(written):
            try:
                found.append(calendar.days(text))
            except UsageError as error:
                self.findings.wrong(self.source, ("calendars", name, number), str(error))
        return tuple(found)

    def owners_of_files(self, root: Path, written: str | None, *, was_sent: bool) -> tuple[OwnerRule, ...]:
        if written is None:
            return ()
        if was_sent:
            return rules_that_were_sent(root, self.findings)
        return rules_of_project(root, written, self.at("owners_file"), self.findings)

    def retention(self, written: RetentionDocument) -> Retention:
        wanted = Retention(**written.model_dump())
        for key, message in too_short(wanted):
            self.at("retention")(message, key)
        return wanted

    def public_url(self, written: str | None) -> str:
        if written is None:
            return ""
        try:
            return normalised(VariableType.URL, written).rstrip("/")
        except UsageError as error:
            self.at("public_url")(str(error))
            return ""

    def maintenance(self, number: int, written: MaintenanceDocument) -> Maintenance:
        wrong = self.at("maintenance", number)
        timezone = written.timezone or "UTC"
        try:
            zone(timezone)
        except UsageError as error:
            wrong(str(error), "timezone")
            timezone = "UTC"
        start = self._moment(written.start, timezone, lambda text: wrong(text, "start"))
        end = self._moment(written.end, timezone, lambda text: wrong(text, "end"))
        if start is not None and end is not None and end <= start:
            wrong(f"{shown(written.end)} is not later than its start, {shown(written.start)}", "end")
        if written.cron is not None:
            try:
                Cron(written.cron, timezone)
            except UsageError as error:
                wrong(str(error), "cron")
        return Maintenance(
            reason=written.reason,
            start=start,
            end=end,
            cron=written.cron,
            timezone=timezone,
            minutes=written.minutes or 0,
            definitions=tuple(written.definitions),
        )

    def _moment(self, text: str | None, timezone: str, wrong: Callable[[str], None]) -> datetime | None:
        if text is None:
            return None
        try:
            local = datetime.fromisoformat(text)
        except ValueError:
            wrong(f"{shown(text)} is not a time; write '2026-12-24 22:00', on the clock of its timezone")
            return None
        return (local if local.tzinfo else local.replace(tzinfo=zone(timezone))).astimezone(UTC)


def _refuse_secrets(source: Source, value: object, path: YamlPath, findings: Findings) -> None:
    """A literal secret in the parts that have no shape yet, found by the name of its key."""
    if isinstance(value, dict):
        for key, inner in value.items():
            secret = str(key).lower().endswith(SECRET_KEYS) and isinstance(inner, (str, int))
            if secret and not SECRET_REFERENCE.match(str(inner)):
                message = "a secret is written as '${env:NAME}' or '${file:/path}', never as its value"
                findings.wrong(source, (*path, key), message)
            _refuse_secrets(source, inner, (*path, key), findings)
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            _refuse_secrets(source, inner, (*path, number), findings)
