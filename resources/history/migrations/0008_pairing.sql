-- Whose rows the watermark counts: the ledger's epoch, and the mark of the row itself, since a ledger that is restored
-- gives its numbers a second time. NULL: taken in before this.
ALTER TABLE internal.applied ADD COLUMN epoch VARCHAR;
ALTER TABLE internal.applied ADD COLUMN mark VARCHAR;
COMMENT ON COLUMN internal.applied.epoch IS 'of the ledger whose row that is';
COMMENT ON COLUMN internal.applied.mark IS 'digest of that row';
