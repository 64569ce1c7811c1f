-- What the checks say besides flags. Records without it were made before there were checks.
ALTER TABLE flags ADD COLUMN unit TEXT NOT NULL DEFAULT '';
ALTER TABLE channels ADD COLUMN verdict TEXT NOT NULL DEFAULT 'not evaluated';
ALTER TABLE runs ADD COLUMN not_evaluated TEXT NOT NULL DEFAULT '[]';   -- JSON
ALTER TABLE logs ADD COLUMN flags INTEGER;                              -- of all its runs
