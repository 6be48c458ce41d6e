from __future__ import annotations

import pytest

from inspect_pipelines.domain.site_path import name_of, one_of_each, template_of


@pytest.mark.parametrize(
    ("url", "template"),
    [
        ("https://a.test", "/"),
        ("https://a.test/about/", "/about"),
        ("https://a.test/products/17", "/products/*"),
        ("https://a.test/users/550e8400-e29b-41d4-a716-446655440000/edit", "/users/*/edit"),
        ("https://a.test/commit/3f786850e387", "/commit/*"),
        ("https://a.test/2026-11-29/news", "/*/news"),
        ("https://a.test/p/chair-10482-oak", "/p/*"),
        ("https://a.test/list?page=2&sort=new", "/list?page&sort"),
        ("https://a.test/list?utm_source=x&ref=y", "/list"),
        ("https://a.test/v2/docs", "/v2/docs"),
    ],
)
def test_what_is_data_in_an_address_is_no_part_of_its_template(url, template):
    assert template_of(url) == template


def test_one_page_stands_for_all_of_its_template():
    urls = ["/", "/products/1", "/products/2", "/about", "/products/1", "/list?page=2", "/list?page=3"]

    chosen, others = one_of_each(urls)

    assert chosen == ["/", "/products/1", "/about", "/list?page=2"]
    assert others == [("/products/2", "/products/1"), ("/list?page=3", "/list?page=2")]


def test_pages_that_differ_by_a_name_only_are_one_template_from_the_fourth_on():
    few = ["/team/ada", "/team/bob", "/team/eve"]

    assert one_of_each(few) == (few, [])
    assert one_of_each([*few, "/team/joe"])[0] == ["/team/ada"]


def test_sections_at_the_root_are_pages_of_their_own():
    sections = [f"/{name}" for name in ("about", "blog", "contact", "help", "jobs")]

    assert one_of_each(sections) == (sections, [])


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://a.test/", "home"),
        ("https://a.test/Products/chair", "products chair"),
        ("https://a.test/list?page=2", "list page 2"),
        ("https://a.test/shop?sql=select+id+from+chairs", "shop sql"),
        ("https://a.test/#/settings", "settings"),
        ("https://a.test/%C3%BCber-uns", "über uns"),
    ],
)
def test_a_view_is_called_as_its_address(url, name):
    assert name_of(url) == name
