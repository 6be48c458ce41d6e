-- An agent elsewhere may have played a session, and what it did has a cost.
ALTER TABLE sessions ADD COLUMN runner VARCHAR;
COMMENT ON COLUMN sessions.runner IS 'who played it: browser (this machine''s), open-inspect (an agent); NULL: before agents played, so a browser';
ALTER TABLE sessions ADD COLUMN agent_session_id VARCHAR;
COMMENT ON COLUMN sessions.agent_session_id IS 'the session on the control plane; NULL: a browser played it, or none was opened';
ALTER TABLE sessions ADD COLUMN agent_url VARCHAR;
COMMENT ON COLUMN sessions.agent_url IS 'its page for people; NULL: nobody said where that is';
ALTER TABLE sessions ADD COLUMN cost_usd DOUBLE;
COMMENT ON COLUMN sessions.cost_usd IS 'in US dollars, as the control plane tells; NULL: it does not';
ALTER TABLE automated_runs ADD COLUMN cost_usd DOUBLE;
COMMENT ON COLUMN automated_runs.cost_usd IS 'of all its sessions, as far as they told; NULL: none did';
