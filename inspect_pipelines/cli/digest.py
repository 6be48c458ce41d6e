"""`digest show`: what each owner owes now, and when and where they hear of it."""

from __future__ import annotations

from collections.abc import Iterator

import click

from inspect_pipelines.cli.choice import desk
from inspect_pipelines.cli.desks.digests import DigestDesk, DigestsHere, DigestsThere
from inspect_pipelines.cli.group import Group
from inspect_pipelines.cli.output import local_time, print_json, printable, say
from inspect_pipelines.domain.weekly_digest import Digest
from inspect_pipelines.queries.digests import DigestPreview

OFF = "nobody hears of it: organization.yaml has no 'digest'; write 'digest: {}' to tell owners by mail on Mondays"


@click.group(cls=Group)
def digest() -> None:
    """Show what each owner owes: what the weekly digest tells them."""


@digest.command()
@click.option("--owner", help="Only theirs, as `owners` of organization.yaml says; '' for what nobody owns.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def show(owner: str | None, as_json: bool) -> None:
    """Show what each owner owes now: what the weekly digest would tell them.

    Reviews that wait, views and playbooks that are broken, unstable or at risk, drift, and what was set aside and counts
    again within a week. Nothing is sent by this.
    """
    found = _desk().preview(owner)
    if as_json:
        print_json(found)
        return
    say("\n".join(_lines(found, owner)))


def _lines(found: DigestPreview, owner: str | None) -> Iterator[str]:
    yield f"next digest {local_time(found.next_at)}" if found.next_at else OFF
    if not found.digests:
        yield _nothing(owner)
    for one in found.digests:
        yield f"\n{printable(one.owner) or 'nobody owns'}{_where(one) if found.next_at else ''}"
        for debt in one.debts:
            yield f"  {debt.kind.value.replace('_', ' '):<8}  {printable(debt.sentence)}"


def _nothing(owner: str | None) -> str:
    if owner is None:
        return "nobody owes anything"
    return f"{owner!r} owes nothing" if owner else "nothing waits that nobody owns"


def _where(one: Digest) -> str:
    return f"  to {printable(', '.join(one.targets))}" if one.targets else "  told to nobody"


def _desk() -> DigestDesk:
    return desk(DigestsHere, DigestsThere)
