"""What PagerDuty is, as far as rules and organization.yaml go."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import PlainValidator

from inspect_pipelines.config.channel_document import ChannelDocument, RuleKey
from inspect_pipelines.domain.channel import Pace
from inspect_pipelines.ports.channel import Channel
from resources.channels.opening import Opening
from resources.channels.spec import SendingSpec


def _yes_or_name(value: Any) -> bool | str:
    if isinstance(value, str) and value.lower() in ("yes", "no", "on", "off"):
        raise ValueError(f"{value!r} is a text in YAML; write 'true' or 'false'")
    if isinstance(value, (bool, str)):
        return value
    raise ValueError(f"{str(value)!r} is not true, false or the name of a channel")


YesOrName = Annotated[bool | str, PlainValidator(_yes_or_name, json_schema_input_type=bool | str)]


class PagerDutyDocument(ChannelDocument):
    authorised_by: ClassVar[str] = "routing_key"

    kind: Literal["pagerduty"] = "pagerduty"
    routing_key: str
    url: str = "https://events.pagerduty.com"


def _opened(opening: Opening) -> Channel:
    from resources.channels.pagerduty.channel import PagerDutyChannel

    return PagerDutyChannel(opening.outgoing, opening.url, opening.secret, opening.opener.clock)


PAGERDUTY = SendingSpec(
    kind="pagerduty",
    service="PagerDuty",
    rule=RuleKey("pagerduty", YesOrName),
    document=PagerDutyDocument,
    opened=_opened,
    is_grouped=False,
    is_reminded=False,
    shows_who=True,
    pace=Pace(120, 60),  # an integration
)
