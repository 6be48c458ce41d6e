"""Tell owners once a week what they owe."""

from __future__ import annotations

from inspect_pipelines.domain.consequences import Consequences
from inspect_pipelines.domain.mailbox import Mail
from inspect_pipelines.domain.notification import Notification
from inspect_pipelines.domain.weekly_digest import BEGUN, digests_of, notes_of, week_notice
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.debts import list_debts
from inspect_pipelines.usecases.alerts.store_consequences import store_consequences


def tell_owners(house: House) -> list[Notification]:
    """Store the messages of the week whose digest is due; the sender sends them.

    They are stored with the notice that the week is told, in one transaction: whoever dies before that has told nobody,
    and who comes after it tells nobody again. Of weeks in which nobody looked, the newest is told. The first one that is
    ever seen is told to nobody: whoever writes a `digest` on a Wednesday hears of it on Monday.

    Raises:
        Unavailable: The history or the ledger cannot be read; nothing is lost by trying again.

    Returns:
        Those that are stored by this.
    """
    now = house.clock.now()
    with house.ledger.read() as ledger:
        organization = ledger.organizations.find()
        policy = organization.digest
        if policy is None:
            return []
        week = policy.week(policy.latest(now))
        given = ledger.notices.given([BEGUN, week_notice(week)])
    if week_notice(week) in given:
        return []
    debts = list_debts(house, now=now) if BEGUN in given else []
    with house.ledger.write() as ledger:
        if week_notice(week) in ledger.notices.given([week_notice(week)]):
            return []  # another process was first
        runs = ledger.runs.of({one.run_id for one in debts})
        notes = [
            note
            for digest in digests_of(debts, organization, house.kinds)
            if (run := next((runs[one.run_id] for one in digest.debts if one.run_id in runs), None))
            for note in notes_of(digest, run, week=week, public_url=organization.public_url, at=now)
        ]
        mail = Mail(stored=tuple(notes), told=tuple(notes))
        after = Consequences(mail=mail, notices=(BEGUN, week_notice(week)))
        store_consequences(ledger, after, at=now)
    return notes
