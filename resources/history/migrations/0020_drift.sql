-- Drift is told with each comparison, as the run judged it: until now only the ledger kept it, for the newest run.
ALTER TABLE internal.comparisons ADD COLUMN drift_used DOUBLE;
ALTER TABLE internal.comparisons ADD COLUMN drift_sum DOUBLE;
ALTER TABLE internal.comparisons ADD COLUMN drift_since TIMESTAMPTZ;

CREATE OR REPLACE VIEW comparisons AS
SELECT told.run_seq, run.run_id, run.org_id, run.definition_id, run.baseline_id, seen.playbook_id, seen.view_name, seen.viewport,
    seen.route, told.outcome, told.passed, coalesce(told.reason, told.change[1].reason) AS reason, told.score, told.score_method,
    told.tolerance_score,
    CASE WHEN len(told.change) = 0 THEN 0.0::DOUBLE ELSE told.change[1].changed_ratio END AS changed_ratio, told.layout_px,
    told.regions_count, CASE WHEN len(told.change) = 0 THEN '[]'::JSON ELSE told.change[1].regions END AS regions,
    internal.hash_of(told.old_sha256) AS old_sha256,
    internal.hash_of(CASE WHEN len(told.change) = 0 THEN told.old_sha256 ELSE told.change[1].new_sha256 END) AS new_sha256,
    internal.hash_of(told.change[1].overlay_sha256) AS overlay_sha256, run.completed_at AS compared_at, seen.view, told.is_flaky,
    told.looks_count,
    CASE WHEN len(told.change) = 0 THEN 0.0::DOUBLE ELSE told.change[1].visible_ratio END AS visible_ratio,
    CASE WHEN len(told.change) = 0 THEN '' ELSE told.change[1].fingerprint END AS fingerprint,
    internal.hash_of(told.change[1].side_by_side_sha256) AS side_by_side_sha256,
    told.drift_used, told.drift_sum, told.drift_since
FROM internal.comparisons AS told JOIN internal.automated_runs AS run USING (run_seq) JOIN internal.views AS seen USING (view_seq);

CREATE VIEW drift AS
SELECT org_id, definition_id, playbook_id, view, (compared_at AT TIME ZONE 'UTC')::DATE AS day,
    count(*) AS runs_count,
    max(drift_used) AS used_most,
    arg_max(drift_sum, run_seq) AS drift_sum,
    arg_max({'since': drift_since}, run_seq).since AS drift_since -- arg_max passes NULL over
FROM comparisons WHERE drift_used IS NOT NULL GROUP BY ALL;

COMMENT ON COLUMN internal.comparisons.drift_used IS 'share of what one run may differ by that lies between its picture and the one that a person approved last: 0 nothing, 1 all; NULL: nobody measured it, or an older version did not tell';
COMMENT ON COLUMN internal.comparisons.drift_sum IS 'the same, summed over the runs in a row that were further away than noise: beyond 2 a person is asked; NULL as drift_used';
COMMENT ON COLUMN internal.comparisons.drift_since IS 'when the first of those runs was; NULL: this one is no further away than noise';
COMMENT ON VIEW comparisons IS 'one row for each view of a run beside its approved picture';
COMMENT ON COLUMN comparisons.run_seq IS 'number of the run''s row in the journal; grows with time and joins fastest';
COMMENT ON COLUMN comparisons.run_id IS 'the run it belongs to';
COMMENT ON COLUMN comparisons.org_id IS 'organisation';
COMMENT ON COLUMN comparisons.definition_id IS 'schedule or trigger whose run it was';
COMMENT ON COLUMN comparisons.baseline_id IS 'the baseline with the approved picture';
COMMENT ON COLUMN comparisons.playbook_id IS 'playbook that shows it';
COMMENT ON COLUMN comparisons.view_name IS 'what its `screenshot:` calls it';
COMMENT ON COLUMN comparisons.viewport IS 'name of the window''s size';
COMMENT ON COLUMN comparisons.route IS 'path of the page''s address';
COMMENT ON COLUMN comparisons.outcome IS 'unchanged, changed, added, removed, unreadable or not_run';
COMMENT ON COLUMN comparisons.passed IS 'within the tolerance and all budgets; NULL of what was not_run';
COMMENT ON COLUMN comparisons.reason IS 'what changed and where, one sentence';
COMMENT ON COLUMN comparisons.score IS '0 equal to 1 nothing in common';
COMMENT ON COLUMN comparisons.score_method IS 'how the score was measured; different methods do not compare';
COMMENT ON COLUMN comparisons.tolerance_score IS 'largest score that passes';
COMMENT ON COLUMN comparisons.changed_ratio IS 'share of pixels that differ at all';
COMMENT ON COLUMN comparisons.layout_px IS 'rows that only one side has';
COMMENT ON COLUMN comparisons.regions_count IS 'changed areas';
COMMENT ON COLUMN comparisons.regions IS 'changed areas: x, y, width, height, changed_pixels, element, kind, colour_mean (CIEDE2000)';
COMMENT ON COLUMN comparisons.old_sha256 IS 'approved picture in the gallery';
COMMENT ON COLUMN comparisons.new_sha256 IS 'the run''s picture';
COMMENT ON COLUMN comparisons.overlay_sha256 IS 'the run''s picture with the changes marked';
COMMENT ON COLUMN comparisons.compared_at IS 'when its run ended';
COMMENT ON COLUMN comparisons.view IS 'playbook/view@viewport: what two pictures must share to be compared';
COMMENT ON COLUMN comparisons.is_flaky IS 'it differed at first, and looked as approved when it was looked at again';
COMMENT ON COLUMN comparisons.looks_count IS 'pictures of it that were taken in the run; NULL: an older version did not keep it';
COMMENT ON COLUMN comparisons.visible_ratio IS 'share of pixels whose difference anti-aliasing does not explain; NULL: an older version did not keep it';
COMMENT ON COLUMN comparisons.fingerprint IS 'of exactly this change, to find it in other runs; empty: nothing to recognise; NULL: an older version did not keep it';
COMMENT ON COLUMN comparisons.side_by_side_sha256 IS 'both, where they differ; NULL: an older version did not keep it';
COMMENT ON COLUMN comparisons.drift_used IS 'share of what one run may differ by that lies between its picture and the one that a person approved last: 0 nothing, 1 all; NULL: nobody measured it, or an older version did not tell';
COMMENT ON COLUMN comparisons.drift_sum IS 'the same, summed over the runs in a row that were further away than noise: beyond 2 a person is asked; NULL as drift_used';
COMMENT ON COLUMN comparisons.drift_since IS 'when the first of those runs was; NULL: this one is no further away than noise';
COMMENT ON VIEW drift IS 'how far each view is from the picture that a person approved last, day by day; older versions kept none';
COMMENT ON COLUMN drift.org_id IS 'organisation';
COMMENT ON COLUMN drift.definition_id IS 'schedule or trigger';
COMMENT ON COLUMN drift.playbook_id IS 'playbook';
COMMENT ON COLUMN drift.view IS 'playbook/view@viewport: what two pictures must share to be compared';
COMMENT ON COLUMN drift.day IS 'day of UTC on which the runs ended';
COMMENT ON COLUMN drift.runs_count IS 'runs of which it was measured';
COMMENT ON COLUMN drift.used_most IS 'the most that one of them used of what a run may differ by, 0 to 1 and more';
COMMENT ON COLUMN drift.drift_sum IS 'what the last of them had added up to: beyond 2 a person is asked';
COMMENT ON COLUMN drift.drift_since IS 'since when it adds up, as the last of them saw it; NULL: it was no further away than noise';
