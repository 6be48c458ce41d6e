"""What each key of our files means, in the words that editors show beside it; docs/configuration.md says more.

By the document's class, then by its key; `EVERYWHERE` holds what a key means in whatever document has it.
"""

from __future__ import annotations

from typing import Any

from inspect_pipelines.config.playbook_descriptions import OF_PLAYBOOKS

EVERYWHERE = {
    "apiVersion": "The version of this file's shape: v1.",
    "kind": "What this file or entry is.",
    "metadata": "Whose or what it is.",
    "selector": "Finds the element by CSS.",
    "role": "Finds the element by its role, as a screen reader does: button, link, heading; `name` beside it says which.",
    "name": "What people read; default: the id.",
    "label": "Finds a field by its label.",
    "text": "Finds the element by what people read.",
    "placeholder": "Finds a field by its placeholder.",
    "test_id": "Finds the element by data-testid, data-test-id or data-test.",
    "frame": "CSS of the iframe that holds the element.",
    "title": "Finds the element by its title.",
    "alt": "Finds a picture by its alternative text.",
    "nth": "Of several that are found: 0 is the first, -1 the last.",
    "has": "Something in the element; a text is a selector.",
    "within": "Something around the element; a text is a selector.",
    "only": "The viewports on which this is played, one or a list; default: all.",
    "mask": "CSS of what is painted over before a picture is stored: what differs each time. One, or a list; `{selector, width}` paints it always as wide.",
    "hide": "CSS of what takes no room in pictures, one or a list.",
    "description": "For people.",
    "tolerance": "The score, 0 to 1, up to which a picture passes; 0.02 where nothing says more.",
    "timeout": "How long it may take: 500ms, 45s, 2m.",
    "timezone": "The IANA zone on whose clock it is read: Europe/Oslo. Default: UTC.",
    "cron": "Five fields in quotes (minute, hour, day of month, month, day of week), or @hourly, @daily, @weekly, @monthly, @yearly.",
    "url": "An address that begins with https:// or http://.",
    "allow_private": "Hosts that may be asked although they are not on the internet, or not over HTTPS.",
    "token": "What opens it, as ${env:NAME} or ${file:/path}.",
    "secret": "What signs it, as ${env:NAME} or ${file:/path}.",
    "run_minutes_per_month": "So many run-minutes a calendar month in UTC.",
    "agent_usd_per_month": "So many US dollars a calendar month in UTC for agents' sessions, as their control plane tells it.",
    "repeat_every": "After which time an incident that lasts is told again: 5m, 12h, 7d, never.",
    "alert_after": "How many failures in a row are told first.",
    "flap": "When an incident that comes and goes is told as one that flaps.",
    "repo": "The repository, `owner/name`.",
    "email": "An address, or several.",
}

DEFINITION = {
    "id": "Unique over schedules and triggers: letters, digits, '-' and '_'.",
    "enabled": "false: nothing starts it but a person.",
    "playbook": "The id of the playbook that is played.",
    "playbooks": "Several instead of one, a session each.",
    "branch": "What it is about, for people and for branches of baselines.",
    "variables": "Values of the playbooks' variables; a secret is ${env:NAME} or ${file:/path}.",
    "timeout_minutes": "Of the whole run, 1 to 1440.",
    "notify": "Who is told of which end.",
    "baseline": "What pictures are compared with, and how strictly.",
    "observe": "true: its runs are kept to be looked at; they alert nobody and block nothing.",
    "compare": "With another live address instead of approved pictures.",
    "preview_url": "Where a build of one commit answers, for runs bisect: https://{{short_commit}}.preview.example.com; its host has to be allowed.",
    "overlap": "What happens when it is due while it runs: skip, buffer_one (the newest waits), allow.",
    "retries": "How often it tries again by itself, by what went wrong.",
    "budget": "Of this one alone.",
    "max_parallel": "1 to 8: how many agents' sessions of a run go on at once. Default: 1, all playbooks in order; a browser's always are.",
    "priority": "-100 to 100: of runs that wait in the queue the higher begins first. Default: 0.",
    "tags": "Words to find it by, one or a list.",
    "owner": "Who looks after it, for people: a name, a team.",
}

OF: dict[str, dict[str, str]] = {
    **OF_PLAYBOOKS,
    "ScheduleConfigDocument": {
        "schedules": "What is due by the clock.",
        "triggers": "What an event starts.",
    },
    "PlaybookPolicyDocument": {
        "evaluate": "Whether they may run scripts of their own in a page; default: no."
    },
    "OrganizationMetadata": {
        "orgId": "The organisation's id; all files say the same, or nothing.",
        "name": "The organisation's name.",
    },
    "ScheduleDocument": DEFINITION
    | {
        "catch_up": "What becomes of times that nothing was up for: the latest (within an hour), none, or all (ten).",
        "start_on": "The first day: 2026-12-01.",
        "end_on": "The last day: 2026-12-31.",
        "calendar": "The name of days in organization.yaml on which it does not fire.",
        "jitter_seconds": "Begin up to so much later, always by the same; 0 to 30.",
    },
    "TriggerDocument": DEFINITION
    | {
        "repo": "The repository or a glob of some, `acme/*`; default: any of the organisation.",
        "event": "What starts it: push, pull_request.merged, deployment.completed, ..",
        "branches": "Globs of branches, one or a list; '!x' leaves out.",
        "paths": "Globs of changed files, of which one has to match; '!x' leaves out.",
        "environment": "Of a deployment.",
        "labels": "Of a pull request, of which it has to have one.",
        "authors": "Whose events count.",
        "drafts": "Also drafts of pull requests.",
        "conditions": "What else has to hold of the payload.",
        "source": "The id of the source whose events count; default: any.",
        "debounce": "Wait until nothing more of the kind has come for so long, then start one run for all.",
        "delay": "Start its run so long after the event, 10 minutes at most; what comes meanwhile is the same run.",
        "supersede": "What becomes of a run of the same when a newer event comes: wait, or cancel it.",
    },
    "AuthorsDocument": {"include": "Logins or globs that count.", "exclude": "Logins or globs that do not."},
    "BaselineDocument": {
        "enabled": "Compare with approved pictures at all.",
        "set": "Which approved pictures; several definitions may share one. Default: the id.",
        "layout_budget_px": "Inserted plus removed rows up to which a view passes.",
        "region_budget": "Changed regions up to which a view passes; default: any number.",
        "update_on_success": "A passed run's pictures become the approved ones.",
        "first_run": "adopt: the first run's pictures are approved unseen; review: a person looks.",
    },
    "CompareDocument": {
        "against": "The address at which the playbooks are played too, in turns: https://www.example.com, {{deploy_url}}."
    },
    "ConditionDocument": {
        "path": "Into the event's payload, in JMESPath.",
        "eq": "It is this.",
        "neq": "It is not this.",
        "gt": "It is more.",
        "gte": "It is as much or more.",
        "lt": "It is less.",
        "lte": "It is as much or less.",
        "contains": "It is a list or a text with this in it.",
        "exists": "It is there, or with false: it is not.",
        "matches": "It matches this regular expression.",
    },
    "DebounceDocument": {
        "wait": "How long nothing more may have come: 60s.",
        "max_wait": "How long the first one waits at most.",
        "key": "What events must share to become one run.",
    },
    "FlapDocument": {"changes": "So many changes ..", "minutes": ".. within so many minutes."},
    "NotifyDocument": {
        "on_failure": "failed, error, timeout.",
        "on_success": "passed.",
        "on_complete": "Any end.",
        "on_needs_review": "Nothing is approved yet, or it was another environment.",
        "on_recovery": "What had failed is well again.",
        "on_flaky": "It passed at a second attempt.",
    },
    "RuleDocument": {
        "mention": "Names in the message: @oncall, {{pr_author}}.",
        "slack_channel": "#name or a channel's id; `ops/#qa` through the Slack channel called ops.",
        "teams": "The name of a channel of organization.yaml.",
        "webhook": "The name of a channel of organization.yaml.",
        "pagerduty": "true, or the name of a channel of organization.yaml.",
        "github": "true: the commit's status and the pull request's comment.",
    },
    "RetriesDocument": {
        "infra": "Ours: the browser died, a service did not answer.",
        "finding": "The site broke an expectation.",
        "visual": "A view differs from the approved picture.",
    },
    "OrganizationConfigDocument": {
        "allowed_hosts": "Where an address from an event may point: *.acme.example, localhost:8000.",
        "limits": "How many runs may be in progress at once.",
        "budgets": "Of all definitions together.",
        "maintenance": "When nothing starts by itself.",
        "sources": "Who may tell of events.",
        "alerts": "When what is told again, and what becomes one message.",
        "reviews": "Who makes pictures the approved ones.",
        "playbooks": "What playbooks may do.",
        "public_url": "Where people reach this machine; links in messages begin so.",
        "workflows": "Of GitHub Actions, that start runs without a secret.",
        "sign_in": "The OpenID provider of the organisation's people.",
        "open_inspect": "The control plane whose agents play for this organisation; a variable INSPECT_OPEN_INSPECT_* that is set wins over its key.",
        "retention": "How many days what is kept.",
        "owners": "Who looks after which views: lines in the syntax of CODEOWNERS.",
        "owners_file": "The repository's CODEOWNERS, ../.github/CODEOWNERS: who owns a playbook's file owns its views.",
        "digest": "Once a week, each owner hears of what they owe: reviews that wait, views that are broken, unstable or at risk, drift.",
        "calendars": "Days under a name: 2026-12-24, 2026-12-24..2026-12-26.",
        "channels": "How messages reach people.",
        "people": "Who can be mentioned, by login.",
        "sites": "Kept, and of no effect yet.",
    },
    "AlertsDocument": {"group_window": "What begins within it becomes one message: 5m."},
    "BudgetsDocument": {"warn": "Who hears at 50, 75 and 90 %."},
    "DigestDocument": {
        "cron": "When, at most once a week. Default: 0 8 * * 1, Mondays at 08:00.",
        "default": "Where those owners hear of it who have no place of their own, and what nobody owns is told.",
        "owners": "Where each owner hears of it, a rule each. Default: their email in people.",
    },
    "LimitsDocument": {
        "organization": "Of all definitions.",
        "repository": "Of definitions with the same repo.",
        "target_host": "Of definitions whose first playbook starts at the same host.",
    },
    "MaintenanceDocument": {
        "reason": "What people read.",
        "start": "Once, from then ..",
        "end": ".. until then.",
        "cron": "Again and again, from each time ..",
        "minutes": ".. for so long, up to a week.",
        "definitions": "Ids or globs, one or a list; default: all.",
    },
    "PersonDocument": {"slack": "Their id in Slack.", "teams": "Their address in Teams."},
    "OpenInspectDocument": {
        "url": "Its base address; INSPECT_OPEN_INSPECT_URL wins.",
        "secret": "Of the service, ${env:NAME} or ${file:/path}; INSPECT_OPEN_INSPECT_SECRET wins.",
        "actor": "The service account that sessions are opened for, github:inspect-qa; INSPECT_OPEN_INSPECT_ACTOR wins.",
        "service": "The service whose name its deployer lends us. Default: github-bot. INSPECT_OPEN_INSPECT_SERVICE wins.",
        "model": "Of the agents; default: the control plane's choice. INSPECT_OPEN_INSPECT_MODEL wins.",
        "effort": "Their reasoning effort; likewise. INSPECT_OPEN_INSPECT_EFFORT wins.",
        "web_url": "Its web application, for links to sessions; default: no links. INSPECT_OPEN_INSPECT_WEB_URL wins.",
        "archive": "Whether a session is archived there when all of it is collected. Default: true. INSPECT_OPEN_INSPECT_ARCHIVE wins.",
        "mends": "Whether an agent is asked where an element has gone that a browser does not find. Default: false. INSPECT_OPEN_INSPECT_MENDS wins.",
        "allow_private": "Hosts of these addresses that may be of your own network, or be asked without TLS; INSPECT_OPEN_INSPECT_PRIVATE wins.",
    },
    "RetentionDocument": {
        "failing_pictures": "Of views that were not as approved, and of findings; days after the run.",
        "passing_pictures": "Of views that were; then their hashes remain.",
        "replaced_baselines": "The pictures of a baseline, after it went out of use.",
        "evidence": "What a run's sessions and comparisons said; its facts stay in the history.",
        "events": "And what triggers made of them.",
        "messages": "And the attempts to deliver them.",
        "payloads": "Of deliveries, as they came.",
        "dagster_debug": "Debug lines of Dagster's event log; of several organisations the longest holds.",
        "dagster_runs": "Dagster's own runs, with their event logs.",
        "facts": "What the history has of a run, by whole months: 2y, 18mo; the sums of each day stay.",
    },
    "ReviewsDocument": {"finalize": "people, or anybody who has the right, machines and agents too."},
    "SignInDocument": {
        "issuer": "The provider's address, as its tokens say it.",
        "client_id": "As the provider gave it.",
        "client_secret": "As the provider gave it: ${env:NAME} or ${file:/path}.",
        "domains": "Of which one has to be that of the verified e-mail address.",
        "groups": "What members of each group are: {qa: reviewer}.",
        "groups_claim": "Which claim tells the groups.",
        "role": "What whoever no group says anything about is.",
    },
    "SourceDocument": {
        "id": "Part of the address that it sends to.",
        "kind": "Which service it is.",
        "secrets": "What signs its deliveries, one or two while it changes: ${env:NAME} or ${file:/path}.",
        "repos": "Whose events count, globs: acme/*.",
        "token": "To ask the service with: ${env:NAME} or ${file:/path}.",
        "api_url": "Where the service is asked.",
        "rate_per_minute": "So many deliveries are taken.",
        "mapping": "What of a payload is what, or the name of a service's.",
        "hook": "Its webhook at GitHub, repos/acme/shop/hooks/123, so that deliveries that were lost are sent again.",
    },
    "WorkflowDocument": {
        "refs": "Whole refs or globs of them: refs/heads/main, refs/tags/v*.",
        "repo_id": "GitHub's number of the repository.",
        "environment": "That the job has to name.",
        "issuer": "Who signs; default: github.com.",
    },
    "EmailDocument": {
        "host": "Of the mail server.",
        "port": "Default: by `security`, 587, 465 or 25.",
        "security": "starttls, tls or none.",
        "from": "Whose address messages come from.",
        "username": "At the mail server.",
        "password": "At the mail server: ${env:NAME} or ${file:/path}.",
    },
    "PagerDutyDocument": {"routing_key": "Of an integration: ${env:NAME} or ${file:/path}."},
    "SlackDocument": {"bot_token": "Of the app: ${env:NAME} or ${file:/path}."},
}
INHERITED = ("ExpectationDocument", "SurroundingsDocument")  # whose keys stand in others


FINDERS = frozenset(
    {"role", "label", "test_id"}
)  # who has these finds an element, and its `name` is that of the role
NAME_OF_ELEMENT = "The accessible name, beside `role`: what a screen reader says of it."


def describe(schema: dict[str, Any], name: str) -> None:
    """Put the descriptions into a document's JSON schema and into those of its parts; what says one itself keeps it.

    Args:
        name: The document's class.
    """
    for holder, shape in {name: schema, **schema.get("$defs", {})}.items():
        known = (
            EVERYWHERE
            | {key: text for one in INHERITED for key, text in OF[one].items()}
            | OF.get(holder, {})
        )
        if shape.get("properties", {}).keys() >= FINDERS:
            known = known | {"name": NAME_OF_ELEMENT} | OF.get(holder, {})
        for key, described in shape.get("properties", {}).items():
            if key in known:
                described.setdefault("description", known[key])
