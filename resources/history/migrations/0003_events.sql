-- Events as they are normalised, each with how far it has come; `payload` holds what conditions may ask for, never the
-- whole delivery, which stays in the inbox until its retention ends.
ALTER TABLE events ADD COLUMN source_kind VARCHAR;
ALTER TABLE events ADD COLUMN status VARCHAR;
ALTER TABLE events ADD COLUMN problem VARCHAR;
ALTER TABLE events ADD COLUMN sha VARCHAR;
ALTER TABLE events ADD COLUMN environment VARCHAR;
ALTER TABLE events ADD COLUMN url VARCHAR;
ALTER TABLE events ADD COLUMN actor VARCHAR;
ALTER TABLE events ADD COLUMN author VARCHAR;
ALTER TABLE events ADD COLUMN number BIGINT;
ALTER TABLE events ADD COLUMN title VARCHAR;
ALTER TABLE events ADD COLUMN labels VARCHAR[];
ALTER TABLE events ADD COLUMN is_draft BOOLEAN;
ALTER TABLE events ADD COLUMN paths_count INTEGER;
ALTER TABLE events ADD COLUMN event_time TIMESTAMPTZ;
