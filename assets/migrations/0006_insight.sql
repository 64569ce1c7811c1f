-- Forces of forming in N, over the time in contact without bias; NULL where they are unknown.
ALTER TABLE robots ADD COLUMN forming_peak REAL;
ALTER TABLE robots ADD COLUMN forming_max REAL;
ALTER TABLE robots ADD COLUMN forming_median REAL;
ALTER TABLE robots ADD COLUMN forming_mean REAL;
-- All figures of the robot as the record has them (JSON).
ALTER TABLE robots ADD COLUMN figures TEXT;
