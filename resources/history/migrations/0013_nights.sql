-- A finding may have been there when the baseline was approved: shown, and of no consequence. And a site has a build.
ALTER TABLE findings ADD COLUMN is_known BOOLEAN;
COMMENT ON COLUMN findings.is_known IS 'it was there when the baseline was approved, so it fails nothing; NULL: nobody asked yet';
ALTER TABLE sessions ADD COLUMN site_build VARCHAR;
COMMENT ON COLUMN sessions.site_build IS 'what the site said of its build, as the playbook asks for it; NULL: it does not, or the site did not say';
