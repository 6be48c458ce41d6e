"""Pictures of another tool become one run that waits for one approval; until then nothing is compared with them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from builders import a_plan, a_schedule
from galleries import MemoryGallery
from houses import a_house, apply
from inspect_pipelines.domain.access import LOCAL
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.domain.screenshot import UNKNOWN
from inspect_pipelines.errors import NotFound, UsageError
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.pictures.finalize import finalize
from inspect_pipelines.usecases.pictures.open_upload import File, UploadInvalid
from inspect_pipelines.usecases.pictures.propose_goldens import match_goldens, propose_goldens
from loopback_site.server import png
from watched_site import Site

SET = "nightly-shop"
HOME = File("shop.spec.ts-snapshots/home-1-chromium-linux.png", png(64, 64, 90))


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = a_house(tmp_path, gallery=MemoryGallery())
    apply(house, a_schedule(plan=a_plan()))
    yield house
    house.ledgers.close()


def test_pictures_of_views_that_were_never_shown_need_one_approval_and_then_the_first_run_is_judged_by_them(
    house,
):
    """The first night of whoever comes from another tool should compare, and not ask for everything once more."""
    matched = match_goldens(house, SET, [HOME], {})
    run = propose_goldens(house, SET, [HOME], matched, by="user:ada", note="imported from goldens")
    again = propose_goldens(house, SET, [HOME], matched, by="user:ada", note="imported from goldens")

    assert (run.status, again.id) == (RunStatus.NEEDS_REVIEW, run.id)
    assert "imported from goldens" in run.reason
    with house.ledger.read() as ledger:
        assert ledger.baselines.active(SET) is None
    baseline = finalize(house, run.id, caller=LOCAL)
    (image,) = baseline.images.values()
    assert image.environment.browser == UNKNOWN
    site = Site(house)
    assert site.look(90, None).status is RunStatus.PASSED
    assert site.look(190, None).status is RunStatus.FAILED


def test_what_is_no_picture_of_a_view_is_told_and_the_map_beats_names(house):
    files = [
        HOME,
        File("footer.png", png(64, 64, 10)),
        File("hero.png", b"GIF89a"),
        File("b/home.png", png(64, 64, 20)),
    ]

    matched = match_goldens(house, SET, files, {})
    mapped = match_goldens(house, SET, files[1:2], {"footer.png": "shop/home@desktop"})

    assert {name: str(view) for name, view in matched.views.items()} == {HOME.name: "shop/home@desktop"}
    assert matched.others["footer.png"] == "its name holds the name of no view"
    assert "PNG" in matched.others["hero.png"]
    assert matched.others["b/home.png"].startswith("is of view 'shop/home@desktop' as well as")
    assert [*mapped.views] == ["footer.png"]


@pytest.mark.parametrize(
    ("mapping", "sentence"),
    [
        ({"none.png": "shop/home@desktop"}, "--map: 'none.png' is no picture of the folder"),
        ({HOME.name: "shop/hom@desktop"}, f"--map: 'shop/hom@desktop', of {HOME.name!r}, is no view of 'nightly-shop'; there are: shop/home@desktop"),
    ],
)  # fmt: skip
def test_a_map_that_names_nothing_is_refused(house, mapping, sentence):
    with pytest.raises(UsageError) as error:
        match_goldens(house, SET, [HOME], mapping)

    assert str(error.value) == sentence


def test_a_set_that_nobody_uses_takes_no_pictures(house):
    with pytest.raises(NotFound, match="no schedule or trigger is compared with a set of baselines 'shop'"):
        match_goldens(house, "shop", [HOME], {})


def test_a_picture_that_breaks_behind_its_header_keeps_nothing(house):
    broken = File(HOME.name, HOME.content[:60])

    with pytest.raises(UploadInvalid, match="nothing was kept"):
        propose_goldens(house, SET, [broken], match_goldens(house, SET, [broken], {}), by="user:ada", note="")
