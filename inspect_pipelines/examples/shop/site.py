"""The demo shop's pages: a request in, an answer out, no network; the same request twice gives the same bytes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from inspect_pipelines.examples.shop.catalog import PRODUCTS, Basket

HERE = Path(__file__).parent
FIRST_ORDER = 48211
ORDER_STEP = 17  # consecutive orders look unrelated, as in a real shop
FIELDS = {  # field of the checkout form -> what is said when it is empty
    "name": "Please tell us your name",
    "email": "We need an address to send the receipt to",
    "street": "Where shall we carry it?",
    "postcode": "A postcode, please",
    "city": "A city, please",
}


@dataclass(frozen=True, slots=True)
class Request:
    path: str
    method: str = "GET"
    form: Mapping[str, str] = field(default_factory=dict)
    basket_cookie: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    body: bytes = b""
    status: int = 200
    content_type: str = "text/html; charset=utf-8"
    location: str | None = None  # where a redirect leads
    basket: Basket | None = None  # None: the visitor keeps the one they have


@dataclass(frozen=True, slots=True)
class Order:
    number: str
    basket: Basket
    first_name: str
    email: str
    city: str


class Site:
    """The shop's memory (orders, and whether the regression is on) and its pages.

    The regression is the demo's: on product pages the button loses its class, and with it the brand's colour and its
    width on a phone, and says "Add to cart". No other page changes.
    """

    def __init__(self, *, regression: bool = False) -> None:
        self.regression = regression
        self._orders: dict[str, Order] = {}  # by number
        self._numbers = count(
            FIRST_ORDER, ORDER_STEP
        )  # its next() is one step, also with two visitors at once

    def answer(self, request: Request) -> Answer:
        basket = Basket.parse(request.basket_cookie)
        match request.method, request.path.strip("/").split("/"):
            case "GET", [""]:
                return page("home.html", basket)
            case "GET", ["products", slug] if slug in PRODUCTS:
                return self._product(slug, basket)
            case "GET", ["about"]:
                return page("about.html", basket)
            case "GET", ["basket"]:
                return page("basket.html", basket)
            case "POST", ["basket"]:
                return change_basket(basket, request.form)
            case "GET", ["checkout"]:
                return page("checkout.html", basket, form={}, problems={}) if basket.count else see("/basket")
            case "POST", ["checkout"]:
                return self._order(basket, request.form)
            case "GET", ["orders", number] if order := self._orders.get(number):
                return page("thanks.html", basket, order=order)
            case "GET", ["shop.css"]:
                return Answer((HERE / "shop.css").read_bytes(), content_type="text/css; charset=utf-8")
        return page("missing.html", basket, status=404)

    def _product(self, slug: str, basket: Basket) -> Answer:
        others = [product for product in PRODUCTS.values() if product.slug != slug][:3]
        return page("product.html", basket, product=PRODUCTS[slug], others=others, regression=self.regression)

    def _order(self, basket: Basket, form: Mapping[str, str]) -> Answer:
        if not basket.count:
            return see("/basket")
        given = {name: form.get(name, "").strip() for name in FIELDS}
        problems = {name: sentence for name, sentence in FIELDS.items() if not given[name]}
        if given["email"] and "@" not in given["email"]:
            problems["email"] = "An e-mail address has an @ in it"
        if problems:
            return page("checkout.html", basket, status=422, form=given, problems=problems)
        number = str(next(self._numbers))
        self._orders[number] = Order(number, basket, given["name"].split()[0], given["email"], given["city"])
        return see(f"/orders/{number}", Basket())


def change_basket(basket: Basket, form: Mapping[str, str]) -> Answer:
    """One more of a product, or what `by` says: `+1`, `-1`, or `none` to take it out."""
    slug, by = form.get("product", ""), form.get("by", "+1")
    steps = {"+1": 1, "-1": -1, "none": -basket.pieces.get(slug, 0)}
    if slug not in PRODUCTS or by not in steps:
        return page("missing.html", basket, status=404)
    return see("/basket", basket.changed(slug, steps[by]))


def see(location: str, basket: Basket | None = None) -> Answer:
    return Answer(status=303, location=location, basket=basket)


def page(template: str, basket: Basket, *, status: int = 200, **values: object) -> Answer:
    html = TEMPLATES.get_template(template).render(basket=basket, **values)
    return Answer(html.encode(), status)


def euros(amount: int) -> str:
    return f"€ {amount:,}"


TEMPLATES = Environment(
    loader=FileSystemLoader(HERE / "templates"),
    autoescape=select_autoescape(),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
TEMPLATES.filters["euros"] = euros
TEMPLATES.globals["products"] = PRODUCTS
