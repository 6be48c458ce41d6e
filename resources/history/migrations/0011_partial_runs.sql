-- A run may be asked for a part of its plan only: what it did not look at is `not_run`, and neither passed nor failed.
ALTER TABLE automated_runs ADD COLUMN selection VARCHAR;
ALTER TABLE automated_runs ADD COLUMN views_not_run INTEGER;
COMMENT ON COLUMN automated_runs.selection IS 'the part of its plan that was asked for, as options of a command; NULL: all of it';
COMMENT ON COLUMN automated_runs.views_not_run IS 'approved views that a run of a part of its plan did not look at; NULL: nobody asked yet';
COMMENT ON COLUMN comparisons.outcome IS 'unchanged, changed, added, removed, unreadable or not_run';
COMMENT ON COLUMN comparisons.passed IS 'within the tolerance and all budgets; NULL of what was not_run';
