"""The demo shop over HTTP: what a visitor meets, and what the seeded regression changes."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from contextlib import ExitStack

import httpx
import pytest

from inspect_pipelines.errors import Unavailable
from inspect_pipelines.examples.shop.catalog import PRODUCTS
from inspect_pipelines.examples.shop.server import LARGEST_FORM, SWITCH, Shop

PRODUCT_PAGES = [f"/products/{slug}" for slug in PRODUCTS]
OTHER_PAGES = ["/", "/about", "/basket", "/checkout", "/no-such-page", "/shop.css"]
BUYER = {
    "name": "Ada Berg",
    "email": "ada@example.com",
    "street": "Strandgata 12",
    "postcode": "5003",
    "city": "Bergen",
}


def a_visitor(shop: Shop) -> httpx.Client:
    """A fresh browser, as far as cookies and redirects go."""
    return httpx.Client(base_url=shop.url, follow_redirects=True, trust_env=False, verify=False, timeout=120)


def basket_count(page: httpx.Response) -> int:
    found = re.search(r'data-testid="basket-count">(\d+)<', page.text)
    assert found, page.text
    return int(found.group(1))


def order_number(page: httpx.Response) -> str:
    found = re.search(r'class="order-number"[^>]*>([^<]+)<', page.text)
    assert found, page.text
    return found.group(1)


def test_every_page_answers_with_html(visitor):
    pages = {path: visitor.get(path) for path in ["/", "/about", "/basket", *PRODUCT_PAGES]}

    assert {path: page.status_code for path, page in pages.items()} == dict.fromkeys(pages, 200)
    assert {page.headers["content-type"] for page in pages.values()} == {"text/html; charset=utf-8"}


def test_every_link_of_every_page_leads_somewhere(visitor):
    visitor.post("/basket", data={"product": "chair"})
    seen, waiting, broken = set(), ["/", "/checkout"], []

    while waiting:
        path = waiting.pop()
        seen.add(path)
        page = visitor.get(path)
        if page.status_code != 200:
            broken.append(path)
        links = [link.split("#")[0] for link in re.findall(r'href="(/[^"]*)"', page.text)]
        waiting += sorted({link for link in links if link} - seen - set(waiting))

    assert seen >= {"/", "/about", "/basket", "/checkout", "/shop.css", *PRODUCT_PAGES}
    assert broken == []


def test_no_page_asks_another_host_for_anything(visitor):
    texts = [visitor.get(path).text for path in [*OTHER_PAGES, *PRODUCT_PAGES]]

    asked = [
        address
        for text in texts
        for address in re.findall(r"""(?:(?:src|href)=["']|url\(["']?)((?:https?:)?//[^"')]+)""", text)
    ]

    assert asked == []


def test_an_unknown_address_is_a_404_page_in_the_shops_own_dress(visitor):
    page = visitor.get("/products/throne")

    assert page.status_code == 404
    assert "Somebody moved the furniture" in page.text
    assert "Fjord &amp; Oak" in page.text


@pytest.mark.parametrize("number", ["1", "48211", "²", "-1", "48211%0a", "9" * 5000])
def test_an_order_that_nobody_placed_is_not_found(visitor, number):
    assert visitor.get(f"/orders/{number}").status_code == 404


def test_two_shops_show_the_same_bytes_to_the_same_visit():
    visits = []
    for _ in range(2):
        with Shop() as shop, a_visitor(shop) as visitor:
            pages = [visitor.get(path).content for path in [*OTHER_PAGES, *PRODUCT_PAGES]]
            pages.append(visitor.post("/basket", data={"product": "lamp"}).content)
            pages.append(visitor.get("/checkout").content)
            pages.append(visitor.post("/checkout", data=BUYER).content)
            visits.append(pages)

    assert visits[0] == visits[1]


def test_only_the_order_number_differs_between_two_visits(shop):
    thanks = []
    for _ in range(2):
        with a_visitor(shop) as visitor:
            visitor.post("/basket", data={"product": "chair"})
            thanks.append(visitor.post("/checkout", data=BUYER))

    first, second = (page.text.replace(order_number(page), "FO-#") for page in thanks)
    assert order_number(thanks[0]) != order_number(thanks[1])
    assert first == second


def test_the_regression_changes_every_product_page_and_no_other(shop, visitor):
    visitor.post("/basket", data={"product": "chair"})
    paths = [*OTHER_PAGES, *PRODUCT_PAGES]
    before = {path: visitor.get(path).content for path in paths}

    shop.regression(True)

    after = {path: visitor.get(path).content for path in paths}
    assert [path for path in paths if before[path] != after[path]] == PRODUCT_PAGES


def test_the_regression_can_be_switched_off_again(shop, visitor):
    before = visitor.get("/products/chair").content
    shop.regression(True)
    shop.regression(False)

    assert visitor.get("/products/chair").content == before


def test_a_broken_button_still_puts_the_chair_in_the_basket(shop, visitor):
    shop.regression(True)

    assert basket_count(visitor.post("/basket", data={"product": "chair"})) == 1


def test_the_switch_answers_json_posts(shop, visitor):
    answer = visitor.post(SWITCH, json={"on": True})

    assert (answer.status_code, answer.json()) == (200, {"on": True})
    assert "Add to cart" in visitor.get("/products/chair").text


@pytest.mark.parametrize("text", ["", "on", "[]", "{}", '{"on": 1}', '{"on": "yes"}', '{"on": null}'])
def test_the_switch_says_what_it_wants_when_it_is_asked_wrongly(shop, visitor, text):
    answer = visitor.post(SWITCH, content=text, headers={"content-type": "application/json"})

    assert answer.status_code == 400
    assert '"on": true' in answer.json()["error"]
    assert shop.site.regression is False


def test_another_sites_page_cannot_throw_the_switch(shop, visitor):
    """A browser lets any page post a form or plain text to loopback, but not JSON without asking first."""
    as_text = visitor.post(SWITCH, content='{"on": true}', headers={"content-type": "text/plain"})
    as_form = visitor.post(SWITCH, data={"on": "true"})

    assert (as_text.status_code, as_form.status_code) == (415, 415)
    assert shop.site.regression is False


def test_every_visitor_has_a_basket_of_their_own(shop):
    with a_visitor(shop) as ada, a_visitor(shop) as bo:
        ada.post("/basket", data={"product": "chair"})
        ada.post("/basket", data={"product": "lamp"})

        assert basket_count(ada.get("/")) == 2
        assert basket_count(bo.get("/")) == 0


def test_a_basket_counts_up_and_down_and_ends_empty(visitor):
    counts = [
        basket_count(visitor.post("/basket", data={"product": "chair", "by": by}))
        for by in ("+1", "+1", "-1", "+1", "none", "-1")
    ]

    assert counts == [1, 2, 1, 2, 0, 0]
    assert "Nothing in it yet" in visitor.get("/basket").text


@pytest.mark.parametrize("form", [{}, {"product": "throne"}, {"product": "chair", "by": "1000"}])
def test_what_the_shop_does_not_sell_never_reaches_the_basket(visitor, form):
    assert visitor.post("/basket", data=form).status_code == 404
    assert basket_count(visitor.get("/")) == 0


@pytest.mark.parametrize(
    "cookie", ["chair-0", "chair-10", "chair--1", "throne-1", "chair", ".-.", "chair-²", "💥"]
)
def test_a_cookie_that_makes_no_sense_is_an_empty_basket(shop, cookie):
    page = httpx.get(
        shop.url, headers={"cookie": f"basket={cookie}".encode()}, trust_env=False, verify=False, timeout=120
    )

    assert page.status_code == 200
    assert basket_count(page) == 0


def test_delivery_is_free_from_500_euros(visitor):
    with_delivery = visitor.post("/basket", data={"product": "chair"}).text
    without = visitor.post("/basket", data={"product": "stool"}).text

    assert "€ 39" in with_delivery
    assert "€ 528" in with_delivery
    assert "€ 39" not in without
    assert "€ 609" in without


def test_ordering_empties_the_basket_and_thanks_by_name(visitor):
    visitor.post("/basket", data={"product": "chair"})

    thanks = visitor.post("/checkout", data=BUYER)

    assert re.fullmatch(r"/orders/\d+", thanks.url.path)
    assert "Thank you, Ada." in thanks.text
    assert basket_count(thanks) == 0


def test_a_form_with_gaps_comes_back_with_what_was_written_and_what_is_missing(visitor):
    visitor.post("/basket", data={"product": "chair"})

    page = visitor.post("/checkout", data={**BUYER, "city": " ", "email": "ada", "name": "<b>Ada</b>"})

    assert page.status_code == 422
    assert page.text.count('class="problem"') == 2
    assert 'value="&lt;b&gt;Ada&lt;/b&gt;"' in page.text
    assert basket_count(page) == 1


def test_an_empty_basket_has_no_checkout(visitor):
    assert visitor.get("/checkout").url.path == "/basket"
    assert visitor.post("/checkout", data=BUYER).url.path == "/basket"


def test_a_body_that_is_too_large_is_refused(visitor):
    assert visitor.post("/basket", content=b"x" * (LARGEST_FORM + 1)).status_code == 413


def test_a_taken_port_is_a_sentence_that_names_it():
    with Shop() as shop:
        port = int(shop.url.rpartition(":")[2])

        with pytest.raises(Unavailable, match=f"port '{port}'.*give another port"), Shop(port=port):
            pass


def test_a_closed_shop_answers_nobody():
    with Shop() as shop:
        url = shop.url

    with pytest.raises(httpx.ConnectError):
        httpx.get(url, trust_env=False, verify=False, timeout=120)


def test_several_shops_have_several_memories():
    with ExitStack() as stack:
        one, two = (stack.enter_context(Shop()) for _ in range(2))
        one.regression(True)
        pages = [
            httpx.get(f"{shop.url}/products/lamp", trust_env=False, verify=False, timeout=120).text
            for shop in (one, two)
        ]

    assert ["Add to cart" in page for page in pages] == [True, False]


def test_the_command_prints_its_url_first_and_ends_when_asked():
    command = [sys.executable, "-m", "inspect_pipelines.examples.shop", "--port", "0", "--regression"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout
        url = process.stdout.readline().strip()
        page = httpx.get(f"{url}/products/chair", trust_env=False, verify=False, timeout=120).text
        os.kill(process.pid, signal.SIGTERM)
        process.communicate(timeout=300)

    assert "Add to cart" in page
    assert process.returncode == 0


def test_the_command_refuses_a_taken_port_with_one_sentence_and_exit_3():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        command = [sys.executable, "-m", "inspect_pipelines.examples.shop", "--port", port]
        done = subprocess.run(command, capture_output=True, text=True, timeout=300)

    assert done.returncode == 3
    assert done.stderr.count("\n") == 1
    assert port in done.stderr
