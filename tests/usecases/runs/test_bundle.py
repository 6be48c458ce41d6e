"""An evidence bundle: what is in it, and that nobody changes any of it unseen."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from hypothesis import given, settings
from hypothesis import strategies as st

from builders import a_run, a_schedule, a_screenshot, a_session
from history_builders import a_comparison
from houses import a_house, apply
from inspect_pipelines.domain.bundle import MANIFEST, PUBLIC, SIGNATURE, fingerprint
from inspect_pipelines.domain.comparison import Beside
from inspect_pipelines.domain.evidence import EvidenceFile, EvidenceKind
from inspect_pipelines.domain.report import Report
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.domain.verdict import Verdict, VerdictKind
from inspect_pipelines.errors import InspectError, Refused, Unreadable
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.runs.bundle import bundle
from inspect_pipelines.usecases.runs.verify_bundle import verify_bundle
from loopback_site.server import png
from resources.seal import FileSeal

Files = dict[str, bytes]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    """With one run that failed, of which one picture is gone; tests only read it."""
    house = a_house(tmp_path_factory.mktemp("home"))
    apply(house, a_schedule())
    old, new, overlay = (house.gallery.put(png(20, height)) for height in (1, 2, 3))
    trace = house.evidence_files.put(EvidenceKind.TRACE, b"PK trace")
    run = a_run()
    ended = replace(run, status=RunStatus.FAILED, reason="the header moved", completed_at=house.clock.now())
    further = house.gallery.put(png(20, 4))
    shown = a_comparison(
        old_sha256=old,
        new_sha256=new,
        overlay_sha256=overlay,
        variant="A",
        besides=(Beside("B", further, 0.5),),
    )
    session = a_session(
        screenshots=(a_screenshot(sha256=new), a_screenshot("gone")),
        files=(EvidenceFile(EvidenceKind.TRACE, "desktop", trace, 8),),
    )
    with house.ledger.write() as ledger:
        ledger.runs.request(run)
        ledger.evidence.save_session(run.id, session)
        ledger.evidence.save_comparisons(run.id, [shown])
        ledger.runs.conclude(ended)
    house.reports.write(
        Report(ended, None, (session,), (shown,), Verdict(VerdictKind.FAILED, RunStatus.FAILED, ()), None)
    )
    return house


def bundled(house: House) -> bytes:
    out = BytesIO()
    bundle(house, a_run().id, out, by="user:ada")
    return out.getvalue()


def unpacked(data: bytes) -> Files:
    with ZipFile(BytesIO(data)) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def packed(files: Mapping[str, bytes]) -> bytes:
    out = BytesIO()
    with ZipFile(out, "w") as new:
        for name, data in files.items():
            new.writestr(name, data)
    return out.getvalue()


def verified(house: House, data: bytes, *trusted: str) -> str:
    own = (fingerprint(house.seal.public()),)
    return verify_bundle(BytesIO(data), house.seal, trusted=trusted or own).run_id


def test_a_bundle_holds_all_that_is_kept_of_a_run_and_says_what_is_not(house: House) -> None:
    out = BytesIO()

    manifest = bundle(house, a_run().id[:20], out, by="user:ada")

    files = unpacked(out.getvalue())
    kinds = sorted({name.partition("/")[0] for name in files})
    assert kinds == [
        "README.txt",
        "evidence",
        "facts.json",
        "files",
        MANIFEST,
        SIGNATURE,
        "pictures",
        PUBLIC,
        "report.html",
    ]
    assert sorted(name for name in files if name.startswith("pictures/")) == sorted(
        f"pictures/{house.gallery.put(png(20, height))}.png" for height in (1, 2, 3, 4)
    )
    assert "what was approved of shop/home@desktop as well, variant B" in [one.what for one in manifest.files]
    assert [one.sha256 for one in manifest.lacking] == [a_screenshot("gone").sha256]
    assert json.loads(files["facts.json"])["run"]["id"] == a_run().id
    assert b"shop/home@desktop" in files["evidence/comparisons.json"]
    assert fingerprint(house.seal.public()).encode() in files["README.txt"]
    assert verified(house, out.getvalue()) == a_run().id


def changed(name: str, change: Callable[[bytes], bytes]) -> Callable[[Files], Files]:
    return lambda files: {**files, name: change(files[name])}


def first(files: Files, folder: str) -> str:
    return next(name for name in files if name.startswith(folder))


FORGERIES: Mapping[str, tuple[Callable[[Files], Files], str]] = {
    "a picture": (
        lambda files: {**files, first(files, "pictures/"): png(20, 9)},
        r"'pictures/.+' was changed: what was approved of shop/home@desktop",
    ),
    "the other variant": (
        lambda files: {**files, f"pictures/{sha256(png(20, 4)).hexdigest()}.png": png(20, 9)},
        r"'pictures/.+' was changed: what was approved of shop/home@desktop as well, variant B",
    ),
    "a picture longer": (
        lambda files: {**files, first(files, "pictures/"): files[first(files, "pictures/")] + b"\0" * 99},
        "was changed",
    ),
    "the report": (
        changed("report.html", lambda page: page.replace(b"failed", b"passed")),
        "'report.html' was changed",
    ),
    "a fact": (
        changed("facts.json", lambda text: text.replace(b"failed", b"passed")),
        "'facts.json' was changed",
    ),
    "what a view said": (
        changed("evidence/comparisons.json", lambda text: text.replace(b"changed", b"unchanged")),
        "'evidence/comparisons.json' was changed",
    ),
    "a file gone": (
        lambda files: {name: data for name, data in files.items() if not name.startswith("files/")},
        "is missing: the trace of desktop",
    ),
    "a file more": (
        lambda files: {**files, "pictures/more.png": b"x"},
        "'pictures/more.png' is not in the manifest",
    ),
    "the manifest": (
        changed(MANIFEST, lambda text: text.replace(b"failed", b"passed")),
        "changed after it was signed",
    ),
    "the signature": (
        changed(SIGNATURE, lambda sign: sign[:-1] + bytes([sign[-1] ^ 1])),
        "changed after it was signed",
    ),
    "the signature cut": (changed(SIGNATURE, lambda sign: sign[:10]), "changed after it was signed"),
    "the key": (changed(PUBLIC, lambda key: b"no key"), "changed after it was signed"),
    "no manifest": (
        lambda files: {name: data for name, data in files.items() if name != MANIFEST},
        "'manifest.json' is not in it",
    ),
}


@pytest.mark.parametrize("what", FORGERIES)
def test_whatever_is_changed_is_found(house: House, what: str) -> None:
    change, says = FORGERIES[what]

    with pytest.raises(Unreadable, match=says):
        verified(house, packed(change(unpacked(bundled(house)))))


def test_what_somebody_else_signed_anew_is_refused_with_their_fingerprint(
    house: House, tmp_path: Path
) -> None:
    stranger = replace(house, seal=FileSeal(tmp_path))
    theirs = fingerprint(stranger.seal.public())
    forged = bundled(stranger)

    with pytest.raises(Refused, match=f"signed by {theirs}, of whom nobody has said that you trust it"):
        verified(house, forged)
    assert verified(house, forged, theirs) == a_run().id


def test_a_manifest_that_names_another_key_than_the_one_that_signed_it_is_forged(
    house: House, tmp_path: Path
) -> None:
    files, stranger = unpacked(bundled(house)), FileSeal(tmp_path)
    files |= {SIGNATURE: stranger.sign(files[MANIFEST]), PUBLIC: stranger.public()}

    with pytest.raises(Unreadable, match="it was forged: it says that 'SHA256:"):
        verified(house, packed(files))


def test_a_name_that_stands_twice_in_a_file_is_found(house: House) -> None:
    """Programs differ in which of the two they show."""
    files = unpacked(bundled(house))
    files = [("report.htmX", b"another page"), *files.items()]
    data = packed(dict(files)).replace(
        b"report.htmX", b"report.html"
    )  # as a program would that knows no mercy

    with pytest.raises(Unreadable, match=r"\'report\.html\' is there more than once"):
        verified(house, data)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_no_byte_of_a_file_of_the_bundle_is_changed_unseen(house: House, data: st.DataObject) -> None:
    files = unpacked(bundled(house))
    name = data.draw(st.sampled_from(sorted(files)))
    at = data.draw(st.integers(0, len(files[name]) - 1))
    bit = data.draw(st.integers(0, 7))
    whole = bytearray(files[name])
    whole[at] ^= 1 << bit

    with pytest.raises(InspectError):
        verified(house, packed({**files, name: bytes(whole)}))


@pytest.mark.parametrize("data", [b"", b"no zip", b"PK\x03\x04" + b"\0" * 60])
def test_what_is_no_bundle_is_a_sentence(house: House, data: bytes) -> None:
    with pytest.raises(Unreadable, match="it is no whole evidence bundle"):
        verified(house, data)


def test_a_bundle_cut_off_is_found(house: House) -> None:
    data = bundled(house)

    for length in range(0, len(data), max(1, len(data) // 40)):
        with pytest.raises(Unreadable):
            verified(house, data[:length])


def test_a_run_that_goes_on_or_whose_evidence_is_gone_is_refused(tmp_path: Path) -> None:
    house = a_house(tmp_path)
    run = a_run()
    with house.ledger.write() as ledger:
        ledger.runs.request(run)

    with pytest.raises(Refused, match="it is still 'pending'; wait for its end"):
        bundle(house, run.id, BytesIO(), by="user:ada")

    with house.ledger.write() as ledger:
        ledger.runs.conclude(
            replace(run, status=RunStatus.PASSED, reason="well", completed_at=house.clock.now())
        )
        ledger.expiry.empty([run.id], at=house.clock.now() + timedelta(days=90))
    with pytest.raises(Refused, match="its evidence is kept for 90 days and went on 2027-02-20"):
        bundle(house, run.id, BytesIO(), by="user:ada")


def test_the_key_is_its_owner_s_alone_and_another_kind_signs_nothing(tmp_path: Path) -> None:
    seal = FileSeal(tmp_path / "keys")
    assert seal.fingerprint() is None

    signature = seal.sign(b"so it was")

    mode = stat.S_IMODE((tmp_path / "keys" / "evidence.key").stat().st_mode)
    assert mode == 0o600
    assert seal.is_signed(b"so it was", signature, seal.public())
    assert not seal.is_signed(b"so it was not", signature, seal.public())
    rsa = generate_private_key(65537, 2048).public_key()
    pem = rsa.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    assert not seal.is_signed(b"so it was", signature, pem)
    (tmp_path / "keys" / "evidence.key").write_text("nothing")
    with pytest.raises(Unreadable, match="is no Ed25519 key; put it back from a backup"):
        seal.sign(b"more")
