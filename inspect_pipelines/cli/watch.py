"""`watch URL`, `watch list | stop | propose`: a site observed without a line of YAML, until there is a playbook to accept."""

from __future__ import annotations

import sys
from urllib.parse import urlsplit

import click

from inspect_pipelines.cli.crawl import a_phone, look_round
from inspect_pipelines.cli.group import Group
from inspect_pipelines.cli.output import printable, say, user_name
from inspect_pipelines.cli.table import aligned
from inspect_pipelines.config.document import LongDuration
from inspect_pipelines.config.imports.draft import slug
from inspect_pipelines.config.settings import Settings
from inspect_pipelines.domain.against import LOGIN
from inspect_pipelines.domain.crawl import PAGES_PER_SECOND
from inspect_pipelines.domain.ids import DefinitionId
from inspect_pipelines.domain.playbook import VariableType
from inspect_pipelines.domain.variable import normalised
from inspect_pipelines.errors import Refused, UsageError


class Watching(Group):
    """A group whose first word may be an address."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and "://" in args[0]:
            return SITE, self.commands[SITE], args
        return super().resolve_command(ctx, args)


SITE = "site"


@click.group(cls=Watching)
def watch() -> None:
    """Observe a site without YAML, then propose a playbook for it.

    `watch URL` begins, `watch propose URL` says what was learnt. Its runs are photographed, compared and kept; they tell nobody and block nothing, and no file is written.
    """


@watch.command(SITE)
@click.argument("url")
@click.option(
    "--every", default="6h", show_default=True, help="How often `up` goes on with it: 15m, 1h, 24h."
)
@click.option("--times", default=1, show_default=True, type=click.IntRange(1, 30), help="So many runs now.")
@click.option("--pages", default=10, show_default=True, type=click.IntRange(1, 50), help="At most so many.")
@click.option("--id", "identifier", default="", help="Its id; default: from the address.")
@click.option("--yes", is_flag=True, help="Do not ask before anything is opened.")
def site(url: str, every: str, times: int, pages: int, identifier: str, yes: bool) -> None:
    """Look round a site, observe its pages now, and go on whenever `up` runs; `watch URL` is short for it."""
    from pydantic import TypeAdapter, ValidationError

    from inspect_pipelines.cli.choice import chosen_house
    from inspect_pipelines.cli.desks.starts import started
    from inspect_pipelines.usecases.definitions.propose import playbook_of, routes_of
    from inspect_pipelines.usecases.definitions.watch import PREFIX, QUIET_RUNS, begin_watch, cron_of

    settings = Settings()
    start = normalised(VariableType.URL, url)
    try:
        cron = cron_of(TypeAdapter(LongDuration).validate_python(every))
    except ValidationError as error:
        raise UsageError(
            f"--every {every!r} cannot be read: {error.errors()[0]['msg']}; write 15m, 1h or 24h"
        ) from error
    host = urlsplit(start).netloc
    name = identifier or f"{PREFIX}{slug(host, instead='site')}"
    say(
        f"looks round {start}: opens up to {pages} pages of this host, {PAGES_PER_SECOND:g} a second at most, as its"
    )
    say(
        "robots.txt allows; links only, none that logs out, deletes or adds; then photographs each, on a desktop and a phone"
    )
    if not yes and not (sys.stdin.isatty() and click.confirm("go on?", default=True)):
        raise Refused("nothing was opened; run it again with --yes to agree")
    explored = look_round(start, settings, pages)
    first = explored.pages[0]
    if LOGIN.search(urlsplit(first).path) and not LOGIN.search(urlsplit(start).path):
        say(
            f"warning: {start} leads to a page to sign in ({printable(first)}), so that is what is watched; write a playbook "
            "with a login for what lies behind it",
            err=True,
        )
    playbook = playbook_of(name, routes_of(explored), explored.banners, phone=a_phone())
    begin_watch(chosen_house(settings), playbook, host=host, cron=cron, by=f"user:{user_name()}")
    say(f"\n{name}: {len(explored.pages)} {'page' if len(explored.pages) == 1 else 'pages'}, observed:")
    for number in range(times):
        with started(DefinitionId(name), {}, settings) as done:
            ended = done.await_end(True)
        say(
            f"  run {number + 1}: {ended.status.value}: {printable(ended.reason.splitlines()[0] if ended.reason else '')}"
        )
    say(f"it goes on ({cron} in UTC) while `inspect-pipelines up` runs; after {QUIET_RUNS} runs:")
    say(f"  inspect-pipelines watch propose {name}")


@watch.command("list")
def list_() -> None:
    """List what is watched, and how often it was observed."""
    from inspect_pipelines.cli.choice import chosen_house
    from inspect_pipelines.usecases.definitions.watch import watches

    found = watches(chosen_house(Settings()))
    if not found:
        say("nothing is watched; begin with: inspect-pipelines watch URL")
        return
    rows = [
        [one.id, one.plan.playbooks[0].base_url, one.cron, str(len(one.plan.playbooks[0].steps)), str(count)]
        for one, count in found
    ]
    say(aligned(["ID", "SITE", "CRON", "PAGES", "RUNS"], rows, right={3, 4}))


@watch.command()
@click.argument("what", metavar="ID|URL")
def stop(what: str) -> None:
    """Watch it no longer; its runs and pictures stay."""
    from inspect_pipelines.cli.choice import chosen_house
    from inspect_pipelines.usecases.definitions.delete import delete_definition
    from inspect_pipelines.usecases.definitions.watch import find_watch

    house = chosen_house(Settings())
    found = find_watch(house, what)
    by = f"user:{user_name()}"
    delete_definition(house, "schedule", found.id, confirmed=found.id, if_match=None, by=by)
    say(
        f"{found.id} is watched no longer; its runs stay: inspect-pipelines runs list --definition {found.id}"
    )


@watch.command()
@click.argument("what", metavar="ID|URL")
@click.option(
    "--id", "identifier", default="", help="The playbook's id; default: the watch's without `watch-`."
)
@click.option("--accept", is_flag=True, help="Write it into the project; without, it is printed.")
def propose(what: str, identifier: str, accept: bool) -> None:
    """Say what five quiet runs taught: masks, tolerances and a schedule, as YAML that passes when it is played twice."""
    from inspect_pipelines.cli.choice import chosen_house
    from inspect_pipelines.cli.imports import finish
    from inspect_pipelines.cli.playbooks.playing import sessions_apart
    from inspect_pipelines.config.imports.writing import lines_to_schedule
    from inspect_pipelines.usecases.definitions.watch import PREFIX, find_watch, proposal
    from resources.clock import SystemClock

    settings = Settings()
    house = chosen_house(settings)
    found = find_watch(house, what)
    name = identifier or found.id.removeprefix(PREFIX)
    say("plays what it proposes until it shows the same twice ..", err=True)
    with sessions_apart(settings, SystemClock()) as (sessions, gallery):
        draft, is_quiet = proposal(house, found, sessions, gallery, name)
    if not draft.steps:
        raise UsageError(f"{found.id!r} has no page that can be photographed any more; look at its last run")
    if not is_quiet:
        say("warning: some pictures still differ from play to play; they are told above", err=True)
    if accept:
        finish(draft, dry_run=False, folder=None)
        say(f"it is watched as before, too; end that with: inspect-pipelines watch stop {found.id}")
        return
    for one in draft.told:
        say(f"{printable(one.what)}: {printable(one.sentence)}", err=True)
    say(draft.text(), nl=False)
    lines = lines_to_schedule(name).partition("    cron:")
    say("\n# and under `schedules:` of schedules.yaml:")
    rest = lines[2].partition("\n")[2]
    for line in f'{lines[0]}    cron: "{found.cron}"\n{rest}'.rstrip().splitlines():
        say(f"# {line}")
