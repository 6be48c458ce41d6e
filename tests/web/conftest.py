"""A home in which one organisation has something at every address, and another has nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

import ledger_rows
from builders import NOW, a_baseline, a_delivery, a_screenshot, a_session
from galleries import MemoryGallery
from houses import CollectingChannel, a_house
from inspect_pipelines.domain.baseline import image_of
from inspect_pipelines.domain.channel import ChannelConfig
from inspect_pipelines.domain.compiled import Channels
from inspect_pipelines.domain.evidence import EvidenceFile, EvidenceKind
from inspect_pipelines.domain.naming import Naming
from inspect_pipelines.ports.house import House
from inspect_pipelines.stored.compiled import compile_definitions
from pictures import noise


def a_filled_house(home: Path) -> House:
    """It has something at every address."""
    house = a_house(home, gallery=MemoryGallery(), channels=[("*", CollectingChannel())])
    files = Channels((ChannelConfig("dry", "files"),))
    house.publication.publish(compile_definitions(Naming(house.org_id), [], at=NOW, channels=files))
    for _ in range(1000):
        house.clock.new_id()  # the rows' own ids begin alike
    shot = a_screenshot(sha256=house.gallery.put(noise(8, 8)))
    # The same bytes as a film, so that one hash names both.
    film = EvidenceFile(
        EvidenceKind.VIDEO, "desktop", house.evidence_files.put(EvidenceKind.VIDEO, noise(8, 8))
    )
    with house.ledger.write() as session:
        ledger_rows.fill(session)
        session.evidence.save_session(ledger_rows.RUNNING.id, a_session(screenshots=(shot,), files=(film,)))
        pictures = {shot.view: image_of(shot, ledger_rows.RUNNING.id)}
        session.baselines.add(replace(a_baseline(), id=ledger_rows.WITH_PICTURES, images=pictures))
    house.inbox.store([a_delivery(id=ledger_rows.EVENT.id)])
    return house


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """It is only read, but for tokens."""
    house = a_filled_house(tmp_path_factory.mktemp("filled"))
    yield house
    house.ledgers.close()


@pytest.fixture(scope="session")
def fuzzed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Whatever the document allows is done to it."""
    house = a_filled_house(tmp_path_factory.mktemp("fuzzed"))
    yield house
    house.ledgers.close()


@pytest.fixture
def ours(tmp_path: Path) -> Iterator[House]:
    """One test's own."""
    house = a_filled_house(tmp_path)
    yield house
    house.ledgers.close()


@pytest.fixture(scope="session")
def sha256(filled: House) -> str:
    """Of a picture that the organisation has."""
    (sha,) = filled.gallery.images  # type: ignore[attr-defined]
    return str(sha)
