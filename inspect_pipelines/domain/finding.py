"""A finding: something wrong that a session saw, apart from a changed picture."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from inspect_pipelines.domain.ids import Sha256


class Severity(StrEnum):
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class FindingKind(StrEnum):
    EXPECTATION = "expectation"  # expect_* did not hold
    ACTION = "action"  # click, fill, .. could not be done
    AUTH = "auth"  # nobody is logged in: the login failed, or does not hold any more
    NAVIGATION = "navigation"  # the page did not load: DNS, TLS, 5xx, redirect loop, time-out
    PAGE_ERROR = "page_error"  # an uncaught exception in the page
    CONSOLE_ERROR = "console_error"
    REQUEST_FAILED = "request_failed"
    BROKEN_IMAGE = "broken_image"
    BROKEN_FONT = "broken_font"  # its text is shown in another one
    DIALOG = "dialog"  # alert, confirm, prompt, or "leave this page?"; answered with no, but for leaving
    POPUP = "popup"  # a new window or tab that the playbook did not follow
    SLOW = "slow"  # an action of a step took longer than the step's `slow`
    UNSTABLE = "unstable"  # two equal frames never came; names the moving element
    NOT_QUIET = "not_quiet"  # the network was still busy after 5 s; names the URLs
    MASK_UNMATCHED = "mask_unmatched"
    MASK_LARGE = "mask_large"  # over 30 % of the view
    DISMISSED = "dismissed"  # a banner that the playbook's page.dismiss has closed
    STUB_UNUSED = "stub_unused"  # nothing asked for what the playbook's page.stub answers
    TRUNCATED = "truncated"  # the page is larger than a picture may be; its first part was taken
    REPORTED = "reported"  # an agent says so
    NOT_SHOWN = "not_shown"  # an agent has not shown a screen, or not so that it can be looked at
    SHOWN_AGAIN = "shown_again"  # an agent has shown a screen several times; the last one counts
    NO_ANSWER = "no_answer"  # an agent has not said what came of its steps


ASKED = (
    FindingKind.ACTION,
    FindingKind.EXPECTATION,
    FindingKind.NAVIGATION,
)  # what the playbook itself wanted
WAITED = re.compile(r" (?:within|after) [0-9.e+-]+ s\b| \([0-9]+ times\)$")


def without_waiting(message: str) -> str:
    """A finding's sentence without how long was waited and how often it came: the same for the same fault."""
    return WAITED.sub("", message)


@dataclass(frozen=True, slots=True)
class Ignored:
    """What `findings.ignore` says of a finding."""

    reason: str
    until: date | None = None  # the entry's last day, UTC
    has_ended: bool = False  # before the session began: the finding counts again

    def __str__(self) -> str:
        if self.has_ended:
            return f"was ignored until {self.until}: {self.reason}"
        until = f", until {self.until}" if self.until else ""
        return f"ignored because {self.reason}{until}"


@dataclass(frozen=True, slots=True)
class Finding:
    kind: FindingKind
    severity: Severity
    message: str  # one sentence, secrets redacted
    playbook: str
    step_id: str
    viewport: str
    route: str  # path of the page's URL
    screenshot: Sha256 | None = None  # the picture that shows it
    url: str = (
        ""  # of what is at fault: what was fetched, the script that threw; empty: only its page is known
    )
    ignored: Ignored | None = None
    is_known: bool = False  # it was there when the baseline was approved

    @property
    def is_ignored(self) -> bool:
        """Whether it decides nothing: it is kept and shown, and that is all."""
        return self.ignored is not None and not self.ignored.has_ended

    @property
    def counts(self) -> bool:
        """Whether it may fail anything; else it is shown, and that is all."""
        return not (self.is_ignored or self.is_known)

    @property
    def sentence(self) -> str:
        """Its message, and that it was ignored until lately, so that nobody wonders why it counts."""
        ended = self.ignored if self.ignored and self.ignored.has_ended else None
        return f"{self.message} ({ended})" if ended else self.message

    def fails_at(self, fail_on: str | None) -> bool:
        """Whether this finding fails a session whose playbook says `findings.fail_on`."""
        if fail_on is None or not self.counts:
            return False
        order = list(Severity)
        return order.index(self.severity) >= order.index(Severity(fail_on))
