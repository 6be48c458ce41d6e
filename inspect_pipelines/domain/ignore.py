"""An ignore entry: findings that a playbook knows about and that decide nothing, why, and until when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlsplit

from inspect_pipelines.domain import glob
from inspect_pipelines.domain.finding import Finding, FindingKind, Ignored

# What cannot be done ends the playing, so that nobody knows what would have come after it.
NEVER_IGNORED = (FindingKind.ACTION, FindingKind.AUTH, FindingKind.NOT_SHOWN, FindingKind.NO_ANSWER)


@dataclass(frozen=True, slots=True)
class Ignore:
    """Covers what it names in every way that it names; at least one of kinds, text and url is set."""

    reason: str
    kinds: tuple[FindingKind, ...] = ()  # any of them; empty: whatever kind
    text: str = ""  # a part of the finding's sentence, in whatever case
    url: str = ""  # a glob of the address of what is at fault, or of its page; from `/` on: of the path alone
    until: date | None = None  # the last day, UTC; None: for good

    def covers(self, finding: Finding) -> bool:
        """Whether a finding is what it names, on whatever day."""
        return (
            finding.kind not in NEVER_IGNORED
            and (not self.kinds or finding.kind in self.kinds)
            and self.text.casefold() in finding.message.casefold()
            and (not self.url or any(self._is_at(address) for address in (finding.url, finding.route)))
        )

    def has_ended(self, today: date) -> bool:
        return self.until is not None and self.until < today

    def _is_at(self, address: str) -> bool:
        if not address:
            return False
        parts = urlsplit(address)
        if self.url.startswith("/"):
            return glob.matches(self.url, (parts.path or "/").removeprefix("/"))
        bare = parts._replace(query="", fragment="").geturl()
        return any(glob.matches(self.url, each) for each in (address, bare))


def ignored(rules: Sequence[Ignore], finding: Finding, today: date) -> Ignored | None:
    """What the first entry that covers a finding says of it, or the last one to end of those that did; None: none does."""
    covering = [each for each in rules if each.covers(finding)]
    for each in covering:
        if not each.has_ended(today):
            return Ignored(each.reason, each.until)
    ended = max(covering, key=lambda each: each.until or today, default=None)
    return Ignored(ended.reason, ended.until, has_ended=True) if ended else None
