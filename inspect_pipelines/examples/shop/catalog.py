"""What the demo shop sells, and a basket of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

FREE_DELIVERY_FROM_EUR = 500
DELIVERY_EUR = 39
MOST_OF_ONE = 9  # pieces of one product in a basket


@dataclass(frozen=True, slots=True)
class Product:
    slug: str
    name: str
    kind: str
    price_eur: int
    tone: str  # CSS class of its tile's colour
    pitch: str
    story: str
    size: str
    wood: str
    care: str


PRODUCTS: dict[str, Product] = {
    product.slug: product
    for product in (
        Product(
            "chair",
            "Vik",
            "Lounge chair",
            489,
            "sage",
            "Solid oak, wool from the west coast.",
            "A low chair for long evenings. The frame is steam-bent from a single oak board; the cushions are "
            "woven wool, filled with down, and turn over when one side has had its share of sun.",
            "74 × 81 × 78 cm",
            "White-oiled oak",
            "A damp cloth; oil once a year",
        ),
        Product(
            "lamp",
            "Sol",
            "Pendant lamp",
            149,
            "blush",
            "Three spun shades, no glare.",
            "Three shades of spun steel hide the bulb from every seat at the table and send the light where the "
            "bread is. Enamelled by hand, hung from two metres of woven cord.",
            "Ø 46 × 32 cm",
            "Enamelled steel, ash knob",
            "Dust when you can see it",
        ),
        Product(
            "table",
            "Bord",
            "Round table",
            620,
            "mist",
            "Seats four, six when they are friends.",
            "A round top has no head of the table. Bord's is glued from oak staves whose grain runs to the "
            "window, on three legs that stand still on the oldest floor.",
            "Ø 118 × 73 cm",
            "Oak, hard wax oil",
            "Soap flakes, every few months",
        ),
        Product(
            "shelf",
            "Hylle",
            "Bookshelf",
            540,
            "sand",
            "Four boards, two ladders, no screws.",
            "Hylle is put together with wedges and a rubber mallet in ten minutes, and taken apart in five when "
            "life moves on. The boards carry forty kilos each: about one shelf of art books.",
            "92 × 30 × 176 cm",
            "Oak and oak veneer",
            "Dry cloth, along the grain",
        ),
        Product(
            "stool",
            "Krakk",
            "Stool",
            120,
            "clay",
            "A seat, a step, a bedside table.",
            "The first thing every apprentice of ours makes, and the last thing anybody gives away. Turned legs, "
            "wedged through a seat that is carved by eye.",
            "36 × 36 × 45 cm",
            "Solid oak",
            "None; it gets better",
        ),
        Product(
            "sideboard",
            "Skjenk",
            "Sideboard",
            890,
            "fjord",
            "Slatted doors that let music through.",
            "Behind the tambour doors there is room for a record player, a dinner service or a year of letters. "
            "The slats are cut one after another from one board, so the grain walks across the front.",
            "164 × 44 × 72 cm",
            "Oak, linen-backed slats",
            "Wax the runners in autumn",
        ),
    )
}


@dataclass(frozen=True, slots=True)
class Basket:
    """Pieces by product; it travels in the visitor's cookie, so a new visitor's is empty."""

    pieces: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def parse(cls, cookie: str) -> Basket:
        """The basket of a cookie as `__str__` writes it; what it does not understand is left out."""
        pieces = {}
        for line in cookie.split("."):
            slug, _, count = line.partition("-")
            if slug in PRODUCTS and count in {str(n) for n in range(1, MOST_OF_ONE + 1)}:
                pieces[slug] = int(count)
        return cls(pieces)

    def __str__(self) -> str:
        return ".".join(f"{slug}-{count}" for slug, count in self.pieces.items())

    def changed(self, slug: str, by: int) -> Basket:
        """With so many more (or fewer) of a product; none left takes the line away."""
        count = min(max(self.pieces.get(slug, 0) + by, 0), MOST_OF_ONE)
        pieces = {**self.pieces, slug: count}
        return Basket({slug: count for slug, count in pieces.items() if count})

    @property
    def lines(self) -> list[tuple[Product, int]]:
        return [(PRODUCTS[slug], count) for slug, count in self.pieces.items()]

    @property
    def count(self) -> int:
        return sum(self.pieces.values())

    @property
    def goods_eur(self) -> int:
        return sum(product.price_eur * count for product, count in self.lines)

    @property
    def delivery_eur(self) -> int:
        return DELIVERY_EUR if 0 < self.goods_eur < FREE_DELIVERY_FROM_EUR else 0

    @property
    def total_eur(self) -> int:
        return self.goods_eur + self.delivery_eur
