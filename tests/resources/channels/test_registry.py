"""The registry of kinds: each has its folder and its section in the docs, and one more needs nothing else."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest

from builders import NOW
from houses import SteppedClock, a_house, apply
from inspect_pipelines.config.channel_document import ChannelDocument, RuleKey
from inspect_pipelines.config.project import load_project
from inspect_pipelines.config.schedule_document import OrganizationConfigDocument, ScheduleConfigDocument
from inspect_pipelines.config.schema import schema_of
from inspect_pipelines.domain.channel import Pace
from inspect_pipelines.domain.compiled import Channels
from inspect_pipelines.domain.ids import DefinitionId
from inspect_pipelines.domain.notification import Notification
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.errors import ConfigInvalid
from inspect_pipelines.ports.channel import Channel, Receipt
from inspect_pipelines.usecases.alerts.send import send_waiting
from inspect_pipelines.usecases.runs import start
from inspect_pipelines.usecases.runs.conclude import abort
from inspect_pipelines.usecases.runs.start import Ticket
from resources.channels.files.channel import FileChannel
from resources.channels.opening import Opener, Opening
from resources.channels.registry import CHANNELS
from resources.channels.routed import RoutedChannel
from resources.channels.spec import SendingKinds, SendingSpec
from resources.gallery.folder import FolderGallery

ROOT = Path(__file__).parents[3]
SECTIONS = {
    "slack": "## Slack",
    "teams": "## Microsoft Teams",
    "pagerduty": "## PagerDuty",
    "email": "## Mail",
    "webhook": "## Webhook",
    "github": "## GitHub",
    "files": "A channel of kind `files`",
}
ORGANIZATION = """\
apiVersion: v1
kind: OrganizationConfig
channels:
  loft: {kind: pigeon, ring: "${env:RING}", seed: corn}
"""
SCHEDULES = """\
apiVersion: v1
kind: ScheduleConfig
schedules:
  - id: nightly
    cron: "0 2 * * *"
    timezone: UTC
    playbook: shop
    notify: {on_failure: {pigeon: loft/roof, slack_channel: "#qa"}}
"""
PLAYBOOK = """\
apiVersion: v1
kind: Playbook
metadata: {id: shop}
spec: {base_url: "https://shop.test", steps: [{id: home, actions: [goto: /, screenshot: home]}]}
"""


class PigeonDocument(ChannelDocument):
    authorised_by = "ring"

    kind: Literal["pigeon"] = "pigeon"
    ring: str
    seed: str = "wheat"


class PigeonChannel:
    """Flies to the roof that the target names."""

    def __init__(self, opening: Opening, flown: list[str]) -> None:
        self._opening = opening
        self._flown = flown

    def send(self, notification: Notification, thread: object) -> Receipt:
        self._flown.append(f"{self._opening.address}: {notification.title} (ring {self._opening.secret})")
        return Receipt("back in the loft")


def with_pigeons(flown: list[str]) -> SendingKinds:
    def opened(opening: Opening) -> Channel:
        return PigeonChannel(opening, flown)

    pigeon = SendingSpec(
        kind="pigeon",
        service="the pigeon",
        rule=RuleKey(
            "pigeon", str, lambda address: "" if "/" in address else "is no roof; write 'loft/roof'"
        ),
        document=PigeonDocument,
        opened=opened,
        has_places=True,
        pace=Pace(1, 3600),
    )
    return {**CHANNELS, "pigeon": pigeon}


def test_each_kind_has_its_folder_and_its_section_in_the_docs() -> None:
    folders = {path.parent.name for path in (ROOT / "resources" / "channels").glob("*/spec.py")}
    docs = (ROOT / "docs" / "channels.md").read_text()

    assert folders == set(CHANNELS) == set(SECTIONS)
    assert all(section in docs for section in SECTIONS.values())
    assert f"| {', '.join(f'`{kind}`' for kind in CHANNELS)} |" in docs


def test_the_services_with_a_limit_have_a_pace() -> None:
    paces = {kind: spec.pace for kind, spec in CHANNELS.items() if spec.pace}

    assert paces == {"slack": Pace(1, 1), "teams": Pace(4, 1), "pagerduty": Pace(120, 60)}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "organization.yaml").write_text(ORGANIZATION)
    (tmp_path / "schedules.yaml").write_text(SCHEDULES)
    (tmp_path / "playbooks").mkdir()
    (tmp_path / "playbooks" / "shop.yaml").write_text(PLAYBOOK)
    return tmp_path


def test_a_kind_of_ones_own_is_read_stored_paced_and_sends_without_another_line(project: Path) -> None:
    flown: list[str] = []
    kinds = with_pigeons(flown)
    loaded = load_project(project, kinds=kinds, now=NOW)
    home = project / "home"
    gallery = FolderGallery(home / "gallery")
    opener = Opener(kinds, gallery, SteppedClock(), lambda _: "A-1", home / "outbox")
    otherwise = FileChannel(home / "outbox", gallery)
    channel = RoutedChannel(lambda org_id: Channels(loaded.organization.channels), opener, otherwise)
    house = replace(a_house(home, channels=[("*", channel)]), kinds=kinds)
    house.ledgers.migrate()
    apply(house, *loaded.definitions, organization=loaded.organization)
    for day in (1, 2):
        ticket = Ticket(DefinitionId("nightly"), f"d{day}", origin=f"cron:nightly:2026-11-2{day}T02:00Z")
        abort(house, start.admit(house, ticket).run.id, RunStatus.ERROR, f"its worker died, {day}")
        house.clock.sleep(25 * 3600)  # a reminder is due
    tried = send_waiting(house)

    assert loaded.definitions[0].plan.notify[0].targets == ("slack:#qa", "pigeon:loft/roof")
    (warning,) = loaded.warnings
    assert "no channel for 'slack:#qa' is in organization.yaml" in warning
    assert len(flown) == 1  # one an hour: the second waits
    assert flown[0].startswith("roof: ")
    assert flown[0].endswith("(ring A-1)")
    assert "back in the loft" in [note.receipt for note in tried]
    assert "PigeonDocument" in schema_of(OrganizationConfigDocument, kinds)["$defs"]
    rule = schema_of(ScheduleConfigDocument, kinds)["$defs"]["RuleDocument"]
    assert {"pigeon", "slack_channel", "mention"} <= set(rule["properties"])


def test_a_rule_of_a_kind_of_ones_own_is_checked_by_it(project: Path) -> None:
    (project / "schedules.yaml").write_text(SCHEDULES.replace("loft/roof", "attic"))

    with pytest.raises(ConfigInvalid, match=r"notify\.on_failure\.pigeon  is no roof; write 'loft/roof'"):
        load_project(project, kinds=with_pigeons([]), now=NOW)


def test_a_kind_that_is_not_in_the_registry_is_refused_by_name(project: Path) -> None:
    with pytest.raises(ConfigInvalid) as caught:
        load_project(project, kinds=CHANNELS, now=NOW)

    assert "'pigeon' is not a kind of channel; known are slack, teams" in str(caught.value)
    assert "unknown key 'pigeon'; known are mention, slack_channel, teams" in str(caught.value)
