from __future__ import annotations

import pytest

from inspect_pipelines.domain.crawl import MOST_CHARACTERS, MOST_WAITING, Frontier, Link, hash_route, plain

START = "https://shop.test/"


def opened(*links: Link | str, most: int = 50) -> list[str]:
    frontier = Frontier(START, most=most)
    frontier.add(Link(one) if isinstance(one, str) else one for one in links)
    found = []
    while (url := frontier.next()) is not None:
        found.append(url.removeprefix(START.rstrip("/")))
    return found


def test_pages_of_the_host_are_opened_once_each_in_the_order_in_which_they_were_found():
    assert opened("https://shop.test/b", "https://shop.test/a", "https://shop.test/b#part") == [
        "/",
        "/b",
        "/a",
    ]


@pytest.mark.parametrize(
    "url",
    [
        "https://other.test/x",
        "https://shop.test:8443/x",
        "http://shop.test/x",
        "mailto:ada@shop.test",
        "https://[shop.test/x",
        "javascript:alert(1)",
        "https://shop.test/list.pdf",
        "https://shop.test/" + "x" * MOST_CHARACTERS,
    ],
)
def test_what_is_no_page_of_the_host_is_not_opened(url):
    assert opened(url) == ["/"]


@pytest.mark.parametrize(
    "link",
    [
        Link("https://shop.test/logout"),
        Link("https://shop.test/users/sign_out"),
        Link("https://shop.test/session?action=logoff"),
        Link("https://shop.test/items/3/delete"),
        Link("https://shop.test/remove?id=3"),
        Link("https://shop.test/x", text="Log out"),
        Link("https://shop.test/x", text="Delete account"),
        Link("https://shop.test/basket/add-to/3"),
    ],
)
def test_what_may_do_something_when_it_is_opened_is_left_out_and_said(link):
    frontier = Frontier(START)

    frontier.add((link,))

    assert (frontier.next(), frontier.next()) == (START, None)
    assert frontier.left_out == {link.url: "may do something when it is opened"}


def test_a_download_is_not_opened():
    assert opened(Link("https://shop.test/report", is_download=True)) == ["/"]


def test_one_page_of_each_template_is_opened():
    numbered = [f"https://shop.test/products/{number}" for number in range(9)]
    paged = ["https://shop.test/list?page=1", "https://shop.test/list?page=2"]

    assert opened(*numbered, *paged) == ["/", "/products/0", "/list?page=1"]


def test_of_a_page_that_is_asked_in_several_ways_one_is_opened():
    asked = [f"https://shop.test/list?{query}" for query in ("sort=name", "sort=name&page=2", "filter=oak")]

    assert opened("https://shop.test/list", *asked) == ["/", "/list", "/list?sort=name"]


def test_of_a_folder_whose_pages_differ_by_a_name_three_are_opened():
    named = [f"https://shop.test/team/{name}" for name in ("ada", "bob", "eve", "joe", "kim")]

    assert opened(*named) == ["/", "/team/ada", "/team/bob", "/team/eve"]


def test_routes_behind_a_hash_are_pages_and_other_fragments_are_places():
    links = ["https://shop.test/#/settings", "https://shop.test/#/users", "https://shop.test/#top"]

    assert opened(*links) == ["/", "/#/settings", "/#/users"]
    assert (hash_route("https://a.test/#!x"), hash_route("https://a.test/#x")) == ("#!x", "")
    assert plain("https://a.test/b#c") == "https://a.test/b"


def test_no_more_are_opened_than_was_said_and_the_rest_is_counted():
    frontier = Frontier(START, most=2)
    frontier.add(Link(f"https://shop.test/{name}") for name in ("about", "blog", "help"))

    assert [frontier.next() for _ in range(3)] == [START, "https://shop.test/about", None]
    assert frontier.waiting == 2


def test_a_page_with_too_many_links_fills_no_memory():
    frontier = Frontier(START)

    frontier.add(
        Link(
            f"https://shop.test/{'x' * (n % 20)}-{chr(97 + n % 26)}{'abcdefghij'[n % 10]}/{n}/a{'b' * (n % 29)}"
        )
        for n in range(9_000)
    )
    frontier.add(Link(f"https://shop.test/logout/{n}") for n in range(9_000))

    assert frontier.waiting <= MOST_WAITING
    assert len(frontier.left_out) == MOST_WAITING
