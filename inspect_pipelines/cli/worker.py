"""`worker`: play runs that an `up` of this or another machine hands out over a broker."""

from __future__ import annotations

import re
from collections.abc import Sequence

import click

from inspect_pipelines.cli.output import say
from inspect_pipelines.config.settings import Settings
from inspect_pipelines.engine.instance import CELERY, launcher_of, most_runs
from inspect_pipelines.errors import Unavailable, UsageError
from resources.clock import SystemClock
from resources.publication import FilePublication

NAME = re.compile(r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$")


@click.command()
@click.option(
    "--queue", "queues", multiple=True, help="A queue to take runs from, `runs` if none is named; repeatable."
)
@click.option(
    "--at-once",
    type=click.IntRange(1, 1000),
    help="How many runs, each with a browser, at the same time (by default as many as there are cores, two at least).",
)
def worker(queues: tuple[str, ...], at_once: int | None) -> None:
    """Take runs out of the broker's queues and play them on this machine.

    It stays in the foreground, and needs INSPECT_RUN_LAUNCHER=celery and INSPECT_BROKER_URL, as `up` or `daemon` does.

    Ctrl-C: nothing new is taken, and it ends with the last run; a second Ctrl-C cancels those in progress.
    """
    settings = Settings()
    launcher_of(CELERY)  # says what is not installed
    from inspect_pipelines.engine.celery.broker import QUEUE
    from inspect_pipelines.engine.celery.worker import Wishes, Worker

    queues = queues or (QUEUE,)
    if odd := [name for name in queues if not NAME.match(name)]:
        raise UsageError(
            f"{odd[0]!r} is no name of a queue; letters, digits, '_', '.' and '-' make one, 63 at most"
        )
    wishes = Wishes(list(dict.fromkeys(queues)), at_once or most_runs())
    publication = FilePublication(settings.absolute_home())
    ours = Worker(settings, wishes, SystemClock(), lambda text: say(text, err=True), publication)
    check_ledger(settings)
    say("starting ..", err=True)
    ours.run(lambda broker: say(f"takes runs from {broker}: {announcement(wishes.queues, wishes.at_once)}"))
    say("stopped", err=True)


def check_ledger(settings: Settings) -> None:
    """Look at the ledger before any run is taken: what plays none should not take it from whoever would.

    Raises:
        Refused: The ledger needs newer code.
        Unreadable: So does what is published.
    """
    from inspect_pipelines.wiring import house

    ours = house(settings)
    try:
        ours.ledgers.migrate()
        ours.publication.refresh()
    except Unavailable as error:
        say(f"{error}; this worker goes on asking", err=True)
    finally:
        ours.ledgers.close()


def announcement(queues: Sequence[str], at_once: int) -> str:
    """What it does, for people."""
    names = " and ".join(filter(None, [", ".join(queues[:-1]), queues[-1]]))
    kind = "queue" if len(queues) == 1 else "queues"
    return f"{kind} {names}, {at_once} at once; Ctrl-C stops it after its last run"
