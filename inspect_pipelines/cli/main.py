"""The `inspect-pipelines` command: parse, wire, call, print; each command's module is imported when it is called."""

from __future__ import annotations

import errno
import gc
import sys
import traceback
from importlib import import_module

import click

from inspect_pipelines.cli.output import say
from inspect_pipelines.config.settings import is_plain_terminal
from inspect_pipelines.errors import InspectError, UsageError

# Command -> module under inspect_pipelines.cli and its function; lazy, so that `--help` needs neither Dagster nor DuckDB.
COMMANDS = {
    "init": ("config", "init", "Write a first schedules.yaml, playbook and organization.yaml."),
    "import": ("imports", "import_", "Make a playbook of what another tool has, or propose its pictures."),
    "playbook": (
        "playbooks.group",
        "playbook",
        "Play, record, check and show one playbook file, or make one of an agent's run.",
    ),
    "watch": ("watch", "watch", "Observe a site without YAML, then propose a playbook for it."),
    "validate": ("config", "validate", "Check every file; all errors at once, each with its place."),
    "plan": ("config", "plan", "Show what `apply` would change, and the next fire times."),
    "apply": ("config", "apply", "Store the definitions and publish them to Dagster."),
    "export": ("export", "export", "Print what the API made as a schedules.yaml that `apply` takes over."),
    "run": ("run", "run", "Start a schedule or trigger now."),
    "runs": ("runs", "runs", "List, show, watch, compare, cancel and retry runs."),
    "schedules": ("schedules", "schedules", "List, pause, resume and backfill schedules."),
    "triggers": ("triggers", "triggers", "List triggers, show what came of events, and try one out."),
    "events": ("events", "events", "List, show and replay what sources told."),
    "baselines": (
        "baselines",
        "baselines",
        "List, adopt, reject, activate, roll back and delete approved pictures; show their noise.",
    ),
    "reviews": ("reviews", "reviews", "List, show and decide what waits for a person."),
    "digest": ("digest", "digest", "Show what each owner owes: what the weekly digest tells them."),
    "environments": (
        "environments",
        "environments",
        "List, show, accept and revoke another browser, system, scale or other fonts.",
    ),
    "comments": (
        "comments",
        "comments",
        "Say something of a point of a run's picture; ask a reviewer for their word.",
    ),
    "incidents": ("incidents", "incidents", "List, show, acknowledge and silence incidents."),
    "sessions": ("sessions", "sessions", "List, show, open and stop agents' sessions."),
    "repairs": (
        "repairs",
        "repairs",
        "List, show, accept and decline repairs of playbooks that agents propose.",
    ),
    "notifications": ("notifications", "notifications", "List, show and resend messages."),
    "channels": ("channels", "channels", "List channels, and send a test message through one."),
    "links": ("links", "links", "Take back the signed links in messages."),
    "users": ("users", "users", "Add, list and remove the people who may use the server."),
    "tokens": ("tokens", "tokens", "Create, list and revoke tokens for the API."),
    "diff": ("diff", "diff", "Compare two pictures: PNG, JPEG or WebP."),
    "diff-dir": ("diff_dir", "diff_dir", "Compare two folders of pictures."),
    "history": ("history", "history", "Query the run history with SQL, and look after it."),
    "logins": ("logins", "logins", "List and forget what logins have left behind."),
    "verify": ("bundle", "verify", "Check an evidence bundle: who signed it, and that nothing was changed."),
    "gallery": ("gallery", "gallery", "Look after stored pictures."),
    "up": ("up", "up", "Start everything: web, code server, daemon, Dagster UI."),
    "web": ("web", "web", "Answer requests, as one of several processes behind a proxy."),
    "daemon": ("up", "daemon", "Start all but what answers others, beside any number of `web`."),
    "worker": ("worker", "worker", "Take runs out of the broker's queues and play them on this machine."),
    "env": ("up", "env", 'Print the variables for `eval "$(inspect-pipelines env)"`.'),
    "dagster": ("up", "dagster", "Run Dagster's own command for this INSPECT_HOME."),
    "doctor": ("doctor", "doctor", "Say what is missing on this machine and how to get it."),
}

FULL = frozenset((errno.ENOSPC, errno.EDQUOT))
SELDOM = 50_000  # new objects between two looks for garbage; Python's 700 are a tenth of what a command takes
REFUSED_BY_DISK = FULL | {errno.EACCES, errno.EPERM, errno.EROFS}  # nobody's defect: rights, a read-only disk


ORG, SERVER, TOKEN, TOKEN_FILE = FIRSTS = ("--org", "--server", "--token", "--token-file")
# What is about this machine, or about files here: a server is not asked for it. `gallery` looks into a home.
OF_FILES = frozenset(
    (
        "init",
        "import",
        "playbook",
        "validate",
        "diff",
        "diff-dir",
        "verify",
        "up",
        "web",
        "daemon",
        "worker",
        "env",
        "dagster",
        "doctor",
    )
)
OF_A_HOME = frozenset(("gallery", "logins", "repairs", "sessions"))


class LazyGroup(click.Group):
    """A group that knows its commands' one-line helps without importing them."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        return super().parse_args(ctx, firsts_first(args))

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, function, _ = COMMANDS[cmd_name]
        command: click.Command = getattr(import_module(f"inspect_pipelines.cli.{module}"), function)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.exceptions.NoSuchCommand as error:  # click looks for what is near among loaded ones only
            raise click.exceptions.NoSuchCommand(
                error.command_name, possibilities=COMMANDS, ctx=ctx
            ) from error

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, _, text) in COMMANDS.items()])


def firsts_first(args: list[str]) -> list[str]:
    """The words with `--org ID` and the like in front, wherever a person put them; what stands behind `--` is no option."""
    end = args.index("--") if "--" in args else len(args)
    first: list[str] = []
    rest: list[str] = []
    words = iter(args[:end])
    for word in words:
        if word in FIRSTS and (following := next(words, None)) is not None:
            first += [word, following]
        elif word.startswith(tuple(f"{one}=" for one in FIRSTS)):
            first.append(word)
        else:
            rest.append(word)
    return [*first, *rest, *args[end:]]


HELP = """Proactive visual QA: playbooks on schedules and events, compared with an approved baseline.


Exit codes: 0 passed, 1 failed or needs review, 2 usage or configuration,
            3 ours (browser, network, crash).
"""


@click.group(cls=LazyGroup, help=HELP, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    ORG,
    "org",
    metavar="ID",
    help="The organisation, where INSPECT_HOME has several (default: INSPECT_ORG, else the project's).",
)
@click.option(
    SERVER, "server", metavar="URL", help="Ask this server instead of this machine (default: INSPECT_SERVER)."
)
@click.option(
    TOKEN, "token", metavar="TEXT", help="What to show it (default: INSPECT_TOKEN); others see it in `ps`."
)
@click.option(
    TOKEN_FILE, "token_file", metavar="FILE", help="A file that holds the token; - is standard input."
)
@click.version_option(package_name="inspect-pipelines")
@click.pass_context
def cli(
    ctx: click.Context, org: str | None, server: str | None, token: str | None, token_file: str | None
) -> None:
    """Hold the commands; HELP is what people read. The options are for cli/choice.py."""
    if is_plain_terminal():
        ctx.color = False
    name = ctx.invoked_subcommand or ""
    if name in OF_A_HOME or (name in OF_FILES and (server or token or token_file)):
        refuse_server_for(name)


def refuse_server_for(name: str) -> None:
    from inspect_pipelines.cli.choice import named_server
    from inspect_pipelines.config.settings import Settings

    if (server := named_server(Settings())) is not None:
        raise UsageError(
            f"{name!r} is about this machine, and no server is asked for it; leave --server {server} and its token out"
        )


def main() -> None:
    """Run the command line; every error of ours is a sentence on stderr and a documented exit code."""
    gc.set_threshold(SELDOM)
    try:
        # Without standalone mode click returns what a command wanted to exit with, and raises nothing.
        sys.exit(cli(standalone_mode=False))
    except click.Abort:
        say("stopped", err=True)
        sys.exit(3)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except InspectError as error:
        say(str(error), err=True)
        sys.exit(error.exit_code)
    except Exception as error:  # noqa: BLE001 - a defect; Python would exit with 1, which says that the site failed
        say(sentence_or_traceback(error), err=True)
        sys.exit(3)


def sentence_or_traceback(error: Exception) -> str:
    """What a disk said that refuses us, in a sentence; of a defect, where it is."""
    if not isinstance(error, OSError) or error.errno not in REFUSED_BY_DISK:
        return traceback.format_exc().rstrip()
    what = repr(str(error.filename)) if error.filename else "a file"
    how = (
        "make room on its disk"
        if error.errno in FULL
        else "check its owner and rights, or set INSPECT_HOME to a folder that may be written"
    )
    return f"{what} cannot be used: {str(error.strerror or error).lower()}; {how}"
