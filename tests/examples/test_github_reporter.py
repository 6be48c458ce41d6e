"""The workflow with reports says what our commands take, and what GitHub's workflows are made of."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import jsonschema_rs
import pytest
import yaml

from inspect_pipelines.cli.main import cli
from inspect_pipelines.cli.reporters.asked import asked
from inspect_pipelines.domain.access import Permission

EXAMPLE = Path(__file__).parents[2] / "examples/github-actions-reporter.yaml"
EXAMPLES = sorted(EXAMPLE.parent.glob("github-actions*.yaml"))
# SchemaStore's, as check-jsonschema 0.39 ships it
SCHEMA = json.loads((Path(__file__).parents[1] / "vendored/github-workflows.schema.json").read_text())


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
    assert [one.kind for one in asked(context.params["reporters"])] == [
        "github",
        "junit",
        "markdown",
        "json",
        "pictures",
    ]
    assert context.params["branch"] == "$BRANCH"


def test_the_token_that_it_names_is_made_by_a_command_of_ours():
    group, name, *words = words_after(EXAMPLE.read_text().partition("\nname:")[0])

    command = cli.get_command(None, group).commands[name]  # type: ignore[arg-type, union-attr]
    context = command.make_context(name, words)

    assert set(context.params["scopes"]) <= {str(one) for one in Permission}


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_it_is_a_workflow_as_github_describes_them(path):
    workflow = _read(path.read_text())

    jsonschema_rs.validator_for(SCHEMA).validate(workflow)


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("runs-on:", "run-on:"),
        ("    steps:", "    step:"),
        ("timeout-minutes: 60", "timeout-minutes: soon"),
        ("uses:", "use:"),
    ],
)
def test_what_github_would_refuse_is_seen(right, wrong):
    workflow = _read(EXAMPLE.read_text().replace(right, wrong))

    assert not jsonschema_rs.validator_for(SCHEMA).is_valid(workflow)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_nothing_that_a_stranger_names_becomes_a_command(path):
    """Whoever opens a pull request names its branch; `${{ }}` in a script is pasted into it before a shell reads it."""
    (job,) = _read(path.read_text())["jobs"].values()

    assert not [step["run"] for step in job["steps"] if re.search(r"\$\{\{", step.get("run", ""))]


def test_its_summary_links_to_what_its_upload_kept():
    (job,) = _read(EXAMPLE.read_text())["jobs"].values()
    run, upload, link = job["steps"]

    kept = {Path(name).parts[0] for name in re.findall(r"=(reports[^, \n]*)", run["run"])}
    assert kept == {upload["with"]["path"]}
    assert link["env"]["ARTIFACT"] == f"${{{{ steps.{upload['id']}.outputs.artifact-url }}}}"
    assert all("always()" in step["if"] for step in (upload, link)), "also of a run that failed"


def _read(text):
    """As a runner reads it: YAML 1.2, in which `on` is a word."""
    workflow = yaml.safe_load(text)
    if True in workflow:
        workflow["on"] = workflow.pop(True)
    return workflow
