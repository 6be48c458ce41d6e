"""The chart: helm renders it, Kubernetes' schemas take what comes out, and no pod of it may more than it must. No cluster saw it."""

from __future__ import annotations

import copy
import re
import subprocess
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import kubernetes_validate
import pytest
import yaml

from inspect_pipelines.cli.main import cli
from inspect_pipelines.config.settings import PREFIX, Settings

ROOT = Path(__file__).parents[1]
CHART = ROOT / "deploy/chart"
HELM = Path(sysconfig.get_path("scripts")) / "helm"
VERSIONS = ["1.29", "1.37"]  # the oldest that Chart.yaml allows, and the newest whose schemas are known
IMAGE = ["--set", "image.repository=registry.test/inspect", "--set-string", "image.tag=2026.11"]
THEIRS = "http://dagster-webserver:8480/dagster"
ALL = [
    *IMAGE,
    "--set",
    "worker.replicas=2",
    "--set",
    "worker.queues={runs,untrusted}",
    "--set",
    "project.claim=books",
]

Thing = dict[str, Any]


def rendered(*options: str) -> list[Thing]:
    done = helm("template", "shop", str(CHART), *options)
    assert done.returncode == 0, done.stderr
    return [thing for thing in yaml.safe_load_all(done.stdout) if thing]


def helm(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([HELM, *words], capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def made() -> list[Thing]:
    return rendered(*ALL)


@pytest.fixture
def things(made: list[Thing]) -> list[Thing]:
    return copy.deepcopy(made)


def pods(things: list[Thing]) -> Iterator[tuple[str, Thing]]:
    """Name and specification of each."""
    for thing in things:
        if thing["kind"] == "Deployment":
            yield thing["metadata"]["name"], thing["spec"]["template"]["spec"]


def problems(things: list[Thing]) -> list[str]:
    """What is wrong with what was rendered."""
    wrong = []
    for name, pod in pods(things):
        if pod["securityContext"].get("runAsNonRoot") is not True:
            wrong.append(f"{name} may run as root")
        if pod.get("automountServiceAccountToken") is not False:
            wrong.append(f"{name} has a token of the cluster")
        volumes = {one["name"] for one in pod["volumes"]}
        (container,) = pod["containers"]
        may = container["securityContext"]
        if may != {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }:
            wrong.append(f"{name} may more than it must")
        wrong += [
            f"{name} mounts {one['name']}, which is no volume"
            for one in container["volumeMounts"]
            if one["name"] not in volumes
        ]
        for one in container["env"]:
            field = one["name"].removeprefix(PREFIX).lower()
            if one["name"].startswith(PREFIX) and field not in Settings.model_fields:
                wrong.append(f"{name} sets {one['name']}, which is no setting")
            if re.search("PASSWORD|KEY|(?<!DAGSTER_)URL", one["name"]) and "value" in one:
                wrong.append(f"{name} has a secret written into it: {one['name']}")
        wrong += [f"{name}: {said}" for said in misread(container["args"])]
    return wrong


def misread(words: list[str]) -> list[str]:
    """What our own command line says against them."""
    command = cli.get_command(click.Context(cli), words[0])
    if command is None:
        return [f"{words[0]} is no command"]
    try:
        command.make_context(words[0], list(words[1:]))
    except click.UsageError as error:
        return [error.format_message()]
    return []


def test_kubernetes_takes_what_is_rendered(things: list[Thing]) -> None:
    for version in VERSIONS:
        for thing in things:
            kubernetes_validate.validate(thing, version, strict=True)
    assert len({(thing["kind"], thing["metadata"]["name"]) for thing in things}) == len(things) == 9


def test_a_misspelt_field_is_noticed(things: list[Thing]) -> None:
    web = next(one for one in things if one["kind"] == "Deployment")
    web["spec"]["template"]["spec"]["automountServiceAccountTokens"] = False

    with pytest.raises(kubernetes_validate.ValidationError, match="automountServiceAccountTokens"):
        kubernetes_validate.validate(web, VERSIONS[-1], strict=True)


def test_no_pod_may_more_than_it_must_and_all_is_ours(things: list[Thing]) -> None:
    assert problems(things) == []


@pytest.mark.parametrize(
    ("path", "value", "problem"),
    [
        (["securityContext", "runAsNonRoot"], False, "may run as root"),
        (["automountServiceAccountToken"], True, "has a token of the cluster"),
        (["containers", 0, "securityContext", "readOnlyRootFilesystem"], False, "may more than it must"),
        (["containers", 0, "args"], ["wbe"], "wbe is no command"),
        (["containers", 0, "args"], ["web", "--prot", "1"], "No such option"),
        (["containers", 0, "env"], [{"name": "INSPECT_HOEM", "value": "/x"}], "is no setting"),
        (["containers", 0, "env"], [{"name": "INSPECT_LOGINS_KEY", "value": "s3cret"}], "a secret written"),
        (["containers", 0, "volumeMounts", 0, "name"], "homes", "which is no volume"),
    ],
)
def test_each_problem_is_seen(things: list[Thing], path: list[Any], value: object, problem: str) -> None:
    place: Any = next(pods(things))[1]
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    assert problem in " ".join(problems(things))


def test_labels_select_the_pods_that_they_mean(things: list[Thing]) -> None:
    labelled = {
        one["metadata"]["name"]: one["spec"]["template"]["metadata"]["labels"]
        for one in things
        if one["kind"] == "Deployment"
    }
    by_kind = {(one["kind"], one["metadata"]["name"]): one["spec"] for one in things if "spec" in one}

    def meant(selector: dict[str, str]) -> set[str]:
        return {name for name, has in labelled.items() if selector.items() <= has.items()}

    assert meant(by_kind["Service", "shop"]["selector"]) == {"shop-web"}
    assert meant(by_kind["PodDisruptionBudget", "shop-web"]["selector"]["matchLabels"]) == {"shop-web"}
    assert meant(by_kind["NetworkPolicy", "shop-web"]["podSelector"]["matchLabels"]) == {"shop-web"}
    assert meant(by_kind["NetworkPolicy", "shop-closed"]["podSelector"]["matchLabels"]) == set(labelled)


def test_one_that_leaves_answers_until_nobody_asks_it_any_more(things: list[Thing]) -> None:
    web = dict(pods(things))["shop-web"]
    ready = web["containers"][0]["readinessProbe"]
    drain = int(web["containers"][0]["args"][web["containers"][0]["args"].index("--drain") + 1])

    assert drain > ready["periodSeconds"] * ready["failureThreshold"]
    assert web["terminationGracePeriodSeconds"] >= drain + 30


def test_without_workers_nobody_asks_for_a_broker() -> None:
    things = rendered(*IMAGE)

    names = {one["name"] for _, pod in pods(things) for one in pod["containers"][0]["env"]}
    assert "INSPECT_DATABASE_URL" in names
    assert "INSPECT_BROKER_URL" not in names
    assert sorted(name for name, _ in pods(things)) == ["shop-daemon", "shop-web"]


def test_a_claim_of_ones_own_is_used_and_none_is_made() -> None:
    things = rendered(*IMAGE, "--set", "home.claim=kept")

    assert [one for one in things if one["kind"] == "PersistentVolumeClaim"] == []
    claims = {pod["volumes"][0]["persistentVolumeClaim"]["claimName"] for _, pod in pods(things)}
    assert claims == {"kept"}


def test_where_others_run_dagster_each_pod_knows_where_and_its_ui_is_closed_to_all_but_us() -> None:
    things = rendered(*IMAGE, "--set", f"dagster.url={THEIRS}")

    for version in VERSIONS:
        for thing in things:
            kubernetes_validate.validate(thing, version, strict=True)
    assert problems(things) == []
    told = [one for _, pod in pods(things) for one in pod["containers"][0]["env"] if "DAGSTER" in one["name"]]
    assert told == [{"name": "INSPECT_DAGSTER_URL", "value": THEIRS}] * 2
    named = {one["metadata"]["name"]: one["spec"] for one in things if one["kind"] == "NetworkPolicy"}
    lets_in = named["shop-dagster"]["ingress"][0]["from"]
    assert named["shop-dagster"]["podSelector"]["matchLabels"] == {"component": "dagster-webserver"}
    assert lets_in[0]["podSelector"]["matchLabels"]["app.kubernetes.io/instance"] == "shop"
    assert "shop-dagster" not in {
        one["metadata"]["name"]
        for one in rendered(*IMAGE, "--set", f"dagster.url={THEIRS},dagster.closed=false")
    }


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ([], "image.repository"),
        ([*IMAGE[:2], "--set", "image.tag=latest"], "image.tag"),
        ([*IMAGE, "--set", "web.replicas=0"], "web.replicas"),
        ([*IMAGE, "--set", "webs.replicas=3"], "webs"),
        ([*IMAGE, "--set", "settings.HOME=/x"], "HOME"),
        ([*IMAGE, "--set", "worker.queues={a b}"], "worker.queues"),
        ([*IMAGE, "--set", "dagster.url=dagster:3000"], "dagster.url"),
        ([*ALL, "--set", f"dagster.url={THEIRS}"], "worker.replicas"),
    ],
)
def test_values_that_cannot_be_meant_are_refused(options: list[str], said: str) -> None:
    done = helm("template", "shop", str(CHART), *options)
    assert done.returncode != 0
    assert said in done.stderr
