"""A signed link: what a message holds to open one report without signing in, for a week, unless it is taken back."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from inspect_pipelines.domain.ids import OrgId, RunId
from inspect_pipelines.domain.message import Link, Message

LIFE = timedelta(days=7)
KEY_BYTES = 32
ADDRESS = "/signed/"
TEXT = re.compile(r"^([A-Za-z0-9_-]{1,100})\.([0-9A-Za-z-]{1,64})\.([0-9]{1,11})\.([A-Za-z0-9_-]{43})\Z")
PURPOSE = b"report\n"  # so that no other text that is signed one day opens reports
OF_REPORT = re.compile(
    r"/runs/([0-9A-Za-z-]{1,64})(#[a-z]+)\Z"
)  # a place in a run's report, and not its page


@dataclass(frozen=True, slots=True)
class SignedLink:
    """What it opens: the report of this run, until then."""

    org_id: OrgId
    run_id: RunId
    expires_at: datetime  # UTC, to the second

    def text(self, key: bytes) -> str:
        """As it stands in an address."""
        return f"{self._said}.{self._signature(key)}"

    def is_signed(self, text: str, key: bytes) -> bool:
        """Whether this key has signed it; takes as long whatever is wrong."""
        return hmac.compare_digest(text.rpartition(".")[2], self._signature(key))

    @property
    def _said(self) -> str:
        return f"{self.org_id}.{self.run_id}.{int(self.expires_at.timestamp())}"

    def _signature(self, key: bytes) -> str:
        mac = hmac.new(key, PURPOSE + self._said.encode(), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(mac).rstrip(b"=").decode()


def claimed(text: str) -> SignedLink | None:
    """What it says that it opens, which only its signature makes true; None: it is none."""
    found = TEXT.match(text)
    if found is None:
        return None
    return SignedLink(OrgId(found[1]), RunId(found[2]), datetime.fromtimestamp(int(found[3]), UTC))


def with_signed_links(message: Message, public_url: str, sign: Callable[[RunId], str]) -> Message:
    """The message, its links into reports opened by whoever has it; the page of a run stays for those who sign in."""
    return replace(message, links=tuple(_signed(link, public_url, sign) for link in message.links))


def _signed(link: Link, public_url: str, sign: Callable[[RunId], str]) -> Link:
    found = OF_REPORT.match(link.url.removeprefix(public_url)) if link.url.startswith(public_url) else None
    if found is None:
        return link
    return Link(link.label, f"{public_url}{ADDRESS}{sign(RunId(found[1]))}{found[2]}")
