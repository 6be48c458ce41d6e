-- A run may be compared with another live address instead of approved pictures: how far those are apart is no noise of its own.
ALTER TABLE automated_runs ADD COLUMN against VARCHAR;
COMMENT ON COLUMN automated_runs.against IS 'the live address that it was compared with; NULL: what was approved';
