"""The record of a session as it is played: tells the parent everything at once, so that nothing is lost with it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from urllib.parse import urlsplit

from inspect_pipelines.domain.finding import Finding, FindingKind, Severity
from inspect_pipelines.domain.ids import Sha256
from inspect_pipelines.domain.ignore import ignored
from inspect_pipelines.domain.playbook import Playbook
from inspect_pipelines.domain.session import ConsoleLine
from resources.sessions.redaction import Redactor
from resources.sessions.wire import Findings, Message, Playing, encoded

MOST_FINDINGS = (
    100  # of a severity, and of those that are ignored: what nobody minds leaves room for what fails a run
)
MOST_CONSOLE_LINES = 500
MOST_CHARACTERS = 2000  # of a console line
MOST_SENTENCE = 600  # characters of a finding
SEVERITIES = {
    FindingKind.EXPECTATION: Severity.ERROR,
    FindingKind.ACTION: Severity.ERROR,
    FindingKind.AUTH: Severity.ERROR,
    FindingKind.NAVIGATION: Severity.ERROR,
    FindingKind.PAGE_ERROR: Severity.ERROR,
    FindingKind.NOT_SHOWN: Severity.ERROR,
    FindingKind.NO_ANSWER: Severity.ERROR,
    FindingKind.NOT_QUIET: Severity.INFO,
    FindingKind.DISMISSED: Severity.INFO,
    FindingKind.SHOWN_AGAIN: Severity.INFO,
}  # the rest: warnings


class Record:
    """Collects findings and console lines, and knows where the playing stands.

    Args:
        today: The day on which the session began, UTC; `findings.ignore` may have an end.
    """

    def __init__(
        self, playbook: Playbook, redactor: Redactor, write: Callable[[str], None], *, today: date
    ) -> None:
        self._playbook = playbook
        self._today = today
        self._redactor = redactor
        self._write = write
        self._findings: dict[tuple[str, str, str], tuple[Finding, int]] = {}
        self._kept: Counter[tuple[Severity, bool]] = Counter()
        self._left_out: Counter[tuple[Severity, bool]] = Counter()
        self._is_closed = self._is_aside = False
        self._console_lines = 0
        self.at = Playing("", "")

    def tell(self, message: Message) -> None:
        """Send a message to the parent, secrets redacted."""
        self._write(self._redactor.line(encoded(message)))

    def begin(self, step_id: str, viewport: str) -> None:
        self.at = Playing(step_id, viewport)
        self.tell(self.at)

    def find(
        self,
        kind: FindingKind,
        message: str,
        *,
        url: str,
        about: str = "",
        picture: Sha256 | None = None,
        severity: Severity | None = None,
    ) -> None:
        """Keep a finding; the same one again only counts, and what a page does once all is told is of no interest.

        Args:
            url: Of the page.
            about: The address of what is at fault, where that is not the page.
            severity: Another one than its kind has.
        """
        if self._is_closed or self._is_aside:
            return
        text = self.shortened(message)
        key = (kind, text, self.at.viewport)
        if key in self._findings:
            finding, count = self._findings[key]
            self._findings[key] = (finding, count + 1)
            return
        finding = Finding(
            kind=kind,
            severity=severity or SEVERITIES.get(kind, Severity.WARNING),
            message=text,
            playbook=self._playbook.id,
            step_id=self.at.step_id,
            viewport=self.at.viewport,
            route=route_of(url),
            screenshot=picture,
            url=self.shortened(about, MOST_CHARACTERS),
        )
        finding = replace(finding, ignored=ignored(self._playbook.findings.ignore, finding, self._today))
        group = (finding.severity, finding.is_ignored)
        if self._kept[group] >= MOST_FINDINGS:
            self._left_out[group] += 1
            return
        self._kept[group] += 1
        self._findings[key] = (finding, 1)
        self.tell(finding)

    @contextmanager
    def aside(self) -> Iterator[None]:
        """What is met within is no finding: somebody only looks whether a login holds."""
        self._is_aside = True
        try:
            yield
        finally:
            self._is_aside = False

    def blame_login(self, message: str, *, url: str, picture: Sha256 | None) -> None:
        """Keep one finding for the step that is played, in place of all that it met: who is not logged in meets much."""
        here = (self.at.step_id, self.at.viewport)
        gone = [key for key, (found, _) in self._findings.items() if (found.step_id, found.viewport) == here]
        for key in gone:
            found, _ = self._findings.pop(key)
            self._kept[found.severity, found.is_ignored] -= 1
        self.find(FindingKind.AUTH, message, url=url, picture=picture)

    def learn(self, secrets: Iterable[str]) -> None:
        """Tell nothing of these either, from now on."""
        self._redactor.learn(secrets)

    @property
    def secrets(self) -> tuple[str, ...]:
        """All that is known by now."""
        return self._redactor.secrets

    @property
    def findings(self) -> list[Finding]:
        """Those so far."""
        return [finding for finding, _ in self._findings.values()]

    def log(self, level: str, text: str, *, url: str) -> None:
        """Keep a console line, or one of ours about the window (download)."""
        if self._is_aside:
            return
        self._console_lines += 1
        if self._console_lines > MOST_CONSOLE_LINES:
            return
        if self._console_lines == MOST_CONSOLE_LINES:
            level, text = "warning", f"more than {MOST_CONSOLE_LINES} console lines; the rest is left out"
        clean = self._redactor.text(text)[:MOST_CHARACTERS]
        self.tell(ConsoleLine(self.at.viewport, level, clean, url))

    def close(self) -> None:
        """Tell all findings once more, now with their counts; from now on there are no others."""
        self._is_closed = True
        findings = [
            finding if count == 1 else replace(finding, message=f"{finding.message} ({count} times)")
            for finding, count in self._findings.values()
        ]
        for (severity, is_ignored), count in self._left_out.items():
            last = max(
                at
                for at, each in enumerate(findings)
                if (each.severity, each.is_ignored) == (severity, is_ignored)
            )
            message = f"{findings[last].message} (and {count} more {severity.value}s, left out)"
            findings[last] = replace(findings[last], message=message)
        self.tell(Findings(tuple(findings)))

    def shortened(self, text: str, most: int = MOST_SENTENCE) -> str:
        """One line of text, secrets redacted, cut at `most` characters."""
        clean = " ".join(self._redactor.text(text).split())
        return clean if len(clean) <= most else f"{clean[: most - 1]}…"


def route_of(url: str) -> str:
    """The path of a page's address; empty when there is no page."""
    parts = urlsplit(url)
    return (parts.path or "/") if parts.scheme in ("http", "https") else ""
