"""What is done with baselines: a run's pictures are approved, another baseline is put in use, deleted or restored."""

from __future__ import annotations

from collections.abc import Iterator

from starlette.routing import BaseRoute

from inspect_pipelines.domain.access import Permission
from inspect_pipelines.domain.baseline import Baseline
from inspect_pipelines.domain.ids import RunId
from inspect_pipelines.domain.screenshot import View
from inspect_pipelines.queries.baselines import BaselineSummary, baseline_with
from inspect_pipelines.queries.run import current_run
from inspect_pipelines.usecases.pictures import finalize
from inspect_pipelines.web.access.declaration import permitted
from inspect_pipelines.web.api.absent import present
from inspect_pipelines.web.console.baseline_upload import baseline_upload
from inspect_pipelines.web.console.forms import Fields, form
from inspect_pipelines.web.console.shell import Seen, Shell

MOST_CHARACTERS = 500  # of a note


def baseline_verbs(shell: Shell) -> Iterator[BaseRoute]:
    """The routes."""
    may = permitted(Permission.BASELINE_FINALIZE)
    yield form(shell, "/baselines/{set_name}/adopt", may, "baseline.create", _adopt)
    yield form(shell, "/baselines/{set_name}/variants/remove", may, "baseline.variant_remove", _take_away)
    yield baseline_upload(shell)
    one = "/baselines/{baseline_id}"
    yield form(shell, f"{one}/activate", may, "baseline.activate", _activate)
    yield form(shell, f"{one}/delete", may, "baseline.delete", _delete)
    yield form(shell, f"{one}/restore", may, "baseline.restore", _restore)


def _adopt(seen: Seen, fields: Fields) -> str:
    named = fields.one("other").strip() or fields.one("run")
    run = present(current_run(seen.house, RunId(named)), "run", named)
    done = finalize.finalize_by_globs(
        seen.house,
        run.id,
        caller=seen.caller,
        view_glob=fields.one("view").strip() or None,
        drop_glob=fields.one("drop").strip() or None,
        force=fields.one("force") == "yes",
        note=fields.one("note")[:MOST_CHARACTERS],
    )
    return _page(seen, done.baseline)


def _take_away(seen: Seen, fields: Fields) -> str:
    left = finalize.take_away(
        seen.house,
        seen.request.path_params["set_name"],
        View.parse(fields.one("view")),
        fields.one("letter"),
        caller=seen.caller,
        note=fields.one("note")[:MOST_CHARACTERS],
    )
    return _page(seen, left)


def _activate(seen: Seen, fields: Fields) -> str:
    return _page(seen, finalize.go_back(seen.house, _meant(seen).id, caller=seen.caller))


def _delete(seen: Seen, fields: Fields) -> str:
    confirmed = fields.one("confirm") or None
    return _page(seen, finalize.delete(seen.house, _meant(seen).id, confirmed=confirmed, caller=seen.caller))


def _restore(seen: Seen, fields: Fields) -> str:
    return _page(seen, finalize.restore(seen.house, _meant(seen).id, caller=seen.caller))


def _meant(seen: Seen) -> BaselineSummary:
    name = seen.request.path_params["baseline_id"]
    return present(baseline_with(seen.house, name), "baseline", name)


def _page(seen: Seen, baseline: Baseline) -> str:
    return seen.link(f"/baselines/{baseline.set}")
