"""The engine behind a running Dagster UI: launch, terminate and look at runs over its GraphQL."""

from __future__ import annotations

import ssl
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from inspect_pipelines.errors import InspectError, NotFound, Refused, Unavailable
from inspect_pipelines.ports.clock import Clock
from inspect_pipelines.ports.engine import UPKEEP, Launch

CONNECT_SECONDS = 3.0
ANSWER_SECONDS = (
    60.0  # without a daemon the answer to a launch waits for the run's process: 4 s on an idle machine
)
CONNECTION_RETRIES = 2
PATIENCE_SECONDS = (
    20.0  # from `apply` until the code server has loaded a new job; or from a launch until it runs
)
LOOK_EVERY_SECONDS = 0.5
ASK_WHO_RUNS_IT = "see whether it is up, and whether INSPECT_DAGSTER_URL names it"

IS_OVER = frozenset({"SUCCESS", "FAILURE", "CANCELED"})

JOBS = """
query Jobs { repositoriesOrError { __typename
  ... on RepositoryConnection { nodes { name location { name } jobs { name } } }
  ... on PythonError { message } } }
"""
LAUNCH = """
mutation Launch($params: ExecutionParams!) { launchRun(executionParams: $params) { __typename
  ... on LaunchRunSuccess { run { runId } }
  ... on RunConfigValidationInvalid { errors { message } }
  ... on Error { message } } }
"""
TERMINATE = """
mutation Terminate($id: String!) { terminateRun(runId: $id, terminatePolicy: SAFE_TERMINATE) { __typename
  ... on TerminateRunFailure { message }
  ... on Error { message } } }
"""
STATUS = """
query Status($id: ID!) { runOrError(runId: $id) { __typename ... on Run { status } ... on Error { message } } }
"""

NOT_FOUND = frozenset({"PipelineNotFoundError", "RunNotFoundError", "RepositoryNotFoundError"})
REFUSED = frozenset(
    {
        "RunConfigValidationInvalid",
        "RunConflict",
        "UnauthorizedError",
        "ReloadNotSupported",
        "InvalidSubsetError",
        "TerminateRunFailure",
    }
)


class GraphqlEngine:
    """`ports.Engine` over the UI at `url`.

    Args:
        url: Named in sentences; its path is the one that the UI is below.
        clock: To wait with.
        socket: The Unix socket that the UI's own server listens on, so that no other server of ours has to be well;
            None: `url` is asked.
        patience_seconds: For a job that was just published, or a run that is just starting.
        answer_seconds: For one answer.
    """

    def __init__(
        self,
        url: str,
        clock: Clock,
        *,
        socket: Path | None = None,
        patience_seconds: float = PATIENCE_SECONDS,
        answer_seconds: float = ANSWER_SECONDS,
    ) -> None:
        self.url = url.rstrip("/")
        self._advice = "is `inspect-pipelines up` running?" if socket else ASK_WHO_RUNS_IT
        self._clock = clock
        self._patience_seconds = patience_seconds
        import httpx  # 0.1 s, which only those pay who ask somebody

        # Nobody speaks TLS on a socket of this machine, and to read whom we trust takes another tenth of a second.
        trusted = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT) if socket else httpx.create_ssl_context()
        self._errors = httpx.HTTPError
        self._client = httpx.Client(
            timeout=httpx.Timeout(answer_seconds, connect=min(CONNECT_SECONDS, answer_seconds)),
            transport=httpx.HTTPTransport(
                verify=trusted,
                retries=CONNECTION_RETRIES,  # of connecting only: nothing is sent twice
                uds=str(socket) if socket else None,
            ),
            trust_env=False,  # a proxy has no business between two processes of one machine
        )

    def close(self) -> None:
        self._client.close()

    def answers(self) -> bool:
        """Whether a Dagster UI listens there."""
        try:
            reply = self._client.get(f"{self.url}/server_info", timeout=CONNECT_SECONDS)
            return reply.status_code == 200 and "dagster_version" in reply.json()
        except (self._errors, ValueError):
            return False

    def launch(self, launch: Launch) -> str:
        """Start it and return its Dagster run id; waits for a job that was published just now.

        Raises:
            NotFound: No job has this name.
            Refused: Dagster does not take it.
            Unavailable: Nobody answered, or Dagster failed.
        """
        asked = f"launching {launch.job_name!r}"
        repository, location = self._home_of(launch.job_name, asked)
        params = {
            "selector": {
                "repositoryName": repository,
                "repositoryLocationName": location,
                "jobName": launch.job_name,
            },
            "runConfigData": {},
            "executionMetadata": {"tags": [{"key": key, "value": text} for key, text in launch.tags.items()]},
        }
        answer = expected("LaunchRunSuccess", self.ask(LAUNCH, asked, params=params)["launchRun"], asked)
        run_id: str = answer["run"]["runId"]
        return run_id

    def terminate(self, handle: str) -> None:
        """Ask for its end; what has already ended stays as it is, and what is just starting is waited for.

        Raises:
            NotFound: Dagster knows no such run.
            Refused: It cannot be terminated, and lives.
            Unavailable: Nobody answered, or Dagster failed.
        """
        asked = f"terminating Dagster run {handle!r}"
        deadline = self._clock.monotonic() + self._patience_seconds
        while True:
            answer = self.ask(TERMINATE, asked, id=handle)["terminateRun"]
            failed = answer["__typename"] == "TerminateRunFailure"
            if failed and not self.is_alive(handle):
                return
            if not failed or self._clock.monotonic() >= deadline:
                expected("TerminateRunSuccess", answer, asked)
                return
            self._clock.sleep(LOOK_EVERY_SECONDS)

    def is_alive(self, handle: str) -> bool:
        """False once it has ended, or when Dagster does not know it; True when nobody answers: it may be alive."""
        asked = f"looking at Dagster run {handle!r}"
        try:
            answer = expected("Run", self.ask(STATUS, asked, id=handle)["runOrError"], asked)
        except NotFound:
            return False
        except Unavailable:
            return True
        return answer["status"] not in IS_OVER

    def _home_of(self, job_name: str, asked: str) -> tuple[str, str]:
        """(repository, location) of a job."""
        deadline = self._clock.monotonic() + self._patience_seconds
        while True:
            answer = expected("RepositoryConnection", self.ask(JOBS, asked)["repositoriesOrError"], asked)
            jobs = {
                job["name"]: (node["name"], node["location"]["name"])
                for node in of_ours(answer["nodes"])
                for job in node["jobs"]
            }
            if job_name in jobs:
                return jobs[job_name]
            if self._clock.monotonic() >= deadline:
                known = ", ".join(sorted(name for name in jobs if not name.startswith("_"))) or "none"
                raise NotFound(
                    f"{asked} failed: Dagster at {self.url} has no such job (it has: {known}); "
                    "publish it with: inspect-pipelines apply"
                )
            self._clock.sleep(LOOK_EVERY_SECONDS)

    def ask(self, query: str, asked: str, **variables: object) -> dict[str, Any]:
        """The `data` of an answer.

        Raises:
            Unavailable: Nobody answered, or Dagster failed.
        """
        try:
            reply = self._client.post(f"{self.url}/graphql", json={"query": query, "variables": variables})
            body = reply.json()
        except self._errors as error:
            raise Unavailable(
                f"{asked} failed: Dagster at {self.url} does not answer ({type(error).__name__}); {self._advice}"
            ) from error
        except ValueError as error:
            raise Unavailable(
                f"{asked} failed: {self.url} answered {reply.status_code} without JSON; is it a Dagster UI?"
            ) from error
        data = body.get("data") if isinstance(body, dict) else None
        if not isinstance(data, dict) or body.get("errors"):
            problems = body.get("errors") if isinstance(body, dict) else None
            what = problems[0].get("message", "no reason given") if problems else "no data"
            raise Unavailable(f"{asked} failed: Dagster at {self.url} answered {reply.status_code}: {what}")
        return data


def of_ours(repositories: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Those with our definitions; a Dagster that others run may have more, with jobs of any name."""
    return [one for one in repositories if UPKEEP in {job["name"] for job in one["jobs"]}]


def expected(typename: str, answer: Mapping[str, Any], asked: str) -> Mapping[str, Any]:
    """The answer, when it is of this type; else its error as one of ours."""
    found = answer["__typename"]
    if found == typename:
        return answer
    kind: type[InspectError] = (
        NotFound if found in NOT_FOUND else Refused if found in REFUSED else Unavailable
    )
    raise kind(f"{asked} failed: {first_line(answer)} ({found})")


def first_line(answer: Mapping[str, Any]) -> str:
    texts = [answer.get("message") or "", *(error["message"] for error in answer.get("errors", []))]
    told = "; ".join(text.strip().splitlines()[0] for text in texts if text.strip())
    return told or "no reason given"
