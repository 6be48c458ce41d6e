"""What `plan` shows of a proposal beside its changes: next times and cost."""

from __future__ import annotations

from datetime import datetime

from inspect_pipelines.cli.output import say, style
from inspect_pipelines.cli.table import columns
from inspect_pipelines.queries.proposal import ProposalSummary


def say_fire_times(proposal: ProposalSummary) -> None:
    """Of what is new or changed; when nothing is, the next time of each."""
    touched = {change.id for change in proposal.changes}
    shown = {name: times for name, times in proposal.next.items() if name in touched}
    if not touched:
        shown = {name: times[:1] for name, times in proposal.next.items()}
    rows = []
    for name, times in shown.items():
        for number, at in enumerate(times):
            local = datetime.fromisoformat(at.local)
            seconds = proposal.jitter_seconds.get(name)
            spread = f"  (begins {seconds:g} s later: jitter_seconds)" if seconds and number == 0 else ""
            when = f"{local:%a %Y-%m-%d %H:%M} {proposal.timezones[name]}  =  {at.utc:%Y-%m-%d %H:%M} UTC{spread}"
            rows.append(["" if number else name, when])
    for line in columns(rows):
        say(f"  {line}")
    if shown:
        say()


def say_cost(proposal: ProposalSummary) -> None:
    """The forecast, where somebody set a budget."""
    whole, budgets = proposal.budget, proposal.budgets
    shown = [name for name in proposal.forecast if whole is not None or name in budgets]
    rows = []
    for name in shown:
        forecast = proposal.forecast[name]
        cost = "never ran yet" if forecast.minutes is None else f"{forecast.minutes:.0f} run-minutes"
        budget = f", budget {budgets[name]}" if name in budgets else ""
        rows.append([name, f"about {forecast.runs:.0f} runs a month: {cost}{budget}"])
    for line in columns(rows):
        say(f"  {line}")
    if whole is not None:
        known = sum(each.minutes or 0.0 for each in proposal.forecast.values())
        say(f"  together about {known:.0f} run-minutes a month, budget {whole}")
    for overrun in proposal.over_budget:
        say(f"{style('over budget', fg='red')} {overrun}")
    if shown:
        say()
