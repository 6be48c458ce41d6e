-- Months that are over are written anew in the order of their trends, a slice of definitions at a time: `up_to` is the last
-- definition that was, '' before the first one; a month without `up_to` is done.
CREATE TABLE internal.sorted_months (month DATE, up_to VARCHAR);
COMMENT ON TABLE internal.sorted_months IS 'months whose comparisons lie in the order of trends, or on the way to it';
COMMENT ON COLUMN internal.sorted_months.month IS 'its first day';
COMMENT ON COLUMN internal.sorted_months.up_to IS 'the last definition that was sorted; NULL: all were';
