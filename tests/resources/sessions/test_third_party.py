"""Whose script it is: the registrable domain says so."""

from __future__ import annotations

import pytest

from resources.sessions.third_party import is_third_party


@pytest.mark.parametrize(
    ("url", "target", "is_foreign"),
    [
        ("https://cdn.shop.co.uk/app.js", "https://www.shop.co.uk/", False),
        ("https://shop.co.uk/app.js", "https://store.co.uk/", True),
        ("https://ada.github.io/app.js", "https://bob.github.io/", True),
        ("https://WWW.Shop.Example:8443/app.js", "http://shop.example/", False),
        ("https://bücher.example/app.js", "https://www.xn--bcher-kva.example/", False),
        ("http://127.0.0.1:8000/app.js", "http://127.0.0.1:9000/", False),
        ("http://127.0.0.1/app.js", "http://10.0.0.1/", True),
        ("http://[::1]/app.js", "http://localhost/", True),
        ("http://localhost/app.js", "http://localhost:3000/", False),
        ("https://com/app.js", "https://com/", False),
        ("", "https://shop.example/", False),
        ("https://ads.example/app.js", "", False),
        ("not an address", "https://shop.example/", False),
    ],
)
def test_a_third_party_is_another_registrable_domain(url: str, target: str, is_foreign: bool) -> None:
    assert is_third_party(url, target) is is_foreign
