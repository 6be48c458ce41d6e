"""What the API can do with channels. Written by `python docs/client.py`."""

from __future__ import annotations

from inspect_pipelines.client.noun import Noun, below
from inspect_pipelines.queries.channels import Accepted


class Channels(Noun):
    """`client.channels`."""

    def test(self, channel_name: str, *, to: str | None = None, key: str | None = None) -> Accepted:
        """Send a message that says it is a test; PagerDuty's alert is resolved at once."""
        return self._one(
            Accepted,
            "POST",
            below("/channels/{channel_name}/test", channel_name=channel_name),
            body={"to": to},
            headers={"Idempotency-Key": key},
        )
