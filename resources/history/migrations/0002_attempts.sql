-- A playbook may be played several times in a run; `cause` says why there was another attempt (infra, finding, visual).
ALTER TABLE sessions ADD COLUMN attempt INTEGER;
ALTER TABLE sessions ADD COLUMN cause VARCHAR;
UPDATE sessions SET attempt = 1;
