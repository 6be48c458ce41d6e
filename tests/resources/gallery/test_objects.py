"""The gallery in a bucket of a real S3 server: many machines at once, and a storage that is slow, busy or refuses."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from multiprocessing import get_context
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from inspect_pipelines.domain.ids import Sha256
from inspect_pipelines.errors import InspectError, NotFound, Refused, Unavailable, Unreadable
from loopback_site.server import png
from object_storage import HASTY, READER_KEY, READER_SECRET, ObjectServer
from patience import allowed, until
from resources.clock import SystemClock
from resources.gallery.objects import ObjectGallery
from resources.objects.aging import MARK_DIES_AFTER
from resources.objects.bucket import Bucket
from resources.objects.store import Meta, Objects, Patience
from stand_ins.sick_storage import SickStorage, a_sick_storage

ALWAYS_OLD = timedelta(0)


@pytest.fixture
def objects(object_server: ObjectServer) -> Objects:
    return object_server.objects(uuid4().hex)


@pytest.fixture
def gallery(objects: Objects) -> ObjectGallery:
    return ObjectGallery(objects, SystemClock())


def path(sha256: str) -> str:
    return f"{sha256[:2]}/{sha256}.png"


def stored_at(objects: Objects, name: str) -> datetime:
    found = objects.head(name)
    assert found is not None
    return found.stored_at


def let_a_second_pass(objects: Objects, after: datetime) -> None:
    """By the storage's clock, which tells whole seconds."""

    def has_passed() -> bool:
        objects.replace("tick", b"")
        return stored_at(objects, "tick") > after

    until(has_passed)


def test_a_picture_that_is_put_twice_is_one_object_and_is_not_sent_again(
    gallery: ObjectGallery, objects: Objects
) -> None:
    sha = gallery.put(png(20, 10))
    first = stored_at(objects, path(sha))
    let_a_second_pass(objects, first)

    gallery.put(png(20, 10))

    assert [each.path for each in objects.below(sha[:2])] == [path(sha)]
    assert stored_at(objects, path(sha)) == first


@pytest.mark.parametrize("deed", ["put", "keep"])
def test_one_that_is_needed_again_when_it_is_old_is_as_young_as_a_new_one(
    objects: Objects, deed: str
) -> None:
    gallery = ObjectGallery(objects, SystemClock(), young_for=ALWAYS_OLD)
    sha = gallery.put(png(20, 10))
    first = stored_at(objects, path(sha))
    let_a_second_pass(objects, first)

    gallery.put(png(20, 10)) if deed == "put" else gallery.keep(sha)

    assert stored_at(objects, path(sha)) > first
    assert gallery.get(sha) == png(20, 10)


def test_two_hosts_that_store_the_same_pictures_at_once_leave_each_once_and_whole(
    object_server: ObjectServer,
) -> None:
    bucket = object_server.bucket(uuid4().hex)
    context = get_context("spawn")
    together = context.Barrier(2)
    hosts = [context.Process(target=store_many, args=(bucket, together)) for _ in range(2)]
    for host in hosts:
        host.start()
    for host in hosts:
        host.join(allowed(120))

    here = object_server.objects(bucket.url.rpartition("/")[2])
    names = sorted(each.path for each in here.below("") if each.path.endswith(".png"))
    assert [host.exitcode for host in hosts] == [0, 0]
    assert names == sorted(path(hashlib.sha256(png(30, height)).hexdigest()) for height in range(1, 41))
    gallery = ObjectGallery(here, SystemClock())
    assert all(gallery.get(Sha256(name[3:-4])) for name in names)


def store_many(bucket: Bucket, together: threading.Barrier) -> None:
    from inspect_pipelines.config.settings import resolve_secret

    gallery = ObjectGallery(Objects(bucket, resolve_secret), SystemClock())
    together.wait()
    for height in range(1, 41):
        gallery.put(png(30, height), with_rows=True)


def test_of_two_that_find_nothing_there_one_stores_it(objects: Objects) -> None:
    assert objects.create("x", b"1")
    assert not objects.create("x", b"2")
    assert objects.get("x") == b"1"


@pytest.mark.parametrize("harm", [lambda data: b"", lambda data: data[:-1] + b"x", lambda data: data[:40]])
def test_a_damaged_picture_is_told_as_ours_and_mended_by_the_same_shot(
    gallery: ObjectGallery, objects: Objects, harm: Callable[[bytes], bytes]
) -> None:
    picture = png(20, 10)
    sha = gallery.put(picture)
    objects.replace(path(sha), harm(picture))

    with pytest.raises(Unreadable, match=r"is damaged.*the fault is in our storage, not on the site"):
        gallery.get(sha)
    gallery.put(picture)

    assert gallery.get(sha) == picture


def test_a_link_opens_without_a_key_until_its_time_is_over(gallery: ObjectGallery, objects: Objects) -> None:
    sha = gallery.put(png(20, 10))

    lasting, passing = gallery.link(sha, seconds=3600), gallery.link(sha, seconds=1)

    assert httpx.get(lasting).content == png(20, 10)
    assert httpx.get(lasting.partition("?")[0]).status_code == 403  # without its signature
    assert httpx.get(lasting.replace(path(sha), path("a" * 64))).status_code == 403  # of another picture
    until(lambda: httpx.get(passing).status_code == 403)
    assert objects.bucket.secret is not None
    assert "qa-secret" not in lasting


@pytest.mark.parametrize("seconds", [0, -1, 604_801])
def test_a_link_for_ever_or_for_no_time_is_refused(gallery: ObjectGallery, seconds: int) -> None:
    with pytest.raises(Refused, match=f"a link for {seconds} s cannot be signed"):
        gallery.link(Sha256("a" * 64), seconds=seconds)


@pytest.mark.parametrize(("key", "secret"), [("qa-key", "wrong"), ("nobody", "wrong")])
def test_a_wrong_key_or_secret_is_refused_at_once_and_named_nowhere(
    object_server: ObjectServer, key: str, secret: str
) -> None:
    gallery = ObjectGallery(object_server.objects("x", key=key, secret=secret), SystemClock())

    for deed in (
        lambda: gallery.put(png(5, 5)),
        lambda: gallery.get(Sha256("a" * 64)),
        gallery.check_writable,
    ):
        with pytest.raises(Refused, match="check INSPECT_GALLERY_KEY") as told:
            deed()
        assert secret not in str(told.value).replace("INSPECT_GALLERY_SECRET", "")
        assert not told.value.retry_may_help


def test_a_policy_that_only_lets_read_lets_read(object_server: ObjectServer) -> None:
    prefix = uuid4().hex
    sha = ObjectGallery(object_server.objects(prefix), SystemClock()).put(png(20, 10))
    reader = ObjectGallery(object_server.objects(prefix, READER_KEY, READER_SECRET), SystemClock())

    assert reader.get(sha) == png(20, 10)
    for deed in (lambda: reader.put(png(20, 11)), reader.check_writable):
        with pytest.raises(Refused, match="AccessDenied"):
            deed()


def test_what_lies_there_beside_pictures_is_left_alone_by_prune(
    gallery: ObjectGallery, objects: Objects
) -> None:
    objects.replace("readme.txt", b"ours")
    objects.replace("aa/notes.png", b"ours")
    sha = gallery.put(png(20, 10))
    gallery.thumbnail(sha)

    done = gallery.prune([], older_than=SystemClock().now() + timedelta(minutes=5))

    assert done == (1, len(png(20, 10)))
    assert sorted(each.path for each in objects.below("")) == ["aa/notes.png", "readme.txt"]


def test_row_hashes_whose_picture_is_gone_go_and_others_stay(
    gallery: ObjectGallery, objects: Objects
) -> None:
    lost, kept = (gallery.put(png(20, height), with_rows=True) for height in (10, 11))
    objects.delete(path(lost))

    done = gallery.prune([kept], older_than=SystemClock().now() + timedelta(minutes=5))

    assert done[0] == 0
    assert gallery.rows(lost) is None
    assert gallery.rows(kept) is not None


class Interrupted(Objects):
    """Lets something happen just before the pruning host does what it does next."""

    before_last_look: Callable[[], object] = staticmethod(lambda: None)
    before_deletion: Callable[[], object] = staticmethod(lambda: None)

    def head(self, name: str) -> Meta | None:
        if name.endswith(".png"):
            self.before_last_look()
        return super().head(name)

    def delete(self, *names: str) -> None:
        if names[-1].endswith(".png"):
            self.before_deletion()
        super().delete(*names)


def test_a_picture_that_another_host_stores_while_it_is_about_to_be_pruned_stays(
    objects: Objects, object_server: ObjectServer
) -> None:
    """Just before the pruning host looks for the last time."""
    pruning = Interrupted(objects.bucket, objects._resolve, HASTY)
    shooting = ObjectGallery(objects, SystemClock(), young_for=ALWAYS_OLD)
    sha = shooting.put(png(20, 10))
    first = stored_at(objects, path(sha))
    let_a_second_pass(objects, first)
    # Not by `put`: it would wait for the mark, in the thread that has to take it away.
    pruning.before_last_look = lambda: objects.replace(path(sha), png(20, 10))

    done = ObjectGallery(pruning, SystemClock()).prune([], older_than=first + timedelta(seconds=1))

    assert done == (0, 0)
    assert shooting.get(sha) == png(20, 10)


def test_a_picture_that_is_stored_between_the_last_look_and_the_deletion_is_there_afterwards(
    objects: Objects,
) -> None:
    pruning = Interrupted(objects.bucket, objects._resolve, HASTY)
    shooting = ObjectGallery(objects, SystemClock(), young_for=ALWAYS_OLD)
    sha = shooting.put(png(20, 10))
    first = stored_at(objects, path(sha))
    let_a_second_pass(objects, first)
    host = threading.Thread(target=shooting.put, args=(png(20, 10),))

    def store_elsewhere() -> None:
        host.start()
        until(lambda: stored_at(objects, path(sha)) > first)

    pruning.before_deletion = store_elsewhere
    done = ObjectGallery(pruning, SystemClock()).prune([], older_than=first + timedelta(seconds=1))
    host.join()

    assert done[0] == 1
    assert shooting.get(sha) == png(20, 10)


def test_what_another_host_is_about_to_delete_is_left_to_it_unless_it_died(objects: Objects) -> None:
    sha = ObjectGallery(objects, SystemClock()).put(png(20, 10))
    objects.replace(f"doomed/{sha}", b"")
    soon = SystemClock().now() + timedelta(minutes=5)

    left = ObjectGallery(objects, SystemClock()).prune([], older_than=soon)
    taken = ObjectGallery(objects, Ahead()).prune([], older_than=soon)

    assert (left[0], taken[0]) == (0, 1)
    assert objects.head(f"doomed/{sha}") is None


class Ahead(SystemClock):
    def now(self) -> datetime:
        return super().now() + 2 * MARK_DIES_AFTER


@pytest.fixture
def sick() -> Iterator[SickStorage]:
    with a_sick_storage() as server:
        yield server


def asking(server: SickStorage, tmp_path: Path, patience: Patience = HASTY) -> Objects:
    bucket = Bucket("s3://shots", server.endpoint, "us-east-1", "key", "${env:X}")
    return Objects(bucket, lambda _: "secret", patience)


@pytest.mark.parametrize(
    ("answer", "kind", "sentence"),
    [
        ((503, "SlowDown"), Unavailable, "SlowDown"),
        ((500, "InternalError"), Unavailable, "InternalError"),
        (
            (403, "RequestTimeTooSkewed"),
            Refused,
            "the clocks of this machine and the storage differ too much",
        ),
        ((403, "AccessDenied"), Refused, "the storage refuses it (AccessDenied)"),
        ((403, "InvalidAccessKeyId"), Refused, "the storage refuses it (InvalidAccessKeyId)"),
        ((404, "NoSuchBucket"), Refused, "the bucket of 's3://shots' does not exist"),
        ((507, "InsufficientStorage"), Unavailable, "InsufficientStorage"),
    ],
)
def test_whatever_the_storage_suffers_from_is_a_sentence_of_its_class(
    sick: SickStorage, tmp_path: Path, answer: tuple[int, str], kind: type[InspectError], sentence: str
) -> None:
    sick.answer = answer

    for deed in (lambda o: o.create("x", b"1"), lambda o: o.replace("x", b"1"), lambda o: o.get("x")):
        with pytest.raises(kind) as told:
            deed(asking(sick, tmp_path))
        assert sentence in str(told.value)
        assert told.value.retry_may_help is (kind is Unavailable)
        assert "Debug" not in str(told.value)


def test_a_refusal_is_not_sent_again_and_a_busy_storage_is_a_bounded_number_of_times(
    sick: SickStorage, tmp_path: Path
) -> None:
    with pytest.raises(Unavailable):
        asking(sick, tmp_path).get("x")
    tries = len(sick.asked)
    sick.answer = (403, "AccessDenied")

    with pytest.raises(Refused):
        asking(sick, tmp_path).get("x")

    assert (tries, len(sick.asked)) == (1 + HASTY.retries, 2 + HASTY.retries)


def test_a_storage_that_is_busy_for_a_moment_is_not_noticed(sick: SickStorage, tmp_path: Path) -> None:
    sick.well_after = 1

    assert asking(sick, tmp_path).create("x", b"1")

    assert sick.asked == ["PUT", "PUT"]


def test_a_storage_that_never_answers_is_given_up(sick: SickStorage, tmp_path: Path) -> None:
    sick.answer = None

    with pytest.raises(Unavailable, match="nothing was lost, try again"):
        asking(sick, tmp_path, replace(HASTY, request_seconds=0.5, retries=0)).create("x", b"1")


def test_a_storage_that_is_out_of_reach_is_unavailable(tmp_path: Path) -> None:
    with a_sick_storage() as gone:
        pass

    with pytest.raises(Unavailable, match="try again"):
        asking(gone, tmp_path).create("x", b"1")


def test_a_process_forked_from_one_that_has_asked_is_told_so_and_does_not_hang(
    object_server: ObjectServer,
) -> None:
    """Its client's threads are not there: a request would wait for ever."""
    bucket = object_server.bucket(uuid4().hex)
    code = (
        "import os, sys; from inspect_pipelines.config.settings import resolve_secret\n"
        "from resources.objects.bucket import Bucket; from resources.objects.store import Objects\n"
        "objects = Objects(Bucket(*sys.argv[1:]), resolve_secret)\n"
        "def ask():\n"
        "    try: return objects.create('x', b'1')\n"
        "    except Exception as error: return f'{type(error).__name__}: {error}'\n"
        "def child():\n"
        "    if os.fork() == 0: print('child', ask(), flush=True); os._exit(0)\n"
        "    os.wait()\n"
        "child(); print('parent', ask(), flush=True); child()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, bucket.url, bucket.endpoint, bucket.region, bucket.key, bucket.secret],
        capture_output=True,
        text=True,
        timeout=300,
        cwd=Path(__file__).parents[3],
    )

    first, parent, second = done.stdout.splitlines()
    assert (first, parent) == ("child True", "parent False"), done.stderr
    assert "Unavailable" in second
    assert "start this one anew" in second


def test_no_name_leaves_the_prefix(gallery: ObjectGallery) -> None:
    for deed in (gallery.get, gallery.keep, gallery.rows, gallery.open, gallery.stat, gallery.thumbnail):
        with pytest.raises(NotFound, match="names no picture"):
            deed(Sha256("../../etc/passwd"))
