from __future__ import annotations

import base64

from inspect_pipelines.domain.ids import Sha256
from inspect_pipelines.domain.message import Link, Picture
from messages import a_message
from pictures import noise
from stand_ins.channel_rigs import Rig
from stand_ins.teams import elements


def card_of(rig: Rig) -> dict:
    (request,) = rig.service.requests
    return request.json()["attachments"][0]["content"]


def images(rig: Rig) -> list[dict]:
    return [one for one in elements(card_of(rig)) if one["type"] == "Image"]


def test_a_small_picture_is_inside_the_card(teams: Rig) -> None:
    teams.send(a_message(pictures=(Picture(teams.picture(), "basket: what changed"),)))

    (image,) = images(teams)
    head, _, data = image["url"].partition(",")
    assert (head, image["altText"]) == ("data:image/jpeg;base64", "basket: what changed")
    assert base64.b64decode(data).startswith(b"\xff\xd8")


def test_a_picture_that_stays_too_large_is_told_and_linked(teams: Rig) -> None:
    sha = teams.gallery.put(noise(900, 3000))

    teams.send(a_message(pictures=(Picture(sha, "basket"),)))

    assert images(teams) == []
    assert "Picture: basket, behind the links below" in str(card_of(teams))


def test_a_picture_that_was_pruned_is_told(teams: Rig) -> None:
    teams.send(a_message(pictures=(Picture(Sha256("a" * 64), "basket"),)))

    assert images(teams) == []


def test_findings_that_do_not_fit_beside_the_picture_win(teams: Rig) -> None:
    """28 KB hold a picture of 16 KB and 12 KB of words, no more."""
    long = "é" * 198
    suspects = tuple(Link("x" * 150, f"https://a.example/{'y' * 900}") for _ in range(5))
    links = tuple(Link("Run", f"https://a.example/{'z' * 900}") for _ in range(6))

    teams.send(
        a_message(
            lines=(long,) * 40,
            suspects=suspects,
            links=links,
            sentence="é" * 1000,
            pictures=(Picture(teams.picture(), "basket"),),
        )
    )

    assert len(teams.service.requests[0].body) <= 28_000
    assert "and " in str(card_of(teams))


def test_known_people_are_mentioned_and_strangers_named(teams: Rig) -> None:
    teams.send(a_message(mentions=("octocat", "everyone", "@qa-team")))

    card = card_of(teams)
    assert card["msteams"]["entities"] == [
        {
            "type": "mention",
            "text": "<at>octocat</at>",
            "mentioned": {"id": "octo@acme.example", "name": "octocat"},
        }
    ]
    assert card["body"][-1]["text"] == "<at>octocat</at> @everyone @qa-team"


def test_the_receipt_names_the_workflows_run(teams: Rig) -> None:
    assert teams.send().text == "Teams workflow accepted it, run 08584"
