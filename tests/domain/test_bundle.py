"""What of a bundle is not as its manifest says."""

from __future__ import annotations

from builders import NOW
from inspect_pipelines.domain.bundle import FORMAT, MANIFEST, Enclosed, Manifest, faults, fingerprint
from inspect_pipelines.domain.ids import DEFAULT_ORG, RunId

LISTED = (Enclosed("a.png", "1", 10, "the picture of a"), Enclosed("b.png", "2", 20, "the picture of b"))
WHOLE = {"a.png": ("1", 10), "b.png": ("2", 20)}
ONE = Manifest(
    FORMAT, 1, DEFAULT_ORG, RunId("r"), "d", "passed", "well", NOW, NOW, "user:ada", "SHA256:1", LISTED
)


def test_a_bundle_that_is_as_its_manifest_says_has_no_fault():
    assert faults(ONE, WHOLE, [MANIFEST, "a.png", "b.png"]) == ()


def test_each_way_in_which_it_is_not_is_a_sentence():
    found = faults(ONE, {"a.png": ("9", 10)}, ["a.png", "c.png", "a.png", "a.png"])

    assert found == (
        "'a.png' is there more than once",
        "'c.png' is not in the manifest",
        "'a.png' was changed: the picture of a",
        "'b.png' is missing: the picture of b",
    )
    assert faults(ONE, {**WHOLE, "a.png": ("1", 11)}, [*WHOLE]) == ("'a.png' was changed: the picture of a",)


def test_a_fingerprint_does_not_depend_on_how_the_lines_of_a_key_end():
    assert (
        fingerprint(b"-----\nabc\ndef\n")
        == fingerprint(b"-----\r\nabc\r\ndef")
        != fingerprint(b"-----\nabd\n")
    )
