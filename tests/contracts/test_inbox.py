"""What every inbox keeps; run over a SQLite file and a real PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

from builders import NOW, a_delivery
from inspect_pipelines.domain.ids import DEFAULT_ORG, OrgId, SourceId
from inspect_pipelines.ports.inbox import Stored
from resources.inbox.store import SqlInbox


def test_a_stored_delivery_waits_and_is_found_as_it_came(inbox: SqlInbox) -> None:
    delivery = a_delivery(body=b'{"zen": "\xc3\xa9\\u0000"}' * 300)

    answers = inbox.store([delivery])

    assert answers == [Stored.NEW]
    assert inbox.waiting() == [delivery]
    assert inbox.find(DEFAULT_ORG, delivery.id) == delivery


def test_the_same_delivery_again_is_known_and_kept_once(inbox: SqlInbox) -> None:
    first, again = a_delivery(1), replace(a_delivery(2), source_delivery_id=a_delivery(1).source_delivery_id)
    inbox.store([first])

    answers = inbox.store([again])

    assert answers == [Stored.AGAIN]
    assert inbox.waiting() == [first]
    assert inbox.find(DEFAULT_ORG, again.id) is None


def test_another_body_under_a_known_id_is_a_conflict_and_the_first_stays(inbox: SqlInbox) -> None:
    first = a_delivery(1)
    inbox.store([first])

    answers = inbox.store([replace(a_delivery(2), source_delivery_id=first.source_delivery_id, body=b"[]")])

    assert answers == [Stored.CONFLICT]
    assert inbox.waiting() == [first]


def test_one_batch_may_hold_a_delivery_its_repetition_and_its_conflict(inbox: SqlInbox) -> None:
    first = a_delivery(1)
    again = replace(first, id=a_delivery(2).id)
    other = replace(first, id=a_delivery(3).id, body=b"[1]")

    assert inbox.store([first, again, other, a_delivery(4)]) == [
        Stored.NEW,
        Stored.AGAIN,
        Stored.CONFLICT,
        Stored.NEW,
    ]


def test_sources_and_organisations_number_their_deliveries_for_themselves(inbox: SqlInbox) -> None:
    same = a_delivery(1)
    elsewhere = replace(
        a_delivery(2), source_delivery_id=same.source_delivery_id, source_id=SourceId("other")
    )
    abroad = replace(a_delivery(3), source_delivery_id=same.source_delivery_id, org_id=OrgId("acme"))

    assert inbox.store([same, elsewhere, abroad]) == [Stored.NEW] * 3
    assert inbox.known(DEFAULT_ORG, SourceId("other"), [same.source_delivery_id, "never"]) == {
        same.source_delivery_id
    }


def test_no_organisation_finds_another_ones_deliveries(inbox: SqlInbox) -> None:
    theirs = replace(a_delivery(1), org_id=OrgId("acme"))
    inbox.store([theirs])

    assert inbox.find(OrgId("acme"), theirs.id) == theirs
    assert inbox.find(DEFAULT_ORG, theirs.id) is None
    assert inbox.known(OrgId("acme"), theirs.source_id, [theirs.source_delivery_id])
    assert inbox.known(DEFAULT_ORG, theirs.source_id, [theirs.source_delivery_id]) == set()


def test_deliveries_wait_in_the_order_in_which_they_came_until_they_are_handled(inbox: SqlInbox) -> None:
    deliveries = [a_delivery(number) for number in (1, 2, 3)]
    inbox.store(deliveries[::-1])

    inbox.handled([deliveries[0].id])

    assert inbox.waiting() == deliveries[1:]
    assert inbox.waiting(1) == deliveries[1:2]
    assert inbox.find(DEFAULT_ORG, deliveries[0].id) == deliveries[0]


def test_large_bodies_are_handed_out_a_few_at_a_time(inbox: SqlInbox) -> None:
    large = [a_delivery(number, body=b" " * 15_000_000 + b"%d" % number) for number in (1, 2, 3)]
    inbox.store(large)

    assert [delivery.id for delivery in inbox.waiting()] == [large[0].id, large[1].id]


def test_a_body_larger_than_a_batch_is_handed_out_alone(inbox: SqlInbox) -> None:
    inbox.store([a_delivery(1, body=b" " * 33_000_000), a_delivery(2)])

    assert [delivery.id for delivery in inbox.waiting()] == [a_delivery(1).id]


def test_pruning_forgets_old_handled_payloads_and_still_knows_their_ids(inbox: SqlInbox) -> None:
    old, waiting, young = (
        a_delivery(1, received_at=NOW - timedelta(days=31)),
        a_delivery(2, received_at=NOW - timedelta(days=31)),
        a_delivery(3),
    )
    inbox.store([old, waiting, young])
    inbox.handled([old.id, young.id])

    would = inbox.prune(before=NOW - timedelta(days=30), is_dry_run=True)
    pruned = inbox.prune(before=NOW - timedelta(days=30))

    assert would == pruned
    assert pruned[0] == 1
    assert pruned[1] > 20
    assert inbox.prune(before=NOW - timedelta(days=30)) == (0, 0)
    assert inbox.find(DEFAULT_ORG, old.id) is None
    assert inbox.find(DEFAULT_ORG, young.id) == young
    assert inbox.waiting() == [waiting]
    assert inbox.store([replace(old, id=a_delivery(9).id)]) == [Stored.AGAIN]
    assert inbox.store([replace(old, id=a_delivery(9).id, body=b"[]")]) == [Stored.CONFLICT]


def test_forgetting_takes_ids_too_but_nothing_that_waits(inbox: SqlInbox) -> None:
    old, waiting = (a_delivery(number, received_at=NOW - timedelta(days=40)) for number in (1, 2))
    inbox.store([old, waiting])
    inbox.handled([old.id])

    forgotten = inbox.forget(before=NOW - timedelta(days=30))

    assert forgotten == 1
    assert inbox.known(DEFAULT_ORG, old.source_id, [old.source_delivery_id]) == set()
    assert inbox.waiting() == [waiting]


def test_one_of_eight_threads_that_store_one_delivery_is_the_first(inbox: SqlInbox) -> None:
    def race(number: int) -> Stored:
        return inbox.store([replace(a_delivery(number), source_delivery_id="the-same")])[0]

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(race, range(8)))

    assert sorted(answers) == [Stored.AGAIN] * 7 + [Stored.NEW]
    assert len(inbox.waiting()) == 1


def test_an_inbox_opened_anew_holds_what_was_stored(new_inbox: Callable[[], SqlInbox]) -> None:
    new_inbox().store([a_delivery(1)])

    assert new_inbox().waiting() == [a_delivery(1)]


def test_nothing_may_be_stored_handled_and_looked_for(inbox: SqlInbox) -> None:
    inbox.handled([])

    assert inbox.store([]) == []
    assert inbox.known(DEFAULT_ORG, SourceId("any"), []) == set()
    assert inbox.waiting() == []


def test_two_that_store_the_same_deliveries_in_other_orders_do_not_wait_for_each_other_for_ever(
    inbox: SqlInbox,
) -> None:
    for first in range(0, 200, 10):
        batch = [a_delivery(first + one) for one in range(5)]
        again = [
            replace(a_delivery(first + 5 + one), source_delivery_id=batch[one].source_delivery_id)
            for one in range(5)
        ]
        with ThreadPoolExecutor(2) as pool:
            there, back = pool.map(inbox.store, (batch, again[::-1]))

        assert all({*pair} == {Stored.NEW, Stored.AGAIN} for pair in zip(there, back[::-1], strict=True))
