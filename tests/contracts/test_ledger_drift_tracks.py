"""Drift tracks, over both databases."""

from __future__ import annotations

from dataclasses import replace

from builders import NOW, a_baseline, a_sha, a_view
from inspect_pipelines.domain.anchor import Anchor
from inspect_pipelines.domain.baseline import Variant
from inspect_pipelines.domain.drift_track import Distance, Track
from inspect_pipelines.domain.ids import DEFAULT_ORG, OrgId
from resources.ledger.store import SqlLedgers

TRACK = Track(a_sha("a"), "m", a_sha("b"), NOW, (Distance(0.001, 1), Distance()), 0.75, 3, NOW)


def test_a_track_is_kept_by_set_and_view_until_the_next_run(ledgers: SqlLedgers) -> None:
    home, cart = a_view("home"), a_view("cart")
    with ledgers.of(DEFAULT_ORG).write() as session:
        session.drift_tracks.keep("nightly", {home: {"A": TRACK}, cart: {"A": TRACK}})
        session.drift_tracks.keep("weekly", {home: {"A": replace(TRACK, runs=9)}})
        session.drift_tracks.keep("nightly", {home: {"A": replace(TRACK, runs=4)}})
        session.drift_tracks.keep("nightly", {})

    with ledgers.of(DEFAULT_ORG).read() as session:
        assert session.drift_tracks.of("nightly") == {home: {"A": replace(TRACK, runs=4)}, cart: {"A": TRACK}}
        assert session.drift_tracks.of("another") == {}
    with ledgers.of(OrgId("other")).read() as session:
        assert session.drift_tracks.of("nightly") == {}


def test_a_thousand_views_are_kept_at_once(ledgers: SqlLedgers) -> None:
    tracks = {a_view(f"page-{number}"): {"A": TRACK, "B": TRACK} for number in range(1001)}
    with ledgers.of(DEFAULT_ORG).write() as session:
        session.drift_tracks.keep("nightly", tracks)

    with ledgers.of(DEFAULT_ORG).read() as session:
        assert session.drift_tracks.of("nightly") == tracks


def test_each_approved_picture_of_a_view_has_a_track_of_its_own_and_one_that_goes_is_forgotten(
    ledgers: SqlLedgers,
) -> None:
    home, first, further = a_view("home"), replace(TRACK, runs=1), replace(TRACK, runs=2)
    with ledgers.of(DEFAULT_ORG).write() as session:
        session.drift_tracks.keep("nightly", {home: {"A": first, "B": further, "C": TRACK}})
        session.drift_tracks.keep("nightly", {home: {"B": replace(further, runs=3)}})
        session.drift_tracks.keep("weekly", {home: {"C": TRACK}})
        session.drift_tracks.forget("nightly", home, "C")
        session.drift_tracks.forget("nightly", a_view("cart"), "A")

    with ledgers.of(DEFAULT_ORG).write() as session:
        assert session.drift_tracks.of("nightly") == {home: {"A": first, "B": replace(further, runs=3)}}
        assert session.drift_tracks.of("weekly") == {home: {"C": TRACK}}
        session.drift_tracks.forget("nightly", home, "A")
    with ledgers.of(DEFAULT_ORG).read() as session:
        assert session.drift_tracks.of("nightly") == {home: {"B": replace(further, runs=3)}}
    with ledgers.of(OrgId("other")).read() as session:
        assert session.drift_tracks.of("nightly") == {}


def test_a_further_approved_picture_is_kept_as_long_as_its_baseline(ledgers: SqlLedgers) -> None:
    (view, image), *_ = a_baseline().images.items()
    further = Variant(replace(image, sha256=a_sha("e"), letter="B"), "user:ada", NOW)
    with ledgers.of(DEFAULT_ORG).write() as session:
        session.baselines.add(replace(a_baseline(), images={view: replace(image, variants=(further,))}))

    with ledgers.read() as across:
        assert across.pictures.referenced() == {image.sha256, a_sha("e")}


def test_a_picture_that_a_person_approved_stays_while_a_rules_picture_stands_in_its_place(
    ledgers: SqlLedgers,
) -> None:
    (view, image), *_ = a_baseline().images.items()
    anchor = Anchor(a_sha("e"), image.width, image.height, image.environment, image.source_run_id)
    moved = replace(a_baseline(), images={view: replace(image, anchor=anchor)})
    with ledgers.of(DEFAULT_ORG).write() as session:
        session.baselines.add(moved)

    with ledgers.read() as across:
        assert across.pictures.referenced() == {image.sha256, anchor.sha256}
