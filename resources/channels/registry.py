"""The kinds of channels that there are, in the order in which a rule's targets are told."""

from __future__ import annotations

from resources.channels.email.spec import EMAIL
from resources.channels.files.spec import FILES
from resources.channels.github.spec import GITHUB
from resources.channels.pagerduty.spec import PAGERDUTY
from resources.channels.slack.spec import SLACK
from resources.channels.spec import SendingKinds
from resources.channels.teams.spec import TEAMS
from resources.channels.webhook.spec import WEBHOOK

CHANNELS: SendingKinds = {
    spec.kind: spec for spec in (SLACK, TEAMS, PAGERDUTY, EMAIL, WEBHOOK, GITHUB, FILES)
}
