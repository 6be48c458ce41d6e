"""`owners_file` of organization.yaml: the repository's own CODEOWNERS."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from builders import a_screenshot, a_session, a_view
from inspect_pipelines.config.owners_file import SENT, written_owners
from inspect_pipelines.config.project import Project, load_project
from inspect_pipelines.config.uploaded import uploaded_project
from inspect_pipelines.domain.ids import DefinitionId
from inspect_pipelines.domain.ownership import owners_of_views
from inspect_pipelines.errors import ConfigInvalid
from resources.channels.registry import CHANNELS

NOW = datetime(2026, 11, 30, tzinfo=UTC)
CODEOWNERS = """# the whole repository
*                        @acme/everybody
/src/                    @acme/backend
*.py                     @acme/backend
/qa/                     @qa
/qa/playbooks/till.yaml  @payments ada@acme.example # the till's own
routes/admin/            @ops
"""
PLAYBOOK = """apiVersion: v1
kind: Playbook
metadata: {{id: {name}}}
spec:
  steps: [{{id: open, actions: [{{goto: "https://shop.example/"}}]}}]
"""


def a_repository(
    folder: Path, text: str = CODEOWNERS, owners_file: str = "../.github/CODEOWNERS", more: str = ""
) -> Path:
    """A checkout whose project lies in `qa`."""
    root = folder / "qa"
    (root / "playbooks").mkdir(parents=True)
    (folder / ".git").mkdir()
    (folder / ".github").mkdir()
    (folder / ".github/CODEOWNERS").write_text(text)
    (root / "organization.yaml").write_text(
        f"apiVersion: v1\nkind: OrganizationConfig\nowners_file: {owners_file}\n{more}"
    )
    (root / "schedules.yaml").write_text("apiVersion: v1\nkind: ScheduleConfig\n")
    for file, name in (("till", "checkout"), ("tour", "shop")):
        (root / f"playbooks/{file}.yaml").write_text(PLAYBOOK.format(name=name))
    return root


def loaded(root: Path) -> Project:
    return load_project(root, kinds=CHANNELS, now=NOW)


def owners(project: Project, playbook: str, route: str = "/") -> tuple[str, ...]:
    view = a_view(playbook=playbook)
    sessions = [a_session(screenshots=(a_screenshot(view=view, route=route),))]
    return owners_of_views(project.organization.owners, DefinitionId("nightly"), sessions, [view])


def test_who_owns_a_playbooks_file_owns_its_views(tmp_path: Path) -> None:
    project = loaded(a_repository(tmp_path))

    assert owners(project, "checkout") == ("payments", "ada@acme.example")
    assert owners(project, "shop") == ("qa",)
    assert owners(project, "shop", "/admin/users") == ("ops",)
    assert owners(project, "made-by-the-api") == ("acme/everybody",)
    assert project.warnings == ()


def test_the_organisations_own_list_wins(tmp_path: Path) -> None:
    project = loaded(a_repository(tmp_path, more='owners: "home@* bob"\n'))

    assert owners(project, "checkout") == ("bob",)


def test_a_folder_of_the_repository_that_is_called_like_one_of_ours_means_its_files(tmp_path: Path) -> None:
    root = a_repository(tmp_path)
    (tmp_path / "routes").mkdir()

    assert owners(loaded(root), "shop", "/admin/users") == ("qa",)


def test_a_project_may_be_the_checkouts_own_folder(tmp_path: Path) -> None:
    root = a_repository(tmp_path / "elsewhere", owners_file="CODEOWNERS")
    (root / ".git").mkdir()
    (root / "CODEOWNERS").write_text(
        "playbooks/ @qa\n/playbooks/till.yaml @payments\nplaybooks/shop/home* @ada\n"
    )

    project = loaded(root)

    assert [owners(project, name) for name in ("checkout", "shop", "other")] == [
        ("payments",),
        ("ada",),
        ("qa",),
    ]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (
            "* a\n!/qa/ b\n",
            "../.github/CODEOWNERS:2:1  pattern '!/qa/' begins with '!', which CODEOWNERS has not",
        ),
        ("qa/[ b\n", "../.github/CODEOWNERS:1:1  pattern 'qa/[' has an unclosed '['"),
        (
            "\n[Docs] b\n",
            "../.github/CODEOWNERS:2:1  pattern '[Docs]' begins a section, which only GitLab has",
        ),
    ],
)
def test_a_line_that_cannot_be_followed_is_left_out_with_a_sentence(
    tmp_path: Path, text: str, says: str
) -> None:
    project = loaded(a_repository(tmp_path, text))

    (warning,) = project.warnings
    assert warning.startswith(says)
    assert warning.endswith("; the line is left out")


@pytest.mark.parametrize(
    ("owners_file", "says"),
    [
        ("../../secrets", "'../../secrets' leads out of the repository that holds the project"),
        ("/etc/passwd", "'/etc/passwd' leads out of the repository"),
        ("CODEOWNERS", "'CODEOWNERS' cannot be read: no such file or directory"),
        ("../.github", "'../.github' cannot be read: is a directory"),
        ("../binary", "'../binary' is no text: it is not UTF-8"),
        ("../link", "'../link' leads out of the repository"),
    ],
)
def test_a_file_that_cannot_be_read_is_a_fault(tmp_path: Path, owners_file: str, says: str) -> None:
    repository = tmp_path / "repository"
    root = a_repository(repository, owners_file=owners_file)
    (tmp_path / "secrets").write_text("* ada\n")
    (repository / "link").symlink_to(tmp_path / "secrets")
    (repository / "binary").write_bytes(b"\xff\xfe")

    with pytest.raises(ConfigInvalid) as refused:
        loaded(root)
    with pytest.raises(ConfigInvalid):
        written_owners(root)

    assert f"organization.yaml:3:14  owners_file  {says}" in str(refused.value)


def test_a_project_that_is_sent_takes_what_the_file_says_of_it_along(tmp_path: Path) -> None:
    root = a_repository(tmp_path)
    files = {str(one.relative_to(root)): one.read_text() for one in root.rglob("*.yaml")}
    said = written_owners(root)

    there = uploaded_project({**files, SENT: said or ""}, kinds=CHANNELS, now=NOW)

    here = loaded(root)
    for playbook, route in (("checkout", "/"), ("shop", "/"), ("shop", "/admin/users"), ("other", "/")):
        assert owners(there, playbook, route) == owners(here, playbook, route)
    assert "backend" not in (said or "")
    assert there.warnings == ()
    assert uploaded_project(files, kinds=CHANNELS, now=NOW).organization.owners == ()
