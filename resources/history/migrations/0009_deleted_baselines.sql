-- A deleted baseline is kept, out of lists and rollbacks. NULL: it is not deleted, as all of before.
ALTER TABLE baselines ADD COLUMN deleted_at TIMESTAMPTZ;
COMMENT ON COLUMN baselines.deleted_at IS 'since when it is deleted; NULL: it is not';
