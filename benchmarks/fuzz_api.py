"""Ask the API whatever its document allows and forbids (make fuzz-api BENCH_ARGS="--cases 50000 --seed 1").

A home of its own with a schedule, runs and a token; the web process as `up` starts it, but open to other machines, so
that it asks for the token; and schemathesis over it: examples, coverage of boundaries, chance, and chains of requests.
What must hold: no server error, no answer that the document does not declare, nothing accepted that it forbids.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from benchmarks import report
from inspect_pipelines.config.settings import Settings
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.engine.addresses import answers, free_port
from inspect_pipelines.usecases.runs import start
from inspect_pipelines.usecases.runs.conclude import abort
from inspect_pipelines.wiring import house as build
from resources.clock import SystemClock

RUNS = 30
SITE = "http://127.0.0.1:9"  # nothing plays, so nothing needs to answer
READY_SECONDS = 60.0
# A cursor is any text in the document, and only that of a page is taken.
LEFT_OUT = "positive_data_acceptance"
# Nobody executes runs here, so they are 503, which counts as a server error; a stream has no end to wait for.
NOT_ASKED = "run-now|retry|progress"
CASES = 50_000
WANTED = {
    "cases": (">=", float(CASES)),
    "server_errors": ("<=", 0.0),
    "undocumented_answers": ("<=", 0.0),
    "other_failures": ("<=", 0.0),
}
SERVER_ERROR = "ServerError"
# What schemathesis calls answers that the document does not declare.
UNDOCUMENTED = (
    "UndefinedStatusCode",
    "UndefinedContentType",
    "MissingContentType",
    "MalformedMediaType",
    "MissingHeaders",
    "JsonSchemaError",
    "MalformedJson",
)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--cases", type=int, default=CASES, help="over all operations, about; with fewer nothing is written"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path, default=None, help="where schemathesis' own report is kept")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home, project = Path(folder) / "home", Path(folder) / "project"
        token = fill(home, project)
        with serving(home) as url:
            operations = sum(
                len(methods) for methods in httpx.get(f"{url}/openapi.json").json()["paths"].values()
            )
            kept = arguments.json or Path(folder) / "schemathesis.json"
            code = ask(url, token, max(1, arguments.cases // operations), arguments.seed, kept)
        found = json.loads(kept.read_text(encoding="utf-8"))
    figures = figures_of(found)
    goals = report.goals_of(figures, WANTED)
    if arguments.cases >= CASES and found["complete"]:
        report.write("fuzz-api", figures, goals, versions={"schemathesis": found["schemathesis_version"]})
    else:
        report.show(figures, goals)
    return code


def figures_of(found: Mapping[str, Any]) -> dict[str, float]:
    """What schemathesis found, by what it means for us."""
    counts = {one["type"]: one["count"] for one in found["failures"]}
    undocumented = sum(counts.get(one, 0) for one in UNDOCUMENTED)
    errors = counts.get(SERVER_ERROR, 0)
    return {
        "operations": float(found["operations"]["tested"]),
        "cases": float(found["test_cases"]["generated"]),
        "seconds": float(found["running_time"]),
        "server_errors": float(errors),
        "undocumented_answers": float(undocumented),
        "other_failures": float(sum(counts.values()) - errors - undocumented + len(found["errors"])),
    }


def fill(home: Path, project: Path) -> str:
    """A project that is applied, runs that have ended, and an administrator's token."""
    project.mkdir()
    command(home, project, "init", "--url", SITE)
    command(home, project, "apply")
    command(home, project, "users", "add", "ada", "--role", "admin")
    house = build(Settings(home=home))
    with house.ledger.read() as ledger:
        definitions = ledger.definitions.all()
    for number in range(RUNS):
        run = start.request(house, definitions[0].id, {}, by="user:ada", key=str(number))
        abort(house, run.id, RunStatus.ERROR, "nothing was played")
    house.ledgers.close()
    return command(home, project, "tokens", "create", "ada", "--name", "fuzz").strip()


def command(home: Path, project: Path, *words: str) -> str:
    argv = [sys.executable, "-c", "from inspect_pipelines.cli.main import main; main()", *words]
    done = subprocess.run(
        argv, cwd=project, env=surroundings(home), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"{' '.join(words)}: {done.stderr or done.stdout}")
    return done.stdout


@contextmanager
def serving(home: Path) -> Iterator[str]:
    """Its address."""
    clock = SystemClock()
    port = free_port(8470, host="127.0.0.1")
    argv = [sys.executable, "-m", "inspect_pipelines.cli.serve", "--host", "0.0.0.0", "--port", str(port)]
    with (home / "web.log").open("wb") as log:
        server = subprocess.Popen(argv, env=surroundings(home), stdout=log, stderr=log)
    try:
        deadline = clock.monotonic() + READY_SECONDS
        while not answers("127.0.0.1", port, "/healthz"):
            if clock.monotonic() > deadline or server.poll() is not None:
                raise SystemExit((home / "web.log").read_text(errors="replace"))
            clock.sleep(0.2)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(20)


def ask(url: str, token: str, each: int, seed: int, kept: Path) -> int:
    argv = [str(Path(sys.executable).with_name("schemathesis")), "run", f"{url}/openapi.json"]
    argv += ["--header", f"Authorization: Bearer {token}", "--exclude-checks", LEFT_OUT]
    argv += ["--exclude-path-regex", NOT_ASKED]
    argv += ["--max-examples", str(each), "--seed", str(seed), "--continue-on-failure", "--warnings", "off"]
    argv += ["--report", "json", "--report-json-path", str(kept)]
    print(json.dumps({"max_examples": each, "seed": seed}), flush=True)
    return subprocess.run(argv, check=False).returncode


def surroundings(home: Path) -> dict[str, str]:
    return {**os.environ, "INSPECT_HOME": str(home), "INSPECT_API_REQUESTS": "1000000000"}


if __name__ == "__main__":
    sys.exit(main())
