"""Every noun of the API. Written by `python docs/client.py`."""

from __future__ import annotations

from inspect_pipelines.client.connection import Connection
from inspect_pipelines.client.nouns.access import Access
from inspect_pipelines.client.nouns.auth import Auth
from inspect_pipelines.client.nouns.badges import Badges
from inspect_pipelines.client.nouns.baselines import Baselines
from inspect_pipelines.client.nouns.channels import Channels
from inspect_pipelines.client.nouns.comments import Comments
from inspect_pipelines.client.nouns.definitions import Definitions
from inspect_pipelines.client.nouns.digests import Digests
from inspect_pipelines.client.nouns.environments import Environments
from inspect_pipelines.client.nouns.events import Events
from inspect_pipelines.client.nouns.export import Export
from inspect_pipelines.client.nouns.files import Files
from inspect_pipelines.client.nouns.find import Find
from inspect_pipelines.client.nouns.history import History
from inspect_pipelines.client.nouns.incidents import Incidents
from inspect_pipelines.client.nouns.notifications import Notifications
from inspect_pipelines.client.nouns.organization import Organization
from inspect_pipelines.client.nouns.pauses import Pauses
from inspect_pipelines.client.nouns.permissions import Permissions
from inspect_pipelines.client.nouns.playbooks import Playbooks
from inspect_pipelines.client.nouns.progress import Progress
from inspect_pipelines.client.nouns.repairs import Repairs
from inspect_pipelines.client.nouns.reviews import Reviews
from inspect_pipelines.client.nouns.revisions import Revisions
from inspect_pipelines.client.nouns.runs import Runs
from inspect_pipelines.client.nouns.schedules import Schedules
from inspect_pipelines.client.nouns.sessions import Sessions
from inspect_pipelines.client.nouns.triggers import Triggers


class Every:
    """One attribute a noun."""

    def __init__(self, connection: Connection) -> None:
        self.access = Access(connection)
        self.auth = Auth(connection)
        self.badges = Badges(connection)
        self.baselines = Baselines(connection)
        self.channels = Channels(connection)
        self.comments = Comments(connection)
        self.definitions = Definitions(connection)
        self.digests = Digests(connection)
        self.environments = Environments(connection)
        self.events = Events(connection)
        self.export = Export(connection)
        self.files = Files(connection)
        self.find = Find(connection)
        self.history = History(connection)
        self.incidents = Incidents(connection)
        self.notifications = Notifications(connection)
        self.organization = Organization(connection)
        self.pauses = Pauses(connection)
        self.permissions = Permissions(connection)
        self.playbooks = Playbooks(connection)
        self.progress = Progress(connection)
        self.repairs = Repairs(connection)
        self.reviews = Reviews(connection)
        self.revisions = Revisions(connection)
        self.runs = Runs(connection)
        self.schedules = Schedules(connection)
        self.sessions = Sessions(connection)
        self.triggers = Triggers(connection)
