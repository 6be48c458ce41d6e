from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from inspect_pipelines.cli.main import cli
from inspect_pipelines.errors import ConfigInvalid, Refused

COMMAND = [sys.executable, "-c", "from inspect_pipelines.cli.main import main; main()"]


@pytest.fixture
def project(tmp_path, monkeypatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("INSPECT_HOME", str(tmp_path / ".inspect"))
    monkeypatch.delenv("INSPECT_PROJECT", raising=False)
    ran("init", "--url", "http://shop.test/x", "--id", "shop")
    return tmp_path


def ran(*arguments: str, raises: bool = False) -> Result:
    result = CliRunner().invoke(cli, arguments)
    if result.exception is not None and not raises:
        raise result.exception
    return result


def edit(project: Path, old: str, new: str) -> None:
    path = project / "schedules.yaml"
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))


def test_init_says_what_it_wrote_and_what_comes_next(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    result = ran("init", "--url", "https://acme.com", "--id", "acme", "--project", "qa")

    assert result.output.splitlines() == [
        "wrote qa/schedules.yaml",
        "wrote qa/playbooks/acme.yaml",
        "wrote qa/organization.yaml",
        "next: inspect-pipelines validate; inspect-pipelines apply; inspect-pipelines run acme",
    ]
    assert (tmp_path / ".inspect" / "playbook.schema.json").is_file()


def test_what_init_wrote_is_valid(project):
    assert ran("validate").output == "valid: 1 schedule, 0 triggers, 1 playbook in 3 files\n"


def test_validate_says_warnings_and_counts_them(project):
    edit(project, "    timezone: UTC", "    #timezone: UTC")

    result = ran("validate")

    assert result.stdout == "valid: 1 schedule, 0 triggers, 1 playbook in 3 files, 1 warning\n"
    assert result.stderr == (
        "warning schedules.yaml:11:11  schedules[0].cron  "
        "'0 2 * * *' has no timezone beside it, so it is read in UTC\n"
    )


def test_validate_raises_every_problem(project):
    edit(project, "playbook: shop", "playbook: shp\n    overlp: skip")

    result = ran("validate", raises=True)

    assert isinstance(result.exception, ConfigInvalid)
    assert len(result.exception.problems) == 1
    assert "unknown key 'overlp' (did you mean 'overlap'?)" in result.exception.problems[0]


def test_a_problem_ends_the_command_with_2_and_no_traceback(project):
    edit(project, "playbook: shop", "playbook: shp")

    done = subprocess.run([*COMMAND, "apply"], capture_output=True, text=True, timeout=300, check=False)

    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr == (
        "schedules.yaml:13:15  schedules[0].playbook  no playbook has the id 'shp' (did you mean 'shop'?)\n"
        "1 problem; nothing was changed\n"
    )
    assert not (project / ".inspect" / "compiled").exists()


def test_plan_then_apply_then_plan_tells_a_story(project):
    first = ran("plan").output.splitlines()
    assert first[0] == "+ schedule shop  Shop"
    assert [line for line in first if "UTC  =  " in line and line.endswith(" 02:00 UTC")] == first[2:7]
    assert first[-1] == "plan: 1 to create, 0 to change, 0 to delete, 0 unchanged"

    assert ran("apply").output.splitlines() == [
        "+ schedule shop  Shop",
        "",
        "applied: 1 created, 0 changed, 0 deleted, 0 unchanged",
    ]

    assert ran("plan").output.splitlines()[-1] == "nothing to change: 1 definition as applied"
    assert ran("apply").output.splitlines() == ["nothing to change: 1 definition as applied"]


def test_a_change_shows_each_field_old_and_new(project):
    ran("apply")
    edit(project, '"0 2 * * *"', '"0 3 * * *"')
    edit(project, "timeout_minutes: 10", "timeout_minutes: 20\n    repo: acme/shop")

    lines = ran("plan").output.splitlines()

    assert lines[:4] == [
        "~ schedule shop  Shop",
        "    cron             '0 2 * * *' -> '0 3 * * *'",
        "    repo             (none) -> 'acme/shop'",
        "    timeout_minutes  '10' -> '20'",
    ]


def test_many_changed_fields_are_cut_with_a_word_about_it(project):
    ran("apply")
    edit(project, "playbook: shop", "playbook: other")
    steps = "".join(f"    - {{id: s{number}, actions: [{{goto: /}}]}}\n" for number in range(6))
    (project / "playbooks/other.yaml").write_text(
        "apiVersion: v1\nkind: Playbook\nmetadata: {id: other, name: "
        f"{'x' * 80}}}\nspec:\n  base_url: http://shop.test\n  steps:\n{steps}"
    )

    output = ran("plan").output

    assert ".. and " in output
    assert " more (all of them with --json)" in output
    assert f"(none) -> '{'x' * 70}…'" in output


def test_a_deletion_is_refused_without_a_person_who_agrees(project):
    ran("apply")
    edit(project, "id: shop", "id: renamed")

    result = ran("apply", raises=True)

    assert isinstance(result.exception, Refused)
    assert (
        str(result.exception)
        == "'shop' would be deleted; nothing was changed: run it again with --yes to agree"
    )
    assert "- schedule shop" in result.output
    assert "0 runs and the baselines stay in the history" in result.output
    assert ran("plan").output.splitlines()[-1] == "plan: 1 to create, 0 to change, 1 to delete, 0 unchanged"


def test_a_deletion_with_yes_is_done(project):
    ran("apply")
    edit(project, "id: shop", "id: renamed")

    assert (
        ran("apply", "--yes").output.splitlines()[-1]
        == "applied: 1 created, 0 changed, 1 deleted, 0 unchanged"
    )
    assert ran("plan").output.splitlines()[-1] == "nothing to change: 1 definition as applied"


def test_a_lost_publication_is_said_by_plan_and_mended_by_apply(project):
    ran("apply")
    (project / ".inspect" / "compiled" / "default.json").unlink()

    assert ran("plan").output.splitlines()[-1] == (
        "nothing to change: 1 definition as applied, but not published; run: inspect-pipelines apply"
    )
    assert ran("apply").output == "nothing to change; published anew\n"
    assert (project / ".inspect" / "compiled" / "default.json").is_file()


def test_plan_as_json_holds_changes_fire_times_and_warnings(project):
    edit(project, "timezone: UTC", "timezone: Europe/Oslo")

    told = json.loads(ran("plan", "--json").stdout)

    assert told["changes"] == [
        {"change": "create", "kind": "schedule", "id": "shop", "name": "Shop", "fields": [], "runs": 0}
    ]
    assert (told["unchanged"], told["published"]) == (0, False)
    times = told["next"]["shop"]
    assert len(times) == 5
    assert times[0]["utc"].endswith("Z")
    assert times[0]["local"][11:16] == "02:00"
    assert isinstance(told["warnings"], list)


def test_apply_as_json_holds_what_was_done(project):
    assert json.loads(ran("apply", "--json").stdout) == {
        "changes": [
            {"change": "create", "kind": "schedule", "id": "shop", "name": "Shop", "fields": [], "runs": 0}
        ],
        "organization": [],
        "published": True,
        "switched_on": [],
        "unchanged": 0,
        "problem": "",
    }
    assert json.loads(ran("apply", "--json").stdout) == {
        "changes": [],
        "organization": [],
        "published": False,
        "switched_on": [],
        "unchanged": 1,
        "problem": "",
    }


def test_validate_loads_no_dagster_nor_database_and_a_list_nothing_that_asks_or_draws(project):
    code = (
        "import sys\n"
        "from inspect_pipelines.cli.main import cli\n"
        "cli(['validate'], standalone_mode=False)\n"
        "print(sorted({'dagster', 'pandas', 'sqlalchemy', 'duckdb', 'playwright', 'numpy', 'PIL'} & set(sys.modules)))\n"
        "cli(['runs', 'list'], standalone_mode=False)\n"
        "print(sorted({'dagster', 'pandas', 'playwright', 'numpy', 'httpx', 'jinja2'} & set(sys.modules)))"
    )

    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=300, check=True
    )

    assert [line for line in done.stdout.splitlines() if line.startswith("[")] == ["[]", "[]"]


def test_a_limit_that_this_machine_does_not_reach_is_told(project):
    """`limits: {organization: 8}` on two cores started two runs at once, and nobody said why."""
    path = project / "organization.yaml"
    path.write_text(path.read_text() + "\nlimits: {organization: 1000}\n")

    result = ran("validate")

    assert "limits.organization is 1000, and this machine starts" in result.output
    assert ", 1 warning" in result.output


def test_a_limit_beyond_what_all_workers_start_is_told_of_the_variable_that_says_so(project, monkeypatch):
    """Twelve runs started at once on two workers' machines, and a warning of two, one a core, stood there."""
    path = project / "organization.yaml"
    path.write_text(path.read_text() + "\nlimits: {organization: 20}\n")
    monkeypatch.setenv("INSPECT_MAX_RUNS", "12")

    assert "limits.organization is 20, and INSPECT_MAX_RUNS lets 12 start at once" in ran("validate").output
    monkeypatch.setenv("INSPECT_MAX_RUNS", "20")
    assert "warning" not in ran("validate").output


def test_a_change_of_the_organization_alone_is_planned_and_applied(project):
    ran("apply")
    (project / "organization.yaml").write_text(
        "apiVersion: v1\nkind: OrganizationConfig\nlimits: {target_host: 2}\n"
    )

    planned = ran("plan").output.splitlines()
    told = json.loads(ran("plan", "--json").stdout)
    applied = ran("apply").output.splitlines()

    assert planned[0] == "~ organization.yaml"
    assert "    limits.target_host  '1' -> '2'" in planned
    assert planned[-1] == "plan: 1 setting of organization.yaml to change"
    assert told["organization"] == [{"path": "limits.target_host", "old": "1", "new": "2"}]
    assert applied[-1] == "applied: 1 setting of organization.yaml changed"
    assert ran("plan").output.splitlines()[-1] == "nothing to change: 1 definition as applied"
