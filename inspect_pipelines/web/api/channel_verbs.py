"""Try out a channel."""

from __future__ import annotations

from pydantic import Field
from starlette.responses import Response

from inspect_pipelines.domain.access import Permission
from inspect_pipelines.queries.channels import Accepted
from inspect_pipelines.usecases.alerts.try_channel import try_channel
from inspect_pipelines.web.access.declaration import permitted
from inspect_pipelines.web.access.gate import Gate
from inspect_pipelines.web.api.absent import present
from inspect_pipelines.web.api.deed import Deed
from inspect_pipelines.web.api.route import Answer, AskedOnce, Routes
from inspect_pipelines.web.api.wishes import Wish


class TrialWish(Wish):
    to: str | None = Field(
        default=None,
        max_length=500,
        description="Where to, as after `--to`; without it where the first rule that uses the channel sends to.",
        examples=["#qa"],
    )


def channel_verbs(gate: Gate) -> Routes:
    routes = Routes(gate, "channels")
    may = permitted(Permission.CHANNELS_TEST)

    @routes.post("/channels/{channel_name}/test", may, Answer(Accepted), Deed("channel.test", "channel_name"))
    def test(asked: AskedOnce, channel_name: str, wish: TrialWish) -> Response:
        """Send a message that says it is a test; PagerDuty's alert is resolved at once."""
        house = asked.house
        channels = house.publication.channels(house.org_id).channels
        config = present(
            next((one for one in channels if one.name == channel_name), None), "channel", channel_name
        )
        definitions = house.publication.read(house.org_id).definitions
        receipt = try_channel(
            house, channels, config, definitions, to=wish.to, by=asked.caller.actor.removeprefix("user:")
        )
        return asked.answer(Accepted(receipt.text))

    return routes
