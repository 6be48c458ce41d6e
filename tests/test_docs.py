"""What the documents say is so, and what there is stands in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

import click
import pytest

from inspect_pipelines.cli.main import COMMANDS
from inspect_pipelines.config import (
    action_document,
    page_document,
    playbook_document,
    schedule_document,
    screenshot_document,
)
from inspect_pipelines.config.action_document import VERBS
from inspect_pipelines.config.devices import DEVICES
from inspect_pipelines.config.document import Document
from inspect_pipelines.config.playbook_document import LoginDocument
from inspect_pipelines.config.project import Project, load_project
from inspect_pipelines.config.rule_document import RuleDocument
from inspect_pipelines.config.schedule_document import BaselineDocument, NotifyDocument
from inspect_pipelines.config.settings import PREFIX, Settings
from inspect_pipelines.domain.finding import FindingKind, Severity
from inspect_pipelines.domain.kept_login import LoginRules
from inspect_pipelines.domain.playbook import VariableType
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.domain.variable import EVENT_CONTEXT
from resources.channels.registry import CHANNELS
from resources.sessions.browser.camera import FRAMES_CAP_SECONDS
from resources.sessions.browser.readiness import OWN_CAP_SECONDS, QUIET_CAP_SECONDS, SETTLE_CAP_SECONDS
from resources.sessions.record import SEVERITIES
from shown import PAGES

ROOT = Path(__file__).parents[1]
CONFIGURATION = (ROOT / "docs/configuration.md").read_text(encoding="utf-8")
NOW = datetime(2026, 11, 23, tzinfo=UTC)
FILES = {
    "ScheduleConfig": "schedules.yaml",
    "Playbook": "playbooks/checkout.yaml",
    "OrganizationConfig": "organization.yaml",
}
OPEN = {RunStatus.PENDING, RunStatus.RUNNING}  # a user sees them only as filters of `runs`


def command_of(name: str) -> click.Command:
    module, function, _ = COMMANDS[name]
    command: click.Command = getattr(import_module(f"inspect_pipelines.cli.{module}"), function)
    return command


def invocations() -> Iterator[str]:
    """Every command as it is typed, subcommands included."""
    for name in COMMANDS:
        command = command_of(name)
        yield name
        if isinstance(command, click.Group):
            yield from (f"{name} {inner}" for inner in command.commands)


def words(text: str) -> set[str]:
    """What stands in `backticks`."""
    return {word.strip() for quoted in re.findall(r"`([^`\n]+)`", text) for word in quoted.split(",")}


def section(title: str) -> str:
    """The part of docs/configuration.md under a heading."""
    return re.split(r"^#+ ", CONFIGURATION.partition(f"# {title}\n")[2], flags=re.MULTILINE)[0]


def later_keys() -> set[str]:
    """Every key that is refused as not supported yet."""
    documents = [
        document
        for module in (
            action_document,
            page_document,
            playbook_document,
            schedule_document,
            screenshot_document,
        )
        for document in vars(module).values()
        if isinstance(document, type) and issubclass(document, Document)
    ]
    return {key for document in documents for key in document.later}


def test_each_key_that_is_refused_stands_in_the_reference_with_its_reason():
    refused = (ROOT / "docs/reference.md").read_text().partition("## Keys that are refused")[2]

    assert {row.split("`")[1] for row in refused.splitlines() if row.startswith("| `")} == later_keys()


@pytest.fixture(scope="module")
def shown_project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The three files of docs/configuration.md, read as a user's."""
    folder = tmp_path_factory.mktemp("shown")
    (folder / "playbooks").mkdir()
    (folder / "files").mkdir()
    (folder / "files/room.jpg").write_bytes(b"a picture of a room")
    for block in re.findall(r"^```yaml\n(apiVersion:.*?)^```", CONFIGURATION, re.DOTALL | re.MULTILINE):
        (kind,) = re.findall(r"^kind: (\w+)", block, re.MULTILINE)
        target = folder / FILES[kind]
        assert not target.exists(), f"two examples are {kind}"
        target.write_text(block, encoding="utf-8")
    return load_project(folder, kinds=CHANNELS, now=NOW)


@pytest.mark.parametrize("invocation", [*invocations()])
def test_every_command_stands_in_a_document(invocation: str) -> None:
    text = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)

    assert re.search(rf"inspect-pipelines {invocation}\b", text)


@pytest.mark.parametrize("name", [*COMMANDS])
def test_the_list_of_commands_says_what_a_commands_own_help_begins_with(name: str) -> None:
    first = (command_of(name).help or "").partition("\n\n")[0]

    assert " ".join(first.split()) == COMMANDS[name][2]


@pytest.mark.parametrize("name", ["runs", "schedules", "baselines", "history", "gallery"])
def test_no_line_of_a_groups_list_is_cut(name: str) -> None:
    listed = command_of(name).get_help(click.Context(command_of(name), terminal_width=80))

    assert "Commands:" in listed
    assert "..." not in listed.partition("Commands:")[2]


def test_every_setting_stands_in_the_table_of_settings() -> None:
    table = (ROOT / "docs/operating.md").read_text(encoding="utf-8")
    documented = set(re.findall(rf"^\| `({PREFIX}\w+)` \|", table, re.MULTILINE))

    assert documented == {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}


def test_every_verb_has_its_row() -> None:
    rows = re.findall(r"^\| ((?:`\w+`,? ?)+)\|", section("Verbs"), re.MULTILINE)

    assert sorted(verb for row in rows for verb in words(row)) == sorted(VERBS)


def test_every_type_of_variable_has_its_row() -> None:
    rows = re.findall(r"^\| `(\w+)`(?: \(default\))? \|", section("Variables"), re.MULTILINE)

    assert sorted(rows) == sorted(kind.value for kind in VariableType)


def test_every_device_has_its_row_with_its_true_size() -> None:
    rows = re.findall(r"^\| `(.+?)` \| (.+?) \| (.+?) \| (.+?) \|$", section("Devices"), re.MULTILINE)

    assert rows == [
        (name, f"{device.width} x {device.height}", f"{device.scale:g}", "yes" if device.mobile else "no")
        for name, device in DEVICES.items()
    ]


def test_every_status_at_a_runs_end_has_its_row_with_its_exit_code() -> None:
    runs = (ROOT / "docs/runs.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| (\w+) \| [^|]+ \| (\d)", runs, re.MULTILINE))

    assert rows == {status.value: str(status.exit_code) for status in RunStatus if status not in OPEN}


def test_every_key_of_baseline_and_notify_is_explained() -> None:
    assert set(BaselineDocument.model_fields) <= words(section("Baseline"))
    assert {*NotifyDocument.model_fields, *RuleDocument.model_fields} - {"mention"} <= words(
        section("Notify")
    )


def test_everything_that_an_event_brings_is_listed() -> None:
    assert set(EVENT_CONTEXT) <= words(section("schedules.yaml"))


def test_every_key_that_is_not_supported_yet_is_listed_as_such() -> None:
    rows = re.findall(r"^\| [^|]+ \| (.+) \|$", section("Not supported yet"), re.MULTILINE)

    assert later_keys() == words("\n".join(rows))


def test_the_shown_files_are_one_valid_project_without_a_warning(shown_project: Project) -> None:
    assert [definition.id for definition in shown_project.definitions] == ["nightly-checkout", "after-deploy"]
    assert len(shown_project.files) == len(FILES)
    assert shown_project.warnings == ()


def test_the_shown_playbook_uses_every_verb(
    shown_project: Project,
) -> None:
    (playbook,) = shown_project.playbooks

    assert {action.verb for action in playbook.actions()} == set(VERBS)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\((?!https?://|#)([^)#\s]+)", page.read_text(encoding="utf-8"))

    assert [target for target in targets if not (page.parent / target).exists()] == []


def test_the_playbooks_of_the_page_about_logins_are_valid_without_a_warning(tmp_path: Path) -> None:
    page = (ROOT / "docs/login.md").read_text(encoding="utf-8")
    (tmp_path / "playbooks").mkdir()
    for name, text in re.findall(r"^```yaml\n# (playbooks/\S+)\n(.*?)^```", page, re.DOTALL | re.MULTILINE):
        (tmp_path / name).write_text(text, encoding="utf-8")
    nightly = "- {id: %s, cron: '0 2 * * *', timezone: UTC, playbook: %s}"
    lines = "\n".join(nightly % (name, name) for name in ("members", "two-factors"))
    (tmp_path / "schedules.yaml").write_text(f"apiVersion: v1\nkind: ScheduleConfig\nschedules:\n{lines}\n")

    project = load_project(tmp_path, kinds=CHANNELS, now=NOW)

    members, second = project.playbooks
    assert members.login_rules == LoginRules(is_kept=True)
    assert second.login_rules == LoginRules(True, "two-factors", 8 * 3600.0, "sign-out")
    assert [warning for warning in project.warnings if "login" in warning] == []
    keys = re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE)
    assert sorted(keys) == sorted(LoginDocument.model_fields)


def test_every_kind_of_finding_stands_in_the_docs_with_its_severity():
    told = (ROOT / "docs/pictures.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `([a-z_]+)` \| (error|warning|info) \|", told, re.MULTILINE))

    assert rows == {kind.value: SEVERITIES.get(kind, Severity.WARNING).value for kind in FindingKind}


def test_the_limits_of_a_pictures_patience_stand_in_the_docs():
    told = (ROOT / "docs/pictures.md").read_text(encoding="utf-8")

    assert f"at least {QUIET_CAP_SECONDS:g} s and at most {OWN_CAP_SECONDS:g} s" in told
    assert f"| {SETTLE_CAP_SECONDS:g} s, or the step's `timeout`" in told
    assert f"| two equal frames in a row | {FRAMES_CAP_SECONDS:g} s |" in told


def test_the_playbook_of_the_quiet_nights_is_valid(tmp_path: Path) -> None:
    (block,) = re.findall(
        r"^```yaml\n(.*?)^```", (ROOT / "docs/nights.md").read_text(), re.DOTALL | re.MULTILINE
    )
    (tmp_path / "playbooks").mkdir()
    (tmp_path / "playbooks/shop.yaml").write_text(block)
    (tmp_path / "schedules.yaml").write_text(
        "apiVersion: v1\nkind: ScheduleConfig\nschedules:\n"
        "  - {id: nightly-shop, cron: '0 2 * * *', timezone: UTC, playbook: shop-nights}\n"
    )

    project = load_project(tmp_path, kinds=CHANNELS, now=NOW)

    assert [playbook.id for playbook in project.playbooks] == ["shop-nights"]
    assert project.warnings == ()
