"""What SVG pictures say that are written into an address."""

from __future__ import annotations

from base64 import b64encode
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resources.sessions.inlined_svg import texts_in

SVG = "<svg xmlns='http://www.w3.org/2000/svg'><text>A <tspan>wo</tspan>rd &amp; more</text></svg>"
BASE64 = b64encode(SVG.encode()).decode()


@pytest.mark.parametrize(
    "value",
    [
        f"data:image/svg+xml,{SVG}",
        f"data:image/svg+xml;charset=utf-8,{quote(SVG)}",
        f"data:image/svg+xml;base64,{BASE64}",
        f"DATA:image/SVG+xml;utf8;base64,{BASE64}",
        f'linear-gradient(red, blue), url("data:image/svg+xml,{quote(SVG)}")',
        f"url(data:image/svg+xml;base64,{BASE64}) 1x, url(/other.png) 2x",
        f"data:image/svg+xml;base64,{BASE64} 2x, /other.png",
        "data:image/svg+xml," + quote(f"<svg><image href='data:image/svg+xml;base64,{BASE64}'/></svg>"),
    ],
)
def test_the_text_is_read_without_its_tags(value: str):
    assert any("A word & more" in text for text in texts_in(value))


@pytest.mark.parametrize(
    "value", ["", "/logo.svg", "data:image/png;base64,AAAA", "data:image/svg+xml;base64,=", "url()"]
)
def test_what_is_no_such_picture_says_nothing(value: str):
    assert list(texts_in(value)) in ([], ["", ""])


@given(
    st.text().map(lambda text: f"data:image/svg+xml;base64,{text}")
    | st.text().map(lambda text: f"url(data:image/svg+xml,{text})")
)
def test_no_address_is_too_odd_to_be_read(value: str):
    for text in texts_in(value):
        assert isinstance(text, str)
