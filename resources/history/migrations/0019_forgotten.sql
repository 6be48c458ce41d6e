-- Facts that an organisation keeps no longer, and that nobody may tell again.
CREATE TABLE internal.forgotten (org_id VARCHAR, before TIMESTAMPTZ);
COMMENT ON TABLE internal.forgotten IS 'until when facts of an organisation were forgotten, by whole months';
COMMENT ON COLUMN internal.forgotten.org_id IS 'organisation';
COMMENT ON COLUMN internal.forgotten.before IS 'what ended or was told before is not here, but for the sums of each day';
