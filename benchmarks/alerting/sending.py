"""A sender in a process of its own, to be killed: `python -m benchmarks.alerting.sending HOME URL`."""

from __future__ import annotations

import sys
import threading
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import httpx

from benchmarks.alerting.house import open_house
from inspect_pipelines.domain.notification import Notification
from inspect_pipelines.errors import ChannelError
from inspect_pipelines.ports.channel import Receipt
from inspect_pipelines.web.duties.sender import Sender

LEASE = timedelta(
    seconds=3
)  # the stand-in answers within milliseconds; the product's 60 s would only make us wait


class OverHttp:
    """Posts a message under its id, which the service takes as its idempotency key."""

    def __init__(self, url: str) -> None:
        self._client = httpx.Client(base_url=url, timeout=2.0)

    def send(self, notification: Notification, thread: Mapping[str, str]) -> Receipt:
        key = {"Idempotency-Key": notification.id}
        try:
            answer = self._client.post("/", headers=key, content=notification.text.encode())
            answer.raise_for_status()
        except httpx.HTTPError as error:
            raise ChannelError(f"the stand-in did not take it: {error}", is_permanent=False) from error
        return Receipt(answer.text)


def main() -> None:
    """Send until killed."""
    home, url = sys.argv[1:]
    sender = Sender(open_house(Path(home), OverHttp(url)), every_seconds=0.02, lease=LEASE)
    sender.start()
    threading.Event().wait()


if __name__ == "__main__":
    main()
