"""`runs bisect RUN`: which commit of a run shows first what it failed by."""

from __future__ import annotations

from collections.abc import Iterator

import click

from inspect_pipelines.cli.choice import chosen_house, refuse_server
from inspect_pipelines.cli.output import print_json, printable, say, style
from inspect_pipelines.cli.playbooks.playing import sessions_apart
from inspect_pipelines.config.settings import Settings
from inspect_pipelines.domain.bisection import SHA_SHOWN, Culprit, Trial
from inspect_pipelines.queries.run import find_ended_run
from inspect_pipelines.usecases.runs.bisect import Bisected, BothGalleries, Case, case_of
from inspect_pipelines.usecases.runs.bisect import bisect as bisected

SYMPTOMS_SHOWN = 3


@click.command()
@click.argument("text", metavar="RUN")
@click.option(
    "--preview",
    "template",
    default="",
    metavar="URL",
    help="Where a commit answers: https://{{short_commit}}.preview.example.com. Default: the definition's preview_url.",
)
@click.option(
    "--commit",
    "commits",
    multiple=True,
    metavar="SHA",
    help="One of the commits, the oldest first; may be repeated. Default: those of the run's events.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def bisect(context: click.Context, text: str, template: str, commits: tuple[str, ...], as_json: bool) -> None:
    """Name the commit that shows first what a run failed by.

    Plays the failed playbooks again at previews of the run's commits, as few as it takes. RUN may also be a definition's id: its latest
    run. Nothing of it is kept, and nobody is told. Exit code 0 when one commit is named for everything that failed, 1 when not.
    """
    settings = Settings()
    refuse_server(settings, "it plays with a browser of this machine, beside the pictures of that one")
    house = chosen_house(settings)
    case = case_of(house, find_ended_run(house, text), commits=commits, template=template)
    if not as_json:
        say(f"run {case.run.id} failed by {_named(case)}; playing {_count(case)}, the newest first")
    with sessions_apart(settings, house.clock) as (sessions, gallery):
        pictures = BothGalleries(gallery, house.gallery)

        def told(trial: Trial) -> None:
            if not as_json:
                say(f"  {_trial_line(case, trial)}")

        found = bisected(case, sessions, pictures, house.clock, told=told)
    if as_json:
        print_json(found)
    else:
        for line in _ends(found):
            say(line)
    context.exit(0 if found.is_named else 1)


def _named(case: Case) -> str:
    """What it failed by, the first of it."""
    some = sorted(case.symptoms)
    more = f" and {len(some) - SYMPTOMS_SHOWN} more" if len(some) > SYMPTOMS_SHOWN else ""
    return printable(", ".join(some[:SYMPTOMS_SHOWN])) + more


def _count(case: Case) -> str:
    return "1 commit" if len(case.commits) == 1 else f"{len(case.commits)} commits"


def _trial_line(case: Case, trial: Trial) -> str:
    commit = case.commits[trial.at][:SHA_SHOWN]
    if trial.shows is None:
        return f"{commit}  {style('not tried', fg='magenta')}: {printable(trial.why)}"
    here = sorted(trial.shows & case.symptoms)
    well = "without it" if trial.shows else "as approved"  # what else it shows was not asked
    word = style("shows it", fg="red") if here else style(well, fg="green")
    return f"{commit}  {word}{': ' if here else ''}{printable(', '.join(here))}"


def _ends(found: Bisected) -> Iterator[str]:
    """What is said of each symptom in the end, and what could not be tried."""
    for one in found.culprits:
        yield f"{printable(one.symptom)}: {_sentence(found, one)}"
    lost = [trial for trial in found.trials if trial.shows is None]
    if lost:
        yield f"{len(lost)} of {len(found.commits)} commits could not be tried:"
        yield from (f"  {found.commits[one.at]}: {printable(one.why)}" for one in lost)


def _sentence(found: Bisected, one: Culprit) -> str:
    newest = found.commits[-1]
    if one.is_seen is False:
        return (
            f"the preview of the newest commit, {newest[:SHA_SHOWN]}, does not show it, so none of them is to blame there; "
            "look at data, settings and third parties of the place where the run looked"
        )
    seen = (
        ""
        if one.is_seen
        else f"; that {newest[:SHA_SHOWN]} shows it is the run's word, as its preview was not tried"
    )
    if one.first is None:
        some = ", ".join(found.commits[at][:SHA_SHOWN] for at in one.suspects)
        return f"one of {some} shows it first{seen}"
    edge = "" if one.has_good else "; nothing before it was tried, so what is approved stands for that"
    return f"{found.commits[one.first]} shows it first{edge}{seen}"
