"""`findings` of a playbook as it is written to the domain's rules, with the checks that a schema cannot make."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from inspect_pipelines.config.playbook_document import KINDS_IGNORED, FindingsDocument, IgnoreDocument
from inspect_pipelines.config.problem import Findings, did_you_mean
from inspect_pipelines.config.reading import shown
from inspect_pipelines.config.yaml_source import Source, YamlPath
from inspect_pipelines.domain import glob
from inspect_pipelines.domain.calendar import day
from inspect_pipelines.domain.finding import FindingKind
from inspect_pipelines.domain.ignore import NEVER_IGNORED, Ignore
from inspect_pipelines.domain.playbook import FindingRules
from inspect_pipelines.errors import UsageError

MOST_ENTRIES = 100
MOST_REASON = 200  # characters; it stands in every report


def to_finding_rules(
    written: FindingsDocument, source: Source, findings: Findings, *, today: date
) -> FindingRules:
    """The rules; what is wrong with an entry is noted, and that one has ended is a warning."""
    if len(written.ignore) > MOST_ENTRIES:
        message = f"has {len(written.ignore)} entries; more than {MOST_ENTRIES} hide what they were to show"
        findings.wrong(source, ("spec", "findings", "ignore"), message)
    entries = [
        _Entry(source, findings, ("spec", "findings", "ignore", number)).ignore(each, today)
        for number, each in enumerate(written.ignore)
    ]
    fail_on = None if written.fail_on == "never" else written.fail_on
    return FindingRules(fail_on, tuple(entries))


@dataclass(frozen=True)
class _Entry:
    source: Source
    findings: Findings
    here: YamlPath

    def wrong(self, message: str, *key: str | int) -> None:
        self.findings.wrong(self.source, (*self.here, *key), message)

    def ignore(self, written: IgnoreDocument, today: date) -> Ignore:
        if not (written.kind or written.text or written.url or written.console):
            self.wrong("says nothing of what to ignore; name its 'kind', a part of its 'text' or its 'url'")
        if written.console is not None and (written.kind or written.text):
            self.wrong("is a kind and a text by itself; take 'kind' and 'text' out", "console")
        said = written.text if written.console is None else written.console.strip("*")
        if written.console is not None and "*" in (said or ""):
            self.wrong("may have '*' at its ends only; any part of what the console says will do", "console")
        kinds = ("console_error",) if written.console is not None else written.kind or ()
        reason = " ".join(written.reason.split())
        if not 0 < len(reason) <= MOST_REASON:
            self.wrong(f"needs 1 to {MOST_REASON} characters: why nobody minds it", "reason")
        for key in ("text", "url", "reason", "console"):
            if "{{" in (getattr(written, key) or ""):
                self.wrong("holds no placeholder; use '*' and '**' in 'url', and a part of the 'text'", key)
        if written.url and (fault := glob.fault(written.url)):
            self.wrong(f"pattern {shown(written.url)} {fault}", "url")
        until = self._until(written.until)
        if until is not None and until < today:
            message = (
                f"ended on {until}: what it names counts again; take the entry out, or give it a new end"
            )
            self.findings.warn(self.source, (*self.here, "until"), message)
        return Ignore(
            reason,
            self._kinds(kinds),
            " ".join((said or "").split()),
            written.url or "",
            until,
        )

    def _kinds(self, written: Sequence[str]) -> tuple[FindingKind, ...]:
        for kind in written:
            if kind in NEVER_IGNORED:
                message = f"{shown(kind)} is never ignored: what could not be done ends the playing; take the action out"
                self.wrong(message, "kind")
            elif kind not in KINDS_IGNORED:
                hint = did_you_mean(kind, KINDS_IGNORED) or f"; known are {', '.join(KINDS_IGNORED)}"
                self.wrong(f"{shown(kind)} is no kind of finding{hint}", "kind")
        return tuple(FindingKind(kind) for kind in written if kind in KINDS_IGNORED)

    def _until(self, text: str | None) -> date | None:
        if text is None:
            return None
        try:
            return day(text)
        except UsageError as error:
            self.wrong(str(error), "until")
            return None
