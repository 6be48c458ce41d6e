"""`init URL --crawl` on applications that nobody here wrote: what it writes is applied, approved once and passes twice, unedited; `make journey-crawl`.

Datasette, MkDocs and Flower from the package registries, each on loopback; the commands are a user's.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import yaml

from benchmarks import report
from benchmarks.journey_apps import installing
from benchmarks.journey_apps.__main__ import BENCH
from benchmarks.journey_apps.applications import BY_NAME
from benchmarks.journey_apps.serving import served
from benchmarks.journey_apps.watching import COMMAND
from benchmarks.sessions.sites import datasette

APPLICATIONS = ("datasette", "mkdocs", "flower")
PAGES = 6  # that are opened at most
RUNS = 2
MOST_SECONDS = 1800
RESULTS = report.RESULTS / "journey-crawl.json"
GOALS = {"applications": (">=", 3.0), "failed_runs": ("<=", 0.0)}


def main() -> None:
    """Crawl, approve, run; write each application's figures into benchmarks/results/journey-crawl.json."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.journey_crawl", description=__doc__)
    parser.add_argument("--only", nargs="*", default=[], choices=APPLICATIONS, help="these applications")
    arguments = parser.parse_args()
    for name in arguments.only or APPLICATIONS:
        with (
            tempfile.TemporaryDirectory(prefix=f"journey-crawl-{name}-") as scratch,
            _served(name, Path(scratch)) as url,
        ):
            _keep(_crawled(name, url, Path(scratch) / "project"))


def _keep(figures: dict[str, float]) -> None:
    """Beside those of the other applications, so that a journey that is broken off leaves what it has seen."""
    before = json.loads(RESULTS.read_text(encoding="utf-8"))["figures"] if RESULTS.exists() else {}
    single = {
        name: value for name, value in (before | figures).items() if name.partition("_")[0] in APPLICATIONS
    }
    sums = {
        "applications": float(sum(name.endswith("_views") for name in single)),
        "failed_runs": sum(value for name, value in single.items() if name.endswith("_failed_runs")),
    }
    wanted = ("mkdocs", "flower", "celery")
    report.write(
        "journey-crawl",
        sums | single,
        report.goals_of(sums, GOALS),
        versions={name: installing.PYPI[name] for name in wanted},
    )


@contextmanager
def _served(name: str, scratch: Path) -> Iterator[str]:
    if name == "datasette":
        with datasette(scratch) as url:
            yield url
        return
    installed, missing = installing.install(BENCH)
    if why := missing.get("pypi"):
        raise SystemExit(f"{name} is not to be had on this machine: {why}")
    with served(BY_NAME[name], installed, scratch) as url:
        yield url


def _crawled(name: str, url: str, folder: Path) -> dict[str, float]:
    """The figures of one: what the crawl found, and how its runs ended."""
    folder.mkdir()
    began_at = time.monotonic()
    # The front page of Flower leads on to /workers by script; a user gives the address that they see.
    first = next(iter(BY_NAME[name].routes.values())) if name in BY_NAME else "/"
    _call(folder, "init", f"{url}{first}", "--crawl", "--yes", "--id", name, "--pages", str(PAGES))
    seconds = time.monotonic() - began_at
    playbook = yaml.safe_load((folder / f"playbooks/{name}.yaml").read_text(encoding="utf-8"))
    before = (folder / f"playbooks/{name}.yaml").read_bytes()
    _call(folder, "apply", "--yes")
    _call(folder, "run", name, "--wait", "--quiet", expected=(1,))  # nothing is approved yet
    _call(folder, "baselines", "adopt", name)
    failed = 0
    for number in range(1, RUNS + 1):
        code, said = _run(folder, "run", name, "--wait", "--quiet")
        failed += code != 0
        print(f"{name:<10} run {number}: {' '.join(said.split())[:300]}", flush=True)
    assert (folder / f"playbooks/{name}.yaml").read_bytes() == before  # unedited
    steps = playbook["spec"]["steps"]
    shots = [action["screenshot"] for step in steps for action in step["actions"] if "screenshot" in action]
    return {
        f"{name}_views": float(len(shots) * len(playbook["spec"]["viewports"])),
        f"{name}_masked_pictures": float(sum(isinstance(shot, dict) and "mask" in shot for shot in shots)),
        f"{name}_crawl_seconds": seconds,
        f"{name}_runs": float(RUNS),
        f"{name}_failed_runs": float(failed),
    }


def _call(folder: Path, *words: str, expected: tuple[int, ...] = (0,)) -> None:
    code, said = _run(folder, *words)
    if code not in expected:
        raise RuntimeError(f"{' '.join(words)} ended with {code}: {said}")


def _run(folder: Path, *words: str) -> tuple[int, str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("INSPECT_", "DAGSTER_"))}
    done = subprocess.run(
        [COMMAND, *words],
        cwd=folder,
        env=kept,
        capture_output=True,
        text=True,
        timeout=MOST_SECONDS,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


if __name__ == "__main__":
    main()
