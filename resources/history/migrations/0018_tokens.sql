-- Whose owner moved the watermark last, where owners of several machines take turns: one that slept through the end of its
-- lease has a smaller token, and moves nothing any more. NULL: all were of one machine.
ALTER TABLE internal.applied ADD COLUMN token BIGINT;
COMMENT ON COLUMN internal.applied.token IS 'of the owner that moved it; none with a smaller one does';
