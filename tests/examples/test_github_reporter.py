"""The workflow with reports says what our commands take, and what GitHub's workflows are made of."""

from __future__ import annotations

import shlex
from pathlib import Path

import yaml

from inspect_pipelines.cli.main import cli
from inspect_pipelines.cli.reporters.asked import asked
from inspect_pipelines.domain.access import Permission

EXAMPLE = Path(__file__).parents[2] / "examples/github-actions-reporter.yaml"
OF_A_WORKFLOW = {"name", "on", "permissions", "jobs"}
OF_A_JOB = {"runs-on", "timeout-minutes", "env", "steps"}
OF_A_STEP = {"name", "if", "run", "uses", "with"}


def words_after(text: str) -> list[str]:
    """What follows our command on its line."""
    (line,) = [one for one in text.splitlines() if "inspect-pipelines " in one]
    return shlex.split(line.partition("inspect-pipelines ")[2])


def test_its_command_is_one_of_ours_and_its_reporters_are_known(tmp_path, monkeypatch):
    (job,) = yaml.safe_load(EXAMPLE.read_text())["jobs"].values()
    name, *words = words_after(job["steps"][0]["run"])

    monkeypatch.chdir(tmp_path)
    (tmp_path / "reports").mkdir()
    command = cli.get_command(None, name)  # type: ignore[arg-type]
    context = command.make_context(name, words)

    assert context.params["definition_id"] == "nightly-checkout"
    assert context.params["wait"]
    assert [one.kind for one in asked(context.params["reporters"])] == ["github", "junit", "markdown", "json"]


def test_the_token_that_it_names_is_made_by_a_command_of_ours():
    group, name, *words = words_after(EXAMPLE.read_text().partition("\nname:")[0])

    command = cli.get_command(None, group).commands[name]  # type: ignore[arg-type, union-attr]
    context = command.make_context(name, words)

    assert set(context.params["scopes"]) <= {str(one) for one in Permission}


def test_it_has_the_keys_of_a_workflow_and_no_others():
    workflow = yaml.load(EXAMPLE.read_text(), yaml.BaseLoader)

    (job,) = workflow["jobs"].values()
    assert set(workflow) <= OF_A_WORKFLOW
    assert set(job) <= OF_A_JOB
    assert all(set(step) <= OF_A_STEP and ("run" in step) != ("uses" in step) for step in job["steps"])
