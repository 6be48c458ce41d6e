"""Second op: play the playbooks, once more where a view differs, and keep what they saw."""

from collections.abc import Iterator
from contextlib import closing

import dagster as dg

from assets import links, tags
from assets.blame import failure_of_sessions
from assets.guard import concluding, interruptible
from assets.thumbnails import table_of
from inspect_pipelines.domain.ids import RunId
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.runs.cancel import asked, listener
from inspect_pipelines.usecases.runs.look_again import look_again
from inspect_pipelines.usecases.runs.mend import mend_all
from inspect_pipelines.usecases.runs.play import play_all


@dg.op(out={"played": dg.Out(str)})
def collect_screenshots(
    context: dg.OpExecutionContext, house: dg.ResourceParam[House], run_id: str
) -> Iterator[dg.Output[str]]:
    """One session a playbook; its pictures become the definition's `screenshots` asset."""
    with concluding(house, RunId(run_id)):
        hears = listener(house, RunId(run_id))
        with interruptible() as is_asked_to_stop, closing(house.sessions):

            def is_unwanted() -> bool:
                return is_asked_to_stop() or hears()

            sessions = play_all(house, RunId(run_id), cancelled=is_unwanted)
            looks = look_again(house, RunId(run_id), cancelled=is_unwanted)
            for repair in mend_all(house, RunId(run_id), cancelled=is_unwanted):
                context.log.warning(repair.sentence)
            if wish := asked(house, RunId(run_id)):
                context.instance.report_run_canceling(context.run)  # Dagster calls it failed otherwise
        if wish:
            raise dg.DagsterExecutionInterruptedError
        shots = [shot for session in sessions for shot in session.screenshots]
        for session in (*sessions, *looks):
            context.log.info(
                f"session {session.id} ({session.playbook}): {session.status.value}, "
                f"{len(session.screenshots)} screenshot(s), {len(session.findings)} finding(s)"
                + (f": {session.error}" if session.error else "")
            )
        context.log_event(
            dg.AssetMaterialization(
                asset_key=[context.job_name, "screenshots"],
                description=f"run {run_id}",
                metadata={
                    "run": run_id,
                    "views": len(shots),
                    "new_pictures": len({shot.sha256 for shot in shots}),
                    "findings": sum(len(session.findings) for session in sessions),
                    "report": links.report(RunId(run_id)),
                    "pictures": dg.MetadataValue.md(
                        table_of(house, RunId(run_id), [(str(s.view), s.sha256) for s in shots])
                    ),
                    **links.agents((*sessions, *looks)),
                },
                tags={tags.RUN: run_id},
            )
        )
        blamed = failure_of_sessions(house, RunId(run_id))
    yield dg.Output(run_id, "played")
    if blamed is not None:
        raise blamed  # the ops behind it have what they need: `blame.EXECUTOR`
