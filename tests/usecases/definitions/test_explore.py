"""A site is explored politely; the site here is a port's fake, a real one is in tests/journeys/test_crawl.py."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from inspect_pipelines.domain.crawl import Banner, Link
from inspect_pipelines.errors import UsageError
from inspect_pipelines.usecases.definitions.explore import explore

HOME = "https://shop.test/"


@dataclass
class Page:
    url: str
    status: int = 200
    links: tuple[Link, ...] = ()
    banner: Banner | None = None


@dataclass
class FakeSite:
    pages: dict[str, Page | str] = field(default_factory=dict)
    robots: tuple[int, str] = (404, "")
    opened: list[str] = field(default_factory=list)

    def visit(self, url: str) -> Page | str:
        self.opened.append(url)
        return self.pages.get(url, Page(url, 404))

    def text(self, url: str) -> tuple[int, str]:
        assert url == "https://shop.test/robots.txt"
        return self.robots


class SlowClock:
    """Its time passes only while somebody sleeps."""

    def __init__(self) -> None:
        self.at = 100.0
        self.slept: list[float] = []

    def monotonic(self) -> float:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.at += seconds


def a_site(*paths: str, **more: Page | str) -> FakeSite:
    links = tuple(Link(f"{HOME}{path}") for path in (*paths, *more))
    pages: dict[str, Page | str] = {HOME: Page(HOME, links=links)}
    pages |= {f"{HOME}{path}": Page(f"{HOME}{path}") for path in paths}
    return FakeSite(pages | {f"{HOME}{path}": page for path, page in more.items()})


def test_pages_are_opened_at_most_two_a_second():
    clock = SlowClock()

    found = explore(a_site("about", "help"), clock, HOME, most=50)

    assert [url.removeprefix(HOME) for url in found.pages] == ["", "about", "help"]
    assert clock.slept == [0.0, 0.5, 0.5]


def test_robots_txt_is_obeyed_and_its_delay_kept():
    site, clock = a_site("about", "private"), SlowClock()
    site.robots = (200, "User-agent: *\nDisallow: /private\nCrawl-delay: 3\n")

    found = explore(site, clock, HOME, most=50)

    assert site.opened == [HOME, f"{HOME}about"]
    assert (f"{HOME}private", "robots.txt does not allow it") in found.left_out
    assert clock.slept == [0.0, 3.0]


def test_a_delay_of_hours_is_cut_to_ten_seconds():
    site, clock = a_site("about"), SlowClock()
    site.robots = (200, "User-agent: inspect-pipelines\nCrawl-delay: 86400\n")

    explore(site, clock, HOME, most=50)

    assert clock.slept == [0.0, 10.0]


@pytest.mark.parametrize(
    ("robots", "sentence"),
    [
        (
            (200, "User-agent: *\nDisallow: /\n"),
            "'https://shop.test/' is not opened: its robots.txt does not allow it",
        ),
        (
            (503, ""),
            "'https://shop.test/' is not explored: its robots.txt answers 503, and nobody knows what it allows",
        ),
    ],
)
def test_a_site_that_wants_no_crawler_gets_none(robots, sentence):
    site = a_site("about")
    site.robots = robots

    with pytest.raises(UsageError) as error:
        explore(site, SlowClock(), HOME, most=50)

    assert str(error.value).startswith(sentence)
    assert site.opened == []


def test_what_does_not_answer_or_leads_away_is_left_out_with_its_reason():
    site = a_site(
        "about",
        broken="nothing came",
        gone=Page(f"{HOME}gone", 410),
        away=Page("https://b.test/"),
        again=Page(f"{HOME}about"),
    )
    told: list[tuple[str, str]] = []

    found = explore(site, SlowClock(), HOME, most=50, told=lambda url, what: told.append((url, what)))

    assert [url.removeprefix(HOME) for url in found.pages] == ["", "about"]
    assert dict(found.left_out) == {
        f"{HOME}broken": "nothing came",
        f"{HOME}gone": "answers 410",
        f"{HOME}away": "leads to another host",
        f"{HOME}again": f"leads to {HOME}about",
    }
    assert (f"{HOME}gone", "answers 410") in told


@pytest.mark.parametrize(
    ("page", "why"),
    [("connection refused", "connection refused"), (Page(HOME, 500), "answers 500"), (Page("https://b.test/"), "leads to another host")],
)  # fmt: skip
def test_a_first_page_that_does_not_come_up_is_one_sentence(page, why):
    with pytest.raises(UsageError) as error:
        explore(FakeSite({HOME: page}), SlowClock(), HOME, most=50)

    assert str(error.value) == f"{HOME!r} cannot be explored: {why}"


def test_banners_are_told_once_and_what_is_beyond_the_most_is_counted():
    site = a_site("about", "help", "jobs")
    for page in site.pages.values():
        assert isinstance(page, Page)
        page.banner = Banner("#cookies", "Reject", "button")

    found = explore(site, SlowClock(), HOME, most=2)

    assert (found.banners, found.waiting) == ((Banner("#cookies", "Reject", "button"),), 2)
