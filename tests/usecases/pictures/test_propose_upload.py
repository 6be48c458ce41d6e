"""Pictures that were taken elsewhere wait for a person; what is hostile or wrong of an upload is a sentence, and nothing is kept."""

from __future__ import annotations

import io
import stat
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from builders import a_view
from galleries import MemoryGallery
from houses import a_house
from inspect_pipelines.domain.access import LOCAL
from inspect_pipelines.domain.review import ReviewState
from inspect_pipelines.domain.run import Run, RunStatus
from inspect_pipelines.errors import NotFound
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.reviews import list_reviews
from inspect_pipelines.usecases.pictures.finalize import finalize
from inspect_pipelines.usecases.pictures.open_upload import (
    MOST_BYTES,
    MOST_BYTES_EACH,
    File,
    UploadInvalid,
)
from inspect_pipelines.usecases.pictures.propose_upload import propose_upload
from reviewed_runs import a_reviewed_run, page

SET = "nightly-shop"
PNG, OTHER = page("page-01", "header")[0], page("page-02", "button")[0]
SAME = page("page-01")[0]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = a_house(tmp_path, gallery=MemoryGallery())
    a_reviewed_run(house, ["", ""], status=RunStatus.PASSED)
    yield house
    house.ledgers.close()


def packed(*entries: tuple[str | zipfile.ZipInfo, bytes]) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return written.getvalue()


def a_link(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name)
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    return entry


def proposed(house: House, *files: tuple[str, bytes], key: str = "k", set_name: str = SET) -> Run:
    sent = [File(name, content) for name, content in files]
    return propose_upload(house, set_name, sent, by="user:ada", note="from the designer", key=key)


def refused(house: House, *files: tuple[str, bytes]) -> str:
    """Why; and that nothing waits."""
    with pytest.raises(UploadInvalid) as error:
        proposed(house, *files)
    assert list_reviews(house, ReviewState.WAITING).items == ()
    return str(error.value)


def test_what_was_uploaded_waits_for_a_person_and_is_approved_like_a_runs(house: House) -> None:
    run = proposed(
        house, ("all.zip", packed(("page-01@desktop.png", PNG), ("shop/page-02@desktop.png", OTHER)))
    )

    (waiting,) = list_reviews(house, ReviewState.WAITING).items
    with house.ledger.read() as ledger:
        before = ledger.baselines.active(SET)
    made = finalize(house, run.id, caller=LOCAL)

    assert waiting.review.run_id == run.id
    assert {view.name for view in waiting.changed_views} == {"page-01", "page-02"}
    assert run.status is RunStatus.NEEDS_REVIEW
    assert "2 pictures were uploaded by ada (from the designer)" in run.reason
    assert before is not None
    assert before.created_by != "user:ada" or before.source_run_id != run.id  # nothing was approved by itself
    assert made.images[a_view("page-01")].source_run_id == run.id
    assert made.images[a_view("page-01")].environment == before.images[a_view("page-01")].environment


def test_a_view_that_is_not_sent_stays_approved(house: House) -> None:
    run = proposed(house, ("page-01.png", PNG))

    made = finalize(house, run.id, caller=LOCAL)

    assert {view.name for view in made.images} == {"page-01", "page-02"}


def test_the_same_upload_twice_is_one_and_a_later_run_does_not_take_its_place(house: House) -> None:
    runs = [proposed(house, ("page-01@desktop.png", PNG)) for _ in range(2)]

    a_reviewed_run(house, ["header"])

    assert runs[0].id == runs[1].id
    assert runs[0].id in {one.review.run_id for one in list_reviews(house, ReviewState.WAITING).items}


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (packed(("../home@desktop.png", PNG)), "'../home@desktop.png' names a place outside of the archive"),
        (packed(("/etc/page-01@desktop.png", PNG)), "names a place outside of the archive"),
        (packed(("c:\\page-01@desktop.png", PNG)), "names a place outside of the archive"),
        (packed((a_link("page-01@desktop.png"), b"/etc/passwd")), "is a link to another file"),
        (packed(("page-01@desktop.png", packed(("x.png", PNG)))), "is an archive within the archive"),
        (packed(("page-01@desktop.png", b"GIF89a" + bytes(40))), "look like a GIF and are not a PNG picture"),
        (packed(("page-01@desktop.png", b"<svg onload=alert(1)>")), "look like HTML or XML"),
        (packed(("page-01@desktop.png", PNG), ("a/page-01@desktop.png", OTHER)), "are both of view"),
        (
            packed(("page-1@desktop.png", PNG)),
            "is of no view that is known (did you mean 'page-01@desktop'?)",
        ),
        (packed(("page-01@desktop.jpg", PNG)), "does not end with '.png'"),
        (packed(("a\x07.png", PNG)), "holds characters that nobody can type"),
        (
            packed(*((f"{number}.png", b"") for number in range(10_000))),
            "holds 10000 files, and 1000 are the most",
        ),
        (packed(("page-01@desktop.png", SAME)), "all of these pictures are the approved ones already"),
        (packed(), "there is no picture in it"),
        (packed(("page-01@desktop.png", PNG))[:-30], "is a damaged archive"),
        (packed(("page-01@desktop.png", PNG[:200])), "page-01@desktop.png"),
    ],
    ids=lambda value: value[:30] if isinstance(value, str) else "zip",
)
def test_what_is_hostile_or_wrong_is_told_in_a_sentence(house: House, content: bytes, says: str) -> None:
    assert says in refused(house, ("all.zip", content))


def test_a_bomb_is_unpacked_no_further_than_a_picture_may_be_large(house: House) -> None:
    zeros = bytes(MOST_BYTES_EACH + 1)

    one = refused(house, ("all.zip", packed(("page-01@desktop.png", zeros))))
    many = refused(
        house,
        ("all.zip", packed(*((f"{number}.png", zeros) for number in range(MOST_BYTES // MOST_BYTES_EACH)))),
    )

    assert "is larger than 20 MB unpacked" in one
    assert "it unpacks to more than 200 MB" in many


def test_everything_that_is_wrong_is_told_at_once(house: House) -> None:
    told = refused(
        house, ("nope@desktop.png", PNG), ("page-01@desktop.png", b"no"), ("x.zip", b"PK\x03\x04no")
    )

    assert "'page-01@desktop.png'" in told
    assert "'x.zip' is a damaged archive" in told


def test_files_of_a_mac_are_left_out(house: House) -> None:
    content = packed(
        ("__MACOSX/._page-01@desktop.png", b"x"), (".DS_Store", b"x"), ("page-01@desktop.png", PNG)
    )

    assert proposed(house, ("all.zip", content)).is_upload


def test_a_set_that_nobody_uses_takes_nothing(house: House) -> None:
    with pytest.raises(NotFound, match="no schedule or trigger is compared with"):
        proposed(house, ("page-01@desktop.png", PNG), set_name="nightly-shoop")
