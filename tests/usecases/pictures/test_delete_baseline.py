"""Baselines that are deleted are out of sight, and not gone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from houses import a_house
from inspect_pipelines.domain.ids import BaselineId
from inspect_pipelines.errors import NotFound, Refused
from inspect_pipelines.queries.baselines import list_baselines
from inspect_pipelines.usecases.pictures.adopt import adopt
from inspect_pipelines.usecases.pictures.delete_baseline import delete_baseline, restore_baseline
from inspect_pipelines.usecases.pictures.go_back import activate, roll_back
from resources.gallery.folder import FolderGallery
from watched_site import ADA, Site, watched


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """With three baselines, the newest one in use."""
    site = watched(a_house(tmp_path, gallery=FolderGallery(tmp_path / "gallery")), "nightly-shop")
    for grey in (140, 200):
        adopt(site.house, site.look(grey).id, by=ADA)
    return site


def listed(site: Site, *, with_deleted: bool = False) -> list[BaselineId]:
    return [one.id for one in list_baselines(site.house, with_deleted=with_deleted).items]


def test_a_rollback_goes_back_behind_what_was_deleted(site: Site) -> None:
    newest, middle, oldest = listed(site)

    gone = delete_baseline(site.house, middle, confirmed=middle, by=ADA)

    assert gone.deleted_at == site.house.clock.now()
    assert (listed(site), len(listed(site, with_deleted=True))) == ([newest, oldest], 3)
    assert roll_back(site.house, site.name, by=ADA).id == oldest


def test_what_was_deleted_is_restored_and_then_used(site: Site) -> None:
    _, middle, _ = listed(site)
    delete_baseline(site.house, middle, confirmed=middle, by=ADA)
    with pytest.raises(Refused, match=f"is deleted; restore it first, with: .* restore {middle}"):
        activate(site.house, middle, by=ADA)

    back = restore_baseline(site.house, middle, by=ADA)

    assert (back.deleted_at, back.is_active, len(listed(site))) == (None, False, 3)
    assert activate(site.house, middle, by=ADA).id == middle


def test_the_history_is_told_of_each_of_it_once(site: Site) -> None:
    _, middle, _ = listed(site)
    for _ in range(2):
        delete_baseline(site.house, middle, confirmed=middle, by=ADA)
    for _ in range(2):
        restore_baseline(site.house, middle, by=ADA)

    with site.house.ledgers.read() as ledgers:
        told = [(kind, json.loads(body)) for _, kind, body in ledgers.journal.after(0)]
    facts = [
        (kind, body["baseline"]) for kind, body in told if kind in ("baseline_deleted", "baseline_restored")
    ]
    assert [(kind, one["id"], one["deleted_at"] is None) for kind, one in facts] == [
        ("baseline_deleted", middle, False),
        ("baseline_restored", middle, True),
    ]


def test_going_back_behind_a_deleted_baseline_takes_back_what_it_had_accepted(site: Site) -> None:
    """Else a picture that was approved there would pass for ever, though nothing in the list says so."""
    _, middle, oldest = listed(site)
    delete_baseline(site.house, middle, confirmed=middle, by=ADA)

    activate(site.house, oldest, by=ADA)

    assert site.look(140).status.value == "failed"


def test_the_one_in_use_and_what_nobody_confirmed_stay(site: Site) -> None:
    newest, middle, _ = listed(site)

    with pytest.raises(Refused, match="it is the one in use of 'nightly-shop'"):
        delete_baseline(site.house, newest, confirmed=newest, by=ADA)
    with pytest.raises(Refused, match=rf"with 2 pictures would be deleted; .*\?confirm={middle}"):
        delete_baseline(site.house, middle, confirmed=newest, by=ADA)

    assert len(listed(site)) == 3


def test_to_do_it_twice_changes_nothing_and_is_audited_once(site: Site) -> None:
    _, middle, _ = listed(site)
    first, again = (delete_baseline(site.house, middle, confirmed=middle, by=ADA) for _ in range(2))
    for _ in range(2):
        restore_baseline(site.house, middle, by=ADA)

    assert first == again
    with site.house.ledger.read() as ledger:
        told = [row[2] for row in ledger.audit.latest(50)]  # type: ignore[attr-defined]  # only tests ask
    assert [one for one in told if one.startswith("baseline.")] == ["baseline.restored", "baseline.deleted"]


def test_an_unknown_one_says_where_to_look(site: Site) -> None:
    with pytest.raises(NotFound, match="'nope' does not exist; list them"):
        delete_baseline(site.house, BaselineId("nope"), confirmed="nope", by=ADA)
