-- A finding may be one that its playbook ignores: kept, and of no consequence.
ALTER TABLE findings ADD COLUMN url VARCHAR;
ALTER TABLE findings ADD COLUMN ignored_because VARCHAR;
COMMENT ON COLUMN findings.url IS 'address of what is at fault: what was fetched, the script that threw; NULL: only its page is known';
COMMENT ON COLUMN findings.ignored_because IS 'the reason in findings.ignore of the playbook; NULL: it counts';
