from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from builders import NOW
from inspect_pipelines.domain.ids import OrgId, RunId
from inspect_pipelines.domain.message import Link, Message, MessageKind, Urgency
from inspect_pipelines.domain.signed_link import LIFE, SignedLink, claimed, with_signed_links

KEY = b"k" * 32
RUN = RunId("01900000-0000-7000-8000-000000000001")
LINK = SignedLink(OrgId("acme"), RUN, NOW + LIFE)
US = "https://qa.acme.example"


def test_a_link_says_what_it_opens_and_its_key_has_signed_just_that() -> None:
    text = LINK.text(KEY)

    assert claimed(text) == LINK
    assert LINK.is_signed(text, KEY)
    assert not LINK.is_signed(text, b"l" * 32)
    for other in (
        replace(LINK, org_id=OrgId("evil")),
        replace(LINK, run_id=RunId("01900000-0000-7000-8000-000000000002")),
        replace(LINK, expires_at=LINK.expires_at + timedelta(seconds=1)),
    ):
        assert not other.is_signed(text, KEY)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "acme",
        "acme.1.2",
        "../x.1.2." + "a" * 43,
        "acme.1.999999999999." + "a" * 43,  # beyond all years
        "acme.1.-5." + "a" * 43,
        "acme.1.5." + "a" * 42,
        "acme.1.5." + "ä" * 43,
        "acme.1.5." + "a" * 43 + "\n",
    ],
)
def test_what_is_no_link_claims_nothing(text: str) -> None:
    assert claimed(text) is None


def test_links_into_a_report_are_signed_and_all_others_stay() -> None:
    others = (
        Link("run", f"{US}/runs/{RUN}"),
        Link("diff", f"https://elsewhere.example/runs/{RUN}#attention"),
        Link("diff", f"{US}.evil.example/runs/{RUN}#attention"),
        Link("report", "/home/ada/report.html"),
    )
    into = Link("diff", f"{US}/runs/{RUN}#attention")
    message = Message(MessageKind.OPENED, Urgency.ERROR, "t", "failed", "s", "d", links=(*others, into))

    signed = with_signed_links(message, US, lambda run_id: f"[{run_id}]")

    assert signed.links == (*others, Link("diff", f"{US}/signed/[{RUN}]#attention"))
