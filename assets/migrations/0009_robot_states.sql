-- What each robot of a run did (JSON: robot, state), so that lists of runs need not look at robots.
ALTER TABLE runs ADD COLUMN states TEXT NOT NULL DEFAULT '{}';
UPDATE runs SET states = (SELECT json_group_object(robot, state) FROM robots WHERE run_id = runs.id AND state IS NOT NULL);
