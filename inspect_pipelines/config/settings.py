"""The only reader of the environment: where things are, and what a secret reference means."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, Field, SecretStr, ValidationError, field_validator
from pydantic_core import PydanticCustomError

from inspect_pipelines.config.server_address import is_server
from inspect_pipelines.domain.variable import SECRET_REFERENCE
from inspect_pipelines.domain.way import AGENT_NAME
from inspect_pipelines.errors import UsageError

PREFIX = "INSPECT_"
WARM = "warm"
# What a browser and its driver need of the environment: programs, folders, fonts, language. Everything else stays out of
# them, for any variable may hold a secret, a proxy's address with its password too.
BROWSER_VARIABLES = (
    "CHROMIUM_FLAGS",
    "CHROME_DEVEL_SANDBOX",
    "DBUS_SESSION_BUS_ADDRESS",
    "DISPLAY",  # where somebody wants to watch a browser
    "FONTCONFIG_FILE",
    "FONTCONFIG_PATH",
    "FONTCONFIG_SYSROOT",
    "HOME",
    "LANG",
    "LANGUAGE",
    "LC_ALL",
    "LC_CTYPE",
    "LD_LIBRARY_PATH",
    "PATH",
    "SSL_CERT_DIR",
    "SSL_CERT_FILE",
    "TMPDIR",
    "TZ",
    "USER",
    "WAYLAND_DISPLAY",
    "XAUTHORITY",
    "XDG_CACHE_HOME",
    "XDG_CONFIG_DIRS",
    "XDG_CONFIG_HOME",
    "XDG_DATA_DIRS",
    "XDG_DATA_HOME",
    "XDG_RUNTIME_DIR",
)


class Settings(BaseModel):
    """Variables `INSPECT_*`; everything has a default that works on one machine.

    Read here and not by pydantic-settings, whose imports (asyncio, ssl, ..) took 0.17 s of every command's start.
    """

    def __init__(self, **given: object) -> None:
        names = {name: f"{PREFIX}{name.upper()}" for name in type(self).model_fields}
        found = {name: os.environ[variable] for name, variable in names.items() if variable in os.environ}
        if empty := [names[name] for name, text in found.items() if not text.strip()]:
            # an empty path is the current folder to Python: all state would be written into it
            raise UsageError(f"the setting {empty[0]} is empty; give it a value, or unset it for its default")
        try:
            super().__init__(**{**found, **given})
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            variable = names.get(str(first["loc"][0]), str(first["loc"][0]))
            raise UsageError(f"the setting {variable} does not fit: {first['msg'].lower()}") from error

    home: Path = Path(".inspect")
    """Where all state lives; local disk."""

    project: Path = Path()
    """The folder of schedules.yaml, organization.yaml and playbooks/."""

    org: str | None = Field(default=None, min_length=1)
    """The organisation that commands work for; None: the only one, else the one of `project`."""

    agent: str | None = Field(default=None, pattern=AGENT_NAME)
    """How an agent that gives commands is called in audit and decisions; None: a person gives them."""

    server: str | None = Field(default=None, min_length=1)
    """The server that commands ask instead of this machine, `https://qa.example.com`; None: this machine."""

    token: SecretStr | None = None
    """What they show to it; None: nothing, as on the server's own machine."""

    logins_key: SecretStr | None = Field(default=None, min_length=32)
    """What kept logins are encrypted with, 32 characters or more; None: a key of chance in `home`/logins."""

    database_url: SecretStr | None = None
    """The ledger's database, `postgresql+psycopg://..`; None: SQLite in `home`."""

    dagster_database_url: SecretStr | None = None
    """Dagster's own storage, `postgresql+psycopg2://..`, which machines that work together share; None: SQLite in `home`."""

    dagster_url: str | None = None
    """Where the UI of a Dagster is that somebody else runs, `http://dagster-webserver/dagster`; None: `up` and `daemon` run one."""

    gallery: str | None = Field(default=None, min_length=1)
    """Where pictures are kept: `s3://bucket/prefix`, `gs://..`, `az://..` or `file:///path`; None: a folder in `home`."""

    gallery_endpoint: str | None = Field(default=None, pattern=r"^https?://[^\s@]+$")
    """The address of an S3-compatible server; None: Amazon's own."""

    gallery_region: str | None = Field(default=None, min_length=1)
    """The bucket's region; None: as `AWS_REGION` says, else us-east-1."""

    gallery_key: str | None = Field(default=None, min_length=1)
    """The id of the access key, an account with Azure; None: as the provider's own variables say."""

    gallery_secret: str | None = Field(default=None, pattern=SECRET_REFERENCE.pattern)
    """Its secret, as a reference: `${env:NAME}` or `${file:/path}`; the JSON of a service account with Google."""

    history: SecretStr | None = None
    """A lake for the history, `ducklake:postgres:dbname=.. host=..`, or a reference to that; None: a file in `home`."""

    history_data: str | None = Field(default=None, min_length=1)
    """Where the lake's files are: a folder that each machine sees under this name, or `s3://bucket/prefix`."""

    history_endpoint: str | None = Field(default=None, pattern=r"^https?://[^\s@]+$")
    """The address of an S3-compatible server; None: Amazon's own."""

    history_region: str | None = Field(default=None, min_length=1)
    """The bucket's region."""

    history_key: str | None = Field(default=None, min_length=1)
    """The id of the access key."""

    history_secret: str | None = Field(default=None, pattern=SECRET_REFERENCE.pattern)
    """Its secret, as a reference: `${env:NAME}` or `${file:/path}`."""

    chromium: Path | None = None
    """The browser; None: found on PATH, then Playwright's own."""

    no_sandbox: bool | None = None
    """Start Chromium without its sandbox; None: only when running as root, where it refuses to start with one."""

    session_memory_mb: int = Field(default=3500, ge=500, le=1_000_000)
    """What the processes of one browser session may take together; a page that makes them take more has failed."""

    live_frames: bool = True
    """Whether a browser's window is shown in the console while it plays, masked as pictures are."""

    runner: Literal["browser", "open-inspect"] = "browser"
    """Who plays playbooks that name nobody: this machine's browser, or agents on the control plane below."""

    open_inspect_url: str | None = Field(default=None, pattern=r"^https?://\S+$")
    """The control plane's base address, `https://control.example.com`; this and what follows wins over `open_inspect` of
    organization.yaml, key by key. None: what is said there, else there is none."""

    open_inspect_service: Literal["web", "slack-bot", "github-bot", "linear-bot"] | None = None
    """The service whose name the control plane's deployer lends us; None: organization.yaml's, else `github-bot`."""

    open_inspect_secret: str | None = Field(default=None, pattern=SECRET_REFERENCE.pattern)
    """That service's secret, as a reference: `${env:NAME}` or `${file:/path}`."""

    open_inspect_actor: str | None = Field(default=None, pattern=r"^[a-z-]+:\S+$")
    """The service account that sessions are opened for, `github:inspect-qa`."""

    open_inspect_model: str = ""
    """The agents' model; empty: the control plane's choice."""

    open_inspect_effort: str = ""
    """Their reasoning effort; empty: likewise."""

    open_inspect_web_url: str | None = Field(default=None, pattern=r"^https?://\S+$")
    """The control plane's web application, for links to sessions; None: no links."""

    open_inspect_private: str = ""
    """Hosts among these that may be of our own network, and be reached without TLS, with commas between."""

    open_inspect_archive: bool | None = None
    """Whether sessions are archived there when all of them is collected; None: organization.yaml's word, else they are."""

    open_inspect_mends: bool | None = None
    """Whether an agent is asked where an element has gone that a browser does not find; what it says is proposed to a person."""

    payload_days: int | None = Field(default=None, ge=1, le=3650)
    """How long payloads of webhooks are kept, whatever organization.yaml says in `retention`; what events say of them stays."""

    branch_days: int = Field(default=30, ge=1, le=3650)
    """How long the approved pictures of a branch are used after its pull request ended, or after its last run."""

    api_requests: int = Field(default=500, ge=1)
    """How many requests a token of the API may send in 5 minutes."""

    port: int = Field(default=8460, ge=1, le=65535)
    """The first port to try; a taken one is stepped over. Everything is behind this one, the Dagster UI at /dagster."""

    run_launcher: str = WARM
    """Who executes runs: `warm` (a fork of a loaded parent), `dagster` (its own launcher), `celery` (workers that take them out
    of the broker below), `k8s` (each a job of a cluster), or `module:Class`; each with `{JSON config}` behind it."""

    broker_url: SecretStr | None = None
    """The Redis server that hands runs to workers, `redis://:password@host:6379/0` or `rediss://..`."""

    max_runs: int | None = Field(default=None, ge=1, le=10_000)
    """How many runs Dagster lets out of its queue at once; None: as many as this machine has cores, two at least."""

    @field_validator("dagster_url")
    @classmethod
    def _is_address(cls, text: str | None) -> str | None:
        if text is None or is_server(text):
            return text and text.rstrip("/")
        what = "a user in an address" if "@" in text else repr(text)
        sentence = "{what} is not possible; write 'http://host' or 'https://host/dagster'"
        raise PydanticCustomError("url", sentence, {"what": what})

    def absolute_home(self) -> Path:
        """`home` as an absolute path, symbolic links resolved."""
        return self.home.expanduser().resolve()

    @property
    def plays_elsewhere(self) -> bool:
        """Whether runs are played by workers or in pods, of whatever machine."""
        return self.run_launcher.partition(" ")[0] in ("celery", "k8s")

    def dagster_home(self) -> Path:
        return self.absolute_home() / "dagster"


def resolve_secret(reference: str) -> str:
    """The secret behind `${env:NAME}` or `${file:/path}`; called only in the process that uses it.

    Raises:
        UsageError: The variable is not set, the file cannot be read, or the text is no reference.
    """
    match = SECRET_REFERENCE.match(reference)
    if match is None:
        raise UsageError("a secret must be written as '${env:NAME}' or '${file:/path}'")
    if name := match.group("env"):
        value = os.environ.get(name)
        if not value:  # an empty password typed into a form would blame the site
            raise UsageError(f"secret {reference!r} has no value: set the environment variable {name!r}")
        return value
    path = Path(match.group("file"))
    try:
        return path.read_text(encoding="utf-8").rstrip("\n")
    except OSError as error:
        why = error.strerror
    except UnicodeDecodeError:
        why = "it is not UTF-8"
    # Not from within: that error holds the file's bytes.
    raise UsageError(f"secret {reference!r} cannot be read: {why}; check the file {str(path)!r}")


def child_environment(**changes: str) -> dict[str, str]:
    """This process's environment with some variables set, for a child process."""
    return {**os.environ, **changes}


@contextmanager
def lent(variables: Mapping[str, str]) -> Iterator[None]:
    """Environment variables for what this process starts within the block: a secret that a person has just typed."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def font_variables() -> dict[str, str]:
    """What the environment says of where fonts are described, by fontconfig's own names; empty: what the system says holds."""
    names = ("FONTCONFIG_FILE", "FONTCONFIG_PATH", "FONTCONFIG_SYSROOT")
    return {name: value for name in names if (value := os.environ.get(name))}


def has_screen() -> bool:
    """Whether a window can be opened where this process runs."""
    return sys.platform != "linux" or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def is_plain_terminal() -> bool:
    """Whether somebody asked for a terminal without colours (no-color.org) or moving text (`TERM=dumb`)."""
    return bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM") == "dumb"


def github_step_summary() -> Path | None:
    """Where a step of GitHub Actions writes what its summary shows; None: this is no such step."""
    name = os.environ.get("GITHUB_STEP_SUMMARY", "")
    return Path(name) if name else None
