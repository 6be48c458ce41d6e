"""Each bad input of schedules.yaml and organization.yaml, with its whole message."""

from __future__ import annotations

import pytest

from inspect_pipelines.domain.match import EVENT_KEYS

HEAD = "apiVersion: v1\nkind: ScheduleConfig\n"
VARIABLES = """\
apiVersion: v1
kind: Playbook
metadata: {id: shop}
spec:
  base_url: "{{base_url}}"
  variables:
    - {name: base_url, type: url, required: true}
    - {name: count, type: int, default: 1}
    - {name: password, secret: true, default: "${env:PW}"}
  steps:
    - id: home
      actions:
        - goto: /
        - fill: {label: Password, value: "{{password}} {{count}}"}
        - screenshot: home
"""


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        ("    playbok: x\n", "8:5  schedules[0].playbok  unknown key 'playbok' (did you mean 'playbook'?)"),
        (
            "    timeout_minutes: 1441\n",
            "8:22  schedules[0].timeout_minutes  '1441': should be less than or equal to 1440",
        ),
        (
            "    timeout_minutes: 0\n",
            "8:22  schedules[0].timeout_minutes  '0': should be greater than or equal to 1",
        ),
        (
            "    timeout_minutes: '30'\n",
            "8:22  schedules[0].timeout_minutes  '30' is not a whole number; write: timeout_minutes: 30",
        ),
        ("    timeout_minutes: true\n", "8:22  schedules[0].timeout_minutes  'true' is not a whole number"),
        (
            "    enabled: yes\n",
            "8:14  schedules[0].enabled  'yes' is not true or false; write: enabled: true",
        ),
        (
            "    variables: [a]\n",
            "8:16  schedules[0].variables  a list is not a mapping (`key: value` lines)",
        ),
        ("    baseline: 2\n", "8:15  schedules[0].baseline  '2' is not a mapping (`key: value` lines)"),
        (
            "    baseline: {tolerance: 2}\n",
            "8:27  schedules[0].baseline.tolerance  '2': should be less than or equal to 1",
        ),
        (
            "    baseline: {tolerance: -1}\n",
            "8:27  schedules[0].baseline.tolerance  '-1': should be greater than or equal to 0",
        ),
        (
            "    baseline: {tolerance: automatic}\n",
            "8:27  schedules[0].baseline.tolerance  'automatic' is not a number",
        ),
        (
            "    baseline: {first_run: adpot}\n",
            "8:27  schedules[0].baseline.first_run  'adpot' is not one of 'review', 'adopt' (did you mean 'adopt'?)",
        ),
        (
            "    baseline: {set: a/b}\n",
            (
                "8:21  schedules[0].baseline.set  'a/b' is not an id: letters, digits, '-' and '_', at most 100, "
                "a letter or digit at both ends"
            ),
        ),
        ("    retries: 3\n", "8:14  schedules[0].retries  '3' is not a mapping (`key: value` lines)"),
        (
            "    retries: {visual: 9}\n",
            "8:23  schedules[0].retries.visual  '9': should be less than or equal to 5",
        ),
        ("    priority: 300\n", "8:15  schedules[0].priority  '300': should be less than or equal to 100"),
        (
            '    preview_url: "https://preview.example.com"\n',
            "8:18  schedules[0].preview_url  'https://preview.example.com' is the same address for all commits; write {{commit}} in it, as in https://{{short_commit}}.preview.example.com",
        ),
        ("    max_parallel: 9\n", "8:19  schedules[0].max_parallel  '9': should be less than or equal to 8"),
        (
            "    tags: [pay, a b]\n",
            "8:17  schedules[0].tags[1]  'a b' is no tag: letters, digits, '-' and '_', a letter or digit at both ends",
        ),
        ("    tags: [pay, pay]\n", "8:17  schedules[0].tags[1]  tag 'pay' is there twice"),
        (
            f"    owner: {'x' * 101}\n",
            f"8:12  schedules[0].owner  '{'x' * 60}…' is no owner: one line of at most 100 characters",
        ),
        (
            "    quarantine: true\n",
            (
                "8:5  schedules[0].quarantine  'quarantine' is not supported yet; quarantine a view, with a reason and an end: "
                "inspect-pipelines reviews decide RUN quarantine"
            ),
        ),
        (
            "    budget: {run_minutes_per_month: 0}\n",
            "8:37  schedules[0].budget.run_minutes_per_month  '0': should be greater than or equal to 1",
        ),
        (
            "    budget: {}\n",
            "8:13  schedules[0].budget  limits nothing; write 'run_minutes_per_month' or 'agent_usd_per_month'",
        ),
        (
            "    budget: {agent_usd_per_month: 0}\n",
            "8:35  schedules[0].budget.agent_usd_per_month  '0': should be greater than 0",
        ),
        (
            "    catch_up: last\n",
            "8:15  schedules[0].catch_up  'last' is not one of 'latest', 'none', 'all' (did you mean 'latest'?)",
        ),
        (
            "    jitter_seconds: 31\n",
            "8:21  schedules[0].jitter_seconds  '31': should be less than or equal to 30",
        ),
        (
            "    start_on: 24.12.2026\n",
            "8:15  schedules[0].start_on  '24.12.2026' is not a day; write '2026-12-24'",
        ),
        (
            "    end_on: 20261224\n",
            "8:13  schedules[0].end_on  '20261224' is not a text; write: end_on: \"20261224\"",
        ),
        (
            "    end_on: '20261224'\n",
            "8:13  schedules[0].end_on  '20261224' is not a day; write '2026-12-24'",
        ),
        (
            "    start_on: 2026-12-24\n    end_on: 2026-12-23\n",
            "9:13  schedules[0].end_on  '2026-12-23' is before its start, '2026-12-24'",
        ),
        (
            "    calendar: holidays\n",
            "8:15  schedules[0].calendar  no calendar is called 'holidays'; organization.yaml has: none",
        ),
        (
            "    overlap: wait\n",
            "8:14  schedules[0].overlap  'wait' is not one of 'skip', 'buffer_one', 'allow'",
        ),
        (
            "    repo: frontend\n",
            "8:11  schedules[0].repo  'frontend' is not a repository; write 'owner/name'",
        ),
        (
            "    playbooks: [shop]\n",
            "4:5  schedules[0]  'playbook' and 'playbooks' cannot go together; keep one of them",
        ),
        (
            "    notify: {on_failur: {slack_channel: '#qa'}}\n",
            "8:14  schedules[0].notify.on_failur  unknown key 'on_failur' (did you mean 'on_failure'?)",
        ),
        (
            "    notify: {alert_after: 0}\n",
            "8:27  schedules[0].notify.alert_after  '0': should be greater than or equal to 1",
        ),
        (
            "    notify: {repeat_every: 90}\n",
            "8:28  schedules[0].notify.repeat_every  90 has no unit; write '5m', '12h', '7d' or 'never'",
        ),
        (
            "    notify: {repeat_every: 45s}\n",
            "8:28  schedules[0].notify.repeat_every  '45s' is not a span of whole minutes; write '5m', '12h', '7d' or 'never'",
        ),
        (
            "    notify: {repeat_every: 31d}\n",
            "8:28  schedules[0].notify.repeat_every  31 days is more than 30",
        ),
        (
            "    notify: {on_complete: {mention: '@ada'}}\n",
            (
                "8:27  schedules[0].notify.on_complete  "
                "tells nobody; name slack_channel, teams, pagerduty, email, webhook or github"
            ),
        ),
        (
            "    notify:\n      on_failure:\n        slack_channel: #qa\n        pagerduty: true\n",
            (
                "10:23  schedules[0].notify.on_failure.slack_channel  "
                "has no value: '#' begins a comment; write: slack_channel: \"#qa\""
            ),
        ),
        (
            "    notify: {on_failure: {slack_channel: qa alerts}}\n",
            "8:42  schedules[0].notify.on_failure.slack_channel  'qa alerts' is not a Slack channel; write '#name'",
        ),
        (
            "    notify: {on_failure: {email: [ada]}}\n",
            "8:35  schedules[0].notify.on_failure.email[0]  'ada' is not an e-mail address",
        ),
        (
            "    notify: {on_failure: {pagerduty: true, mention: '{{pr_author}}'}}\n",
            (
                "8:53  schedules[0].notify.on_failure.mention[0]  "
                "'{{pr_author}}' has no value: a schedule has no event to take it from"
            ),
        ),
        (
            "    variables: {colour: red}\n",
            "8:17  schedules[0].variables.colour  unknown variable 'colour'; its playbook declares no such variable",
        ),
    ],
)
def test_a_wrong_line_of_a_schedule_is_named(schedule_problems, lines, problem):
    assert schedule_problems(lines) == [f"schedules.yaml:{problem}"]


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (
            '"0 2 * * *"',
            '"61 2 * * *"',
            "5:11  schedules[0].cron  '61 2 * * *' is not a cron expression: minute must be 0-59, found 61",
        ),
        (
            '"0 2 * * *"',
            '"0 0 2 * * *"',
            (
                "5:11  schedules[0].cron  '0 0 2 * * *' is not a cron expression: "
                "it needs five fields (minute, hour, day of month, month, day of week), found 6"
            ),
        ),
        (
            '"0 2 * * *"',
            '"0 2 30 2 *"',
            "5:11  schedules[0].cron  '0 2 30 2 *' is not a cron expression: no year has a day 30 in month 2",
        ),
        ('"0 2 * * *"', "5", "5:11  schedules[0].cron  '5' is not a text; write: cron: \"5\""),
        (
            "timezone: UTC",
            "timezone: New York",
            "6:15  schedules[0].timezone  'New York' is not an IANA time zone (did you mean 'America/New_York'?)",
        ),
        (
            "timezone: UTC",
            "timezone: Europe/Berln",
            "6:15  schedules[0].timezone  'Europe/Berln' is not an IANA time zone (did you mean 'Europe/Berlin'?)",
        ),
        ("timezone: UTC", "timezone: Mars", "6:15  schedules[0].timezone  'Mars' is not an IANA time zone"),
        (
            "playbook: shop",
            "playbook: shp",
            "7:15  schedules[0].playbook  no playbook has the id 'shp' (did you mean 'shop'?)",
        ),
        (
            "playbook: shop",
            "playbook: profile",
            "7:15  schedules[0].playbook  no playbook has the id 'profile'; write it as playbooks/profile.yaml",
        ),
        (
            "playbook: shop",
            "playbooks: []",
            "7:16  schedules[0].playbooks  is empty; it needs at least one entry",
        ),
        (
            "playbook: shop",
            "playbooks: [shop, shop]",
            "7:23  schedules[0].playbooks[1]  playbook 'shop' is listed twice",
        ),
        ("    playbook: shop\n", "", "4:5  schedules[0]  names no playbook; add 'playbook: ID'"),
        ("    cron:", "    corn:", None),
        (
            "id: nightly",
            "id: nightly shop",
            (
                "4:9  schedules[0].id  'nightly shop' is not an id: letters, digits, '-' and '_', at most 100, "
                "a letter or digit at both ends"
            ),
        ),
        (
            "kind: ScheduleConfig",
            "kind: Schedule",
            "2:7  kind  'Schedule' is not 'ScheduleConfig'",
        ),
        ("apiVersion: v1", "apiVersion: v2", "1:13  apiVersion  'v2' is not 'v1'"),
        ("apiVersion: v1\n", "", "1:1  lacks the key 'apiVersion'"),
    ],
)
def test_a_wrong_value_of_a_schedule_is_named(folder, old, new, problem):
    text = (folder.root / "schedules.yaml").read_text()
    assert old in text
    folder.write("schedules.yaml", text.replace(old, new))

    expected = (
        [f"schedules.yaml:{problem}"]
        if problem
        else [
            "schedules.yaml:4:5  schedules[0]  lacks the key 'cron'",
            "schedules.yaml:5:5  schedules[0].corn  unknown key 'corn' (did you mean 'cron'?)",
        ]
    )
    assert folder.problems() == expected


@pytest.mark.parametrize(
    ("variables", "problem"),
    [
        ("{}", "8:16  schedules[0].variables  playbook 'shop' needs the variable 'base_url'"),
        (
            "{base_url: shop.test}",
            "8:27  schedules[0].variables.base_url  'shop.test' is not a URL: it must start with 'https://' or 'http://'",
        ),
        (
            "{base_url: 'https://a.test', cuont: 2}",
            "8:45  schedules[0].variables.cuont  unknown variable 'cuont' (did you mean 'count'?)",
        ),
        (
            "{base_url: 'https://a.test', count: many}",
            "8:52  schedules[0].variables.count  'many' is not a whole number of at most 15 digits",
        ),
        (
            "{base_url: 'https://a.test', count: [1]}",
            "8:52  schedules[0].variables.count  a list is not a value of the type 'int'",
        ),
        (
            "{base_url: 'https://a.test', count: '${env:COUNT}'}",
            (
                "8:52  schedules[0].variables.count  "
                "'${env:COUNT}' is a secret, but the variable 'count' does not say 'secret: true'"
            ),
        ),
        (
            "{base_url: 'https://{{pr_number}}.a.test'}",
            (
                "8:27  schedules[0].variables.base_url  "
                "'{{pr_number}}' has no value: a schedule has no event to take it from"
            ),
        ),
        (
            "{base_url: 'https://a.test', password: hunter2}",
            (
                "8:55  schedules[0].variables.password  a secret is written as '${env:NAME}' or '${file:/path}', "
                "never as its value (which is not shown here)"
            ),
        ),
    ],
)
def test_a_wrong_variable_of_a_schedule_is_named(folder, schedule_problems, variables, problem):
    folder.write("playbooks/shop.yaml", VARIABLES)

    problems = schedule_problems(f"    variables: {variables}\n")

    assert problems == [f"schedules.yaml:{problem}"]
    assert "hunter2" not in "".join(problems)


TRIGGER = """\
triggers:
  - id: merged
    event: pull_request.merged
    playbook: shop
"""


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        ("    paths: ['src/[a']\n", "7:13  triggers[0].paths[0]  pattern 'src/[a' has an unclosed '['"),
        (
            "    paths: ['!docs/**']\n",
            "7:12  triggers[0].paths  only takes away; begin with what is meant, such as '**'",
        ),
        ("    repo: acme\n", "7:11  triggers[0].repo  'acme' is not a repository; write 'owner/name'"),
        (
            "    delay: 5h\n",
            "7:12  triggers[0].delay  18000 seconds is not between 0 and 600 (10 minutes)",
        ),
        (
            "    debounce: {wait: 2m, max_wait: 60s}\n",
            "7:36  triggers[0].debounce.max_wait  60 s is shorter than its wait, 120 s",
        ),
        (
            "    environment: production\n",
            (
                "7:18  triggers[0].environment  an event 'pull_request.merged' has no environment; "
                "events that have: deployment.created, deployment.completed, deployment.failed, deployment.inactive"
            ),
        ),
        (
            "    conditions: [{path: 'a[', eq: 1}]\n",
            "7:25  triggers[0].conditions[0].path  'a[' is not a JMESPath expression: ",
        ),
        (
            "    conditions: [{path: a, matches: '(?=x)'}]\n",
            (
                "7:37  triggers[0].conditions[0].matches  '(?=x)' is not a pattern: look-around, including "
                "look-ahead and look-behind, is not supported"
            ),
        ),
        (
            "    conditions: [{path: a, eq: 1, neq: 2}]\n",
            (
                "7:18  triggers[0].conditions[0]  needs exactly one of eq, neq, gt, gte, lt, lte, contains, exists "
                "or matches beside its path"
            ),
        ),
        (
            "    notify: {on_failure: {github: true, mention: ['@{{pr_autor}}']}}\n",
            (
                "7:51  triggers[0].notify.on_failure.mention[0]  "
                "no event brings '{{pr_autor}}' (did you mean 'pr_author'?)"
            ),
        ),
        (
            "    notify: {on_failure: {github: true, mention: ['{{9}}']}}\n",
            "7:51  triggers[0].notify.on_failure.mention[0]  '{{9}}' is not a placeholder; write '{{name}}'",
        ),
    ],
)
def test_a_wrong_line_of_a_trigger_is_named(folder, lines, problem):
    folder.write("schedules.yaml", HEAD + TRIGGER + lines)

    (told,) = folder.problems()
    assert told == f"schedules.yaml:{problem}" or (
        problem.endswith("expression: ") and told.startswith(f"schedules.yaml:{problem}")
    )


@pytest.mark.parametrize(
    ("event", "hint"),
    [
        ("pull_request.merge", " (did you mean 'pull_request.merged'?)"),
        ("weather", f"; known are {', '.join(EVENT_KEYS)}, and with 'source' those of a generic source"),
    ],
)
def test_an_unknown_event_is_named(folder, event, hint):
    folder.write("schedules.yaml", HEAD + TRIGGER.replace("pull_request.merged", event))

    assert folder.problems() == [f"schedules.yaml:5:12  triggers[0].event  {event!r} is not an event{hint}"]


def test_an_address_from_an_event_needs_an_allowed_host(folder):
    playbook = VARIABLES.replace('"${env:PW}"', '"${env:PW}"')
    folder.write("playbooks/shop.yaml", playbook)
    folder.write(
        "schedules.yaml",
        HEAD
        + TRIGGER.replace("pull_request.merged", "deployment.completed")
        + "    variables: {base_url: '{{deploy_url}}'}\n",
    )

    assert folder.problems() == [
        (
            "schedules.yaml:7:27  triggers[0].variables.base_url  '{{deploy_url}}' comes from the event, "
            "but no host is allowed; list allowed_hosts in organization.yaml"
        )
    ]

    folder.write(
        "organization.yaml", "apiVersion: v1\nkind: OrganizationConfig\nallowed_hosts: ['*.shop.test']\n"
    )
    assert folder.load().definitions[0].plan.allowed_hosts == ("*.shop.test",)


def test_ids_are_unique_over_schedules_and_triggers(folder):
    folder.write(
        "schedules.yaml",
        (folder.root / "schedules.yaml").read_text() + TRIGGER.replace("merged\n", "nightly\n", 1),
    )

    assert folder.problems() == [
        "schedules.yaml:9:9  triggers[0].id  'nightly' is the id of the schedule on line 4 already"
    ]


def test_ids_that_dagster_would_call_the_same_are_refused(folder):
    text = (folder.root / "schedules.yaml").read_text()
    second = text[text.index("  - id") :].replace("nightly", "night-ly") + text[
        text.index("  - id") :
    ].replace("nightly", "night_ly")
    folder.write("schedules.yaml", text + second)

    assert folder.problems() == [
        (
            "schedules.yaml:12:9  schedules[2].id  'night_ly' and 'night-ly' on line 8 would both be 'night_ly' in Dagster; "
            "change one of them by more than '-' and '_'"
        )
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            "allowed_hosts: ['https://a.test']",
            (
                "3:17  allowed_hosts[0]  'https://a.test' is not a host; "
                "write 'app.acme.com', '*.acme.com', 'localhost:8000' or '[::1]:8000'"
            ),
        ),
        ("chanels: {}", "3:1  chanels  unknown key 'chanels' (did you mean 'channels'?)"),
        (
            "channels:\n  slack: {bot_token: xoxb-1-hunter2}",
            "4:22  channels.slack.bot_token  a secret is written as '${env:NAME}' or '${file:/path}', never as its value",
        ),
        (
            "sites: [{webhook_secret: hunter2}]",
            "3:26  sites[0].webhook_secret  a secret is written as '${env:NAME}' or '${file:/path}', never as its value",
        ),
        ("limits: {target_host: 0}", "3:23  limits.target_host  '0': should be greater than or equal to 1"),
        (
            "budgets: {run_minutes_per_month: 100, warn: {email: ada}}",
            "3:53  budgets.warn.email[0]  'ada' is not an e-mail address",
        ),
        (
            "budgets: {run_minutes_per_month: 100, warn: {slack_channel: qa}}",
            "3:61  budgets.warn.slack_channel  'qa' is not a Slack channel; write '#name'",
        ),
        (
            "calendars: {holidays: [2026-12-24, 2026-12-26..2026-12-25]}",
            "3:36  calendars.holidays[1]  '2026-12-26..2026-12-25' ends before it begins",
        ),
        (
            "public_url: qa.acme.com",
            "3:13  public_url  'qa.acme.com' is not a URL: it must start with 'https://' or 'http://'",
        ),
        (
            "maintenance: [{reason: moving, start: tonight, end: '2026-12-24 22:00'}]",
            (
                "3:39  maintenance[0].start  "
                "'tonight' is not a time; write '2026-12-24 22:00', on the clock of its timezone"
            ),
        ),
        (
            "maintenance: [{reason: moving, start: '2026-12-24 22:00', end: '2026-12-24 21:00'}]",
            "3:64  maintenance[0].end  '2026-12-24 21:00' is not later than its start, '2026-12-24 22:00'",
        ),
        (
            "maintenance: [{reason: moving, cron: '0 2 * *', minutes: 10}]",
            (
                "3:38  maintenance[0].cron  '0 2 * *' is not a cron expression: "
                "it needs five fields (minute, hour, day of month, month, day of week), found 4"
            ),
        ),
        (
            "maintenance: [{reason: moving, cron: '0 2 * * *', minutes: 10, timezone: Oslo}]",
            "3:74  maintenance[0].timezone  'Oslo' is not an IANA time zone",
        ),
        (
            "maintenance: [{reason: moving, start: '2026-12-24 22:00'}]",
            (
                "3:15  maintenance[0]  says no time; write 'start' and 'end' for once, "
                "or 'cron' and 'minutes' for again and again"
            ),
        ),
        ("metadata: {orgId: a b}", "3:19  metadata.orgId  'a b' is not an id: letters, digits, '-' and '_'"),
    ],
)
def test_a_wrong_line_of_the_organization_is_named(folder, text, problem):
    folder.write("organization.yaml", f"apiVersion: v1\nkind: OrganizationConfig\n{text}\n")

    problems = folder.problems()

    assert problems == [f"organization.yaml:{problem}"]
    assert "hunter2" not in "".join(problems)


def test_two_files_may_not_name_two_organisations(folder):
    folder.write("organization.yaml", "apiVersion: v1\nkind: OrganizationConfig\nmetadata: {orgId: acme}\n")
    folder.write("schedules.yaml", HEAD + "metadata: {orgId: amce}\n")

    assert folder.problems() == [
        "schedules.yaml:3:19  metadata.orgId  'amce' is not the organisation of organization.yaml, which is 'acme'"
    ]
