from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from builders import a_finding
from inspect_pipelines.domain.finding import Finding, FindingKind, Ignored, Severity
from inspect_pipelines.domain.ignore import Ignore, ignored

TODAY = date(2026, 11, 22)
FOREIGN = a_finding(
    kind=FindingKind.REQUEST_FAILED,
    severity=Severity.WARNING,
    message="script https://cdn.ads.test/v2/ad.js?slot=1 answered 503",
    route="/pay/card",
    url="https://cdn.ads.test/v2/ad.js?slot=1",
)


@pytest.mark.parametrize(
    "entry",
    [
        {"kinds": (FindingKind.SLOW, FindingKind.REQUEST_FAILED)},
        {"text": "ANSWERED 503"},
        {"url": "https://cdn.ads.test/**"},
        {"url": "https://*.ads.test/v2/ad.js"},
        {"url": "**/ad.js"},
        {"url": "/v2/**"},
        {"url": "/pay/*"},
        {"kinds": (FindingKind.REQUEST_FAILED,), "text": "503", "url": "**/v2/*"},
    ],
)
def test_an_entry_covers_a_finding_by_kind_by_text_and_by_the_address_of_either_it_or_its_page(entry):
    assert Ignore("theirs", **entry).covers(FOREIGN)


@pytest.mark.parametrize(
    "entry",
    [
        {"kinds": (FindingKind.PAGE_ERROR,)},
        {"text": "answered 404"},
        {"url": "https://ads.test/**"},
        {"url": "https://shop.test/**"},
        {"url": "/v2"},
        {"url": "/pay"},
        {"kinds": (FindingKind.REQUEST_FAILED,), "text": "503", "url": "**/v3/*"},
    ],
)
def test_an_entry_covers_nothing_that_misses_one_of_its_parts(entry):
    assert not Ignore("theirs", **entry).covers(FOREIGN)


def test_a_finding_without_any_address_is_at_none():
    assert not Ignore("theirs", url="**").covers(a_finding(route="", url=""))
    assert Ignore("theirs", url="/").covers(a_finding(route="/", url=""))


def test_what_could_not_be_done_is_never_ignored():
    assert not Ignore("theirs", text="pay").covers(a_finding(kind=FindingKind.ACTION, message="click Pay"))


def test_an_entry_holds_on_its_last_day_and_no_longer():
    entry = Ignore("theirs", text="503", until=TODAY)

    assert ignored((entry,), FOREIGN, TODAY) == Ignored("theirs", TODAY)
    assert ignored((entry,), FOREIGN, date(2026, 11, 23)) == Ignored("theirs", TODAY, has_ended=True)
    assert ignored((entry,), a_finding(), TODAY) is None


def test_one_that_holds_beats_one_that_has_ended_and_of_those_the_last_is_named():
    first = Ignore("first", text="503", until=date(2026, 11, 1))
    second = Ignore("second", text="503", until=date(2026, 11, 10))
    for_good = Ignore("for good", text="503")

    assert ignored((first, second, for_good), FOREIGN, TODAY) == Ignored("for good")
    assert ignored((first, second), FOREIGN, TODAY) == Ignored("second", second.until, has_ended=True)


def told(finding: Finding, what: Ignored) -> Finding:
    return replace(finding, ignored=what)


def test_an_ignored_finding_decides_nothing_and_one_whose_entry_has_ended_does_and_says_so():
    quiet = told(a_finding(message="gone"), Ignored("theirs", TODAY))
    loud = told(a_finding(message="gone"), Ignored("theirs", TODAY, has_ended=True))

    assert (quiet.is_ignored, quiet.fails_at("warning"), quiet.sentence) == (True, False, "gone")
    assert (loud.is_ignored, loud.fails_at("error")) == (False, True)
    assert loud.sentence == "gone (was ignored until 2026-11-22: theirs)"
    assert str(quiet.ignored) == "ignored because theirs, until 2026-11-22"
    assert str(Ignored("theirs")) == "ignored because theirs"
