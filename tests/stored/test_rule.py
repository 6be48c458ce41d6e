"""What rules and channels of version 1 said is what they say today."""

from __future__ import annotations

from inspect_pipelines.stored.rule import with_options, with_targets
from resources.channels.email.server import MailServer


def test_a_rule_with_a_field_for_each_kind_names_the_same_targets() -> None:
    rule = {
        "event": "on_failure",
        "slack_channel": "#qa",
        "teams": "qa",
        "pagerduty": True,
        "email": ["ada@shop.test", "bob@shop.test"],
        "webhook": "deploys",
        "github": True,
        "mention": ["@qa"],
    }

    assert with_targets(rule) == {
        "event": "on_failure",
        "targets": [
            "slack:#qa",
            "teams:qa",
            "pagerduty",
            "email:ada@shop.test",
            "email:bob@shop.test",
            "webhook:deploys",
            "github",
        ],
        "mention": ["@qa"],
    }


def test_a_rule_that_named_one_of_several_pagers_or_nothing_still_does() -> None:
    nothing = {"slack_channel": None, "teams": None, "webhook": None, "github": False, "email": []}

    assert with_targets({"event": "on_failure", **nothing, "pagerduty": "ops"})["targets"] == [
        "pagerduty:ops"
    ]
    assert with_targets({"event": "on_failure", **nothing, "pagerduty": False})["targets"] == []


def test_a_mail_channel_keeps_its_server_and_the_others_have_no_options() -> None:
    server = {"host": "smtp.test", "port": 587, "security": "tls", "sender": "qa@acme.test", "username": ""}

    kept = with_options({"name": "mail", "kind": "email", "mail": server})

    assert "mail" not in kept
    assert MailServer.of(kept["options"]) == MailServer("smtp.test", 587, "tls", "qa@acme.test")
    assert with_options({"name": "qa", "kind": "slack", "mail": None})["options"] == {}
