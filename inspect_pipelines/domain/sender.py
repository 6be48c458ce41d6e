"""Senders: services and code hosts whose own words become a deploy's; what their public documentation says of payloads.

Vercel: vercel.com/docs/webhooks/webhooks-api. Netlify: docs.netlify.com/site-deploys/notifications. Heroku:
devcenter.heroku.com/articles/webhook-events (`api:release`). GitLab: docs.gitlab.com, "Webhook events", deployment events.
Bitbucket Cloud: support.atlassian.com, "Event payloads", build status created and updated. Gitea: docs.gitea.com, webhooks,
whose `status` and `workflow_run` have the fields of GitHub's.
"""

from __future__ import annotations

from collections.abc import Mapping

from inspect_pipelines.domain.event import SourceKind

OTHER = "other"  # what a mapping says of a payload that tells of no deploy

VERCEL: Mapping[str, str] = {
    "status": "type || 'other'",
    "environment": "payload.target || 'preview'",
    "url": "payload.deployment.url && join('', ['https://', payload.deployment.url])",
    "sha": "payload.deployment.meta.githubCommitSha",
    "repo": "payload.deployment.meta.githubRepo && join('/', [payload.deployment.meta.githubOrg, "
    "payload.deployment.meta.githubRepo])",
    "branch": "payload.deployment.meta.githubCommitRef",
    "actor": "payload.deployment.meta.githubCommitAuthorLogin",
    "title": "payload.deployment.meta.githubCommitMessage",
    "event_time": "createdAt",
    "data": "{project: payload.project.id, deployment: payload.deployment.id, name: payload.deployment.name}",
}

NETLIFY: Mapping[str, str] = {
    "status": "state || 'other'",
    "environment": "context",
    "url": "deploy_ssl_url || deploy_url || ssl_url || url",
    "sha": "commit_ref",
    "branch": "branch",
    "actor": "committer",
    "title": "title",
    "event_time": "updated_at || created_at",
    "data": "{site: name, deploy: id, commit_url: commit_url, review_id: review_id, message: error_message}",
}

HEROKU: Mapping[str, str] = {
    # A release is told when it begins and with each change; only one that its status changed in, or that began with it, is an end.
    "status": "(resource == 'release' && (action == 'create' || previous_data.status) && data.status) || 'other'",
    "environment": "data.app.name",
    "url": "data.app.web_url",
    "sha": "data.slug.commit",
    "title": "data.description",
    "event_time": "data.updated_at || published_at",
    "data": "{app: data.app.name, version: data.version, current: data.current, by: data.user.email}",
}

GITLAB: Mapping[str, str] = {
    "status": "(object_kind == 'deployment' && status) || 'other'",
    "environment": "environment",
    "url": "environment_external_url",
    "sha": "commit_url || short_sha",
    "repo": "project.path_with_namespace",
    "branch": "ref",
    "actor": "user.username",
    "title": "commit_title",
    "event_time": "status_changed_at",
    "data": "{deployment_id: deployment_id, tier: environment_tier, job_url: deployable_url, project: "
    "project.path_with_namespace}",
}

BITBUCKET: Mapping[str, str] = {
    "status": "commit_status.state || 'other'",
    "environment": "commit_status.name || commit_status.key",
    "url": "commit_status.url",
    "sha": "commit_status.commit.hash || commit_status.links.commit.href",
    "repo": "repository.full_name",
    "branch": "commit_status.refname",
    "title": "commit_status.description",
    "event_time": "commit_status.updated_on",
    "data": "{key: commit_status.key, by: actor.display_name}",
}

GITEA: Mapping[str, str] = {
    "status": "(context && state) || (action == 'completed' && workflow_run.conclusion) || 'other'",
    "environment": "context || workflow_run.name || workflow.name",
    "url": "target_url || workflow_run.html_url",
    "sha": "sha || workflow_run.head_sha",
    "repo": "repository.full_name",
    "branch": "workflow_run.head_branch",
    "actor": "sender.login",
    "title": "description || workflow_run.display_title",
    "event_time": "updated_at || workflow_run.completed_at",
    "data": "{context: context, workflow: workflow.name}",
}

MAPPINGS: Mapping[SourceKind, Mapping[str, str]] = {
    SourceKind.VERCEL: VERCEL,
    SourceKind.NETLIFY: NETLIFY,
    SourceKind.HEROKU: HEROKU,
    SourceKind.GITLAB: GITLAB,
    SourceKind.BITBUCKET: BITBUCKET,
    SourceKind.GITEA: GITEA,
}

# What a deploy source's `mapping` may be called by: these services through a relay that signs anew.
NAMED_MAPPINGS: Mapping[str, Mapping[str, str]] = {"vercel": VERCEL, "netlify": NETLIFY}
