-- The statistics of all columns of a run are one value (see the catalog's module `statistics`): a row
-- for each column took most of the time of a rebuild. All records are read again at the next look.
DROP TABLE channels;
CREATE TABLE channels (
    run_id     INTEGER PRIMARY KEY REFERENCES runs (id) ON DELETE CASCADE,
    statistics BLOB NOT NULL
);
-- No record has these.
UPDATE followed SET version = '';
UPDATE logs SET first_harvested = '' WHERE harvested_at IS NOT NULL;
